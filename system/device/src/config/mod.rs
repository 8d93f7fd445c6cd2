//! The house that is to be: its nodes, their addresses, and what stands where.

mod made;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tomori_echonet_lite::node::Identity;
use tomori_echonet_lite::{Eoj, MULTICAST, PORT};
use tomori_runtime::config::{Rejection, Validate};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::device::{DeviceKind, Endpoint};

use crate::appliance::{AirConditioner, Appliance, Contact, Detector, Light, Lock, Shutter, Thermometer};

/// The most nodes of one house.
const MOST_NODES: usize = 250;

/// The configuration file of the device box.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the page and the control door listen. Only addresses of this machine: the door has no lock.
    pub listen: SocketAddr,
    /// The house.
    pub house: HouseConfig,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Japanese, 1 to 40 characters.
    pub ja: String,
    /// English, 1 to 40 characters.
    pub en: String,
}

impl Text {
    /// Both.
    #[must_use]
    pub fn new(ja: &str, en: &str) -> Self {
        Self {
            ja: ja.to_owned(),
            en: en.to_owned(),
        }
    }

    /// The one in a language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

/// A house.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseConfig {
    /// Makes the identification numbers (0x83) of this house's nodes different from those of other houses.
    #[serde(default)]
    pub number: u32,
    /// How it is called.
    pub name: Text,
    /// The port of all nodes; 3610 with real ones.
    #[serde(default = "default_port")]
    pub port: u16,
    /// The multicast group; 224.0.23.0 with real nodes. Houses on one machine that shall not hear each other need
    /// groups or ports of their own.
    #[serde(default = "default_multicast")]
    pub multicast: Ipv4Addr,
    /// The address of the interface that multicast is heard on; that of the first node when absent.
    #[serde(default)]
    pub interface: Option<Ipv4Addr>,
    /// `host:port` of the gateway's enrolment door, for things that prove themselves and have a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrol: Option<String>,
    /// The nodes, 1 to 250.
    #[serde(rename = "node")]
    pub nodes: Vec<NodeConfig>,
    /// Where the house remembers between two runs how its things stand; it forgets when absent.
    #[serde(skip)]
    pub memory: Option<PathBuf>,
}

/// What some real nodes do otherwise than the specification says, and a controller must bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// Answers and announcements come from another port than the node's.
    OtherPort,
    /// Every refusal has the service 0x50, whatever was asked.
    OneRefusal,
    /// A refused Set echoes no data.
    BareRefusal,
}

/// A node: one thing of the house with its own address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// How scripts call it: 1 to 40 of `a-z`, `0-9` and `-`.
    pub id: String,
    /// Its address; each node has its own.
    pub address: Ipv4Addr,
    /// What it is, by the short name of its class (`electricRainDoor`).
    pub kind: DeviceKind,
    /// How people call it.
    pub name: Text,
    /// Where it is.
    pub room: Text,
    /// Shutters: seconds from closed to open, 0.01 to 600.
    #[serde(default = "default_travel")]
    pub travel_seconds: f64,
    /// Shutters: how far it is open at first, 0 to 100 %.
    #[serde(default)]
    pub open: u8,
    /// Temperature sensors and air conditioners: °C at first, −40 to 60.
    #[serde(default = "default_temperature")]
    pub temperature: f64,
    /// Temperature sensors: °C by which the afternoon is warmer and the night colder, 0 to 20.
    #[serde(default)]
    pub daily_swing: f64,
    /// Human detection sensors: seconds until they forget, 1 to 3600.
    #[serde(default = "default_hold")]
    pub hold_seconds: u16,
    /// What the node does otherwise than the specification says.
    #[serde(default)]
    pub quirks: Vec<Quirk>,
    /// Whether it proves itself: it speaks MQTT with a certificate of the house, and no ECHONET Lite.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_certificate: bool,
    /// The code with which it comes for its certificate at its first start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

fn default_port() -> u16 {
    PORT
}

fn default_multicast() -> Ipv4Addr {
    MULTICAST
}

fn default_travel() -> f64 {
    12.0
}

fn default_temperature() -> f64 {
    22.0
}

fn default_hold() -> u16 {
    60
}

