//! The guard: what is an alarm now. Pure: time and random bytes are arguments.
//!
//! It does not follow single messages, it looks at how everything stands. So a message that was lost, a restart and a
//! late reading all lead to the same decision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::arming::{Arming, Fault, Mode, Obstacle, Phase, Security, Zone};
use tomori_smart_home::{
    Alarm, AlarmId, DeviceId, Hazard, HousePlan, IncidentId, Nonce, PropertyName, PropertyValue, Trust,
};

use super::held::{Held, Open, Told};
use super::sensor::{Reading, Sensor, always, signal};

/// How long a sensor of an armed zone may stay unread after a start before that is an alarm.
const READ_WITHIN: SignedDuration = SignedDuration::from_mins(2);
/// A cause that comes and goes alarms at most this often while its incident is open.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// Random bytes for one alarm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fresh {
    pub(crate) alarm: [u8; 10],
    pub(crate) incident: [u8; 10],
    pub(crate) nonce: [u8; 32],
}

/// Where random bytes come from.
pub(crate) type Mint<'a> = &'a mut dyn FnMut() -> Fresh;

/// What the house's network told of a device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Heard<'a> {
    /// A property's value.
    Reported(&'a PropertyName, &'a PropertyValue),
    /// It answers (again).
    Appeared,
    /// It answers no more.
    Lost,
    /// Somebody spoke in its name.
    Impersonated,
}

/// The guard.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(super) held: Held,
    security: Security,
    sensors: BTreeMap<DeviceId, Sensor>,
    readings: BTreeMap<DeviceId, Reading>,
    impersonated: BTreeSet<DeviceId>,
}

impl Guard {
    /// Takes up the guard after a start. No sensor has been read yet.
    pub(crate) fn new(held: Held) -> Self {
        Self {
            held,
            security: Security::default(),
            sensors: BTreeMap::new(),
            readings: BTreeMap::new(),
            impersonated: BTreeSet::new(),
        }
    }

    /// A house plan came into force. What is guarded while the house is armed stays what it was when it was armed: a
    /// plan must not put the guard down (T3-11 EP⑤).
    pub(crate) fn plan(&mut self, plan: &HousePlan, now: Timestamp) {
        self.security = plan.security.clone();
        self.sensors = plan
            .equipment
            .iter()
            .filter_map(|line| Some((line.device.id.clone(), Sensor::of(line)?)))
            .collect();
        self.readings.retain(|device, _| self.sensors.contains_key(device));
        for device in self.sensors.keys() {
            self.readings
                .entry(device.clone())
                .or_insert_with(|| Reading::awaited(now));
        }
    }

    /// Whether the guard listens to this device.
    pub(crate) fn knows(&self, device: &DeviceId) -> bool {
        self.sensors.contains_key(device)
    }

    /// Takes what was heard of a device; [`Guard::settle`] decides.
    pub(crate) fn hear(&mut self, device: &DeviceId, heard: Heard<'_>, now: Timestamp) {
        let (Some(sensor), Some(reading)) = (self.sensors.get(device), self.readings.get_mut(device)) else {
            return;
        };
        match heard {
            Heard::Reported(property, value) => {
                if let Some(signal) = signal(*sensor, property, value) {
                    let unseen = self.held.is_guarding() && !self.held.entered.contains(device);
                    reading.take(signal, unseen);
                    reading.lost_since = None;
                }
            }
            Heard::Appeared => reading.appear(now),
            Heard::Lost => reading.lose(now),
            Heard::Impersonated => {
                self.impersonated.insert(device.clone());
            }
        }
    }

    /// Decides what is an alarm now. Each cause alarms once, until it went away and came again.
    pub(crate) fn settle(&mut self, now: Timestamp, mint: Mint<'_>) -> Vec<Alarm> {
        self.pass(now);
        let mut causes = self.always();
        let mut entering = Vec::new();
        if self.held.is_guarding() {
            self.guarded_causes(now, &mut causes, &mut entering);
        }
        self.impersonated.clear();
        self.enter(entering, now, &mut causes);
        let mut alarms = Vec::new();
        for ((device, hazard), trust) in &causes {
            if self.is_news(device, *hazard, now) {
                alarms.push(self.alarm(*hazard, Some(device.clone()), *trust, now, mint));
            }
        }
        let is_open = self.held.incident.is_some();
        let (sensors, readings) = (&self.sensors, &self.readings);
        self.held.told.retain_mut(|told| {
            let is_cause = causes.contains_key(&(told.device.clone(), told.hazard));
            // What was not read since the start has not gone away.
            let is_known = readings
                .get(&told.device)
                .zip(sensors.get(&told.device))
                .is_some_and(|(reading, sensor)| reading.tells(told.hazard, *sensor));
            told.is_present = is_cause || told.is_present && !is_known;
            told.is_present || is_open && now.duration_since(told.at).abs() < AGAIN_AFTER
        });
        alarms
    }

