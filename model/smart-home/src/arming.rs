//! Arming a house (警戒): which sensors guard it in which mode, and what the gateway says of its guard.
//!
//! The gateway alone arms and disarms, and it alone checks the code: no server can put a house's guard down by itself
//! (T3-10 EP③, T3-11 EP⑤).

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::device::{DeviceKind, Equipment};
use crate::ids::{DeviceId, IncidentId, OrderId, ResidentId, ZoneId};
use crate::plan::{PlanError, check_text};

/// How a house is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Only what is always guarded: fire, emergency buttons, tampering (解除).
    Disarmed,
    /// Somebody is in, and nobody shall come in (在宅警戒).
    Home,
    /// Nobody is in (外出警戒).
    Away,
    /// The residents are asleep (就寝警戒).
    Night,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Disarmed, Self::Home, Self::Away, Self::Night];
    /// Those in which zones are guarded.
    pub const ARMED: [Self; 3] = [Self::Home, Self::Away, Self::Night];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disarmed => "disarmed",
            Self::Home => "home",
            Self::Away => "away",
            Self::Night => "night",
        }
    }

    /// The mode of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// Some sensors that are guarded together (警戒ゾーン).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// How people call it; 1 to 40 characters.
    pub name: String,
    /// The modes in which it is guarded; at least one, and never [`Mode::Disarmed`].
    pub modes: BTreeSet<Mode>,
    /// Whether the residents come and go through it: it waits for the code before it alarms.
    pub is_way_in: bool,
    /// Its sensors, 1 to 50.
    pub devices: Vec<DeviceId>,
}

/// What is guarded, and how patiently. It comes with the house plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// The zones, at most 32; a device is in at most one.
    pub zones: Vec<Zone>,
    /// How long the residents have to leave, in seconds; 0 to 300.
    pub exit_delay_s: u16,
    /// How long they have for the code after they came in, in seconds; 0 to 300.
    pub entry_delay_s: u16,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            zones: Vec::new(),
            exit_delay_s: 60,
            entry_delay_s: 30,
        }
    }
}

impl Security {
    /// The most zones.
    pub const MOST_ZONES: usize = 32;
    /// The most devices of one zone.
    pub const MOST_DEVICES: usize = 50;
    /// The longest delay, in seconds.
    pub const LONGEST_DELAY_S: u16 = 300;

    /// Whether a device of this kind can guard a zone. Emergency buttons and fire sensors need none: they are guarded
    /// always.
    #[must_use]
    pub fn can_guard(kind: DeviceKind) -> bool {
        matches!(
            kind,
            DeviceKind::CrimePreventionSensor
                | DeviceKind::HumanDetectionSensor
                | DeviceKind::OpenCloseSensor
                | DeviceKind::ElectricLock
        )
    }

    /// Whether a gateway can guard a house of this equipment by it.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self, equipment: &[Equipment]) -> Result<(), PlanError> {
        let refused = |field: String, why: String| Err(PlanError { field, why });
        if self.zones.len() > Self::MOST_ZONES {
            let why = format!(
                "{} are too many; a house has at most {}",
                self.zones.len(),
                Self::MOST_ZONES
            );
            return refused("zones".to_owned(), why);
        }
        for (field, delay) in [("exitDelayS", self.exit_delay_s), ("entryDelayS", self.entry_delay_s)] {
            if delay > Self::LONGEST_DELAY_S {
                return refused(field.to_owned(), format!("give 0 to {} seconds", Self::LONGEST_DELAY_S));
            }
        }
        let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
        for (index, zone) in self.zones.iter().enumerate() {
            let at = format!("zones[{index}]");
            check_text(&format!("{at}.name"), &zone.name, 1, Equipment::LONGEST_NAME)?;
            if !ids.insert(&zone.id) {
                return refused(format!("{at}.id"), format!("{} is there twice", zone.id));
            }
            if zone.modes.is_empty() || zone.modes.contains(&Mode::Disarmed) {
                return refused(
                    format!("{at}.modes"),
                    "give at least one of home, away, night".to_owned(),
                );
            }
            if !(1..=Self::MOST_DEVICES).contains(&zone.devices.len()) {
                return refused(format!("{at}.devices"), format!("give 1 to {}", Self::MOST_DEVICES));
            }
            for device in &zone.devices {
                if !taken.insert(device) {
                    return refused(format!("{at}.devices"), format!("{device} is in two zones"));
                }
                let line = equipment.iter().find(|line| line.device.id == *device);
                if !line.is_some_and(|line| Self::can_guard(line.device.kind)) {
                    return refused(
                        format!("{at}.devices"),
                        format!("{device} is no sensor of this house that can guard"),
                    );
                }
            }
        }
        Ok(())
    }

    /// The same, without the devices that are not (any more) on the list or cannot guard, and without zones that are
    /// empty then: a device that was taken off must not make a plan that the gateway refuses.
    #[must_use]
    pub fn of_equipment(mut self, equipment: &[Equipment]) -> Self {
        for zone in &mut self.zones {
            zone.devices.retain(|device| {
                let line = equipment.iter().find(|line| line.device.id == *device);
                line.is_some_and(|line| Self::can_guard(line.device.kind))
            });
        }
        self.zones.retain(|zone| !zone.devices.is_empty());
        self
    }

    /// The zone of a device.
    #[must_use]
    pub fn zone_of(&self, device: &DeviceId) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.devices.contains(device))
    }

    /// How long the residents have to leave.
    #[must_use]
    pub fn exit_delay(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.exit_delay_s))
    }

    /// How long they have for the code after they came in.
    #[must_use]
    pub fn entry_delay(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.entry_delay_s))
    }
}

