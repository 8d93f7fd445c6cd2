//! How many frames a node bears: more are not heard, as with a real one whose little processor is busy.

use std::time::Instant;

/// Frames in a row.
const BURST: f64 = 300.0;
/// Frames a second.
const RATE: f64 = 200.0;

/// A token bucket. It counts the computer's own time, so that a clock that a test holds still starves nobody.
#[derive(Debug)]
pub(crate) struct Meter {
    tokens: f64,
    at: Instant,
}

impl Meter {
    pub(crate) fn new(now: Instant) -> Self {
        Self { tokens: BURST, at: now }
    }

    /// Whether one more is borne.
    pub(crate) fn bears(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.tokens = (self.tokens + passed * RATE).min(BURST);
        let bears = self.tokens >= 1.0;
        if bears {
            self.tokens -= 1.0;
        }
        bears
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_borne_and_a_flood_is_not() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        let borne = (0..1_000).filter(|_| meter.bears(start)).count();
        assert_eq!(borne, 300);
        let later = start + Duration::from_millis(100);
        assert_eq!((0..1_000).filter(|_| meter.bears(later)).count(), 20);
    }
}
