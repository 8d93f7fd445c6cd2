//! Incidents, contracts, and what of a home may be disclosed. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::alarm::{Closing, Did};
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{Alarm, CompanyId, DeviceId, Hazard, HomeId, IncidentId, Nonce};

use crate::device_state::DoorWord;

/// A text or a choice that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {why}")]
pub struct Unfit {
    /// Which field.
    pub field: &'static str,
    /// What would fit.
    pub why: &'static str,
}

/// A security company (防犯サービス事業者).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its name; 1 to 60 characters.
    pub name: String,
    /// Since when the platform knows it.
    pub added_at: Timestamp,
    /// How many changes it was given.
    pub changes: u64,
    /// Through which one it has said that it has everything.
    pub acknowledged: u64,
}

/// Something of a home that helps whoever goes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disclosure {
    /// Where it is (住所).
    Address,
    /// How the home is called, which names its residents (氏名).
    Name,
    /// How it is laid out (間取り).
    Plan,
    /// How to come in: gate, key box, dog (入館上の注意).
    EntryNotes,
}

impl Disclosure {
    /// Everything.
    pub const ALL: [Self; 4] = [Self::Address, Self::Name, Self::Plan, Self::EntryNotes];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::Plan => "plan",
            Self::EntryNotes => "entryNotes",
        }
    }

    /// The disclosure of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|disclosure| disclosure.word() == word)
    }
}

/// That a company guards a home, and what it may get to know of it during an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// The company.
    pub company: CompanyId,
    /// What may be disclosed.
    pub discloses: BTreeSet<Disclosure>,
    /// Since when.
    pub since: Timestamp,
}

/// What of a home was disclosed. Members that the contract does not name are `None`.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disclosed {
    /// The home.
    pub home: HomeId,
    /// Where it is.
    pub address: Option<String>,
    /// The same in degrees north and east, as exactly as the platform keeps it (0.01°); with the address.
    pub place: Option<(f64, f64)>,
    /// How it is called.
    pub name: Option<String>,
    /// How it is laid out.
    pub plan: Option<String>,
    /// How to come in.
    pub entry_notes: Option<String>,
    /// Its locks.
    pub locks: Vec<Lock>,
}

/// A lock of a home that is disclosed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// Its id.
    pub id: DeviceId,
    /// Room and name, as the residents call it.
    pub name: String,
    /// Whether it proves itself by a certificate of the house's own authority.
    pub is_trusted: bool,
}

// Personal information stays out of logs (SR3-SP-12).
impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Disclosed({}, …)", self.home)
    }
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Its id, from the gateway.
    pub id: IncidentId,
    /// The home.
    pub home: HomeId,
    /// The company whose case it is; `None` when the home had none when it was opened.
    pub company: Option<CompanyId>,
    /// N0, from the gateway.
    pub nonce: Nonce,
    /// The most urgent hazard so far.
    pub hazard: Hazard,
    /// When the first alarm was raised, by the gateway's clock.
    pub opened_at: Timestamp,
    /// When the platform stored it.
    pub stored_at: Timestamp,
    /// When the company said for the first time that it does something.
    pub answered_at: Option<Timestamp>,
    /// How many entries its timeline has.
    pub entries: u64,
    /// When it was closed, and how.
    pub closed: Option<Closed>,
    /// Whether residents may know of it while it is open: not as long as a duress code is all there is.
    #[serde(skip)]
    pub is_shown: bool,
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// How.
    pub closing: Closing,
}

impl Incident {
    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Whether a resident may see it. A duress code is nothing that whoever threatens may read on a screen.
    #[must_use]
    pub fn is_for_residents(&self) -> bool {
        self.is_shown || self.closed.is_some()
    }
}

