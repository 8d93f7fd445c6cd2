//! How long somebody who failed has to wait before the next try (SR2-SP-3).
//!
//! Three ledgers are kept: of a login name, of a source address and of a browser its owner has signed in from before.
//! A browser that is known is judged by its own ledger only. That is what keeps a stranger who fails on purpose from
//! locking a resident out: the stranger fills the ledgers of the name and of the stranger's address, and the resident's
//! phone is judged by neither. No wait is longer than [`Bounds::longest`], and a ledger is forgotten after a quiet time.

use std::time::Duration;

use crate::clock::{after, until};
use jiff::Timestamp;

/// How a ledger judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Failures that cost nothing.
    pub free: u32,
    /// The wait after the first failure that costs something; each further one doubles it.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
    /// After this long without a failure the ledger is empty again.
    pub forget: Duration,
}

/// What is known of earlier failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// How many, since it was last empty.
    pub failures: u32,
    /// When the last one was.
    pub last: Timestamp,
}

impl Bounds {
    /// For a login name, from browsers that are not known.
    pub const LOGIN: Self = Self {
        free: 5,
        first: Duration::from_secs(2),
        longest: Duration::from_secs(15 * 60),
        forget: Duration::from_secs(24 * 3600),
    };
    /// For a source address (IPv6: its /64). Generous, because a whole block of flats may share one.
    pub const ADDRESS: Self = Self {
        free: 30,
        first: Duration::from_secs(1),
        longest: Duration::from_secs(10 * 60),
        forget: Duration::from_secs(3600),
    };
    /// For one browser that is known.
    pub const KNOWN_BROWSER: Self = Self {
        free: 10,
        first: Duration::from_secs(5),
        longest: Duration::from_secs(15 * 60),
        forget: Duration::from_secs(24 * 3600),
    };

    fn delay(self, failures: u32) -> Duration {
        let beyond = failures.saturating_sub(self.free);
        if beyond == 0 {
            return Duration::ZERO;
        }
        let factor = 1_u32
            .checked_shl(beyond - 1)
            .filter(|_| beyond <= 31)
            .unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

impl Ledger {
    /// How long to wait from `now` on; zero when a try is free. A clock that was set back makes nobody wait longer
    /// than the longest wait.
    #[must_use]
    pub fn wait(self, bounds: Bounds, now: Timestamp) -> Duration {
        if self.is_forgotten(bounds, now) {
            return Duration::ZERO;
        }
        let delay = bounds.delay(self.failures);
        until(now, after(self.last, delay)).min(delay)
    }

    /// The ledger after one more failure.
    #[must_use]
    pub fn failed(earlier: Option<Self>, bounds: Bounds, now: Timestamp) -> Self {
        let failures = earlier
            .filter(|ledger| !ledger.is_forgotten(bounds, now))
            .map_or(0, |ledger| ledger.failures);
        Self {
            failures: failures.saturating_add(1),
            last: now,
        }
    }

    /// The ledger without one failure: a try is entered as a failure before it is judged, so that a hundred tries at
    /// once cannot all pass as the first, and taken back when it turns out well. `None` when nothing is left.
    #[must_use]
    pub fn taken_back(self) -> Option<Self> {
        (self.failures > 1).then_some(Self {
            failures: self.failures - 1,
            last: self.last,
        })
    }

    /// Whether so much time has passed that nothing is held against anybody.
    #[must_use]
    pub fn is_forgotten(self, bounds: Bounds, now: Timestamp) -> bool {
        now >= after(self.last, bounds.forget)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn waits_grow_and_have_an_end() {
        let mut ledger = None;
        let mut waits = Vec::new();
        for _ in 0..20 {
            let next = Ledger::failed(ledger, Bounds::LOGIN, at(0));
            waits.push(next.wait(Bounds::LOGIN, at(0)).as_secs());
            ledger = Some(next);
        }
        assert_eq!(waits[..9], [0, 0, 0, 0, 0, 2, 4, 8, 16]);
        assert_eq!(waits[19], 900);
    }

    #[test]
    fn a_quiet_day_forgets() {
        let ledger = Ledger {
            failures: 50,
            last: at(0),
        };
        assert!(ledger.wait(Bounds::LOGIN, at(899)) > Duration::ZERO);
        assert_eq!(ledger.wait(Bounds::LOGIN, at(900)), Duration::ZERO);
        assert_eq!(Ledger::failed(Some(ledger), Bounds::LOGIN, at(900)).failures, 51);
        assert_eq!(Ledger::failed(Some(ledger), Bounds::LOGIN, at(24 * 3600)).failures, 1);
    }

    #[test]
    fn a_success_takes_its_own_entry_back() {
        let one = Ledger {
            failures: 1,
            last: at(0),
        };
        assert_eq!(one.taken_back(), None);
        assert_eq!(Ledger { failures: 3, ..one }.taken_back().unwrap().failures, 2);
    }

    proptest! {
        /// Nobody ever waits longer than the bound, whatever was counted and wherever the clock went.
        #[test]
        fn no_wait_is_endless(failures in any::<u32>(), last in -1_000_000_i64..1_000_000, now in -1_000_000_i64..1_000_000) {
            for bounds in [Bounds::LOGIN, Bounds::ADDRESS, Bounds::KNOWN_BROWSER] {
                let ledger = Ledger { failures, last: at(last) };
                prop_assert!(ledger.wait(bounds, at(now)) <= bounds.longest);
            }
        }

        /// More failures never mean a shorter wait.
        #[test]
        fn waits_never_shrink_with_failures(failures in 0_u32..u32::MAX) {
            let wait = |failures| Ledger { failures, last: at(0) }.wait(Bounds::LOGIN, at(0));
            prop_assert!(wait(failures) <= wait(failures + 1));
        }
    }
}
