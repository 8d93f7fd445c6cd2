//! Values, commands, and how far they have come.

use tomori_smart_home::{Command, CommandId, Origin, PropertyValue, Reason, Stage};

use crate::error::ContractError;
use crate::v1::command_progress as wire;
use crate::{read, v1};

impl From<&PropertyValue> for v1::Value {
    fn from(value: &PropertyValue) -> Self {
        let value = match value {
            PropertyValue::Boolean(boolean) => v1::value::Value::Boolean(*boolean),
            PropertyValue::Number(number) => v1::value::Value::Number(*number),
            PropertyValue::Word(word) => v1::value::Value::Word(word.clone()),
        };
        Self { value: Some(value) }
    }
}

impl TryFrom<v1::Value> for PropertyValue {
    type Error = ContractError;

    fn try_from(message: v1::Value) -> Result<Self, ContractError> {
        let (field, value) = match message.value.ok_or_else(|| ContractError::unknown("value"))? {
            v1::value::Value::Boolean(boolean) => ("boolean", Self::Boolean(boolean)),
            v1::value::Value::Number(number) => ("number", Self::Number(number)),
            v1::value::Value::Word(word) => ("word", Self::Word(word)),
        };
        value.check().map_err(|error| ContractError::new(field, error))?;
        Ok(value)
    }
}

impl From<&Origin> for v1::Origin {
    fn from(origin: &Origin) -> Self {
        use v1::origin::By;
        let by = match origin {
            Origin::Resident { resident } => By::Resident(resident.to_string()),
            Origin::ResidentAtHome { resident } => By::ResidentAtHome(resident.to_string()),
            Origin::Schedule { schedule, date } => By::Schedule(v1::ScheduleFiring {
                schedule_id: schedule.to_string(),
                date: date.to_string(),
            }),
            Origin::Operator { operator } => By::Operator(operator.to_string()),
        };
        Self { by: Some(by) }
    }
}

impl TryFrom<v1::Origin> for Origin {
    type Error = ContractError;

    fn try_from(message: v1::Origin) -> Result<Self, ContractError> {
        use v1::origin::By;
        Ok(match message.by.ok_or_else(|| ContractError::unknown("by"))? {
            By::Resident(resident) => Self::Resident {
                resident: read::id("resident", &resident)?,
            },
            By::ResidentAtHome(resident) => Self::ResidentAtHome {
                resident: read::id("resident_at_home", &resident)?,
            },
            By::Schedule(firing) => Self::Schedule {
                schedule: read::id("schedule.schedule_id", &firing.schedule_id)?,
                date: read::date("schedule.date", &firing.date)?,
            },
            By::Operator(operator) => Self::Operator {
                operator: read::id("operator", &operator)?,
            },
        })
    }
}

impl From<&Command> for v1::Command {
    fn from(command: &Command) -> Self {
        Self {
            id: command.id.to_string(),
            device_id: command.device.to_string(),
            property: command.property.to_string(),
            value: Some((&command.value).into()),
            origin: Some((&command.origin).into()),
            issued_at: command.issued_at.as_microsecond(),
            expires_at: command.expires_at.as_microsecond(),
        }
    }
}

impl TryFrom<v1::Command> for Command {
    type Error = ContractError;

    fn try_from(message: v1::Command) -> Result<Self, ContractError> {
        let origin = read::present("origin", message.origin)?;
        let command = Self {
            id: read::id("id", &message.id)?,
            device: read::id("device_id", &message.device_id)?,
            property: read::property("property", message.property)?,
            value: read::value("value", message.value)?,
            origin: Origin::try_from(origin).map_err(|error| error.within("origin"))?,
            issued_at: read::time("issued_at", message.issued_at)?,
            expires_at: read::time("expires_at", message.expires_at)?,
        };
        if command.expires_at <= command.issued_at {
            return Err(ContractError::new("expires_at", "not after issued_at"));
        }
        Ok(command)
    }
}

