//! When schedules fire. Pure arithmetic over a place: both the platform, which shows the next firing, and the gateway,
//! which runs it, count with this and nothing else.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};

use crate::holiday::is_national_holiday;
use crate::schedule::{Firing, Moment, Pause, Place, Schedule, ScheduleError};
use crate::sun;

/// The time zones that come with the program, so that two machines with different system files count alike.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// How many days ahead a next firing is looked for. A schedule that finds none in more than a year has none: it is for
/// sunrises of a place that lacks them, or only for days that are all holidays.
const HORIZON_DAYS: i64 = 400;

/// A firing can lie this many days away from the date it belongs to: sunset plus 180 minutes in a summer night of the
/// north, or a moment that a clock change moved over midnight.
const REACH_DAYS: i64 = 2;

/// A [`Place`] made ready for counting: its zone is looked up once. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    latitude: f64,
    longitude: f64,
}

impl Calendar {
    /// The longest span [`Calendar::firings_between`] answers for, in days.
    pub const LONGEST_SPAN_DAYS: i64 = 400;

    /// The calendar of a place.
    ///
    /// # Errors
    /// When the zone is not an IANA zone, or the latitude or longitude is out of range.
    pub fn new(place: &Place) -> Result<Self, ScheduleError> {
        place.check_position()?;
        Ok(Self {
            zone: zone(&place.time_zone)?,
            latitude: place.latitude,
            longitude: place.longitude,
        })
    }

    /// The zone, for showing times as the clocks of the house show them.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The date on the calendars of the house.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The moment a clock time of a date comes. Where clocks skip the time it is the first moment after the gap; where
    /// they show it twice it is the first of the two. `None` when the house never had that date (Apia, 30 December
    /// 2011).
    #[must_use]
    pub fn clock(&self, date: Date, time: Time) -> Option<Timestamp> {
        let midnight = self.instant(date.to_datetime(Time::midnight()))?;
        if self.date(midnight) > date {
            return None;
        }
        self.instant(date.to_datetime(time))
    }

    /// Sunrise of the date: the one before the solar noon nearest to the clocks' noon. `None` in polar day and night,
    /// and for a date the house never had.
    #[must_use]
    pub fn sunrise(&self, date: Date) -> Option<Timestamp> {
        sun::sunrise(self.noon(date)?, self.latitude, self.longitude)
    }

    /// Sunset of the date: the one after the solar noon nearest to the clocks' noon. In the summer nights of the north
    /// it may come after midnight, and still belongs to the date. `None` as with [`Calendar::sunrise`].
    #[must_use]
    pub fn sunset(&self, date: Date) -> Option<Timestamp> {
        sun::sunset(self.noon(date)?, self.latitude, self.longitude)
    }

    /// The one firing of the schedule for the date, if it has one: the day of the week fits, it does not rest, the
    /// date is no holiday it keeps, and the moment exists.
    #[must_use]
    pub fn firing_on(&self, schedule: &Schedule, date: Date) -> Option<Firing> {
        let rests = match schedule.pause {
            Pause::Running => false,
            Pause::Paused => true,
            Pause::PausedUntil { date: wakes } => date < wakes,
        };
        if rests || !schedule.weekdays.contains(date.weekday()) {
            return None;
        }
        if schedule.holidays_off && is_national_holiday(date) {
            return None;
        }
        let later = |at: Timestamp, minutes: i16| at.checked_add(Span::new().minutes(minutes)).ok();
        let at = match schedule.moment {
            Moment::Clock { time } => self.clock(date, time)?,
            Moment::Sunrise { offset_minutes } => later(self.sunrise(date)?, offset_minutes)?,
            Moment::Sunset { offset_minutes } => later(self.sunset(date)?, offset_minutes)?,
        };
        Some(Firing {
            at,
            date,
            schedule: schedule.id.clone(),
        })
    }

