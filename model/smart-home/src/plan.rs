//! The house plan: all the gateway needs to know in order to serve its house alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::device::Equipment;
use crate::ids::{GrantId, HomeId, ResidentId};
use crate::schedule::{Place, Schedule};

/// The right of one paired phone to speak to the gateway directly (EP⑩).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Whose phone.
    pub resident: ResidentId,
    /// How that resident is called in the house.
    pub resident_name: String,
    /// SHA-256 of the secret that the phone holds; the secret itself is nowhere but on the phone.
    pub secret_sha256: Vec<u8>,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What the platform tells the gateway of its house. Sent whole, replaced whole, numbered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HousePlan {
    /// The house.
    pub home: HomeId,
    /// How it is called.
    pub home_name: String,
    /// Counts up with each change.
    pub version: u64,
    /// Where it is.
    pub place: Place,
    /// The equipment list (設計図書), at most 200 lines.
    pub equipment: Vec<Equipment>,
    /// The schedules, at most 200.
    pub schedules: Vec<Schedule>,
    /// The paired phones, at most 50.
    pub grants: Vec<Grant>,
}
