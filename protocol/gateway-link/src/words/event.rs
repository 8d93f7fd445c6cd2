//! Events.

use tomori_smart_home::arming::Arming;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::event::{Event, What};
use tomori_smart_home::property::{Report, Source};
use tomori_smart_home::unlock::{Attestation, Digest};
use tomori_smart_home::{Alarm, Command, DeviceId, PropertyName};

use crate::error::ContractError;
use crate::v1::event::What as Wire;
use crate::v1::property_reported::Source as WireSource;
use crate::{limits, read, v1};

impl From<&Event> for v1::Event {
    fn from(event: &Event) -> Self {
        Self {
            at: event.at.as_microsecond(),
            what: Some((&event.what).into()),
        }
    }
}

impl TryFrom<v1::Event> for Event {
    type Error = ContractError;

    fn try_from(message: v1::Event) -> Result<Self, ContractError> {
        let what = message.what.ok_or_else(|| ContractError::unknown("what"))?;
        Ok(Self {
            at: read::time("at", message.at)?,
            what: what.try_into()?,
        })
    }
}

impl From<&What> for Wire {
    fn from(what: &What) -> Self {
        match what {
            What::GatewayStarted { software, after_crash } => Self::GatewayStarted(v1::GatewayStarted {
                software: software.clone(),
                after_crash: *after_crash,
            }),
            What::PlanApplied { version } => Self::PlanApplied(v1::PlanApplied { version: *version }),
            What::PropertyReported {
                device,
                property,
                report,
            } => Self::PropertyReported(reported(device, property, report)),
            What::DeviceAppeared { device } => Self::DeviceAppeared(v1::DeviceAppeared {
                device_id: device.to_string(),
            }),
            What::DeviceLost { device, last_heard } => Self::DeviceLost(v1::DeviceLost {
                device_id: device.to_string(),
                last_heard: last_heard.as_microsecond(),
            }),
            What::HandOperation { device, hold_until } => Self::HandOperation(v1::HandOperation {
                device_id: device.to_string(),
                hold_until: hold_until.as_microsecond(),
            }),
            What::UnknownNode { endpoint, address } => Self::UnknownNode(v1::UnknownNode {
                endpoint: Some(endpoint.into()),
                address: address.clone(),
            }),
            What::Impersonation { device, address } => Self::Impersonation(v1::Impersonation {
                device_id: device.to_string(),
                address: address.clone(),
            }),
            What::CommandIssued { command } => Self::CommandIssued(command.into()),
            What::CommandProgress { command, stage } => Self::CommandProgress(v1::CommandProgress::new(command, stage)),
            What::FiringMissed { schedule, date } => Self::FiringMissed(v1::FiringMissed {
                schedule_id: schedule.to_string(),
                date: date.to_string(),
            }),
            What::ClockJumped { seconds } => Self::ClockJumped(v1::ClockJumped { seconds: *seconds }),
            What::ReportsMerged { count } => Self::ReportsMerged(v1::ReportsMerged { count: *count }),
            What::IncidentAttested { incident, attested } => Self::IncidentAttested(v1::IncidentAttested {
                incident_id: incident.to_string(),
                attested: attested.0.clone().into(),
            }),
            What::UnlockAnswered {
                bundle,
                incident,
                attested,
            } => Self::UnlockAnswered(v1::UnlockAnswered {
                bundle: bundle.0.to_vec().into(),
                attested: attested.0.clone().into(),
                incident_id: incident.as_ref().map(ToString::to_string).unwrap_or_default(),
            }),
            What::Relocked {
                incident,
                lock,
                is_confirmed,
            } => Self::Relocked(v1::Relocked {
                incident_id: incident.to_string(),
                device_id: lock.to_string(),
                confirmed: *is_confirmed,
            }),
            What::DoorLeftOpen { incident, lock } => Self::DoorLeftOpen(v1::DoorLeftOpen {
                incident_id: incident.to_string(),
                device_id: lock.to_string(),
            }),
            What::AlarmRaised { alarm } => Self::AlarmRaised(alarm.into()),
            What::ArmingChanged { arming } => Self::ArmingChanged(arming.into()),
            What::IncidentClosed { incident } => Self::IncidentClosed(v1::IncidentClosed {
                incident_id: incident.to_string(),
            }),
        }
    }
}

impl TryFrom<Wire> for What {
    type Error = ContractError;