    /// The first firing later than `after`, if there is one within 400 days (counted from the end of the pause).
    #[must_use]
    pub fn next_firing(&self, schedule: &Schedule, after: Timestamp) -> Option<Firing> {
        let mut first = self.date(after).saturating_sub(Span::new().days(REACH_DAYS));
        match schedule.pause {
            Pause::Running => {}
            Pause::Paused => return None,
            Pause::PausedUntil { date } => first = first.max(date),
        }
        let mut best: Option<Firing> = None;
        for date in days(first, HORIZON_DAYS) {
            let found = self.firing_on(schedule, date).filter(|firing| firing.at > after);
            match (&best, found) {
                (None, found) => best = found,
                // The dates are walked on past the first find only as far as an earlier moment could still come.
                (Some(held), Some(found)) if found.at < held.at => best = Some(found),
                (Some(held), _) if date > held.date.saturating_add(Span::new().days(REACH_DAYS)) => break,
                (Some(_), _) => {}
            }
        }
        best
    }

    /// All firings later than `after` and not later than `through`, in the order of time, then of schedule ids.
    ///
    /// # Errors
    /// When the span is longer than [`Calendar::LONGEST_SPAN_DAYS`]: the caller shortens it, since nobody acts on a
    /// firing that old.
    pub fn firings_between(
        &self,
        schedules: &[Schedule],
        after: Timestamp,
        through: Timestamp,
    ) -> Result<Vec<Firing>, ScheduleError> {
        let whole_days = through.duration_since(after).as_hours() / 24;
        if whole_days > Self::LONGEST_SPAN_DAYS {
            return Err(ScheduleError::SpanTooLong { days: whole_days });
        }
        let first = self.date(after).saturating_sub(Span::new().days(REACH_DAYS));
        let mut firings = days(first, whole_days + 2 * REACH_DAYS + 2)
            .flat_map(|date| {
                schedules
                    .iter()
                    .filter_map(move |schedule| self.firing_on(schedule, date))
            })
            .filter(|firing| after < firing.at && firing.at <= through)
            .collect::<Vec<_>>();
        firings.sort();
        Ok(firings)
    }

    fn noon(&self, date: Date) -> Option<Timestamp> {
        self.clock(date, Time::constant(12, 0, 0, 0))
    }

    fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let AmbiguousOffset::Gap { before, after } = ambiguous.offset() else {
            return ambiguous.earlier().ok();
        };
        // Read with the two offsets, the skipped time gives a moment before the change and one after it.
        let (early, late) = (after.to_timestamp(local).ok()?, before.to_timestamp(local).ok()?);
        let change = self
            .zone
            .following(early)
            .map(|change| change.timestamp())
            .take_while(|change| *change <= late)
            .find(|change| self.zone.to_offset(*change) == after);
        change.or(Some(late))
    }
}

/// The zone of an IANA name.
///
/// # Errors
/// When there is none of that name.
pub fn zone(name: &str) -> Result<TimeZone, ScheduleError> {
    let known = (1..=64).contains(&name.len()) && name != "Etc/Unknown";
    known
        .then(|| ZONES.get(name).ok())
        .flatten()
        .ok_or_else(|| ScheduleError::TimeZone {
            given: name.chars().take(80).collect(),
        })
}

/// Every zone name a [`Place`] may have, sorted; for choosing one.
#[must_use]
pub fn zone_names() -> Vec<String> {
    let mut names = ZONES
        .available()
        .map(|name| name.to_string())
        .filter(|name| name != "Etc/Unknown")
        .collect::<Vec<_>>();
    names.sort();
    names
}

fn days(first: Date, count: i64) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(usize::try_from(count).unwrap_or(0))
}

/// [`Calendar::firing_on`] for one question; with many, keep a [`Calendar`].
///
/// # Errors
/// As [`Calendar::new`].
pub fn firing_on(schedule: &Schedule, date: Date, place: &Place) -> Result<Option<Firing>, ScheduleError> {
    Ok(Calendar::new(place)?.firing_on(schedule, date))
}

/// [`Calendar::next_firing`] for one question; with many, keep a [`Calendar`].
///
/// # Errors
/// As [`Calendar::new`].
pub fn next_firing(schedule: &Schedule, after: Timestamp, place: &Place) -> Result<Option<Firing>, ScheduleError> {
    Ok(Calendar::new(place)?.next_firing(schedule, after))
}

/// [`Calendar::firings_between`] for one question; with many, keep a [`Calendar`].
///
/// # Errors
/// As [`Calendar::new`] and [`Calendar::firings_between`].
pub fn firings_between(
    schedules: &[Schedule],
    after: Timestamp,
    through: Timestamp,
    place: &Place,
) -> Result<Vec<Firing>, ScheduleError> {
    Calendar::new(place)?.firings_between(schedules, after, through)
}
