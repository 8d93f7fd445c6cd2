//! T2-4 step 2: at the set time the house is instructed, once, whatever happens to the platform or to its clock.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{date, time};
use tokio::task::JoinHandle;
use tomori_platform::device_state::{CommandRecord, Connected, Happened, Page};
use tomori_platform::services::shutter::{Draft, Standing};
use tomori_runtime::clock::ManualClock;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::event::What;
use tomori_smart_home::schedule::{Firing, Moment};
use tomori_smart_home::{Command, DeviceId, Event, GatewayId, HomeId, Origin, ResidentId, Schedule, Stage};

use super::open_at;
use crate::town::Town;

/// The ticker of a town, running.
struct Running {
    trigger: Trigger,
    task: JoinHandle<()>,
}

impl Running {
    fn start(town: &Town) -> Self {
        let (trigger, shutdown) = Shutdown::new();
        let service = town.shutter.clone();
        let task = tokio::spawn(async move { service.run(shutdown).await });
        Self { trigger, task }
    }

    async fn stop(self) {
        self.trigger.stop();
        self.task.await.unwrap();
    }
}

/// Lets the ticker come to rest, moves the clock, and lets it come to rest again.
async fn at(clock: &ManualClock, moment: &str) {
    rest(clock).await;
    clock.set(moment.parse().unwrap());
    rest(clock).await;
}

