//! A light.

use jiff::Timestamp;
use tomori_smart_home::DeviceKind;

use super::{Appliance, Codes, Hand, Look};

const POWER: u8 = 0x80;
const LEVEL: u8 = 0xb0;
const MODE: u8 = 0xb6;

/// A light that can be dimmed.
#[derive(Debug, Clone)]
pub struct Light {
    on: bool,
    level: u8,
    mode: u8,
}

impl Light {
    /// A light that is off and would be fully bright.
    #[must_use]
    pub fn new() -> Self {
        Self {
            on: false,
            level: 100,
            mode: 0x42,
        }
    }
}

impl Default for Light {
    fn default() -> Self {
        Self::new()
    }
}

impl Appliance for Light {
    fn kind(&self) -> DeviceKind {
        DeviceKind::GeneralLighting
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[POWER, LEVEL],
            set: &[POWER, LEVEL, MODE],
            get: &[POWER, LEVEL, MODE],
        }
    }

    fn get(&self, epc: u8, _now: Timestamp) -> Option<Vec<u8>> {
        let byte = match epc {
            POWER if self.on => 0x30,
            POWER => 0x31,
            LEVEL => self.level,
            MODE => self.mode,
            _ => return None,
        };
        Some(vec![byte])
    }

    fn set(&mut self, epc: u8, edt: &[u8], _now: Timestamp) -> bool {
        match (epc, edt) {
            (POWER, &[byte @ (0x30 | 0x31)]) => self.on = byte == 0x30,
            (LEVEL, &[level @ 0..=100]) => self.level = level,
            (MODE, &[mode @ 0x41..=0x43]) => self.mode = mode,
            _ => return false,
        }
        true
    }

    fn pass(&mut self, _now: Timestamp) {}

    fn by_hand(&mut self, hand: Hand, _now: Timestamp) -> bool {
        match hand {
            Hand::On => self.on = true,
            Hand::Off => self.on = false,
            _ => return false,
        }
        true
    }

    fn look(&self, _now: Timestamp) -> Look {
        Look::Light {
            on: self.on,
            level: self.level,
        }
    }

    fn recall(&mut self, look: &Look) {
        if let Look::Light { on, level } = look {
            self.on = *on;
            self.level = (*level).min(100);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_obeys_within_its_range() {
        let now = Timestamp::UNIX_EPOCH;
        let mut light = Light::new();
        assert!(light.set(POWER, &[0x30], now));
        assert!(light.set(LEVEL, &[40], now));
        assert!(!light.set(LEVEL, &[101], now));
        assert!(!light.set(POWER, &[0x32], now));
        assert!(!light.set(MODE, &[0x44], now));
        assert_eq!(light.look(now), Look::Light { on: true, level: 40 });
        assert_eq!(light.get(POWER, now), Some(vec![0x30]));
        assert!(light.by_hand(Hand::Off, now));
        assert_eq!(light.get(POWER, now), Some(vec![0x31]));
        let mut again = Light::new();
        again.recall(&light.look(now));
        assert_eq!(again.look(now), light.look(now));
    }
}
