//! What must hold for every frame, map and value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use proptest::prelude::*;
use tomori_echonet_lite::class::{Access, CLASSES};
use tomori_echonet_lite::node::{Fixed, Identity, Responder};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, PropertyMap, Transactions, discovery};

fn eoj() -> impl Strategy<Value = Eoj> {
    any::<[u8; 3]>().prop_map(Eoj::from_bytes)
}

fn properties(longest: usize) -> impl Strategy<Value = Vec<Property>> {
    let property =
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..longest)).prop_map(|(epc, edt)| Property::new(epc, edt));
    prop::collection::vec(property, 0..8)
}

fn frame() -> impl Strategy<Value = Frame> {
    let esv = prop::sample::select(Esv::ALL.to_vec());
    (any::<u16>(), eoj(), eoj(), esv, properties(40), properties(40)).prop_map(
        |(tid, seoj, deoj, esv, first, second)| {
            let read = if esv.has_two_lists() { second } else { vec![] };
            Frame {
                read,
                ..Frame::new(tid, seoj, deoj, esv, first)
            }
        },
    )
}

/// The definition of the appendix, written the slow way: a table of 16 rows and 8 columns of codes.
fn naive_map(bytes: &[u8]) -> BTreeSet<u8> {
    let mut table = [[0_u8; 8]; 16];
    for code in 0x80..=0xff_u8 {
        table[usize::from(code & 0x0f)][usize::from((code >> 4) - 8)] = code;
    }
    if bytes[0] < 16 {
        return bytes[1..].iter().copied().collect();
    }
    let mut found = BTreeSet::new();
    for (row, byte) in bytes[1..].iter().enumerate() {
        let bits: Vec<char> = format!("{byte:08b}").chars().rev().collect();
        for (column, bit) in bits.iter().enumerate() {
            if *bit == '1' {
                found.insert(table[row][column]);
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn a_frame_survives_the_wire(frame in frame()) {
        let bytes = frame.encode().unwrap();
        prop_assert_eq!(Frame::decode(&bytes).unwrap(), frame);
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(frame) = Frame::decode(&bytes) {
            prop_assert_eq!(frame.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn damaged_frames_never_panic_anywhere(frame in frame(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = frame.encode().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        if let Ok(frame) = Frame::decode(&bytes) {
            let identity = Identity::new([0xff; 3], [1; 13]);
            let mut store = Fixed::controller(&identity);
            for reply in Responder::new(identity).answer(&frame, &mut store) {
                prop_assert!(reply.frame.encode().is_ok());
            }
            let _ = discovery::read(&frame);
            let mut open = Transactions::new(frame.tid.wrapping_sub(1), 1);
            open.begin(from, frame.deoj, frame.seoj, Esv::Get, vec![], Timestamp::UNIX_EPOCH, ()).unwrap();
            let _ = open.take(from, &frame);
        }
    }

    #[test]
    fn a_frame_for_anybody_is_answered_within_a_packet(
        mut frame in frame(),
        wanted in prop::collection::vec(any::<u8>(), 0..255),
        profile in any::<bool>(),
    ) {
        frame.deoj = if profile { Eoj::NODE_PROFILE } else { Eoj::CONTROLLER };
        frame.esv = Esv::Get;
        frame.read.clear();
        frame.properties = wanted.into_iter().map(Property::bare).collect();
        let identity = Identity::new([0xff; 3], [1; 13]);
        let mut store = Fixed::controller(&identity);
        let replies = Responder::new(identity).answer(&frame, &mut store);
        prop_assert_eq!(replies.len(), usize::from(!frame.properties.is_empty()));
        for reply in replies {
            let asked: Vec<u8> = frame.properties.iter().map(|property| property.epc).collect();
            let told: Vec<u8> = reply.frame.properties.iter().map(|property| property.epc).collect();
            prop_assert_eq!(asked, told);
            prop_assert!(reply.frame.encode().is_ok());
        }
    }

    #[test]
    fn property_maps_agree_with_the_definition(codes in prop::collection::btree_set(0x80..=0xff_u8, 0..128)) {
        let map: PropertyMap = codes.iter().copied().collect();
        let bytes = map.encode();
        prop_assert_eq!(usize::from(bytes[0]), codes.len());
        prop_assert_eq!(bytes.len(), if codes.len() < 16 { 1 + codes.len() } else { 17 });
        prop_assert_eq!(naive_map(&bytes), codes);
        prop_assert_eq!(PropertyMap::decode(&bytes).unwrap(), map);
    }

    #[test]
    fn any_bytes_are_a_property_map_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(map) = PropertyMap::decode(&bytes) {
            prop_assert_eq!(PropertyMap::decode(&map.encode()).unwrap(), map);
        }
    }

    #[test]
    fn what_a_property_says_can_be_said_again(
        class in 0..CLASSES.len(),
        at in any::<prop::sample::Index>(),
        edt in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let specs: Vec<_> = CLASSES[class].properties().collect();
        let spec = specs[at.index(specs.len())];
        if let Ok(value) = spec.decode(&edt)
            && let Ok(written) = spec.encode(&value)
        {
            // Ranges of patterns mean one word, so that the bytes may differ; the meaning may not.
            prop_assert_eq!(spec.decode(&written).unwrap(), value);
        }
    }
}

#[test]
fn every_single_byte_means_one_thing_or_nothing() {
    for class in CLASSES {
        for spec in class.properties().filter(|spec| spec.set != Access::No) {
            for byte in 0..=u8::MAX {
                if let Ok(value) = spec.decode(&[byte])
                    && let Ok(written) = spec.encode(&value)
                {
                    assert_eq!(spec.decode(&written).as_ref(), Ok(&value), "{} {byte:02x}", spec.name);
                }
            }
        }
    }
}
