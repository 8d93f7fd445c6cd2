//! Commands as the platform keeps them.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tomori_smart_home::{Command, CommandId, DeviceId, HomeId, Origin, PropertyName, PropertyValue, Reason, Stage};

use super::Reachability;

/// A wish to change a property.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommand {
    /// The id, when whoever wishes derives it (a schedule's firing); a fresh one otherwise.
    pub id: Option<CommandId>,
    /// The device.
    pub device: DeviceId,
    /// The property.
    pub property: PropertyName,
    /// The wanted value.
    pub value: PropertyValue,
    /// Who wants it.
    pub origin: Origin,
    /// The caller's key: the same key in the same home returns the first command, and nothing happens twice.
    /// 1 to 128 visible ASCII characters.
    pub idempotency_key: Option<String>,
    /// From when on nobody acts on it; [`Command::LIFETIME`] from now when absent, at most one hour.
    pub expires_at: Option<Timestamp>,
}

/// A command and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandRecord {
    /// The home.
    pub home: HomeId,
    /// The command.
    #[serde(flatten)]
    pub command: Command,
    /// How far it has come.
    #[serde(flatten)]
    pub stage: Stage,
    /// When it was first handed to the gateway; not yet proof that the gateway has it.
    pub sent_at: Option<Timestamp>,
    /// When the gateway stored it, by the gateway's clock.
    pub delivered_at: Option<Timestamp>,
    /// When the device took it, by the gateway's clock.
    pub executed_at: Option<Timestamp>,
    /// When it came to its end, good or bad.
    pub ended_at: Option<Timestamp>,
}

/// How long after its end the platform waits for the gateway's word on a command that it may have acted on.
pub(in crate::device_state) const SETTLE: SignedDuration = SignedDuration::from_secs(120);
/// How long it waits while the gateway is away: the truth may still come with it.
pub(in crate::device_state) const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// How long a command may be told to live.
pub(in crate::device_state) const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// How many commands of one home may be under way.
pub(in crate::device_state) const MOST_OPEN: usize = 50;
/// How many commands of one home can be open: beside those under way, the firings of two hundred schedules that wait for
/// the word of a house that has been away for a day.
pub(in crate::device_state) const MOST_READ: usize = 500;

impl NewCommand {
    /// Whether this is the wish that the record came from.
    pub(in crate::device_state) fn is_same_wish(&self, record: &CommandRecord) -> bool {
        let Command {
            device,
            property,
            value,
            origin,
            ..
        } = &record.command;
        (&self.device, &self.property, &self.value, &self.origin) == (device, property, value, origin)
    }
}

impl CommandRecord {
    /// Takes the gateway's word on how far the command has come. False when it changes nothing: duplicated, late and
    /// reordered words are harmless.
    pub(in crate::device_state) fn advance(&mut self, next: Stage, at: Timestamp) -> bool {
        if !self.stage.may_become(&next) {
            return false;
        }
        match &next {
            Stage::Accepted => {}
            Stage::Delivered => self.delivered_at = Some(at),
            Stage::Executed => self.executed_at = Some(at),
            Stage::Observed | Stage::Refused { .. } | Stage::Expired | Stage::Failed { .. } => {
                self.ended_at = Some(at);
            }
        }
        self.stage = next;
        true
    }

    /// Whether the house cannot know of the command. One that was not handed over is unknown there, unless it is a
    /// schedule's: the house runs schedules by itself, under the same id (docs/adr/0002), and may have acted already.
    pub(in crate::device_state) fn is_unknown_to_the_house(&self) -> bool {
        let is_of_a_schedule = matches!(self.command.origin, Origin::Schedule { .. });
        self.stage == Stage::Accepted && self.sent_at.is_none() && !is_of_a_schedule
    }

