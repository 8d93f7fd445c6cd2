//! Schedules and where the house is.

use jiff::civil::{Date, Time};
use tomori_smart_home::Schedule;
use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};

use crate::error::ContractError;
use crate::v1::schedule as wire;
use crate::{read, v1};

impl From<&Place> for v1::Place {
    fn from(place: &Place) -> Self {
        Self {
            time_zone: place.time_zone.clone(),
            latitude: place.latitude,
            longitude: place.longitude,
        }
    }
}

impl TryFrom<v1::Place> for Place {
    type Error = ContractError;

    fn try_from(message: v1::Place) -> Result<Self, ContractError> {
        Self::new(&message.time_zone, message.latitude, message.longitude)
            .map_err(|error| ContractError::new(snake(error.field()), error))
    }
}

impl From<&Schedule> for v1::Schedule {
    fn from(schedule: &Schedule) -> Self {
        let moment = match schedule.moment {
            Moment::Clock { time } => wire::Moment::ClockMinute(minute_of(time)),
            Moment::Sunrise { offset_minutes } => wire::Moment::SunriseOffset(offset_minutes.into()),
            Moment::Sunset { offset_minutes } => wire::Moment::SunsetOffset(offset_minutes.into()),
        };
        let pause = match schedule.pause {
            Pause::Running => None,
            Pause::Paused => Some(wire::Pause::Paused(true)),
            Pause::PausedUntil { date } => Some(wire::Pause::PausedUntil(date.to_string())),
        };
        Self {
            id: schedule.id.to_string(),
            resident_id: schedule.resident.to_string(),
            device_id: schedule.device.to_string(),
            property: schedule.property.to_string(),
            value: Some((&schedule.value).into()),
            weekdays: schedule.weekdays.0.into(),
            moment: Some(moment),
            holidays_off: schedule.holidays_off,
            pause,
            version: schedule.version,
        }
    }
}

impl TryFrom<v1::Schedule> for Schedule {
    type Error = ContractError;

    fn try_from(message: v1::Schedule) -> Result<Self, ContractError> {
        let weekdays = u8::try_from(message.weekdays)
            .map_err(|_| ContractError::new("weekdays", "give 1 to 127, bit 0 is Monday"))?;
        let schedule = Self {
            id: read::id("id", &message.id)?,
            resident: read::id("resident_id", &message.resident_id)?,
            device: read::id("device_id", &message.device_id)?,
            property: read::property("property", message.property)?,
            value: read::value("value", message.value)?,
            weekdays: Weekdays(weekdays),
            moment: moment(message.moment)?,
            holidays_off: message.holidays_off,
            pause: pause(message.pause)?,
            version: message.version,
        };
        schedule
            .check()
            .map_err(|error| ContractError::new(snake(error.field()), error))?;
        Ok(schedule)
    }
}

fn minute_of(time: Time) -> u32 {
    u32::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0)
}

fn moment(message: Option<wire::Moment>) -> Result<Moment, ContractError> {
    let offset = |field: &str, minutes: i32| {
        i16::try_from(minutes).map_err(|_| ContractError::new(field, "give -180 to 180 minutes"))
    };
    Ok(match message.ok_or_else(|| ContractError::unknown("moment"))? {
        wire::Moment::ClockMinute(minute) => Moment::Clock {
            time: time_of(minute).ok_or_else(|| ContractError::new("clock_minute", "give 0 to 1439"))?,
        },
        wire::Moment::SunriseOffset(minutes) => Moment::Sunrise {
            offset_minutes: offset("sunrise_offset", minutes)?,
        },
        wire::Moment::SunsetOffset(minutes) => Moment::Sunset {
            offset_minutes: offset("sunset_offset", minutes)?,
        },
    })
}

fn time_of(minute: u32) -> Option<Time> {
    Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()
}

fn pause(message: Option<wire::Pause>) -> Result<Pause, ContractError> {
    Ok(match message {
        None | Some(wire::Pause::Paused(false)) => Pause::Running,
        Some(wire::Pause::Paused(true)) => Pause::Paused,
        Some(wire::Pause::PausedUntil(text)) => {
            let date: Date = read::date("paused_until", &text)?;
            Pause::PausedUntil { date }
        }
    })
}

/// The model spells fields as the API does; the contract has its own spelling.
fn snake(field: &str) -> &str {
    match field {
        "timeZone" => "time_zone",
        other => other,
    }
}
