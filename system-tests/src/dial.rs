//! The clock of a house under test: it runs by itself, at any speed, and somebody may set it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tomori_runtime::clock::{Clock, SharedClock, after, until};

/// A clock that runs, can be set, and can be made to pass time at once. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Dial {
    began: Instant,
    speed: f64,
    hands: Arc<watch::Sender<Hands>>,
}

#[derive(Debug, Clone, Copy)]
struct Hands {
    /// What the clock showed when it began, as far as one must think today after all settings.
    start: Timestamp,
    /// Time that passed beside the real one.
    passed: Duration,
}

impl Dial {
    /// A clock that shows `start` now and runs at `speed` times the pace of the world.
    #[must_use]
    pub fn new(start: Timestamp, speed: f64) -> Self {
        Self {
            began: Instant::now(),
            speed,
            hands: Arc::new(watch::Sender::new(Hands {
                start,
                passed: Duration::ZERO,
            })),
        }
    }

    /// The clock that showed `start` at the moment `anchor` of the world: the same in every process that is told the
    /// same three numbers, which is how boxes that are killed and started again keep their time.
    #[must_use]
    pub fn anchored(anchor: Timestamp, start: Timestamp, speed: f64) -> Self {
        let since = until(anchor, Timestamp::now()).mul_f64(speed);
        Self::new(after(start, since), speed)
    }

    /// The clock for those who share one.
    #[must_use]
    pub fn shared(&self) -> SharedClock {
        Arc::new(self.clone())
    }

    /// Somebody sets the clock. No time passes by it.
    pub fn set(&self, at: Timestamp) {
        let ran = self.run_time();
        self.hands.send_modify(|hands| hands.start = before(at, ran));
    }

    /// Somebody sets the clock forward, or back with a negative span.
    pub fn turn(&self, by: SignedDuration) {
        self.set(self.now().checked_add(by).unwrap_or(Timestamp::MAX));
    }

    /// Time passes at once.
    pub fn pass(&self, span: Duration) {
        self.hands
            .send_modify(|hands| hands.passed = hands.passed.saturating_add(span));
    }

    fn ran(&self) -> Duration {
        self.began.elapsed().mul_f64(self.speed)
    }

    fn real(&self, span: Duration) -> Duration {
        // An hour at most, so that no float becomes an impossible duration.
        span.min(Duration::from_secs(86_400))
            .div_f64(self.speed.max(0.001))
            .max(Duration::from_micros(50))
    }
}

#[async_trait]
impl Clock for Dial {
    fn now(&self) -> Timestamp {
        let Hands { start, passed } = *self.hands.borrow();
        after(after(start, self.ran()), passed)
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut hands = self.hands.subscribe();
        loop {
            hands.mark_unchanged();
            let left = until(self.now(), at);
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(self.real(left)) => {}
                // The sender lives in `self`: this ends by a change only.
                _ = hands.changed() => {}
            }
        }
    }

    async fn sleep(&self, span: Duration) {
        let end = self.run_time().saturating_add(span);
        let mut hands = self.hands.subscribe();
        loop {
            hands.mark_unchanged();
            let left = end.saturating_sub(self.run_time());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(self.real(left)) => {}
                _ = hands.changed() => {}
            }
        }
    }

    fn run_time(&self) -> Duration {
        self.ran().saturating_add(self.hands.borrow().passed)
    }
}

fn before(at: Timestamp, span: Duration) -> Timestamp {
    SignedDuration::try_from(span)
        .ok()
        .and_then(|span| at.checked_sub(span).ok())
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seven() -> Timestamp {
        "2026-11-24T07:00:00+09:00".parse().unwrap()
    }

    #[tokio::test]
    async fn it_runs_is_set_and_passes_time() {
        let dial = Dial::new(seven(), 1.0);
        let ran = dial.run_time();
        dial.turn(SignedDuration::from_hours(-3));
        assert!(dial.now() < seven() - SignedDuration::from_hours(2));
        assert!(
            dial.run_time() - ran < Duration::from_secs(60),
            "a clock that is set has not run"
        );
        dial.pass(Duration::from_secs(7_200));
        assert!(dial.run_time() - ran >= Duration::from_secs(7_200));
        assert!(dial.now() < seven());
    }

    #[tokio::test]
    async fn who_sleeps_is_woken_by_the_hands() {
        let dial = Dial::new(seven(), 1.0);
        let sleeper = dial.clone();
        let until = tokio::spawn(async move { sleeper.sleep_until(seven() + SignedDuration::from_hours(1)).await });
        let sleeper = dial.clone();
        let span = tokio::spawn(async move { sleeper.sleep(Duration::from_secs(3_600)).await });
        dial.set(seven() + SignedDuration::from_hours(2));
        until.await.unwrap();
        assert!(!span.is_finished(), "setting a clock passes no time");
        dial.pass(Duration::from_secs(3_600));
        span.await.unwrap();
    }

    #[test]
    fn two_processes_with_one_anchor_show_one_time() {
        let anchor = Timestamp::now() - SignedDuration::from_secs(100);
        let (one, other) = (
            Dial::anchored(anchor, seven(), 10.0),
            Dial::anchored(anchor, seven(), 10.0),
        );
        let apart = one.now().duration_since(other.now()).abs();
        assert!(apart < SignedDuration::from_secs(10), "{apart}");
        assert!(one.now() >= seven() + SignedDuration::from_secs(1_000));
    }
}
