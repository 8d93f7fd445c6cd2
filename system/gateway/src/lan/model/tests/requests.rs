//! Setting and reading.

use tomori_echonet_lite::{Esv, Property};
use tomori_smart_home::PropertyValue;
use tomori_smart_home::property::Source;

use super::super::*;
use super::house::*;

#[test]
fn a_set_tells_where_it_comes_from_and_is_answered() {
    let mut house = House::with_one_shutter();
    let ticket = house.open(1).unwrap();
    house.run(500);
    assert_eq!(house.sets[&ticket], Ok(()));
    assert_eq!(
        house.node(A).store.taken,
        [Property::new(0x93, [0x42]), Property::new(0xe0, [0x41])]
    );
    let now = moment(house.millis);
    let local = house.core.begin_set(
        now,
        &device(1),
        &name("openCloseOperation"),
        &PropertyValue::word("close"),
        false,
    );
    house.run(500);
    assert_eq!(house.sets[&local.unwrap()], Ok(()));
    assert_eq!(house.node(A).store.taken[2], Property::new(0x93, [0x41]));
}

#[test]
fn what_cannot_be_set_is_refused_before_anything_is_sent() {
    let mut house = House::with_one_shutter();
    let mut refused = |property: &str, value: PropertyValue| house.set(1, property, &value).unwrap_err();
    assert_eq!(
        refused("openCloseStatus", PropertyValue::word("fullyOpen")),
        SetError::NotSettable
    );
    assert_eq!(
        refused("openingSpeed", PropertyValue::word("high")),
        SetError::NotSettable
    );
    assert_eq!(
        refused("noSuchThing", PropertyValue::Boolean(true)),
        SetError::NotSettable
    );
    assert_eq!(
        refused("openCloseOperation", PropertyValue::word("ajar")),
        SetError::OutOfRange
    );
    assert_eq!(
        refused("degreeOfOpening", PropertyValue::Number(101.0)),
        SetError::OutOfRange
    );
    assert_eq!(house.open(9), Err(SetError::NotAdopted));
    house.run(1_000);
    assert!(house.heard(A, Esv::SetC).is_empty());
}

#[test]
fn a_refusing_device_is_told_as_such() {
    let mut house = House::with_one_shutter();
    house.node(A).store.refuses = true;
    let ticket = house.open(1).unwrap();
    house.run(500);
    assert_eq!(house.sets[&ticket], Err(SetError::Refused));
}

#[test]
fn a_node_whose_refusals_are_all_of_the_wrong_service_is_understood() {
    let mut house = House::new(7);
    let mut store = Store::shutter();
    // Its class must have what it does not tell: every round is refused in part.
    store.remove(0x80);
    house.add(A, 1, store);
    house.node(A).manners.one_refusal = true;
    house.adopt(&[1]);
    house.run(10_000);
    assert_eq!(house.word(1, "openCloseStatus").unwrap(), "fullyClosed");
    house.node(A).store.refuses = true;
    let ticket = house.open(1).unwrap();
    house.run(500);
    assert_eq!(house.sets[&ticket], Err(SetError::Refused));
    assert_eq!(house.core.counters().stray, 0);
}

#[test]
fn a_set_without_an_answer_is_never_repeated_and_says_that_it_may_have_acted() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.swallows_set_answers = true;
    let ticket = house.open(1).unwrap();
    house.run(60_000);
    assert_eq!(house.sets[&ticket], Err(SetError::Unreachable { maybe_acted: true }));
    assert_eq!(house.heard(A, Esv::SetC).len(), 1);
}

#[test]
fn a_late_answer_is_recognised_and_looked_into() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.set_answer_after = 8_000;
    let ticket = house.open(1).unwrap();
    house.run(7_900);
    assert_eq!(house.sets[&ticket], Err(SetError::Unreachable { maybe_acted: true }));
    house.run(1_000);
    assert_eq!(house.core.counters().late, 1);
    assert_eq!(house.core.counters().stray, 0);
    assert_eq!(
        house.word(1, "openCloseOperation").unwrap(),
        "open",
        "read from the device itself"
    );
}

