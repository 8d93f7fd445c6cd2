//! What may be scheduled, who wins when two people edit, and what becomes of a firing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::schedule::{Firing, Moment, Pause, ScheduleError, Weekdays};
use tomori_smart_home::{DeviceId, DeviceKind, PropertyName, PropertyValue, ResidentId, Schedule, ScheduleId};

/// Schedules a home has at most; the house plan holds no more.
pub const MOST_IN_A_HOME: usize = 200;

/// What a resident writes into a schedule; everything else is given to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Draft {
    /// The shutter.
    pub device: DeviceId,
    /// `openCloseOperation` or `degreeOfOpening`.
    pub property: PropertyName,
    /// `open`, `close`, or 0 to 100 %.
    pub value: PropertyValue,
    /// On which days of the week; at least one.
    pub weekdays: Weekdays,
    /// At which moment.
    pub moment: Moment,
    /// Whether it rests on Japanese national holidays.
    #[serde(default)]
    pub holidays_off: bool,
    /// Whether it rests now.
    #[serde(default = "running")]
    pub pause: Pause,
}

/// Why a schedule is not taken.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Refused {
    /// Somebody else changed it first; here is how it stands now.
    #[error("the schedule was changed by somebody else; it is now at version {}", current.version)]
    Conflict {
        /// The schedule as it stands.
        current: Box<Schedule>,
    },
    /// The home has as many as it can.
    #[error("the home has {MOST_IN_A_HOME} schedules already; delete one first")]
    TooMany,
    /// The device is no shutter of the home.
    #[error("device: schedules are for the electric shutters of the home")]
    NotAShutter,
    /// A part of it does not fit.
    #[error(transparent)]
    Unfit(#[from] ScheduleError),
}

/// What became of a firing, as the platform's own table knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// It is written down; the house is being instructed.
    Due,
    /// The house has been instructed; the command tells the rest.
    Instructed,
    /// The house could not be instructed: the shutter is no longer on its equipment list.
    Refused,
    /// The platform was away longer than the grace. The gateway runs schedules by itself: its own report, when it
    /// comes, is the truth about the shutter.
    Missed,
}

/// What to do with a firing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Its moment has not come.
    NotYet,
    /// Instruct the house.
    Instruct,
    /// Too late to act: a command never fires late.
    TooLate,
}

/// How far the ticker has looked, and from where it looks on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outlook {
    /// Firings later than this are still to be looked at.
    pub(super) from: Timestamp,
    /// The clock was set back by more than [`Outlook::TOLERANCE`]: what was written down as missed after this moment was
    /// judged by a clock that was wrong, and is judged anew.
    pub(super) judge_anew_after: Option<Timestamp>,
}

fn running() -> Pause {
    Pause::Running
}

impl Draft {
    /// A new schedule.
    ///
    /// # Errors
    /// When a part does not fit, the device is no shutter, or the home has too many.
    pub fn create(
        self,
        id: ScheduleId,
        resident: ResidentId,
        kind: DeviceKind,
        in_the_home: usize,
    ) -> Result<Schedule, Refused> {
        if in_the_home >= MOST_IN_A_HOME {
            return Err(Refused::TooMany);
        }
        self.checked(id, resident, 1, kind)
    }

    /// The schedule after an edit by somebody who saw version `seen`.
    ///
    /// # Errors
    /// [`Refused::Conflict`] when the schedule is at another version by now; when a part does not fit.
    pub fn edit(self, current: &Schedule, seen: u64, kind: DeviceKind) -> Result<Schedule, Refused> {
        unchanged_since(current, seen)?;
        self.checked(current.id.clone(), current.resident.clone(), current.version + 1, kind)
    }

    fn checked(
        self,
        id: ScheduleId,
        resident: ResidentId,
        version: u64,
        kind: DeviceKind,
    ) -> Result<Schedule, Refused> {
        if kind != DeviceKind::ElectricRainDoor {
            return Err(Refused::NotAShutter);
        }
        let schedule = self.into_schedule(id, resident, version);
        schedule.check()?;
        Ok(schedule)
    }

    fn into_schedule(self, id: ScheduleId, resident: ResidentId, version: u64) -> Schedule {
        Schedule {
            id,
            resident,
            device: self.device,
            property: self.property,
            value: self.value,
            weekdays: self.weekdays,
            moment: self.moment,
            holidays_off: self.holidays_off,
            pause: self.pause,
            version,
        }
    }
}

impl From<&Schedule> for Draft {
    fn from(schedule: &Schedule) -> Self {
        Self {
            device: schedule.device.clone(),
            property: schedule.property.clone(),
            value: schedule.value.clone(),
            weekdays: schedule.weekdays,
            moment: schedule.moment,
            holidays_off: schedule.holidays_off,
            pause: schedule.pause,
        }
    }
}

impl Refused {
    /// The field the resident has to look at, as the API spells it; empty when it is none.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "version",
            Self::TooMany => "",
            Self::NotAShutter => "device",
            Self::Unfit(error) => error.field(),
        }
    }
}

/// Whether a schedule still is as somebody saw it.
///
/// # Errors
/// [`Refused::Conflict`] when it is not.
pub(super) fn unchanged_since(current: &Schedule, seen: u64) -> Result<(), Refused> {
    if current.version == seen {
        Ok(())
    } else {
        Err(Refused::Conflict {
            current: Box::new(current.clone()),
        })
    }
}

impl Standing {
    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Instructed => "instructed",
            Self::Refused => "refused",
            Self::Missed => "missed",
        }
    }

    /// The standing of a word in the table.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Due, Self::Instructed, Self::Refused, Self::Missed]
            .into_iter()
            .find(|standing| standing.word() == word)
    }
}

impl Judgement {
    /// Judges a firing.
    #[must_use]
    pub(super) fn of(firing: &Firing, now: Timestamp) -> Self {
        if now < firing.at {
            Self::NotYet
        } else if now < firing.at.checked_add(Schedule::GRACE).unwrap_or(Timestamp::MAX) {
            Self::Instruct
        } else {
            Self::TooLate
        }
    }
}

impl Outlook {
    /// How far back the ticker looks for firings that it missed; older ones are of no use to anybody.
    pub(super) const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
    /// Corrections of a clock up to this are no news.
    pub(super) const TOLERANCE: SignedDuration = SignedDuration::from_mins(1);

    /// From where to look on at `now`, after having looked `through` some moment before.
    #[must_use]
    pub(super) fn new(through: Option<Timestamp>, now: Timestamp) -> Self {
        let Some(through) = through else {
            // A platform that never looked before has missed nothing.
            return Self {
                from: now,
                judge_anew_after: None,
            };
        };
        if through.duration_since(now) > Self::TOLERANCE {
            return Self {
                from: now,
                judge_anew_after: Some(now),
            };
        }
        let earliest = now.checked_sub(Self::LONGEST).unwrap_or(Timestamp::MIN);
        Self {
            from: through.min(now).max(earliest),
            judge_anew_after: None,
        }
    }
}

#[cfg(test)]
mod tests;
