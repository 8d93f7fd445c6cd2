//! How the gateway keeps in touch, without I/O: when to try again, how much may be on its way.

use std::time::Duration;

use tomori_gateway_link::limits;
use tomori_runtime::entropy::{Entropy, below};

/// The first pause after a lost connection, at most.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause while the platform may come back any time.
const LONGEST: Duration = Duration::from_secs(60);
/// The longest pause while an incident is open in the house, whatever the platform asks for: somebody waits for help.
const LONGEST_IN_ALARM: Duration = Duration::from_secs(3);
/// The longest pause the platform can ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);
/// The pause of a gateway whose certificate is refused: only a person can change that.
const REFUSED: Duration = Duration::from_secs(900);

/// When to try again: exponential back-off with full jitter, so that ten thousand gateways that lost the same platform
/// do not come back in the same second.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

/// What is on its way to the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Window {
    stored_through: u64,
    sent_through: u64,
    batches: std::collections::VecDeque<u64>,
}

impl Backoff {
    /// A connection stood: the next loss begins anew.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after a failure: at least what the platform asked for, and short while an incident is open.
    pub(crate) fn next(&mut self, asked: Duration, is_in_alarm: bool, entropy: &dyn Entropy) -> Duration {
        let longest = if is_in_alarm { LONGEST_IN_ALARM } else { LONGEST };
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(16)).min(longest);
        self.failures = self.failures.saturating_add(1);
        let asked = asked.min(if is_in_alarm { Duration::ZERO } else { LONGEST_ASKED });
        asked.saturating_add(jitter(ceiling, entropy))
    }

    /// What is left of a pause when an incident opens in it.
    pub(crate) fn in_alarm(entropy: &dyn Entropy) -> Duration {
        jitter(FIRST, entropy)
    }

    /// The pause after a refusal that only a new enrolment heals.
    pub(crate) fn refused(entropy: &dyn Entropy) -> Duration {
        REFUSED.saturating_add(jitter(REFUSED, entropy))
    }
}

impl Window {
    /// Begins behind what the platform has stored.
    #[must_use]
    pub(crate) fn behind(stored_through: u64) -> Self {
        Self {
            stored_through,
            sent_through: stored_through,
            batches: std::collections::VecDeque::new(),
        }
    }

    /// The number behind which the next batch begins, when there is room for one.
    #[must_use]
    pub(crate) fn room(&self) -> Option<u64> {
        (self.batches.len() < limits::BATCHES_IN_FLIGHT).then_some(self.sent_through)
    }

    /// Whether anything sent is not acknowledged yet.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.batches.is_empty()
    }

    /// A batch that ends with this number went out.
    pub(crate) fn sent(&mut self, through: u64) {
        self.sent_through = self.sent_through.max(through);
        self.batches.push_back(through);
    }

    /// The platform has stored everything up to this number. An acknowledgement of what was never sent counts for
    /// what was.
    pub(crate) fn stored(&mut self, through: u64) -> u64 {
        self.stored_through = self.stored_through.max(through.min(self.sent_through));
        while self.batches.front().is_some_and(|last| *last <= self.stored_through) {
            self.batches.pop_front();
        }
        self.stored_through
    }
}

fn jitter(ceiling: Duration, entropy: &dyn Entropy) -> Duration {
    let millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(below(entropy, millis.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use tomori_runtime::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn pauses_grow_and_are_spread_evenly() {
        let entropy = SeededEntropy::new(1);
        let pauses = |failures: u32| {
            (0..1000)
                .map(|_| Backoff { failures }.next(Duration::ZERO, false, &entropy))
                .collect::<Vec<_>>()
        };
        for (failures, ceiling) in [(0, 1000), (1, 2000), (4, 16_000), (30, 60_000)] {
            let pauses = pauses(failures);
            let mean = pauses.iter().sum::<Duration>().as_millis() / 1000;
            assert!(pauses.iter().all(|pause| pause.as_millis() <= ceiling), "{failures}");
            assert!(
                (ceiling * 4 / 10..ceiling * 6 / 10).contains(&mean),
                "{failures}: {mean}"
            );
        }
    }

    #[test]
    fn the_platform_may_ask_for_more_but_not_for_ever() {
        let entropy = SeededEntropy::new(1);
        let asked = Duration::from_secs(30);
        assert!(Backoff::default().next(asked, false, &entropy) >= asked);
        assert!(Backoff { failures: 3 }.next(Duration::MAX, false, &entropy) <= LONGEST_ASKED + LONGEST);
        assert!(Backoff::refused(&entropy) >= REFUSED);
    }

    #[test]
    fn an_open_incident_waits_for_nobody() {
        let entropy = SeededEntropy::new(1);
        for failures in [0, 4, 30] {
            for asked in [Duration::ZERO, Duration::MAX] {
                assert!(Backoff { failures }.next(asked, true, &entropy) <= LONGEST_IN_ALARM);
            }
        }
        assert!(Backoff::in_alarm(&entropy) <= FIRST);
    }

    #[test]
    fn a_window_opens_with_acknowledgements_only() {
        let mut window = Window::behind(10);
        for through in [20, 30, 40, 50] {
            assert!(window.room().is_some());
            window.sent(through);
        }
        assert_eq!(window.room(), None);
        assert_eq!(window.stored(35), 35);
        assert_eq!(window.room(), Some(50));
        assert_eq!(window.stored(12), 35, "acknowledgements are cumulative");
        assert_eq!(window.stored(9999), 50, "what was never sent is not stored");
    }
}
