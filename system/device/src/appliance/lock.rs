//! An electric lock and its door.

use jiff::Timestamp;
use tomori_smart_home::DeviceKind;

use super::{Appliance, Codes, Hand, Look};

const LOCK: u8 = 0xe0;
const DOOR: u8 = 0xe3;
const ALARM: u8 = 0xe5;

/// An electric lock. It cannot lock while its door is open, and an unlocked door that somebody unlocked with the
/// key says so.
#[derive(Debug, Clone)]
pub struct Lock {
    locked: bool,
    door_open: bool,
    jammed: bool,
    alarm: u8,
}

impl Lock {
    /// A closed and locked door.
    #[must_use]
    pub fn new() -> Self {
        Self {
            locked: true,
            door_open: false,
            jammed: false,
            alarm: 0x40,
        }
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

impl Appliance for Lock {
    fn kind(&self) -> DeviceKind {
        DeviceKind::ElectricLock
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[LOCK, DOOR, ALARM],
            set: &[LOCK],
            get: &[LOCK, DOOR, ALARM],
        }
    }

    fn get(&self, epc: u8, _now: Timestamp) -> Option<Vec<u8>> {
        let yes = |yes| if yes { 0x41 } else { 0x42 };
        let byte = match epc {
            LOCK => yes(self.locked),
            DOOR => yes(self.door_open),
            ALARM => self.alarm,
            _ => return None,
        };
        Some(vec![byte])
    }

    fn set(&mut self, epc: u8, edt: &[u8], _now: Timestamp) -> bool {
        match (epc, edt) {
            (LOCK, [0x41]) if !self.door_open && !self.jammed => self.locked = true,
            (LOCK, [0x42]) if !self.jammed => self.locked = false,
            _ => return false,
        }
        self.alarm = 0x40;
        true
    }

    fn pass(&mut self, _now: Timestamp) {}

    fn by_hand(&mut self, hand: Hand, _now: Timestamp) -> bool {
        match hand {
            Hand::Lock if !self.door_open && !self.jammed => {
                self.locked = true;
                self.alarm = 0x40;
            }
            Hand::Unlock if !self.jammed => {
                self.locked = false;
                self.alarm = 0x43;
            }
            Hand::Door(open) if !(self.locked && open) => self.door_open = open,
            _ => return false,
        }
        true
    }

    fn look(&self, _now: Timestamp) -> Look {
        Look::Lock {
            locked: self.locked,
            door_open: self.door_open,
            jammed: self.jammed,
        }
    }

    fn jam(&mut self, jammed: bool, _now: Timestamp) -> bool {
        self.jammed = jammed;
        true
    }

    fn fault(&self) -> Option<u16> {
        // A component (0x3C to 0x59).
        self.jammed.then_some(0x003c)
    }

    fn recall(&mut self, look: &Look) {
        if let Look::Lock {
            locked,
            door_open,
            jammed,
        } = look
        {
            (self.door_open, self.jammed) = (*door_open, *jammed);
            self.locked = *locked && !*door_open;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_locks_only_closed_doors_and_a_locked_door_stays_shut() {
        let now = Timestamp::UNIX_EPOCH;
        let mut lock = Lock::new();
        assert!(!lock.by_hand(Hand::Door(true), now));
        assert!(lock.by_hand(Hand::Unlock, now));
        assert_eq!(lock.get(ALARM, now), Some(vec![0x43]));
        assert!(lock.by_hand(Hand::Door(true), now));
        assert!(!lock.set(LOCK, &[0x41], now));
        assert!(!lock.by_hand(Hand::Lock, now));
        assert!(lock.by_hand(Hand::Door(false), now));
        assert!(lock.set(LOCK, &[0x41], now));
        assert_eq!(
            lock.look(now),
            Look::Lock {
                locked: true,
                door_open: false,
                jammed: false
            }
        );
        assert_eq!(lock.get(ALARM, now), Some(vec![0x40]));
        assert!(lock.jam(true, now));
        assert!(!lock.set(LOCK, &[0x42], now) && !lock.by_hand(Hand::Unlock, now));
        assert!(lock.fault().is_some());
        assert!(lock.jam(false, now) && lock.set(LOCK, &[0x42], now));
    }
}
