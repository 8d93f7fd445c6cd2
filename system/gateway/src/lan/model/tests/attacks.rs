//! Attacks from the house's own network (T3-11 EP⑦, EP⑧).

use tomori_echonet_lite::{Esv, Property};

use super::super::*;
use super::house::*;

const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 9);

fn impersonation(told: &[LanEvent]) -> usize {
    let of_one = |event: &&LanEvent| matches!(event, LanEvent::Impersonation { device: id, address } if *id == device(1) && *address == ATTACKER);
    told.iter().filter(of_one).count()
}

#[test]
fn spoofed_inf_from_unknown_address_changes_nothing() {
    // T3-11 EP⑧ なりすまし
    let mut house = House::with_one_shutter();
    house.told();
    for _ in 0..5 {
        house.announce(ATTACKER, SHUTTER, 0xea, &[0x41]);
        house.announce(ATTACKER, SHUTTER, 0xe8, &[0x42]);
        house.run(1_000);
    }
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    house.run(20_000);
    let told = house.told();
    assert!(
        !told
            .iter()
            .any(|event| matches!(event, LanEvent::Reported { .. } | LanEvent::MovedByHand { .. }))
    );
    assert_eq!(impersonation(&told), 1, "it is told: {told:?}");
    assert!(house.core.counters().not_believed >= 10);
}

#[test]
fn a_node_that_takes_the_number_of_an_adopted_one_is_not_believed() {
    // T3-11 EP⑧ なりすまし
    let mut house = House::with_one_shutter();
    house.told();
    house.add(ATTACKER, 1, Store::shutter());
    house.node(ATTACKER).store.put(0xea, &[0x41]);
    house.start_up(ATTACKER);
    house.run(5_000);
    house.announce(ATTACKER, SHUTTER, 0xea, &[0x41]);
    let ticket = house.open(1).unwrap();
    house.run(30_000);
    assert_eq!(house.sets[&ticket], Ok(()));
    assert_eq!(house.node(A).store.taken.len(), 2, "the known node was set");
    assert!(house.node(ATTACKER).store.taken.is_empty());
    assert_eq!(house.core.known(&device(1)).unwrap().address, Some(A));
    let told = house.told_beside_reports();
    assert_eq!(impersonation(&told), 1, "{told:?}");
    assert!(!told.iter().any(|event| matches!(event, LanEvent::Lost { .. })));
}

#[test]
fn a_stubborn_impersonator_is_told_at_a_bounded_rate() {
    let mut house = House::with_one_shutter();
    house.add(ATTACKER, 1, Store::shutter());
    for _ in 0..600 {
        house.start_up(ATTACKER);
        house.announce(ATTACKER, SHUTTER, 0xea, &[0x41]);
        house.run(1_000);
    }
    let told = impersonation(&house.told());
    assert!((2..=11).contains(&told), "{told} in ten minutes");
    assert!(house.core.known(&device(1)).unwrap().alive);
    assert_eq!(house.core.known(&device(1)).unwrap().address, Some(A));
}

#[test]
fn a_forged_answer_from_another_address_is_not_believed_and_told() {
    // T3-11 EP⑧ 中間者 (an attacker who sees the question and answers first)
    let mut house = House::with_one_shutter();
    house.told();
    house.node(A).manners.silent = true;
    house.node(A).heard.clear();
    let to_the_shutter = |house: &House| house.heard(A, Esv::Get).iter().any(|(_, frame)| frame.deoj == SHUTTER);
    while !to_the_shutter(&house) {
        house.run(500);
    }
    let asked = house.nodes[&A].heard.last().unwrap().1.clone();
    let forged = asked.answer(asked.deoj, Esv::GetRes, vec![Property::new(0xea, [0x41])]);
    house.datagram(ATTACKER, &forged.encode().unwrap());
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    assert_eq!(impersonation(&house.told()), 1);
}

#[test]
fn an_answer_to_nothing_is_not_believed_even_from_the_right_address() {
    // T3-11 EP⑧ なりすまし (forged source address, guessed transaction)
    let mut house = House::with_one_shutter();
    house.run(500);
    house.told();
    for tid in 0..150 {
        let frame = Frame::new(
            tid,
            SHUTTER,
            Eoj::CONTROLLER,
            Esv::GetRes,
            vec![Property::new(0xea, [0x41])],
        );
        house.datagram(A, &frame.encode().unwrap());
    }
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    assert_eq!(house.told(), []);
    assert!(house.core.counters().stray >= 100);
}

#[test]
fn transactions_cannot_be_foretold() {
    let mut house = House::with_one_shutter();
    house.run(120_000);
    let tids: Vec<u16> = house.heard(A, Esv::Get).iter().map(|(_, frame)| frame.tid).collect();
    let in_step = tids
        .windows(2)
        .filter(|pair| pair[1].wrapping_sub(pair[0]) <= 2)
        .count();
    assert!(
        in_step * 10 < tids.len(),
        "{in_step} of {} follow each other",
        tids.len()
    );
}

