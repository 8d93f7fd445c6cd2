//! An air conditioner, and the room it warms or cools.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_smart_home::DeviceKind;

use super::{Appliance, Codes, Hand, Look};

const POWER: u8 = 0x80;
const SAVING: u8 = 0x8f;
const FLOW: u8 = 0xa0;
const MODE: u8 = 0xb0;
const TARGET: u8 = 0xb3;
const ROOM: u8 = 0xbb;

/// How fast the room follows, °C a second: a degree in two minutes.
const DRIFT: f64 = 1.0 / 120.0;

/// What it does when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Whatever the target asks for.
    Auto,
    /// Cools, never warms.
    Cooling,
    /// Warms, never cools.
    Heating,
    /// Dries; the temperature stays.
    Dehumidification,
    /// Blows; the temperature stays.
    Circulation,
}

impl Mode {
    const ALL: [(u8, Self); 5] = [
        (0x41, Self::Auto),
        (0x42, Self::Cooling),
        (0x43, Self::Heating),
        (0x44, Self::Dehumidification),
        (0x45, Self::Circulation),
    ];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(code, _)| *code == byte)
            .map(|(_, mode)| mode)
    }

    fn byte(self) -> u8 {
        Self::ALL
            .into_iter()
            .find(|(_, mode)| *mode == self)
            .map_or(0x40, |(code, _)| code)
    }
}

/// An air conditioner.
#[derive(Debug, Clone)]
pub struct AirConditioner {
    on: bool,
    saving: bool,
    flow: u8,
    mode: Mode,
    target: u8,
    /// What the room has without it, °C.
    outside: f64,
    /// The room at `at`.
    room: f64,
    at: Option<Timestamp>,
}

impl AirConditioner {
    /// One that is off, in a room of `room` °C, to which the room returns.
    #[must_use]
    pub fn new(room: f64) -> Self {
        Self {
            on: false,
            saving: false,
            flow: 0x41,
            mode: Mode::Auto,
            target: 24,
            outside: room,
            room,
            at: None,
        }
    }

    /// Where the room's temperature goes to.
    fn goal(&self) -> f64 {
        let target = f64::from(self.target);
        match (self.on, self.mode) {
            (true, Mode::Auto) => target,
            (true, Mode::Cooling) => target.min(self.room),
            (true, Mode::Heating) => target.max(self.room),
            (true, Mode::Dehumidification | Mode::Circulation) => self.room,
            (false, _) => self.outside,
        }
    }

    fn room(&self, now: Timestamp) -> f64 {
        let passed = self.at.map_or(0.0, |at| now.duration_since(at).as_secs_f64().max(0.0));
        let way = self.goal() - self.room;
        self.room + way.signum() * way.abs().min(passed * DRIFT)
    }
}

impl Appliance for AirConditioner {
    fn kind(&self) -> DeviceKind {
        DeviceKind::HomeAirConditioner
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[POWER, SAVING, FLOW, MODE, TARGET],
            set: &[POWER, SAVING, FLOW, MODE, TARGET],
            get: &[POWER, SAVING, FLOW, MODE, TARGET, ROOM],
        }
    }

    fn get(&self, epc: u8, now: Timestamp) -> Option<Vec<u8>> {
        let byte = match epc {
            POWER if self.on => 0x30,
            POWER => 0x31,
            SAVING if self.saving => 0x41,
            SAVING => 0x42,
            FLOW => self.flow,
            MODE => self.mode.byte(),
            TARGET => self.target,
            // -127 to 125 °C; the cast has nothing to cut.
            #[expect(clippy::cast_possible_truncation, reason = "held to the range of the property")]
            ROOM => (self.room(now).round().clamp(-127.0, 125.0) as i8).cast_unsigned(),
            _ => return None,
        };
        Some(vec![byte])
    }

    fn set(&mut self, epc: u8, edt: &[u8], now: Timestamp) -> bool {
        self.pass(now);
        let &[byte] = edt else { return false };
        match (epc, byte) {
            (POWER, 0x30 | 0x31) => self.on = byte == 0x30,
            (SAVING, 0x41 | 0x42) => self.saving = byte == 0x41,
            (FLOW, 0x31..=0x38 | 0x41) => self.flow = byte,
            (MODE, _) => match Mode::from_byte(byte) {
                Some(mode) => self.mode = mode,
                None => return false,
            },
            (TARGET, 16..=32) => self.target = byte,
            _ => return false,
        }
        true
    }

    fn pass(&mut self, now: Timestamp) {
        self.room = self.room(now);
        self.at = Some(now);
    }

    fn by_hand(&mut self, hand: Hand, now: Timestamp) -> bool {
        self.pass(now);
        match hand {
            Hand::On => self.on = true,
            Hand::Off => self.on = false,
            Hand::Temperature(room) if (-40.0..=60.0).contains(&room) => {
                self.room = room;
                self.outside = room;
            }
            _ => return false,
        }
        true
    }

    fn look(&self, now: Timestamp) -> Look {
        Look::AirConditioner {
            on: self.on,
            mode: self.mode,
            target: self.target,
            room: (self.room(now) * 10.0).round() / 10.0,
        }
    }

    fn recall(&mut self, look: &Look) {
        if let Look::AirConditioner { on, mode, target, room } = look {
            self.on = *on;
            self.mode = *mode;
            self.target = (*target).clamp(16, 32);
            self.room = room.clamp(-40.0, 60.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn room(conditioner: &AirConditioner, seconds: i64) -> u8 {
        conditioner.get(ROOM, at(seconds)).unwrap()[0]
    }

    #[test]
    fn the_room_follows_slowly_and_returns() {
        let mut conditioner = AirConditioner::new(30.0);
        conditioner.pass(at(0));
        assert!(conditioner.set(POWER, &[0x30], at(0)));
        assert!(conditioner.set(TARGET, &[26], at(0)));
        assert_eq!(
            (
                room(&conditioner, 0),
                room(&conditioner, 120),
                room(&conditioner, 9_999)
            ),
            (30, 29, 26)
        );
        assert!(conditioner.set(POWER, &[0x31], at(480)));
        assert_eq!((room(&conditioner, 480), room(&conditioner, 9_999)), (26, 30));
    }

    #[test]
    fn cooling_never_warms() {
        let mut conditioner = AirConditioner::new(10.0);
        conditioner.pass(at(0));
        conditioner.set(MODE, &[0x42], at(0));
        conditioner.set(POWER, &[0x30], at(0));
        assert_eq!(room(&conditioner, 9_999), 10);
    }

    #[test]
    fn below_zero_is_told_with_its_sign_and_nonsense_is_refused() {
        let mut conditioner = AirConditioner::new(-5.0);
        assert_eq!(room(&conditioner, 0), 0xfb);
        for (epc, edt) in [
            (TARGET, &[50][..]),
            (MODE, &[0x40]),
            (FLOW, &[0x40]),
            (POWER, &[]),
            (ROOM, &[20]),
        ] {
            assert!(!conditioner.set(epc, edt, at(0)), "{epc:02x}");
        }
        assert!(!conditioner.by_hand(Hand::Temperature(f64::NAN), at(0)));
        assert_eq!(Mode::from_byte(Mode::Heating.byte()), Some(Mode::Heating));
    }
}
