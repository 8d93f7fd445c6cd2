//! Asks the clock, and remembers what the platform's clock said of it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tomori_runtime::clock::{self, Clock as _, SharedClock, SystemClock};

use super::model::{Trust, WRONG, Watch, if_it_matters, plausible, skew};

/// The house's clock and what is known of it. Clones share it.
#[derive(Clone)]
pub(crate) struct Timekeeper {
    clock: SharedClock,
    known: Arc<Mutex<Known>>,
}

/// How the clock looks to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockView {
    /// The time it shows.
    pub now: Timestamp,
    /// Whether schedules can be run by it. If not, they wait.
    pub is_believed: bool,
    /// How many seconds the platform's clock is ahead of it; 0 for the same time.
    pub behind_s: i64,
}

/// What the platform's clock says of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Nothing new.
    Nothing,
    /// Ours was not believed, and is right.
    Agrees,
    /// Ours is wrong by this much; positive is behind.
    Differs {
        /// Seconds.
        seconds: i64,
    },
}

struct Known {
    watch: Watch,
    /// How far the platform's clock is ahead of ours; `None` before it was heard.
    skew: Option<SignedDuration>,
    /// Whether the platform's clock agreed with ours since the start and ours was not set since.
    agreed: bool,
}

impl Timekeeper {
    pub(crate) fn new(clock: SharedClock) -> Self {
        let watch = Watch::new(clock.now(), clock.run_time());
        Self {
            clock,
            known: Arc::new(Mutex::new(Known {
                watch,
                skew: None,
                agreed: false,
            })),
        }
    }

    /// The house's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock itself, to wait by.
    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// How long the computer has been running, as the time since the epoch: what waits are counted on.
    pub(crate) fn run(&self) -> Timestamp {
        clock::after(Timestamp::UNIX_EPOCH, SystemClock.run_time())
    }

    /// Waits until a moment of the run time.
    pub(crate) async fn sleep_until_run(&self, until: Timestamp) {
        SystemClock.sleep(clock::until(self.run(), until)).await;
    }

    /// Whether the house's time can be believed, given the latest time that the store knows of.
    pub(crate) fn trust(&self, latest: Option<Timestamp>) -> Trust {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.skew().abs() > WRONG {
            Trust::Uncertain
        } else if known.agreed {
            Trust::Certain
        } else {
            plausible(self.now(), latest)
        }
    }

    /// How the clock looks to people.
    pub(crate) fn view(&self, latest: Option<Timestamp>) -> ClockView {
        let is_believed = self.trust(latest) == Trust::Certain;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        ClockView {
            now: self.now(),
            is_believed,
            behind_s: known.skew().as_secs(),
        }
    }

    /// Whether the clock was set since the last look, and how far.
    pub(crate) fn look(&self) -> Option<SignedDuration> {
        let (now, run_time) = (self.clock.now(), self.clock.run_time());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let jump = known.watch.look(now, run_time)?;
        // The platform's clock did not jump with ours.
        known.skew = known.skew.map(|skew| if_it_matters(skew.saturating_sub(jump)));
        known.agreed = false;
        Some(jump)
    }

    /// The house's time for a moment of the platform's.
    pub(crate) fn ours(&self, platform: Timestamp) -> Timestamp {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        platform.checked_sub(known.skew()).unwrap_or(platform)
    }

    /// The platform's clock shows this, now.
    pub(crate) fn heard_platform(&self, platform: Timestamp, latest: Option<Timestamp>) -> Heard {
        let now = self.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.skew();
        let ahead = skew(now, platform);
        known.skew = Some(ahead);
        if ahead.abs() > WRONG {
            known.agreed = false;
            return if before.abs() > WRONG {
                Heard::Nothing
            } else {
                Heard::Differs {
                    seconds: ahead.as_secs(),
                }
            };
        }
        let was_believed = known.agreed || plausible(now, latest) == Trust::Certain;
        known.agreed = true;
        if was_believed { Heard::Nothing } else { Heard::Agrees }
    }
}

impl Known {
    fn skew(&self) -> SignedDuration {
        self.skew.unwrap_or(SignedDuration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use tomori_runtime::clock::{Clock as _, ManualClock};

    use super::*;

    fn seven() -> Timestamp {
        "2026-11-23T07:00:00Z".parse().unwrap()
    }

    fn keeper() -> (Timekeeper, ManualClock) {
        let clock = ManualClock::new(seven());
        (Timekeeper::new(Arc::new(clock.clone())), clock)
    }

    #[test]
    fn a_clock_far_from_the_platforms_is_not_believed_until_it_is_set_right() {
        let (keeper, clock) = keeper();
        let platform = seven() + SignedDuration::from_hours(2);
        assert_eq!(keeper.heard_platform(platform, None), Heard::Differs { seconds: 7200 });
        assert_eq!(keeper.heard_platform(platform, None), Heard::Nothing);
        assert_eq!(keeper.trust(None), Trust::Uncertain);
        assert_eq!(keeper.ours(platform), seven());
        clock.set(platform);
        assert_eq!(keeper.look(), Some(SignedDuration::from_hours(2)));
        assert_eq!(keeper.trust(None), Trust::Certain);
        assert_eq!(keeper.ours(platform), platform);
        assert_eq!(keeper.view(None).behind_s, 0);
    }

    #[test]
    fn a_clock_that_is_set_away_from_the_platforms_is_not_believed_and_one_nobody_knows_of_is() {
        let (keeper, clock) = keeper();
        clock.set(seven() + SignedDuration::from_mins(5));
        assert_eq!(keeper.look(), Some(SignedDuration::from_mins(5)));
        assert_eq!(keeper.trust(None), Trust::Certain);
        assert_eq!(keeper.heard_platform(clock.now(), None), Heard::Nothing);
        clock.set(seven());
        assert_eq!(keeper.look(), Some(SignedDuration::from_mins(-5)));
        assert_eq!(keeper.trust(None), Trust::Uncertain);
    }

    #[test]
    fn the_platforms_word_outweighs_a_journal_from_the_future() {
        let (keeper, _) = keeper();
        let latest = Some(seven() + SignedDuration::from_hours(9000));
        assert_eq!(keeper.trust(latest), Trust::Uncertain);
        assert_eq!(keeper.heard_platform(seven(), latest), Heard::Agrees);
        assert_eq!(keeper.trust(latest), Trust::Certain);
        assert_eq!(keeper.heard_platform(seven(), latest), Heard::Nothing);
    }
}
