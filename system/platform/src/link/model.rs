//! How much a gateway may say, and how long it is asked to stay away. Pure.

use std::time::Duration;

use jiff::Timestamp;
use tomori_gateway_link::v1::{Goodbye, goodbye::Why};
use tomori_runtime::entropy::{Entropy, below};

/// What one gateway may do, and all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Gateways connected at the same time; further ones are asked to come back.
    pub gateways: usize,
    /// Events a second that one gateway may send for long. Beyond that it is read more slowly.
    pub events_per_second: f64,
    /// Events that one gateway may send at once, after an absence.
    pub events_burst: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            gateways: 20_000,
            events_per_second: 500.0,
            events_burst: 20_000.0,
        }
    }
}

/// A bucket that may be overdrawn: what has arrived is taken, and the next has to wait until the debt is paid. So a
/// gateway that says too much slows down itself, by the flow control of its own stream, and nobody else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    tokens: f64,
    at: Timestamp,
    burst: f64,
    per_second: f64,
}

impl Allowance {
    pub(super) fn new(burst: f64, per_second: f64, now: Timestamp) -> Self {
        Self {
            tokens: burst,
            at: now,
            burst,
            per_second: per_second.max(f64::MIN_POSITIVE),
        }
    }

    /// Takes tokens; returns how long nothing more is to be taken, which is nothing while there is no debt.
    pub(super) fn take(&mut self, tokens: f64, now: Timestamp) -> Duration {
        // A clock that went back gives nothing and takes nothing.
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.at = now;
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst) - tokens;
        if self.tokens >= 0.0 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(-self.tokens / self.per_second)
            .unwrap_or(Duration::MAX)
            .min(Duration::from_secs(60))
    }
}

/// Why a stream ends, as the gateway is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Farewell {
    pub(super) why: Why,
    pub(super) detail: String,
    pub(super) retry_after: Duration,
}

impl Farewell {
    pub(super) fn new(why: Why, detail: impl Into<String>, retry_after: Duration) -> Self {
        Self {
            why,
            detail: detail.into(),
            retry_after,
        }
    }

    /// Come back later, not all at once.
    pub(super) fn later(detail: &str, least: Duration, most: Duration, entropy: &dyn Entropy) -> Self {
        let spread = most.saturating_sub(least).as_millis();
        let extra = Duration::from_millis(below(entropy, u64::try_from(spread).unwrap_or(u64::MAX)));
        Self::new(Why::Restart, detail, least.saturating_add(extra))
    }

    /// The contract was broken.
    pub(super) fn protocol(detail: impl Into<String>) -> Self {
        Self::new(Why::Protocol, detail, Duration::from_secs(30))
    }

    /// The gateway has no right to be here.
    pub(super) fn revoked(detail: impl Into<String>) -> Self {
        Self::new(Why::Revoked, detail, Duration::from_secs(900))
    }

    pub(super) fn message(&self) -> Goodbye {
        let retry_after = u32::try_from(self.retry_after.as_millis()).unwrap_or(u32::MAX);
        Goodbye::new(self.why, &self.detail, retry_after)
    }
}

#[cfg(test)]
mod tests {
    use tomori_runtime::entropy::SeededEntropy;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_burst_passes_and_a_flood_waits() {
        let mut allowance = Allowance::new(1000.0, 100.0, at(0));
        assert_eq!(allowance.take(1000.0, at(0)), Duration::ZERO);
        assert_eq!(allowance.take(500.0, at(0)), Duration::from_secs(5));
        assert_eq!(allowance.take(0.0, at(5)), Duration::ZERO);
        assert_eq!(
            allowance.take(1.0, at(1)),
            Duration::from_millis(10),
            "a clock that went back gives nothing"
        );
    }

    #[test]
    fn a_rush_is_asked_back_at_different_times() {
        let entropy = SeededEntropy::new(1);
        let (least, most) = (Duration::from_secs(1), Duration::from_secs(10));
        let times: std::collections::BTreeSet<_> = (0..100)
            .map(|_| Farewell::later("", least, most, &entropy).message().retry_after_ms)
            .collect();
        assert!(times.len() > 90, "{times:?}");
        assert!(times.iter().all(|millis| (1000..10_000).contains(millis)), "{times:?}");
    }
}