impl NodeConfig {
    /// A node with everything else as it comes.
    #[must_use]
    pub fn new(id: &str, address: Ipv4Addr, kind: DeviceKind, name: Text, room: Text) -> Self {
        Self {
            id: id.to_owned(),
            address,
            kind,
            name,
            room,
            travel_seconds: default_travel(),
            open: 0,
            temperature: default_temperature(),
            daily_swing: 0.0,
            hold_seconds: default_hold(),
            quirks: Vec::new(),
            by_certificate: false,
            code: None,
        }
    }

    /// The thing itself. `None` for a kind that has no model.
    #[must_use]
    pub fn appliance(&self) -> Option<Box<dyn Appliance>> {
        let travel = Duration::try_from_secs_f64(self.travel_seconds).unwrap_or(*Shutter::TRAVEL.start());
        Some(match self.kind {
            DeviceKind::ElectricRainDoor => Box::new(Shutter::new(travel, self.open)),
            DeviceKind::ElectricLock => Box::new(Lock::new()),
            DeviceKind::GeneralLighting => Box::new(Light::new()),
            DeviceKind::HomeAirConditioner => Box::new(AirConditioner::new(self.temperature)),
            DeviceKind::TemperatureSensor => Box::new(Thermometer::new(self.temperature, self.daily_swing)),
            DeviceKind::HumanDetectionSensor => {
                Box::new(Detector::human(Duration::from_secs(u64::from(self.hold_seconds))))
            }
            DeviceKind::CrimePreventionSensor => Box::new(Detector::crime()),
            DeviceKind::EmergencyButton => Box::new(Detector::button()),
            DeviceKind::FireSensor => Box::new(Detector::fire()),
            DeviceKind::OpenCloseSensor => Box::new(Contact::new()),
            _ => return None,
        })
    }

    /// Who the node is: the same after each start, and different from every node of another house or address.
    #[must_use]
    pub fn identity(&self, house: u32) -> Identity {
        let [a, b, c, d] = house.to_be_bytes();
        let [w, x, y, z] = self.address.octets();
        let [group, class] = self.kind.class_code().to_be_bytes();
        Identity::new(
            Identity::NO_MANUFACTURER,
            [b'V', b'H', a, b, c, d, w, x, y, z, group, class, 1],
        )
    }

    /// The object on the node.
    #[must_use]
    pub fn object(&self) -> Eoj {
        Eoj::of_kind(self.kind, 1)
    }

    /// Where the thing answers in a house of that number, for the equipment list.
    #[must_use]
    pub fn endpoint(&self, house: u32) -> Endpoint {
        let object = self.object();
        Endpoint {
            node: self.identity(house).id.into(),
            class_code: object.class,
            instance: object.instance,
        }
    }

    fn validate(&self, key: &str) -> Result<(), Rejection> {
        let within = Rejection::unless_within::<f64>;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=40).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            return Err(Rejection::new(
                &format!("{key}.id"),
                "choose 1 to 40 of a-z, 0-9 and -",
                "a-z、0-9、- を使って 1 から 40 文字にしてください",
            ));
        }
        within(&format!("{key}.travel_seconds"), &self.travel_seconds, &0.01, &600.0)?;
        within(&format!("{key}.temperature"), &self.temperature, &-40.0, &60.0)?;
        within(&format!("{key}.daily_swing"), &self.daily_swing, &0.0, &20.0)?;
        Rejection::unless_within(&format!("{key}.open"), &self.open, &0, &100)?;
        Rejection::unless_within(&format!("{key}.hold_seconds"), &self.hold_seconds, &1, &3600)?;
        if self.by_certificate && !self.kind.can_prove_itself() {
            return Err(Rejection::new(
                &format!("{key}.by_certificate"),
                "things of this kind speak ECHONET Lite only; leave this out",
                "この種類の機器は ECHONET Lite だけを話します。この設定を外してください",
            ));
        }
        for (part, text) in [("name", &self.name), ("room", &self.room)] {
            text.validate(&format!("{key}.{part}"))?;
        }
        if self.appliance().is_none() {
            return Err(Rejection::new(
                &format!("{key}.kind"),
                "there is no virtual thing of this kind; choose another",
                "この種類の仮想機器はありません。別の種類を選んでください",
            ));
        }
        Ok(())
    }
}

impl Text {
    fn validate(&self, key: &str) -> Result<(), Rejection> {
        for (lang, text) in [("ja", &self.ja), ("en", &self.en)] {
            if !(1..=40).contains(&text.chars().count()) || text.chars().any(char::is_control) {
                return Err(Rejection::new(
                    &format!("{key}.{lang}"),
                    "choose 1 to 40 characters without control characters",
                    "制御文字を含まない 1 から 40 文字にしてください",
                ));
            }
        }
        Ok(())
    }
}

