//! What the room remembers: the roster, the incidents whose door was asked for, and what was answered. Sealed, whole, and
//! on the disk before anything is done because of it.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use tomori_smart_home::IncidentId;
use tomori_smart_home::unlock::{Digest, UnixMillis};

use super::model::{Attempt, Driven};
use super::port::Told;

/// Incidents remembered at most.
const MOST_ATTEMPTS: usize = 100;
/// Answers remembered at most.
const MOST_ANSWERS: usize = 64;
/// For how long an incident's door is remembered whatever comes: longer than any statement about it lives.
const KEPT_MS: u64 = 24 * 60 * 60 * 1000;

/// The sealed file's content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Memory {
    roster: Option<String>,
    attempts: BTreeMap<IncidentId, Attempt>,
    answers: Vec<Answer>,
    /// The last incident that was attested.
    #[serde(default)]
    attested: Option<IncidentId>,
}

/// What was answered to a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// SHA-256 of the bundle.
    pub(crate) bundle: Digest,
    /// The incident that it names.
    pub(crate) incident: Option<IncidentId>,
    attested: String,
    /// Whether the journal has it.
    pub(crate) is_told: bool,
}

impl Memory {
    /// The signed roster.
    pub(crate) fn roster(&self) -> Option<Vec<u8>> {
        BASE64URL_NOPAD.decode(self.roster.as_ref()?.as_bytes()).ok()
    }

    /// Keeps a signed roster.
    pub(crate) fn set_roster(&mut self, bytes: &[u8]) {
        self.roster = Some(BASE64URL_NOPAD.encode(bytes));
    }

    /// What is remembered of an incident's door.
    pub(crate) fn attempt(&self, incident: &IncidentId) -> Option<&Attempt> {
        self.attempts.get(incident)
    }

    /// All of them.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = (&IncidentId, &Attempt)> {
        self.attempts.iter()
    }

    /// What is remembered of an incident's door, to be changed. `None` when there is no room that could be given up:
    /// then nobody acts.
    pub(crate) fn attempt_mut(&mut self, incident: &IncidentId, now: UnixMillis) -> Option<&mut Attempt> {
        if !self.attempts.contains_key(incident) && self.attempts.len() >= MOST_ATTEMPTS {
            let oldest = self
                .attempts
                .iter()
                .filter(|(_, attempt)| now.millis().saturating_sub(attempt.at.millis()) >= KEPT_MS)
                .filter(|(_, attempt)| attempt.driven.as_ref().is_none_or(Driven::is_over))
                .min_by_key(|(_, attempt)| attempt.at)
                .map(|(id, _)| id.clone())?;
            self.attempts.remove(&oldest);
        }
        let attempt = self.attempts.entry(incident.clone()).or_insert_with(|| Attempt {
            wrong_codes: 0,
            driven: None,
            at: now,
        });
        attempt.at = now;
        Some(attempt)
    }

    /// Whether the journal has the gateway's signed word for this incident.
    pub(crate) fn is_attested(&self, incident: &IncidentId) -> bool {
        self.attested.as_ref() == Some(incident)
    }

    /// The journal has it.
    pub(crate) fn set_attested(&mut self, incident: IncidentId) {
        self.attested = Some(incident);
    }

    /// What was answered to a bundle, if it is still known.
    pub(crate) fn answer(&self, bundle: &Digest) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.bundle == *bundle)
    }

    /// Keeps an answer.
    pub(crate) fn answered(&mut self, bundle: Digest, incident: Option<IncidentId>, attested: &[u8]) {
        self.answers.retain(|answer| answer.bundle != bundle);
        self.answers.push(Answer {
            bundle,
            incident,
            attested: BASE64URL_NOPAD.encode(attested),
            is_told: false,
        });
        while self.answers.len() > MOST_ANSWERS {
            self.answers.remove(0);
        }
    }

    /// The answers that the journal does not have yet.
    pub(crate) fn untold(&self) -> Vec<Answer> {
        self.answers.iter().filter(|answer| !answer.is_told).cloned().collect()
    }

    /// The journal has the answer to this bundle.
    pub(crate) fn told(&mut self, bundle: &Digest) {
        for answer in self.answers.iter_mut().filter(|answer| answer.bundle == *bundle) {
            answer.is_told = true;
        }
    }
}

impl Answer {
    /// As it is told.
    pub(crate) fn told(&self) -> Told {
        Told::Answered {
            bundle: self.bundle,
            incident: self.incident.clone(),
            attested: self.attested(),
        }
    }

    /// The signed answer.
    pub(crate) fn attested(&self) -> Vec<u8> {
        BASE64URL_NOPAD.decode(self.attested.as_bytes()).unwrap_or_default()
    }
}

impl Driven {
    /// Whether nothing is left to do.
    pub(crate) fn is_over(&self) -> bool {
        self.outcome.is_some() && self.relock_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> UnixMillis {
        UnixMillis::from_millis(millis).unwrap()
    }

    fn incident(number: u8) -> IncidentId {
        IncidentId::from_random([number; 10])
    }

    #[test]
    fn a_door_that_could_still_be_opened_is_never_forgotten() {
        let mut memory = Memory::default();
        for number in 0..100 {
            assert!(memory.attempt_mut(&incident(number), at(1)).is_some());
        }
        assert!(
            memory.attempt_mut(&incident(100), at(KEPT_MS)).is_none(),
            "all are of today"
        );
        assert!(
            memory.attempt_mut(&incident(7), at(2)).is_some(),
            "a known one is changed"
        );
        assert!(memory.attempt_mut(&incident(100), at(KEPT_MS + 1)).is_some());
        assert_eq!(memory.attempts().count(), 100);
    }

    #[test]
    fn answers_are_bounded_and_told_once() {
        let mut memory = Memory::default();
        for number in 0..70 {
            memory.answered(Digest([number; 32]), None, &[number]);
        }
        assert!(memory.answer(&Digest([5; 32])).is_none());
        assert_eq!(memory.answer(&Digest([69; 32])).unwrap().attested(), [69]);
        assert_eq!(memory.untold().len(), 64);
        memory.told(&Digest([69; 32]));
        assert_eq!(memory.untold().len(), 63);
        let text = serde_json::to_string(&memory).unwrap();
        assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
    }
}
