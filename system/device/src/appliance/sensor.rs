//! Sensors that measure or detect: temperature, somebody, a burglar, a call for help, fire.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::DeviceKind;

use super::{Appliance, Codes, Hand, Look};

const TEMPERATURE: u8 = 0xe0;
const DETECTION: u8 = 0xb1;
const RESET: u8 = 0xbf;

/// A temperature sensor.
#[derive(Debug, Clone)]
pub struct Thermometer {
    base: f64,
    swing: f64,
}

impl Thermometer {
    /// Measures `base` °C, and up to `swing` °C more at three in the afternoon (UTC+9) and less at three at night.
    #[must_use]
    pub fn new(base: f64, swing: f64) -> Self {
        Self { base, swing }
    }

    fn temperature(&self, now: Timestamp) -> f64 {
        const DAY: i64 = 86_400;
        // 15:00 in Japan is 06:00 UTC.
        let second = i32::try_from((now.as_second() - 6 * 3600).rem_euclid(DAY)).unwrap_or(0);
        let angle = f64::from(second) / 86_400.0 * std::f64::consts::TAU;
        let exact = self.base + self.swing * angle.cos();
        (exact.clamp(-273.0, 3_276.0) * 10.0).round() / 10.0
    }
}

impl Appliance for Thermometer {
    fn kind(&self) -> DeviceKind {
        DeviceKind::TemperatureSensor
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[],
            set: &[],
            get: &[TEMPERATURE],
        }
    }

    fn get(&self, epc: u8, now: Timestamp) -> Option<Vec<u8>> {
        // Tenths of a degree, held to the range of the property above.
        #[expect(clippy::cast_possible_truncation, reason = "-2,730 to 32,760")]
        let tenths = (self.temperature(now) * 10.0).round() as i16;
        (epc == TEMPERATURE).then(|| tenths.to_be_bytes().to_vec())
    }

    fn set(&mut self, _epc: u8, _edt: &[u8], _now: Timestamp) -> bool {
        false
    }

    fn pass(&mut self, _now: Timestamp) {}

    fn by_hand(&mut self, hand: Hand, _now: Timestamp) -> bool {
        match hand {
            Hand::Temperature(temperature) if (-40.0..=60.0).contains(&temperature) => {
                // Whoever sets a temperature wants to read that one.
                self.base = temperature;
                self.swing = 0.0;
                true
            }
            _ => false,
        }
    }

    fn look(&self, now: Timestamp) -> Look {
        Look::Thermometer {
            temperature: self.temperature(now),
        }
    }

    fn recall(&mut self, _look: &Look) {}
}

/// A sensor that detects something: a human detection sensor forgets after a while, the others remember until they are
/// reset.
#[derive(Debug, Clone)]
pub struct Detector {
    kind: DeviceKind,
    hold: SignedDuration,
    detected: bool,
    until: Option<Timestamp>,
}

impl Detector {
    /// A human detection sensor that forgets `hold` after the last sight of somebody.
    #[must_use]
    pub fn human(hold: Duration) -> Self {
        Self {
            kind: DeviceKind::HumanDetectionSensor,
            hold: SignedDuration::try_from(hold).unwrap_or(SignedDuration::from_secs(60)),
            detected: false,
            until: None,
        }
    }

    /// A crime prevention sensor.
    #[must_use]
    pub fn crime() -> Self {
        Self::remembering(DeviceKind::CrimePreventionSensor)
    }

    /// An emergency button: it stays pressed until it is reset.
    #[must_use]
    pub fn button() -> Self {
        Self::remembering(DeviceKind::EmergencyButton)
    }

    /// A fire sensor.
    #[must_use]
    pub fn fire() -> Self {
        Self::remembering(DeviceKind::FireSensor)
    }

    fn remembering(kind: DeviceKind) -> Self {
        Self {
            kind,
            hold: SignedDuration::ZERO,
            detected: false,
            until: None,
        }
    }

    fn remembers(&self) -> bool {
        self.kind != DeviceKind::HumanDetectionSensor
    }
}

