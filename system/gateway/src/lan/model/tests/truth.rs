//! What is known of a device: by announcements, by asking, and by its silence.

use tomori_echonet_lite::Esv;
use tomori_smart_home::PropertyValue;
use tomori_smart_home::property::Source;

use super::super::*;
use super::house::*;

fn lost(told: &[LanEvent]) -> bool {
    told.iter().any(|event| matches!(event, LanEvent::Lost { .. }))
}

#[test]
fn an_announcement_is_believed_at_once_and_looked_into() {
    let mut house = House::with_one_shutter();
    house.told();
    house.change(A, 0xea, &[0x41]);
    let told = house.told();
    assert!(
        matches!(&told[0], LanEvent::Reported { report, .. } if report.source == Source::Announced),
        "{told:?}"
    );
    let before = house.heard(A, Esv::Get).len();
    house.run(1_000);
    assert!(
        house.heard(A, Esv::Get).len() > before,
        "a shutter's announcement is looked into"
    );
}

#[test]
fn what_is_not_announced_is_found_by_asking() {
    let mut house = House::with_one_shutter();
    house.told();
    house.node(A).store.put(0xe8, &[0x42]);
    house.run(12_000);
    let told = house.told();
    let prohibited = told.iter().any(|event| {
        matches!(event, LanEvent::Reported { property, report, .. }
            if property.as_str() == "remoteOperation" && report.value == PropertyValue::Boolean(false)
                && report.source == Source::Polled)
    });
    assert!(prohibited, "{told:?}");
    house.run(60_000);
    assert_eq!(house.told(), [], "what does not change is not told again and again");
    house.run(1_800_000);
    assert!(house.told().len() >= 5, "but now and then");
}

#[test]
fn a_moving_shutter_is_looked_at_often_until_it_stands() {
    let mut house = House::with_one_shutter();
    house.run(20_000);
    let asked = |house: &House| house.heard(A, Esv::Get).len();
    let before = asked(&house);
    house.change(A, 0xea, &[0x43]);
    house.run(10_000);
    assert!(asked(&house) - before >= 10, "{}", asked(&house) - before);
    house.node(A).store.put(0xea, &[0x41]);
    house.run(1_000);
    assert_eq!(
        house.word(1, "openCloseStatus").unwrap(),
        "fullyOpen",
        "without any announcement"
    );
    house.run(20_000);
    let before = asked(&house);
    house.run(20_000);
    assert!(asked(&house) - before <= 4, "and at the usual pace again");
}

#[test]
fn a_shutter_that_claims_to_move_for_ever_is_not_asked_often_for_ever() {
    let mut house = House::with_one_shutter();
    house.change(A, 0xea, &[0x43]);
    house.run(200_000);
    let before = house.heard(A, Esv::Get).len();
    house.run(60_000);
    assert!(house.heard(A, Esv::Get).len() - before <= 12);
}

#[test]
fn a_device_that_does_not_answer_is_lost_and_comes_back_with_all_it_has() {
    // SR2-H-4 1.
    let mut house = House::with_one_shutter();
    house.told();
    house.node(A).manners.silent = true;
    let went = house.millis;
    house.run(30_000);
    let found = house
        .events
        .iter()
        .find(|(_, event)| matches!(event, LanEvent::Lost { .. }));
    let (at, event) = found.expect("lost");
    assert!(at - went <= 27_000, "known within poll + lost_after: {} ms", at - went);
    assert!(matches!(event, LanEvent::Lost { last_heard, .. } if *last_heard <= moment(went).wall));
    assert!(!house.core.known(&device(1)).unwrap().alive);
    assert_eq!(
        house.word(1, "openCloseStatus").unwrap(),
        "fullyClosed",
        "the past is kept"
    );
    house.told();
    house.run(120_000);
    assert_eq!(house.told(), [], "lost is told once");
    house.node(A).manners.silent = false;
    house.node(A).store.put(0xea, &[0x41]);
    house.run(20_000);
    let told = house.told();
    assert!(matches!(told[0], LanEvent::Appeared { .. }), "{told:?}");
    assert!(told.len() >= 8, "everything is told anew: {told:?}");
    assert!(!told.iter().any(|event| matches!(event, LanEvent::MovedByHand { .. })));
}

