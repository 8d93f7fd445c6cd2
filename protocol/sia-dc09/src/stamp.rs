//! The time in a frame, and how far it may be from the receiver's.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use thiserror::Error;

/// How many seconds a frame may be behind the receiver's clock (DC-09, 5.5.1.9).
pub const LATE_SECONDS: i64 = 40;
/// How many seconds a frame may be ahead of the receiver's clock.
pub const EARLY_SECONDS: i64 = 20;

/// A moment in whole seconds, UTC: `HH:MM:SS,MM-DD-YYYY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(Timestamp);

/// A frame of another time: the panel's clock is wrong, or somebody sends again what was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the frame's time is {seconds} s from the receiver's; between -{LATE_SECONDS} and +{EARLY_SECONDS} is allowed")]
pub struct OutOfWindow {
    /// The frame's time less the receiver's.
    pub seconds: i64,
}

impl Stamp {
    /// The stamp of a moment; parts of a second are left out.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(Timestamp::from_second(at.as_second()).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// The moment.
    #[must_use]
    pub fn moment(self) -> Timestamp {
        self.0
    }

    /// Reads `HH:MM:SS,MM-DD-YYYY`.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let part = |from: usize, to: usize| -> Option<i16> {
            let digits = text.get(from..to)?;
            if !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            std::str::from_utf8(digits).ok()?.parse().ok()
        };
        let small = |from| part(from, from + 2).and_then(|value| i8::try_from(value).ok());
        let marks = [(2, b':'), (5, b':'), (8, b','), (11, b'-'), (14, b'-')];
        if text.len() != 19 || marks.iter().any(|(at, mark)| text.get(*at) != Some(mark)) {
            return None;
        }
        let civil = DateTime::new(part(15, 19)?, small(9)?, small(12)?, small(0)?, small(3)?, small(6)?, 0).ok()?;
        let moment = TimeZone::UTC.to_timestamp(civil).ok()?;
        Some(Self(moment))
    }

    /// Whether the stamp is near enough to `now`.
    ///
    /// # Errors
    /// When it is too old or too new.
    pub fn check(self, now: Timestamp) -> Result<(), OutOfWindow> {
        let seconds = self.0.as_second().saturating_sub(now.as_second());
        if (-LATE_SECONDS..=EARLY_SECONDS).contains(&seconds) {
            Ok(())
        } else {
            Err(OutOfWindow { seconds })
        }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = TimeZone::UTC.to_datetime(self.0);
        write!(
            f,
            "{:02}:{:02}:{:02},{:02}-{:02}-{:04}",
            at.hour(),
            at.minute(),
            at.second(),
            at.month(),
            at.day(),
            at.year()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_the_standard_writes_it() {
        let stamp = Stamp::read(b"13:59:58,12-31-2012").unwrap();
        assert_eq!(stamp.moment().to_string(), "2012-12-31T13:59:58Z");
        assert_eq!(stamp.to_string(), "13:59:58,12-31-2012");
        for bad in [
            "",
            "13:59:58,13-31-2012",
            "13:59:60,12-31-2012",
            "13.59:58,12-31-2012",
            "13:59:58,02-30-2012 ",
        ] {
            assert_eq!(Stamp::read(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn the_window_is_forty_seconds_behind_and_twenty_ahead() {
        let stamp = Stamp::read(b"12:00:00,01-02-2026").unwrap();
        let now = |seconds| Timestamp::from_second(stamp.moment().as_second() + seconds).unwrap();
        assert_eq!(stamp.check(now(40)), Ok(()));
        assert_eq!(stamp.check(now(41)), Err(OutOfWindow { seconds: -41 }));
        assert_eq!(stamp.check(now(-20)), Ok(()));
        assert_eq!(stamp.check(now(-21)), Err(OutOfWindow { seconds: 21 }));
    }
}
