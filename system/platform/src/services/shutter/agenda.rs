//! What comes due next, over all homes. Pure.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use tomori_smart_home::schedule::{Calendar, Firing};
use tomori_smart_home::{HomeId, ScheduleId};

use super::store::Kept;

/// The next firing of every schedule, by time.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    by_time: BTreeSet<(Timestamp, ScheduleId)>,
    lines: HashMap<ScheduleId, Line>,
    homes: HashMap<HomeId, HomeLines>,
}

#[derive(Debug)]
struct Line {
    kept: Kept,
    next: Firing,
}

#[derive(Debug)]
struct HomeLines {
    calendar: Calendar,
    schedules: Vec<ScheduleId>,
}

/// A firing whose moment has come.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Come {
    pub(super) kept: Kept,
    pub(super) firing: Firing,
}

impl Agenda {
    /// Takes the schedules of a home in place of those it had; firings later than `after` are looked at. A schedule
    /// does not fire for moments before it took its present form.
    pub(super) fn replace(&mut self, home: &HomeId, calendar: &Calendar, kept: Vec<Kept>, after: Timestamp) {
        self.remove(home);
        let mut schedules = Vec::with_capacity(kept.len());
        for kept in kept {
            let from = after.max(kept.since);
            let Some(next) = calendar.next_firing(&kept.schedule, from) else {
                continue;
            };
            let id = kept.schedule.id.clone();
            self.by_time.insert((next.at, id.clone()));
            self.lines.insert(id.clone(), Line { kept, next });
            schedules.push(id);
        }
        if !schedules.is_empty() {
            let calendar = calendar.clone();
            self.homes.insert(home.clone(), HomeLines { calendar, schedules });
        }
    }

    fn remove(&mut self, home: &HomeId) {
        for id in self.homes.remove(home).into_iter().flat_map(|home| home.schedules) {
            if let Some(line) = self.lines.remove(&id) {
                self.by_time.remove(&(line.next.at, id));
            }
        }
    }

    /// When something comes due next.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// How many schedules have a next firing.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Takes out what has come due, at most so many, oldest first; each schedule moves on to its next firing.
    pub(super) fn come(&mut self, now: Timestamp, most: usize) -> Vec<Come> {
        let mut come = Vec::new();
        while come.len() < most && self.next_at().is_some_and(|at| at <= now) {
            let Some((_, id)) = self.by_time.pop_first() else { break };
            let Some(line) = self.lines.get_mut(&id) else { continue };
            come.push(Come {
                kept: line.kept.clone(),
                firing: line.next.clone(),
            });
            let next = self
                .homes
                .get(&line.kept.home)
                .and_then(|home| home.calendar.next_firing(&line.kept.schedule, line.next.at));
            match next {
                Some(next) => {
                    self.by_time.insert((next.at, id));
                    line.next = next;
                }
                None => {
                    self.lines.remove(&id);
                }
            }
        }
        come
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};
    use tomori_smart_home::{DeviceId, PropertyValue, ResidentId, Schedule};

    use super::*;

    fn home(number: u8) -> HomeId {
        HomeId::from_random([number; 10])
    }

    fn kept(home_number: u8, schedule: u8, hour: i8, since: &str) -> Kept {
        Kept {
            home: home(home_number),
            schedule: Schedule {
                id: ScheduleId::from_random([schedule; 10]),
                resident: ResidentId::from_random([1; 10]),
                device: DeviceId::from_random([1; 10]),
                property: tomori_smart_home::property::name::open_close_operation(),
                value: PropertyValue::word("open"),
                weekdays: Weekdays::ALL,
                moment: Moment::Clock {
                    time: time(hour, 0, 0, 0),
                },
                holidays_off: false,
                pause: Pause::Running,
                version: 1,
            },
            since: since.parse().unwrap(),
            changed_by: ResidentId::from_random([1; 10]),
        }
    }

    fn tokyo() -> Calendar {
        Calendar::new(&Place::new("Asia/Tokyo", 35.68, 139.77).unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_due_comes_once_and_in_order() {
        let mut agenda = Agenda::default();
        let start = at("2026-11-23T00:00:00+09:00");
        let schedules = vec![
            kept(1, 1, 8, "2026-11-22T00:00:00Z"),
            kept(1, 2, 7, "2026-11-22T00:00:00Z"),
        ];
        agenda.replace(&home(1), &tokyo(), schedules, start);
        assert_eq!(agenda.next_at(), Some(at("2026-11-23T07:00:00+09:00")));
        assert!(agenda.come(at("2026-11-23T06:59:59+09:00"), 10).is_empty());
        let come = agenda.come(at("2026-11-23T09:00:00+09:00"), 10);
        let hours: Vec<_> = come.iter().map(|come| come.firing.at).collect();
        assert_eq!(
            hours,
            [at("2026-11-23T07:00:00+09:00"), at("2026-11-23T08:00:00+09:00")]
        );
        assert!(agenda.come(at("2026-11-23T09:00:00+09:00"), 10).is_empty());
        assert_eq!(agenda.next_at(), Some(at("2026-11-24T07:00:00+09:00")));
    }

    #[test]
    fn a_schedule_does_not_fire_for_a_moment_before_it_was_written() {
        let mut agenda = Agenda::default();
        let written = kept(1, 1, 7, "2026-11-23T07:00:30+09:00");
        agenda.replace(&home(1), &tokyo(), vec![written], at("2026-11-23T06:00:00+09:00"));
        assert_eq!(agenda.next_at(), Some(at("2026-11-24T07:00:00+09:00")));
    }

    #[test]
    fn a_home_that_changed_takes_the_place_of_what_it_was() {
        let mut agenda = Agenda::default();
        let start = at("2026-11-23T00:00:00+09:00");
        let since = "2026-11-22T00:00:00Z";
        agenda.replace(
            &home(1),
            &tokyo(),
            vec![kept(1, 1, 7, since), kept(1, 2, 8, since)],
            start,
        );
        agenda.replace(&home(2), &tokyo(), vec![kept(2, 3, 9, since)], start);
        agenda.replace(&home(1), &tokyo(), vec![kept(1, 2, 10, since)], start);
        assert_eq!(agenda.len(), 2);
        assert_eq!(agenda.next_at(), Some(at("2026-11-23T09:00:00+09:00")));
        agenda.replace(&home(2), &tokyo(), Vec::new(), start);
        assert_eq!(agenda.next_at(), Some(at("2026-11-23T10:00:00+09:00")));
    }

    #[test]
    fn days_that_were_slept_through_come_one_by_one() {
        let mut agenda = Agenda::default();
        let start = at("2026-11-20T00:00:00+09:00");
        agenda.replace(&home(1), &tokyo(), vec![kept(1, 1, 7, "2026-11-01T00:00:00Z")], start);
        let come = agenda.come(at("2026-11-23T12:00:00+09:00"), 3);
        let dates: Vec<_> = come.iter().map(|come| come.firing.date).collect();
        assert_eq!(dates, [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]);
        assert_eq!(agenda.come(at("2026-11-23T12:00:00+09:00"), 3).len(), 1);
    }
}
