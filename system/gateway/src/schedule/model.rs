//! Which firings are due, and which were missed. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use tomori_smart_home::schedule::Firing;
use tomori_smart_home::{Command, Origin, Schedule, ScheduleId};

use crate::plan::InForce;

/// How far back missed firings are looked for after an absence.
pub(crate) const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What became of a firing whose moment has come.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    /// It takes place now.
    Run(Box<Command>),
    /// The gateway was away for longer than the grace.
    Missed,
}

/// All firings in `(after, now]` that are not settled, in the order of time, and what to do about each.
///
/// A firing belongs to a schedule only from the moment the schedule became as it is: one that is set up at noon for
/// seven o'clock has not missed this morning.
#[must_use]
pub(crate) fn due(
    house: &InForce,
    is_settled: impl Fn(&ScheduleId, Date) -> bool,
    after: Timestamp,
    now: Timestamp,
) -> Vec<(Firing, Due)> {
    let memory = now.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
    let after = after.max(memory);
    if after >= now {
        return Vec::new();
    }
    let schedules = &house.plan().schedules;
    // The span is bounded by MEMORY, which is all that this can refuse.
    let firings = house
        .calendar()
        .firings_between(schedules, after, now)
        .unwrap_or_default();
    firings
        .into_iter()
        .filter(|firing| house.since(&firing.schedule).is_some_and(|since| since < firing.at))
        .filter(|firing| !is_settled(&firing.schedule, firing.date))
        .map(|firing| {
            let schedule = schedules.iter().find(|schedule| schedule.id == firing.schedule);
            let command = schedule
                .filter(|_| now.duration_since(firing.at) <= Schedule::GRACE)
                .and_then(|schedule| command(schedule, &firing));
            (
                firing,
                command.map_or(Due::Missed, |command| Due::Run(Box::new(command))),
            )
        })
        .collect()
}

/// When each schedule fires next, for those that do.
#[must_use]
pub(crate) fn next_firings(house: &InForce, after: Timestamp) -> BTreeMap<ScheduleId, Timestamp> {
    let schedules = &house.plan().schedules;
    schedules
        .iter()
        .filter_map(|schedule| house.calendar().next_firing(schedule, after))
        .map(|firing| (firing.schedule, firing.at))
        .collect()
}

/// The command of a firing: the same one that the platform instructs.
fn command(schedule: &Schedule, firing: &Firing) -> Option<Command> {
    Some(Command {
        id: Firing::command_id(&schedule.id, firing.date)?,
        device: schedule.device.clone(),
        property: schedule.property.clone(),
        value: schedule.value.clone(),
        origin: Origin::Schedule {
            schedule: schedule.id.clone(),
            date: firing.date,
        },
        issued_at: firing.at,
        expires_at: firing.at.checked_add(Schedule::GRACE).ok()?,
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
