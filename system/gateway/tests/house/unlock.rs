//! Use case 2 at the gateway, on real sockets: an alarm, an incident, three signatures, a lock that proves itself, a
//! receipt (T2-5 steps 2 to 8; T3-10 EP①, EP③, EP⑤).

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use tomori_gateway::UplinkState;
use tomori_gateway_link::v1;
use tomori_gateway_link::v1::platform_message::Message;
use tomori_smart_home::event::What;
use tomori_smart_home::unlock::{
    Attestation, IncidentOpened, Outcome, PublicPoint, Receipt, Refusal, RefusalNotice, Statement as _, UnixMillis,
};
use tomori_smart_home::{Device, DeviceId, DeviceKind, Equipment};
use tomori_unlock::rehearsal::Rehearsal;
use tomori_unlock::{Attested, IncidentFile, SignedRoster, UnlockBundle};

use crate::fixture::{Scene, until};
use crate::peer::Peer;

const LOCK: &str = r#"{"stat_t":"dev_lock/bolt","cmd_t":"dev_lock/set","avty_t":"dev_lock/there"}"#;
const SMOKE: &str = r#"{"dev_cla":"smoke","stat_t":"dev_smoke/smoke"}"#;
/// The head of a public key on P-256 in a certificate request (RFC 5480).
const SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn id(device: &str) -> DeviceId {
    device.parse().unwrap()
}

fn line(device: &str, kind: DeviceKind) -> Equipment {
    Equipment {
        device: Device {
            id: id(device),
            kind,
            room: "玄関".to_owned(),
            name: "機器".to_owned(),
        },
        model: String::new(),
        endpoint: None,
        certificate: Some(1),
    }
}

/// A house with a lock and a fire sensor, guarded by a company.
struct Guarded {
    scene: Scene,
    company: Rehearsal,
    lock: Peer,
    smoke: Peer,
}

/// The same with an incident under way.
struct Incident {
    scene: Scene,
    company: Rehearsal,
    lock: Peer,
    opened: IncidentOpened,
    attested: Attested,
}

impl Guarded {
    fn new() -> Self {
        let mut scene = Scene::enrolled("2026-11-23T21:00:00Z", Vec::new());
        let now = UnixMillis::of(scene.clock.now());
        let company = Rehearsal::new("guard.example", "https://guard.example", now).unwrap();
        scene.others = vec![
            line("dev_lock", DeviceKind::ElectricLock),
            line("dev_smoke", DeviceKind::FireSensor),
        ];
        scene.config.devices.listen = Some(free());
        scene.config.security_company.root = Some(company.root.public().to_string());
        scene.config.security_company.relock_after_s = 10;
        scene.platform.board().plan = Some(scene.plan(2, Vec::new()));
        scene.start();
        until("the plan is in force", || scene.house().view().plan_version == 2);
        let mut lock = hello(&scene, "dev_lock");
        assert!(lock.say("homeassistant/lock/dev_lock/config", LOCK).unwrap());
        assert!(lock.listen(&["dev_lock/set"]).unwrap());
        assert!(lock.say("dev_lock/there", "online").unwrap());
        assert!(lock.say("dev_lock/bolt", "LOCKED").unwrap());
        let mut smoke = hello(&scene, "dev_smoke");
        let found = "homeassistant/binary_sensor/dev_smoke/config";
        assert!(smoke.say(found, SMOKE).unwrap());
        assert!(smoke.say("dev_smoke/smoke", "OFF").unwrap());
        Self {
            scene,
            company,
            lock,
            smoke,
        }
    }

    fn burn(&mut self) {
        assert!(self.smoke.say("dev_smoke/smoke", "ON").unwrap());
    }
}

