//! What waits for the disk, in memory and bounded: while the disk refuses, and while the journal has no room for
//! reports.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use tomori_smart_home::event::What;
use tomori_smart_home::{DeviceId, Event, PropertyName};

use super::merge::property;
use super::record::{Draft, Record};

/// Groups that wait at most. A house makes a few a minute when it is busy.
const MOST_GROUPS: usize = 2_000;
/// Properties whose newest report waits at most: 200 devices with a few that change.
const MOST_REPORTS: usize = 4_000;

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    groups: VecDeque<Vec<Draft>>,
    reports: BTreeMap<(DeviceId, PropertyName), Event>,
    merged: u64,
}

impl Backlog {
    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.reports.is_empty() && self.merged == 0
    }

    /// Keeps a group. Reports in it are kept by property, the newest of each.
    ///
    /// # Errors
    /// The group comes back when there is no room.
    pub(crate) fn keep(&mut self, group: Vec<Draft>) -> Result<(), Vec<Draft>> {
        if self.groups.len() >= MOST_GROUPS {
            return Err(group);
        }
        let rest: Vec<Draft> = group.into_iter().filter_map(|draft| self.hold(draft)).collect();
        if !rest.is_empty() {
            self.groups.push_back(rest);
        }
        Ok(())
    }

    /// Holds a report back; anything else comes back.
    pub(crate) fn hold(&mut self, draft: Draft) -> Option<Draft> {
        let Draft::Event(event) = draft else {
            return Some(draft);
        };
        let Some(key) = property(&event) else {
            return Some(Draft::Event(event));
        };
        let is_known = self.reports.contains_key(&key);
        if is_known || self.reports.len() >= MOST_REPORTS {
            self.merged = self.merged.saturating_add(1);
        }
        if is_known || self.reports.len() < MOST_REPORTS {
            self.reports.insert(key, event);
        }
        None
    }

    /// All that waits, in an order in which it may be written.
    pub(crate) fn groups(&self, now: Timestamp) -> Vec<Vec<Draft>> {
        let mut groups: Vec<Vec<Draft>> = self.groups.iter().cloned().collect();
        let mut reports: Vec<Draft> = self.reports.values().cloned().map(Draft::Event).collect();
        if self.merged > 0 {
            reports.push(Draft::Event(Event {
                at: now,
                what: What::ReportsMerged { count: self.merged },
            }));
        }
        groups.extend(reports.chunks(50).map(<[Draft]>::to_vec));
        groups
    }

    /// This line turned out to be written.
    pub(crate) fn forget(&mut self, line: &[Record]) {
        let mut rest = Vec::new();
        for record in line {
            match record {
                Record::Event { event, .. } => match property(event) {
                    Some(key) if self.reports.get(&key) == Some(event) => drop(self.reports.remove(&key)),
                    Some(_) => {}
                    None => rest.push(Draft::Event(event.clone())),
                },
                Record::Note(note) => rest.push(Draft::Note(note.clone())),
            }
        }
        if let Some(place) = self.groups.iter().position(|group| *group == rest) {
            self.groups.remove(place);
        }
    }

    /// Everything was written.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::PropertyValue;
    use tomori_smart_home::property::{Report, Source, name};

    use super::*;
    use crate::store::record::Note;

    fn report(device: u8, percent: f64) -> Draft {
        Draft::Event(Event {
            at: Timestamp::UNIX_EPOCH,
            what: What::PropertyReported {
                device: DeviceId::from_random([device; 10]),
                property: name::degree_of_opening(),
                report: Report {
                    value: PropertyValue::Number(percent),
                    at: Timestamp::UNIX_EPOCH,
                    source: Source::Polled,
                },
            },
        })
    }

    #[test]
    fn the_newest_report_waits_and_the_others_are_counted() {
        let mut backlog = Backlog::default();
        let stopped = Draft::Note(Note::Stopped {
            at: Timestamp::UNIX_EPOCH,
        });
        backlog.keep(vec![report(1, 1.0), stopped.clone()]).unwrap();
        backlog.keep(vec![report(1, 2.0)]).unwrap();
        backlog.keep(vec![report(2, 3.0)]).unwrap();
        let groups = backlog.groups(Timestamp::UNIX_EPOCH);
        assert_eq!(groups[0], [stopped]);
        assert_eq!(groups[1].len(), 3, "two reports and their count");
        assert!(groups[1].contains(&report(1, 2.0)) && !groups[1].contains(&report(1, 1.0)));
        backlog.clear();
        assert!(backlog.is_empty());
    }

    #[test]
    fn a_line_that_turned_out_to_be_written_does_not_wait_any_more() {
        let stopped = Note::Stopped {
            at: Timestamp::UNIX_EPOCH,
        };
        let mut backlog = Backlog::default();
        backlog.keep(vec![report(1, 1.0), stopped.clone().into()]).unwrap();
        backlog.keep(vec![report(2, 5.0)]).unwrap();
        let Draft::Event(event) = report(1, 1.0) else {
            unreachable!("a report is an event")
        };
        backlog.forget(&[Record::Event { number: 7, event }, Record::Note(stopped)]);
        assert_eq!(backlog.groups(Timestamp::UNIX_EPOCH), [vec![report(2, 5.0)]]);
    }

    #[test]
    fn it_is_bounded_and_gives_back_what_it_cannot_keep() {
        let mut backlog = Backlog::default();
        let stopped = || {
            vec![Draft::Note(Note::Stopped {
                at: Timestamp::UNIX_EPOCH,
            })]
        };
        for _ in 0..MOST_GROUPS {
            backlog.keep(stopped()).unwrap();
        }
        assert_eq!(backlog.keep(stopped()), Err(stopped()));
    }
}
