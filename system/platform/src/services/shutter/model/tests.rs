use jiff::civil::time;
use proptest::prelude::*;
use tomori_smart_home::property::name;

use super::*;

fn draft() -> Draft {
    Draft {
        device: DeviceId::from_random([1; 10]),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::WORKING,
        moment: Moment::Clock { time: time(7, 0, 0, 0) },
        holidays_off: false,
        pause: Pause::Running,
    }
}

fn schedule() -> Schedule {
    draft()
        .create(
            ScheduleId::from_random([2; 10]),
            ResidentId::from_random([3; 10]),
            DeviceKind::ElectricRainDoor,
            0,
        )
        .unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn a_schedule_begins_at_version_one_and_belongs_to_its_resident() {
    let schedule = schedule();
    assert_eq!(schedule.version, 1);
    assert_eq!(schedule.resident, ResidentId::from_random([3; 10]));
}

#[test]
fn the_second_of_two_editors_learns_what_the_first_one_did() {
    let before = schedule();
    let mut first = Draft::from(&before);
    first.moment = Moment::Clock {
        time: time(7, 30, 0, 0),
    };
    let after = first.edit(&before, 1, DeviceKind::ElectricRainDoor).unwrap();
    assert_eq!(after.version, 2);
    let mut second = Draft::from(&before);
    second.weekdays = Weekdays::ALL;
    let refused = second.edit(&after, 1, DeviceKind::ElectricRainDoor).unwrap_err();
    assert_eq!(
        refused,
        Refused::Conflict {
            current: Box::new(after)
        }
    );
}

#[test]
fn an_edit_keeps_whose_schedule_it_is() {
    let before = schedule();
    let after = Draft::from(&before)
        .edit(&before, 1, DeviceKind::ElectricRainDoor)
        .unwrap();
    assert_eq!(after.resident, before.resident);
    assert_eq!(after.id, before.id);
}

#[test]
fn every_wrong_field_is_named() {
    let with = |kind: DeviceKind, change: fn(&mut Draft)| {
        let mut draft = draft();
        change(&mut draft);
        draft
            .create(
                ScheduleId::from_random([2; 10]),
                ResidentId::from_random([3; 10]),
                kind,
                0,
            )
            .unwrap_err()
            .field()
    };
    let shutter = DeviceKind::ElectricRainDoor;
    assert_eq!(
        with(shutter, |draft| draft.property = name::open_close_status()),
        "property"
    );
    assert_eq!(
        with(shutter, |draft| draft.value = PropertyValue::word("stop")),
        "value"
    );
    assert_eq!(with(shutter, |draft| draft.weekdays = Weekdays(0)), "weekdays");
    assert_eq!(
        with(shutter, |draft| draft.moment = Moment::Sunset { offset_minutes: 181 }),
        "moment"
    );
    assert_eq!(with(DeviceKind::ElectricLock, |_| ()), "device");
}

#[test]
fn a_home_has_an_end_of_schedules() {
    let full = draft().create(
        ScheduleId::from_random([2; 10]),
        ResidentId::from_random([3; 10]),
        DeviceKind::ElectricRainDoor,
        MOST_IN_A_HOME,
    );
    assert_eq!(full, Err(Refused::TooMany));
}

#[test]
fn a_draft_with_an_unknown_field_is_refused_by_name() {
    let text = r#"{"device":"dev_0","property":"openCloseOperation","value":"open","weekdays":1,
        "moment":{"at":"clock","time":"07:00"},"holidayOff":true}"#;
    let error = serde_json::from_str::<Draft>(text).unwrap_err().to_string();
    assert!(error.contains("holidayOff"), "{error}");
}

#[test]
fn a_firing_is_acted_on_from_its_moment_to_the_end_of_the_grace() {
    let firing = Firing {
        at: at(1000),
        date: jiff::civil::date(2026, 11, 23),
        schedule: ScheduleId::from_random([2; 10]),
    };
    let grace = Schedule::GRACE.as_secs();
    for (second, judgement) in [
        (999, Judgement::NotYet),
        (1000, Judgement::Instruct),
        (1000 + grace - 1, Judgement::Instruct),
        (1000 + grace, Judgement::TooLate),
    ] {
        assert_eq!(Judgement::of(&firing, at(second)), judgement, "{second}");
    }
}

#[test]
fn a_clock_that_was_a_year_ahead_does_not_silence_a_year() {
    let now = at(1_000_000);
    let outlook = Outlook::new(Some(at(1_000_000 + 365 * 86_400)), now);
    assert_eq!(outlook.from, now);
    assert_eq!(outlook.judge_anew_after, Some(now));
}

proptest! {
    /// The ticker never looks further back than a week, never into the future, and never behind what it has seen
    /// while the clock runs forward.
    #[test]
    fn the_outlook_is_bounded(through in 0_i64..4_000_000_000, now in 0_i64..4_000_000_000) {
        let outlook = Outlook::new(Some(at(through)), at(now));
        prop_assert!(outlook.from <= at(now));
        prop_assert!(at(now).duration_since(outlook.from) <= Outlook::LONGEST);
        if through <= now {
            prop_assert!(outlook.from >= at(through));
            prop_assert_eq!(outlook.judge_anew_after, None);
        }
    }

    /// Whatever version somebody claims to have seen, only the true one gets through.
    #[test]
    fn only_the_true_version_edits(current in 1_u64..1000, seen in 0_u64..1000) {
        let current = Schedule { version: current, ..schedule() };
        let edited = Draft::from(&current).edit(&current, seen, DeviceKind::ElectricRainDoor);
        prop_assert_eq!(edited.is_ok(), seen == current.version);
    }
}
