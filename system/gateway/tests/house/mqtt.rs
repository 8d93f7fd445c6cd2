//! Devices that prove themselves, on real sockets: MQTT over TLS with the house's own certificates, and whatever somebody
//! on the house's network may try instead (T3-11 EP⑦, EP⑧; SR2-H-2, SR2-H-4).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use tomori_device_link::wire::{Published, ToDevice};
use tomori_gateway::desk::ask;
use tomori_gateway::lan::LanEvent;
use tomori_gateway::mqtt::{Mqtt, MqttConfig, Papers, Refusals};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::event::What;
use tomori_smart_home::{Device, DeviceId, DeviceKind, Equipment, Origin, PropertyName, PropertyValue, Reason, Stage};

use crate::fixture::{Scene, open, until};
use crate::peer::{Peer, connect, enrol, rest, tls};

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

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn id(device: &str) -> DeviceId {
    device.parse().unwrap()
}

/// A house with a lock and a sensor that prove themselves.
fn house() -> Scene {
    let mut scene = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
    scene.others = vec![
        line("dev_lock", DeviceKind::ElectricLock, Some(1)),
        line("dev_hall", DeviceKind::HumanDetectionSensor, Some(1)),
    ];
    scene.config.devices.listen = Some(free());
    scene.config.devices.enrol = Some(free());
    scene.platform.board().plan = Some(scene.plan(2, Vec::new()));
    scene.start();
    until("the plan is in force", || scene.house().view().plan_version == 2);
    scene
}

fn mqtt(scene: &Scene) -> SocketAddr {
    scene.config.devices.listen.unwrap()
}

fn papers(scene: &Scene, device: &str) -> Papers {
    scene.house().mqtt().unwrap().papers(&id(device)).unwrap().unwrap()
}

fn refusals(scene: &Scene) -> Refusals {
    scene.house().mqtt().unwrap().refusals()
}

fn hall(scene: &Scene) -> Peer {
    let mut peer = Peer::hello(mqtt(scene), &papers(scene, "dev_hall"), "hall").unwrap();
    assert!(peer.say("homeassistant/binary_sensor/dev_hall/config", MOTION).unwrap());
    peer
}

fn lock(scene: &Scene) -> Peer {
    let mut peer = Peer::hello(mqtt(scene), &papers(scene, "dev_lock"), "lock").unwrap();
    assert!(peer.say("homeassistant/lock/dev_lock/config", LOCK).unwrap());
    assert!(peer.listen(&["dev_lock/set"]).unwrap());
    assert!(peer.say("dev_lock/there", "online").unwrap());
    peer
}

/// Every value of a property that the platform was told, oldest first.
fn told(scene: &Scene, device: &str, property: &str) -> Vec<PropertyValue> {
    let board = scene.platform.board();
    let of = |event: &tomori_smart_home::Event| match &event.what {
        What::PropertyReported {
            device: d,
            property: p,
            report,
        } if *d == id(device) && p.as_str() == property => Some(report.value.clone()),
        _ => None,
    };
    board.events.values().filter_map(of).collect()
}

fn alive(scene: &Scene, device: &str) -> bool {
    scene
        .house()
        .view()
        .devices
        .iter()
        .any(|it| it.equipment.device.id == id(device) && it.is_alive)
}

