//! What the guard of a house tells: how it stands, and what an incident begins and grows by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_smart_home::arming::Arming;
use tomori_smart_home::{Alarm, HomeId, IncidentId};

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
}
