//! What an entity of a device means to this house: which property it tells. Names as in ECHONET Lite's machine readable
//! appendix, so that nothing above this room needs to know on which road a device speaks.

use tomori_device_link::discovery::{Component, Said};
use tomori_smart_home::property::name;
use tomori_smart_home::{DeviceKind, PropertyName, PropertyValue};

/// What is wrong with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// Somebody opens or tears off its case.
    Tamper,
    /// It is stuck.
    Jam,
    /// It says that something is wrong.
    Problem,
    /// Its battery is low.
    Battery,
}

/// What an entity means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// On: `true` of this property.
    Is(PropertyName),
    /// On: open.
    Open,
    /// It happened: somebody calls for help.
    Call,
    /// The bolt of a lock.
    Bolt,
    /// On: something is wrong.
    Wrong(Trouble),
}

/// `mainElectricLock`, E0 of an electric lock: `true` is locked.
pub(super) fn main_electric_lock() -> PropertyName {
    PropertyName::known("mainElectricLock")
}

impl Trouble {
    /// The word of property 0x89 for it.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Tamper => "abnormalEventOrSafety",
            Self::Jam => "component",
            Self::Problem => "sensorSystem",
            Self::Battery => "changingBattery",
        }
    }
}

impl Meaning {
    /// What an entity of a device of this kind means; `None` when it is none of our business.
    pub(super) fn of(kind: DeviceKind, component: &Component) -> Option<Self> {
        let class = match component {
            Component::Lock { .. } => return (kind == DeviceKind::ElectricLock).then_some(Self::Bolt),
            Component::Event { .. } => return (kind == DeviceKind::EmergencyButton).then_some(Self::Call),
            Component::BinarySensor { device_class, .. } => device_class.as_deref(),
        };
        match class {
            Some("tamper") => return Some(Self::Wrong(Trouble::Tamper)),
            Some("battery") => return Some(Self::Wrong(Trouble::Battery)),
            Some("problem") => return Some(Self::Wrong(Trouble::Problem)),
            _ => {}
        }
        let is_one_of = |classes: &[&str]| class.is_none_or(|class| classes.contains(&class));
        match kind {
            DeviceKind::HumanDetectionSensor => {
                is_one_of(&["motion", "occupancy", "presence", "moving"]).then(|| Self::Is(name::detection()))
            }
            // Home Assistant has no class of its own for a pane that breaks.
            DeviceKind::CrimePreventionSensor => {
                is_one_of(&["vibration", "sound", "safety", "door", "window", "opening"])
                    .then(|| Self::Is(name::detection()))
            }
            DeviceKind::OpenCloseSensor => {
                is_one_of(&["door", "window", "opening", "garage_door"]).then_some(Self::Open)
            }
            DeviceKind::FireSensor => is_one_of(&["smoke", "heat", "safety"]).then(|| Self::Is(name::detection())),
            DeviceKind::EmergencyButton => is_one_of(&["safety"]).then(|| Self::Is(name::detection())),
            DeviceKind::ElectricLock => {
                (class.is_some() && is_one_of(&["door", "opening"])).then(|| Self::Is(name::door_opened()))
            }
            _ => None,
        }
    }

    /// What a message says of a property, when it says something of one alone.
    pub(super) fn value(&self, said: &Said) -> Option<(PropertyName, PropertyValue)> {
        match (self, said) {
            (Self::Is(property), Said::Is(on)) => Some((property.clone(), PropertyValue::Boolean(*on))),
            (Self::Open, Said::Is(open)) => {
                let word = if *open { "open" } else { "close" };
                Some((name::open_close_detection(), PropertyValue::word(word)))
            }
            (Self::Bolt, Said::Locked(locked)) => Some((main_electric_lock(), PropertyValue::Boolean(*locked))),
            _ => None,
        }
    }

    /// The property it tells.
    pub(super) fn property(&self) -> PropertyName {
        match self {
            Self::Is(property) => property.clone(),
            Self::Open => name::open_close_detection(),
            Self::Call => name::detection(),
            Self::Bolt => main_electric_lock(),
            Self::Wrong(_) => name::fault_status(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tomori_device_link::discovery::LockWords;

    use super::*;

    fn sensor(class: Option<&str>) -> Component {
        Component::BinarySensor {
            device_class: class.map(str::to_owned),
            on: "ON".to_owned(),
            off: "OFF".to_owned(),
            off_delay_s: None,
        }
    }

    #[test]
    fn an_entity_tells_a_property_of_its_kind_of_device() {
        let motion = Meaning::of(DeviceKind::HumanDetectionSensor, &sensor(Some("motion"))).unwrap();
        let told = motion.value(&Said::Is(true)).unwrap();
        assert_eq!(told, (name::detection(), PropertyValue::Boolean(true)));
        assert_eq!(
            Meaning::of(DeviceKind::HumanDetectionSensor, &sensor(Some("smoke"))),
            None
        );
        assert_eq!(Meaning::of(DeviceKind::ElectricLock, &sensor(None)), None);
        let door = Meaning::of(DeviceKind::OpenCloseSensor, &sensor(Some("door"))).unwrap();
        let told = door.value(&Said::Is(true)).unwrap();
        assert_eq!(told, (name::open_close_detection(), PropertyValue::word("open")));
        let tamper = Meaning::of(DeviceKind::CrimePreventionSensor, &sensor(Some("tamper")));
        assert_eq!(tamper, Some(Meaning::Wrong(Trouble::Tamper)));
    }

    #[test]
    fn only_a_lock_has_a_bolt() {
        let word = |word: &str| word.to_owned();
        let lock = Component::Lock {
            command_topic: word("dev_1/set"),
            words: LockWords {
                lock: word("LOCK"),
                unlock: word("UNLOCK"),
                locked: word("LOCKED"),
                unlocked: word("UNLOCKED"),
                locking: word("LOCKING"),
                unlocking: word("UNLOCKING"),
                jammed: word("JAMMED"),
            },
        };
        assert_eq!(Meaning::of(DeviceKind::ElectricLock, &lock), Some(Meaning::Bolt));
        assert_eq!(Meaning::of(DeviceKind::HumanDetectionSensor, &lock), None);
        assert_eq!(Meaning::Bolt.value(&Said::Moving), None);
    }
}