/// Where the guard stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Phase {
    /// No zone is guarded.
    Disarmed,
    /// The residents are leaving; guarded from `until` on.
    Leaving {
        /// The end of the exit delay.
        until: Timestamp,
    },
    /// Guarded.
    Armed,
    /// Somebody came in by a way in; an alarm unless the code comes before `until`.
    Entering {
        /// The end of the entry delay.
        until: Timestamp,
    },
}

/// Why a sensor stands in the way of arming, or of saying that all is clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// It is open, or detects somebody.
    Open,
    /// It does not answer, so nobody knows. Unavailable is never "closed".
    Unavailable,
    /// It was not read since the gateway started.
    Unread,
    /// It is being forced.
    Tampered,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 4] = [Self::Open, Self::Unavailable, Self::Unread, Self::Tampered];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unavailable => "unavailable",
            Self::Unread => "unread",
            Self::Tampered => "tampered",
        }
    }

    /// The fault of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.word() == word)
    }
}

/// A sensor that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Obstacle {
    /// The sensor.
    pub device: DeviceId,
    /// Why.
    pub fault: Fault,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was done.
    Done,
    /// Some sensors stand in the way; [`Arming::obstacles`] names them.
    NotReady,
    /// The code is wrong.
    WrongCode,
    /// The code was wrong too often; it is taken again later.
    Locked,
    /// The house has no code yet: without one nobody could disarm. It is set inside the house.
    NoCode,
    /// The house has no zone for that mode.
    NoZone,
    /// The house is armed in another mode; it is disarmed first.
    DisarmFirst,
    /// It came too late.
    Expired,
    /// The gateway cannot write it down, so it does not do it.
    NotRemembered,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::NotReady,
        Self::WrongCode,
        Self::Locked,
        Self::NoCode,
        Self::NoZone,
        Self::DisarmFirst,
        Self::Expired,
        Self::NotRemembered,
    ];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotReady => "notReady",
            Self::WrongCode => "wrongCode",
            Self::Locked => "locked",
            Self::NoCode => "noCode",
            Self::NoZone => "noZone",
            Self::DisarmFirst => "disarmFirst",
            Self::Expired => "expired",
            Self::NotRemembered => "notRemembered",
        }
    }

    /// The outcome of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What became of the last order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The order.
    pub order: OrderId,
    /// What became of it.
    pub outcome: Outcome,
}

/// How the guard of a house stands, as the gateway tells it.
///
/// It says nothing of a duress alarm: whoever forces a resident to disarm looks at the same screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arming {
    /// How the house is guarded, or is about to be.
    pub mode: Mode,
    /// Where the guard stands.
    #[serde(flatten)]
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// Sensors left out until the next disarming.
    pub bypassed: BTreeSet<DeviceId>,
    /// Sensors that are not known to be closed and quiet, of the zones of this mode; of all zones while disarmed.
    pub obstacles: BTreeSet<Obstacle>,
    /// Sensors whose battery is low.
    pub low_battery: BTreeSet<DeviceId>,
    /// The open incident that the residents may know of.
    pub incident: Option<IncidentId>,
    /// Whether the house has a code.
    pub has_code: bool,
    /// What became of the last order.
    pub answer: Option<Answer>,
}

impl Arming {
    /// Whether every guarded sensor was read and is closed and quiet.
    #[must_use]
    pub fn is_all_clear(&self) -> bool {
        self.obstacles.is_empty() && self.incident.is_none()
    }
}

/// A code that somebody typed. It is nowhere but on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 6 to 8 digits")]
pub struct CodeError;

impl Code {
    /// Takes 6 to 8 digits.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn new(given: &str) -> Result<Self, CodeError> {
        let given = given.trim();
        let fits = (6..=8).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_digit());
        if fits {
            Ok(Self(given.to_owned()))
        } else {
            Err(CodeError)
        }
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// A code stays out of logs.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// What a resident wants of the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To arm.
    Arm {
        /// How; not [`Mode::Disarmed`].
        mode: Mode,
        /// Sensors to leave out, at most 50.
        bypass: BTreeSet<DeviceId>,
    },
    /// To disarm.
    Disarm {
        /// The code, or the duress code.
        code: Code,
    },
}

/// An order of a resident to the guard. The same id is obeyed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Whose.
    pub resident: ResidentId,
    /// What.
    pub wish: Wish,
    /// From this moment on nobody obeys it.
    pub expires_at: Timestamp,
}

impl Order {
    /// How long an order may be under way.
    pub const LIFETIME: SignedDuration = SignedDuration::from_secs(30);
    /// The most sensors that one order leaves out.
    pub const MOST_BYPASSED: usize = 50;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for mode in Mode::ALL {
            assert_eq!(Mode::from_word(mode.word()), Some(mode));
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.word());
        }
        for fault in Fault::ALL {
            assert_eq!(Fault::from_word(fault.word()), Some(fault));
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.word());
        }
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_word(outcome.word()), Some(outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
        }
    }

    #[test]
    fn a_code_is_six_to_eight_digits_and_stays_out_of_logs() {
        assert_eq!(Code::new(" 135790 ").unwrap().digits(), "135790");
        for bad in ["", "12345", "123456789", "12345a", "１２３４５６"] {
            assert_eq!(Code::new(bad), Err(CodeError), "{bad}");
        }
        assert_eq!(format!("{:?}", Code::new("135790").unwrap()), "Code(…)");
    }
}
