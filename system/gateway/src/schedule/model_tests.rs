use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::time;
use proptest::prelude::*;
use tomori_smart_home::property::name;
use tomori_smart_home::schedule::{Moment, Pause, Place, Weekdays};
use tomori_smart_home::{Device, DeviceId, DeviceKind, Equipment, HomeId, HousePlan, PropertyValue, ResidentId};

use super::*;
use crate::plan::PlanFile;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn schedule(number: u8, hour: i8, minute: i8) -> Schedule {
    Schedule {
        id: ScheduleId::from_random([number; 10]),
        resident: ResidentId::from_random([1; 10]),
        device: DeviceId::from_random([2; 10]),
        property: name::open_close_operation(),
        value: PropertyValue::word("open"),
        weekdays: Weekdays::ALL,
        moment: Moment::Clock {
            time: time(hour, minute, 0, 0),
        },
        holidays_off: false,
        pause: Pause::Running,
        version: 1,
    }
}

fn plan(schedules: Vec<Schedule>, version: u64) -> HousePlan {
    HousePlan {
        home: HomeId::from_random([7; 10]),
        home_name: "家".to_owned(),
        version,
        security: tomori_smart_home::arming::Security::default(),
        place: Place {
            time_zone: "Asia/Tokyo".to_owned(),
            latitude: 35.68,
            longitude: 139.77,
        },
        equipment: vec![Equipment {
            device: Device {
                id: DeviceId::from_random([2; 10]),
                kind: DeviceKind::ElectricRainDoor,
                room: "居間".to_owned(),
                name: "南".to_owned(),
            },
            model: String::new(),
            endpoint: None,
            certificate: None,
        }],
        schedules,
        grants: Vec::new(),
    }
}

fn in_force(schedules: Vec<Schedule>, since: Timestamp) -> InForce {
    let since = schedules.iter().map(|schedule| (schedule.id.clone(), since)).collect();
    let plan = plan(schedules, 1);
    InForce::restore(PlanFile { plan, since }).unwrap()
}

fn nothing_settled(_: &ScheduleId, _: Date) -> bool {
    false
}

/// Seven o'clock in Tokyo on 24 November 2026.
const SEVEN: &str = "2026-11-23T22:00:00Z";

#[test]
fn a_firing_is_the_command_that_the_platform_instructs() {
    let house = in_force(vec![schedule(1, 7, 0)], at("2026-11-01T00:00:00Z"));
    let found = due(&house, nothing_settled, at("2026-11-23T21:59:59Z"), at(SEVEN));
    let [(firing, Due::Run(command))] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(firing.date.to_string(), "2026-11-24");
    assert_eq!(
        Some(&command.id),
        Firing::command_id(&firing.schedule, firing.date).as_ref()
    );
    assert_eq!(command.issued_at, at(SEVEN));
    assert_eq!(command.expires_at, at(SEVEN) + Schedule::GRACE);
    assert!(!command.origin.is_remote());
}

#[test]
fn nothing_is_due_before_its_moment_or_after_it_is_settled() {
    let house = in_force(vec![schedule(1, 7, 0)], at("2026-11-23T20:00:00Z"));
    let before = at("2026-11-23T21:59:59.999Z");
    assert_eq!(due(&house, nothing_settled, Timestamp::MIN, before), []);
    assert_eq!(due(&house, |_, _| true, Timestamp::MIN, at(SEVEN)), []);
    assert_eq!(next_firings(&house, before).into_values().min(), Some(at(SEVEN)));
}

#[test]
fn an_absence_within_the_grace_fires_and_a_longer_one_is_told() {
    let house = in_force(vec![schedule(1, 7, 0)], at("2026-11-23T20:00:00Z"));
    let within = due(&house, nothing_settled, Timestamp::MIN, at(SEVEN) + Schedule::GRACE);
    assert!(matches!(&within[..], [(_, Due::Run(_))]), "{within:?}");
    let late = at(SEVEN) + Schedule::GRACE + SignedDuration::from_millis(1);
    let beyond = due(&house, nothing_settled, Timestamp::MIN, late);
    assert!(matches!(&beyond[..], [(_, Due::Missed)]), "{beyond:?}");
}