#[test]
fn some_lost_datagrams_lose_no_device() {
    let mut house = House::with_one_shutter();
    house.loses = 20;
    house.doubles = 10;
    house.delays = 50;
    house.run(600_000);
    assert!(!lost(&house.told()));
}

#[test]
fn what_was_forgotten_is_told_again_by_what_the_devices_say_now() {
    let mut house = House::with_one_shutter();
    house.add(B, 2, Store::shutter());
    house.adopt(&[1, 2, 3]);
    house.run(5_000);
    house.node(B).manners.silent = true;
    house.run(60_000);
    house.told();
    house.core.tell_everything_again(moment(house.millis));
    house.run(15_000);
    let told = house.told();
    let of = |n: u8| {
        let reported = |event: &&LanEvent| matches!(event, LanEvent::Reported { device: of, .. } if *of == device(n));
        told.iter().filter(reported).count()
    };
    assert!(told.contains(&LanEvent::Appeared { device: device(1) }), "{told:?}");
    let lost = |event: &LanEvent| matches!(event, LanEvent::Lost { device: of, .. } if *of == device(2));
    assert!(told.iter().any(lost), "{told:?}");
    let known = house.core.known(&device(1)).unwrap().reports.len();
    assert!(of(1) >= 5 && of(1) <= known, "{} of {known}", of(1));
    assert_eq!((of(2), of(3)), (0, 0), "nothing is claimed of what is not heard");
    house.run(15_000);
    assert_eq!(house.told(), [], "once");
}

#[test]
fn another_node_at_the_address_of_a_lost_one_is_not_taken_for_it() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    house.run(40_000);
    house.told();
    // Somebody else's shutter got the lease.
    house.add(A, 9, Store::shutter());
    house.node(A).store.put(0xea, &[0x43]);
    house.announce(A, SHUTTER, 0xea, &[0x43]);
    house.run(60_000);
    assert!(!house.core.known(&device(1)).unwrap().alive);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    let told = house.told_beside_reports();
    assert!(
        matches!(told.as_slice(), [LanEvent::UnknownNode { endpoint, .. }] if endpoint.node == node_id(9)),
        "{told:?}"
    );
}

#[test]
fn a_device_that_answers_for_one_property_at_a_time_is_served() {
    let mut house = House::new(5);
    house.add(A, 1, Store::shutter());
    house.node(A).manners.one_by_one = true;
    house.adopt(&[1]);
    house.run(60_000);
    assert!(house.core.known(&device(1)).unwrap().alive);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    house.told();
    house.run(300_000);
    assert!(!lost(&house.told()));
    let ticket = house.open(1).unwrap();
    house.run(5_000);
    assert_eq!(house.sets[&ticket], Ok(()));
}

#[test]
fn a_device_is_not_asked_for_what_it_does_not_have() {
    let mut house = House::new(5);
    let mut store = Store::shutter();
    [0x89, 0xe1, 0xe8].into_iter().for_each(|code| store.remove(code));
    house.add(A, 1, store);
    house.adopt(&[1]);
    house.run(60_000);
    let asked: std::collections::BTreeSet<u8> = house
        .heard(A, Esv::Get)
        .iter()
        .filter(|(_, frame)| frame.deoj == SHUTTER)
        .flat_map(|(_, frame)| frame.properties.iter().map(|property| property.epc))
        .collect();
    assert!(asked.contains(&0xea));
    assert!(
        [0x89, 0xe1, 0xe8].iter().all(|code| !asked.contains(code)),
        "{asked:02x?}"
    );
}