    fn try_from(message: Wire) -> Result<Self, ContractError> {
        match message {
            Wire::GatewayStarted(inner) => started(inner).map_err(|error| error.within("gateway_started")),
            Wire::PlanApplied(inner) => Ok(Self::PlanApplied { version: inner.version }),
            Wire::PropertyReported(inner) => {
                property_reported(inner).map_err(|error| error.within("property_reported"))
            }
            Wire::DeviceAppeared(inner) => Ok(Self::DeviceAppeared {
                device: read::id("device_appeared.device_id", &inner.device_id)?,
            }),
            Wire::DeviceLost(inner) => Ok(Self::DeviceLost {
                device: read::id("device_lost.device_id", &inner.device_id)?,
                last_heard: read::time("device_lost.last_heard", inner.last_heard)?,
            }),
            Wire::HandOperation(inner) => Ok(Self::HandOperation {
                device: read::id("hand_operation.device_id", &inner.device_id)?,
                hold_until: read::time("hand_operation.hold_until", inner.hold_until)?,
            }),
            Wire::UnknownNode(inner) => unknown_node(inner).map_err(|error| error.within("unknown_node")),
            Wire::Impersonation(inner) => {
                read::text("impersonation.address", &inner.address, 1, limits::ADDRESS_CHARS)?;
                Ok(Self::Impersonation {
                    device: read::id("impersonation.device_id", &inner.device_id)?,
                    address: inner.address,
                })
            }
            Wire::CommandIssued(inner) => Ok(Self::CommandIssued {
                command: Command::try_from(inner).map_err(|error| error.within("command_issued"))?,
            }),
            Wire::CommandProgress(inner) => {
                let (command, stage) = inner.read().map_err(|error| error.within("command_progress"))?;
                Ok(Self::CommandProgress { command, stage })
            }
            Wire::FiringMissed(inner) => Ok(Self::FiringMissed {
                schedule: read::id("firing_missed.schedule_id", &inner.schedule_id)?,
                date: read::date("firing_missed.date", &inner.date)?,
            }),
            Wire::ClockJumped(inner) => Ok(Self::ClockJumped { seconds: inner.seconds }),
            Wire::ReportsMerged(inner) => Ok(Self::ReportsMerged { count: inner.count }),
            Wire::IncidentAttested(inner) => Ok(Self::IncidentAttested {
                incident: read::id("incident_attested.incident_id", &inner.incident_id)?,
                attested: attestation("incident_attested.attested", &inner.attested)?,
            }),
            Wire::UnlockAnswered(inner) => answered(inner).map_err(|error| error.within("unlock_answered")),
            Wire::Relocked(inner) => Ok(Self::Relocked {
                incident: read::id("relocked.incident_id", &inner.incident_id)?,
                lock: read::id("relocked.device_id", &inner.device_id)?,
                is_confirmed: inner.confirmed,
            }),
            Wire::DoorLeftOpen(inner) => Ok(Self::DoorLeftOpen {
                incident: read::id("door_left_open.incident_id", &inner.incident_id)?,
                lock: read::id("door_left_open.device_id", &inner.device_id)?,
            }),
            Wire::AlarmRaised(inner) => Ok(Self::AlarmRaised {
                alarm: Alarm::try_from(inner).map_err(|error| error.within("alarm_raised"))?,
            }),
            Wire::ArmingChanged(inner) => Ok(Self::ArmingChanged {
                arming: Arming::try_from(inner).map_err(|error| error.within("arming_changed"))?,
            }),
            Wire::IncidentClosed(inner) => Ok(Self::IncidentClosed {
                incident: read::id("incident_closed.incident_id", &inner.incident_id)?,
            }),
        }
    }
}

fn answered(message: v1::UnlockAnswered) -> Result<What, ContractError> {
    let bundle = message.bundle.as_ref().try_into().map(Digest);
    Ok(What::UnlockAnswered {
        bundle: bundle.map_err(|_| ContractError::new("bundle", "a SHA-256 has 32 bytes"))?,
        incident: match message.incident_id.as_str() {
            "" => None,
            id => Some(read::id("incident_id", id)?),
        },
        attested: attestation("attested", &message.attested)?,
    })
}

fn attestation(field: &'static str, bytes: &[u8]) -> Result<Attestation, ContractError> {
    read::bytes(field, bytes.len(), Attestation::MOST)?;
    Ok(Attestation(bytes.to_vec()))
}

fn reported(device: &DeviceId, property: &PropertyName, report: &Report) -> v1::PropertyReported {
    let source = match report.source {
        Source::Announced => WireSource::Announced,
        Source::Polled => WireSource::Polled,
        Source::ReadBack => WireSource::ReadBack,
    };
    v1::PropertyReported {
        device_id: device.to_string(),
        property: property.to_string(),
        value: Some((&report.value).into()),
        at: report.at.as_microsecond(),
        source: source.into(),
    }
}

fn property_reported(message: v1::PropertyReported) -> Result<What, ContractError> {
    let source = match message.source() {
        WireSource::Unspecified => return Err(ContractError::unknown("source")),
        WireSource::Announced => Source::Announced,
        WireSource::Polled => Source::Polled,
        WireSource::ReadBack => Source::ReadBack,
    };
    Ok(What::PropertyReported {
        device: read::id("device_id", &message.device_id)?,
        property: read::property("property", message.property)?,
        report: Report {
            value: read::value("value", message.value)?,
            at: read::time("at", message.at)?,
            source,
        },
    })
}

fn started(message: v1::GatewayStarted) -> Result<What, ContractError> {
    read::text("software", &message.software, 1, limits::SOFTWARE_CHARS)?;
    Ok(What::GatewayStarted {
        software: message.software,
        after_crash: message.after_crash,
    })
}

fn unknown_node(message: v1::UnknownNode) -> Result<What, ContractError> {
    read::text("address", &message.address, 1, limits::ADDRESS_CHARS)?;
    let endpoint = read::present("endpoint", message.endpoint)?;
    Ok(What::UnknownNode {
        endpoint: Endpoint::try_from(endpoint).map_err(|error| error.within("endpoint"))?,
        address: message.address,
    })
}
