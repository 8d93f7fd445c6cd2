//! The machine cut off everywhere: whatever happens, nobody drives a device twice for one command, nobody drives late,
//! and nobody claims what the device does not show.

use proptest::prelude::*;
use tomori_smart_home::property::name;
use tomori_smart_home::{CommandId, DeviceId, Origin, PropertyValue, ResidentId};

use super::*;

/// A shutter that counts what it felt.
#[derive(Debug, Clone)]
struct Shutter {
    opening: f64,
    target: Option<f64>,
    jammed: bool,
    drives: u32,
    speed: f64,
    /// For how long it has been running, in seconds.
    ran: f64,
}

/// What the world does at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    Nothing,
    /// The gateway dies before it does what it wanted.
    CrashBefore,
    /// The gateway dies right after doing it, before it knows.
    CrashAfter,
    /// The frame is lost on the way to the device.
    RequestLost,
    /// The device acts, its answer is lost.
    ReplyLost,
    /// The disk refuses.
    DiskFull,
    /// A hand on the wall switch.
    Hand,
    /// A person stops the shutter by hand where the gateway cannot tell.
    SilentStop,
    /// The motor jams.
    Jam,
}

struct World {
    now: Timestamp,
    shutter: Shutter,
    command: Command,
    /// What is durable.
    intent: Option<Intent>,
    stages: Vec<(Timestamp, Stage)>,
    hold_until: Option<Timestamp>,
    drives_after_end: u32,
}

impl Shutter {
    fn run(&mut self, seconds: f64) {
        let Some(target) = self.target.filter(|_| !self.jammed) else {
            return;
        };
        self.ran += seconds;
        let way = target - self.opening;
        let step = self.speed * seconds;
        if way.abs() <= step {
            self.opening = target;
            self.target = None;
        } else {
            self.opening += step * way.signum();
        }
    }

    fn showing(&self) -> Showing {
        let status = match self.target {
            _ if self.jammed => "stoppedHalfway",
            Some(target) if target > self.opening => "opening",
            Some(_) => "closing",
            None if self.opening >= 100.0 => "fullyOpen",
            None if self.opening <= 0.0 => "fullyClosed",
            None => "stoppedHalfway",
        };
        Showing(
            [
                (name::open_close_status(), PropertyValue::word(status)),
                (name::degree_of_opening(), PropertyValue::Number(self.opening.round())),
                (name::fault_status(), PropertyValue::Boolean(self.jammed)),
                (name::remote_operation(), PropertyValue::Boolean(true)),
            ]
            .into(),
        )
    }

    fn drive(&mut self, value: &PropertyValue) {
        self.drives += 1;
        self.ran = 0.0;
        self.target = match value.as_word() {
            Some("open") => Some(100.0),
            Some("close") => Some(0.0),
            _ => None,
        };
        self.run(0.0);
    }
}

impl World {
    fn new(wish: &str, opening: f64, speed: f64) -> Self {
        let now: Timestamp = "2026-11-23T07:00:00Z".parse().unwrap();
        Self {
            now,
            shutter: Shutter {
                opening,
                target: None,
                jammed: false,
                drives: 0,
                speed,
                ran: 0.0,
            },
            command: Command {
                id: CommandId::from_random([1; 10]),
                device: DeviceId::from_random([2; 10]),
                property: name::open_close_operation(),
                value: PropertyValue::word(wish),
                origin: Origin::Resident {
                    resident: ResidentId::from_random([3; 10]),
                },
                issued_at: now,
                expires_at: now + Command::LIFETIME,
            },
            intent: None,
            stages: vec![(now, Stage::Delivered)],
            hold_until: None,
            drives_after_end: 0,
        }
    }

    fn pass(&mut self, millis: u64) {
        self.now += SignedDuration::from_millis(i64::try_from(millis).unwrap());
        #[allow(clippy::cast_precision_loss)]
        self.shutter.run(millis as f64 / 1000.0);
    }