impl Incident {
    fn new() -> Self {
        let mut house = Guarded::new();
        house.burn();
        let Guarded {
            scene, company, lock, ..
        } = house;
        until("the incident is attested", || attested(&scene).is_some());
        let attested = attested(&scene).unwrap();
        let opened = attested.open(&key(&scene)).unwrap();
        Self {
            scene,
            company,
            lock,
            opened,
            attested,
        }
    }

    fn send_roster(&self) -> SignedRoster {
        let signed = self.company.root.sign(&self.company.roster);
        let message = v1::CompanyRoster {
            signed_roster: signed.to_bytes().into(),
        };
        assert!(self.scene.platform.say(Message::CompanyRoster(message)));
        signed
    }

    /// What three honest people make who read the panel now.
    fn bundle(&self) -> UnlockBundle {
        let panel = self.scene.house().panel().unwrap();
        assert_eq!(panel.incident, self.opened.incident);
        let now = UnixMillis::of(self.scene.clock.now());
        let arrival = self.company.arrival(&self.opened, panel.code.parse().unwrap(), now);
        let end = UnixMillis::from_millis(now.millis() + 60_000).unwrap();
        self.company.bundle(&arrival, id("dev_lock"), end).unwrap()
    }

    fn send(&self, bundle: &UnlockBundle) {
        let message = v1::UnlockBundle {
            bundle: bundle.to_bytes().into(),
        };
        assert!(self.scene.platform.say(Message::UnlockBundle(message)));
    }

    /// The signed answers to a bundle so far.
    fn answers(&self, bundle: &UnlockBundle) -> Vec<Attested> {
        let board = self.scene.platform.board();
        let of = |what: &What| match what {
            What::UnlockAnswered {
                bundle: digest,
                attested,
                ..
            } if *digest == bundle.digest() => Attested::from_bytes(&attested.0).ok(),
            _ => None,
        };
        board.events.values().filter_map(|event| of(&event.what)).collect()
    }
}

fn hello(scene: &Scene, device: &str) -> Peer {
    let papers = scene.house().mqtt().unwrap().papers(&id(device)).unwrap().unwrap();
    Peer::hello(scene.config.devices.listen.unwrap(), &papers, device).unwrap()
}

fn attested(scene: &Scene) -> Option<Attested> {
    let board = scene.platform.board();
    board.events.values().find_map(|event| match &event.what {
        What::IncidentAttested {
            attested: Attestation(bytes),
            ..
        } => Attested::from_bytes(bytes).ok(),
        _ => None,
    })
}

/// The gateway's public key, as it stood in its request for a certificate.
fn key(scene: &Scene) -> PublicPoint {
    let csr = scene.platform.board().csr.clone();
    let at = csr.windows(SPKI.len()).position(|window| window == SPKI).unwrap() + SPKI.len();
    PublicPoint::new(csr[at..at + 65].try_into().unwrap()).unwrap()
}

#[test]
fn three_people_open_the_door_and_a_stranger_can_verify_it() {
    let mut incident = Incident::new();
    let early = incident.bundle();
    incident.send(&early);
    until("it is refused", || !incident.answers(&early).is_empty());
    let why = incident.answers(&early)[0]
        .open::<RefusalNotice>(&key(&incident.scene))
        .unwrap()
        .why;
    assert_eq!(why, Refusal::NoRoster);

    let roster = incident.send_roster();
    let bundle = incident.bundle();
    incident.send(&bundle);
    assert_eq!(incident.lock.told("dev_lock/set").unwrap(), "UNLOCK");
    assert!(incident.lock.say("dev_lock/bolt", "UNLOCKED").unwrap());
    until("there is a receipt", || !incident.answers(&bundle).is_empty());
    let answer = incident.answers(&bundle).remove(0);
    let receipt: Receipt = answer.open(&key(&incident.scene)).unwrap();
    assert_eq!((receipt.outcome, &receipt.lock), (Outcome::Opened, &id("dev_lock")));

    // Delivered again it is answered again, and nothing else happens.
    incident.send(&bundle);
    until("it is answered again", || incident.answers(&bundle).len() == 2);
    assert_eq!(incident.answers(&bundle)[1], answer);

    // It locks again by itself; that is the only other word the lock hears.
    assert_eq!(incident.lock.told("dev_lock/set").unwrap(), "LOCK");
    assert!(incident.lock.say("dev_lock/bolt", "LOCKED").unwrap());
    let locked = |what: &What| matches!(what, What::Relocked { is_confirmed: true, .. });
    until("it is locked again", || incident.scene.platform.count(locked) == 1);

    let file = IncidentFile::new(&incident.attested, &[roster], &[bundle], &[answer]);
    let story = file
        .verify(&incident.company.root.public(), &[key(&incident.scene)])
        .unwrap();
    assert_eq!(story.answers.len(), 1);
}

