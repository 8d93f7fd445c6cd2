//! The line to the platform fails around a scheduled opening: the house goes on, and afterwards everybody agrees
//! (4.2: an outage of the platform has the least possible effect).

use std::time::{Duration, Instant};

use jiff::civil::time;
use tomori_device::appliance::Look;
use tomori_platform::device_state::{Happened, Quality, Reachability};
use tomori_smart_home::property::name;
use tomori_smart_home::{CommandId, PropertyValue, Schedule, Stage};
use tomori_system_tests::patience::until;
use tomori_system_tests::wan::Line;
use tomori_system_tests::world::{OPERATION, Plan, World, firing_of};

const SEVEN: &str = "2026-11-24T07:00:00+09:00";

/// A house whose shutter opens at seven.
async fn before_seven(now: &str, travel: Duration) -> (World, Schedule, CommandId) {
    let mut world = World::begin(now).await.unwrap();
    let plan = Plan {
        travel,
        ..Plan::shutters(1)
    };
    world.build(plan).await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    world.settle(0).await.unwrap();
    let schedule = world.schedule(0, time(7, 0, 0, 0)).await.unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    (world, schedule, command)
}

fn open(world: &World) -> f64 {
    match world.house(0).unwrap().shutter(0).unwrap().look {
        Look::Shutter { open, .. } => open,
        other => panic!("no shutter: {other:?}"),
    }
}

async fn quality(world: &World) -> Quality {
    let house = world.house(0).unwrap();
    let state = &world.platform.services().unwrap().device_state;
    let device = state.device(&house.home, &house.device(0).unwrap()).await.unwrap();
    device.properties[&name::open_close_status()].quality
}

async fn is_lost(world: &World) -> bool {
    let house = world.house(0).unwrap();
    let seen = world
        .platform
        .services()
        .unwrap()
        .device_state
        .house(&house.home)
        .await
        .unwrap();
    matches!(seen.gateway.reachability, Reachability::Unreachable { .. })
}

/// One command, one end, all events, one drive, and the twin is what the shutter is.
async fn all_agree(world: &World, command: &CommandId) {
    let house = world.house(0).unwrap();
    let record = world.ended(&house.home, command).await.unwrap();
    assert_eq!(record.stage, Stage::Observed, "{record:?}");
    world.settle(0).await.unwrap();
    world.reconciled(0).await.unwrap();
    assert_eq!(house.evidence(0).unwrap().drives(), [(OPERATION, 0x41)]);
    let state = &world.platform.services().unwrap().device_state;
    let device = state.device(&house.home, &house.device(0).unwrap()).await.unwrap();
    let status = device.properties[&name::open_close_status()].reported.clone().unwrap();
    assert_eq!(status.value, PropertyValue::word("fullyOpen"));
    let told =
        |happened: &Happened| matches!(happened, Happened::Command { command: told } if told.command.id == *command);
    assert_eq!(world.count(&house.home, told).await.unwrap(), 1);
    let fired = world
        .platform
        .services()
        .unwrap()
        .shutter
        .firings(&house.home, 10)
        .await
        .unwrap();
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0].command.as_ref().unwrap().stage, Stage::Observed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_before_seven_changes_nothing_for_the_house() {
    let (world, schedule, command) = before_seven("2026-11-24T06:59:54+09:00", Duration::from_millis(300)).await;
    let house = world.house(0).unwrap();
    house.wan.as_ref().unwrap().set(Line::Cut);
    until("the platform shows that it does not know", async || {
        Ok(matches!(quality(&world).await, Quality::Unknown { since: Some(_) }) && is_lost(&world).await)
    })
    .await
    .unwrap();
    assert!(
        world.clock_now() < SEVEN.parse().unwrap(),
        "the machine is too slow for this test"
    );
    until(
        "the house opens the shutter by itself",
        async || Ok(open(&world) > 99.0),
    )
    .await
    .unwrap();
    assert!(world.clock_now() >= SEVEN.parse().unwrap());
    until("the house has seen it", async || {
        let account = house.inside().unwrap().find(&command);
        Ok(account.is_some_and(|account| *account.stage() == Stage::Observed))
    })
    .await
    .unwrap();
    // The platform instructed, and does not pretend to know more.
    until("the platform has instructed", async || {
        Ok(world.record(&house.home, &command).await?.is_some())
    })
    .await
    .unwrap();
    let record = world.record(&house.home, &command).await.unwrap().unwrap();
    assert_eq!(record.stage, Stage::Accepted, "{record:?}");
    assert!(matches!(quality(&world).await, Quality::Unknown { .. }));
    let back = world.clock_now();
    house.wan.as_ref().unwrap().set(Line::Up);
    all_agree(&world, &command).await;
    let record = world.ended(&house.home, &command).await.unwrap();
    assert!(
        record.executed_at.unwrap() < back,
        "it tells when it was, not when it was told"
    );
    assert_eq!(schedule.version, 1);
    let lost = world
        .count(&house.home, |happened| matches!(happened, Happened::GatewayLost { .. }))
        .await
        .unwrap();
    let found = world
        .count(&house.home, |happened| {
            matches!(happened, Happened::GatewayConnected { .. })
        })
        .await
        .unwrap();
    assert_eq!((lost, found), (1, 2));
}

