use proptest::prelude::*;
use tomori_smart_home::property::Source;
use tomori_smart_home::{
    CommandId, Device, DeviceId, HomeId, PropertyName, PropertyValue, Reason, Report, schedule::Place,
};

use super::*;
use crate::port::{DeviceName, Known, Who};

const UP: Vantage = Vantage::Platform { gateway: Link::Up };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn down(second: i64) -> Vantage {
    Vantage::Platform {
        gateway: Link::Down { since: at(second) },
    }
}

fn known(property: &'static str, value: PropertyValue, second: i64) -> Known {
    Known {
        property: PropertyName::known(property),
        report: Report {
            value,
            at: at(second),
            source: Source::Announced,
        },
    }
}

fn shutter(status: &str, second: i64) -> DeviceView {
    DeviceView {
        device: Device {
            id: DeviceId::from_random([1; 10]),
            kind: DeviceKind::ElectricRainDoor,
            room: "寝室".to_owned(),
            name: "シャッター".to_owned(),
        },
        trust: None,
        reach: Reach::Answering,
        known: vec![known("openCloseStatus", PropertyValue::word(status), second)],
        hold_until: None,
        command: None,
    }
}

fn command(stage: Stage, issued: i64, staged: i64) -> CommandView {
    CommandView {
        id: CommandId::from_random([2; 10]),
        property: PropertyName::known("openCloseOperation"),
        value: PropertyValue::word("open"),
        who: Who::Operator,
        issued_at: at(issued),
        stage,
        stage_at: at(staged),
    }
}

fn house(devices: Vec<DeviceView>, vantage: Vantage) -> HouseView {
    HouseView {
        home: HomeId::from_random([3; 10]),
        name: "家".to_owned(),
        place: Place::new("Asia/Tokyo", 35.68, 139.77).unwrap(),
        vantage,
        devices,
        notable: vec![],
    }
}

#[test]
fn a_wish_is_never_shown_as_done() {
    let mut view = shutter("fullyClosed", 0);
    for stage in [Stage::Accepted, Stage::Delivered, Stage::Executed] {
        view.command = Some(command(stage, 10, 11));
        let state = device_state(&view, &UP, at(12));
        assert_eq!(state.standing, Standing::Sent { since: at(10) });
        assert_eq!(state.fact, Some((Fact::Shutter(Position::Closed, None), at(0))));
    }
}

#[test]
fn sent_then_moving_then_confirmed_each_from_a_report() {
    let mut view = shutter("fullyClosed", 0);
    view.command = Some(command(Stage::Delivered, 10, 11));
    assert!(matches!(
        device_state(&view, &UP, at(11)).standing,
        Standing::Sent { .. }
    ));
    view.known = vec![known("openCloseStatus", PropertyValue::word("opening"), 12)];
    assert_eq!(
        device_state(&view, &UP, at(12)).standing,
        Standing::Moving {
            opening: true,
            since: at(12)
        }
    );
    view.known = vec![known("openCloseStatus", PropertyValue::word("fullyOpen"), 20)];
    // The device says it is open; the command has not been closed yet: still waiting for its confirmation.
    assert!(matches!(
        device_state(&view, &UP, at(20)).standing,
        Standing::Sent { .. }
    ));
    view.command = Some(command(Stage::Observed, 10, 21));
    assert_eq!(
        device_state(&view, &UP, at(21)).standing,
        Standing::Confirmed { at: at(20) }
    );
}

#[test]
fn a_lost_line_makes_everything_unknown_since_then() {
    let mut view = shutter("fullyOpen", 0);
    assert_eq!(
        device_state(&view, &down(30), at(40)).standing,
        Standing::Unknown { since: at(30) }
    );
    view.reach = Reach::Lost {
        last_heard: Some(at(20)),
    };
    let state = device_state(&view, &down(30), at(40));
    assert_eq!(
        state.standing,
        Standing::Unknown { since: at(20) },
        "the device went first"
    );
    assert_eq!(state.blocked, Some(Blocked::HouseUnreachable));
    assert!(state.fact.is_some(), "the last known fact stays, as one of the past");
}

#[test]
fn at_home_the_platform_being_away_changes_nothing() {
    let view = shutter("fullyOpen", 0);
    let away = Vantage::Home {
        platform: Link::Down { since: at(1) },
    };
    let state = device_state(&view, &away, at(40));
    assert_eq!(state.standing, Standing::Confirmed { at: at(0) });
    assert_eq!(state.blocked, None);
    assert_eq!(verdict(&house(vec![view], away), at(40)), Verdict::Well);
}