#[test]
fn a_sensor_with_a_code_comes_to_a_certificate_and_is_heard_by_the_platform() {
    let scene = house();
    let code = scene.house().mqtt().unwrap().code(&id("dev_hall")).unwrap().to_string();
    let (device, _) = enrol(scene.config.devices.enrol.unwrap(), &code).unwrap();
    assert_eq!(device, "dev_hall");
    let again = enrol(scene.config.devices.enrol.unwrap(), &code).map(drop).unwrap_err();
    assert!(again.contains("used up"), "{again}");

    let mut sensor = hall(&scene);
    assert!(sensor.say("dev_hall/motion", "ON").unwrap());
    let heard = [PropertyValue::Boolean(true)];
    until("the platform knows", || told(&scene, "dev_hall", "detection") == heard);
    let view = scene.house().view();
    let seen = view
        .devices
        .iter()
        .find(|it| it.equipment.device.id == id("dev_hall"))
        .unwrap();
    assert_eq!(seen.equipment.trust().unwrap().word(), "authenticated");
    assert!(seen.is_alive);
    drop(sensor);
    until("it is lost", || !alive(&scene, "dev_hall"));
    let is_lost = |what: &What| matches!(what, What::DeviceLost { device, .. } if *device == id("dev_hall"));
    until("the platform knows it, too", || scene.platform.count(is_lost) == 1);
    assert_eq!(refusals(&scene).enrolments, 1);
    scene.reconciled();
}

#[test]
fn a_lock_is_locked_from_afar_and_shows_it_and_is_never_unlocked_so() {
    let scene = house();
    let mut bolt = lock(&scene);
    assert!(bolt.say("dev_lock/bolt", "UNLOCKED").unwrap());
    until("it is there", || alive(&scene, "dev_lock"));
    let mut command = scene.command("open");
    command.device = id("dev_lock");
    command.property = PropertyName::known("mainElectricLock");
    command.value = PropertyValue::Boolean(true);
    assert!(scene.platform.command(&command));
    assert_eq!(bolt.told("dev_lock/set").unwrap(), "LOCK");
    let _ = bolt.turn();
    // It was told, and took the word. Nothing more is known.
    until("it is executed", || {
        scene.platform.stages(&command.id).contains(&Stage::Executed)
    });
    assert_eq!(
        told(&scene, "dev_lock", "mainElectricLock"),
        [PropertyValue::Boolean(false)]
    );
    assert!(bolt.say("dev_lock/bolt", "LOCKED").unwrap());
    until("it is observed", || {
        scene.platform.end(&command.id) == Some(Stage::Observed)
    });

    let mut command = scene.command("open");
    command.device = id("dev_lock");
    command.property = PropertyName::known("mainElectricLock");
    command.value = PropertyValue::Boolean(false);
    command.origin = Origin::Operator {
        operator: "op_1".parse().unwrap(),
    };
    assert!(scene.platform.command(&command));
    until("it is refused", || scene.platform.end(&command.id).is_some());
    let reason = Reason::PropertyNotSettable;
    assert_eq!(scene.platform.end(&command.id), Some(Stage::Refused { reason }));
    let _ = bolt.turn();
    assert!(bolt.heard.is_empty(), "the lock heard of it: {:?}", bolt.heard);
    scene.reconciled();
}

/// A lock that takes the word and does not move: the command fails, and says so.
#[test]
fn a_lock_that_is_stuck_is_not_shown_as_locked() {
    let scene = house();
    let mut bolt = lock(&scene);
    assert!(bolt.say("dev_lock/bolt", "UNLOCKED").unwrap());
    until("it is there", || alive(&scene, "dev_lock"));
    let mut command = scene.command("open");
    command.device = id("dev_lock");
    command.property = PropertyName::known("mainElectricLock");
    command.value = PropertyValue::Boolean(true);
    assert!(scene.platform.command(&command));
    assert_eq!(bolt.told("dev_lock/set").unwrap(), "LOCK");
    assert!(bolt.say("dev_lock/bolt", "JAMMED").unwrap());
    until("it has ended", || scene.platform.end(&command.id).is_some());
    let end = scene.platform.end(&command.id).unwrap();
    assert!(matches!(end, Stage::Failed { .. }), "{end:?}");
    assert!(told(&scene, "dev_lock", "faultStatus").contains(&PropertyValue::Boolean(true)));
}

