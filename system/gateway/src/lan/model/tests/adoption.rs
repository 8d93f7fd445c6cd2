//! Who is controlled, and who is only told of.

use tomori_echonet_lite::{Eoj, Esv};

use super::super::*;
use super::house::*;

fn appeared(n: u8) -> LanEvent {
    LanEvent::Appeared { device: device(n) }
}

#[test]
fn the_gateway_introduces_itself_and_asks_who_is_there() {
    let mut house = House::new(1);
    let sent: Vec<Frame> = {
        house.core.tick(moment(0));
        let effects = house.core.take_effects();
        let everyone = effects.into_iter().filter_map(|effect| match effect {
            Effect::Everyone(bytes) => Frame::decode(&bytes).ok(),
            _ => None,
        });
        everyone.collect()
    };
    let kinds: Vec<_> = sent.iter().map(|frame| (frame.esv, frame.properties[0].epc)).collect();
    assert_eq!(kinds, [(Esv::Inf, 0xd5), (Esv::Get, 0xd6)]);
    assert_eq!(sent[0].properties[0].edt, [1, 0x05, 0xff, 0x01]);
}

#[test]
fn an_adopted_shutter_appears_and_its_whole_state_is_told() {
    let mut house = House::new(1);
    house.add(A, 1, Store::shutter());
    house.adopt(&[1]);
    house.run(3_000);
    let told = house.told();
    assert_eq!(told[0], appeared(1));
    let reported: Vec<String> = told
        .iter()
        .filter_map(|event| match event {
            LanEvent::Reported { property, .. } => Some(property.to_string()),
            _ => None,
        })
        .collect();
    for wanted in [
        "openCloseStatus",
        "openCloseOperation",
        "remoteOperation",
        "faultStatus",
        "degreeOfOpening",
    ] {
        assert!(reported.iter().any(|name| name == wanted), "{wanted} in {reported:?}");
    }
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    let known = house.core.known(&device(1)).unwrap();
    assert_eq!((known.alive, known.address), (true, Some(A)));
}

#[test]
fn an_unknown_node_is_told_once_and_never_controlled() {
    // SR2-H-4 2, R2-2.
    let mut house = House::new(1);
    house.add(A, 1, Store::shutter());
    house.adopt(&[]);
    house.run(3_600_000);
    let told = house.told();
    let expected = LanEvent::UnknownNode {
        endpoint: line(1).endpoint.unwrap(),
        address: A,
    };
    assert_eq!(told.as_slice(), std::slice::from_ref(&expected));
    let asked: Vec<Eoj> = house.heard(A, Esv::Get).iter().map(|(_, frame)| frame.deoj).collect();
    assert!(
        asked.iter().all(|eoj| *eoj == Eoj::NODE_PROFILE),
        "nothing but who it is was asked"
    );
    assert!(house.heard(A, Esv::SetC).is_empty());
    assert_eq!(house.open(1), Err(SetError::NotAdopted));
    house.run(24 * 3_600_000);
    assert_eq!(house.told(), [expected], "and again after a day");
}

#[test]
fn before_the_first_list_nobody_is_unknown_and_afterwards_only_the_stranger() {
    let mut house = House::new(1);
    house.add(A, 1, Store::shutter());
    house.add(B, 2, Store::shutter());
    house.add(C, 3, Store::shutter());
    house.node(C).manners.silent = true;
    house.announce(C, SHUTTER, 0xea, &[0x41]);
    house.run(3_600_000);
    assert_eq!(house.told(), [], "without a list nothing is known or unknown");
    for address in [A, B, C] {
        let asked: Vec<Eoj> = house
            .heard(address, Esv::Get)
            .iter()
            .map(|(_, frame)| frame.deoj)
            .collect();
        assert!(asked.iter().all(|eoj| *eoj == Eoj::NODE_PROFILE), "{asked:?}");
        assert!(house.heard(address, Esv::SetC).is_empty());
    }
    assert_eq!(house.open(1), Err(SetError::NotAdopted));
    house.adopt(&[1]);
    house.run(5_000);
    let unknown = |n: Option<u8>, address| LanEvent::UnknownNode {
        endpoint: Endpoint {
            node: n.map_or_else(|| NodeId::new(&[0]).unwrap(), node_id),
            class_code: 0x0263,
            instance: 1,
        },
        address,
    };
    let told = house.told_beside_reports();
    assert_eq!(told.len(), 3, "{told:?}");
    for expected in [appeared(1), unknown(Some(2), B), unknown(None, C)] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
}

#[test]
fn what_waits_for_the_first_list_is_bounded_and_then_told_at_a_bounded_rate() {
    let mut house = House::new(1);
    house.add(A, 1, Store::shutter());
    for n in 0..6_000_u32 {
        house.announce(Ipv4Addr::from(0x7f10_0000 + n), SHUTTER, 0xea, &[0x41]);
        if n % 100 == 0 {
            house.run(200);
        }
    }
    house.run(60_000);
    assert!(house.core.nodes.len() <= MOST_NODES);
    assert_eq!(house.told(), []);
    house.adopt(&[1]);
    house.run(60_000);
    let told = house.told_beside_reports();
    assert!(
        told.contains(&appeared(1)),
        "the device of the house is found behind them"
    );
    // Beside it the one warning that its name is being used, and strangers at the pace of all tellings.
    assert!((3..=2 + 32 + 30).contains(&told.len()), "{}", told.len());
}

