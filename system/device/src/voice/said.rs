//! What a thing says of itself, and what it is told.

use serde::Serialize;
use serde_json::{Value, json};

use crate::appliance::{Hand, Look};

/// What else is the matter with a thing, besides what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Somebody opens its case.
    pub tampered: bool,
    /// Its battery is low.
    pub battery_low: bool,
}

/// The state message of a thing; the members are those that its discovery message names.
pub(super) fn said(look: &Look, condition: Condition) -> Option<String> {
    let mut state = match look {
        Look::Detector { detected } => json!({"detection": detected}),
        Look::Lock {
            locked,
            door_open,
            jammed,
        } => {
            let bolt = match (jammed, locked) {
                (true, _) => "JAMMED",
                (false, true) => "LOCKED",
                (false, false) => "UNLOCKED",
            };
            json!({"bolt": bolt, "doorOpened": door_open})
        }
        Look::Contact { open } => json!({"open": open}),
        _ => return None,
    };
    if let Value::Object(state) = &mut state {
        state.insert("tampered".to_owned(), condition.tampered.into());
        state.insert("batteryLow".to_owned(), condition.battery_low.into());
    }
    Some(state.to_string())
}

/// What a thing shall do that is told a word; `None` for words that it does not know.
pub(crate) fn told(word: &[u8]) -> Option<Hand> {
    match word {
        b"LOCK" => Some(Hand::Lock),
        b"UNLOCK" => Some(Hand::Unlock),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tomori_device_link::discovery::{Said, Told, offer, read};
    use tomori_smart_home::{DeviceId, DeviceKind};

    use super::*;

    /// What a thing says is what its own discovery message lets a gateway understand.
    #[test]
    fn what_is_said_is_what_was_announced() {
        let device: DeviceId = "dev_1".parse().unwrap();
        let understood = |kind: DeviceKind, look: Look| {
            let offered = offer(&device, kind, "x").unwrap();
            let Ok(Told::Entities(entities)) = read(&offered.topic, offered.config.as_bytes(), &device) else {
                panic!()
            };
            let said = said(&look, Condition::default()).unwrap();
            let heard = entities
                .into_iter()
                .map(|(name, entity)| (name, entity.hear(said.as_bytes()).unwrap()));
            heard.collect::<Vec<_>>()
        };
        let lock = |jammed| Look::Lock {
            locked: true,
            door_open: false,
            jammed,
        };
        let heard = understood(DeviceKind::ElectricLock, lock(false));
        assert!(heard.contains(&("bolt".to_owned(), Said::Locked(true))));
        assert!(heard.contains(&("door".to_owned(), Said::Is(false))));
        assert!(understood(DeviceKind::ElectricLock, lock(true)).contains(&("bolt".to_owned(), Said::Jammed)));
        let heard = understood(DeviceKind::HumanDetectionSensor, Look::Detector { detected: true });
        assert!(heard.contains(&("detection".to_owned(), Said::Is(true))));
        let heard = understood(DeviceKind::OpenCloseSensor, Look::Contact { open: true });
        assert!(heard.contains(&("contact".to_owned(), Said::Is(true))));
        assert_eq!(told(b"UNLOCK"), Some(Hand::Unlock));
        assert_eq!(told(b"OPEN"), None);
    }
}
