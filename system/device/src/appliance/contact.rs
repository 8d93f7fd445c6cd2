//! The contact of a window or a door (open/close sensor).

use jiff::Timestamp;
use tomori_smart_home::DeviceKind;

use super::{Appliance, Codes, Hand, Look};

const DETECTION: u8 = 0xb1;

/// A contact: open or closed, as somebody leaves the window.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    open: bool,
}

impl Contact {
    /// A closed one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Appliance for Contact {
    fn kind(&self) -> DeviceKind {
        DeviceKind::OpenCloseSensor
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[DETECTION],
            set: &[],
            get: &[DETECTION],
        }
    }

    fn get(&self, epc: u8, _now: Timestamp) -> Option<Vec<u8>> {
        (epc == DETECTION).then(|| vec![if self.open { 0x41 } else { 0x42 }])
    }

    fn set(&mut self, _epc: u8, _edt: &[u8], _now: Timestamp) -> bool {
        false
    }

    fn pass(&mut self, _now: Timestamp) {}

    fn by_hand(&mut self, hand: Hand, _now: Timestamp) -> bool {
        match hand {
            Hand::Open | Hand::Door(true) => self.open = true,
            Hand::Close | Hand::Door(false) => self.open = false,
            _ => return false,
        }
        true
    }

    fn look(&self, _now: Timestamp) -> Look {
        Look::Contact { open: self.open }
    }

    fn recall(&mut self, look: &Look) {
        if let Look::Contact { open } = look {
            self.open = *open;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_as_somebody_left_it() {
        let mut window = Contact::new();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(window.get(DETECTION, now), Some(vec![0x42]));
        assert!(window.by_hand(Hand::Open, now));
        assert_eq!(window.get(DETECTION, now), Some(vec![0x41]));
        let mut again = Contact::new();
        again.recall(&window.look(now));
        assert_eq!(again.get(DETECTION, now), Some(vec![0x41]));
        assert!(!window.by_hand(Hand::Detected(true), now));
        assert!(!window.set(DETECTION, &[0x42], now), "nobody closes a window from afar");
    }
}
