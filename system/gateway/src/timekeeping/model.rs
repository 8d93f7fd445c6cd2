//! Whether the house's clock can be believed, and when it was set.
//!
//! A gateway without a battery-backed clock starts in 1970 and learns the time from the network minutes later; a
//! wrongly set one may be hours ahead. Schedules and expiry are only as good as the clock, so they ask here first.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::clock::EARLIEST;

/// A clock may go back by this much (a time server's correction) without losing its word.
const SMALL_STEP_BACK: SignedDuration = SignedDuration::from_mins(5);
/// Less than this is not called a jump.
pub(crate) const JUMP: SignedDuration = SignedDuration::from_secs(3);
/// Two clocks that differ by no more than this tell the same time.
pub(crate) const SAME_TIME: SignedDuration = SignedDuration::from_secs(5);
/// A clock this far from the platform's is wrong, and people are told.
pub(crate) const WRONG: SignedDuration = SignedDuration::from_secs(60);

/// Whether a clock can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Its time is plausible.
    Certain,
    /// It shows a time that cannot be.
    Uncertain,
}

/// Compares the wall clock with the time that passed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    now: Timestamp,
    run_time: Duration,
}

/// Whether `now` can be, given the latest time that the store knows of.
#[must_use]
pub(crate) fn plausible(now: Timestamp, latest_known: Option<Timestamp>) -> Trust {
    let earliest = latest_known
        .and_then(|latest| latest.checked_sub(SMALL_STEP_BACK).ok())
        .map_or(EARLIEST, |latest| latest.max(EARLIEST));
    if now < earliest {
        Trust::Uncertain
    } else {
        Trust::Certain
    }
}

/// How far the platform's clock is ahead of ours, as far as that matters: small differences and the time a message
/// travels are none.
#[must_use]
pub(crate) fn skew(ours: Timestamp, platform: Timestamp) -> SignedDuration {
    if_it_matters(platform.duration_since(ours))
}

/// A difference between two clocks; zero when it is small.
pub(crate) fn if_it_matters(ahead: SignedDuration) -> SignedDuration {
    if ahead.abs() <= SAME_TIME {
        SignedDuration::ZERO
    } else {
        ahead
    }
}

impl Watch {
    /// Begins to watch.
    #[must_use]
    pub(crate) fn new(now: Timestamp, run_time: Duration) -> Self {
        Self { now, run_time }
    }

    /// How far the clock was set since the last look; `None` when it just ran. Positive is forward.
    pub(crate) fn look(&mut self, now: Timestamp, run_time: Duration) -> Option<SignedDuration> {
        let ran = SignedDuration::try_from(run_time.saturating_sub(self.run_time)).unwrap_or(SignedDuration::MAX);
        let shown = now.duration_since(self.now);
        *self = Self { now, run_time };
        let set = shown.saturating_sub(ran);
        (set.abs() >= JUMP).then_some(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seven() -> Timestamp {
        "2026-11-23T07:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_clock_that_was_never_set_is_not_believed() {
        assert_eq!(plausible(Timestamp::UNIX_EPOCH, None), Trust::Uncertain);
        assert_eq!(plausible(seven(), None), Trust::Certain);
    }

    #[test]
    fn a_clock_behind_the_journal_is_not_believed() {
        let latest = Some(seven());
        assert_eq!(
            plausible(seven() - SignedDuration::from_mins(4), latest),
            Trust::Certain
        );
        assert_eq!(
            plausible(seven() - SignedDuration::from_mins(6), latest),
            Trust::Uncertain
        );
        assert_eq!(
            plausible(seven() + SignedDuration::from_hours(9000), latest),
            Trust::Certain
        );
    }

    #[test]
    fn a_jump_is_what_no_time_explains() {
        let mut watch = Watch::new(seven(), Duration::from_secs(100));
        let later = seven() + SignedDuration::from_secs(30);
        assert_eq!(watch.look(later, Duration::from_secs(130)), None);
        let set = later + SignedDuration::from_secs(3601);
        assert_eq!(
            watch.look(set, Duration::from_secs(131)),
            Some(SignedDuration::from_secs(3600))
        );
        assert_eq!(
            watch.look(seven(), Duration::from_secs(131)),
            Some(seven().duration_since(set))
        );
        assert_eq!(watch.look(seven(), Duration::from_secs(131)), None);
    }

    #[test]
    fn the_time_a_message_travels_is_no_skew() {
        let platform = seven() + SignedDuration::from_secs(4);
        assert_eq!(skew(seven(), platform), SignedDuration::ZERO);
        let platform = seven() + SignedDuration::from_secs(40);
        assert_eq!(skew(seven(), platform), SignedDuration::from_secs(40));
    }
}
