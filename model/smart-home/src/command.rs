//! Commands, and the truth about them: accepted → delivered → executed → observed, or refused, expired, failed.
//!
//! A command carries its own end: after [`Command::expires_at`] no box acts on it (電安法 別表第八, guideline 4.2:
//! remote operation must be certain and must report its result).

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::ids::{CommandId, DeviceId, OperatorId, ResidentId, ScheduleId};
use crate::property::{PropertyName, PropertyValue};

/// Who wants the change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Origin {
    /// A resident, from the app over the platform.
    Resident {
        /// Who.
        resident: ResidentId,
    },
    /// A resident, from the app straight at the gateway, inside the house.
    ResidentAtHome {
        /// Who.
        resident: ResidentId,
    },
    /// A schedule that came due.
    Schedule {
        /// Which schedule.
        schedule: ScheduleId,
        /// The civil date, in the home's zone, that it fired for.
        date: Date,
    },
    /// An operator, for maintenance.
    Operator {
        /// Who.
        operator: OperatorId,
    },
}

impl Origin {
    /// Whether the wish comes from outside the house (property 0x93 of the device is then 0x42).
    #[must_use]
    pub fn is_remote(&self) -> bool {
        match self {
            Self::Resident { .. } | Self::Operator { .. } => true,
            Self::ResidentAtHome { .. } | Self::Schedule { .. } => false,
        }
    }
}

/// One wish to set one property of one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Command {
    /// Its id; the idempotency key on every road: a second delivery of the same id never acts again.
    pub id: CommandId,
    /// The device.
    pub device: DeviceId,
    /// The property to set.
    pub property: PropertyName,
    /// The wanted value.
    pub value: PropertyValue,
    /// Who wants it.
    pub origin: Origin,
    /// When it was accepted.
    pub issued_at: Timestamp,
    /// From this moment on nobody acts on it.
    pub expires_at: Timestamp,
}

impl Command {
    /// How long a command from a person may travel.
    pub const LIFETIME: SignedDuration = SignedDuration::from_secs(30);

    /// Whether it is too late to act on it.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// Why a command came to nothing. Each has a sentence in every language of the app.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reason {
    /// The device forbids remote operation (0x0263 E8 = 0x42).
    ProhibitedAtDevice,
    /// Somebody operated the device by hand; hand operation wins until then (guideline 4.2).
    HandOperation {
        /// When remote operation is possible again.
        until: Timestamp,
    },
    /// The device does not answer.
    DeviceUnreachable,
    /// The gateway has no connection to the platform.
    GatewayUnreachable,
    /// The device is not on the house's equipment list, or no node is adopted for it.
    NotAdopted,
    /// The device has no such property, or it cannot be set.
    PropertyNotSettable,
    /// The value is outside what the property takes.
    ValueOutOfRange,
    /// The device answered that it will not.
    DeviceRefused,
    /// The device took the command, but its state did not follow in time.
    NotConfirmed,
    /// The device reports a fault.
    DeviceFault,
    /// A newer command for the same device took its place.
    Superseded,
    /// Too many commands are under way for this house.
    Busy,
    /// The gateway was interrupted, and what the device shows afterwards does not tell whether it acted.
    Interrupted,
    /// The gateway's clock cannot be trusted.
    ClockUncertain,
}

/// How far a command has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Stage {
    /// The platform (or the gateway, inside the house) has stored it.
    Accepted,
    /// The gateway has stored it.
    Delivered,
    /// The device has taken it.
    Executed,
    /// The device's own state shows the result.
    Observed,
    /// Nobody acted on it, on purpose.
    Refused {
        /// Why.
        reason: Reason,
    },
    /// Its time ran out before anybody acted on it.
    Expired,
    /// It was acted on or tried, and did not come to its end.
    Failed {
        /// Why.
        reason: Reason,
    },
}

impl Stage {
    /// Whether nothing can follow.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Accepted | Self::Delivered | Self::Executed => false,
            Self::Observed | Self::Refused { .. } | Self::Expired | Self::Failed { .. } => true,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Accepted => 0,
            Self::Delivered => 1,
            Self::Executed => 2,
            Self::Observed | Self::Refused { .. } | Self::Expired | Self::Failed { .. } => 3,
        }
    }

    /// Whether `next` may follow this stage. Stages only go forward, and a final one stays: duplicated, late and
    /// reordered reports change nothing. Executed commands cannot be refused or expire: somebody did act.
    #[must_use]
    pub fn may_become(&self, next: &Self) -> bool {
        if self.is_final() || next.rank() <= self.rank() {
            return false;
        }
        !(matches!(self, Self::Executed) && matches!(next, Self::Refused { .. } | Self::Expired))
    }

    /// The stage's name, as the API and the logs spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Executed => "executed",
            Self::Observed => "observed",
            Self::Refused { .. } => "refused",
            Self::Expired => "expired",
            Self::Failed { .. } => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_only_go_forward() {
        assert!(Stage::Accepted.may_become(&Stage::Executed));
        assert!(!Stage::Executed.may_become(&Stage::Delivered));
        assert!(!Stage::Executed.may_become(&Stage::Executed));
        assert!(!Stage::Executed.may_become(&Stage::Expired));
        assert!(Stage::Executed.may_become(&Stage::Failed {
            reason: Reason::NotConfirmed
        }));
        assert!(!Stage::Expired.may_become(&Stage::Observed));
    }

    #[test]
    fn expiry_is_inclusive() {
        let at: Timestamp = "2026-11-23T07:00:00Z".parse().unwrap();
        let command = Command {
            id: CommandId::from_random([0; 10]),
            device: DeviceId::from_random([0; 10]),
            property: crate::property::name::open_close_operation(),
            value: PropertyValue::word("open"),
            origin: Origin::Resident {
                resident: ResidentId::from_random([0; 10]),
            },
            issued_at: at,
            expires_at: at + Command::LIFETIME,
        };
        assert!(!command.is_expired(at));
        assert!(command.is_expired(at + Command::LIFETIME));
    }

    #[test]
    fn stages_are_tagged_json() {
        let text = serde_json::to_string(&Stage::Refused {
            reason: Reason::ProhibitedAtDevice,
        })
        .unwrap();
        assert_eq!(text, r#"{"stage":"refused","reason":{"why":"prohibitedAtDevice"}}"#);
    }
}
