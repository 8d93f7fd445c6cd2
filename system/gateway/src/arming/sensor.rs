//! What a sensor says, as the guard understands it. Pure.

use jiff::Timestamp;
use tomori_smart_home::arming::{Fault, Security};
use tomori_smart_home::{DeviceKind, Equipment, Hazard, PropertyName, PropertyValue, Trust};

/// What a report means for the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The sensor detects (a window is open, somebody is there, the button is pressed), or does not.
    Detects(bool),
    /// How far it is open says the same, or does not; some sensors tell both.
    Degree(bool),
    /// It is being forced, or is not.
    Tampered(bool),
    /// Its battery is low, or is not.
    LowBattery(bool),
    /// What is wrong with a sensor that proves itself: of several things the worst.
    Wrong {
        /// It is being forced.
        tampered: bool,
        /// Its battery is low.
        low_battery: bool,
    },
}

/// A line of the equipment list that the guard listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sensor {
    pub(crate) kind: DeviceKind,
    pub(crate) trust: Trust,
}

/// What is known of a sensor since the gateway started. Nothing of it outlives the gateway: an old reading is no
/// reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether it detects; `None` when it was not read, or was lost since.
    said: Option<bool>,
    /// The same by how far it is open.
    degree: Option<bool>,
    /// Whether it detected when it was read for the first time, or for the first time after it was lost, while the house
    /// was armed: that happened when nobody looked, and gets no delay.
    pub(crate) found: bool,
    /// Whether it is being forced; `None` when it was not read, or tells no such thing.
    pub(crate) tampered: Option<bool>,
    pub(crate) low_battery: bool,
    /// Since when it is lost; `None` while it answers, and before it ever did.
    pub(crate) lost_since: Option<Timestamp>,
    /// Since when the guard waits for its first reading.
    pub(crate) awaited_since: Timestamp,
}

impl Reading {
    pub(crate) fn awaited(since: Timestamp) -> Self {
        Self {
            said: None,
            degree: None,
            found: false,
            tampered: None,
            low_battery: false,
            lost_since: None,
            awaited_since: since,
        }
    }

    /// Whether it detects; `None` when that is not known. One of two answers that says so is enough.
    pub(crate) fn detects(&self) -> Option<bool> {
        match (self.said, self.degree) {
            (None, None) => None,
            (said, degree) => Some(said.unwrap_or(false) || degree.unwrap_or(false)),
        }
    }

    /// Takes what it said while the house was armed, or was not.
    pub(crate) fn take(&mut self, signal: Signal, is_armed: bool) {
        let before = self.detects();
        match signal {
            Signal::Detects(is) => self.said = Some(is),
            Signal::Degree(is) => self.degree = Some(is),
            Signal::Tampered(is) => self.tampered = Some(is),
            Signal::LowBattery(is) => self.low_battery = is,
            Signal::Wrong { tampered, low_battery } => {
                self.tampered = Some(tampered);
                self.low_battery = low_battery;
            }
        }
        let after = self.detects();
        self.found = match (before, after) {
            (None, Some(true)) => is_armed,
            (_, Some(true)) => self.found,
            _ => false,
        };
    }

    /// It answers no more: what it said is of the past.
    pub(crate) fn lose(&mut self, now: Timestamp) {
        (self.said, self.degree, self.found) = (None, None, false);
        self.lost_since = Some(now);
    }

    /// It answers again; its state follows.
    pub(crate) fn appear(&mut self, now: Timestamp) {
        if self.lost_since.take().is_some() {
            self.awaited_since = now;
        }
    }

    /// Whether it can be said of a cause that it is there or has gone away.
    pub(crate) fn tells(&self, hazard: Hazard, sensor: Sensor) -> bool {
        match hazard {
            // Others do not say it; somebody who speaks in their name does.
            Hazard::Tamper => !sensor.says_that_it_is_forced() || self.tampered.is_some(),
            _ => self.detects().is_some(),
        }
    }

    /// Why it cannot be said that the sensor is closed and quiet; `None` when it can.
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self.detects() {
            _ if self.tampered == Some(true) => Some(Fault::Tampered),
            Some(true) => Some(Fault::Open),
            Some(false) => None,
            None if self.lost_since.is_some() => Some(Fault::Unavailable),
            None => Some(Fault::Unread),
        }
    }
}

impl Sensor {
    /// The sensor of a line of the equipment list; `None` for what guards nothing.
    pub(crate) fn of(equipment: &Equipment) -> Option<Self> {
        let kind = equipment.device.kind;
        let guards = Security::can_guard(kind) || always(kind).is_some();
        guards.then_some(Self {
            kind,
            // Plain ECHONET Lite proves nothing (EP⑧).
            trust: equipment.trust().unwrap_or(Trust::Unauthenticated),
        })
    }

    /// Locks do on any road. Of other things only those with a certificate: the fault that ECHONET Lite has for it may be
    /// any safety device that has tripped.
    fn says_that_it_is_forced(self) -> bool {
        self.kind == DeviceKind::ElectricLock || self.trust == Trust::Authenticated
    }
}

/// The hazard that a kind of sensor tells in every mode.
pub(crate) fn always(kind: DeviceKind) -> Option<Hazard> {
    match kind {
        DeviceKind::FireSensor => Some(Hazard::Fire),
        DeviceKind::EmergencyButton => Some(Hazard::Emergency),
        _ => None,
    }
}

