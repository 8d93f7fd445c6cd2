//! Time as an argument: the system's, one that tests set by hand, and one that runs fast.
//!
//! Whoever decides takes a `jiff::Timestamp`; whoever waits takes a [`SharedClock`]. All of `sleep_until` may be
//! dropped at any await and started again.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Where the shell gets its time from.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits until `at`; returns at once when that is past.
    async fn sleep_until(&self, at: Timestamp);

    /// Waits for `span` as this clock counts it.
    async fn sleep(&self, span: Duration);

    /// How long this clock has run since some fixed moment, at its own speed. Setting the clock does not move
    /// this, so where `now` went further than this did, somebody set the clock.
    fn run_time(&self) -> Duration;
}

/// No program of this version runs before this moment (2026-01-01); a clock that shows less was never set.
pub const EARLIEST: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// A clock that many tasks share.
pub type SharedClock = Arc<dyn Clock>;

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// A clock that stands still until somebody moves it. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct ManualClock {
    time: Arc<watch::Sender<Timestamp>>,
    run_time: Arc<Mutex<Duration>>,
    sleepers: Arc<watch::Sender<usize>>,
}

/// A clock that runs `speed` times as fast as the computer's.
#[derive(Debug, Clone, Copy)]
pub struct ScaledClock {
    start: Timestamp,
    began: Instant,
    speed: f64,
}

/// Counts one sleeper for as long as it sleeps, also when its future is dropped.
struct Sleeper<'a>(&'a watch::Sender<usize>);

/// `at` moved by `span`, held at the ends of what a timestamp can say.
#[must_use]
pub fn after(at: Timestamp, span: Duration) -> Timestamp {
    SignedDuration::try_from(span)
        .ok()
        .and_then(|span| at.checked_add(span).ok())
        .unwrap_or(Timestamp::MAX)
}

/// How long from `now` until `at`; zero when that is past.
#[must_use]
pub fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

impl SystemClock {
    /// The longest that `sleep_until` trusts the wall clock not to be set. A time server that corrects a wrong
    /// clock is noticed after this long at the latest, so nothing due at seven is hours late because of it.
    pub const LONGEST_TRUST: Duration = Duration::from_secs(5);
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = until(self.now(), at);
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(Self::LONGEST_TRUST)).await;
        }
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    fn run_time(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        BEGAN.get_or_init(Instant::now).elapsed()
    }
}

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self {
            time: Arc::new(watch::Sender::new(start)),
            run_time: Arc::default(),
            sleepers: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Shows `at` from now on, later or earlier than before, and wakes every sleeper that this makes due. As when a
    /// person sets a clock, no time passes by it.
    pub fn set(&self, at: Timestamp) {
        self.time.send_replace(at);
    }

    /// Moves the clock on by `span`.
    pub fn advance(&self, span: Duration) {
        *self.run_time.lock().unwrap_or_else(PoisonError::into_inner) += span;
        self.time.send_modify(|time| *time = after(*time, span));
    }

    /// How many sleeps are under way.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        *self.sleepers.borrow()
    }

    /// Waits until at least `count` sleeps are under way, so that a test moves the clock only when the code under
    /// test has come to rest.
    pub async fn until_sleepers(&self, count: usize) {
        // The sender lives in `self`, so waiting cannot end for want of one.
        let _ = self.sleepers.subscribe().wait_for(|sleepers| *sleepers >= count).await;
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.time.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        // Subscribing comes before the first look, so a `set` between the two is seen.
        let mut time = self.time.subscribe();
        if *time.borrow_and_update() >= at {
            return;
        }
        let _sleeper = Sleeper::new(&self.sleepers);
        let _ = time.wait_for(|now| *now >= at).await;
    }

    async fn sleep(&self, span: Duration) {
        self.sleep_until(after(self.now(), span)).await;
    }

    fn run_time(&self) -> Duration {
        *self.run_time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScaledClock {
    /// Shows `start` now and runs at `speed` from there: 60 makes a minute of every second. A speed is held
    /// between a thousandth and a hundred thousand; one that is not a number counts as 1.
    #[must_use]
    pub fn new(start: Timestamp, speed: f64) -> Self {
        let speed = if speed.is_nan() {
            1.0
        } else {
            speed.clamp(0.001, 100_000.0)
        };
        Self {
            start,
            began: Instant::now(),
            speed,
        }
    }
}

#[async_trait]
impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        after(self.start, self.began.elapsed().mul_f64(self.speed))
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = until(self.now(), at);
            if left.is_zero() {
                return;
            }
            let real = left.div_f64(self.speed).max(Duration::from_micros(1));
            tokio::time::sleep(real.min(Duration::from_secs(3600))).await;
        }
    }

    async fn sleep(&self, span: Duration) {
        self.sleep_until(after(self.now(), span)).await;
    }

    fn run_time(&self) -> Duration {
        self.began.elapsed().mul_f64(self.speed)
    }
}

