//! Disks that are full, read-only or damaged: nothing is lost in silence, and every refusal names its remedy.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::time;
use tomori_device::appliance::{Hand, Look};
use tomori_smart_home::{PropertyValue, Reason, Stage};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::patience::until;
use tomori_system_tests::world::{OPERATION, Plan, World, firing_of};

use crate::boxes::{Disk, Recipe, Running};

const NOON: &str = "2026-11-24T12:00:00+09:00";
/// Room for the data of a box, and some to fill.
const SMALL: Disk = Disk::Small { mebibytes: 24 };

/// A world whose boxes are to be processes: its house is built and enrolled, and nothing runs but the platform.
async fn for_processes(now: &str) -> (World, (Timestamp, Timestamp, f64)) {
    let (anchor, start) = (Timestamp::now(), now.parse().unwrap());
    let mut world = World::begin_at(Dial::anchored(anchor, start, 1.0)).await.unwrap();
    world
        .build(Plan {
            has_wan: false,
            ..Plan::shutters(1)
        })
        .await
        .unwrap();
    (world, (anchor, start, 1.0))
}

fn ready(recipe: &Recipe) -> Running {
    let running = recipe.start();
    assert!(
        running.hear("ready").is_some(),
        "it does not start: {}",
        recipe.logged()
    );
    running
}

async fn shows(running: &mut Running, line: &str, wanted: &str) -> Result<()> {
    until(&format!("{line}: {wanted}"), async || {
        Ok(running.ask(line, line).starts_with(wanted))
    })
    .await
}

/// T3-11 EP⑤ サービス不能 (a full disk): the house goes on by itself and says so; what the platform wants waits, because it
/// could not be remembered; when there is room again, everything is told and everybody agrees.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_on_a_full_disk_keeps_the_house_going_and_says_so() {
    let (world, clock) = for_processes("2026-11-24T06:59:30+09:00").await;
    let house = world.house(0).unwrap();
    let schedule = world.schedule(0, time(7, 0, 0, 0)).await.unwrap();
    let (_, gateway) = Recipe::of(&world, clock);
    let mut gateway = ready(&gateway.on(SMALL));
    shows(&mut gateway, "connected", "true").await.unwrap();
    let first = world.wish(0, PropertyValue::Number(40.0)).await.unwrap();
    assert_eq!(
        world.outcome(&first).await.unwrap(),
        Stage::Observed,
        "with room on the disk"
    );
    assert_eq!(gateway.ask("storage", "storage"), "Good");
    gateway.ask("fill", "full");
    // The last block of the journal still takes some news.
    let mut permitted = true;
    until("the gateway says that it cannot write", async || {
        permitted = !permitted;
        house.devices.permit_remote("shutter-0", permitted)?;
        Ok(gateway.ask("storage", "storage").starts_with("InMemory"))
    })
    .await
    .unwrap();
    house.devices.permit_remote("shutter-0", true).unwrap();
    let waits = world.wish(0, PropertyValue::Number(60.0)).await.unwrap();
    // Seven o'clock comes. A schedule is comfort inside the house: it is run from memory.
    until("the shutter is open", async || {
        Ok(matches!(house.shutter(0)?.look, Look::Shutter { open, .. } if open > 99.0))
    })
    .await
    .unwrap();
    assert!(gateway.ask("storage", "storage").starts_with("InMemory"));
    let evidence = house.evidence(0).unwrap();
    assert_eq!(evidence.drives_to(60), 0, "what cannot be remembered is not done");
    assert_eq!(evidence.drives().last(), Some(&(OPERATION, 0x41)));
    gateway.ask("free", "free");
    shows(&mut gateway, "storage", "Good").await.unwrap();
    let command = firing_of(&schedule, world.clock_now()).unwrap();
    assert_eq!(world.ended(&house.home, &command).await.unwrap().stage, Stage::Observed);
    let last = world.wish(0, PropertyValue::Number(20.0)).await.unwrap();
    assert_eq!(world.outcome(&last).await.unwrap(), Stage::Observed, "with room again");
    // Nobody spoke for the wish that could not be remembered: it ends as that, and was never done.
    world.clock.pass(Duration::from_secs(4 * 60));
    let end = world.outcome(&waits).await.unwrap();
    assert_eq!(
        end,
        Stage::Failed {
            reason: Reason::NotConfirmed
        }
    );
    assert_eq!(
        house.evidence(0).unwrap().drives_to(60),
        0,
        "what cannot be remembered is not done"
    );
    gateway.stop();
}

