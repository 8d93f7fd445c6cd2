//! What the guard of a house tells: how it stands, and what an incident begins and grows by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_smart_home::arming::Arming;
use tomori_smart_home::unlock::{Attestation, Digest};
use tomori_smart_home::{Alarm, DeviceId, HomeId, IncidentId};

/// How the guard of a house stands, as its gateway told it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guard {
    /// When it was told.
    pub at: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub arming: Arming,
}

/// One entry of what the guards of all houses tell, in the order in which it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardEntry {
    /// Its number; given once, and never again.
    pub number: u64,
    /// The home.
    pub home: HomeId,
    /// When the platform stored it.
    pub stored_at: Timestamp,
    /// What.
    pub what: GuardWhat,
}

/// What an incident is concerned by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "guard", rename_all = "camelCase")]
pub enum GuardWhat {
    /// An alarm.
    Alarm {
        /// The alarm.
        alarm: Alarm,
    },
    /// The gateway knows that an incident is closed.
    Closed {
        /// Which.
        incident: IncidentId,
    },
    /// The gateway told of the door of an incident.
    Door {
        /// The incident.
        incident: IncidentId,
        /// When, by the gateway's clock.
        at: Timestamp,
        /// What.
        word: DoorWord,
    },
}

/// What a gateway tells of a door that is opened from afar (T2-5 steps 6 to 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "door", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DoorWord {
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
}