    /// When something changes although nothing is heard.
    pub(crate) fn next_look(&self) -> Option<Timestamp> {
        let delay = match self.held.phase {
            Phase::Leaving { until } | Phase::Entering { until } => Some(until),
            Phase::Armed | Phase::Disarmed => None,
        };
        let is_guarding = self.held.is_guarding();
        let unread = self
            .guarded()
            .filter(|_| is_guarding)
            .filter_map(|(_, device)| self.readings.get(device))
            .filter(|reading| reading.detects().is_none() && reading.lost_since.is_none())
            .filter_map(|reading| reading.awaited_since.checked_add(READ_WITHIN).ok())
            .min();
        delay.into_iter().chain(unread).min()
    }

    /// How the guard stands, for people.
    pub(crate) fn shown(&self) -> Arming {
        let held = &self.held;
        Arming {
            mode: held.mode,
            phase: held.phase.clone(),
            since: held.since,
            bypassed: held.bypassed.clone(),
            obstacles: self.obstacles(held.mode, &held.bypassed),
            low_battery: self
                .readings
                .iter()
                .filter(|(_, reading)| reading.low_battery)
                .map(|(device, _)| device.clone())
                .collect(),
            incident: held
                .incident
                .as_ref()
                .filter(|open| open.is_shown)
                .map(|open| open.id.clone()),
            has_code: held.codes.is_some(),
            answer: held.answers.last().cloned(),
        }
    }

    /// The sensors that are not known to be closed and quiet, of the zones of a mode.
    pub(super) fn obstacles(&self, mode: Mode, bypassed: &BTreeSet<DeviceId>) -> BTreeSet<Obstacle> {
        self.in_force()
            .zones
            .iter()
            .filter(|zone| mode == Mode::Disarmed || zone.modes.contains(&mode))
            .flat_map(|zone| &zone.devices)
            .filter(|device| !bypassed.contains(*device))
            .filter_map(|device| {
                let fault = self
                    .readings
                    .get(device)
                    .map_or(Some(Fault::Unavailable), Reading::fault)?;
                Some(Obstacle {
                    device: device.clone(),
                    fault,
                })
            })
            .collect()
    }

    /// What is guarded: by the plan, or while the house is armed by the plan it was armed with.
    pub(super) fn in_force(&self) -> &Security {
        self.held.armed_by.as_ref().unwrap_or(&self.security)
    }