#[test]
fn a_reboot_has_to_prove_itself_before_it_is_believed() {
    // T3-11 EP⑧ なりすまし: another device took the address while the shutter was away.
    let mut house = House::with_one_shutter();
    house.add(A, 9, Store::shutter());
    house.start_up(A);
    house.announce(A, SHUTTER, 0xea, &[0x41]);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    house.run(5_000);
    assert_eq!(house.core.known(&device(1)).unwrap().address, None);
    assert_eq!(house.open(1), Err(SetError::Unreachable { maybe_acted: false }));
    assert!(house.node(A).store.taken.is_empty());
}

#[test]
fn a_flood_from_one_node_leaves_the_others_heard() {
    // T3-11 EP⑤ サービス不能, from inside the house (R2-2).
    let mut house = House::with_one_shutter();
    house.told();
    let frame = tomori_echonet_lite::discovery::search(1).encode().unwrap();
    for round in 0..20 {
        for _ in 0..2_000 {
            house.datagram(ATTACKER, &frame);
            house.datagram(C, &[0xff; 1400]);
        }
        if round == 10 {
            house.change(A, 0xea, &[0x41]);
        }
        house.run(1_000);
    }
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyOpen");
    let told = house.told();
    assert!(
        !told.iter().any(|event| matches!(event, LanEvent::Lost { .. })),
        "{told:?}"
    );
    let counters = house.core.counters();
    assert!(counters.flooded > 60_000, "{counters:?}");
    assert!(counters.sent < 5_000, "the flood is not answered in kind: {counters:?}");
}

#[test]
fn malformed_and_oversized_datagrams_are_counted_and_dropped() {
    let mut house = House::with_one_shutter();
    house.told();
    house.datagram(A, &[]);
    house.datagram(A, &[0x10, 0x81, 0, 1, 2]);
    house.datagram(A, &[0x10, 0x82, 0, 0, 1, 2, 3, 4, 5, 6, 0x73, 0]);
    house.datagram(A, &vec![0x10; 9_000]);
    let counters = house.core.counters();
    assert_eq!((counters.malformed, counters.oversized), (3, 1));
    house.run(20_000);
    assert!(house.core.known(&device(1)).unwrap().alive);
}

#[test]
fn values_without_a_meaning_change_nothing() {
    let mut house = House::with_one_shutter();
    house.announce(A, SHUTTER, 0xea, &[0x99]);
    house.announce(A, SHUTTER, 0xea, &[0x41, 0x41]);
    house.announce(A, SHUTTER, 0x5a, &[0x41]);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
}

#[test]
fn forged_addresses_fill_no_table_and_hide_no_device() {
    let mut house = House::with_one_shutter();
    for n in 0..6_000_u32 {
        let from = Ipv4Addr::from(0x7f10_0000 + n);
        house.announce(from, SHUTTER, 0xea, &[0x41]);
        if n % 100 == 0 {
            house.run(200);
        }
    }
    assert!(house.core.nodes.len() <= MOST_NODES);
    // A device that is new in the house is found all the same, soon after.
    house.add(B, 2, Store::shutter());
    house.adopt(&[1, 2]);
    house.run(60_000);
    assert!(house.core.known(&device(1)).unwrap().alive);
    assert!(house.core.known(&device(2)).unwrap().alive);
    let unknown = house
        .told()
        .iter()
        .filter(|e| matches!(e, LanEvent::UnknownNode { .. }))
        .count();
    assert!(unknown <= 32 + 60, "told at a bounded rate: {unknown}");
}

#[test]
fn a_device_that_announces_without_end_fills_no_journal() {
    // T3-11 EP⑦: a device of the house that was taken over, or is broken.
    let mut house = House::with_one_shutter();
    house.told();
    for n in 0..60_000_u32 {
        let way = if n % 2 == 0 { 0x43 } else { 0x44 };
        house.announce(A, SHUTTER, 0xea, &[way]);
        if n % 100 == 0 {
            house.run(100);
        }
    }
    let told = house.told();
    let hands = told
        .iter()
        .filter(|e| matches!(e, LanEvent::MovedByHand { .. }))
        .count();
    assert!(told.len() < 500, "{} events in a minute", told.len());
    assert!(hands <= 61, "{hands}");
    house.node(A).store.put(0xea, &[0x41]);
    house.run(30_000);
    let last = house.told().into_iter().rev().find_map(|event| match event {
        LanEvent::Reported { property, report, .. } if property.as_str() == "openCloseStatus" => Some(report.value),
        _ => None,
    });
    let word = last.and_then(|value| value.as_word().map(str::to_owned));
    assert_eq!(word.as_deref(), Some("fullyOpen"), "and the truth is told in the end");
}