/// T3-11 EP⑧ impersonation and unauthorised access: nobody without a certificate of this house, and nobody in another's
/// name.
#[test]
fn whoever_is_not_a_device_of_this_house_is_not_heard() {
    let scene = house();
    let own = papers(&scene, "dev_hall");
    // No certificate.
    let mut bare = connect(mqtt(&scene), tls(&own, false)).unwrap();
    let _ = bare.write_all(&[0x10]);
    assert_eq!(rest(&mut bare), Vec::<u8>::new());
    // A certificate of another house, which trusts this one's gateway.
    let neighbour = house();
    let stolen = papers(&neighbour, "dev_hall");
    let foreign = Papers {
        authority: own.authority.clone(),
        ..stolen
    };
    assert!(Peer::hello(mqtt(&scene), &foreign, "hall").is_err());
    // No TLS at all.
    let mut plain = TcpStream::connect(mqtt(&scene)).unwrap();
    plain
        .write_all(b"\x10\x0c\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00")
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(&[0x20]), "a CONNACK in clear");
    until("all are counted", || refusals(&scene).handshakes >= 3);

    // Another device's topics.
    let mut sensor = hall(&scene);
    let mut bolt = lock(&scene);
    assert!(bolt.say("dev_lock/bolt", "LOCKED").unwrap());
    for topic in [
        "dev_lock/bolt",
        "dev_lock/set",
        "homeassistant/lock/dev_lock/config",
        "$SYS/broker",
        "homeassistant/status",
    ] {
        assert!(!sensor.say(topic, "UNLOCKED").unwrap(), "{topic}");
    }
    for filter in ["#", "dev_lock/#", "+/set", "$SYS/#"] {
        assert!(!sensor.listen(&[filter]).unwrap(), "{filter}");
    }
    assert!(
        sensor.say("dev_hall/motion", "ON").unwrap(),
        "it is still heard for itself"
    );
    until("the platform knows who was reached for", || {
        let reached = |what: &What| matches!(what, What::Impersonation { device, .. } if *device == id("dev_lock"));
        scene.platform.count(reached) == 1
    });
    assert_eq!(
        told(&scene, "dev_lock", "mainElectricLock"),
        [PropertyValue::Boolean(true)]
    );
    assert_eq!(refusals(&scene).foreign_topics, 9);
}

/// Item 16: a revoked device certificate is refused, and its connection ends at once.
#[test]
fn a_revoked_certificate_ends_its_connection_and_opens_no_other() {
    let mut scene = house();
    let old = papers(&scene, "dev_lock");
    let mut bolt = lock(&scene);
    let mut sensor = hall(&scene);
    scene.others[0].certificate = Some(2);
    let plan = scene.plan(3, Vec::new());
    scene.platform.set_plan(plan);
    let ended = bolt.wait(|heard| *heard == ToDevice::Dismissed);
    assert!(ended.is_ok() || ended.unwrap_err().contains("closed"));
    assert!(Peer::hello(mqtt(&scene), &old, "lock").is_err());
    assert!(refusals(&scene).revoked >= 1);
    until("it is lost", || !alive(&scene, "dev_lock"));
    // The others go on, and the new certificate counts.
    assert!(sensor.say("dev_hall/motion", "OFF").unwrap());
    lock(&scene);
}

