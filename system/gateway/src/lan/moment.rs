//! Time as this room counts it.

use std::time::Duration;

use jiff::Timestamp;
use tomori_runtime::clock::{self, Clock};
use tomori_runtime::entropy::{self, Entropy};

/// Now, twice: what the house's clock shows, for people and reports; and how long we have been running, for everything
/// that waits.
///
/// Waits are counted on the second, so that a clock which is set (by a time server, by a person, by an attacker)
/// loses no device and asks nobody twice; nor does a demo whose day is over in minutes, because datagrams and motors
/// take their own time all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// What the house's clock shows.
    pub(crate) wall: Timestamp,
    /// The run time, as the time since the epoch.
    pub(crate) run: Timestamp,
}

impl Moment {
    /// Now by the house's clock, and by the one that waits are counted on.
    pub(crate) fn of(house: &dyn Clock, pace: &dyn Clock) -> Self {
        Self {
            wall: house.now(),
            run: clock::after(Timestamp::UNIX_EPOCH, pace.run_time()),
        }
    }

    /// The moment `span` from now, in run time.
    pub(crate) fn after(self, span: Duration) -> Timestamp {
        clock::after(self.run, span)
    }
}

/// `span`, longer or shorter by up to `share` percent of it, so that many devices and many houses do not act in step.
pub(super) fn jittered(entropy: &dyn Entropy, span: Duration, share: u32) -> Duration {
    let reach = span.saturating_mul(share) / 100;
    let width = u64::try_from(reach.as_micros().saturating_mul(2)).unwrap_or(u64::MAX);
    let drawn = entropy::below(entropy, width.saturating_add(1));
    span.saturating_sub(reach).saturating_add(Duration::from_micros(drawn))
}

/// Any span from nothing up to `most`.
pub(super) fn up_to(entropy: &dyn Entropy, most: Duration) -> Duration {
    let width = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(entropy::below(entropy, width.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use tomori_runtime::clock::ManualClock;
    use tomori_runtime::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_clock_that_is_set_lets_no_waiting_time_pass() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let before = Moment::of(&clock, &clock);
        clock.set("2026-11-23T07:00:00Z".parse().unwrap());
        assert_eq!(Moment::of(&clock, &clock).run, before.run);
        clock.advance(Duration::from_secs(3));
        assert_eq!(Moment::of(&clock, &clock).run, before.after(Duration::from_secs(3)));
    }

    #[test]
    fn jitter_stays_in_its_reach_and_fills_it() {
        let entropy = SeededEntropy::new(1);
        let drawn: Vec<_> = (0..1000)
            .map(|_| jittered(&entropy, Duration::from_secs(10), 10))
            .collect();
        let (least, most) = (drawn.iter().min().unwrap(), drawn.iter().max().unwrap());
        assert!(*least >= Duration::from_secs(9) && *least < Duration::from_millis(9_100));
        assert!(*most <= Duration::from_secs(11) && *most > Duration::from_millis(10_900));
        assert_eq!(up_to(&entropy, Duration::ZERO), Duration::ZERO);
    }
}
