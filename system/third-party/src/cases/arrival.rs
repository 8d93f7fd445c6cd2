//! The arrival clock: a guard has to be at the house within 25 minutes of the alarm (警備業法 第43条; the ordinances of
//! most prefectures). That it will be missed is said before it is.

use jiff::{SignedDuration, Timestamp};

/// From the alarm to the arrival.
pub const LONGEST_WAY: SignedDuration = SignedDuration::from_mins(25);
/// With nobody under way and less than this left, it is late to send somebody.
const SEND_NOW: SignedDuration = SignedDuration::from_mins(15);

/// What the clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrivalClock {
    /// When somebody has to be there at the latest.
    pub due_at: Timestamp,
    /// How it stands.
    pub state: ArrivalState,
}

/// How the arrival stands, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrivalState {
    /// Somebody was there in time.
    InTime,
    /// Somebody is under way and will be there in time.
    UnderWay,
    /// Nobody is under way, and there is time.
    Running,
    /// Nobody is under way, and there is hardly time.
    SendNow,
    /// Somebody is under way and will be late, or has been since.
    WillBeLate,
    /// It is over and nobody is there.
    Late,
    /// Somebody was there, too late.
    WasLate,
}

/// What the clock of an alarm shows. `forecast`: when whoever is under way will be there.
#[must_use]
pub fn judge(
    alarm_at: Timestamp,
    forecast: Option<Timestamp>,
    arrived_at: Option<Timestamp>,
    now: Timestamp,
) -> ArrivalClock {
    let due_at = alarm_at.checked_add(LONGEST_WAY).unwrap_or(Timestamp::MAX);
    let left = due_at.duration_since(now);
    let state = match (arrived_at, forecast) {
        (Some(arrived), _) if arrived <= due_at => ArrivalState::InTime,
        (Some(_), _) => ArrivalState::WasLate,
        (None, _) if left.is_negative() => ArrivalState::Late,
        (None, Some(forecast)) if forecast.max(now) > due_at => ArrivalState::WillBeLate,
        (None, Some(_)) => ArrivalState::UnderWay,
        (None, None) if left < SEND_NOW => ArrivalState::SendNow,
        (None, None) => ArrivalState::Running,
    };
    ArrivalClock { due_at, state }
}

impl ArrivalState {
    /// Key of the word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::InTime => "arrival-in-time",
            Self::UnderWay => "arrival-under-way",
            Self::Running => "arrival-running",
            Self::SendNow => "arrival-send-now",
            Self::WillBeLate => "arrival-will-be-late",
            Self::Late => "arrival-late",
            Self::WasLate => "arrival-was-late",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_is_said_before_it_happens() {
        let minute = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let state = |forecast: Option<i64>, arrived: Option<i64>, now| {
            judge(minute(0), forecast.map(minute), arrived.map(minute), minute(now)).state
        };
        assert_eq!(state(None, None, 0), ArrivalState::Running);
        assert_eq!(state(None, None, 11), ArrivalState::SendNow);
        assert_eq!(state(Some(20), None, 2), ArrivalState::UnderWay);
        assert_eq!(state(Some(26), None, 2), ArrivalState::WillBeLate);
        assert_eq!(state(Some(20), None, 24), ArrivalState::UnderWay);
        assert_eq!(state(Some(20), None, 26), ArrivalState::Late);
        assert_eq!(state(Some(20), Some(25), 26), ArrivalState::InTime);
        assert_eq!(state(None, Some(26), 30), ArrivalState::WasLate);
    }
}
