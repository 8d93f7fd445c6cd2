//! The feed: what a company is told, in order, each change with its number.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use tomori_smart_home::alarm::{Closing, Did};
use tomori_smart_home::unlock::{Attestation, Digest};
use tomori_smart_home::{AlarmId, DeviceId, Hazard, HomeId, IncidentId, Nonce, Trust};

/// A part of the feed, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The changes; their numbers go up without gaps.
    pub changes: Vec<Change>,
    /// Whether there are more behind them now.
    pub has_more: bool,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Its number, from 1, counted for each company: the cursor of whoever has stored everything through it.
    pub number: u64,
    /// The incident as it is now.
    pub incident: Incident,
    /// What is new in it.
    pub entry: Entry,
}

/// An incident. It names nobody and no place: that is asked for ([`Disclosed`](crate::Disclosed)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The home.
    pub home: HomeId,
    /// N0, from the gateway.
    pub nonce: Nonce,
    /// The most urgent hazard so far; `None` for a word that this version does not know. It is an alarm all the same.
    #[serde(deserialize_with = "known_hazard")]
    pub hazard: Option<Hazard>,
    /// When the first alarm was raised, by the gateway's clock.
    pub opened_at: Timestamp,
    /// When it was closed, if it is.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the incident, from 1.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// What happened in an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Step {
    /// An alarm of the house.
    Alarm {
        /// Its id.
        alarm: AlarmId,
        /// What threatens; `None` for a word that this version does not know.
        #[serde(deserialize_with = "known_hazard")]
        hazard: Option<Hazard>,
        /// The device that noticed.
        device: Option<DeviceId>,
        /// Whether its message can be proved to be its own.
        trust: Trust,
        /// The device's room, as the residents call it; empty when no device noticed.
        room: String,
        /// The device's name.
        name: String,
    },
    /// Something of the home was disclosed to the company.
    Disclosed {
        /// What: `address`, `name`, `plan`, `entryNotes`, `locks`.
        items: Vec<String>,
        /// To whom.
        to: String,
    },
    /// Three people signed that a lock be opened, and what they signed is on its way to the gateway.
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
    /// The gateway told of a door.
    Door {
        /// What it told.
        word: Door,
        /// For an answer to a bundle: its outcome (`opened`, …) or why it was refused (`expired`, `guard/not-verified`, …).
        #[serde(default)]
        answer: Option<String>,
    },
    /// The company said what it did.
    Did {
        /// Who.
        by: String,
        /// What; `None` for a word that this version does not know.
        #[serde(deserialize_with = "known_did")]
        did: Option<Did>,
    },
    /// Somebody wrote something down.
    Note {
        /// Who.
        by: String,
        /// What.
        text: String,
    },
    /// It was closed.
    Closed {
        /// Who.
        by: String,
        /// How.
        #[serde(deserialize_with = "known_closing")]
        closing: Option<Closing>,
        /// The report.
        report: String,
    },
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

/// What a gateway tells of a door that is opened from afar (T2-5 steps 6 to 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "door", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Door {
    /// Its signed word that the incident was opened.
    Attested {
        /// The signed statement.
        attested: Attestation,
    },
    /// Its signed answer to a bundle.
    Answered {
        /// SHA-256 of the bundle.
        bundle: Digest,
        /// The signed receipt or refusal.
        attested: Attestation,
    },
    /// The lock was told to lock again.
    Relocked {
        /// The lock.
        lock: DeviceId,
        /// Whether it shows that it is locked.
        is_confirmed: bool,
    },
    /// The door stands open longer than it should.
    LeftOpen {
        /// Its lock.
        lock: DeviceId,
    },
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

fn known_hazard<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Hazard>, D::Error> {
    let word = Option::<String>::deserialize(from)?;
    Ok(word.as_deref().and_then(Hazard::from_word))
}

fn known_closing<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Closing>, D::Error> {
    let word = Option::<String>::deserialize(from)?;
    Ok(word.as_deref().and_then(Closing::from_word))
}

fn known_did<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Did>, D::Error> {
    let word = Option::<String>::deserialize(from)?;
    Ok(word.as_deref().and_then(Did::from_word))
}
