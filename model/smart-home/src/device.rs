//! Devices of a home, and the equipment list (設計図書) they are adopted against.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::alarm::Trust;
use crate::ids::DeviceId;
use crate::plan::{PlanError, check_text};

/// What a device is, by its ECHONET Lite class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DeviceKind {
    /// 0x0263 electric shutter (電動雨戸・シャッター).
    ElectricRainDoor,
    /// 0x026F electric lock (電気錠).
    ElectricLock,
    /// 0x0290 light (一般照明).
    GeneralLighting,
    /// 0x0130 air conditioner (家庭用エアコン).
    HomeAirConditioner,
    /// 0x0011 temperature sensor (温度センサ).
    TemperatureSensor,
    /// 0x0007 human detection sensor (人体検知センサ).
    HumanDetectionSensor,
    /// 0x0002 crime prevention sensor (防犯センサ).
    CrimePreventionSensor,
    /// 0x0003 emergency button (非常ボタン).
    EmergencyButton,
    /// 0x0019 fire sensor (火災センサ).
    FireSensor,
    /// 0x0029 open/close sensor (開閉センサ) of a window or a door.
    OpenCloseSensor,
}

impl DeviceKind {
    /// Every kind, in the order of the class codes.
    pub const ALL: [Self; 10] = [
        Self::CrimePreventionSensor,
        Self::EmergencyButton,
        Self::HumanDetectionSensor,
        Self::TemperatureSensor,
        Self::FireSensor,
        Self::OpenCloseSensor,
        Self::HomeAirConditioner,
        Self::ElectricRainDoor,
        Self::ElectricLock,
        Self::GeneralLighting,
    ];

    /// Class group and class code (the first two bytes of the EOJ).
    #[must_use]
    pub fn class_code(self) -> u16 {
        match self {
            Self::CrimePreventionSensor => 0x0002,
            Self::EmergencyButton => 0x0003,
            Self::HumanDetectionSensor => 0x0007,
            Self::TemperatureSensor => 0x0011,
            Self::FireSensor => 0x0019,
            Self::OpenCloseSensor => 0x0029,
            Self::HomeAirConditioner => 0x0130,
            Self::ElectricRainDoor => 0x0263,
            Self::ElectricLock => 0x026f,
            Self::GeneralLighting => 0x0290,
        }
    }

    /// The kind of a class code, if Tomori serves that class.
    #[must_use]
    pub fn from_class_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.class_code() == code)
    }

    /// The short name of the class, as the ECHONET Lite Web API spells device types.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        match self {
            Self::CrimePreventionSensor => "crimePreventionSensor",
            Self::EmergencyButton => "emergencyButton",
            Self::HumanDetectionSensor => "humanDetectionSensor",
            Self::TemperatureSensor => "temperatureSensor",
            Self::FireSensor => "fireSensor",
            Self::OpenCloseSensor => "openCloseSensor",
            Self::HomeAirConditioner => "homeAirConditioner",
            Self::ElectricRainDoor => "electricRainDoor",
            Self::ElectricLock => "electricLock",
            Self::GeneralLighting => "generalLighting",
        }
    }

    /// Whether a device of this kind can be connected by a certificate: what guards a house, which is what a lie would
    /// cost most.
    #[must_use]
    pub fn can_prove_itself(self) -> bool {
        matches!(
            self,
            Self::CrimePreventionSensor
                | Self::EmergencyButton
                | Self::HumanDetectionSensor
                | Self::FireSensor
                | Self::OpenCloseSensor
                | Self::ElectricLock
        )
    }

    /// The kind with a short name.
    #[must_use]
    pub fn from_short_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.short_name() == name)
    }
}

/// Why a text is not a node id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is not a node id: expected 2 to 34 hexadecimal digits, two a byte (ECHONET Lite property 0x83)")]
pub struct NodeIdError {
    given: String,
}

/// The identification number (0x83) of a node on the house's network, 1 to 17 bytes; 17 with most makers.
///
/// It says who a node claims to be. It proves nothing: plain ECHONET Lite has no authentication (EP⑧), which is
/// why the gateway also watches the address it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(Vec<u8>);

