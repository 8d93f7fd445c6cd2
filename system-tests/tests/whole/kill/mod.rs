//! kill −9 of platform and gateway, at random moments, two hundred times: nothing that was acknowledged is lost, and no
//! shutter is driven twice for one command.
//!
//! Every command of a world sets a shutter to a degree that no other command of that world uses for it, so the frames
//! that reached the shutter tell which command drove it, and how often. The devices live in the test's own process and
//! remember everything.

mod judge;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use tomori_platform::services::shutter::Draft;
use tomori_runtime::clock::Clock as _;
use tomori_runtime::entropy::{SeededEntropy, SystemEntropy, below, bytes};
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Firing, Moment, Pause, Weekdays};
use tomori_smart_home::{CommandId, PropertyValue};
use tomori_system_tests::dial::Dial;
use tomori_system_tests::world::{Plan, World};

use crate::boxes::{Recipe, Running};
use crate::watchman::{Watchman, side_by_side};

/// Processes that are killed in all.
const KILLS: usize = 200;
/// Worlds side by side: what one waits for, another uses.
const WORLDS: usize = 4;
const SHUTTERS: u32 = 4;
/// The houses' time runs this fast, so that schedules come due every few seconds.
const SPEED: f64 = 10.0;
/// For so many minutes every shutter has a firing each minute.
const MINUTES: i64 = 25;
/// A day without anything special, at 8:00 in Tokyo.
const START: &str = "2026-11-24T08:00:30+09:00";

/// A world whose boxes are processes.
struct Arena {
    world: World,
    platform: Recipe,
    gateway: Recipe,
    dial: Dial,
    random: SeededEntropy,
    /// Degrees that nobody was told yet, by shutter.
    unused: Vec<Vec<u8>>,
    /// What was wished for: shutter, degree, and the id if it was acknowledged.
    wishes: Vec<Wish>,
    firings: BTreeMap<CommandId, Due>,
    /// How often the gateway said that it had started, and how often it was started.
    started: (usize, usize),
}

struct Wish {
    shutter: usize,
    degree: u8,
    acknowledged: Option<CommandId>,
}

/// A firing: to what it sets which shutter, and when.
struct Due {
    shutter: usize,
    degree: u8,
    at: Timestamp,
    /// It may have gone by while the schedule was made; then nobody says what becomes of it.
    is_early: bool,
}

#[test]
fn two_hundred_kills_lose_nothing_and_drive_nothing_twice() {
    let seed = match std::env::var("TOMORI_KILL_SEED") {
        Ok(seed) => seed.parse().expect("TOMORI_KILL_SEED is a number"),
        Err(_) => u64::from_be_bytes(bytes(&SystemEntropy)) >> 16,
    };
    let ends = side_by_side(WORLDS, move |runtime, number, watchman| {
        let mut arena = runtime.block_on(Arena::build(seed + number as u64));
        let kills = arena.play(KILLS / WORLDS, watchman);
        runtime.block_on(arena.judge());
        kills
    });
    let kills: usize = ends.iter().filter_map(|end| end.as_ref().ok()).sum();
    assert!(
        ends.iter().all(Result::is_ok),
        "to play it again: TOMORI_KILL_SEED={seed}"
    );
    assert!(kills >= KILLS, "{kills} kills");
}

