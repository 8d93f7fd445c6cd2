//! The house's clock is set, forward and back: a schedule fires once, never twice, and what was missed is told.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::time;
use tomori_platform::device_state::Happened;
use tomori_smart_home::{CommandId, PropertyValue, Stage};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::wan::Line;
use tomori_system_tests::world::{OPERATION, Plan, World, firing_of};

const SEVEN: &str = "2026-11-24T07:00:00+09:00";

/// A house with a clock of its own, which shows what the platform's shows.
async fn house_with_a_clock(now: &str) -> World {
    let mut world = World::begin(now).await.unwrap();
    let own = Dial::new(world.clock_now(), 1.0);
    world
        .build(Plan {
            clock: Some(own),
            ..Plan::shutters(1)
        })
        .await
        .unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    world.settle(0).await.unwrap();
    world
}

async fn jumps(world: &World) -> usize {
    let home = &world.house(0).unwrap().home;
    world
        .count(home, |happened| matches!(happened, Happened::ClockJumped { .. }))
        .await
        .unwrap()
}

/// The platform says what time it is: a house whose clock was set forward does not fire early, the platform's word at
/// the true moment is acted on, and the house's own clock, set right again, does not fire a second time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_neither_fires_early_nor_again_when_it_is_set_right() {
    let world = house_with_a_clock("2026-11-24T06:59:48+09:00").await;
    let house = world.house(0).unwrap();
    let schedule = world.schedule(0, time(7, 0, 0, 0)).await.unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    house.clock.turn(SignedDuration::from_mins(4));
    until("the jump is told", async || Ok(jumps(&world).await >= 1))
        .await
        .unwrap();
    assert!(!house.inside().unwrap().view().clock.is_believed);
    assert_eq!(house.evidence(0).unwrap().drives(), [], "four minutes early");
    let record = world.ended(&house.home, &command).await.unwrap();
    assert_eq!(record.stage, Stage::Observed, "{record:?}");
    assert!(world.clock_now() >= SEVEN.parse().unwrap());
    house.clock.turn(SignedDuration::from_mins(-4));
    // Half a minute later it has noticed, although what it waits for seems to be four minutes away.
    house.clock.pass(Duration::from_secs(30));
    world.clock.pass(Duration::from_secs(30));
    until("the clock is believed again", async || {
        Ok(house.inside().unwrap().view().clock.is_believed)
    })
    .await
    .unwrap();
    once_and_at_work(&world, &command).await;
}

/// A house that cannot ask the platform believes its clock, whoever sets it: over the moment, back and over it again,
/// and the schedule fires once. So it is when the platform, by its own time, instructs the same firing later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_over_seven_and_back_and_over_again_fires_once() {
    let mut world = house_with_a_clock("2026-11-24T06:57:00+09:00").await;
    let schedule = world.schedule(0, time(7, 0, 0, 0)).await.unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    world.house_mut(0).unwrap().stop().await.unwrap();
    world.house(0).unwrap().wan.as_ref().unwrap().set(Line::Cut);
    world.house_mut(0).unwrap().start().await.unwrap();
    let house = world.house(0).unwrap();
    let inside = house.inside().unwrap();
    until("the shutter is found", async || {
        Ok(inside.view().devices.iter().all(|device| device.is_alive))
    })
    .await
    .unwrap();
    house.clock.turn(SignedDuration::from_mins(4));
    until("the house opens the shutter", async || {
        Ok(inside
            .find(&command)
            .is_some_and(|account| *account.stage() == Stage::Observed))
    })
    .await
    .unwrap();
    house.clock.turn(SignedDuration::from_mins(-4));
    until("the house has noticed", async || {
        let seven = SEVEN.parse()?;
        Ok(inside.view().next_firings.values().any(|at| *at == seven))
    })
    .await
    .unwrap();
    house.clock.turn(SignedDuration::from_mins(4));
    house.wan.as_ref().unwrap().set(Line::Up);
    let record = world.ended(&house.home, &command).await.unwrap();
    assert_eq!(record.stage, Stage::Observed, "{record:?}");
    until("the jumps are told", async || Ok(jumps(&world).await >= 1))
        .await
        .unwrap();
    // The platform's own time comes to the moment: the same command, a duplicate.
    world.clock.pass(Duration::from_secs(4 * 60));
    let services = world.platform.services().unwrap();
    until("the platform has come to the moment", async || {
        Ok(services.shutter.firings(&house.home, 10).await?.len() == 1)
    })
    .await
    .unwrap();
    once_and_at_work(&world, &command).await;
}

/// The firing happened once, everywhere, and the house still does what it is told.
async fn once_and_at_work(world: &World, command: &CommandId) {
    let house = world.house(0).unwrap();
    let other = world.wish(0, PropertyValue::word("close")).await.unwrap();
    assert_eq!(
        world.outcome(&other).await.unwrap(),
        Stage::Observed,
        "the house is at work"
    );
    world.reconciled(0).await.unwrap();
    assert_eq!(
        house.evidence(0).unwrap().drives(),
        [(OPERATION, 0x41), (OPERATION, 0x42)]
    );
    let told =
        |happened: &Happened| matches!(happened, Happened::Command { command: told } if told.command.id == *command);
    assert_eq!(world.count(&house.home, told).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firing_that_everybody_slept_through_is_told_as_missed_and_never_made_up_for() {
    let mut world = house_with_a_clock("2026-11-24T06:58:00+09:00").await;
    let schedule = world.schedule(0, time(7, 0, 0, 0)).await.unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    world.house_mut(0).unwrap().stop().await.unwrap();
    world.platform.stop().await.unwrap();
    // Schedule::GRACE is ten minutes.
    world.clock.turn(SignedDuration::from_mins(14));
    world.house(0).unwrap().clock.turn(SignedDuration::from_mins(14));
    world.platform.restart().await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    world.settle(0).await.unwrap();
    let home = world.house(0).unwrap().home.clone();
    let missed =
        |happened: &Happened| matches!(happened, Happened::FiringMissed { schedule: of, .. } if *of == schedule.id);
    until("the house tells what it missed", async || {
        Ok(world.count(&home, missed).await? > 0)
    })
    .await
    .unwrap();
    world.house_mut(0).unwrap().stop().await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    world.settle(0).await.unwrap();
    world.reconciled(0).await.unwrap();
    assert_eq!(world.count(&home, missed).await.unwrap(), 1, "told once");
    assert!(
        world
            .record(&home, &command)
            .await
            .unwrap()
            .is_none_or(|record| record.stage == Stage::Expired)
    );
    assert_eq!(world.house(0).unwrap().evidence(0).unwrap().drives(), []);
}