#[test]
fn prohibition_and_hand_operation_block_from_afar_and_not_at_home() {
    let mut view = shutter("fullyOpen", 0);
    view.known
        .push(known("remoteOperation", PropertyValue::Boolean(false), 1));
    let state = device_state(&view, &UP, at(2));
    assert!(state.prohibited);
    assert_eq!(state.blocked, Some(Blocked::Prohibited));
    assert_eq!(
        device_state(&view, &Vantage::Home { platform: Link::Up }, at(2)).blocked,
        None
    );

    let mut view = shutter("fullyOpen", 0);
    view.hold_until = Some(at(100));
    assert_eq!(
        device_state(&view, &UP, at(2)).blocked,
        Some(Blocked::Held { until: at(100) })
    );
    assert_eq!(
        device_state(&view, &UP, at(100)).blocked,
        None,
        "a hold that ran out is over"
    );
}

#[test]
fn a_fault_a_silence_and_a_failure_need_a_look() {
    let mut broken = shutter("fullyOpen", 0);
    broken.known.push(known("faultStatus", PropertyValue::Boolean(true), 3));
    let mut silent = shutter("fullyOpen", 0);
    silent.reach = Reach::Lost {
        last_heard: Some(at(4)),
    };
    let mut failed = shutter("fullyClosed", 0);
    failed.command = Some(command(
        Stage::Failed {
            reason: Reason::NotConfirmed,
        },
        5,
        6,
    ));
    let house = house(vec![broken, silent, failed, shutter("fullyOpen", 0)], UP);
    let Verdict::Look(concerns) = verdict(&house, at(10)) else {
        panic!("needs a look")
    };
    assert!(matches!(
        concerns[..],
        [Concern::Fault { .. }, Concern::Silent { .. }, Concern::Failed { .. }]
    ));
}

#[test]
fn an_old_failure_is_history_and_no_concern() {
    let mut view = shutter("fullyClosed", 0);
    view.command = Some(command(Stage::Expired, 5, 6));
    let house = house(vec![view], UP);
    assert!(matches!(verdict(&house, at(6 + 3_599)), Verdict::Look(_)));
    assert_eq!(verdict(&house, at(6 + 3_600)), Verdict::Well);
}

#[test]
fn an_unknown_node_is_told_and_an_ordinary_event_is_not() {
    let mut house = house(vec![shutter("fullyOpen", 0)], UP);
    let name = DeviceName {
        id: DeviceId::from_random([1; 10]),
        name: "x".to_owned(),
        room: "y".to_owned(),
    };
    house.notable = vec![HistoryEntry {
        at: at(1),
        what: Happened::HandOperation { device: name },
    }];
    assert_eq!(verdict(&house, at(10)), Verdict::Well);
    house.notable = vec![HistoryEntry {
        at: at(1),
        what: Happened::UnknownNode,
    }];
    assert!(matches!(verdict(&house, at(10)), Verdict::Look(_)));
}

#[test]
fn a_lock_can_be_read_and_not_operated() {
    let mut view = shutter("fullyOpen", 0);
    view.device.kind = DeviceKind::ElectricLock;
    view.known = vec![known("mainElectricLock", PropertyValue::Boolean(true), 2)];
    let state = device_state(&view, &UP, at(3));
    assert_eq!(state.fact, Some((Fact::Locked(true), at(2))));
    assert_eq!(state.controls, Controls::None);
}

#[test]
fn a_word_the_device_should_not_say_is_no_fact() {
    assert_eq!(
        device_state(&shutter("ajar", 0), &UP, at(1)).standing,
        Standing::NeverHeard
    );
}

proptest! {
    /// Whatever was reported and asked: "confirmed" needs a report, an answering device and a standing line.
    #[test]
    fn confirmed_always_has_a_report_behind_it(
        adopted in any::<bool>(),
        lost in proptest::option::of(0_i64..50),
        line in proptest::option::of(0_i64..50),
        reported in proptest::option::of(0_i64..50),
        stage in 0_usize..5,
    ) {
        let mut view = shutter("fullyOpen", reported.unwrap_or(0));
        if reported.is_none() {
            view.known.clear();
        }
        view.reach = match (adopted, lost) {
            (false, _) => Reach::NotAdopted,
            (true, Some(second)) => Reach::Lost { last_heard: Some(at(second)) },
            (true, None) => Reach::Answering,
        };
        let stages = [Stage::Accepted, Stage::Delivered, Stage::Executed, Stage::Observed];
        view.command = stages.get(stage).map(|stage| command(stage.clone(), 40, 41));
        let vantage = line.map_or(UP, down);
        let state = device_state(&view, &vantage, at(60));
        if let Standing::Confirmed { at: confirmed } = state.standing {
            prop_assert!(adopted && lost.is_none() && line.is_none());
            prop_assert_eq!(Some(confirmed), reported.map(at));
            prop_assert!(state.pending.is_none());
        }
        if let Standing::Unknown { since } = state.standing {
            prop_assert_eq!(Some(since), [lost, line].into_iter().flatten().min().map(at));
        }
    }
}