    fn case(&self) -> Case {
        let executed_at = self
            .stages
            .iter()
            .find(|(_, s)| *s == Stage::Executed)
            .map(|(at, _)| *at);
        Case::new(
            self.command.clone(),
            DeviceKind::ElectricRainDoor,
            self.command.expires_at,
            Patience::default(),
        )
        .resumed(self.intent.clone(), executed_at, self.moment())
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            run: self.now,
            hold_until: self.hold_until,
        }
    }

    fn stage(&self) -> &Stage {
        &self.stages.last().unwrap().1
    }

    fn tell(&mut self, stage: &Stage) {
        assert!(self.stage().may_become(stage), "{:?} -> {stage:?}", self.stage());
        self.stages.push((self.now, stage.clone()));
    }

    /// Does one need; `None` when the gateway died over it.
    fn step(&mut self, case: &mut Case, mishap: Mishap) -> Option<()> {
        if mishap == Mishap::CrashBefore {
            return None;
        }
        match mishap {
            Mishap::Hand => {
                let until = self.now + SignedDuration::from_mins(15);
                self.hold_until = Some(until);
                self.shutter.target = Some(if self.shutter.opening > 50.0 { 0.0 } else { 100.0 });
                case.hear(Heard::Hand { until }, self.moment());
            }
            // Nobody's hand is faster than half a second.
            Mishap::SilentStop if self.shutter.ran >= 0.5 => self.shutter.target = None,
            Mishap::Jam => self.shutter.jammed = true,
            _ => {}
        }
        let full = mishap == Mishap::DiskFull;
        let heard = match case.need() {
            Need::Nothing => return Some(()),
            Need::Wait { until } => {
                let left = until.duration_since(self.now).as_millis().max(0);
                self.pass(u64::try_from(left).unwrap());
                Heard::Time
            }
            Need::Look { .. } => {
                self.pass(30);
                match mishap {
                    Mishap::RequestLost | Mishap::ReplyLost => Heard::Silent,
                    _ => Heard::Shown(self.shutter.showing()),
                }
            }
            Need::Intend(_) if full => Heard::NotStored,
            Need::Intend(intent) => {
                self.pass(3);
                self.intent = Some(intent);
                Heard::Stored
            }
            Need::Tell(_) if full => Heard::NotStored,
            Need::Tell(stage) => {
                self.pass(3);
                self.tell(&stage);
                Heard::Stored
            }
            Need::Drive => {
                assert!(self.intent.is_some(), "driven without a durable intent");
                assert!(self.now < self.command.expires_at, "driven after its end");
                assert!(
                    self.hold_until.is_none_or(|until| self.now >= until),
                    "driven against a hand"
                );
                if self.stage().is_final() {
                    self.drives_after_end += 1;
                }
                if mishap == Mishap::RequestLost {
                    self.pass(2000);
                    Heard::Unsure
                } else {
                    let value = self.command.value.clone();
                    self.shutter.drive(&value);
                    self.pass(if mishap == Mishap::ReplyLost { 2000 } else { 20 });
                    if mishap == Mishap::ReplyLost {
                        Heard::Unsure
                    } else {
                        Heard::Taken
                    }
                }
            }
        };
        if mishap == Mishap::CrashAfter {
            return None;
        }
        case.hear(heard, self.moment());
        Some(())
    }

    /// Plays to the end; after each crash the gateway is away for `away` milliseconds.
    fn play(&mut self, mishaps: &[Mishap], away: u64) {
        let mut case = self.case();
        let mut mishaps = mishaps.iter().copied();
        for _ in 0..2000 {
            if case.need() == Need::Nothing {
                return;
            }
            if self
                .step(&mut case, mishaps.next().unwrap_or(Mishap::Nothing))
                .is_none()
            {
                self.pass(away);
                if self.stage().is_final() {
                    return;
                }
                case = self.case();
            }
        }
        panic!("no end: {case:?}");
    }
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        6 => Just(Mishap::Nothing),
        2 => Just(Mishap::CrashBefore),
        2 => Just(Mishap::CrashAfter),
        1 => Just(Mishap::RequestLost),
        1 => Just(Mishap::ReplyLost),
        1 => Just(Mishap::DiskFull),
        1 => Just(Mishap::Hand),
        1 => Just(Mishap::SilentStop),
        1 => Just(Mishap::Jam),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn nobody_drives_twice_or_late_or_claims_what_is_not_shown(
        mishaps in prop::collection::vec(mishap(), 0..40),
        away in prop_oneof![Just(200_u64), Just(3_000), Just(8_000), Just(40_000), Just(4_000_000)],
        wish in prop_oneof![Just("open"), Just("close")],
        opening in prop_oneof![Just(0.0), Just(100.0), Just(40.0)],
        speed in prop_oneof![Just(3.0), Just(10.0), Just(100.0)],
    ) {
        let mut world = World::new(wish, opening, speed);
        world.play(&mishaps, away);
        prop_assert!(world.shutter.drives <= 1, "driven {} times", world.shutter.drives);
        prop_assert_eq!(world.drives_after_end, 0);
        if *world.stage() == Stage::Observed {
            let (at, _) = world.stages.last().unwrap();
            prop_assert!(*at >= world.command.issued_at);
        }
        if matches!(world.stage(), Stage::Expired | Stage::Refused { .. }) {
            prop_assert_eq!(world.shutter.drives, 0, "said that nobody acted, and somebody did");
        }
    }

    #[test]
    fn a_crash_anywhere_alone_costs_nothing(
        cut in 0_usize..12,
        after in any::<bool>(),
        wish in prop_oneof![Just("open"), Just("close")],
        opening in prop_oneof![Just(0.0), Just(100.0), Just(40.0)],
    ) {
        let mut world = World::new(wish, opening, 10.0);
        let mut mishaps = vec![Mishap::Nothing; cut];
        mishaps.push(if after { Mishap::CrashAfter } else { Mishap::CrashBefore });
        world.play(&mishaps, 1500);
        prop_assert_eq!(world.stage(), &Stage::Observed);
        prop_assert_eq!(world.shutter.drives.min(1), u32::from(world.shutter.drives > 0));
        prop_assert!(world.shutter.drives <= 1);
        let end = if wish == "open" { 100.0 } else { 0.0 };
        prop_assert!((world.shutter.opening - end).abs() < f64::EPSILON);
    }
}