    /// How the command ends by itself, if it does now.
    ///
    /// One that the house cannot know of ends at its time. Any other may have been acted on: only the gateway knows, so
    /// it is given time to say, and what remains is a failure that says so, never an expiry.
    pub(in crate::device_state) fn lapse(&self, now: Timestamp, gateway: Reachability) -> Option<Stage> {
        if self.stage.is_final() || !self.command.is_expired(now) {
            return None;
        }
        let nobody_is_there = self.sent_at.is_none() && gateway == Reachability::Never;
        if self.is_unknown_to_the_house() || nobody_is_there {
            return Some(Stage::Expired);
        }
        let overdue = now.duration_since(self.command.expires_at);
        match gateway {
            // A gateway that has just come back first tells what it has kept.
            Reachability::Reachable { since } if overdue > SETTLE && now.duration_since(since) > SETTLE => {
                Some(Stage::Failed {
                    reason: Reason::NotConfirmed,
                })
            }
            Reachability::Never | Reachability::Unreachable { .. } if overdue > PATIENCE => Some(Stage::Failed {
                reason: Reason::GatewayUnreachable,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::property::name::open_close_operation;
    use tomori_smart_home::{OperatorId, PropertyValue, ScheduleId};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn record() -> CommandRecord {
        CommandRecord {
            home: HomeId::from_random([1; 10]),
            command: Command {
                id: CommandId::from_random([2; 10]),
                device: DeviceId::from_random([3; 10]),
                property: open_close_operation(),
                value: PropertyValue::word("open"),
                origin: Origin::Operator {
                    operator: OperatorId::from_random([4; 10]),
                },
                issued_at: at(0),
                expires_at: at(30),
            },
            stage: Stage::Accepted,
            sent_at: None,
            delivered_at: None,
            executed_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn late_duplicate_and_reordered_words_change_nothing() {
        let mut record = record();
        assert!(record.advance(Stage::Executed, at(3)));
        assert!(!record.advance(Stage::Delivered, at(2)));
        assert!(!record.advance(Stage::Executed, at(4)));
        assert!(record.advance(Stage::Observed, at(9)));
        assert!(!record.advance(Stage::Expired, at(30)));
        assert_eq!((record.executed_at, record.ended_at), (Some(at(3)), Some(at(9))));
    }

    #[test]
    fn a_command_that_never_left_expires_at_its_time() {
        let away = Reachability::Unreachable { since: at(0) };
        assert_eq!(record().lapse(at(29), away), None);
        assert_eq!(record().lapse(at(30), away), Some(Stage::Expired));
    }

    #[test]
    fn a_firing_that_the_house_may_have_run_by_itself_waits_for_the_houses_word() {
        let mut firing = record();
        firing.command.origin = Origin::Schedule {
            schedule: ScheduleId::from_random([5; 10]),
            date: "2026-11-24".parse().unwrap(),
        };
        let away = Reachability::Unreachable { since: at(0) };
        assert!(record().is_unknown_to_the_house() && !firing.is_unknown_to_the_house());
        assert_eq!(firing.lapse(at(30 + 3_600), away), None);
        assert_eq!(
            firing.lapse(at(30), Reachability::Never),
            Some(Stage::Expired),
            "there is no gateway"
        );
    }

    #[test]
    fn a_command_that_may_have_been_acted_on_is_never_called_expired() {
        let sent = CommandRecord {
            sent_at: Some(at(1)),
            ..record()
        };
        let away = Reachability::Unreachable { since: at(2) };
        assert_eq!(sent.lapse(at(1000), away), None);
        assert_eq!(
            sent.lapse(at(30 + 86_400 + 1), away),
            Some(Stage::Failed {
                reason: Reason::GatewayUnreachable
            })
        );
        let back = Reachability::Reachable { since: at(1000) };
        assert_eq!(sent.lapse(at(1100), back), None, "it first tells what it has kept");
        assert_eq!(
            sent.lapse(at(1121), back),
            Some(Stage::Failed {
                reason: Reason::NotConfirmed
            })
        );
    }
}