    pub(super) fn alarm(
        &mut self,
        hazard: Hazard,
        device: Option<DeviceId>,
        trust: Trust,
        now: Timestamp,
        mint: Mint<'_>,
    ) -> Alarm {
        let fresh = mint();
        let open = self.held.incident.get_or_insert_with(|| Open {
            id: IncidentId::from_random(fresh.incident),
            nonce: Nonce::from(fresh.nonce),
            opened_at: now,
            is_shown: false,
        });
        open.is_shown |= hazard != Hazard::Duress;
        let alarm = Alarm {
            id: AlarmId::from_random(fresh.alarm),
            incident: open.id.clone(),
            nonce: open.nonce,
            hazard,
            device,
            trust,
            // As the wire carries it, so that everybody speaks of the same moment.
            at: Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now),
        };
        self.held.remember(alarm.clone());
        alarm
    }

    /// The delays go by. A clock that was set back makes none of them longer than it is.
    fn pass(&mut self, now: Timestamp) {
        let security = self.in_force();
        let latest = |delay: SignedDuration| now.checked_add(delay).unwrap_or(Timestamp::MAX);
        let (exit, entry) = (latest(security.exit_delay()), latest(security.entry_delay()));
        match &mut self.held.phase {
            Phase::Leaving { until } if now >= *until => {
                self.held.phase = Phase::Armed;
                self.held.since = now;
            }
            Phase::Leaving { until } => *until = (*until).min(exit),
            Phase::Entering { until } => *until = (*until).min(entry),
            Phase::Armed | Phase::Disarmed => {}
        }
    }

    /// What is an alarm in every mode.
    fn always(&self) -> BTreeMap<(DeviceId, Hazard), Trust> {
        let mut causes = BTreeMap::new();
        for (device, sensor) in &self.sensors {
            let Some(reading) = self.readings.get(device) else {
                continue;
            };
            if let (Some(hazard), Some(true)) = (always(sensor.kind), reading.detects()) {
                causes.insert((device.clone(), hazard), sensor.trust);
            }
            if reading.tampered == Some(true) {
                causes.insert((device.clone(), Hazard::Tamper), sensor.trust);
            }
        }
        causes
    }

    fn guarded_causes(
        &self,
        now: Timestamp,
        causes: &mut BTreeMap<(DeviceId, Hazard), Trust>,
        entering: &mut Vec<DeviceId>,
    ) {
        for (zone, device) in self.guarded() {
            let trust = self.trust(device);
            let mut cause = |hazard| causes.insert((device.clone(), hazard), trust);
            // Taken off the list while the house is armed: nobody hears it any more.
            let Some(reading) = self.readings.get(device) else {
                cause(Hazard::Silence);
                continue;
            };
            if self.impersonated.contains(device) {
                cause(Hazard::Tamper);
            }
            match reading.detects() {
                Some(true) if zone.is_way_in && !reading.found && !self.is_told(device, Hazard::Intrusion) => {
                    entering.push(device.clone());
                }
                Some(true) => {
                    cause(Hazard::Intrusion);
                }
                Some(false) => {}
                None => {
                    let is_overdue = now.duration_since(reading.awaited_since) >= READ_WITHIN;
                    if reading.lost_since.is_some() || is_overdue {
                        cause(Hazard::Silence);
                    }
                }
            }
        }
    }

    /// Somebody came in by a way in; or came in, and the code did not follow.
    fn enter(&mut self, entering: Vec<DeviceId>, now: Timestamp, causes: &mut BTreeMap<(DeviceId, Hazard), Trust>) {
        if !entering.is_empty() {
            self.held.entered.extend(entering);
            if self.held.phase == Phase::Armed {
                let until = now.checked_add(self.in_force().entry_delay());
                self.held.phase = Phase::Entering {
                    until: until.unwrap_or(now),
                };
                self.held.since = now;
            }
        }
        if matches!(self.held.phase, Phase::Entering { until } if now >= until) {
            for device in std::mem::take(&mut self.held.entered) {
                let trust = self.trust(&device);
                causes.insert((device, Hazard::Intrusion), trust);
            }
            self.held.phase = Phase::Armed;
            self.held.since = now;
        }
    }

    /// Whether this cause is to be alarmed now; if so, it is noted as told.
    fn is_news(&mut self, device: &DeviceId, hazard: Hazard, now: Timestamp) -> bool {
        let is_open = self.held.incident.is_some();
        let known = self
            .held
            .told
            .iter_mut()
            .find(|told| told.device == *device && told.hazard == hazard);
        match known {
            Some(told) if told.is_present => false,
            Some(told) if is_open && now.duration_since(told.at).abs() < AGAIN_AFTER => {
                told.is_present = true;
                false
            }
            Some(told) => {
                (told.at, told.is_present) = (now, true);
                true
            }
            None => {
                self.held.told.push(Told {
                    device: device.clone(),
                    hazard,
                    at: now,
                    is_present: true,
                });
                true
            }
        }
    }

    fn is_told(&self, device: &DeviceId, hazard: Hazard) -> bool {
        let mut told = self.held.told.iter();
        told.any(|told| told.is_present && told.device == *device && told.hazard == hazard)
    }

    fn trust(&self, device: &DeviceId) -> Trust {
        self.sensors
            .get(device)
            .map_or(Trust::Unauthenticated, |sensor| sensor.trust)
    }

    /// The sensors of the zones of the present mode that are not left out.
    fn guarded(&self) -> impl Iterator<Item = (&Zone, &DeviceId)> {
        self.in_force()
            .zones
            .iter()
            .filter(|zone| zone.modes.contains(&self.held.mode))
            .flat_map(|zone| zone.devices.iter().map(move |device| (zone, device)))
            .filter(|(_, device)| !self.held.bypassed.contains(*device))
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
