use proptest::prelude::*;

use super::*;

const PATIENCE: Patience = Patience {
    explained_for: Duration::from_secs(120),
    settle: Duration::from_secs(3),
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn status(status: Status) -> Sight {
    Sight {
        status: Some(status),
        ..Sight::default()
    }
}

fn operation(operation: Operation) -> Sight {
    Sight {
        operation: Some(operation),
        ..Sight::default()
    }
}

fn fault(fault: bool) -> Sight {
    Sight {
        fault: Some(fault),
        ..Sight::default()
    }
}

fn set(watch: &mut Watch, second: i64, word: &str) {
    let name = tomori_smart_home::property::name::open_close_operation();
    watch.we_set(at(second), &name, &PropertyValue::word(word));
}

/// The seconds at which a hand was noticed.
fn hands(watch: &mut Watch, sights: &[(i64, Sight)]) -> Vec<i64> {
    sights
        .iter()
        .filter(|(second, sight)| watch.look(at(*second), *sight, PATIENCE))
        .map(|(second, _)| *second)
        .collect()
}

#[test]
fn the_first_look_claims_no_hand() {
    let mut watch = Watch::default();
    let sights = [(0, status(Status::Opening)), (9, status(Status::Open))];
    assert!(
        hands(&mut watch, &sights).is_empty(),
        "it may have been ours before a restart"
    );
    watch.forget();
    assert!(hands(&mut watch, &[(20, status(Status::Closed))]).is_empty());
}

#[test]
fn our_own_set_explains_the_whole_movement() {
    let mut watch = Watch::default();
    assert!(!watch.look(at(0), status(Status::Closed), PATIENCE));
    set(&mut watch, 10, "open");
    let sights = [
        (10, operation(Operation::Close)),
        (11, operation(Operation::Open)),
        (16, status(Status::Opening)),
        (55, status(Status::Open)),
        (55, operation(Operation::Stop)),
        // An announcement that was overtaken by the answer to a question.
        (56, status(Status::Opening)),
        (57, status(Status::Open)),
    ];
    assert!(hands(&mut watch, &sights).is_empty());
}

#[test]
fn the_wall_switch_is_a_hand_once_for_each_movement() {
    let mut watch = Watch::default();
    let sights = [
        (0, status(Status::Open)),
        (5, status(Status::Closing)),
        (6, operation(Operation::Close)),
        (20, status(Status::Closed)),
        (60, status(Status::Open)),
    ];
    assert_eq!(hands(&mut watch, &sights), [5, 60]);
}

#[test]
fn turning_it_around_by_hand_is_another_hand() {
    let mut watch = Watch::default();
    let sights = [
        (0, status(Status::Open)),
        (5, status(Status::Closing)),
        (9, status(Status::Opening)),
        (12, status(Status::Open)),
    ];
    assert_eq!(hands(&mut watch, &sights), [5, 9]);
}

#[test]
fn a_hand_after_our_movement_is_noticed() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Closed), PATIENCE);
    set(&mut watch, 1, "open");
    let sights = [
        (5, status(Status::Opening)),
        (20, status(Status::Open)),
        (40, status(Status::Closing)),
    ];
    assert_eq!(hands(&mut watch, &sights), [40]);
}

#[test]
fn a_stop_by_hand_during_our_movement_is_noticed_once_no_fault_explains_it() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Closed), PATIENCE);
    set(&mut watch, 1, "open");
    let sights = [
        (5, status(Status::Opening)),
        (9, status(Status::Halfway)),
        (9, operation(Operation::Stop)),
    ];
    assert!(hands(&mut watch, &sights).is_empty());
    assert!(watch.in_doubt());
    assert_eq!(hands(&mut watch, &[(10, fault(false))]), [10]);
    assert!(!watch.in_doubt());
}

#[test]
fn a_jam_during_our_movement_is_no_hand() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Open), PATIENCE);
    set(&mut watch, 1, "close");
    let sights = [
        (5, status(Status::Closing)),
        (9, status(Status::Halfway)),
        (10, fault(true)),
        (20, fault(true)),
        // It was told to close, met something and went back up.
        (21, status(Status::Opening)),
        (22, fault(true)),
    ];
    assert!(hands(&mut watch, &sights).is_empty());
}

#[test]
fn a_device_that_tells_no_faults_is_given_ten_seconds() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Open), PATIENCE);
    set(&mut watch, 1, "close");
    let sights = [
        (5, status(Status::Closing)),
        (9, status(Status::Halfway)),
        (12, status(Status::Halfway)),
        (19, status(Status::Halfway)),
    ];
    assert_eq!(hands(&mut watch, &sights), [19]);
}

