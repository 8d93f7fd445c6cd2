//! Measures, requirements, the fewest measures, and what somebody should look at.

use serde::Serialize;
use tomori_guideline::requirement::Subject;
use tomori_guideline::{NonCyberThreat, ServiceLevel};

use crate::Severity;
use crate::description::{Adoption, Words};

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureView {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// The requirements and clauses it answers.
    pub requirements: Vec<String>,
    /// What the model says of it; none when it only stands in the catalogue.
    pub status: Option<Adoption>,
    /// Whether it counts: adopted, with all it needs.
    pub counts: bool,
    /// Needed measures that are not adopted.
    pub lacks: Vec<String>,
    /// How this service does it.
    pub note: Option<Words>,
    /// The threats that it would lower if it were alone.
    pub threats: Vec<String>,
}

/// A requirement of chapter 6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequirementView {
    /// Its id: `SR2-H-2`.
    pub id: String,
    /// The guideline's title.
    pub title: Words,
    /// What is asked for, in our own words.
    pub about: Words,
    /// What it binds.
    pub subject: Subject,
    /// The level that it belongs to.
    pub level: ServiceLevel,
    /// Whether this service has to answer it: its level asks for it and its object is there.
    pub applies: bool,
    /// The measures that answer it and count.
    pub answered_by: Vec<String>,
}

/// The smallest sets of measures that bring every risk under a severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Every risk is to be below this.
    pub below: Severity,
    /// Starting from no measure at all.
    pub from_nothing: Choice,
    /// Starting from the measures that count.
    pub from_adopted: Choice,
}

/// A set of measures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The measures to take (beyond those one starts from), in the order of the catalogue.
    pub measures: Vec<String>,
    /// Threats that no measure known here brings below.
    pub out_of_reach: Vec<String>,
    /// Whether it is certain that no smaller set does it.
    pub proven: bool,
}

/// A threat that is not cyber (3.3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NonCyberView {
    /// Which.
    pub threat: NonCyberThreat,
    /// Its title.
    pub title: Words,
    /// What is done about it.
    pub handled_by: Option<Words>,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// The threat, measure or requirement that it is about.
    pub about: String,
    /// What is the matter, and the remedy.
    pub words: Words,
}

/// The kinds of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// The assumed level is not the one that follows.
    LevelDiffers,
    /// A risk is worse than what is allowed.
    TooSevere,
    /// An acceptance is over.
    AcceptanceExpired,
    /// A risk remains and nobody has looked at it.
    ResidualUntracked,
    /// Something is said about a threat that is not there (any more).
    ThreatNotThere,
    /// A measure needs another that is not adopted.
    MeasureLacks,
    /// A requirement of the level is not answered.
    RequirementOpen,
    /// A threat outside cybersecurity is not treated (3.3.2).
    NonCyberOpen,
    /// An asset that T3-2 names at a box is not in the model.
    AssetNotNamed,
}