#[test]
fn a_set_to_a_silent_node_whose_name_has_to_be_checked_is_not_sent() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    house.run(40_000);
    house.node(A).heard.clear();
    let ticket = house.open(1).unwrap();
    house.run(20_000);
    assert_eq!(house.sets[&ticket], Err(SetError::Unreachable { maybe_acted: false }));
    assert!(house.heard(A, Esv::SetC).is_empty());
}

#[test]
fn a_device_that_was_never_found_is_unreachable_at_once() {
    let mut house = House::new(1);
    house.adopt(&[1]);
    house.run(1_000);
    assert_eq!(house.open(1), Err(SetError::Unreachable { maybe_acted: false }));
}

#[test]
fn a_set_goes_before_the_rounds() {
    let mut house = House::with_one_shutter();
    // The node is slow with everything, and the round is under way.
    house.delays = 400;
    house.run(9_000);
    let began = house.millis;
    let ticket = house.open(1).unwrap();
    house.run(3_000);
    assert_eq!(house.sets[&ticket], Ok(()));
    let (at, _) = house.heard(A, Esv::SetC)[0];
    assert!(at - began < 1_500, "{} ms", at - began);
}

#[test]
fn a_cancelled_set_is_never_sent() {
    let mut house = House::with_one_shutter();
    house.delays = 300;
    let first = house.open(1).unwrap();
    let second = house.set(1, "degreeOfOpening", &PropertyValue::Number(50.0)).unwrap();
    house.core.cancel(second);
    house.run(5_000);
    assert_eq!(house.sets[&first], Ok(()));
    assert!(!house.sets.contains_key(&second));
    assert_eq!(house.heard(A, Esv::SetC).len(), 1);
}

#[test]
fn reading_asks_again_and_answers_with_what_there_is() {
    let mut house = House::with_one_shutter();
    house.loses = 30;
    let names = ["openCloseStatus", "degreeOfOpening", "blindAngle"].map(name);
    let now = moment(house.millis);
    let ticket = house
        .core
        .begin_read(now, &device(1), &names, Source::ReadBack)
        .unwrap();
    house.run(10_000);
    let read = house.reads.remove(&ticket).unwrap().unwrap();
    let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["openCloseStatus", "degreeOfOpening"]);
    assert!(read.iter().all(|(_, report)| report.source == Source::ReadBack));
    let nothing = house.core.begin_read(
        moment(house.millis),
        &device(1),
        &[name("blindAngle")],
        Source::ReadBack,
    );
    assert_eq!(nothing.unwrap_err(), ReadError::NotReadable);
}

#[test]
fn reading_from_a_silent_device_ends() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    let names = [name("openCloseStatus")];
    let ticket = house
        .core
        .begin_read(moment(house.millis), &device(1), &names, Source::ReadBack)
        .unwrap();
    house.run(30_000);
    assert_eq!(house.reads[&ticket], Err(ReadError::Unreachable));
}

#[test]
fn requests_are_bounded() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    let results: Vec<_> = (0..100).map(|_| house.open(1)).collect();
    assert!(results.contains(&Err(SetError::Busy)));
    let begun = results.iter().flatten().count();
    house.run(60_000);
    assert_eq!(house.sets.len(), begun, "each has its end");
    assert!(
        house.heard(A, Esv::SetC).len() <= 2,
        "and what was too late was never sent"
    );
}

#[test]
fn requests_for_a_released_device_end() {
    let mut house = House::with_one_shutter();
    house.node(A).manners.silent = true;
    let sent = house.open(1).unwrap();
    house.run(100);
    let unsent = house.open(1).unwrap();
    house.adopt(&[]);
    house.run(1);
    assert_eq!(house.sets[&sent], Err(SetError::Unreachable { maybe_acted: true }));
    assert_eq!(house.sets[&unsent], Err(SetError::NotAdopted));
}