impl Appliance for Detector {
    fn kind(&self) -> DeviceKind {
        self.kind
    }

    fn codes(&self) -> Codes {
        Codes {
            announce: &[DETECTION],
            set: if self.remembers() { &[RESET] } else { &[] },
            get: &[DETECTION],
        }
    }

    fn get(&self, epc: u8, _now: Timestamp) -> Option<Vec<u8>> {
        (epc == DETECTION).then(|| vec![if self.detected { 0x41 } else { 0x42 }])
    }

    fn set(&mut self, epc: u8, edt: &[u8], _now: Timestamp) -> bool {
        let reset = self.remembers() && epc == RESET && edt == [0x00];
        if reset {
            self.detected = false;
        }
        reset
    }

    fn pass(&mut self, now: Timestamp) {
        if self.until.is_some_and(|until| until <= now) {
            self.detected = false;
            self.until = None;
        }
    }

    fn next_change(&self) -> Option<Timestamp> {
        self.until
    }

    fn by_hand(&mut self, hand: Hand, now: Timestamp) -> bool {
        let Hand::Detected(detected) = hand else {
            return false;
        };
        self.detected = detected;
        self.until = (detected && !self.remembers()).then(|| now.checked_add(self.hold).unwrap_or(Timestamp::MAX));
        true
    }

    fn look(&self, _now: Timestamp) -> Look {
        Look::Detector {
            detected: self.detected,
        }
    }

    fn recall(&mut self, look: &Look) {
        // A human detection sensor that was started again has seen nobody yet.
        if let Look::Detector { detected } = look {
            self.detected = self.remembers() && *detected;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn temperature_in_tenths_with_sign() {
        let mut thermometer = Thermometer::new(21.5, 0.0);
        assert_eq!(thermometer.get(TEMPERATURE, at(0)), Some(vec![0x00, 0xd7]));
        assert!(thermometer.by_hand(Hand::Temperature(-5.0), at(0)));
        assert_eq!(thermometer.get(TEMPERATURE, at(0)), Some(vec![0xff, 0xce]));
        assert!(!thermometer.by_hand(Hand::Temperature(100.0), at(0)));
        assert!(!thermometer.set(TEMPERATURE, &[0, 1], at(0)));
    }

    #[test]
    fn afternoons_are_warmer() {
        let thermometer = Thermometer::new(20.0, 2.0);
        let temperature = |hour_utc: i64| match thermometer.look(at(hour_utc * 3600)) {
            Look::Thermometer { temperature } => temperature,
            other => panic!("{other:?}"),
        };
        assert_eq!((temperature(6), temperature(18), temperature(0)), (22.0, 18.0, 20.0));
    }

    #[test]
    fn a_human_is_forgotten_after_a_while() {
        let mut sensor = Detector::human(Duration::from_secs(60));
        assert!(sensor.by_hand(Hand::Detected(true), at(0)));
        assert_eq!(sensor.next_change(), Some(at(60)));
        sensor.pass(at(59));
        assert_eq!(sensor.get(DETECTION, at(59)), Some(vec![0x41]));
        sensor.pass(at(60));
        assert_eq!(sensor.get(DETECTION, at(60)), Some(vec![0x42]));
        assert!(!sensor.set(RESET, &[0], at(60)));
    }

    #[test]
    fn a_danger_is_remembered_until_reset() {
        for mut sensor in [Detector::crime(), Detector::button(), Detector::fire()] {
            sensor.by_hand(Hand::Detected(true), at(0));
            sensor.pass(at(1_000_000));
            assert_eq!(sensor.get(DETECTION, at(0)), Some(vec![0x41]), "{:?}", sensor.kind());
            let mut again = sensor.clone();
            again.recall(&sensor.look(at(0)));
            assert_eq!(again.get(DETECTION, at(0)), Some(vec![0x41]));
            assert!(!sensor.set(RESET, &[1], at(0)));
            assert!(sensor.set(RESET, &[0], at(0)));
            assert_eq!(sensor.get(DETECTION, at(0)), Some(vec![0x42]));
        }
    }
}