#[test]
fn announcements_that_arrive_after_our_stop_are_overlooked() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Open), PATIENCE);
    set(&mut watch, 1, "close");
    watch.look(at(5), status(Status::Closing), PATIENCE);
    set(&mut watch, 8, "stop");
    let sights = [
        (8, status(Status::Halfway)),
        (9, status(Status::Closing)),
        (10, status(Status::Halfway)),
        (10, operation(Operation::Stop)),
    ];
    assert!(hands(&mut watch, &sights).is_empty());
    let sights = [(30, status(Status::Opening)), (31, fault(false))];
    assert_eq!(
        hands(&mut watch, &sights).len(),
        1,
        "and a hand long after it is noticed"
    );
}

#[test]
fn a_reversal_by_our_own_second_set_is_ours() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Closed), PATIENCE);
    set(&mut watch, 1, "open");
    watch.look(at(5), status(Status::Opening), PATIENCE);
    set(&mut watch, 9, "close");
    let sights = [
        (10, status(Status::Closing)),
        (11, operation(Operation::Close)),
        (20, status(Status::Closed)),
    ];
    assert!(hands(&mut watch, &sights).is_empty());
}

#[test]
fn a_degree_explains_any_way_there() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Open), PATIENCE);
    let name = tomori_smart_home::property::name::degree_of_opening();
    watch.we_set(at(1), &name, &PropertyValue::Number(50.0));
    let sights = [
        (5, status(Status::Closing)),
        (6, operation(Operation::Close)),
        (9, status(Status::Halfway)),
        (9, operation(Operation::Stop)),
    ];
    assert!(hands(&mut watch, &sights).is_empty());
    assert_eq!(hands(&mut watch, &[(60, status(Status::Opening))]), [60]);
}

#[test]
fn a_set_that_moves_nothing_or_was_refused_explains_nothing() {
    let mut watch = Watch::default();
    watch.look(at(0), status(Status::Closed), PATIENCE);
    let speed = PropertyName::new("openingSpeed").unwrap();
    watch.we_set(at(1), &speed, &PropertyValue::word("high"));
    assert_eq!(hands(&mut watch, &[(2, status(Status::Opening))]), [2]);
    watch.look(at(20), status(Status::Open), PATIENCE);
    set(&mut watch, 30, "close");
    watch.refused();
    assert_eq!(hands(&mut watch, &[(31, status(Status::Closing))]), [31]);
}

#[test]
fn shutters_that_only_tell_a_degree_are_watched_too() {
    let mut watch = Watch::default();
    let degree = |degree| Sight {
        degree: Some(degree),
        ..Sight::default()
    };
    let sights = [
        (0, degree(100.0)),
        (5, degree(99.0)),
        (6, degree(80.0)),
        (7, degree(60.0)),
        (8, degree(60.0)),
        (30, degree(90.0)),
    ];
    assert_eq!(hands(&mut watch, &sights), [6, 30]);
}

#[test]
fn only_the_operation_changed() {
    let mut watch = Watch::default();
    let sights = [
        (0, operation(Operation::Stop)),
        (5, operation(Operation::Open)),
        (9, operation(Operation::Stop)),
    ];
    let told = hands(&mut watch, &sights);
    assert_eq!(told.first(), Some(&5));
}

fn any_sight() -> impl Strategy<Value = Sight> {
    let statuses = [
        Status::Open,
        Status::Closed,
        Status::Opening,
        Status::Closing,
        Status::Halfway,
    ];
    let operations = [Operation::Open, Operation::Close, Operation::Stop];
    (
        proptest::option::of(proptest::sample::select(statuses.to_vec())),
        proptest::option::of(proptest::sample::select(operations.to_vec())),
        proptest::option::of(any::<bool>()),
    )
        .prop_map(|(status, operation, fault)| Sight {
            status,
            operation,
            degree: None,
            fault,
        })
}

proptest! {
    /// Whatever a device says in the moments after our own set, it is no hand.
    #[test]
    fn nothing_is_a_hand_right_after_our_own_set(
        first in any_sight(),
        sights in proptest::collection::vec(any_sight(), 0..20),
        word in proptest::sample::select(vec!["open", "close", "stop"]),
    ) {
        let mut watch = Watch::default();
        watch.look(at(0), first, PATIENCE);
        set(&mut watch, 10, word);
        for sight in sights {
            prop_assert!(!watch.look(at(12), sight, PATIENCE));
        }
    }

    /// A shutter that does not change is never moved by a hand.
    #[test]
    fn no_change_is_no_hand(sight in any_sight(), times in 1_usize..20) {
        let mut watch = Watch::default();
        for second in 0..times {
            prop_assert!(!watch.look(at(i64::try_from(second).unwrap()), sight, PATIENCE));
        }
    }

    /// Without a set of ours, a change of status from rest is a hand, wherever it goes.
    #[test]
    fn every_start_from_rest_without_us_is_a_hand(to in any_sight()) {
        let mut watch = Watch::default();
        watch.look(at(0), status(Status::Halfway), PATIENCE);
        let changed = to.status.is_some_and(|status| status != Status::Halfway);
        prop_assert_eq!(watch.look(at(600), Sight { operation: None, ..to }, PATIENCE), changed);
    }
}
