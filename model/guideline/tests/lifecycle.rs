//! T5-1 to T5-13: as many phases and tasks as the guideline has, and where they lead. Also the premises of T3-38 to T3-41.

use std::collections::BTreeSet;

use tomori_guideline::coverage::{self, Because};
use tomori_guideline::lifecycle::{See, tasks};
use tomori_guideline::premise::CALCULATIONS;
use tomori_guideline::{Guide, Lifecycle, Phase, Premise, Requirement, Role, ServiceLevel, Task, UseCase};

/// Counted by hand, from T5-2 to T5-13.
#[test]
fn the_tables_have_the_tasks_of_the_guideline() {
    let phases = |lifecycle: Lifecycle| Phase::ALL.iter().filter(|phase| phase.lifecycle() == lifecycle).count();
    assert_eq!(
        (phases(Lifecycle::Service), phases(Lifecycle::Home)),
        (5, 6),
        "T5-1, T5-7"
    );
    let counts = Phase::ALL
        .iter()
        .map(|phase| (phase.table(), phase.tasks().count()))
        .collect::<Vec<_>>();
    assert_eq!(
        counts,
        [
            ("T5-2", 7),
            ("T5-3", 2),
            ("T5-4", 3),
            ("T5-5", 17),
            ("T5-6", 3),
            ("T5-8", 3),
            ("T5-9", 7),
            ("T5-10", 6),
            ("T5-11", 2),
            ("T5-12", 3),
            ("T5-13", 1),
        ]
    );
    assert_eq!(tasks().count(), 54);
}

#[test]
fn ids_are_table_and_number() {
    for phase in Phase::ALL {
        for (number, task) in (1..).zip(phase.tasks()) {
            assert_eq!(task.number, number);
            assert_eq!(task.id, format!("{}/{number}", phase.table()));
            assert_eq!(Task::by_id(task.id), Ok(task));
        }
    }
    assert_eq!(tasks().map(|task| task.id).collect::<BTreeSet<_>>().len(), 54);
    assert!(Task::by_id("T5-7/1").is_err());
}

#[test]
fn references_lead_somewhere() {
    for task in tasks() {
        for see in task.see {
            match see {
                See::Task(id) => assert!(Task::by_id(id).is_ok_and(|other| other != task), "{} {id}", task.id),
                See::Phase(phase) => assert_ne!(*phase, task.phase, "{}", task.id),
                See::SecondaryRequirements => {}
            }
        }
        for id in task.requirements {
            assert_eq!(Requirement::by_id(id).map(|row| row.id), Ok(*id), "{}", task.id);
        }
    }
    for blank in coverage::blanks() {
        if let Because::Tasks(ids) = blank.because {
            for id in ids {
                assert_eq!(Task::by_id(id).map(|task| task.id), Ok(*id));
            }
        }
    }
}

/// Only the staff on site is a matter of ★★★ alone; the rooms and servers of both platforms follow ISO/IEC 27017.
#[test]
fn tasks_hold_for_whom_the_guideline_says() {
    let three = tasks()
        .filter(|task| task.level == ServiceLevel::Three)
        .map(|task| task.id)
        .collect::<Vec<_>>();
    assert_eq!(three, ["T5-5/4"]);
    let cloud = Phase::Operation
        .tasks()
        .filter(|task| task.guides == [Guide::CloudSecurity]);
    assert_eq!(
        cloud.map(|task| task.number).collect::<Vec<_>>(),
        (5..=15).collect::<Vec<_>>()
    );
    let third_party = tasks()
        .filter(|task| task.role == Role::ThirdParty)
        .map(|task| task.id)
        .collect::<Vec<_>>();
    assert_eq!(
        third_party,
        ["T5-5/10", "T5-5/11", "T5-5/12", "T5-5/13", "T5-5/14", "T5-5/15"]
    );
}

#[test]
fn premises_stand_under_the_tables_of_the_guideline() {
    let counts = CALCULATIONS.map(|it| (it.table, it.use_case, it.after_measures, it.premises.len()));
    assert_eq!(
        counts,
        [
            ("T3-38", UseCase::Shutter, false, 1),
            ("T3-39", UseCase::Dispatch, false, 0),
            ("T3-40", UseCase::Shutter, true, 4),
            ("T3-41", UseCase::Dispatch, true, 3),
        ]
    );
    let used = CALCULATIONS.iter().flat_map(|it| it.premises).collect::<BTreeSet<_>>();
    assert_eq!(used.len(), Premise::ALL.len());
}
