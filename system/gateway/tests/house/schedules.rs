//! Schedules, run by the house itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::time;
use jiff::{SignedDuration, Timestamp};
use tomori_runtime::clock::{Clock, ScaledClock, SharedClock};
use tomori_smart_home::event::What;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Firing, Moment, Pause, Weekdays};
use tomori_smart_home::{CommandId, DeviceId, Origin, PropertyValue, ResidentId, Schedule, ScheduleId, Stage};

use crate::fixture::{Scene, until};

/// Seven o'clock in Tokyo on Tuesday, 24 November 2026, is 22:00 UTC the day before.
const ALMOST_SEVEN: &str = "2026-11-23T21:59:58Z";
const FULLY_OPEN: u8 = 0x41;

fn open_at_seven() -> Schedule {
    Schedule {
        id: ScheduleId::from_random([4; 10]),
        resident: ResidentId::from_random([3; 10]),
        device: DeviceId::from_random([2; 10]),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::ALL,
        moment: Moment::Clock { time: time(7, 0, 0, 0) },
        holidays_off: false,
        pause: Pause::Running,
        version: 1,
    }
}

fn firing_id() -> CommandId {
    Firing::command_id(&open_at_seven().id, "2026-11-24".parse().unwrap()).unwrap()
}

/// A clock that the test sets while the house lives by it.
struct Settable {
    inner: ScaledClock,
    set: Mutex<SignedDuration>,
}

impl Settable {
    fn new(start: &str) -> Arc<Self> {
        Arc::new(Self {
            inner: ScaledClock::new(start.parse().unwrap(), 1.0),
            set: Mutex::new(SignedDuration::ZERO),
        })
    }

    fn set_by(&self, by: SignedDuration) {
        *self.set.lock().unwrap() += by;
    }
}

#[async_trait]
impl Clock for Settable {
    fn now(&self) -> Timestamp {
        self.inner.now() + *self.set.lock().unwrap()
    }

