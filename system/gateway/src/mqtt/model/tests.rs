//! The core by itself: no socket, time by hand.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use tomori_device_link::topic::BIRTH;
use tomori_device_link::wire::{Delivery, Hello, Published, Refusal};
use tomori_runtime::clock::after;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{Device, DeviceId, DeviceKind, Equipment, PropertyName, PropertyValue};

use super::{Core, Effect, Kept, SessionId};
use crate::lan::{LanEvent, Moment, ReadError, SetError};
use crate::mqtt::config::MqttConfig;
use crate::mqtt::meaning::main_electric_lock;

const PEER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 7);
const LOCK: &str = r#"{"stat_t":"dev_lock/bolt","cmd_t":"dev_lock/set","avty_t":"dev_lock/there"}"#;
const MOTION: &str = r#"{"dev_cla":"motion","stat_t":"dev_hall/motion"}"#;

fn line(id: &str, kind: DeviceKind, certificate: Option<u32>) -> Equipment {
    Equipment {
        device: Device {
            id: id.parse().unwrap(),
            kind,
            room: "玄関".to_owned(),
            name: "機器".to_owned(),
        },
        model: String::new(),
        endpoint: None,
        certificate,
    }
}

fn equipment() -> Vec<Equipment> {
    vec![
        line("dev_lock", DeviceKind::ElectricLock, Some(1)),
        line("dev_hall", DeviceKind::HumanDetectionSensor, Some(1)),
        line("dev_shutter", DeviceKind::ElectricRainDoor, None),
    ]
}

struct House {
    core: Core,
    now: Moment,
}

impl House {
    fn new() -> Self {
        let listen = "192.0.2.10:8883".parse().unwrap();
        let config = MqttConfig::at(listen, None, IpAddr::from([192, 0, 2, 10]));
        let begin: Timestamp = "2026-11-23T07:00:00Z".parse().unwrap();
        let now = Moment {
            wall: begin,
            run: Timestamp::UNIX_EPOCH,
        };
        let mut core = Core::new(config, std::collections::BTreeMap::default());
        core.set_equipment(now, &equipment());
        Self { core, now }
    }

    fn pass(&mut self, seconds: u64) -> Vec<Effect> {
        let span = Duration::from_secs(seconds);
        self.now = Moment {
            wall: after(self.now.wall, span),
            run: after(self.now.run, span),
        };
        self.core.tick(self.now);
        self.core.take_effects()
    }

    fn open(&mut self, device: &str, client: &str) -> Result<SessionId, Refusal> {
        let hello = Hello {
            client: client.to_owned(),
            will: None,
            silence_s: 45,
        };
        self.core.open(self.now, &id(device), 1, hello, Some(PEER))
    }

    fn say(&mut self, session: SessionId, topic: &str, payload: &str) -> Result<(), Refusal> {
        let message = Published {
            topic: topic.to_owned(),
            payload: payload.as_bytes().to_vec(),
            retain: true,
        };
        self.core.publish(self.now, session, &message)
    }

    /// A locked lock that is there and listens.
    fn lock(&mut self) -> SessionId {
        let session = self.open("dev_lock", "lock").unwrap();
        self.say(session, "homeassistant/lock/dev_lock/config", LOCK).unwrap();
        self.say(session, "dev_lock/there", "online").unwrap();
        self.say(session, "dev_lock/bolt", "LOCKED").unwrap();
        let wanted = vec![("dev_lock/set".to_owned(), Delivery::Acknowledged)];
        assert_eq!(
            self.core.subscribe(self.now, session, wanted),
            [Ok(Delivery::Acknowledged)]
        );
        self.core.take_effects();
        session
    }

    fn bolt(&self) -> Result<PropertyValue, ReadError> {
        let read = self
            .core
            .read(&id("dev_lock"), &[main_electric_lock()], Source::ReadBack)?;
        Ok(read[0].1.value.clone())
    }
}

fn id(device: &str) -> DeviceId {
    device.parse().unwrap()
}