impl Validate for HouseConfig {
    fn validate(&self) -> Result<(), Rejection> {
        self.name.validate("name")?;
        Rejection::unless_within("node", &self.nodes.len(), &1, &MOST_NODES)?;
        Rejection::unless_within("port", &self.port, &1, &u16::MAX)?;
        if !self.multicast.is_multicast() {
            return Err(Rejection::new(
                "multicast",
                "not a multicast address; real nodes use 224.0.23.0",
                "マルチキャストアドレスではありません。実際の機器は 224.0.23.0 を使います",
            ));
        }
        let (mut ids, mut addresses) = (HashSet::new(), HashSet::new());
        for (position, node) in self.nodes.iter().enumerate() {
            let key = format!("node[{position}]");
            node.validate(&key)?;
            if !ids.insert(&node.id) {
                return Err(Rejection::new(
                    &format!("{key}.id"),
                    "another node has this id; choose one of its own",
                    "同じ id のノードがあります。別の id にしてください",
                ));
            }
            if !addresses.insert(node.address) || node.address.is_unspecified() || node.address.is_multicast() {
                return Err(Rejection::new(
                    &format!("{key}.address"),
                    "each node needs a unicast address of its own",
                    "ノードごとに別のユニキャストアドレスが必要です",
                ));
            }
        }
        Ok(())
    }
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Rejection> {
        if !self.listen.ip().is_loopback() {
            return Err(Rejection::new(
                "listen",
                "the control door has no lock, so it opens to this machine only; choose an address like 127.0.0.1",
                "操作口には認証がないため、この機械の中だけで使えます。127.0.0.1 などを選んでください",
            ));
        }
        self.house.validate().map_err(|mut rejection| {
            rejection.key = format!("house.{}", rejection.key);
            rejection
        })
    }
}

#[cfg(test)]
mod tests {
    use tomori_runtime::config::parse_valid;

    use super::*;

    const HOUSE: &str = r#"
        listen = "127.0.0.1:8091"
        [house]
        name = { ja = "家", en = "House" }
        [[house.node]]
        id = "shutter"
        address = "127.0.20.1"
        kind = "electricRainDoor"
        name = { ja = "雨戸", en = "Shutter" }
        room = { ja = "居間", en = "Living" }
        travel_seconds = 3.5
    "#;

    #[test]
    fn the_documented_example_is_the_house_of_the_demo() {
        let config: Config = parse_valid("device.example.toml", include_str!("../../device.example.toml")).unwrap();
        let of = |house: &HouseConfig| serde_json::to_value(house).unwrap();
        assert_eq!(of(&config.house), of(&HouseConfig::demo()));
    }

    #[test]
    fn a_house_is_read() {
        let config: Config = parse_valid("device.toml", HOUSE).unwrap();
        assert_eq!((config.house.port, config.house.multicast), (3610, MULTICAST));
        assert_eq!(config.house.nodes[0].object(), Eoj::new(0x0263, 1));
    }

    #[test]
    fn the_made_houses_are_valid_and_distinct() {
        HouseConfig::demo().validate().unwrap();
        let one = HouseConfig::one_shutter(1, Ipv4Addr::LOCALHOST, 3610, MULTICAST, Duration::from_millis(50));
        one.validate().unwrap();
        assert_ne!(one.nodes[0].identity(1).id, one.nodes[0].identity(2).id);
        assert_eq!(&one.nodes[0].identity(1).id[..6], b"\xfe\xff\xff\xffVH");
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let cases = [
            ("127.0.0.1:8091", "192.168.0.5:80", "listen"),
            ("3.5", "0.0", "travel_seconds"),
            ("electricRainDoor", "electricRainDor", "kind"),
            ("\"shutter\"", "\"Shutter\"", "id"),
            ("127.0.20.1", "224.0.0.1", "address"),
            ("travel_seconds", "travel_secs", "travel_secs"),
        ];
        for (from, to, named) in cases {
            let refused = parse_valid::<Config>("device.toml", &HOUSE.replacen(from, to, 1)).unwrap_err();
            let message = refused.to_string();
            assert!(
                message.starts_with("device.toml:") && message.contains(named),
                "{message}"
            );
        }
    }
}