/// Item 18: malformed and oversized MQTT, floods, crowds and silence. Each is turned away and counted, and a sensor in
/// the same house is heard all the while.
#[test]
fn nonsense_floods_and_crowds_keep_nobody_from_being_heard() {
    let scene = house();
    let mut sensor = hall(&scene);
    let lock_papers = papers(&scene, "dev_lock");
    let heard = |sensor: &mut Peer, word: &str| assert!(sensor.say("dev_hall/motion", word).unwrap());

    // Malformed: before hello, and after it.
    let mut stream = connect(mqtt(&scene), tls(&lock_papers, true)).unwrap();
    stream.write_all(&[0xff; 64]).unwrap();
    rest(&mut stream);
    let mut peer = Peer::hello(mqtt(&scene), &lock_papers, "a").unwrap();
    peer.stream.write_all(&[0x32, 0x03, 0x00, 0xff, 0x41]).unwrap();
    rest(&mut peer.stream);
    until("it is counted", || refusals(&scene).malformed >= 2);
    heard(&mut sensor, "ON");

    // Oversized: 256 MiB are announced.
    let mut peer = Peer::hello(mqtt(&scene), &lock_papers, "b").unwrap();
    peer.stream.write_all(&[0x30, 0xff, 0xff, 0xff, 0x7f]).unwrap();
    rest(&mut peer.stream);
    until("it is counted", || refusals(&scene).oversized == 1);
    heard(&mut sensor, "OFF");

    // A flood of messages that wait for no answer.
    let mut peer = Peer::hello(mqtt(&scene), &lock_papers, "c").unwrap();
    let topic = b"dev_lock/x";
    let mut packet = vec![0x30, 2 + 10 + 1 + 1, 0, 10];
    packet.extend(topic);
    packet.extend([0, b'x']);
    for _ in 0..1_000 {
        if peer.stream.write_all(&packet).is_err() {
            break;
        }
    }
    rest(&mut peer.stream);
    until("it is counted", || refusals(&scene).flooded >= 400);
    heard(&mut sensor, "ON");

    // A crowd that says nothing.
    let crowd: Vec<TcpStream> = (0..1_000)
        .filter_map(|_| TcpStream::connect(mqtt(&scene)).ok())
        .collect();
    heard(&mut sensor, "OFF");
    until("it is counted", || refusals(&scene).crowded >= 900);
    drop(crowd);
    until("there is room again", || {
        std::thread::sleep(Duration::from_millis(50));
        Peer::hello(mqtt(&scene), &lock_papers, "d").is_ok()
    });
    let words = told(&scene, "dev_hall", "detection");
    until("every word reached the platform", || {
        told(&scene, "dev_hall", "detection").len() == 4 || words.len() == 4
    });
    scene.reconciled();
}

#[test]
fn codes_cannot_be_guessed_and_a_foreign_request_gets_no_certificate() {
    let scene = house();
    let enrolment = scene.config.devices.enrol.unwrap();
    let room = scene.house();
    let good = room.mqtt().unwrap().code(&id("dev_hall")).unwrap().to_string();
    let own = papers(&scene, "dev_hall");
    for line in [
        "\n",
        "{}\n",
        "{\"code\":\"x\",\"csr\":\"!\"}\n",
        "{\"code\":\"WRONG\",\"csr\":\"AAAA\"}\n",
    ] {
        let mut stream = connect(enrolment, tls(&own, false)).unwrap();
        stream.write_all(line.as_bytes()).unwrap();
        let answer = String::from_utf8(rest(&mut stream)).unwrap();
        assert!(answer.contains("refused"), "{line}: {answer}");
    }
    assert_eq!(refusals(&scene).enrolments, 4);
    assert!(room.mqtt().unwrap().code(&id("dev_none")).is_err());
    // A code for a certificate that was replaced meanwhile is worth nothing.
    assert_eq!(enrol(enrolment, &good).unwrap().0, "dev_hall");
}

/// The installer's desk: what a command line on the gateway's machine asks, only its own user can.
#[test]
fn the_installers_desk_gives_codes_and_papers() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = house();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let desk = scene.data().join("desk.sock");
    until("the desk is open", || desk.exists());
    assert_eq!(std::fs::metadata(&desk).unwrap().permissions().mode() & 0o777, 0o600);
    let code = runtime.block_on(ask::code(scene.data(), id("dev_lock"))).unwrap();
    assert_eq!(enrol(scene.config.devices.enrol.unwrap(), &code).unwrap().0, "dev_lock");
    let papers = runtime.block_on(ask::papers(scene.data(), id("dev_hall"))).unwrap();
    assert!(Peer::hello(mqtt(&scene), &papers, "x").is_ok());
    let refused = runtime.block_on(ask::code(scene.data(), id("dev_none"))).unwrap_err();
    assert!(refused.to_string().contains("equipment list"), "{refused}");
    assert_eq!(runtime.block_on(ask::refusals(scene.data())).unwrap().foreign_topics, 0);
    assert!(
        runtime
            .block_on(ask::code(&scene.data().join("none"), id("dev_lock")))
            .is_err()
    );
}