/// T3-10 EP①: whoever owns the platform can send what they like, as often as they like.
#[test]
fn a_platform_with_full_control_cannot_open_the_door() {
    let mut incident = Incident::new();
    incident.send_roster();
    let now = UnixMillis::of(incident.scene.clock.now());
    let platform = Rehearsal::new("guard.example", "https://guard.example", now).unwrap();
    let mut roster = platform.roster.clone();
    roster.version = 9;
    let message = v1::CompanyRoster {
        signed_roster: platform.root.sign(&roster).to_bytes().into(),
    };
    assert!(incident.scene.platform.say(Message::CompanyRoster(message)));
    let panel = incident.scene.house().panel().unwrap();
    let arrival = platform.arrival(&incident.opened, panel.code.parse().unwrap(), now);
    let end = UnixMillis::from_millis(now.millis() + 60_000).unwrap();
    let forged = platform.bundle(&arrival, id("dev_lock"), end).unwrap();
    incident.send(&forged);
    until("it is refused", || !incident.answers(&forged).is_empty());
    let mut late = incident.bundle();
    late.approval.assertion.signature.pop();
    incident.send(&late);
    until("it is refused, too", || !incident.answers(&late).is_empty());
    for _ in 0..5 {
        incident.lock.turn().unwrap();
    }
    let heard = &incident.lock.heard;
    assert!(heard.is_empty(), "the lock was told {heard:?}");
}

/// A platform that asked for an hour's patience, out of load or malice, keeps no alarm waiting (T2-5 step 2).
#[test]
fn an_alarm_waits_for_no_platform_that_asked_for_patience() {
    let mut house = Guarded::new();
    let patience = || Message::Goodbye(v1::Goodbye::new(v1::goodbye::Why::Restart, "", 3_600_000));
    let is_connected = |house: &Guarded| matches!(house.scene.house().view().uplink, UplinkState::Connected { .. });
    assert!(house.scene.platform.say(patience()));
    until("it went", || !is_connected(&house));
    house.burn();
    until("the incident is attested", || attested(&house.scene).is_some());
    // As long as the incident is open, it stays so.
    assert!(house.scene.platform.say(patience()));
    until("it went again", || !is_connected(&house));
    until("it is back", || is_connected(&house));
}

/// What lies on the disk when a sensor is told that its message has arrived is all that a power cut may leave: the alarm is
/// among it (T2-5 step 1).
#[test]
fn an_alarm_that_was_acknowledged_to_its_sensor_survives_the_power() {
    let mut house = Guarded::new();
    house.scene.platform.cut();
    house.burn();
    let left = tempfile::tempdir().unwrap();
    copy(house.scene.data(), left.path());
    house.scene.stop();
    house.scene.folder = left;
    house.scene.platform.restore();
    house.scene.start();
    // The sensor is not there to tell it again.
    until("the incident is attested", || attested(&house.scene).is_some());
}

/// The files of a folder and of those in it, as they are at this moment.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&there).unwrap();
            copy(&path, &there);
        } else if path.is_file() {
            std::fs::copy(&path, &there).unwrap();
        }
    }
}