impl Arena {
    async fn build(seed: u64) -> Self {
        let random = SeededEntropy::new(seed);
        let anchor = Timestamp::now();
        let start: Timestamp = START.parse().unwrap();
        let dial = Dial::anchored(anchor, start, SPEED);
        let mut world = World::begin_at(dial.clone()).await.unwrap();
        let plan = Plan {
            travel: Duration::from_millis(400),
            has_wan: false,
            ..Plan::shutters(SHUTTERS as usize)
        };
        world.build(plan).await.unwrap();
        // The times are the house's, which are a tenth as long.
        let config = &mut world.house_mut(0).unwrap().config;
        config.lan.poll_every_ms = 20_000;
        config.lan.poll_moving_ms = 1_000;
        config.lan.lost_after_ms = 60_000;
        config.lan.answer_within_ms = 5_000;
        config.lan.set_within_ms = 10_000;
        config.lan.gap_ms = 20;
        config.commands.confirm_within_s = 100;
        config.commands.start_within_ms = 15_000;
        let mut unused: Vec<Vec<u8>> = (0..SHUTTERS).map(|_| shuffled(&random)).collect();
        let mut firings = BTreeMap::new();
        let shutters = 0..SHUTTERS as usize;
        for (minute, shutter) in (1..=MINUTES).flat_map(|minute| shutters.clone().map(move |shutter| (minute, shutter)))
        {
            let degree = unused[shutter].pop().unwrap();
            let at = start + SignedDuration::from_secs(minute * 60 - 30);
            let local = at.in_tz("Asia/Tokyo").unwrap();
            let house = world.house(0).unwrap();
            let draft = Draft {
                device: house.device(shutter).unwrap(),
                property: name::degree_of_opening(),
                value: PropertyValue::Number(f64::from(degree)),
                weekdays: Weekdays::ALL,
                moment: Moment::Clock {
                    time: Time::new(local.hour(), local.minute(), 0, 0).unwrap(),
                },
                holidays_off: false,
                pause: Pause::Running,
            };
            let services = world.platform.services().unwrap();
            let schedule = services
                .shutter
                .create(&house.home, &house.resident, draft)
                .await
                .unwrap();
            let due = Due {
                shutter,
                degree,
                at,
                is_early: at <= dial.now() + SignedDuration::from_secs(20),
            };
            firings.insert(Firing::command_id(&schedule.id, local.date()).unwrap(), due);
        }
        world.platform.stop().await.unwrap();
        let (platform, gateway) = Recipe::of(&world, (anchor, start, SPEED));
        Self {
            world,
            platform,
            gateway,
            dial,
            random,
            unused,
            wishes: Vec::new(),
            firings,
            started: (0, 0),
        }
    }

    fn below(&self, bound: u64) -> u64 {
        below(&self.random, bound)
    }

    /// Kills so many processes, then lets everything come to rest.
    fn play(&mut self, kills: usize, watchman: &Watchman) -> usize {
        let mut killed = 0;
        let mut platform = self.platform.start();
        let mut gateway = self.start_gateway();
        while killed < kills {
            assert!(!watchman.has_failed(), "another world failed");
            // Mostly while they work together; sometimes while they still come up.
            if self.below(4) > 0 {
                together(&mut platform, &mut gateway, &mut self.started.0);
                for _ in 0..=self.below(2) {
                    self.wish(&mut platform);
                }
            }
            std::thread::sleep(Duration::from_millis(self.below(600)));
            let which = self.below(5);
            if which != 0 && which != 1 {
                self.started.0 += usize::from(gateway.has_said("ready"));
                gateway.kill();
                killed += 1;
                gateway = self.start_gateway();
            }
            if which != 2 && which != 3 {
                platform.kill();
                killed += 1;
                platform = self.platform.start();
            }
        }
        together(&mut platform, &mut gateway, &mut self.started.0);
        gateway.stop();
        platform.stop();
        killed
    }

    fn start_gateway(&mut self) -> Running {
        self.started.1 += 1;
        self.gateway.start()
    }

    /// Wishes for something; the platform may die over it, then nobody knows.
    fn wish(&mut self, platform: &mut Running) {
        let shutter = self.below(u64::from(SHUTTERS)) as usize;
        let degree = self.unused[shutter].pop().expect("degrees enough for every wish");
        let house = self.world.house(0).unwrap();
        let line = format!(
            "command {} {} {} {degree} {shutter}-{degree}",
            house.home,
            house.device(shutter).unwrap(),
            house.resident
        );
        let told = platform.tell(&line);
        // Sometimes nobody waits for the answer, so that the platform dies over it.
        let acknowledged = (told && self.below(4) > 0)
            .then(|| platform.hear(&format!("accepted {shutter}-{degree} ")))
            .flatten()
            .map(|id| id.parse().unwrap());
        self.wishes.push(Wish {
            shutter,
            degree,
            acknowledged,
        });
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.world.folder.disable_cleanup(true);
            eprintln!(
                "the data and the logs of both boxes are in {}",
                self.world.folder.path().display()
            );
        }
    }
}

/// Both up, and connected with each other.
fn together(platform: &mut Running, gateway: &mut Running, said: &mut usize) {
    let began = Instant::now();
    loop {
        assert!(platform.tell("connected"), "the platform died by itself");
        let connected = platform.hear("connected").expect("the platform answers");
        *said += usize::from(gateway.has_said("ready"));
        if connected == "1" {
            return;
        }
        assert!(began.elapsed() < crate::boxes::PATIENCE, "they do not find each other");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// 1 to 100 in a random order.
fn shuffled(random: &SeededEntropy) -> Vec<u8> {
    let mut degrees: Vec<u8> = (1..=100).collect();
    for last in (1..degrees.len()).rev() {
        degrees.swap(last, below(random, last as u64 + 1) as usize);
    }
    degrees
}