#[test]
fn adoption_takes_effect_at_once_and_release_too() {
    let mut house = House::new(1);
    house.add(A, 1, Store::shutter());
    house.run(5_000);
    house.told();
    house.adopt(&[1]);
    house.run(1_000);
    assert_eq!(house.told_beside_reports(), [appeared(1)]);
    house.adopt(&[]);
    house.run(60_000);
    assert!(house.core.known(&device(1)).is_none());
    let rounds = |house: &House| {
        house
            .heard(A, Esv::Get)
            .iter()
            .filter(|(_, f)| f.deoj == SHUTTER)
            .count()
    };
    let before = rounds(&house);
    house.run(60_000);
    assert_eq!(rounds(&house), before, "a released device is not asked any more");
}

#[test]
fn a_node_that_does_not_tell_its_number_is_unknown() {
    let mut house = House::new(1);
    house.add(A, 1, Store::shutter());
    house.node(A).manners.silent = true;
    house.adopt(&[1]);
    house.announce(A, SHUTTER, 0xea, &[0x41]);
    house.run(20_000);
    let told = house.told_beside_reports();
    let expected = LanEvent::UnknownNode {
        endpoint: Endpoint {
            node: NodeId::new(&[0]).unwrap(),
            class_code: 0x0263,
            instance: 1,
        },
        address: A,
    };
    assert!(told.contains(&expected), "{told:?}");
    assert!(!house.core.known(&device(1)).unwrap().alive);
}

#[test]
fn another_object_on_a_node_of_the_house_is_unknown() {
    let mut house = House::new(1);
    let mut store = Store::shutter();
    store.objects.push(Eoj::new(0x0290, 1));
    house.add(A, 1, store);
    house.adopt(&[1]);
    house.run(5_000);
    let told = house.told_beside_reports();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(
        |event| matches!(event, LanEvent::UnknownNode { endpoint, .. } if endpoint.class_code == 0x0290 && endpoint.node == node_id(1))
    ));
}

#[test]
fn a_device_that_got_another_address_is_found_there() {
    let mut house = House::with_one_shutter();
    let node = house.nodes.remove(&A).unwrap();
    house.nodes.insert(B, node);
    house.told();
    house.start_up(B);
    house.run(12_000);
    assert_eq!(house.core.known(&device(1)).unwrap().address, Some(B));
    assert!(house.core.known(&device(1)).unwrap().alive);
    assert_eq!(
        house.told_beside_reports(),
        [],
        "it was never lost, and nobody misused its name"
    );
    house.change(B, 0xea, &[0x41]);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyOpen");
}

#[test]
fn two_devices_that_swapped_their_addresses_are_told_apart_before_anything_is_set() {
    let mut house = House::new(3);
    house.add(A, 1, Store::shutter());
    house.add(B, 2, Store::shutter());
    house.adopt(&[1, 2]);
    house.run(3_000);
    let (one, two) = (house.nodes.remove(&A).unwrap(), house.nodes.remove(&B).unwrap());
    house.nodes.insert(B, one);
    house.nodes.insert(A, two);
    house.start_up(A);
    house.start_up(B);
    // A wish for device 1 at the worst moment: it may fail, but it must not reach device 2.
    let ticket = house.open(1);
    house.run(20_000);
    assert!(
        house.node(A).store.taken.is_empty(),
        "device 2 was moved by a wish for device 1"
    );
    if let Ok(ticket) = ticket {
        assert!(house.sets.contains_key(&ticket));
    }
    assert_eq!(house.core.known(&device(1)).unwrap().address, Some(B));
    assert_eq!(house.core.known(&device(2)).unwrap().address, Some(A));
}

#[test]
fn several_devices_on_one_node_are_served() {
    let mut house = House::new(3);
    let mut store = Store::shutter();
    let second = Eoj::new(0x0263, 2);
    store.objects.push(second);
    let copies: Vec<_> = store
        .values
        .clone()
        .into_iter()
        .map(|((k, c), v)| ((k + 1, c), v))
        .collect();
    store.values.extend(copies);
    house.add(A, 1, store);
    let mut other = line(1);
    other.device.id = device(2);
    other.endpoint.as_mut().unwrap().instance = 2;
    house.core.set_equipment(moment(0), vec![line(1), other]);
    house.run(3_000);
    assert!(house.core.known(&device(1)).unwrap().alive);
    assert!(house.core.known(&device(2)).unwrap().alive);
    house.announce(A, second, 0xea, &[0x41]);
    assert_eq!(house.word(2, "openCloseStatus").unwrap(), "fullyOpen");
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
}

#[test]
fn others_may_ask_the_gateway_who_it_is() {
    let mut house = House::new(1);
    house.core.tick(moment(0));
    house.core.take_effects();
    let asked = tomori_echonet_lite::discovery::identify(9);
    house.core.hear(moment(10), C, &asked.encode().unwrap());
    let sent = house.core.take_effects();
    let answer = sent.iter().find_map(|effect| match effect {
        Effect::Send(to, bytes) if *to == C => Frame::decode(bytes).ok().filter(|frame| frame.tid == 9),
        _ => None,
    });
    let answer = answer.unwrap();
    assert_eq!((answer.esv, answer.seoj), (Esv::GetRes, Eoj::NODE_PROFILE));
    assert_eq!(answer.data(0xd6).unwrap(), [1, 0x05, 0xff, 0x01]);
}
