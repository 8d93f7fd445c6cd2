//! What must be true of the guard, whatever happens in between.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tomori_smart_home::arming::{Code, Order, Outcome, Wish, Zone};
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{Device, DeviceKind, Equipment, HomeId, OrderId, ResidentId, ZoneId};

use super::super::code::{Codes, Verdict};
use super::super::order::Road;
use super::*;

const WINDOW: u8 = 1;
const DOOR: u8 = 2;
const MOTION: u8 = 3;
const BUTTON: u8 = 4;
const SMOKE: u8 = 5;
const SENSORS: [(u8, DeviceKind); 5] = [
    (WINDOW, DeviceKind::OpenCloseSensor),
    (DOOR, DeviceKind::OpenCloseSensor),
    (MOTION, DeviceKind::HumanDetectionSensor),
    (BUTTON, DeviceKind::EmergencyButton),
    (SMOKE, DeviceKind::FireSensor),
];

fn device(number: u8) -> DeviceId {
    DeviceId::from_random([number; 10])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn house() -> HousePlan {
    let line = |(number, kind)| Equipment {
        device: Device {
            id: device(number),
            kind,
            room: "玄関".to_owned(),
            name: format!("センサー{number}"),
        },
        model: String::new(),
        endpoint: None,
        certificate: None,
    };
    let zone = |number: u8, modes: &[Mode], is_way_in, devices: &[u8]| Zone {
        id: ZoneId::from_random([number; 10]),
        name: format!("ゾーン{number}"),
        modes: modes.iter().copied().collect(),
        is_way_in,
        devices: devices.iter().copied().map(device).collect(),
    };
    let plan = HousePlan {
        home: HomeId::from_random([9; 10]),
        home_name: "家".to_owned(),
        version: 1,
        place: Place::new("Asia/Tokyo", 35.0, 139.0).unwrap(),
        equipment: SENSORS.map(line).to_vec(),
        schedules: Vec::new(),
        grants: Vec::new(),
        security: Security {
            zones: vec![
                zone(1, &Mode::ARMED, false, &[WINDOW]),
                zone(2, &[Mode::Away, Mode::Night], true, &[DOOR]),
                zone(3, &[Mode::Away], false, &[MOTION]),
            ],
            exit_delay_s: 60,
            entry_delay_s: 30,
        },
    };
    plan.check().unwrap();
    plan
}

/// A house whose gateway can be stopped at any moment. What is true of its sensors stays true meanwhile.
struct World {
    guard: Guard,
    disk: Held,
    told: Vec<Alarm>,
    truth: BTreeMap<u8, bool>,
    seed: u8,
    orders: u8,
}

impl World {
    fn new() -> Self {
        let held = Held {
            codes: Some(Codes::quick()),
            ..Held::default()
        };
        let mut world = Self {
            guard: Guard::new(held.clone()),
            disk: held,
            told: Vec::new(),
            truth: SENSORS.iter().map(|(number, _)| (*number, false)).collect(),
            seed: 0,
            orders: 0,
        };
        world.start(0);
        world.read_all(0);
        world
    }

    /// One step: what the guard decides becomes durable as a whole, or the power goes before.
    fn step(&mut self, power_fails: bool, decide: impl FnOnce(&mut Guard, Mint<'_>) -> Vec<Alarm>) {
        let mut seed = self.seed;
        let alarms = decide(&mut self.guard, &mut || {
            seed = seed.wrapping_add(1);
            Fresh {
                alarm: [seed; 10],
                incident: [seed; 10],
                nonce: [seed; 32],
            }
        });
        // Random bytes are never drawn twice, whether what they were for was written or not.
        self.seed = seed;
        if !power_fails {
            self.disk = self.guard.held.clone();
            self.told.extend(alarms);
        }
    }

    fn start(&mut self, now: i64) {
        self.guard = Guard::new(self.disk.clone());
        self.guard.plan(&house(), at(now));
        self.step(false, |guard, mint| guard.settle(at(now), mint));
    }

    fn read(&mut self, number: u8, now: i64, power_fails: bool) {
        let detects = self.truth[&number];
        let kind = SENSORS.iter().find(|(known, _)| *known == number).unwrap().1;
        let (property, value) = match kind {
            DeviceKind::OpenCloseSensor => (
                name::open_close_detection(),
                PropertyValue::word(if detects { "open" } else { "close" }),
            ),
            _ => (name::detection(), PropertyValue::Boolean(detects)),
        };
        self.step(power_fails, |guard, mint| {
            guard.hear(&device(number), Heard::Reported(&property, &value), at(now));
            guard.settle(at(now), mint)
        });
    }

    fn read_all(&mut self, now: i64) {
        SENSORS.iter().for_each(|(number, _)| self.read(*number, now, false));
    }

    fn set(&mut self, number: u8, detects: bool, now: i64) {
        self.truth.insert(number, detects);
        self.read(number, now, false);
    }

    fn hear(&mut self, number: u8, heard: Heard<'_>, now: i64) {
        self.step(false, |guard, mint| {
            guard.hear(&device(number), heard, at(now));
            guard.settle(at(now), mint)
        });
    }

    fn wait_until(&mut self, now: i64) {
        self.step(false, |guard, mint| guard.settle(at(now), mint));
    }

    fn order(&mut self, wish: Wish, verdict: Option<Verdict>, now: i64) -> Outcome {
        self.orders += 1;
        let order = Order {
            id: OrderId::from_random([self.orders; 10]),
            resident: ResidentId::from_random([1; 10]),
            wish,
            expires_at: at(now + 30),
        };
        let mut outcome = Outcome::Expired;
        self.step(false, |guard, mint| {
            let (became, alarms) = guard.order(&order, verdict, Road::AtHome, at(now), mint);
            outcome = became;
            alarms
        });
        outcome
    }

    fn arm(&mut self, mode: Mode, now: i64) -> Outcome {
        let bypass = BTreeSet::new();
        self.order(Wish::Arm { mode, bypass }, None, now)
    }

    fn disarm(&mut self, verdict: Verdict, now: i64) -> Outcome {
        let code = Code::new("135790").unwrap();
        self.order(Wish::Disarm { code }, Some(verdict), now)
    }

    fn hazards(&self) -> Vec<Hazard> {
        self.told.iter().map(|alarm| alarm.hazard).collect()
    }
}

#[test]
fn a_window_that_opens_while_away_alarms_at_once_and_once() {
    let mut world = World::new();
    assert_eq!(world.arm(Mode::Away, 10), Outcome::Done);
    assert_eq!(world.guard.shown().phase, Phase::Leaving { until: at(70) });
    world.wait_until(70);
    assert_eq!(world.guard.shown().phase, Phase::Armed);
    world.set(WINDOW, true, 100);
    assert_eq!(world.hazards(), [Hazard::Intrusion]);
    let alarm = world.told[0].clone();
    assert_eq!(
        (alarm.device, alarm.trust),
        (Some(device(WINDOW)), Trust::Unauthenticated)
    );
    world.read(WINDOW, 101, false);
    world.wait_until(200);
    assert_eq!(world.told.len(), 1, "the same opening is one alarm");
    world.set(MOTION, true, 201);
    assert_eq!(world.hazards(), [Hazard::Intrusion, Hazard::Intrusion]);
    assert_eq!(world.told[1].incident, alarm.incident, "one cause is one incident");
    assert_eq!(world.told[1].nonce, alarm.nonce);
    assert_ne!(world.told[1].id, alarm.id);
}

#[test]
fn whoever_comes_in_by_the_door_has_the_entry_delay_and_no_more() {
    let mut world = World::new();
    world.arm(Mode::Night, 0);
    world.set(DOOR, true, 10);
    assert_eq!(world.guard.shown().phase, Phase::Entering { until: at(40) });
    world.set(DOOR, false, 15);
    world.wait_until(39);
    assert!(world.told.is_empty());
    world.wait_until(40);
    assert_eq!(
        world.hazards(),
        [Hazard::Intrusion],
        "the door was closed behind, and no code came"
    );
}

#[test]
fn the_code_in_time_is_no_alarm_and_a_wrong_one_is_no_code() {
    let mut world = World::new();
    world.arm(Mode::Night, 0);
    world.set(DOOR, true, 10);
    assert_eq!(world.disarm(Verdict::Wrong, 20), Outcome::WrongCode);
    assert_eq!(world.disarm(Verdict::Right, 39), Outcome::Done);
    world.wait_until(500);
    assert!(world.told.is_empty());
    assert_eq!(world.guard.shown().phase, Phase::Disarmed);
}

#[test]
fn the_duress_code_disarms_as_the_code_does_and_alarms_unseen() {
    let (mut world, mut calm) = (World::new(), World::new());
    for world in [&mut world, &mut calm] {
        world.arm(Mode::Night, 0);
        world.set(DOOR, true, 10);
    }
    assert_eq!(world.disarm(Verdict::Duress, 20), Outcome::Done);
    assert_eq!(calm.disarm(Verdict::Right, 20), Outcome::Done);
    assert_eq!(world.hazards(), [Hazard::Duress]);
    assert_eq!(
        world.guard.shown(),
        calm.guard.shown(),
        "nobody who looks sees a difference"
    );
}

#[test]
fn fire_and_the_emergency_button_alarm_in_every_mode() {
    let mut world = World::new();
    world.set(SMOKE, true, 1);
    world.set(BUTTON, true, 2);
    assert_eq!(world.hazards(), [Hazard::Fire, Hazard::Emergency]);
    assert_eq!(world.guard.shown().mode, Mode::Disarmed);
    world.set(BUTTON, false, 100);
    world.set(BUTTON, true, 200);
    assert_eq!(world.told.len(), 3, "pressed again is another alarm");
}

#[test]
fn an_open_window_or_one_that_nobody_knows_of_prevents_arming_unless_it_is_left_out() {
    let mut world = World::new();
    world.set(WINDOW, true, 1);
    assert_eq!(world.arm(Mode::Home, 2), Outcome::NotReady);
    let obstacle = Obstacle {
        device: device(WINDOW),
        fault: Fault::Open,
    };
    assert_eq!(world.guard.shown().obstacles, [obstacle].into());
    let bypass = [device(WINDOW)].into();
    let mode = Mode::Home;
    assert_eq!(world.order(Wish::Arm { mode, bypass }, None, 3), Outcome::Done);
    world.read(WINDOW, 10, false);
    assert!(world.told.is_empty());
    world.disarm(Verdict::Right, 20);
    world.set(WINDOW, false, 21);
    world.hear(WINDOW, Heard::Lost, 30);
    assert_eq!(
        world.arm(Mode::Home, 31),
        Outcome::NotReady,
        "unavailable is never closed"
    );
}

#[test]
fn after_a_restart_nothing_is_clear_before_every_sensor_was_read() {
    let mut world = World::new();
    world.arm(Mode::Away, 0);
    world.wait_until(60);
    world.start(100);
    assert!(!world.guard.shown().is_all_clear());
    assert!(
        world
            .guard
            .shown()
            .obstacles
            .iter()
            .all(|one| one.fault == Fault::Unread)
    );
    world.read(WINDOW, 101, false);
    world.read(DOOR, 101, false);
    assert!(!world.guard.shown().is_all_clear());
    world.read(MOTION, 102, false);
    assert!(world.guard.shown().is_all_clear());
    assert!(world.told.is_empty());
}

#[test]
fn a_sensor_that_was_opened_while_the_gateway_was_down_alarms_on_start() {
    for opened in [WINDOW, DOOR] {
        let mut world = World::new();
        world.arm(Mode::Away, 0);
        world.wait_until(60);
        world.truth.insert(opened, true);
        world.start(100);
        world.read_all(101);
        assert_eq!(
            world.hazards(),
            [Hazard::Intrusion],
            "without the entry delay: nobody knows since when"
        );
        world.start(200);
        world.read_all(201);
        assert_eq!(world.told.len(), 1, "the next start tells nothing new");
    }
}

#[test]
fn a_sensor_that_falls_silent_while_armed_alarms() {
    let mut world = World::new();
    world.arm(Mode::Night, 0);
    world.hear(WINDOW, Heard::Lost, 10);
    assert_eq!(world.hazards(), [Hazard::Silence]);
    world.hear(WINDOW, Heard::Appeared, 100);
    world.set(WINDOW, true, 101);
    assert_eq!(world.hazards(), [Hazard::Silence, Hazard::Intrusion]);
}

#[test]
fn a_sensor_that_is_not_heard_after_a_start_alarms_when_patience_ends() {
    let mut world = World::new();
    world.arm(Mode::Night, 0);
    world.start(100);
    world.read(DOOR, 101, false);
    assert_eq!(world.guard.next_look(), Some(at(220)));
    world.wait_until(219);
    assert!(world.told.is_empty());
    world.wait_until(220);
    assert_eq!(world.hazards(), [Hazard::Silence]);
    assert_eq!(world.told[0].device, Some(device(WINDOW)));
}

/// T3-11 EP⑤, tampering: a plan from a platform in wrong hands.
#[test]
fn a_plan_that_drops_zones_or_sensors_does_not_put_the_guard_down() {
    let mut world = World::new();
    world.arm(Mode::Night, 0);
    let mut plan = house();
    plan.security.zones.clear();
    world.guard.plan(&plan, at(10));
    world.set(WINDOW, true, 11);
    assert_eq!(world.hazards(), [Hazard::Intrusion]);
    plan.equipment.retain(|line| line.device.id != device(DOOR));
    world.guard.plan(&plan, at(20));
    world.wait_until(20);
    assert_eq!(world.hazards(), [Hazard::Intrusion, Hazard::Silence]);
}

#[test]
fn another_mode_needs_the_code_first_and_a_house_without_a_code_is_not_armed() {
    let mut world = World::new();
    world.arm(Mode::Away, 0);
    assert_eq!(world.arm(Mode::Home, 1), Outcome::DisarmFirst);
    assert_eq!(world.arm(Mode::Disarmed, 1), Outcome::DisarmFirst);
    assert_eq!(world.arm(Mode::Away, 2), Outcome::Done);
    let mut world = World::new();
    world.guard.held.codes = None;
    assert_eq!(world.arm(Mode::Away, 0), Outcome::NoCode);
}

#[test]
fn guesses_from_afar_do_not_lock_the_residents_out() {
    let mut world = World::new();
    world.arm(Mode::Night, 0);
    let order = |number| Order {
        id: OrderId::from_random([number; 10]),
        resident: ResidentId::from_random([1; 10]),
        wish: Wish::Disarm {
            code: Code::new("000000").unwrap(),
        },
        expires_at: at(1000),
    };
    for number in 100..105 {
        world.step(false, |guard, mint| {
            guard
                .order(&order(number), Some(Verdict::Wrong), Road::FromAfar, at(10), mint)
                .1
        });
    }
    assert_eq!(world.guard.codes(Road::FromAfar, at(11)), None);
    let (outcome, _) = world.guard.order(
        &order(110),
        Some(Verdict::Right),
        Road::FromAfar,
        at(11),
        &mut || unreachable!(),
    );
    assert_eq!(outcome, Outcome::Locked);
    assert_eq!(world.disarm(Verdict::Right, 12), Outcome::Done);
}

#[test]
fn an_order_that_comes_twice_is_obeyed_once() {
    let mut world = World::new();
    let order = Order {
        id: OrderId::from_random([7; 10]),
        resident: ResidentId::from_random([1; 10]),
        wish: Wish::Arm {
            mode: Mode::Night,
            bypass: BTreeSet::new(),
        },
        expires_at: at(30),
    };
    let give = |world: &mut World, now| {
        let mut outcome = Outcome::Expired;
        world.step(false, |guard, mint| {
            let (became, alarms) = guard.order(&order, None, Road::FromAfar, at(now), mint);
            outcome = became;
            alarms
        });
        outcome
    };
    assert_eq!(give(&mut world, 1), Outcome::Done);
    world.disarm(Verdict::Right, 2);
    assert_eq!(give(&mut world, 3), Outcome::Done, "it is told what became of it");
    assert_eq!(world.guard.shown().mode, Mode::Disarmed, "and nothing happens");
}

#[test]
fn a_closed_incident_makes_room_for_the_next() {
    let mut world = World::new();
    world.set(BUTTON, true, 1);
    let first = world.told[0].incident.clone();
    world.guard.held.close(&first);
    world.wait_until(2);
    assert_eq!(world.told.len(), 1, "the button is still pressed; that is no new alarm");
    world.set(BUTTON, false, 3);
    world.set(BUTTON, true, 4);
    assert_eq!(world.told.len(), 2);
    assert_ne!(world.told[1].incident, first);
}

/// What can happen to a house.
#[derive(Debug, Clone)]
enum Happening {
    Set(u8, bool),
    /// The sensor changes, and the power of the gateway goes before anything is written.
    SetAndFail(u8, bool),
    /// The sensor changes while the gateway is down.
    SetUnseen(u8, bool),
    Restart,
    Wait(i64),
    Arm(Mode),
    Disarm,
    Lose(u8),
}

fn happening() -> impl Strategy<Value = Happening> {
    let sensor = prop::sample::select(vec![WINDOW, DOOR, MOTION, BUTTON, SMOKE]);
    let mode = prop::sample::select(Mode::ARMED.to_vec());
    prop_oneof![
        4 => (sensor.clone(), any::<bool>()).prop_map(|(one, is)| Happening::Set(one, is)),
        2 => (sensor.clone(), any::<bool>()).prop_map(|(one, is)| Happening::SetAndFail(one, is)),
        1 => (sensor.clone(), any::<bool>()).prop_map(|(one, is)| Happening::SetUnseen(one, is)),
        2 => Just(Happening::Restart),
        3 => (1_i64..200).prop_map(Happening::Wait),
        2 => mode.prop_map(Happening::Arm),
        1 => Just(Happening::Disarm),
        1 => sensor.prop_map(Happening::Lose),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens and whenever the power goes: what is wrong in the end was alarmed, no alarm has the id of
    /// another, and an incident that is open gathers all of them.
    #[test]
    fn no_alarm_is_lost_and_none_told_twice_whenever_the_power_goes(happenings in prop::collection::vec(happening(), 1..40)) {
        let mut world = World::new();
        let mut now = 10;
        for happening in happenings {
            now += 1;
            match happening {
                Happening::Set(one, is) => world.set(one, is, now),
                Happening::SetAndFail(one, is) => {
                    world.truth.insert(one, is);
                    world.read(one, now, true);
                    world.start(now);
                    world.read_all(now);
                }
                Happening::SetUnseen(one, is) => {
                    world.truth.insert(one, is);
                    world.start(now);
                    world.read_all(now);
                }
                Happening::Restart => {
                    world.start(now);
                    let clear = world.guard.shown();
                    let unread = SENSORS.iter().filter(|(one, _)| *one <= MOTION);
                    let watched = unread.filter(|(one, _)| {
                        let zone = world.guard.in_force().zone_of(&device(*one));
                        zone.is_some_and(|zone| clear.mode == Mode::Disarmed || zone.modes.contains(&clear.mode))
                    });
                    prop_assert_eq!(clear.obstacles.len(), watched.count(), "nothing is clear before it was read");
                    world.read_all(now);
                }
                Happening::Wait(seconds) => {
                    now += seconds;
                    world.wait_until(now);
                }
                Happening::Arm(mode) => {
                    world.arm(mode, now);
                }
                Happening::Disarm => {
                    world.disarm(Verdict::Right, now);
                }
                Happening::Lose(one) => world.hear(one, Heard::Lost, now),
            }
        }
        // Everything is read once more, and every delay goes by.
        world.read_all(now + 1);
        world.wait_until(now + 400);
        world.wait_until(now + 800);
        let ids: BTreeSet<_> = world.told.iter().map(|alarm| alarm.id.clone()).collect();
        prop_assert_eq!(ids.len(), world.told.len(), "an id is given once");
        let incidents: BTreeSet<_> = world.told.iter().map(|alarm| alarm.incident.clone()).collect();
        prop_assert!(incidents.len() <= 1, "nobody closed it, so there is one");
        let since = world.guard.held.since;
        let shown = world.guard.shown();
        for (one, kind) in SENSORS {
            let alarmed = |hazard| world.told.iter().any(|alarm| alarm.hazard == hazard && alarm.device == Some(device(one)));
            if !world.truth[&one] {
                continue;
            }
            if let Some(hazard) = super::super::sensor::always(kind) {
                prop_assert!(alarmed(hazard), "{hazard:?} in every mode");
            } else if shown.phase == Phase::Armed {
                let zone = world.guard.in_force().zone_of(&device(one)).unwrap();
                if zone.modes.contains(&shown.mode) {
                    prop_assert!(alarmed(Hazard::Intrusion), "{one} is open since before {since}");
                }
            }
        }
        prop_assert!(matches!(shown.phase, Phase::Armed | Phase::Disarmed), "no delay lasts for ever: {:?}", shown.phase);
    }
}