impl NodeId {
    /// Takes the bytes of property 0x83.
    ///
    /// # Errors
    /// When there are none or more than 17.
    pub fn new(bytes: &[u8]) -> Result<Self, NodeIdError> {
        if (1..=17).contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(NodeIdError {
                given: format!("{} bytes", bytes.len()),
            })
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The usual 17 bytes: always an identification number.
impl From<[u8; 17]> for NodeId {
    fn from(bytes: [u8; 17]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for NodeId {
    type Err = NodeIdError;

    fn from_str(given: &str) -> Result<Self, NodeIdError> {
        let error = || NodeIdError {
            given: given.chars().take(60).collect(),
        };
        if given.len() > 34 || !given.len().is_multiple_of(2) || !given.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(error());
        }
        let bytes = (0..given.len())
            .step_by(2)
            .filter_map(|at| given.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Vec<_>>();
        Self::new(&bytes).map_err(|_| error())
    }
}

impl TryFrom<String> for NodeId {
    type Error = NodeIdError;

    fn try_from(given: String) -> Result<Self, NodeIdError> {
        given.parse()
    }
}

impl From<NodeId> for String {
    fn from(id: NodeId) -> Self {
        id.to_string()
    }
}

/// A place on the house's network where a device answers: the node and the object on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The node's identification number (0x83).
    pub node: NodeId,
    /// Class group and class code.
    pub class_code: u16,
    /// Instance, 1 to 127.
    pub instance: u8,
}

/// A device as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
    /// The room it is in, as the residents call it; 1 to 40 characters.
    pub room: String,
    /// Its name, as the residents call it; 1 to 40 characters.
    pub name: String,
}

/// One line of the equipment list: a device that belongs to the house, and where it answers once it is adopted.
///
/// The gateway controls what is on this list and nothing else (R2-2, SR2-H-4 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Equipment {
    /// The device.
    #[serde(flatten)]
    pub device: Device,
    /// The maker's product code, as installed; for people; at most 80 characters.
    #[serde(default)]
    pub model: String,
    /// Where it answers without proof; `None` until the operator has adopted a node for it, and for a device that
    /// proves itself.
    pub endpoint: Option<Endpoint>,
    /// The how manieth certificate of the house's own authority it proves itself with, from 1; `None` for a device that
    /// does not. An older one counts no more: that is how a certificate is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<u32>,
}

impl Endpoint {
    /// The largest instance; the top bit is reserved, and 0 means all instances.
    pub const LAST_INSTANCE: u8 = 127;
}

impl Equipment {
    /// The longest name of a room or a device, in characters.
    pub const LONGEST_NAME: usize = 40;
    /// The longest product code, in characters.
    pub const LONGEST_MODEL: usize = 80;

    /// Whether it is known where the device answers.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.endpoint.is_some() || self.certificate.is_some()
    }

    /// How far what it says can be believed; `None` until it is adopted.
    #[must_use]
    pub fn trust(&self) -> Option<Trust> {
        match (self.certificate, &self.endpoint) {
            (Some(_), _) => Some(Trust::Authenticated),
            (None, Some(_)) => Some(Trust::Unauthenticated),
            (None, None) => None,
        }
    }

    /// Whether the texts are within bounds, the endpoint is one of the device's own class, and a certificate is for a
    /// device that can have one and answers nowhere else.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), PlanError> {
        check_text("room", &self.device.room, 1, Self::LONGEST_NAME)?;
        check_text("name", &self.device.name, 1, Self::LONGEST_NAME)?;
        check_text("model", &self.model, 0, Self::LONGEST_MODEL)?;
        let refused = |field: &str, why: String| PlanError {
            field: field.to_owned(),
            why,
        };
        if let Some(generation) = self.certificate {
            let why = if generation == 0 {
                "certificates are counted from 1"
            } else if self.endpoint.is_some() {
                "a device that proves itself answers nowhere else; release its node first"
            } else if !self.device.kind.can_prove_itself() {
                "devices of this kind are connected by ECHONET Lite only"
            } else {
                return Ok(());
            };
            return Err(refused("certificate", why.to_owned()));
        }
        let Some(endpoint) = &self.endpoint else {
            return Ok(());
        };
        let class = self.device.kind.class_code();
        if endpoint.class_code != class {
            let why = format!(
                "{:#06x} is not the class of this device, {class:#06x}",
                endpoint.class_code
            );
            return Err(refused("endpoint.classCode", why));
        }
        if !(1..=Endpoint::LAST_INSTANCE).contains(&endpoint.instance) {
            let why = format!("{} is out of range; give 1 to 127", endpoint.instance);
            return Err(refused("endpoint.instance", why));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_code_and_one_name() {
        for kind in DeviceKind::ALL {
            assert_eq!(DeviceKind::from_class_code(kind.class_code()), Some(kind));
            assert_eq!(DeviceKind::from_short_name(kind.short_name()), Some(kind));
        }
        assert_eq!(DeviceKind::from_class_code(0x0ef0), None);
    }

    #[test]
    fn trust_follows_from_how_a_device_answers() {
        let mut line = Equipment {
            device: Device {
                id: DeviceId::from_random([1; 10]),
                kind: DeviceKind::ElectricLock,
                room: "玄関".to_owned(),
                name: "電気錠".to_owned(),
            },
            model: String::new(),
            endpoint: None,
            certificate: None,
        };
        assert_eq!((line.trust(), line.is_adopted()), (None, false));
        line.certificate = Some(1);
        assert_eq!(line.trust(), Some(Trust::Authenticated));
        assert_eq!(line.check(), Ok(()));
        line.certificate = Some(0);
        assert_eq!(line.check().unwrap_err().field, "certificate");
        line.certificate = Some(2);
        line.endpoint = Some(Endpoint {
            node: NodeId::from([7; 17]),
            class_code: 0x026f,
            instance: 1,
        });
        assert_eq!(line.check().unwrap_err().field, "certificate");
        line.certificate = None;
        assert_eq!(line.trust(), Some(Trust::Unauthenticated));
        line.endpoint = None;
        line.certificate = Some(1);
        line.device.kind = DeviceKind::ElectricRainDoor;
        assert_eq!(line.check().unwrap_err().field, "certificate");
    }

    #[test]
    fn a_node_id_reads_and_prints_hexadecimal() {
        let id: NodeId = "FE0000770000000000000000000000ab01".parse().unwrap();
        assert_eq!(id.to_string(), "fe0000770000000000000000000000ab01");
        assert_eq!(id.as_bytes().len(), 17);
        for bad in ["", "f", "zz", "+1", &"00".repeat(18)] {
            assert!(bad.parse::<NodeId>().is_err(), "{bad}");
        }
    }
}