    async fn sleep_until(&self, at: Timestamp) {
        while self.now() < at {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn sleep(&self, span: Duration) {
        self.inner.sleep(span).await;
    }

    fn run_time(&self) -> Duration {
        self.inner.run_time()
    }
}

#[test]
fn a_schedule_fires_with_the_platform_away_and_is_told_when_it_is_back() {
    let mut scene = Scene::enrolled("2026-11-23T21:59:50Z", vec![open_at_seven()]);
    scene.start();
    scene.settle();
    scene.platform.cut();
    until("the shutter is open", || scene.shutter.is(FULLY_OPEN));
    assert!(scene.clock.now() >= "2026-11-23T22:00:00Z".parse().unwrap());
    scene.platform.restore();
    until("it was told", || {
        scene.platform.end(&firing_id()) == Some(Stage::Observed)
    });
    assert_eq!(scene.shutter.drives(), 1);
    scene.reconciled();
}

#[test]
fn a_firing_at_the_start_waits_for_a_shutter_that_starts_later() {
    // The house was without power: gateway and shutter start together, and the shutter takes longer.
    let mut scene = Scene::enrolled(ALMOST_SEVEN, vec![open_at_seven()]);
    scene.shutter.state().is_dead = true;
    scene.start();
    let seven_and_more: Timestamp = "2026-11-23T22:00:06Z".parse().unwrap();
    until("seven is over", || scene.clock.now() > seven_and_more);
    assert_eq!(scene.platform.end(&firing_id()), None);
    scene.shutter.state().is_dead = false;
    until("it was told", || {
        scene.platform.end(&firing_id()) == Some(Stage::Observed)
    });
    assert_eq!(scene.shutter.drives(), 1);
    assert_eq!(scene.platform.count(|what| matches!(what, What::UnknownNode { .. })), 0);
    scene.reconciled();
}

#[test]
fn whoever_speaks_first_the_shutter_is_driven_once() {
    let mut scene = Scene::enrolled(ALMOST_SEVEN, vec![open_at_seven()]);
    scene.start();
    scene.settle();
    let mut command = scene.command_from(
        "open",
        Origin::Schedule {
            schedule: open_at_seven().id,
            date: "2026-11-24".parse().unwrap(),
        },
    );
    command.id = firing_id();
    until("the shutter is driven", || {
        scene.platform.command(&command);
        scene.shutter.drives() > 0
    });
    until("it has ended", || scene.platform.end(&firing_id()).is_some());
    let seven_and_more: Timestamp = "2026-11-23T22:00:01Z".parse().unwrap();
    until("seven is over", || scene.clock.now() > seven_and_more);
    scene.platform.command(&command);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(scene.shutter.drives(), 1);
    scene.reconciled();
}

#[test]
fn a_gateway_that_was_off_fires_within_the_grace_and_not_again() {
    let mut scene = Scene::enrolled("2026-11-23T21:50:00Z", vec![open_at_seven()]);
    let clock = Settable::new("2026-11-23T21:50:00Z");
    scene.clock = clock.clone();
    scene.start();
    scene.settle();
    scene.stop();
    clock.set_by(SignedDuration::from_mins(15));
    scene.start();
    until("the shutter is open", || scene.shutter.is(FULLY_OPEN));
    scene.stop();
    clock.set_by(SignedDuration::from_mins(1));
    scene.start();
    scene.settle();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(scene.shutter.drives(), 1);
}

#[test]
fn a_gateway_that_was_off_for_long_tells_what_it_missed_once() {
    let mut scene = Scene::enrolled("2026-11-23T21:50:00Z", vec![open_at_seven()]);
    let clock = Settable::new("2026-11-23T21:50:00Z");
    scene.clock = clock.clone();
    scene.start();
    scene.settle();
    scene.stop();
    clock.set_by(SignedDuration::from_hours(25));
    scene.platform.board().clock_ahead = SignedDuration::from_hours(25);
    for _ in 0..2 {
        scene.start();
        scene.settle();
        until("what was missed was told", || {
            scene.platform.count(|what| matches!(what, What::FiringMissed { .. })) >= 2
        });
        scene.stop();
    }
    assert_eq!(
        scene.platform.count(|what| matches!(what, What::FiringMissed { .. })),
        2
    );
    assert_eq!(scene.shutter.drives(), 0);
}

#[test]
fn a_clock_set_over_the_moment_fires_once_and_set_back_not_again() {
    let clock = Settable::new("2026-11-23T21:58:00Z");
    let shared: SharedClock = clock.clone();
    let wall: SharedClock = Arc::new(ScaledClock::new(clock.now(), 1.0));
    let mut scene = Scene::with_clocks(shared, wall, vec![open_at_seven()]);
    scene.start();
    scene.settle();
    scene.stop();
    scene.platform.cut();
    scene.start();
    scene.settle();
    clock.set_by(SignedDuration::from_mins(4));
    until("the shutter is open", || scene.shutter.is(FULLY_OPEN));
    // Back before the moment, and over it again, farther than any sleep that began meanwhile.
    clock.set_by(SignedDuration::from_mins(-4));
    std::thread::sleep(Duration::from_millis(200));
    clock.set_by(SignedDuration::from_mins(6));
    scene.platform.restore();
    until("both jumps were told", || {
        scene.platform.count(|what| matches!(what, What::ClockJumped { .. })) >= 2
    });
    assert_eq!(scene.shutter.drives(), 1);
    scene.reconciled();
}

#[test]
fn a_clock_that_was_never_set_keeps_schedules_waiting_and_says_so() {
    let mut scene = Scene::enrolled("2026-11-23T21:59:00Z", vec![open_at_seven()]);
    scene.start();
    scene.settle();
    scene.stop();
    scene.platform.cut();
    scene.clock = Arc::new(ScaledClock::new("2015-01-01T00:00:00Z".parse().unwrap(), 1.0));
    scene.start();
    until("the shutter is found", || scene.house().view().devices[0].is_alive);
    assert!(!scene.house().view().clock.is_believed);
    scene.press("open").unwrap();
    until("people in the house are heard all the same", || {
        scene.shutter.is(FULLY_OPEN)
    });
}