#[test]
fn a_schedule_that_is_new_or_changed_has_missed_nothing() {
    let home = HomeId::from_random([7; 10]);
    let noon = at("2026-11-24T03:00:00Z");
    let first = InForce::take(plan(vec![schedule(1, 7, 0), schedule(2, 11, 0)], 1), &home, None, noon).unwrap();
    assert_eq!(due(&first, nothing_settled, Timestamp::MIN, noon), []);
    // An hour later one of the two moves to a moment that is just over; the other one is left as it is.
    let one = noon + SignedDuration::from_hours(1);
    let mut moved = schedule(1, 12, 55);
    moved.version = 2;
    let second = InForce::take(plan(vec![moved, schedule(2, 11, 0)], 2), &home, Some(&first), one).unwrap();
    assert_eq!(due(&second, nothing_settled, Timestamp::MIN, one), []);
    assert_eq!(second.since(&ScheduleId::from_random([1; 10])), Some(one));
    assert_eq!(second.since(&ScheduleId::from_random([2; 10])), Some(noon));
}

/// T3-11 EP⑤, tampering with settings: whoever can speak as the platform still cannot put another house's plan here.
#[test]
fn a_plan_for_another_house_or_an_older_one_is_refused() {
    let ours = HomeId::from_random([8; 10]);
    let now = at(SEVEN);
    assert!(InForce::take(plan(Vec::new(), 1), &ours, None, now).is_err());
    let home = HomeId::from_random([7; 10]);
    let newer = InForce::take(plan(Vec::new(), 5), &home, None, now).unwrap();
    assert!(InForce::take(plan(Vec::new(), 4), &home, Some(&newer), now).is_err());
    assert!(InForce::take(plan(Vec::new(), 5), &home, Some(&newer), now).is_ok());
}

/// A runner as the shell runs it, over a clock that people set.
struct Runner {
    settled: BTreeSet<(ScheduleId, Date)>,
    fired: BTreeMap<(ScheduleId, Date), u32>,
    missed: BTreeMap<(ScheduleId, Date), u32>,
    through: Timestamp,
}

impl Runner {
    fn look(&mut self, house: &InForce, now: Timestamp) {
        let settled = self.settled.clone();
        let is_settled = |schedule: &ScheduleId, date| settled.contains(&(schedule.clone(), date));
        for (firing, what) in due(house, is_settled, self.through.min(now), now) {
            let key = (firing.schedule.clone(), firing.date);
            match what {
                Due::Run(command) => {
                    assert!(now >= firing.at && now < command.expires_at + SignedDuration::from_nanos(1));
                    *self.fired.entry(key.clone()).or_default() += 1;
                }
                Due::Missed => *self.missed.entry(key.clone()).or_default() += 1,
            }
            self.settled.insert(key);
        }
        self.through = now;
    }
}

proptest! {
    /// However the clock is set and however often the gateway restarts: each date fires or is missed once, not both.
    #[test]
    fn every_firing_takes_place_once_or_is_missed_once(
        steps in prop::collection::vec((-7_200_i64..7_200, any::<bool>()), 1..60),
        hour in 0_i8..24,
    ) {
        let start = at("2026-11-23T15:00:00Z");
        let house = in_force(vec![schedule(1, hour, 0), schedule(2, (hour + 1) % 24, 30)], start);
        let mut runner = Runner {
            settled: BTreeSet::new(),
            fired: BTreeMap::new(),
            missed: BTreeMap::new(),
            through: Timestamp::MIN,
        };
        let mut now = start;
        for (seconds, restart) in steps {
            now += SignedDuration::from_secs(seconds + 1_800);
            if restart {
                runner.through = Timestamp::MIN;
            }
            runner.look(&house, now);
        }
        for (key, times) in &runner.fired {
            prop_assert_eq!(*times, 1);
            prop_assert!(!runner.missed.contains_key(key));
        }
        prop_assert!(runner.missed.values().all(|times| *times == 1));
    }
}
