//! What a company says, and what it is answered.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_smart_home::alarm::{Closing as Ending, Did};
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{DeviceId, HomeId};

/// Everything through this number is on the company's own disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    /// The number of a change.
    pub through: u64,
}

/// The company is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Heartbeat {
    /// Its clock, so that a wrong one is noticed before signatures are refused for it.
    pub at: Timestamp,
}

/// The platform is there: the answer to a heartbeat, and the `heartbeat` event of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    /// Its clock.
    pub at: Timestamp,
}

/// Somebody of the company has to know where to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureRequest {
    /// Who, as the company calls them; 1 to 60 characters. It stands in the incident's story.
    pub who: String,
}

/// What of a home is disclosed while its incident is open. What the contract does not name is `None`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disclosed {
    /// The home.
    pub home: HomeId,
    /// Where it is.
    #[serde(default)]
    pub address: Option<String>,
    /// The same in degrees, with the address: no more exactly than a way there is estimated by.
    #[serde(default)]
    pub place: Option<Place>,
    /// How it is called.
    #[serde(default)]
    pub name: Option<String>,
    /// How it is laid out.
    #[serde(default)]
    pub plan: Option<String>,
    /// How to come in.
    #[serde(default)]
    pub entry_notes: Option<String>,
    /// Its locks.
    #[serde(default)]
    pub locks: Vec<Lock>,
}

/// About where a home is, to 0.01° (1 km).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
}

/// A lock of a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// Its id.
    pub id: DeviceId,
    /// How the residents call it, with its room.
    pub name: String,
    /// Whether it proves itself by a certificate; no other is ever opened from afar.
    pub is_trusted: bool,
}

/// What the company did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepRequest {
    /// Tells this step from others of the incident; 1 to 60 letters, digits, `_` and `-`. The same id again is the same step.
    pub id: String,
    /// Who, as the company calls them; 1 to 60 characters.
    pub who: String,
    /// When, by the company's clock.
    pub at: Timestamp,
    /// What they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<Did>,
    /// What they wrote down; at most 2,000 characters. One of the two is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The company ends its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Closing {
    /// Who, as the company calls them; 1 to 60 characters.
    pub who: String,
    /// How it ended.
    pub closing: Ending,
    /// The report; 1 to 2,000 characters.
    pub report: String,
}

/// The bundle is on its way; what becomes of it comes by the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnlockTaken {
    /// SHA-256 of the bundle.
    pub bundle: Digest,
}

// Personal information stays out of logs (SR3-SP-12).
impl fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosed({}, …)", self.home)
    }
}
