//! Schedules of the shutter service (T2-4 step 1): when a device shall do what, for whom.
//!
//! The arithmetic of firing lives here, so that the platform (which shows the next firing) and the gateway (which
//! runs it, with or without the platform) can never disagree.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use crate::calendar::{Calendar, firing_on, firings_between, next_firing, zone, zone_names};
use crate::holiday;
use crate::ids::{CommandId, DeviceId, ResidentId, ScheduleId};
use crate::property::{PropertyName, PropertyValue, name};

/// What does not fit in a schedule or in the place it is for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// No day of the week, or bits beyond the seven.
    #[error("weekdays: {given} is not a set of days; give 1 to 127, Monday is bit 0")]
    Weekdays {
        /// The bits.
        given: u8,
    },
    /// A clock time with seconds.
    #[error("moment: {given} has seconds; give hours and minutes")]
    ClockSeconds {
        /// The time.
        given: Time,
    },
    /// Too far from sunrise or sunset.
    #[error("moment: {given} minutes is too far from the sun; give -180 to 180")]
    Offset {
        /// The minutes.
        given: i16,
    },
    /// A property that no schedule sets.
    #[error("property: a schedule cannot set `{given}`; give openCloseOperation or degreeOfOpening")]
    Property {
        /// The name.
        given: String,
    },
    /// A value that the property does not take from a schedule.
    #[error("value: `{given}` does not fit; give {expected}")]
    Value {
        /// The value, cut to 80 characters.
        given: String,
        /// What fits.
        expected: &'static str,
    },
    /// A pause that ends in a year no calendar here is good for.
    #[error("pause: {given} is out of range; give a date of 2000 to 2099")]
    PauseDate {
        /// The date.
        given: Date,
    },
    /// Not a time zone.
    #[error("timeZone: `{given}` is not an IANA time zone; give one such as Asia/Tokyo")]
    TimeZone {
        /// What was given, cut to 80 characters.
        given: String,
    },
    /// Not a latitude.
    #[error("latitude: out of range; give degrees north, -90 to 90")]
    Latitude,
    /// Not a longitude.
    #[error("longitude: out of range; give degrees east, -180 to 180")]
    Longitude,
    /// Firings were asked for over too long a span.
    #[error("{days} days are too long a span to list firings for; ask for at most 400")]
    SpanTooLong {
        /// Its length.
        days: i64,
    },
}

impl ScheduleError {
    /// The field it is about, as the API spells it; for marking it in a form.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Weekdays { .. } => "weekdays",
            Self::ClockSeconds { .. } | Self::Offset { .. } => "moment",
            Self::Property { .. } => "property",
            Self::Value { .. } => "value",
            Self::PauseDate { .. } => "pause",
            Self::TimeZone { .. } => "timeZone",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::SpanTooLong { .. } => "through",
        }
    }
}

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

impl Moment {
    fn check(self) -> Result<(), ScheduleError> {
        match self {
            Self::Clock { time } if time.second() != 0 || time.subsec_nanosecond() != 0 => {
                Err(ScheduleError::ClockSeconds { given: time })
            }
            Self::Sunrise { offset_minutes } | Self::Sunset { offset_minutes }
                if offset_minutes.unsigned_abs() > Schedule::FARTHEST_OFFSET_MINUTES.unsigned_abs() =>
            {
                Err(ScheduleError::Offset { given: offset_minutes })
            }
            Self::Clock { .. } | Self::Sunrise { .. } | Self::Sunset { .. } => Ok(()),
        }
    }
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
    /// How far from sunrise or sunset a schedule may lie, in minutes.
    pub const FARTHEST_OFFSET_MINUTES: i16 = 180;

    /// Whether every part is within its bounds. Which device it may be for is the plan's question
    /// ([`crate::plan::HousePlan::check`]).
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ScheduleError> {
        if !(1..=Weekdays::ALL.0).contains(&self.weekdays.0) {
            return Err(ScheduleError::Weekdays { given: self.weekdays.0 });
        }
        self.moment.check()?;
        self.check_value()?;
        match self.pause {
            Pause::PausedUntil { date } if !(holiday::FIRST_YEAR..=holiday::LAST_YEAR).contains(&date.year()) => {
                Err(ScheduleError::PauseDate { given: date })
            }
            Pause::Running | Pause::Paused | Pause::PausedUntil { .. } => Ok(()),
        }
    }

    fn check_value(&self) -> Result<(), ScheduleError> {
        let refused = |expected| ScheduleError::Value {
            given: self.value.to_string().chars().take(80).collect(),
            expected,
        };
        if self.property == name::open_close_operation() {
            match self.value.as_word() {
                Some("open" | "close") => Ok(()),
                _ => Err(refused("open or close")),
            }
        } else if self.property == name::degree_of_opening() {
            match self.value.as_number() {
                Some(degree) if (0.0..=100.0).contains(&degree) && degree.fract() == 0.0 => Ok(()),
                _ => Err(refused("a whole number from 0 to 100 (%)")),
            }
        } else {
            Err(ScheduleError::Property {
                given: self.property.to_string(),
            })
        }
    }
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

impl Place {
    /// A place whose position is rounded to 0.01°, so that no finer one is ever stored (SR3-SP-12).
    ///
    /// # Errors
    /// When the zone is not an IANA zone, or the latitude or longitude is out of range.
    pub fn new(time_zone: &str, latitude: f64, longitude: f64) -> Result<Self, ScheduleError> {
        let rounded = |degrees: f64| (degrees * 100.0).round() / 100.0;
        let place = Self {
            time_zone: time_zone.to_owned(),
            latitude: rounded(latitude),
            longitude: rounded(longitude),
        };
        place.check()?;
        Ok(place)
    }

