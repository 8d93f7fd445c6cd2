//! What a batch of events amounts to. A house that reports one property a hundred times in a batch costs one row.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tomori_smart_home::arming::Arming;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::event::What;
use tomori_smart_home::property::Source;
use tomori_smart_home::schedule::Firing;
use tomori_smart_home::{Command, CommandId, DeviceId, Event, IncidentId, PropertyName, PropertyValue, Stage};

use super::guard::DoorWord;
use super::twin::plausible;
use super::{GuardWhat, Happened, Reachability};

/// A property of a device.
pub(in crate::device_state) type Key = (DeviceId, PropertyName);

/// All that a batch changes.
#[derive(Debug, Default)]
pub(in crate::device_state) struct Folded {
    /// Every device that the batch speaks of: each must belong to the home.
    pub(in crate::device_state) devices: BTreeSet<DeviceId>,
    /// The last report of each property.
    pub(in crate::device_state) reports: BTreeMap<Key, Latest>,
    /// The last word on each device's presence.
    pub(in crate::device_state) presence: BTreeMap<DeviceId, Presence>,
    /// Holds after operation by hand.
    pub(in crate::device_state) holds: BTreeMap<DeviceId, Timestamp>,
    /// What is told of commands, in order.
    pub(in crate::device_state) commands: Vec<Telling>,
    /// Alarms, and words on incidents, in order. Whatever device they are of, and whether it is still on the list: an alarm
    /// is an alarm.
    pub(in crate::device_state) alarms: Vec<GuardWhat>,
    /// How the guard of the house stands, by the last word on it.
    pub(in crate::device_state) guard: Option<(Timestamp, Arming)>,
    /// The gateway's software, when it started.
    pub(in crate::device_state) software: Option<String>,
    /// The plan it works by.
    pub(in crate::device_state) applied_plan: Option<u64>,
    /// What belongs into the history, in order.
    pub(in crate::device_state) drafts: Vec<Draft>,
}

/// The last report of a property.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::device_state) struct Latest {
    pub(in crate::device_state) value: PropertyValue,
    pub(in crate::device_state) at: Timestamp,
    pub(in crate::device_state) source: Source,
    /// Its place among the home's events.
    pub(in crate::device_state) event: u64,
}

/// The last word on a device's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::device_state) struct Presence {
    pub(in crate::device_state) reachability: Reachability,
    /// When it was last lost within the batch, if it was.
    pub(in crate::device_state) lost_at: Option<Timestamp>,
    /// The place of its last appearance within the batch, if there was one.
    pub(in crate::device_state) appeared_after: Option<u64>,
}

/// What is told of a command.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::device_state) enum Telling {
    /// The gateway made one.
    Issued(Command),
    /// One came further.
    Progress(CommandId, Stage, Timestamp),
}

/// An entry for the history, as far as the batch alone can tell.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::device_state) enum Draft {
    /// It happened.
    Sure(Timestamp, Happened),
    /// The first report of a property in the batch: an entry if it differs from what was stored.
    First(Timestamp, Key, PropertyValue),
    /// A node that is not on the list: an entry if it was not known yet.
    Unknown(Timestamp, Endpoint, String),
    /// A command that the gateway made: an entry if we do not have it yet.
    Issued(Timestamp, CommandId),
}

/// Folds events, the first of which becomes the home's event number `first`. `None` is an event of a newer contract,
/// for which this platform has no words: it has its number and nothing else.
pub(in crate::device_state) fn fold(events: Vec<Option<Event>>, first: u64, now: Timestamp) -> Folded {
    let mut folded = Folded::default();
    for (event, number) in events.into_iter().zip(first..) {
        if let Some(event) = event {
            folded.take(plausible(event.at, now), event.what, number, now);
        }
    }
    folded
}