/// T3-10 EP① サービス不能 (a full disk): the platform promises nothing that it cannot keep, the house keeps its events and
/// goes on, and when there is room again nothing is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_on_a_full_disk_promises_nothing_and_loses_nothing() {
    let (mut world, clock) = for_processes(NOON).await;
    world.platform.stop().await.unwrap();
    let (platform, _) = Recipe::of(&world, clock);
    let mut platform = ready(&platform.on(SMALL));
    world.house_mut(0).unwrap().start().await.unwrap();
    let house = world.house(0).unwrap();
    shows(&mut platform, "connected", "1").await.unwrap();
    let (home, device, resident) = (&house.home, house.device(0).unwrap(), &house.resident);
    let wish = |degree: u8| format!("command {home} {device} {resident} {degree} key-{degree}");
    let id = platform.ask(&wish(40), "accepted key-40 ");
    let stage = |id: &str| format!("stage {home} {id}");
    until("it is observed", async || {
        Ok(platform.ask(&stage(&id), "stage") == "Ok(Observed)")
    })
    .await
    .unwrap();
    platform.ask("fill", "full");
    let refused = platform.ask(&wish(60), "refused key-60 ");
    assert!(refused.contains("the disk is full; free some space"), "{refused}");
    // The house goes on, and remembers for the platform.
    let inside = house.inside().unwrap();
    for hand in [Hand::Open, Hand::Close, Hand::Open] {
        let known = inside.next_event();
        house.devices.operate_by_hand("shutter-0", hand).unwrap();
        until("the house has noticed", async || Ok(inside.next_event() > known))
            .await
            .unwrap();
    }
    let stored = |platform: &mut Running| platform.ask(&format!("stored {home} {}", house.gateway), "stored");
    until("the house has more to tell than the platform can store", async || {
        Ok(stored(&mut platform) != format!("Some({})", inside.next_event() - 1))
    })
    .await
    .unwrap();
    assert_eq!(house.evidence(0).unwrap().drives_to(60), 0);
    platform.ask("free", "free");
    until("everything is told", async || {
        Ok(stored(&mut platform) == format!("Some({})", inside.next_event() - 1))
    })
    .await
    .unwrap();
    platform.stop();
}

/// SR2-H-4: a box that cannot remember does not start, and says what would help.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_data_directory_is_named_with_its_remedy() {
    let (mut world, clock) = for_processes(NOON).await;
    world.platform.stop().await.unwrap();
    let (platform, gateway) = Recipe::of(&world, clock);
    for recipe in [platform, gateway] {
        let recipe = recipe.on(Disk::ReadOnly);
        assert!(!recipe.start().end(), "{:?} starts without a disk", recipe.kind);
        let (logged, folder) = (
            recipe.logged(),
            recipe.data.canonicalize().unwrap().display().to_string(),
        );
        assert!(
            logged.contains("on a read-only file system; mount it writable"),
            "{logged}"
        );
        assert!(logged.contains(&folder), "{logged}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_named_with_its_remedy() {
    let mut world = World::begin(NOON).await.unwrap();
    for name in [
        "device_state.db",
        "shutter.db",
        "people.db",
        "personal_info.db",
        "gateways.db",
    ] {
        world.platform.stop().await.unwrap();
        let path = world.platform.path().join(name);
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        // The header stays; the pages behind it are noise.
        for (at, byte) in damaged.iter_mut().enumerate().skip(100) {
            *byte = u8::try_from((at * 131) % 251).unwrap();
        }
        fs::write(&path, &damaged).unwrap();
        let refused = told(world.platform.restart().await);
        assert!(
            refused.contains(name) && refused.contains("put the last backup in its place"),
            "{refused}"
        );
        fs::write(&path, &whole).unwrap();
        // What was opened before the damage was found is let go by threads of its own, a moment later.
        until("the platform starts", async || {
            Ok(world.platform.restart().await.is_ok())
        })
        .await
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_journal_is_named_with_its_remedy_and_a_torn_end_is_repaired() {
    let mut world = World::with_one_house(NOON).await.unwrap();
    let record = world.wish(0, PropertyValue::word("open")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    world.reconciled(0).await.unwrap();
    world.house_mut(0).unwrap().stop().await.unwrap();
    let segment = newest_segment(world.house(0).unwrap().path());
    let whole = fs::read(&segment).unwrap();

    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x40;
    fs::write(&segment, &damaged).unwrap();
    let refused = told(world.house_mut(0).unwrap().start().await);
    assert!(
        refused.contains(&segment.display().to_string()) && refused.contains("byte "),
        "no place: {refused}"
    );
    assert!(refused.contains("move it away and enrol again"), "no remedy: {refused}");

    // A crash in the middle of a write leaves half an entry behind the last whole one: nobody was told of it.
    let mut torn = whole.clone();
    torn.extend([0, 0, 1, 77, 3]);
    fs::write(&segment, &torn).unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    world.settle(0).await.unwrap();
    let record = world.wish(0, PropertyValue::word("close")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    world.reconciled(0).await.unwrap();

    // Lost for good: what is said to help has to help.
    world.house_mut(0).unwrap().stop().await.unwrap();
    fs::remove_dir_all(segment.parent().unwrap()).unwrap();
    let refused = told(world.house_mut(0).unwrap().start().await);
    assert!(refused.contains("move it away and enrol again"), "no remedy: {refused}");
    fs::rename(world.house(0).unwrap().path(), world.folder.path().join("evidence")).unwrap();
    let home = world.house(0).unwrap().home.clone();
    let code = world
        .platform
        .services()
        .unwrap()
        .gateways
        .new_enrolment_code(&home, "op_test")
        .await
        .unwrap();
    let door = world.platform.addresses().unwrap().enrolment.to_string();
    world.house_mut(0).unwrap().enrol(&code.text, &door).await.unwrap();
    world.house_mut(0).unwrap().start().await.unwrap();
    world.settle(0).await.unwrap();
    let record = world.wish(0, PropertyValue::word("open")).await.unwrap();
    assert_eq!(world.outcome(&record).await.unwrap(), Stage::Observed);
    world.reconciled(0).await.unwrap();
}

/// An error as people see it: with all its causes.
fn told(outcome: Result<()>) -> String {
    let error = outcome.expect_err("it starts on damaged data");
    let all: Vec<_> = error.chain().map(ToString::to_string).collect();
    all.join(": ")
}

fn newest_segment(data: &Path) -> PathBuf {
    let mut segments = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "seg") {
                segments.push(path);
            }
        }
    }
    segments.into_iter().max().unwrap()
}