#[test]
fn never_more_than_one_question_at_a_time() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    house.node(A).heard.clear();
    for _ in 0..4 {
        let names = [name("openCloseStatus")];
        house
            .core
            .begin_read(moment(house.millis), &device(1), &names, Source::ReadBack)
            .unwrap();
    }
    house.run(6_000);
    let tids: std::collections::BTreeSet<u16> = house.nodes[&A]
        .heard
        .iter()
        .filter(|(_, f)| f.properties[0].epc != 0xd6)
        .map(|(_, f)| f.tid)
        .collect();
    assert!(tids.len() <= 2, "{tids:?}");
}

#[test]
fn a_hand_at_the_switch_is_told() {
    let mut house = House::with_one_shutter();
    house.run(30_000);
    house.told();
    house.change(A, 0xea, &[0x43]);
    house.run(15_000);
    house.change(A, 0xea, &[0x41]);
    house.run(15_000);
    let told = house.told_beside_reports();
    assert!(matches!(told.as_slice(), [LanEvent::MovedByHand { .. }]), "{told:?}");
}

#[test]
fn our_own_set_is_no_hand_also_on_the_first_contact_after_a_loss() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    house.run(40_000);
    house.node(A).manners.silent = false;
    let ticket = house.open(1).unwrap();
    house.run(300);
    house.change(A, 0xea, &[0x43]);
    house.run(15_000);
    house.change(A, 0xea, &[0x41]);
    house.run(15_000);
    assert_eq!(house.sets[&ticket], Ok(()));
    let told = house.told_beside_reports();
    assert!(
        !told.iter().any(|event| matches!(event, LanEvent::MovedByHand { .. })),
        "{told:?}"
    );
}

#[test]
fn a_clock_that_is_set_loses_nobody() {
    let mut house = House::with_one_shutter();
    house.told();
    // The wall clock leaps a year; the run time does not.
    let mut now = moment(house.millis);
    now.wall = "2027-11-23T07:00:00Z".parse().unwrap();
    house.core.tick(now);
    house.run(60_000);
    assert!(!lost(&house.told()));
}

#[test]
fn fifty_devices_are_served() {
    let mut house = House::new(5);
    let numbers: Vec<u8> = (1..=50).collect();
    for n in &numbers {
        house.add(Ipv4Addr::new(127, 0, 2, *n), *n, Store::shutter());
    }
    house.adopt(&numbers);
    house.run(10_000);
    assert!(numbers.iter().all(|n| house.core.known(&device(*n)).unwrap().alive));
    let asked = |house: &House| house.nodes.values().map(|node| node.heard.len()).sum::<usize>();
    let before = asked(&house);
    house.run(60_000);
    let per_second = (asked(&house) - before) / 60;
    assert!(per_second <= 20, "{per_second} frames a second");
}

#[test]
fn a_lost_device_that_announces_itself_is_back_at_once() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    house.run(60_000);
    house.told();
    house.node(A).manners.silent = false;
    house.change(A, 0xea, &[0x41]);
    // A question from before may be in the air; then it is asked who it is, and believed.
    house.run(8_500);
    assert!(house.core.known(&device(1)).unwrap().alive);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyOpen");
}

#[test]
fn a_device_that_is_away_is_asked_at_the_usual_pace() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    house.run(60_000);
    house.node(A).heard.clear();
    house.run(600_000);
    let a_minute = house.nodes[&A].heard.len() / 10;
    assert!((4..=25).contains(&a_minute), "{a_minute}");
}

#[test]
fn searches_are_bounded_however_often_somebody_wishes() {
    let mut house = House::new(1);
    house.add(B, 9, Store::shutter());
    house.adopt(&[1]);
    for _ in 0..1_000 {
        assert!(
            house
                .set(1, "openCloseOperation", &PropertyValue::word("open"))
                .is_err()
        );
        house.run(10);
    }
    let searches = house
        .heard(B, Esv::Get)
        .into_iter()
        .filter(|(_, f)| f.data(0xd6).is_some() && f.properties.len() == 1);
    assert!(searches.count() <= 12);
}