/// A cut that outlasts everything: the firing's grace, and the patience of a platform that is connected. What the platform
/// instructed is not called expired meanwhile, for the house may have run it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_for_hours_does_not_make_a_firing_expire() {
    let (world, _, command) = before_seven("2026-11-24T06:59:55+09:00", Duration::from_millis(300)).await;
    let house = world.house(0).unwrap();
    house.wan.as_ref().unwrap().set(Line::Cut);
    until("the platform knows that the gateway is lost", async || {
        Ok(is_lost(&world).await)
    })
    .await
    .unwrap();
    until(
        "the house opens the shutter by itself",
        async || Ok(open(&world) > 99.0),
    )
    .await
    .unwrap();
    until("the platform has instructed", async || {
        Ok(world.record(&house.home, &command).await?.is_some())
    })
    .await
    .unwrap();
    // A newer wish takes the place of what the house cannot know of, and of nothing else.
    let wish = world.wish(0, PropertyValue::word("close")).await.unwrap();
    world.clock.pass(Duration::from_secs(3 * 3_600));
    assert_eq!(
        world.outcome(&wish).await.unwrap(),
        Stage::Expired,
        "what never left is over at its time"
    );
    let record = world.record(&house.home, &command).await.unwrap().unwrap();
    assert_eq!(record.stage, Stage::Accepted, "{record:?}");
    house.wan.as_ref().unwrap().set(Line::Up);
    all_agree(&world, &command).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_while_the_shutter_moves_loses_nothing() {
    let (world, _, command) = before_seven("2026-11-24T06:59:56+09:00", Duration::from_secs(3)).await;
    let house = world.house(0).unwrap();
    until("the shutter moves", async || Ok(open(&world) > 5.0))
        .await
        .unwrap();
    house.wan.as_ref().unwrap().set(Line::Cut);
    until("the platform shows that it does not know", async || {
        Ok(matches!(quality(&world).await, Quality::Unknown { .. }))
    })
    .await
    .unwrap();
    assert!(open(&world) < 100.0, "the machine is too slow for this test");
    let record = world.record(&house.home, &command).await.unwrap();
    assert!(
        record.is_none_or(|record| !record.stage.is_final()),
        "nobody has seen it open"
    );
    until("the shutter is open", async || Ok(open(&world) > 99.9))
        .await
        .unwrap();
    house.wan.as_ref().unwrap().set(Line::Up);
    all_agree(&world, &command).await;
}

/// SR2-H-4 1: a gateway behind a line that says nothing any more is known to be lost within 15 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_falls_silent_is_noticed_within_fifteen_seconds() {
    let (world, _, command) = before_seven("2026-11-24T06:59:50+09:00", Duration::from_millis(300)).await;
    let house = world.house(0).unwrap();
    let silent = Instant::now();
    house.wan.as_ref().unwrap().set(Line::Stalled);
    until("the platform knows that the gateway is lost", async || {
        Ok(is_lost(&world).await)
    })
    .await
    .unwrap();
    assert!(silent.elapsed() < Duration::from_secs(15), "{:?}", silent.elapsed());
    assert!(matches!(quality(&world).await, Quality::Unknown { .. }));
    until(
        "the house opens the shutter by itself",
        async || Ok(open(&world) > 99.0),
    )
    .await
    .unwrap();
    house.wan.as_ref().unwrap().set(Line::Up);
    all_agree(&world, &command).await;
}