impl Folded {
    fn take(&mut self, at: Timestamp, what: What, number: u64, now: Timestamp) {
        match what {
            What::GatewayStarted { software, after_crash } => {
                self.software = Some(software.clone());
                self.sure(at, Happened::GatewayStarted { software, after_crash });
            }
            What::PlanApplied { version } => self.applied_plan = Some(version),
            What::PropertyReported {
                device,
                property,
                report,
            } => {
                self.devices.insert(device.clone());
                let latest = Latest {
                    value: report.value,
                    at: plausible(report.at, now),
                    source: report.source,
                    event: number,
                };
                self.report(at, (device, property), latest);
            }
            What::DeviceAppeared { device } => {
                self.devices.insert(device.clone());
                let lost_at = self.presence.get(&device).and_then(|presence| presence.lost_at);
                self.presence.insert(
                    device.clone(),
                    Presence {
                        reachability: Reachability::Reachable { since: at },
                        lost_at,
                        appeared_after: Some(number),
                    },
                );
                self.sure(at, Happened::DeviceAppeared { device });
            }
            What::DeviceLost { device, last_heard } => {
                self.devices.insert(device.clone());
                let last_heard = plausible(last_heard, now);
                let appeared_after = self.presence.get(&device).and_then(|presence| presence.appeared_after);
                self.presence.insert(
                    device.clone(),
                    Presence {
                        reachability: Reachability::Unreachable { since: last_heard },
                        lost_at: Some(last_heard),
                        appeared_after,
                    },
                );
                self.sure(at, Happened::DeviceLost { device, last_heard });
            }
            What::HandOperation { device, hold_until } => {
                self.devices.insert(device.clone());
                self.holds.insert(device.clone(), hold_until);
                self.sure(at, Happened::HandOperation { device, hold_until });
            }
            What::UnknownNode { endpoint, address } => self.drafts.push(Draft::Unknown(at, endpoint, address)),
            What::Impersonation { device, address } => {
                self.devices.insert(device.clone());
                self.sure(at, Happened::Impersonation { device, address });
            }
            What::CommandIssued { command } => {
                self.devices.insert(command.device.clone());
                self.drafts.push(Draft::Issued(at, command.id.clone()));
                self.commands.push(Telling::Issued(command));
            }
            What::CommandProgress { command, stage } => self.commands.push(Telling::Progress(command, stage, at)),
            What::FiringMissed { schedule, date } => {
                // The platform may have instructed it all the same: nobody acted, and now that is sure.
                let command = Firing::command_id(&schedule, date);
                let ended = command.map(|command| Telling::Progress(command, Stage::Expired, at));
                self.commands.extend(ended);
                self.sure(at, Happened::FiringMissed { schedule, date });
            }
            What::ClockJumped { seconds } => self.sure(at, Happened::ClockJumped { seconds }),
            What::AlarmRaised { alarm } => {
                self.devices.extend(alarm.device.clone());
                self.alarms.push(GuardWhat::Alarm { alarm });
            }
            What::IncidentClosed { incident } => self.alarms.push(GuardWhat::Closed { incident }),
            What::ArmingChanged { arming } => self.guard = Some((at, arming)),
            What::IncidentAttested { incident, attested } => {
                self.door(at, incident, DoorWord::Attested { attested });
            }
            What::UnlockAnswered {
                bundle,
                incident: Some(incident),
                attested,
            } => self.door(at, incident, DoorWord::Answered { bundle, attested }),
            // The gateway refused what names no incident. Its audit log has it, and so has whoever sent it.
            What::UnlockAnswered { incident: None, .. } => {}
            What::Relocked {
                incident,
                lock,
                is_confirmed,
            } => self.door(at, incident, DoorWord::Relocked { lock, is_confirmed }),
            What::DoorLeftOpen { incident, lock } => self.door(at, incident, DoorWord::LeftOpen { lock }),
            What::ReportsMerged { count } => self.sure(at, Happened::ReportsMerged { count }),
        }
    }

    fn door(&mut self, at: Timestamp, incident: IncidentId, word: DoorWord) {
        self.alarms.push(GuardWhat::Door { incident, at, word });
    }

    fn sure(&mut self, at: Timestamp, happened: Happened) {
        self.drafts.push(Draft::Sure(at, happened));
    }

    fn report(&mut self, at: Timestamp, key: Key, latest: Latest) {
        // Measurements change all the time; the history keeps states.
        let is_state = !matches!(latest.value, PropertyValue::Number(_));
        match self.reports.get(&key) {
            None if is_state => self.drafts.push(Draft::First(at, key.clone(), latest.value.clone())),
            Some(before) if is_state && before.value != latest.value => self.drafts.push(Draft::Sure(
                at,
                Happened::StateChanged {
                    device: key.0.clone(),
                    property: key.1.clone(),
                    from: Some(before.value.clone()),
                    to: latest.value.clone(),
                },
            )),
            _ => {}
        }
        self.reports.insert(key, latest);
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::Report;
    use tomori_smart_home::property::name::open_close_status;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn shutter() -> DeviceId {
        DeviceId::from_random([1; 10])
    }

    fn reported(second: i64, word: &str) -> Event {
        Event {
            at: at(second),
            what: What::PropertyReported {
                device: shutter(),
                property: open_close_status(),
                report: Report {
                    value: PropertyValue::word(word),
                    at: at(second),
                    source: Source::Announced,
                },
            },
        }
    }

    #[test]
    fn many_reports_of_one_property_become_one_row_and_every_change_is_history() {
        let events = ["opening", "opening", "fullyOpen"]
            .into_iter()
            .zip(1..)
            .map(|(word, second)| Some(reported(second, word)))
            .collect();
        let folded = fold(events, 7, at(100));
        assert_eq!(folded.reports.len(), 1);
        let latest = folded.reports.values().next().unwrap();
        assert_eq!((latest.value.as_word(), latest.event), (Some("fullyOpen"), 9));
        assert_eq!(folded.drafts.len(), 2, "{:?}", folded.drafts);
        assert!(matches!(&folded.drafts[0], Draft::First(_, _, value) if value.as_word() == Some("opening")));
        assert!(matches!(
            &folded.drafts[1],
            Draft::Sure(_, Happened::StateChanged { .. })
        ));
    }

    #[test]
    fn a_device_that_comes_back_within_a_batch_keeps_when_it_was_lost() {
        let events = vec![
            Some(Event {
                at: at(10),
                what: What::DeviceLost {
                    device: shutter(),
                    last_heard: at(5),
                },
            }),
            Some(Event {
                at: at(20),
                what: What::DeviceAppeared { device: shutter() },
            }),
        ];
        let folded = fold(events, 1, at(100));
        let presence = folded.presence[&shutter()];
        assert_eq!(presence.reachability, Reachability::Reachable { since: at(20) });
        assert_eq!((presence.lost_at, presence.appeared_after), (Some(at(5)), Some(2)));
        assert_eq!(folded.drafts.len(), 2);
    }
}
