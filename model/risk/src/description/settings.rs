//! What is decided about a service: its frame, its measures, and what becomes of each risk.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tomori_guideline::{
    Actor as Who, EntryPoint, Interface, NonCyberThreat, Place, ServiceLevel, Target as Whom, Threat,
};

use super::{Day, Word, Words};
use crate::Severity;

/// What is analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// What it is for, in a sentence or two.
    #[serde(default)]
    pub purpose: Option<Words>,
    /// The version of the description.
    pub version: String,
    /// The day of that version.
    pub date: Day,
    /// The level that is assumed at first (2.2, step 1); the analysis says whether it holds (step 2).
    pub assumed_level: Option<Word<ServiceLevel>>,
    /// What the figures rest on.
    #[serde(default)]
    pub premises: Vec<Words>,
}

/// What risk is acceptable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Risks of this severity or worse are residual risks that somebody has to decide about (T3-36).
    pub residual_from: Word<Severity>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            residual_from: Word(Severity::Warning),
        }
    }
}

/// A version of the description and what changed (改訂履歴).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The version.
    pub version: String,
    /// Its day.
    pub date: Day,
    /// Who wrote it.
    pub author: String,
    /// What changed.
    pub change: Words,
}

/// Whether a measure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Adoption {
    /// It is in place: the value after measures counts it.
    Adopted,
    /// It is decided and not yet there; it does not count.
    Planned,
    /// It is ruled out; plans do not propose it.
    Refused,
}

/// A measure (3.7): one of the catalogue by its id, or one's own with what it lowers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The id of the catalogue, or a new one.
    pub id: String,
    /// Whether it counts.
    pub status: Adoption,
    /// How this service does it, and where the proof is.
    pub note: Option<Words>,
    /// Measures without which it is worth nothing.
    #[serde(default)]
    pub needs: Vec<String>,
    /// One's own: what people call it.
    pub name: Option<Words>,
    /// One's own: the requirements or clauses it answers (`SR2-H-2`, `R2-7`, `4.2`).
    #[serde(default)]
    pub requirements: Vec<String>,
    /// One's own: where it works.
    #[serde(default)]
    pub entry_points: Vec<Word<EntryPoint>>,
    /// One's own: against what it works; against every kind when empty.
    #[serde(default)]
    pub against: Vec<Word<Threat>>,
    /// One's own: the value that each metric has at most, `{ MAV = "A", MC = "L" }`.
    #[serde(default)]
    pub lowers: BTreeMap<String, String>,
}

/// A threat that T3-10 and T3-11 do not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreatExtra {
    /// Stable id.
    pub id: String,
    /// Where it comes in.
    pub entry_point: Word<EntryPoint>,
    /// Its kind (T3-3).
    pub kind: Word<Threat>,
    /// An example of it.
    pub example: Words,
    /// The way in (T3-6).
    pub interfaces: Vec<Word<Interface>>,
    /// Who connected (T3-7).
    pub who: Word<Who>,
    /// What is harmed (T3-8).
    pub whom: Vec<Word<Whom>>,
    /// Where it happens (T3-9).
    #[serde(rename = "where")]
    pub place: Word<Place>,
}

/// A threat that does not apply to this service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The threat.
    pub threat: String,
    /// Why it does not apply.
    pub because: Words,
}

/// Metrics of one threat that are set by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The threat.
    pub threat: String,
    /// Metric to value: base metrics, and E, RL, RC, CR, IR, AR. The modified ones are derived from measures.
    pub set: BTreeMap<String, String>,
    /// Why the rules do not fit here.
    pub because: Words,
}

/// What becomes of a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody has looked at it.
    #[default]
    Unchecked,
    /// It is being discussed.
    InDiscussion,
    /// Somebody has accepted it, for a reason and until a day.
    Accepted,
    /// Something is being done.
    InProgress,
    /// What was to be done is done.
    Mitigated,
}

/// What becomes of one threat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tracking {
    /// The threat.
    pub threat: String,
    /// Where it stands.
    pub status: Status,
    /// Who answers for it. Needed for `accepted`.
    pub who: Option<String>,
    /// Why. Needed for `accepted`.
    pub why: Option<Words>,
    /// The last day on which an acceptance holds. Needed for `accepted`.
    pub until: Option<Day>,
}

/// What is done about a threat that is not cyber (3.3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Treatment {
    /// The threat.
    pub threat: Word<NonCyberThreat>,
    /// What is done.
    pub handled_by: Words,
}
