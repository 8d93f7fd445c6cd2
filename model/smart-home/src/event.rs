//! What happens in a house, as the gateway tells it. Each event is durable in the gateway's journal before it is
//! told, and stays there until the platform has stored it.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::arming::Arming;
use crate::command::{Command, Stage};
use crate::device::Endpoint;
use crate::ids::{CommandId, DeviceId, IncidentId, ScheduleId};
use crate::property::{PropertyName, Report};
use crate::unlock::{Attestation, Digest};

/// Something that happened in the house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When, by the gateway's clock.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum What {
    /// The gateway started.
    GatewayStarted {
        /// Its software version.
        software: String,
        /// Whether its last run ended without a clean stop.
        after_crash: bool,
    },
    /// The gateway now works by this version of the house plan.
    PlanApplied {
        /// The version.
        version: u64,
    },
    /// A property's value became known.
    PropertyReported {
        /// The device.
        device: DeviceId,
        /// The property.
        property: PropertyName,
        /// The value and how it became known.
        report: Report,
    },
    /// A device answers again, or for the first time.
    DeviceAppeared {
        /// The device.
        device: DeviceId,
    },
    /// A device stopped answering; what was known of it is now of the past (SR2-H-4 1).
    DeviceLost {
        /// The device.
        device: DeviceId,
        /// When it last answered.
        last_heard: Timestamp,
    },
    /// Somebody operated a device by hand; remote wishes wait until `hold_until` (guideline 4.2).
    HandOperation {
        /// The device.
        device: DeviceId,
        /// Until when.
        hold_until: Timestamp,
    },
    /// A node that is not on the equipment list is on the house's network. It is not controlled (SR2-H-4 2).
    UnknownNode {
        /// Where it answers.
        endpoint: Endpoint,
        /// Its network address, for the installer.
        address: String,
    },
    /// Somebody sent frames in the name of an adopted device from an address that is not that device's (EP⑧).
    Impersonation {
        /// The device.
        device: DeviceId,
        /// The address the frames came from.
        address: String,
    },
    /// The gateway made a command by itself: a schedule came due or a resident asked inside the house.
    CommandIssued {
        /// The command.
        command: Command,
    },
    /// A command came further.
    CommandProgress {
        /// The command.
        command: CommandId,
        /// How far.
        stage: Stage,
    },
    /// A firing did not take place because the gateway was away longer than the grace.
    FiringMissed {
        /// The schedule.
        schedule: ScheduleId,
        /// The date it was for.
        date: Date,
    },
    /// The gateway's clock jumped or is not plausible.
    ClockJumped {
        /// By how many seconds; positive is forward.
        seconds: i64,
    },
    /// The gateway's signed word that an incident was opened (use case 2).
    IncidentAttested {
        /// The incident.
        incident: IncidentId,
        /// The signed `IncidentOpened`.
        attested: Attestation,
    },
    /// The gateway's signed answer to a bundle that asked for a lock to be opened: a receipt or a refusal.
    UnlockAnswered {
        /// SHA-256 of the bundle.
        bundle: Digest,
        /// The incident that the bundle names, to file the answer by; `None` when it names none.
        incident: Option<IncidentId>,
        /// The signed `Receipt` or `RefusalNotice`.
        attested: Attestation,
    },
    /// A lock that was opened from afar was told to lock again.
    Relocked {
        /// The incident for which it was opened.
        incident: IncidentId,
        /// The lock.
        lock: DeviceId,
        /// Whether it shows that it is locked; if not, somebody has to look.
        is_confirmed: bool,
    },
    /// The door that was opened from afar stands open longer than it should.
    DoorLeftOpen {
        /// The incident for which it was opened.
        incident: IncidentId,
        /// Its lock.
        lock: DeviceId,
    },
    /// An alarm. It is never merged away, and told until the platform has stored it.
    AlarmRaised {
        /// The alarm.
        alarm: Alarm,
    },
    /// The guard of the house stands otherwise than it was told last.
    ArmingChanged {
        /// How it stands.
        arming: Arming,
    },
    /// The gateway knows that an incident is closed: the next alarm opens another.
    IncidentClosed {
        /// Which.
        incident: IncidentId,
    },
    /// Events had to be given up because the journal was full: how many property reports were merged away.
    /// Nothing but superseded property reports is ever merged.
    ReportsMerged {
        /// How many.
        count: u64,
    },
}