#[test]
fn a_lost_frame_is_sent_once_more_after_the_shutter_was_seen_to_rest() {
    let mut world = World::new("open", 0.0, 10.0);
    world.play(&[Mishap::Nothing, Mishap::Nothing, Mishap::RequestLost], 0);
    assert_eq!(world.stage(), &Stage::Observed);
    assert_eq!(world.shutter.drives, 1);
    assert_eq!(world.intent.unwrap().attempt, 2);
}

#[test]
fn a_lost_answer_is_no_second_drive() {
    let mut world = World::new("open", 0.0, 3.0);
    world.play(&[Mishap::Nothing, Mishap::Nothing, Mishap::ReplyLost], 0);
    assert_eq!(world.stage(), &Stage::Observed);
    assert_eq!(world.shutter.drives, 1);
}

#[test]
fn a_jam_is_told_as_a_fault() {
    let mut world = World::new("open", 0.0, 3.0);
    let mut mishaps = vec![Mishap::Nothing; 8];
    mishaps.push(Mishap::Jam);
    world.play(&mishaps, 0);
    assert_eq!(
        world.stage(),
        &Stage::Failed {
            reason: Reason::DeviceFault
        }
    );
}

#[test]
fn a_shutter_that_stops_on_the_way_is_not_confirmed() {
    let mut world = World::new("open", 0.0, 3.0);
    let mut mishaps = vec![Mishap::Nothing; 8];
    mishaps.push(Mishap::SilentStop);
    world.play(&mishaps, 0);
    assert_eq!(
        world.stage(),
        &Stage::Failed {
            reason: Reason::NotConfirmed
        }
    );
}

