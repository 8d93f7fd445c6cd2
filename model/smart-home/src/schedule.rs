//! Schedules of the shutter service (T2-4 step 1): when a device shall do what, for whom.
//!
//! The arithmetic of firing lives here, so that the platform (which shows the next firing) and the gateway (which
//! runs it, with or without the platform) can never disagree.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{CommandId, DeviceId, ResidentId, ScheduleId};
use crate::property::{PropertyName, PropertyValue};

/// Days of the week as a set; Monday is bit 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);

    /// Whether the day is in the set.
    #[must_use]
    pub fn contains(self, day: jiff::civil::Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }
}

/// The moment of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Moment {
    /// A time on the clock of the home's zone.
    Clock {
        /// Hours and minutes.
        time: Time,
    },
    /// Sunrise at the home, earlier (negative) or later by up to 180 minutes.
    Sunrise {
        /// Minutes, −180 to 180.
        offset_minutes: i16,
    },
    /// Sunset at the home, earlier (negative) or later by up to 180 minutes.
    Sunset {
        /// Minutes, −180 to 180.
        offset_minutes: i16,
    },
}

/// Whether a schedule rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "pause", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Pause {
    /// It runs.
    Running,
    /// It rests until somebody wakes it.
    Paused,
    /// It rests before this date and runs from it on.
    PausedUntil {
        /// The first day it runs again.
        date: Date,
    },
}

/// A schedule: at a moment of chosen days, one device does one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// The resident who set it (T2-4 step 1: registered with its resident).
    pub resident: ResidentId,
    /// The device.
    pub device: DeviceId,
    /// The property to set, `openCloseOperation` or `degreeOfOpening` for a shutter.
    pub property: PropertyName,
    /// The wanted value.
    pub value: PropertyValue,
    /// On which days of the week.
    pub weekdays: Weekdays,
    /// At which moment.
    pub moment: Moment,
    /// Whether it rests on Japanese national holidays (国民の祝日).
    pub holidays_off: bool,
    /// Whether it rests now.
    pub pause: Pause,
    /// Counts up with each change; an edit names the version it saw, so that two editors cannot overwrite each other.
    pub version: u64,
}

impl Schedule {
    /// How long after its moment a firing may still act, when the gateway was away at the moment itself.
    pub const GRACE: SignedDuration = SignedDuration::from_mins(10);
}

/// Where the home is, as far as schedules need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// IANA time zone, `Asia/Tokyo`.
    pub time_zone: String,
    /// Degrees north, −90 to 90; rounded to 0.01° (about 1 km), which moves sunrise by under 5 seconds (SR3-SP-12).
    pub latitude: f64,
    /// Degrees east, −180 to 180; rounded likewise.
    pub longitude: f64,
}

/// One firing of one schedule: at most one for each date.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firing {
    /// The moment.
    pub at: Timestamp,
    /// The civil date, in the home's zone, it belongs to.
    pub date: Date,
    /// The schedule.
    pub schedule: ScheduleId,
}

impl Firing {
    /// The id of the command of this firing. Platform and gateway derive the same one, each alone: whoever speaks
    /// first, the other's is a duplicate, and the shutter is driven once.
    #[must_use]
    pub fn command_id(schedule: &ScheduleId, date: Date) -> Option<CommandId> {
        let body = schedule.as_str().strip_prefix("sch_")?;
        let body: String = body.chars().take(28).collect();
        format!("cmd_f{body}{:04}{:02}{:02}", date.year(), date.month(), date.day())
            .parse()
            .ok()
    }
}