/// After a restart nothing that was said before counts as the present, and what devices are is known.
#[test]
fn a_gateway_that_starts_anew_believes_nothing_old() {
    let mut scene = house();
    let kept = papers(&scene, "dev_lock");
    let mut bolt = lock(&scene);
    assert!(bolt.say("dev_lock/bolt", "LOCKED").unwrap());
    until("the platform knows", || {
        told(&scene, "dev_lock", "mainElectricLock").len() == 1
    });
    until("it is written down", || {
        scene.data().join("device-discovery.sealed").exists()
    });
    scene.stop();
    drop(bolt);
    scene.start();
    until("the plan is in force", || scene.house().view().plan_version == 2);
    assert!(!alive(&scene, "dev_lock"));
    let mut bolt = Peer::hello(mqtt(&scene), &kept, "lock").unwrap();
    let message = Published {
        topic: "dev_lock/there".to_owned(),
        payload: b"online".to_vec(),
        retain: true,
    };
    bolt.wire.publish(&message);
    until("it is there without having said what it is", || {
        let _ = bolt.turn();
        alive(&scene, "dev_lock")
    });
    let view = scene.house().view();
    let seen = view
        .devices
        .iter()
        .find(|it| it.equipment.device.id == id("dev_lock"))
        .unwrap();
    assert!(seen.reports.is_empty(), "{:?}", seen.reports);
}

/// A sensor that was told that its message has arrived may forget it; so it is told when the gateway has taken it in.
#[test]
fn a_message_is_acknowledged_when_it_was_taken_in_and_not_before() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (listen, (_trigger, shutdown)) = (free(), Shutdown::new());
    let config = MqttConfig::at(listen, None, listen.ip());
    let (home, data) = ("home_1".parse().unwrap(), open(folder.path()));
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let started = runtime.block_on(Mqtt::alone(config, home, data, clock, entropy, shutdown));
    let (mqtt, mut events) = started.unwrap();
    mqtt.set_equipment(&[line("dev_hall", DeviceKind::HumanDetectionSensor, Some(1))]);
    let papers = mqtt.papers(&id("dev_hall")).unwrap().unwrap();
    let mut hall = Peer::hello(listen, &papers, "hall").unwrap();
    let said = |topic: &str, payload: &str| Published {
        topic: topic.to_owned(),
        payload: payload.as_bytes().to_vec(),
        retain: true,
    };
    let discovery = said("homeassistant/binary_sensor/dev_hall/config", MOTION);
    let first = hall.wire.publish(&discovery).unwrap();
    let acknowledged = |hall: &Peer, numbers: &[u16]| {
        let taken = |heard: &ToDevice| matches!(heard, ToDevice::Taken(number, true) if numbers.contains(number));
        hall.heard.iter().filter(|heard| taken(heard)).count()
    };
    until("what it is is taken in", || {
        while events.try_recv().is_ok() {
            mqtt.taken_in(1);
        }
        hall.turn().unwrap();
        acknowledged(&hall, &[first]) == 1
    });
    // The wire gives its numbers again.
    hall.heard.clear();
    let both = ["ON", "OFF"].map(|payload| hall.wire.publish(&said("dev_hall/motion", payload)).unwrap());
    for (taken_in, reported) in [true, false].into_iter().enumerate() {
        (0..3).for_each(|_| hall.turn().unwrap());
        assert_eq!(acknowledged(&hall, &both), taken_in, "nobody has taken the next one in");
        loop {
            let event = runtime.block_on(events.recv()).unwrap();
            mqtt.taken_in(1);
            if matches!(event, LanEvent::Reported { report, .. } if report.value == PropertyValue::Boolean(reported)) {
                break;
            }
        }
        hall.turn().unwrap();
        assert_eq!(acknowledged(&hall, &both), taken_in + 1);
    }
}