fn told(effects: &[Effect]) -> Vec<String> {
    let one = |effect: &Effect| match effect {
        Effect::Tell(LanEvent::Appeared { device }) => Some(format!("{device} appeared")),
        Effect::Tell(LanEvent::Lost { device, .. }) => Some(format!("{device} lost")),
        Effect::Tell(LanEvent::Impersonation { device, .. }) => Some(format!("{device} reached for")),
        Effect::Tell(LanEvent::Reported {
            device,
            property,
            report,
        }) => Some(format!("{device} {property} {}", report.value)),
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

#[test]
fn a_sensor_is_heard_from_its_first_word_on() {
    let mut house = House::new();
    let session = house.open("dev_hall", "hall").unwrap();
    assert_eq!(told(&house.core.take_effects()), Vec::<String>::new());
    house
        .say(session, "homeassistant/binary_sensor/dev_hall/config", MOTION)
        .unwrap();
    house.say(session, "dev_hall/motion", "ON").unwrap();
    house.say(session, "dev_hall/motion", "ON").unwrap();
    house.say(session, "dev_hall/motion", "OFF").unwrap();
    let told = told(&house.core.take_effects());
    assert_eq!(
        told,
        [
            "dev_hall appeared",
            "dev_hall detection true",
            "dev_hall detection false"
        ]
    );
    let known = house.core.known(&id("dev_hall")).unwrap();
    assert!(known.alive && known.address == Some(PEER));
}

/// T3-11 EP⑧ impersonation: who a device is follows from its certificate; another's topics are out of reach.
#[test]
fn a_device_cannot_speak_in_anothers_name() {
    let mut house = House::new();
    house.lock();
    let hall = house.open("dev_hall", "hall").unwrap();
    for topic in [
        "dev_lock/bolt",
        "homeassistant/lock/dev_lock/config",
        "homeassistant/status",
        "$SYS/x",
    ] {
        assert_eq!(
            house.say(hall, topic, "UNLOCKED"),
            Err(Refusal::NotAuthorized),
            "{topic}"
        );
    }
    assert_eq!(house.say(hall, "dev_hall/#", "x"), Err(Refusal::TopicInvalid));
    let wanted = ["#", "dev_lock/set", "+/set", "$SYS/#", "dev_hall/#", BIRTH].map(|f| (f.to_owned(), Delivery::Once));
    let granted = house.core.subscribe(house.now, hall, wanted.to_vec());
    let refused = Err(Refusal::NotAuthorized);
    let allowed = Ok(Delivery::Acknowledged);
    assert_eq!(granted, [refused, refused, refused, refused, allowed, allowed]);
    assert_eq!(house.bolt(), Ok(PropertyValue::Boolean(true)));
    assert_eq!(house.core.refusals().foreign_topics, 8);
    // It is told once, however often it is tried.
    assert_eq!(told(&house.core.take_effects()), ["dev_lock reached for"]);
    assert_eq!(house.core.close(house.now, hall, true), ());
}

/// Item 16 of the security service: a revoked certificate is refused, and its connection closed.
#[test]
fn a_new_certificate_ends_the_old_one() {
    let mut house = House::new();
    let session = house.lock();
    let mut renewed = equipment();
    renewed[0].certificate = Some(2);
    house.core.set_equipment(house.now, &renewed);
    assert_eq!(house.core.take_effects(), [Effect::Close(session, Refusal::Revoked)]);
    assert_eq!(house.say(session, "dev_lock/bolt", "UNLOCKED"), Err(Refusal::Revoked));
    assert_eq!(house.open("dev_lock", "lock"), Err(Refusal::Revoked));
    assert_eq!(house.bolt(), Err(ReadError::Unreachable));
    // A line that stays as it is keeps its connection.
    let hall = house.open("dev_hall", "hall").unwrap();
    house.core.set_equipment(house.now, &renewed);
    assert_eq!(house.core.take_effects(), []);
    house.core.set_equipment(house.now, &[]);
    assert_eq!(house.core.take_effects(), [Effect::Close(hall, Refusal::Revoked)]);
    assert_eq!(house.core.known(&id("dev_hall")), None);
}

#[test]
fn a_lock_is_driven_and_shows_what_it_confirmed() {
    let mut house = House::new();
    let session = house.lock();
    let unlock = |house: &mut House| {
        let value = PropertyValue::Boolean(false);
        house
            .core
            .begin_set(house.now, &id("dev_lock"), &main_electric_lock(), &value)
    };
    let ticket = unlock(&mut house).unwrap();
    let effects = house.core.take_effects();
    let [
        Effect::Send {
            session: to,
            message,
            expires_s: Some(_),
            ..
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (*to, message.topic.as_str(), message.payload.as_slice()),
        (session, "dev_lock/set", &b"UNLOCK"[..])
    );
    assert!(
        !message.retain,
        "a command that is kept would fire when nobody wants it any more"
    );
    // It was told; nothing is assumed of it.
    assert_eq!(house.bolt(), Ok(PropertyValue::Boolean(true)));
    house.core.arrived(ticket);
    assert_eq!(house.core.take_effects(), [Effect::SetDone(ticket, Ok(()))]);
    house.say(session, "dev_lock/bolt", "UNLOCKING").unwrap();
    assert_eq!(house.bolt(), Err(ReadError::NotReadable), "on the way is not there");
    house.say(session, "dev_lock/bolt", "UNLOCKED").unwrap();
    assert_eq!(house.bolt(), Ok(PropertyValue::Boolean(false)));
    house.say(session, "dev_lock/bolt", "JAMMED").unwrap();
    let fault = house.core.read(
        &id("dev_lock"),
        &[main_electric_lock(), name::fault_status()],
        Source::ReadBack,
    );
    let fault = fault.unwrap();
    assert_eq!((fault.len(), &fault[0].1.value), (1, &PropertyValue::Boolean(true)));
}

#[test]
fn what_is_not_certain_of_a_command_is_said_to_be_uncertain() {
    let mut house = House::new();
    let value = PropertyValue::Boolean(true);
    let bolt = main_electric_lock();
    let set = |house: &mut House| house.core.begin_set(house.now, &id("dev_lock"), &bolt, &value);
    assert_eq!(set(&mut house), Err(SetError::Unreachable { maybe_acted: false }));
    let session = house.lock();
    let ticket = set(&mut house).unwrap();
    house.core.take_effects();
    let unsure = Err(SetError::Unreachable { maybe_acted: true });
    assert_eq!(house.pass(5), [Effect::SetDone(ticket, unsure)]);
    let ticket = set(&mut house).unwrap();
    house.core.take_effects();
    house.core.close(house.now, session, true);
    assert!(house.core.take_effects().contains(&Effect::SetDone(ticket, unsure)));
    // Away for a moment it is not lost yet, but nobody listens.
    assert_eq!(set(&mut house), Err(SetError::Unreachable { maybe_acted: false }));
    let other = PropertyName::known("doorOpened");
    assert_eq!(
        house.core.begin_set(house.now, &id("dev_lock"), &other, &value),
        Err(SetError::NotSettable)
    );
    let word = PropertyValue::word("open");
    assert_eq!(
        house.core.begin_set(house.now, &id("dev_lock"), &bolt, &word),
        Err(SetError::OutOfRange)
    );
    assert_eq!(
        house.core.begin_set(house.now, &id("dev_no"), &bolt, &value),
        Err(SetError::NotAdopted)
    );
}

/// SR2-H-4 1, and "unavailable is never closed": whoever is away, silent or says so himself is lost, and what he said
/// before holds no more.
#[test]
fn a_device_that_is_away_is_lost_and_must_speak_anew() {
    let mut house = House::new();
    let session = house.lock();
    house.core.close(house.now, session, false);
    assert_eq!(told(&house.pass(4)), Vec::<String>::new());
    let again = house.open("dev_lock", "lock").unwrap();
    house.say(again, "dev_lock/there", "online").unwrap();
    assert_eq!(
        house.bolt(),
        Err(ReadError::NotReadable),
        "it has not said so since it came"
    );
    house.core.take_effects();
    house.core.close(house.now, again, false);
    assert_eq!(told(&house.pass(5)), ["dev_lock lost"]);
    assert_eq!(house.bolt(), Err(ReadError::Unreachable));
    let again = house.open("dev_lock", "lock").unwrap();
    house.say(again, "dev_lock/bolt", "UNLOCKED").unwrap();
    assert_eq!(
        told(&house.core.take_effects()),
        Vec::<String>::new(),
        "it did not say that it is there"
    );
    house.say(again, "dev_lock/there", "online").unwrap();
    let told_now = told(&house.core.take_effects());
    assert_eq!(told_now.first().map(String::as_str), Some("dev_lock appeared"));
    assert_eq!(
        told_now.last().map(String::as_str),
        Some("dev_lock mainElectricLock false")
    );
    house.say(again, "dev_lock/there", "offline").unwrap();
    assert_eq!(told(&house.core.take_effects()), ["dev_lock lost"]);
}

#[test]
fn a_last_will_speaks_for_who_left_without_a_word() {
    let mut house = House::new();
    house.lock();
    let hello = Hello {
        client: "second".to_owned(),
        will: Some(Published {
            topic: "dev_lock/there".to_owned(),
            payload: b"offline".to_vec(),
            retain: true,
        }),
        silence_s: 45,
    };
    let second = house
        .core
        .open(house.now, &id("dev_lock"), 1, hello.clone(), None)
        .unwrap();
    house.core.close(house.now, second, true);
    assert_eq!(told(&house.core.take_effects()), ["dev_lock lost"]);
    // A will for somebody else is none.
    let refused = house.core.open(house.now, &id("dev_hall"), 1, hello, None);
    assert_eq!(refused, Err(Refusal::NotAuthorized));
}

#[test]
fn states_end_by_themselves_as_the_device_promised() {
    let mut house = House::new();
    let session = house.open("dev_hall", "hall").unwrap();
    let config = r#"{"dev_cla":"motion","stat_t":"dev_hall/motion","off_dly":10,"exp_aft":60}"#;
    house
        .say(session, "homeassistant/binary_sensor/dev_hall/config", config)
        .unwrap();
    house.say(session, "dev_hall/motion", "ON").unwrap();
    house.core.take_effects();
    assert_eq!(
        house.core.next_due(),
        Some(after(house.now.run, Duration::from_secs(10)))
    );
    assert_eq!(told(&house.pass(10)), ["dev_hall detection false"]);
    assert_eq!(told(&house.pass(49)), Vec::<String>::new());
    assert_eq!(
        told(&house.pass(1)),
        ["dev_hall lost"],
        "connected, and silent for longer than it promised"
    );
    house.say(session, "dev_hall/motion", "OFF").unwrap();
    assert_eq!(
        told(&house.core.take_effects()),
        ["dev_hall appeared", "dev_hall detection false"]
    );
}

/// A button says that it was pressed, and nothing more; each press is told.
#[test]
fn a_call_for_help_is_told_each_time() {
    let mut house = House::new();
    house
        .core
        .set_equipment(house.now, &[line("dev_help", DeviceKind::EmergencyButton, Some(1))]);
    let session = house.open("dev_help", "help").unwrap();
    house
        .say(
            session,
            "homeassistant/event/dev_help/config",
            r#"{"stat_t":"dev_help/button"}"#,
        )
        .unwrap();
    for _ in 0..2 {
        house
            .say(session, "dev_help/button", r#"{"event_type":"press"}"#)
            .unwrap();
    }
    house
        .say(session, "dev_help/button", r#"{"event_type":"release"}"#)
        .unwrap();
    let press = ["dev_help detection true", "dev_help detection false"];
    let told = told(&house.core.take_effects());
    assert_eq!(told, [&["dev_help appeared"][..], &press, &press].concat());
}

/// Item 18: a flood is turned away, counted and ended, and others are heard all the while.
#[test]
fn a_flood_drowns_nobody_else() {
    let mut house = House::new();
    let lock = house.lock();
    let hall = house.open("dev_hall", "hall").unwrap();
    house
        .say(hall, "homeassistant/binary_sensor/dev_hall/config", MOTION)
        .unwrap();
    let taken = (0..2_000).filter(|n| {
        let word = if n % 2 == 0 { "ON" } else { "OFF" };
        house.say(hall, "dev_hall/motion", word).is_ok()
    });
    assert_eq!(taken.count(), 199);
    assert_eq!(house.say(lock, "dev_lock/bolt", "UNLOCKED"), Ok(()));
    let effects = house.core.take_effects();
    assert!(effects.contains(&Effect::Close(hall, Refusal::RateTooHigh)));
    let reports = told(&effects);
    assert!(reports.contains(&"dev_lock mainElectricLock false".to_owned()));
    assert!(
        reports.len() < 70,
        "a journal is not filled by one device: {}",
        reports.len()
    );
    assert_eq!(house.core.refusals().flooded, 1_801);
}

#[test]
fn a_device_has_few_connections_and_the_newest_of_a_name() {
    let mut house = House::new();
    let first = house.open("dev_hall", "same").unwrap();
    let second = house.open("dev_hall", "same").unwrap();
    assert!(
        house
            .core
            .take_effects()
            .contains(&Effect::Close(first, Refusal::TakenOver))
    );
    for client in ["a", "b", ""] {
        house.open("dev_hall", client).unwrap();
    }
    assert_eq!(house.open("dev_hall", "c"), Err(Refusal::QuotaExceeded));
    assert_eq!(house.core.refusals().sessions, 1);
    house.core.close(house.now, second, false);
    assert!(house.open("dev_hall", &"x".repeat(129)).is_err());
    assert!(house.open("dev_hall", "c").is_ok());
}

#[test]
fn what_is_kept_is_bounded_and_found_by_who_comes_later() {
    let mut house = House::new();
    let session = house.lock();
    for n in 0..61 {
        house.say(session, &format!("dev_lock/{n}"), "x").unwrap();
    }
    assert_eq!(house.say(session, "dev_lock/more", "x"), Err(Refusal::QuotaExceeded));
    assert_eq!(house.say(session, "dev_lock/1", ""), Ok(()));
    assert_eq!(house.say(session, "dev_lock/more", "x"), Ok(()));
    let tool = house.open("dev_lock", "tool").unwrap();
    house.core.take_effects();
    house
        .core
        .subscribe(house.now, tool, vec![("dev_lock/bolt".to_owned(), Delivery::Hope)]);
    let effects = house.core.take_effects();
    assert!(matches!(&effects[..], [Effect::Send { message, .. }] if message.payload == b"LOCKED" && message.retain));
}

/// A gateway that starts anew knows what its devices are, and nothing of how they are.
#[test]
fn what_a_device_is_outlives_a_restart_and_what_it_said_does_not() {
    let mut house = House::new();
    house.lock();
    let kept = house.core.kept();
    assert_eq!(kept[&id("dev_lock")].discovery.len(), 1);
    let mut again = House::new();
    again.core = Core::new(again.core.config.clone(), kept.clone());
    again.core.set_equipment(again.now, &equipment());
    let session = again.open("dev_lock", "lock").unwrap();
    again.say(session, "dev_lock/there", "online").unwrap();
    assert_eq!(told(&again.core.take_effects()), ["dev_lock appeared"]);
    assert_eq!(again.bolt(), Err(ReadError::NotReadable));
    // What was told under a certificate that counts no more is forgotten with it.
    let mut other = House::new();
    let old = kept.into_iter().map(|(id, kept)| (id, Kept { generation: 9, ..kept }));
    other.core = Core::new(other.core.config.clone(), old.collect());
    other.core.set_equipment(other.now, &equipment());
    let session = other.open("dev_lock", "lock").unwrap();
    other.say(session, "dev_lock/there", "online").unwrap();
    assert_eq!(told(&other.core.take_effects()), Vec::<String>::new());
}

proptest! {
    /// Whatever the hall's sensor says and wants, the lock's state, its topics and its connection are untouched, and
    /// nothing of the lock's reaches the sensor.
    #[test]
    fn one_device_never_touches_another(
        steps in prop::collection::vec(
            (0_u8..4, "(dev_lock|dev_hall|homeassistant|lock|set|bolt|[+#$])(/(dev_lock|dev_hall|set|bolt|config|[+#])){0,4}",
             prop_oneof![Just(LOCK.to_owned()), Just("UNLOCKED".to_owned()), "[ -~]{0,40}"]),
            0..40,
        )
    ) {
        let mut house = House::new();
        let lock = house.lock();
        let hall = house.open("dev_hall", "hall").unwrap();
        for (what, topic, payload) in steps {
            match what {
                0 | 1 => { let _ = house.say(hall, &topic, &payload); }
                2 => { house.core.subscribe(house.now, hall, vec![(topic, Delivery::Once)]); }
                _ => { house.say(lock, "dev_lock/bolt", "LOCKED").unwrap(); }
            }
            for effect in house.core.take_effects() {
                match effect {
                    Effect::Send { session, message, .. } if session == hall => {
                        prop_assert!(message.topic == BIRTH || message.topic.contains("dev_hall"), "{}", message.topic);
                    }
                    Effect::Tell(LanEvent::Reported { device, report, .. }) if device == id("dev_lock") => {
                        prop_assert_eq!(report.value, PropertyValue::Boolean(true));
                    }
                    Effect::Close(session, _) => prop_assert_ne!(session, lock),
                    _ => {}
                }
            }
            prop_assert_eq!(house.bolt(), Ok(PropertyValue::Boolean(true)));
        }
    }
}