    /// Whether the zone exists and the position is on this planet.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), ScheduleError> {
        self.check_position()?;
        zone(&self.time_zone).map(|_| ())
    }

    pub(crate) fn check_position(&self) -> Result<(), ScheduleError> {
        if !(-90.0..=90.0).contains(&self.latitude) {
            return Err(ScheduleError::Latitude);
        }
        if !(-180.0..=180.0).contains(&self.longitude) {
            return Err(ScheduleError::Longitude);
        }
        Ok(())
    }
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
    /// first, the other's is a duplicate, and the shutter is driven once. `None` only for years outside 0 to 9999.
    ///
    /// It is `cmd_f`, the body of the schedule's id and the date; at most 40 characters after the prefix. A body of
    /// more than 31 characters (Tomori's own have 16) is cut to 15, and a sum over the whole of it stands for the rest.
    #[must_use]
    pub fn command_id(schedule: &ScheduleId, date: Date) -> Option<CommandId> {
        let body = schedule.as_str().strip_prefix("sch_")?;
        let body = if body.len() > 31 {
            format!("{}{:016x}", body.get(..15)?, fnv_1a(body.as_bytes()))
        } else {
            body.to_owned()
        };
        format!("cmd_f{body}{:04}{:02}{:02}", date.year(), date.month(), date.day())
            .parse()
            .ok()
    }
}

/// Fowler–Noll–Vo, 64 bits: tells names apart, protects nothing.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn seven() -> Schedule {
        Schedule {
            id: ScheduleId::from_random([7; 10]),
            resident: ResidentId::from_random([1; 10]),
            device: DeviceId::from_random([2; 10]),
            property: name::open_close_operation(),
            value: PropertyValue::word("open"),
            weekdays: Weekdays::WORKING,
            moment: Moment::Clock { time: time(7, 0, 0, 0) },
            holidays_off: true,
            pause: Pause::Running,
            version: 1,
        }
    }

    fn refused(change: impl FnOnce(&mut Schedule)) -> ScheduleError {
        let mut schedule = seven();
        change(&mut schedule);
        schedule.check().unwrap_err()
    }

    #[test]
    fn a_sound_schedule_passes() {
        assert_eq!(seven().check(), Ok(()));
        let mut half = seven();
        half.property = name::degree_of_opening();
        half.value = PropertyValue::Number(50.0);
        assert_eq!(half.check(), Ok(()));
    }

    #[test]
    fn each_bad_part_is_refused_by_the_name_of_its_field() {
        assert_eq!(refused(|s| s.weekdays = Weekdays(0)).field(), "weekdays");
        assert_eq!(refused(|s| s.weekdays = Weekdays(0x80)).field(), "weekdays");
        assert_eq!(
            refused(|s| s.moment = Moment::Clock { time: time(7, 0, 1, 0) }).field(),
            "moment"
        );
        assert_eq!(
            refused(|s| s.moment = Moment::Sunset { offset_minutes: 181 }).field(),
            "moment"
        );
        assert_eq!(
            refused(|s| s.moment = Moment::Sunrise {
                offset_minutes: i16::MIN
            })
            .field(),
            "moment"
        );
        assert_eq!(refused(|s| s.property = name::remote_operation()).field(), "property");
        assert_eq!(refused(|s| s.value = PropertyValue::word("stop")).field(), "value");
        assert_eq!(refused(|s| s.value = PropertyValue::Boolean(true)).field(), "value");
        for bad in [-1.0, 100.5, 101.0, f64::NAN] {
            let error = refused(|s| {
                s.property = name::degree_of_opening();
                s.value = PropertyValue::Number(bad);
            });
            assert_eq!(error.field(), "value", "{bad}");
        }
        assert_eq!(
            refused(|s| s.pause = Pause::PausedUntil { date: date(1999, 1, 1) }).field(),
            "pause"
        );
    }

    #[test]
    fn a_place_is_rounded_and_checked() {
        let home = Place::new("Asia/Tokyo", 35.689_49, 139.691_71).unwrap();
        assert_eq!((home.latitude, home.longitude), (35.69, 139.69));
        for (zone, latitude, longitude, field) in [
            ("Asia/Edo", 35.0, 139.0, "timeZone"),
            ("", 35.0, 139.0, "timeZone"),
            ("Etc/Unknown", 35.0, 139.0, "timeZone"),
            ("Asia/Tokyo", 90.01, 139.0, "latitude"),
            ("Asia/Tokyo", f64::NAN, 139.0, "latitude"),
            ("Asia/Tokyo", 35.0, f64::INFINITY, "longitude"),
        ] {
            assert_eq!(Place::new(zone, latitude, longitude).unwrap_err().field(), field);
        }
    }

    #[test]
    fn a_firing_has_one_command_id() {
        let id: ScheduleId = "sch_0123456789abcdef".parse().unwrap();
        let command = Firing::command_id(&id, date(2026, 11, 24)).unwrap();
        assert_eq!(command.as_str(), "cmd_f0123456789abcdef20261124");
        assert_ne!(Firing::command_id(&id, date(2026, 11, 25)), Some(command));
    }

    #[test]
    fn long_schedule_ids_that_begin_alike_stay_apart() {
        let same = "a".repeat(39);
        let ids = ["b", "c"].map(|end| format!("sch_{same}{end}").parse::<ScheduleId>().unwrap());
        let commands = ids.map(|id| Firing::command_id(&id, date(2026, 1, 1)).unwrap());
        assert_ne!(commands[0], commands[1]);
        assert_eq!(commands[0].as_str().len(), "cmd_".len() + 40);
    }
}