impl v1::CommandProgress {
    /// How far a command has come, as a message.
    #[must_use]
    pub fn new(command: &CommandId, stage: &Stage) -> Self {
        let (stage, reason) = match stage {
            Stage::Accepted => (wire::Stage::Accepted, None),
            Stage::Delivered => (wire::Stage::Delivered, None),
            Stage::Executed => (wire::Stage::Executed, None),
            Stage::Observed => (wire::Stage::Observed, None),
            Stage::Expired => (wire::Stage::Expired, None),
            Stage::Refused { reason } => (wire::Stage::Refused, Some(reason)),
            Stage::Failed { reason } => (wire::Stage::Failed, Some(reason)),
        };
        let (reason, until) = reason.map_or((wire::Reason::Unspecified, 0), reason_to_wire);
        Self {
            command_id: command.to_string(),
            stage: stage.into(),
            reason: reason.into(),
            until,
        }
    }

    /// The command and how far it has come.
    ///
    /// # Errors
    /// When the id is none, the stage is not known, or a refusal or failure has no reason this side knows.
    pub fn read(&self) -> Result<(CommandId, Stage), ContractError> {
        let command = read::id("command_id", &self.command_id)?;
        let stage = match self.stage() {
            wire::Stage::Unspecified => return Err(ContractError::unknown("stage")),
            wire::Stage::Accepted => Stage::Accepted,
            wire::Stage::Delivered => Stage::Delivered,
            wire::Stage::Executed => Stage::Executed,
            wire::Stage::Observed => Stage::Observed,
            wire::Stage::Expired => Stage::Expired,
            wire::Stage::Refused => Stage::Refused {
                reason: self.read_reason()?,
            },
            wire::Stage::Failed => Stage::Failed {
                reason: self.read_reason()?,
            },
        };
        Ok((command, stage))
    }

    fn read_reason(&self) -> Result<Reason, ContractError> {
        Ok(match self.reason() {
            wire::Reason::Unspecified => return Err(ContractError::unknown("reason")),
            wire::Reason::ProhibitedAtDevice => Reason::ProhibitedAtDevice,
            wire::Reason::HandOperation => Reason::HandOperation {
                until: read::time("until", self.until)?,
            },
            wire::Reason::DeviceUnreachable => Reason::DeviceUnreachable,
            wire::Reason::GatewayUnreachable => Reason::GatewayUnreachable,
            wire::Reason::NotAdopted => Reason::NotAdopted,
            wire::Reason::PropertyNotSettable => Reason::PropertyNotSettable,
            wire::Reason::ValueOutOfRange => Reason::ValueOutOfRange,
            wire::Reason::DeviceRefused => Reason::DeviceRefused,
            wire::Reason::NotConfirmed => Reason::NotConfirmed,
            wire::Reason::DeviceFault => Reason::DeviceFault,
            wire::Reason::Superseded => Reason::Superseded,
            wire::Reason::Busy => Reason::Busy,
            wire::Reason::Interrupted => Reason::Interrupted,
            wire::Reason::ClockUncertain => Reason::ClockUncertain,
        })
    }
}

fn reason_to_wire(reason: &Reason) -> (wire::Reason, i64) {
    let plain = match reason {
        Reason::HandOperation { until } => return (wire::Reason::HandOperation, until.as_microsecond()),
        Reason::ProhibitedAtDevice => wire::Reason::ProhibitedAtDevice,
        Reason::DeviceUnreachable => wire::Reason::DeviceUnreachable,
        Reason::GatewayUnreachable => wire::Reason::GatewayUnreachable,
        Reason::NotAdopted => wire::Reason::NotAdopted,
        Reason::PropertyNotSettable => wire::Reason::PropertyNotSettable,
        Reason::ValueOutOfRange => wire::Reason::ValueOutOfRange,
        Reason::DeviceRefused => wire::Reason::DeviceRefused,
        Reason::NotConfirmed => wire::Reason::NotConfirmed,
        Reason::DeviceFault => wire::Reason::DeviceFault,
        Reason::Superseded => wire::Reason::Superseded,
        Reason::Busy => wire::Reason::Busy,
        Reason::Interrupted => wire::Reason::Interrupted,
        Reason::ClockUncertain => wire::Reason::ClockUncertain,
    };
    (plain, 0)
}
