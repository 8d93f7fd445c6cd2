//! Any network, any frames: what must hold whatever happens.

use proptest::prelude::*;
use tomori_echonet_lite::{Esv, Property};
use tomori_smart_home::PropertyValue;

use super::super::*;
use super::house::*;

fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let esv = proptest::sample::select(Esv::ALL.to_vec());
    let eoj = prop_oneof![
        Just(SHUTTER),
        Just(Eoj::NODE_PROFILE),
        Just(Eoj::CONTROLLER),
        any::<[u8; 3]>().prop_map(Eoj::from_bytes)
    ];
    let property = (
        prop_oneof![
            Just(0xea_u8),
            Just(0xe0),
            Just(0x83),
            Just(0xd5),
            Just(0xd6),
            any::<u8>()
        ],
        proptest::collection::vec(any::<u8>(), 0..20),
    );
    let properties = proptest::collection::vec(property.prop_map(|(epc, edt)| Property::new(epc, edt)), 0..4);
    let frame = (any::<u16>(), eoj.clone(), eoj, esv, properties)
        .prop_map(|(tid, seoj, deoj, esv, properties)| Frame::new(tid, seoj, deoj, esv, properties).encode().unwrap());
    prop_oneof![4 => frame, 1 => proptest::collection::vec(any::<u8>(), 0..64)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever anybody else sends: the room does not fall over, does not believe it, and keeps its device.
    #[test]
    fn nothing_from_elsewhere_changes_what_is_known(
        frames in proptest::collection::vec((0_u8..4, any_frame(), 0_u64..3_000), 0..40),
    ) {
        let mut house = House::with_one_shutter();
        for (n, bytes, millis) in frames {
            house.datagram(Ipv4Addr::new(127, 0, 9, n), &bytes);
            house.run(millis);
        }
        house.run(30_000);
        let known = house.core.known(&device(1)).unwrap();
        prop_assert!(known.alive);
        prop_assert_eq!(known.address, Some(A));
        prop_assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
        prop_assert!(house.nodes[&A].store.taken.is_empty());
    }

    /// Whatever comes from the device's own address: no panic, no endless work, and asking brings the truth back.
    #[test]
    fn any_frames_from_the_device_itself_are_survived(
        frames in proptest::collection::vec((any_frame(), 0_u64..1_000), 0..40),
    ) {
        let mut house = House::with_one_shutter();
        for (bytes, millis) in frames {
            house.datagram(A, &bytes);
            house.run(millis);
        }
        house.run(60_000);
        prop_assert!(house.core.known(&device(1)).unwrap().alive);
        prop_assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    }

    /// On a bad network each set has exactly one end, is sent at most once, and `Ok` means that the device took it.
    #[test]
    fn sets_have_one_end_and_act_at_most_once(
        seed in 0_u64..1_000_000,
        loses in 0_u64..60,
        doubles in 0_u64..40,
        delays in 1_u64..1_500,
        pauses in proptest::collection::vec(0_u64..8_000, 1..8),
    ) {
        let mut house = House::new(seed);
        house.add(A, 1, Store::shutter());
        house.adopt(&[1]);
        house.run(3_000);
        (house.loses, house.doubles, house.delays) = (loses, doubles, delays);
        let mut begun = Vec::new();
        for (degree, pause) in pauses.iter().enumerate() {
            let value = PropertyValue::Number(f64::from(u8::try_from(degree).unwrap()));
            if let Ok(ticket) = house.set(1, "degreeOfOpening", &value) {
                begun.push((ticket, u8::try_from(degree).unwrap()));
            }
            house.run(*pause);
        }
        house.run(60_000);
        for (ticket, degree) in begun {
            let result = house.sets.get(&ticket).copied();
            prop_assert!(result.is_some(), "no end");
            let arrivals = house.heard(A, Esv::SetC).iter().filter(|(_, f)| f.data(0xe1) == Some(&[degree])).count();
            if doubles == 0 {
                prop_assert!(arrivals <= 1, "sent {arrivals} times");
            }
            match result.unwrap() {
                Ok(()) => prop_assert!(arrivals >= 1),
                Err(SetError::Unreachable { maybe_acted: false }) => prop_assert_eq!(arrivals, 0),
                Err(_) => {}
            }
        }
    }
}