impl<'a> Sleeper<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seven() -> Timestamp {
        "2026-11-23T07:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_who_is_due_and_nobody_else() {
        let clock = ManualClock::new(seven());
        let sleep = |seconds| {
            let clock = clock.clone();
            tokio::spawn(async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                clock.now()
            })
        };
        let (soon, late) = (sleep(10), sleep(60));
        clock.until_sleepers(2).await;
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!soon.is_finished());
        clock.advance(Duration::from_secs(1));
        assert_eq!(soon.await.unwrap(), after(seven(), Duration::from_secs(10)));
        assert!(!late.is_finished());
        assert_eq!(clock.sleepers(), 1);
        clock.set(after(seven(), Duration::from_secs(3600)));
        late.await.unwrap();
        assert_eq!(clock.sleepers(), 0);
    }

    #[tokio::test]
    async fn the_past_is_not_waited_for() {
        let clock = ManualClock::new(seven());
        clock.sleep_until(seven()).await;
        clock.sleep_until(Timestamp::UNIX_EPOCH).await;
        SystemClock.sleep_until(Timestamp::UNIX_EPOCH).await;
        ScaledClock::new(seven(), 1.0).sleep_until(seven()).await;
    }

    #[tokio::test]
    async fn setting_the_clock_back_keeps_sleepers_asleep() {
        let clock = ManualClock::new(seven());
        let sleeper = {
            let clock = clock.clone();
            tokio::spawn(async move { clock.sleep_until(after(seven(), Duration::from_secs(5))).await })
        };
        clock.until_sleepers(1).await;
        clock.set(Timestamp::UNIX_EPOCH);
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.set(after(seven(), Duration::from_secs(5)));
        sleeper.await.unwrap();
    }

    #[tokio::test]
    async fn a_dropped_sleep_is_counted_out() {
        let clock = ManualClock::new(seven());
        tokio::select! {
            biased;
            () = clock.sleep(Duration::from_secs(1)) => unreachable!("nobody moved the clock"),
            () = clock.until_sleepers(1) => {}
        }
        assert_eq!(clock.sleepers(), 0);
    }

    #[tokio::test]
    async fn a_scaled_clock_makes_an_hour_of_a_moment() {
        let clock = ScaledClock::new(seven(), 100_000.0);
        let began = Instant::now();
        clock.sleep(Duration::from_secs(3600)).await;
        assert!(clock.now() >= after(seven(), Duration::from_secs(3600)));
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(ScaledClock::new(seven(), f64::NAN).now() >= seven());
    }

    #[test]
    fn setting_a_clock_lets_no_time_pass() {
        let clock = ManualClock::new(seven());
        clock.advance(Duration::from_secs(5));
        clock.set(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.run_time(), Duration::from_secs(5));
        let system = SystemClock.run_time();
        assert!(SystemClock.run_time() >= system);
        let scaled = ScaledClock::new(seven(), 60.0);
        assert!(scaled.run_time() <= scaled.run_time());
    }

    #[test]
    fn spans_are_held_at_the_ends_of_time() {
        assert_eq!(after(seven(), Duration::MAX), Timestamp::MAX);
        assert_eq!(until(seven(), Timestamp::UNIX_EPOCH), Duration::ZERO);
        assert_eq!(
            until(
                Timestamp::UNIX_EPOCH,
                after(Timestamp::UNIX_EPOCH, Duration::from_millis(5))
            )
            .as_millis(),
            5
        );
    }
}
