use proptest::prelude::*;
use tomori_smart_home::property::name;
use tomori_smart_home::{Origin, PropertyValue, Reason, ResidentId};

use super::*;

fn seven() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

fn command(number: u64) -> Command {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    Command {
        id: CommandId::from_random(random),
        device: DeviceId::from_random([2; 10]),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        origin: Origin::Resident {
            resident: ResidentId::from_random([3; 10]),
        },
        issued_at: seven(),
        expires_at: seven() + Command::LIFETIME,
    }
}

fn taken(number: u64, at: Timestamp) -> Record {
    Record::Note(Note::Taken {
        command: command(number),
        issued_at: at,
        expires_at: at + Command::LIFETIME,
        at,
    })
}

fn progress(number: u64, event: u64, stage: Stage, at: Timestamp) -> Record {
    Record::Event {
        number: event,
        event: Event {
            at,
            what: What::CommandProgress {
                command: command(number).id,
                stage,
            },
        },
    }
}

#[test]
fn stages_go_forward_and_repeats_change_nothing() {
    let mut state = State::default();
    state.apply(&taken(1, seven()));
    for stage in [
        Stage::Delivered,
        Stage::Executed,
        Stage::Delivered,
        Stage::Executed,
        Stage::Observed,
        Stage::Failed {
            reason: Reason::Interrupted,
        },
    ] {
        state.apply(&progress(1, 1, stage, seven()));
    }
    let account = &state.commands[&command(1).id];
    let stages: Vec<&str> = account.stages.iter().map(|(_, stage)| stage.name()).collect();
    assert_eq!(stages, ["delivered", "executed", "observed"]);
    assert!(!account.is_open());
}

#[test]
fn an_id_is_remembered_as_long_as_it_could_act_and_a_day_more() {
    let mut state = State::default();
    for number in 0..200 {
        state.apply(&taken(number, seven()));
        state.apply(&progress(number, number + 1, Stage::Observed, seven()));
    }
    let next_day = seven() + SignedDuration::from_hours(23);
    state.apply(&taken(1_000, next_day));
    assert_eq!(state.commands.len(), 201);
    let much_later = seven() + SignedDuration::from_hours(100);
    state.apply(&taken(1_001, much_later));
    assert!(state.commands.len() <= HISTORY + 200, "{}", state.commands.len());
    assert!(state.commands.contains_key(&command(1_000).id));
}

#[test]
fn an_open_command_is_never_forgotten() {
    let mut state = State::default();
    state.apply(&taken(0, seven()));
    state.apply(&progress(0, 1, Stage::Delivered, seven()));
    for number in 1..2_000_u64 {
        let at = seven() + SignedDuration::from_secs(i64::try_from(number).unwrap() * 3_600);
        state.apply(&taken(number, at));
        state.apply(&progress(number, number + 1, Stage::Observed, at));
        assert!(state.commands.len() <= REMEMBERED);
    }
    assert!(state.commands.contains_key(&command(0).id));
}

#[test]
fn a_table_full_of_what_could_still_act_has_no_room() {
    let mut state = State::default();
    for number in 0..REMEMBERED {
        state.apply(&taken(u64::try_from(number).unwrap(), seven()));
    }
    assert!(!state.has_room(seven()));
    state.apply(&progress(5, 1, Stage::Expired, seven()));
    assert!(!state.has_room(seven()), "it could still be delivered again");
    assert!(state.has_room(seven() + Command::LIFETIME));
}

#[test]
fn the_newest_driven_wish_is_found_by_part() {
    let mut state = State::default();
    state.apply(&taken(1, seven()));
    let device = DeviceId::from_random([2; 10]);
    assert_eq!(
        state.newest_driven(&device, |_| true, seven()),
        None,
        "it was not driven"
    );
    state.apply(&Record::Note(Note::Intended {
        command: command(1).id,
        intent: Intent {
            at: seven(),
            attempt: 1,
            before: crate::command::Showing::default(),
        },
    }));
    assert_eq!(state.newest_driven(&device, |_| true, seven()), Some(seven()));
    assert_eq!(state.newest_driven(&device, |_| false, seven()), None);
    let set_back = seven() - SignedDuration::from_mins(4);
    assert_eq!(
        state.newest_driven(&device, |_| true, set_back),
        None,
        "issued in the future"
    );
}

#[test]
fn firings_are_remembered_for_two_weeks_and_deleted_schedules_forgotten() {
    let mut state = State::default();
    let schedule = |number| ScheduleId::from_random([number; 10]);
    let first: Date = "2026-01-01".parse().unwrap();
    state.apply(&Record::Note(Note::Settled {
        schedule: schedule(9),
        date: first,
    }));
    let mut date = first;
    for _ in 0..40 {
        date = date.tomorrow().unwrap();
        state.apply(&Record::Note(Note::Settled {
            schedule: schedule(1),
            date,
        }));
    }
    assert!(state.is_settled(&schedule(1), date));
    assert_eq!(state.firings[&schedule(1)].len(), DATES);
    assert!(!state.firings.contains_key(&schedule(9)));
}

#[test]
fn the_platforms_word_on_the_time_outweighs_what_was_seen() {
    let mut state = State::default();
    let future = seven() + SignedDuration::from_hours(9_000);
    state.apply(&progress(1, 1, Stage::Observed, future));
    assert_eq!(state.latest, Some(future));
    state.apply(&Record::Note(Note::ClockAgreed { at: seven() }));
    assert_eq!(state.latest, Some(seven()));
}

proptest! {
    /// What waits in memory is taken in twice: when it could not be written, and when it is.
    #[test]
    fn taking_in_twice_is_taking_in_once(order in prop::collection::vec(0_u64..4, 1..30)) {
        let mut once = State::default();
        let mut twice = State::default();
        for (index, number) in order.iter().enumerate() {
            let event = u64::try_from(index).unwrap() + 1;
            let stage = [Stage::Delivered, Stage::Executed, Stage::Observed, Stage::Expired][index % 4].clone();
            for record in [taken(*number, seven()), progress(*number, event, stage, seven())] {
                let draft = match &record {
                    Record::Event { event, .. } => Draft::Event(event.clone()),
                    Record::Note(note) => Draft::Note(note.clone()),
                };
                once.apply(&record);
                twice.remember(&draft);
                twice.apply(&record);
            }
        }
        prop_assert_eq!(once, twice);
    }
}