/// One entry of an incident's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the incident, from 1.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// When the platform stored it.
    pub stored_at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// What happened in an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Step {
    /// An alarm of the house; the first one opened the incident.
    Alarm {
        /// The alarm.
        alarm: Alarm,
        /// The room of the device, as the residents call it; empty when no device noticed.
        room: String,
        /// Its name.
        name: String,
    },
    /// Something of the home was disclosed to the company.
    Disclosed {
        /// What.
        items: BTreeSet<Disclosure>,
        /// To whom in the company.
        to: String,
    },
    /// Three people of the company signed that a lock be opened, and what they signed is on its way to the gateway.
    UnlockAsked {
        /// SHA-256 of the bundle.
        bundle: Digest,
        /// The lock.
        lock: DeviceId,
        /// From this moment on it is not sent any more.
        until: Timestamp,
        /// Whether the gateway could not be reached then, so that it waits.
        is_away: bool,
    },
    /// It expired, and the gateway has not answered.
    UnlockUnanswered {
        /// SHA-256 of the bundle.
        bundle: Digest,
        /// The lock.
        lock: DeviceId,
        /// Whether it was sent at all. If it was, somebody has to look at the door.
        is_sent: bool,
    },
    /// The gateway told of the door.
    Door {
        /// What, with the gateway's signature where it signed.
        word: DoorWord,
        /// For an answer to a bundle: its outcome (`opened`, …) or why it was refused (`expired`, `guard/not-verified`, …).
        answer: Option<String>,
    },
    /// The company said what it did.
    Did {
        /// The company, and who in it.
        by: String,
        /// What.
        did: Did,
    },
    /// Somebody wrote something down.
    Note {
        /// Who.
        by: String,
        /// What; at most 2,000 characters.
        text: String,
    },
    /// It was closed.
    Closed {
        /// Who.
        by: String,
        /// How.
        closing: Closing,
        /// The report; at most 2,000 characters.
        report: String,
    },
}

impl Step {
    /// Whether a resident may read it while the incident is open.
    #[must_use]
    pub fn is_for_residents(&self) -> bool {
        !matches!(self, Self::Alarm { alarm, .. } if alarm.hazard == Hazard::Duress)
    }
}

/// What a company is told, in order. The number counts up for each company, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Its number, from 1: the cursor of whoever has read through it.
    pub number: u64,
    /// The incident as it is now.
    pub incident: Incident,
    /// The entry that is new.
    pub entry: Entry,
}

/// The more urgent of two.
pub(super) fn worse(one: Hazard, other: Hazard) -> Hazard {
    one.min(other)
}

pub(super) fn text(
    field: &'static str,
    given: &str,
    least: usize,
    most: usize,
    why: &'static str,
) -> Result<String, Unfit> {
    let given = given.trim();
    let length = given.chars().take(most + 1).count();
    let is_plain = !given.chars().any(|one| one.is_control() && one != '\n');
    if (least..=most).contains(&length) && is_plain {
        Ok(given.to_owned())
    } else {
        Err(Unfit { field, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for disclosure in Disclosure::ALL {
            assert_eq!(Disclosure::from_word(disclosure.word()), Some(disclosure));
            assert_eq!(serde_json::to_value(disclosure).unwrap(), disclosure.word());
        }
    }

    #[test]
    fn the_most_urgent_hazard_names_the_incident() {
        assert_eq!(worse(Hazard::Intrusion, Hazard::Fire), Hazard::Fire);
        assert_eq!(worse(Hazard::Intrusion, Hazard::Silence), Hazard::Intrusion);
    }

    #[test]
    fn texts_are_bounded_and_plain() {
        assert_eq!(text("name", " 警備 ", 1, 60, "").unwrap(), "警備");
        assert!(text("name", "", 1, 60, "").is_err());
        assert!(text("name", "a\u{7}", 1, 60, "").is_err());
        assert!(text("name", &"灯".repeat(61), 1, 60, "").is_err());
    }

    #[test]
    fn nothing_that_was_disclosed_reaches_a_log() {
        let disclosed = Disclosed {
            home: "home_1".parse().unwrap(),
            address: Some("東京都千代田区".to_owned()),
            place: Some((35.69, 139.76)),
            name: None,
            plan: None,
            entry_notes: None,
            locks: Vec::new(),
        };
        assert_eq!(format!("{disclosed:?}"), "Disclosed(home_1, …)");
    }
}
