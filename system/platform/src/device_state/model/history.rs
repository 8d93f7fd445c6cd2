//! What happened in a home, for people and for the analysis of incidents (SR3-SP-6).

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{DeviceId, GatewayId, PropertyName, PropertyValue, ScheduleId};

use super::CommandRecord;

/// A place in the history, to read on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(pub u64);

/// Why a text is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this is no cursor of the history; take the one from `next` of the page before, or leave it out")]
pub struct CursorError;

/// Which part of the history is wanted. Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Only entries older than this one; the newest when absent.
    pub before: Option<Cursor>,
    /// How many, 1 to 200.
    pub limit: u16,
    /// Only entries that concern this device.
    pub device: Option<DeviceId>,
}

/// Entries, newest first, and where to read on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The entries.
    pub entries: Vec<HistoryEntry>,
    /// For the next page; `None` when there is none.
    pub next: Option<Cursor>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Its place in the home's history.
    pub number: u64,
    /// When it happened, by the clock of whoever saw it.
    pub at: Timestamp,
    /// When the platform stored it.
    pub stored_at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub happened: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Happened {
    /// A command, as far as it has come by now.
    #[serde(skip_deserializing)]
    Command {
        /// The command.
        command: Box<CommandRecord>,
    },
    /// A device says that its state is another.
    StateChanged {
        /// The device.
        device: DeviceId,
        /// The property, one whose values are words or true/false.
        property: PropertyName,
        /// What it was; `None` when it was not known.
        from: Option<PropertyValue>,
        /// What it is.
        to: PropertyValue,
    },
    /// A device answers again.
    DeviceAppeared {
        /// The device.
        device: DeviceId,
    },
    /// A device stopped answering.
    DeviceLost {
        /// The device.
        device: DeviceId,
        /// When it last answered.
        last_heard: Timestamp,
    },
    /// Somebody operated a device by hand.
    HandOperation {
        /// The device.
        device: DeviceId,
        /// Until when remote wishes wait.
        hold_until: Timestamp,
    },
    /// A node that is not on the equipment list is on the house's network.
    UnknownNode {
        /// Where it answers.
        endpoint: Endpoint,
        /// Its network address.
        address: String,
    },
    /// Somebody sent frames in a device's name from another address (EP⑧).
    Impersonation {
        /// The device.
        device: DeviceId,
        /// The address.
        address: String,
    },
    /// A firing did not take place because the gateway was away too long.
    FiringMissed {
        /// The schedule.
        schedule: ScheduleId,
        /// The date it was for.
        date: Date,
    },
    /// The gateway connected.
    GatewayConnected {
        /// The gateway.
        gateway: GatewayId,
    },
    /// The gateway's connection ended.
    GatewayLost {
        /// The gateway.
        gateway: GatewayId,
    },
    /// The gateway started.
    GatewayStarted {
        /// Its software.
        software: String,
        /// Whether its last run ended without a clean stop.
        after_crash: bool,
    },
    /// The gateway's clock jumped.
    ClockJumped {
        /// By how many seconds; positive is forward.
        seconds: i64,
    },
    /// The gateway's journal was full and older property reports were merged away.
    ReportsMerged {
        /// How many.
        count: u64,
    },
    /// A node was adopted for a device.
    DeviceAdopted {
        /// The device.
        device: DeviceId,
        /// Where it answers.
        endpoint: Endpoint,
    },
    /// A device proves itself by a certificate from now on; older ones of it count no more.
    DeviceCertified {
        /// The device.
        device: DeviceId,
        /// The how manieth it is.
        certificate: u32,
    },
    /// A device lost its node or its certificate: it is on the list, but nothing answers for it.
    DeviceReleased {
        /// The device.
        device: DeviceId,
    },
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h{}", self.0)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(given: &str) -> Result<Self, CursorError> {
        let digits = given.strip_prefix('h').ok_or(CursorError)?;
        if digits.len() > 19 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CursorError);
        }
        digits.parse().map(Self).map_err(|_| CursorError)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Happened {
    /// The device that it concerns, if it concerns one.
    #[must_use]
    pub fn device(&self) -> Option<&DeviceId> {
        match self {
            Self::Command { command } => Some(&command.command.device),
            Self::StateChanged { device, .. }
            | Self::DeviceAppeared { device }
            | Self::DeviceLost { device, .. }
            | Self::HandOperation { device, .. }
            | Self::Impersonation { device, .. }
            | Self::DeviceAdopted { device, .. }
            | Self::DeviceCertified { device, .. }
            | Self::DeviceReleased { device } => Some(device),
            Self::UnknownNode { .. }
            | Self::FiringMissed { .. }
            | Self::GatewayConnected { .. }
            | Self::GatewayLost { .. }
            | Self::GatewayStarted { .. }
            | Self::ClockJumped { .. }
            | Self::ReportsMerged { .. } => None,
        }
    }
}