#[test]
fn an_absence_too_long_to_prove_anything_is_told_as_an_interruption() {
    let mut world = World::new("open", 0.0, 3.0);
    world.play(&[Mishap::Nothing, Mishap::CrashAfter], 4_000_000);
    assert_eq!(
        world.stage(),
        &Stage::Failed {
            reason: Reason::Interrupted
        }
    );
    assert_eq!(world.shutter.drives, 0);
}

#[test]
fn a_full_disk_keeps_a_remote_command_from_acting() {
    let mut world = World::new("open", 0.0, 3.0);
    world.play(&[Mishap::DiskFull; 400], 0);
    assert_eq!(world.shutter.drives, 0);
    assert!(world.intent.is_none());
}

/// Looks for a device that was never heard until it is there, or the case has ended.
fn wait_for_the_device(world: &mut World, case: &mut Case, there_after: SignedDuration) -> u32 {
    let there_at = world.now + there_after;
    let mut looks = 0;
    while case.need() != Need::Nothing {
        if matches!(case.need(), Need::Look { .. }) && world.now < there_at {
            looks += 1;
            world.pass(1);
            case.hear(Heard::NotFound, world.moment());
        } else {
            world.step(case, Mishap::Nothing).unwrap();
        }
    }
    looks
}

#[test]
fn a_device_that_is_found_late_after_a_start_is_driven_late() {
    let mut world = World::new("open", 0.0, 10.0);
    world.command.expires_at = world.now + SignedDuration::from_mins(10);
    let mut case = world.case();
    let looks = wait_for_the_device(&mut world, &mut case, SignedDuration::from_mins(9));
    assert_eq!((world.stage(), world.shutter.drives), (&Stage::Observed, 1));
    assert!(looks <= 9 * 60, "it is not looked for without end: {looks}");
}

#[test]
fn a_device_that_is_not_found_in_the_command_s_time_is_told_as_unreachable() {
    let mut world = World::new("open", 0.0, 10.0);
    let expires_at = world.command.expires_at;
    let mut case = world.case();
    wait_for_the_device(&mut world, &mut case, SignedDuration::from_hours(1));
    let reason = Reason::DeviceUnreachable;
    assert_eq!((world.stage(), world.shutter.drives), (&Stage::Failed { reason }, 0));
    let told_at = world.stages.last().unwrap().0;
    assert!(expires_at <= told_at && told_at <= expires_at + SignedDuration::from_secs(2));
}

#[test]
fn a_newer_wish_takes_the_place_of_one_that_waits_for_its_device() {
    let mut world = World::new("open", 0.0, 10.0);
    let mut case = world.case();
    case.hear(Heard::NotFound, world.moment());
    assert!(matches!(case.need(), Need::Wait { .. }));
    case.hear(Heard::Superseded, world.moment());
    wait_for_the_device(&mut world, &mut case, SignedDuration::from_hours(1));
    let reason = Reason::Superseded;
    assert_eq!((world.stage(), world.shutter.drives), (&Stage::Refused { reason }, 0));
}

#[test]
fn a_newer_wish_ends_the_older_one() {
    for (steps, expected) in [
        (
            1,
            Stage::Refused {
                reason: Reason::Superseded,
            },
        ),
        (
            6,
            Stage::Failed {
                reason: Reason::Superseded,
            },
        ),
    ] {
        let mut world = World::new("open", 0.0, 3.0);
        let mut case = world.case();
        for _ in 0..steps {
            world.step(&mut case, Mishap::Nothing).unwrap();
        }
        case.hear(Heard::Superseded, world.moment());
        while case.need() != Need::Nothing {
            world.step(&mut case, Mishap::Nothing).unwrap();
        }
        assert_eq!(world.stage(), &expected);
    }
}
