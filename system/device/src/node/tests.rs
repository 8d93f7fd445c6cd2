use std::time::Duration;

use proptest::prelude::*;
use tomori_echonet_lite::PropertyMap;
use tomori_echonet_lite::node::Identity;

use super::*;
use crate::appliance::{Light, Shutter};

const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 2);
const GATEWAY: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 9);
const SHUTTER: Eoj = Eoj::new(0x0263, 1);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
}

fn node() -> Node {
    let responder = Responder::new(Identity::new(Identity::NO_MANUFACTURER, [3; 13]));
    let shutter = Box::new(Shutter::new(Duration::from_secs(10), 0));
    let mut node = Node::new(HERE, responder, shutter, 0);
    node.start(at(0));
    node
}

fn set(properties: &[(u8, u8)]) -> Frame {
    let properties = properties
        .iter()
        .map(|(epc, byte)| Property::new(*epc, [*byte]))
        .collect();
    Frame::new(9, Eoj::CONTROLLER, SHUTTER, Esv::SetC, properties)
}

fn get(codes: &[u8]) -> Frame {
    let properties = codes.iter().map(|epc| Property::bare(*epc)).collect();
    Frame::new(9, Eoj::CONTROLLER, SHUTTER, Esv::Get, properties)
}

fn told(out: &[Outgoing]) -> Vec<Property> {
    out.iter()
        .filter_map(|out| match out {
            Outgoing::Everyone(frame) if frame.esv == Esv::Inf => Some(frame.properties.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

fn answer(out: &[Outgoing]) -> &Frame {
    match &out[0] {
        Outgoing::To(_, frame) => frame,
        Outgoing::Everyone(_) => panic!("{out:?}"),
    }
}

#[test]
fn a_node_introduces_itself() {
    let responder = Responder::new(Identity::new(Identity::NO_MANUFACTURER, [3; 13]));
    let mut node = Node::new(HERE, responder, Box::new(Light::new()), 0xffff);
    let out = node.start(at(0));
    let [Outgoing::Everyone(frame)] = out.as_slice() else {
        panic!("{out:?}")
    };
    assert_eq!((frame.seoj, frame.deoj), (Eoj::NODE_PROFILE, Eoj::NODE_PROFILE));
    assert_eq!(frame.properties, [Property::new(0xd5, [1, 0x02, 0x90, 1])]);
}

#[test]
fn the_maps_tell_what_can_be_done_and_all_of_it_can() {
    let mut node = node();
    let out = node.hear(&get(&[0x9d, 0x9e, 0x9f]), GATEWAY, at(0));
    let map = |code| PropertyMap::decode(answer(&out).data(code).unwrap()).unwrap();
    assert_eq!(map(0x9e), [0x81, 0x93, 0xe0, 0xe1].into_iter().collect());
    assert_eq!(
        map(0x9d),
        [0x80, 0x81, 0x88, 0x89, 0xe0, 0xe1, 0xe8, 0xea].into_iter().collect()
    );
    assert_eq!(map(0x9f).len(), 16);
    assert_eq!(
        answer(&out).data(0x9f).unwrap().len(),
        17,
        "sixteen properties are a bitmap"
    );
    let all: Vec<u8> = map(0x9f).iter().collect();
    let out = node.hear(&get(&all), GATEWAY, at(0));
    assert_eq!(answer(&out).esv, Esv::GetRes);
    assert_eq!(answer(&out).data(0x8c).unwrap(), b"TOMORI-V1\0\0\0");
}

#[test]
fn opening_is_answered_then_told_at_each_change() {
    let mut node = node();
    let out = node.hear(&set(&[(0x93, 0x42), (0xe0, 0x41)]), GATEWAY, at(0));
    assert_eq!(answer(&out).esv, Esv::SetRes);
    assert_eq!(told(&out), [Property::new(0xe0, [0x41]), Property::new(0xea, [0x43])]);
    assert_eq!(told(&node.pass(at(5_000))), [], "a moving shutter does not chatter");
    assert_eq!(node.next_change(), Some(at(10_000)));
    assert_eq!(
        told(&node.pass(at(10_000))),
        [Property::new(0xe1, [100]), Property::new(0xea, [0x41])]
    );
    let sets = node.sets();
    assert_eq!((sets.len(), node.set_count()), (1, 1));
    assert_eq!(
        (sets[0].from, sets[0].tid, sets[0].data(0xe0)),
        (GATEWAY, 9, Some(&[0x41][..]))
    );
}

#[test]
fn prohibited_means_from_outside_only() {
    let mut node = node();
    assert_eq!(
        told(&node.permit_remote(false, at(0)).unwrap()),
        [Property::new(0xe8, [0x42])]
    );
    let out = node.hear(&set(&[(0x93, 0x42), (0xe0, 0x41)]), GATEWAY, at(0));
    assert_eq!(answer(&out).esv, Esv::SetCSna);
    assert_eq!(
        answer(&out).properties,
        [Property::bare(0x93), Property::new(0xe0, [0x41])]
    );
    assert_eq!(node.next_change(), None);
    let out = node.hear(&set(&[(0xe0, 0x41)]), GATEWAY, at(0));
    assert_eq!(answer(&out).esv, Esv::SetRes);
}

#[test]
fn a_declaration_of_its_own_counts_for_its_sender() {
    let mut node = node();
    node.permit_remote(false, at(0));
    node.hear(&set(&[(0x93, 0x42)]), GATEWAY, at(0));
    assert_eq!(
        answer(&node.hear(&set(&[(0xe0, 0x41)]), GATEWAY, at(0))).esv,
        Esv::SetCSna
    );
    assert_eq!(answer(&node.hear(&set(&[(0xe0, 0x41)]), OTHER, at(0))).esv, Esv::SetRes);
    node.hear(&set(&[(0x93, 0x41)]), GATEWAY, at(0));
    assert_eq!(
        answer(&node.hear(&set(&[(0xe0, 0x43)]), GATEWAY, at(0))).esv,
        Esv::SetRes
    );
}

#[test]
fn a_hand_is_told_without_any_set() {
    let mut node = node();
    let out = node.by_hand(Hand::Open, at(0)).unwrap();
    assert_eq!(told(&out), [Property::new(0xe0, [0x41]), Property::new(0xea, [0x43])]);
    assert_eq!(node.set_count(), 0);
    assert!(node.by_hand(Hand::Detected(true), at(0)).is_none());
}

#[test]
fn a_caught_obstacle_is_told_with_its_fault() {
    let mut node = node();
    assert_eq!(told(&node.jam(true, at(0)).unwrap()), []);
    node.hear(&set(&[(0xe0, 0x41)]), GATEWAY, at(0));
    let news = told(&node.pass(at(1_000)));
    assert_eq!(
        news,
        [
            Property::new(0x88, [0x41]),
            Property::new(0x89, [0x04, 0x02]),
            Property::new(0xe0, [0x43]),
            Property::new(0xea, [0x42]),
        ]
    );
}

#[test]
fn without_power_there_is_silence_and_then_a_new_start() {
    let mut node = node();
    node.hear(&set(&[(0xe0, 0x41)]), GATEWAY, at(0));
    assert_eq!(node.power(false, at(5_000)), []);
    assert_eq!(node.hear(&get(&[0x80]), GATEWAY, at(6_000)), []);
    assert_eq!(node.pass(at(20_000)), []);
    assert_eq!((node.next_change(), node.by_hand(Hand::Open, at(20_000))), (None, None));
    let out = node.power(true, at(30_000));
    assert_eq!(told(&out)[0].epc, 0xd5);
    let out = node.hear(&get(&[0xe1, 0xea]), GATEWAY, at(30_000));
    assert_eq!(
        answer(&out).properties,
        [Property::new(0xe1, [50]), Property::new(0xea, [0x45])]
    );
}

#[test]
fn odd_nodes_refuse_oddly() {
    let odd = |quirks: &[Quirk]| {
        let mut node = node().with_quirks(quirks);
        let refused = node.hear(&set(&[(0xea, 0x41)]), GATEWAY, at(0));
        let unread = node.hear(&get(&[0xb0]), GATEWAY, at(0));
        (answer(&refused).clone(), answer(&unread).esv)
    };
    let (refused, unread) = odd(&[Quirk::OneRefusal]);
    assert_eq!((refused.esv, unread), (Esv::SetISna, Esv::SetISna));
    assert_eq!(refused.properties, [Property::new(0xea, [0x41])]);
    let (refused, unread) = odd(&[Quirk::BareRefusal]);
    assert_eq!((refused.esv, unread), (Esv::SetCSna, Esv::GetSna));
    assert_eq!(refused.properties, [Property::bare(0xea)]);
}

#[test]
fn its_own_echo_is_not_heard() {
    assert_eq!(node().hear(&get(&[0x80]), HERE, at(0)), []);
}

#[test]
fn the_place_can_be_set() {
    let mut node = node();
    assert_eq!(
        answer(&node.hear(&set(&[(0x81, 0x08)]), GATEWAY, at(0))).esv,
        Esv::SetRes
    );
    assert_eq!(
        answer(&node.hear(&get(&[0x81]), GATEWAY, at(0))).data(0x81),
        Some(&[0x08][..])
    );
    let mut long = set(&[]);
    long.properties = vec![Property::new(0x81, [0x02; 17])];
    assert_eq!(answer(&node.hear(&long, GATEWAY, at(0))).esv, Esv::SetCSna);
}

#[test]
fn the_memory_of_sets_is_bounded() {
    let mut node = node();
    for _ in 0..REMEMBERED_SETS + 5 {
        node.hear(&set(&[(0xe0, 0x43)]), GATEWAY, at(0));
    }
    assert_eq!(node.sets().len(), REMEMBERED_SETS);
    assert_eq!(node.set_count(), 1_005);
}

proptest! {
    #[test]
    fn any_frame_is_borne(bytes in prop::collection::vec(any::<u8>(), 0..64), esv in prop::sample::select(Esv::ALL.to_vec())) {
        let mut node = node();
        let properties = bytes.chunks(3).map(|chunk| Property::new(chunk[0], &chunk[1..])).collect();
        let frame = Frame::new(1, Eoj::CONTROLLER, SHUTTER, esv, properties);
        for out in node.hear(&frame, GATEWAY, at(0)) {
            let (Outgoing::To(_, frame) | Outgoing::Everyone(frame)) = out;
            prop_assert!(frame.encode().is_ok());
        }
        node.pass(at(100_000));
    }
}