/// What a report means; `None` when it concerns the guard in no way.
pub(crate) fn signal(sensor: Sensor, property: &PropertyName, value: &PropertyValue) -> Option<Signal> {
    let kind = sensor.kind;
    let boolean = || match value {
        PropertyValue::Boolean(is) => Some(*is),
        PropertyValue::Number(_) | PropertyValue::Word(_) => None,
    };
    match (kind, property.as_str()) {
        // Whatever else it says, it does not say that it is closed.
        (DeviceKind::OpenCloseSensor, "openCloseDetection") => Some(Signal::Detects(value.as_word() != Some("close"))),
        (DeviceKind::OpenCloseSensor, "openStatus") => Some(Signal::Degree(value.as_word() != Some("close"))),
        (DeviceKind::ElectricLock, "doorOpened") => boolean().map(Signal::Detects),
        (DeviceKind::ElectricLock, "alarmStatus") => {
            let word = value.as_word().unwrap_or_default();
            Some(Signal::Tampered(matches!(word, "breakOpen" | "tampered")))
        }
        (DeviceKind::ElectricLock, "replaceBatteryLevel") => boolean().map(Signal::LowBattery),
        (kind, "detection") if Security::can_guard(kind) || always(kind).is_some() => boolean().map(Signal::Detects),
        (_, "faultDescription") => {
            let (word, low) = (value.as_word(), value.as_word() == Some("changingBattery"));
            // A lock has a word of its own for force.
            let proves = kind != DeviceKind::ElectricLock && sensor.trust == Trust::Authenticated;
            Some(match proves {
                true => Signal::Wrong {
                    tampered: word == Some("abnormalEventOrSafety"),
                    low_battery: low,
                },
                false => Signal::LowBattery(low),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tomori_smart_home::property::name;

    use super::*;

    fn word(word: &str) -> PropertyValue {
        PropertyValue::word(word)
    }

    fn plain(kind: DeviceKind) -> Sensor {
        Sensor {
            kind,
            trust: Trust::Unauthenticated,
        }
    }

    #[test]
    fn a_sensor_that_proves_itself_says_that_it_is_forced() {
        let sensor = Sensor {
            trust: Trust::Authenticated,
            ..plain(DeviceKind::OpenCloseSensor)
        };
        let said = |sensor, what| signal(sensor, &name::fault_description(), &word(what));
        let wrong = |tampered, low_battery| Some(Signal::Wrong { tampered, low_battery });
        assert_eq!(said(sensor, "abnormalEventOrSafety"), wrong(true, false));
        assert_eq!(said(sensor, "changingBattery"), wrong(false, true));
        assert_eq!(said(sensor, "noFault"), wrong(false, false));
        let anybody = plain(DeviceKind::OpenCloseSensor);
        assert_eq!(said(anybody, "abnormalEventOrSafety"), Some(Signal::LowBattery(false)));
        let mut reading = Reading::awaited(Timestamp::UNIX_EPOCH);
        assert!(!reading.tells(Hazard::Tamper, sensor) && reading.tells(Hazard::Tamper, anybody));
        reading.take(
            Signal::Wrong {
                tampered: true,
                low_battery: false,
            },
            false,
        );
        assert_eq!(reading.fault(), Some(Fault::Tampered));
        assert!(reading.tells(Hazard::Tamper, sensor));
    }

    #[test]
    fn only_close_is_closed() {
        let read = |property, value: &PropertyValue| signal(plain(DeviceKind::OpenCloseSensor), &property, value);
        for (value, open) in [("close", false), ("open", true), ("overflow", true)] {
            let said = read(name::open_close_detection(), &word(value));
            assert_eq!(said, Some(Signal::Detects(open)), "{value}");
        }
        let steps = read(name::open_status(), &PropertyValue::Number(3.0));
        assert_eq!(steps, Some(Signal::Degree(true)));
    }

    #[test]
    fn a_lock_tells_of_its_door_and_of_force() {
        let read = |property, value: &PropertyValue| signal(plain(DeviceKind::ElectricLock), &property, value);
        assert_eq!(
            read(name::door_opened(), &PropertyValue::Boolean(true)),
            Some(Signal::Detects(true))
        );
        for (value, forced) in [
            ("breakOpen", true),
            ("tampered", true),
            ("normal", false),
            ("doorOpen", false),
        ] {
            assert_eq!(
                read(name::alarm_status(), &word(value)),
                Some(Signal::Tampered(forced)),
                "{value}"
            );
        }
        assert_eq!(
            read(name::fault_description(), &word("changingBattery")),
            Some(Signal::LowBattery(true))
        );
    }

    #[test]
    fn what_guards_nothing_says_nothing() {
        let on = PropertyValue::Boolean(true);
        assert_eq!(
            signal(plain(DeviceKind::GeneralLighting), &name::operation_status(), &on),
            None
        );
        assert_eq!(
            signal(plain(DeviceKind::TemperatureSensor), &name::detection(), &on),
            None
        );
        assert_eq!(
            signal(plain(DeviceKind::FireSensor), &name::detection(), &on),
            Some(Signal::Detects(true))
        );
    }

    #[test]
    fn what_is_not_read_is_never_closed() {
        let now = Timestamp::UNIX_EPOCH;
        let mut reading = Reading::awaited(now);
        assert_eq!(reading.fault(), Some(Fault::Unread));
        reading.take(Signal::Detects(false), true);
        assert_eq!(reading.fault(), None);
        reading.lose(now);
        assert_eq!(reading.fault(), Some(Fault::Unavailable));
        reading.appear(now);
        assert_eq!(reading.fault(), Some(Fault::Unread));
        reading.take(Signal::Degree(false), true);
        assert_eq!(reading.fault(), None);
        reading.take(Signal::Detects(true), true);
        assert_eq!((reading.fault(), reading.found), (Some(Fault::Open), false));
        reading.take(Signal::Tampered(true), true);
        assert_eq!(reading.fault(), Some(Fault::Tampered));
    }
}