/// The ticker rests when it sleeps; a moment of real time lets its last write end.
async fn rest(clock: &ManualClock) {
    for _ in 0..10 {
        clock.until_sleepers(1).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn commands(town: &Town, home: &HomeId) -> Vec<CommandRecord> {
    let page = Page {
        before: None,
        limit: 200,
        device: None,
    };
    let page = town.state.history(home, page).await.unwrap();
    page.entries
        .into_iter()
        .filter_map(|entry| match entry.happened {
            Happened::Command { command } => Some(*command),
            _ => None,
        })
        .collect()
}

async fn seven_o_clock() -> (Town, HomeId, DeviceId, Schedule) {
    let town = Town::new();
    let (home, device) = town.house(1).await;
    let by = ResidentId::from_random([1; 10]);
    let schedule = town.shutter.create(&home, &by, open_at(&device, 7, 0)).await.unwrap();
    (town, home, device, schedule)
}

#[tokio::test]
async fn at_seven_the_house_is_instructed() {
    let (town, home, device, schedule) = seven_o_clock().await;
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T06:59:59+09:00").await;
    assert!(commands(&town, &home).await.is_empty());
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    let given = commands(&town, &home).await;
    assert_eq!(given.len(), 1);
    let command = &given[0].command;
    let today = date(2026, 11, 23);
    assert_eq!(Some(&command.id), Firing::command_id(&schedule.id, today).as_ref());
    assert_eq!(command.device, device);
    assert_eq!(
        command.origin,
        Origin::Schedule {
            schedule: schedule.id.clone(),
            date: today
        }
    );
    let seven: Timestamp = "2026-11-23T07:00:00+09:00".parse().unwrap();
    assert_eq!(command.expires_at, seven + Schedule::GRACE);
    let fired = town.shutter.firings(&home, 10).await.unwrap();
    assert_eq!(fired[0].standing, Standing::Instructed);
    assert_eq!(fired[0].command.as_ref(), Some(&given[0]));
    at(&town.clock, "2026-11-24T07:00:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_restart_in_the_same_minute_instructs_nobody_twice() {
    let (town, home, _, _) = seven_o_clock().await;
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    running.stop().await;
    town.close().await;
    let town = town.reopen();
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T07:00:20+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 1);
    running.stop().await;
}

/// kill −9 at any point: aborting the task between any two of its steps leaves exactly one command after the next start.
#[tokio::test]
async fn a_kill_at_any_point_leaves_exactly_one_command() {
    for microseconds in [0, 200, 500, 1000, 2000, 3000, 5000, 8000, 12_000] {
        let (town, home, _, _) = seven_o_clock().await;
        let running = Running::start(&town);
        rest(&town.clock).await;
        town.clock.set("2026-11-23T07:00:00+09:00".parse().unwrap());
        tokio::time::sleep(Duration::from_micros(microseconds)).await;
        running.task.abort();
        let _ = running.task.await;
        town.close().await;
        let town = town.reopen();
        let running = Running::start(&town);
        at(&town.clock, "2026-11-23T07:00:10+09:00").await;
        assert_eq!(commands(&town, &home).await.len(), 1, "killed after {microseconds} µs");
        let fired = town.shutter.firings(&home, 10).await.unwrap();
        assert_eq!(fired.len(), 1);
        assert_eq!(fired[0].standing, Standing::Instructed);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_clock_that_goes_back_fires_nothing_again() {
    let (town, home, _, _) = seven_o_clock().await;
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    at(&town.clock, "2026-11-23T06:30:00+09:00").await;
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 1);
    let next = town.shutter.next_firings(&home, 1).await.unwrap();
    assert_eq!(next[0].firing.date, date(2026, 11, 24), "today is done");
    running.stop().await;
}

/// A wrong clock once showed next week: the mornings it called missed still come.
#[tokio::test]
async fn a_clock_that_was_a_week_ahead_does_not_silence_the_week() {
    let (town, home, device, _) = seven_o_clock().await;
    let running = Running::start(&town);
    at(&town.clock, "2026-11-30T12:00:00+09:00").await;
    assert!(commands(&town, &home).await.is_empty());
    at(&town.clock, "2026-11-23T06:00:00+09:00").await;
    // The system's clock sleeps by another measure than the time of day; this one keeps its sleepers when it is set
    // back, until something else wakes them.
    let by = ResidentId::from_random([1; 10]);
    town.shutter.create(&home, &by, open_at(&device, 23, 0)).await.unwrap();
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 1);
    at(&town.clock, "2026-11-24T07:00:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_platform_that_comes_back_within_the_grace_instructs_and_after_it_calls_it_missed() {
    for (back_at, standing, given) in [
        ("2026-11-23T07:09:59+09:00", Standing::Instructed, 1),
        ("2026-11-23T07:10:00+09:00", Standing::Missed, 0),
    ] {
        let (town, home, _, _) = seven_o_clock().await;
        let running = Running::start(&town);
        rest(&town.clock).await;
        running.stop().await;
        town.close().await;
        town.clock.set(back_at.parse().unwrap());
        let town = town.reopen();
        let running = Running::start(&town);
        rest(&town.clock).await;
        assert_eq!(commands(&town, &home).await.len(), given, "{back_at}");
        let fired = town.shutter.firings(&home, 10).await.unwrap();
        assert_eq!(fired[0].standing, standing, "{back_at}");
        running.stop().await;
    }
}

/// The gateway ran the schedule by itself while the platform was away; its report is the truth.
#[tokio::test]
async fn what_the_gateway_ran_by_itself_is_not_missed() {
    let (town, home, device, schedule) = seven_o_clock().await;
    town.close().await;
    town.clock.set("2026-11-23T08:00:00+09:00".parse().unwrap());
    let town = town.reopen();
    let running = Running::start(&town);
    rest(&town.clock).await;
    assert!(
        town.shutter.firings(&home, 10).await.unwrap().is_empty(),
        "a platform that never looked missed nothing"
    );
    at(&town.clock, "2026-11-23T08:00:01+09:00").await;
    running.stop().await;
    town.close().await;
    town.clock.set("2026-11-24T08:00:00+09:00".parse().unwrap());
    let town = town.reopen();
    let running = Running::start(&town);
    rest(&town.clock).await;
    let fired = town.shutter.firings(&home, 10).await.unwrap();
    assert_eq!(
        (fired[0].standing, fired[0].command.is_some()),
        (Standing::Missed, false)
    );
    report_own_run(&town, &home, &device, &schedule).await;
    let fired = town.shutter.firings(&home, 10).await.unwrap();
    assert_eq!(fired[0].standing, Standing::Instructed);
    assert_eq!(fired[0].command.as_ref().unwrap().stage, Stage::Observed);
    running.stop().await;
}

async fn report_own_run(town: &Town, home: &HomeId, device: &DeviceId, schedule: &Schedule) {
    let gateway = GatewayId::from_random([7; 10]);
    let connected = Connected {
        connection: 1,
        gateway: gateway.clone(),
        software: "test 1".to_owned(),
        local_url: String::new(),
        plan_version: 1,
    };
    town.state.gateway_connected(home, connected).await.unwrap();
    let day = date(2026, 11, 24);
    let at: Timestamp = "2026-11-24T07:00:00+09:00".parse().unwrap();
    let id = Firing::command_id(&schedule.id, day).unwrap();
    let command = Command {
        id: id.clone(),
        device: device.clone(),
        property: schedule.property.clone(),
        value: schedule.value.clone(),
        origin: Origin::Schedule {
            schedule: schedule.id.clone(),
            date: day,
        },
        issued_at: at,
        expires_at: at + Schedule::GRACE,
    };
    let stage = Stage::Observed;
    let events = [
        What::CommandIssued { command },
        What::CommandProgress { command: id, stage },
    ];
    let events = events.into_iter().map(|what| Some(Event { at, what })).collect();
    town.state.store_batch(home, &gateway, 1, events, true).await.unwrap();
}

#[tokio::test]
async fn a_schedule_that_was_written_after_its_moment_waits_for_the_next_day() {
    let (town, home, device, _) = seven_o_clock().await;
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    at(&town.clock, "2026-11-23T07:00:30+09:00").await;
    let by = ResidentId::from_random([1; 10]);
    town.shutter.create(&home, &by, open_at(&device, 7, 0)).await.unwrap();
    at(&town.clock, "2026-11-23T07:01:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 1);
    at(&town.clock, "2026-11-24T07:00:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 3);
    running.stop().await;
}

#[tokio::test]
async fn an_edit_while_the_ticker_sleeps_is_followed() {
    let (town, home, _, schedule) = seven_o_clock().await;
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T06:30:00+09:00").await;
    let earlier = Draft {
        moment: Moment::Clock {
            time: time(6, 45, 0, 0),
        },
        ..Draft::from(&schedule)
    };
    let by = schedule.resident.clone();
    town.shutter.edit(&home, &by, &schedule.id, 1, earlier).await.unwrap();
    at(&town.clock, "2026-11-23T06:45:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 1);
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    assert_eq!(commands(&town, &home).await.len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_shutter_that_was_taken_off_the_list_is_told_as_refused() {
    let (town, home, device, _) = seven_o_clock().await;
    town.state.remove_equipment(&home, &device, "op_test").await.unwrap();
    let running = Running::start(&town);
    at(&town.clock, "2026-11-23T07:00:00+09:00").await;
    let fired = town.shutter.firings(&home, 10).await.unwrap();
    assert_eq!(fired[0].standing, Standing::Refused);
    running.stop().await;
}
