//! What the guard holds on to through a restart. It is written whole, with the alarms it led to in the same line.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tomori_smart_home::arming::{Answer, Mode, Phase, Security};
use tomori_smart_home::{Alarm, DeviceId, Hazard, IncidentId, Nonce};

use super::code::Codes;

/// Orders that are recognised when they come again.
const ANSWERS: usize = 32;
/// Alarms kept for the app at home.
const RECENT: usize = 20;

/// The guard, as it lies on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    pub(crate) mode: Mode,
    #[serde(flatten)]
    pub(crate) phase: Phase,
    pub(crate) since: Timestamp,
    /// What the house was armed with; it is guarded by this until it is disarmed.
    pub(crate) armed_by: Option<Security>,
    /// Sensors left out until the next disarming.
    pub(crate) bypassed: BTreeSet<DeviceId>,
    /// The sensors that began the entry delay.
    pub(crate) entered: BTreeSet<DeviceId>,
    /// The open incident.
    pub(crate) incident: Option<Open>,
    /// What was alarmed already.
    pub(crate) told: Vec<Told>,
    /// The house's codes; `None` until a resident sets them.
    pub(crate) codes: Option<Codes>,
    /// Wrong codes typed inside the house.
    pub(crate) at_home: Attempts,
    /// Wrong codes that came over the platform. They are counted apart, so that a platform in wrong hands cannot keep the
    /// residents out.
    pub(crate) from_afar: Attempts,
    /// What became of the last orders, the latest at the end.
    pub(crate) answers: Vec<Answer>,
    /// The last alarms, the latest at the end.
    pub(crate) recent: Vec<Alarm>,
}

/// The open incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Open {
    pub(crate) id: IncidentId,
    pub(crate) nonce: Nonce,
    pub(crate) opened_at: Timestamp,
    /// Whether the residents may know of it: not as long as a duress code is all there is.
    pub(crate) is_shown: bool,
}

/// An alarm that need not be repeated while its cause stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    pub(crate) device: DeviceId,
    pub(crate) hazard: Hazard,
    pub(crate) at: Timestamp,
    /// Whether the cause is still there.
    pub(crate) is_present: bool,
}

/// Wrong codes in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempts {
    wrong: u8,
    locked_until: Option<Timestamp>,
}

impl Attempts {
    /// Wrong codes until none is taken for a while.
    const MOST: u8 = 5;
    /// For how long none is taken.
    const LOCKED: SignedDuration = SignedDuration::from_mins(5);

    /// Whether no code is taken now. A clock that was set back locks for no longer than it would have.
    pub(crate) fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until
            .is_some_and(|until| now < until && until.duration_since(now) <= Self::LOCKED)
    }

    pub(crate) fn was_wrong(&mut self, now: Timestamp) {
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong >= Self::MOST {
            self.wrong = 0;
            self.locked_until = now.checked_add(Self::LOCKED).ok();
        }
    }

    pub(crate) fn was_right(&mut self) {
        *self = Self::default();
    }
}

impl Default for Held {
    fn default() -> Self {
        Self {
            mode: Mode::Disarmed,
            phase: Phase::Disarmed,
            since: Timestamp::UNIX_EPOCH,
            armed_by: None,
            bypassed: BTreeSet::new(),
            entered: BTreeSet::new(),
            incident: None,
            told: Vec::new(),
            codes: None,
            at_home: Attempts::default(),
            from_afar: Attempts::default(),
            answers: Vec::new(),
            recent: Vec::new(),
        }
    }
}

impl Held {
    /// Whether zones are guarded now.
    pub(crate) fn is_guarding(&self) -> bool {
        matches!(self.phase, Phase::Armed | Phase::Entering { .. })
    }

    pub(crate) fn answer(&mut self, answer: Answer) {
        self.answers.push(answer);
        let over = self.answers.len().saturating_sub(ANSWERS);
        self.answers.drain(..over);
    }

    pub(crate) fn remember(&mut self, alarm: Alarm) {
        self.recent.push(alarm);
        let over = self.recent.len().saturating_sub(RECENT);
        self.recent.drain(..over);
    }

    /// The incident is over. What is still the case is not told anew because of that.
    pub(crate) fn close(&mut self, incident: &IncidentId) {
        if self.incident.as_ref().is_some_and(|open| open.id == *incident) {
            self.incident = None;
            self.told.retain(|told| told.is_present);
        }
    }

    /// What of the zones was told concerns the guard that ends or begins now, and is told anew in the next.
    pub(crate) fn forget_zones(&mut self) {
        self.told
            .retain(|told| !matches!(told.hazard, Hazard::Intrusion | Hazard::GlassBreak | Hazard::Silence));
        self.entered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_a_code_is_bounded() {
        let mut attempts = Attempts::default();
        let start: Timestamp = "2026-11-26T07:00:00Z".parse().unwrap();
        for _ in 0..4 {
            attempts.was_wrong(start);
            assert!(!attempts.is_locked(start));
        }
        attempts.was_wrong(start);
        assert!(attempts.is_locked(start));
        assert!(attempts.is_locked(start + SignedDuration::from_secs(299)));
        assert!(!attempts.is_locked(start + SignedDuration::from_secs(300)));
        // A clock that was set back does not keep anybody out for longer.
        assert!(!attempts.is_locked(start - SignedDuration::from_hours(1)));
    }

    #[test]
    fn it_reads_back_and_an_older_memory_without_it_is_disarmed() {
        let held = Held::default();
        let text = serde_json::to_string(&held).unwrap();
        assert_eq!(serde_json::from_str::<Held>(&text).unwrap(), held);
        assert!(!held.is_guarding());
    }
}
