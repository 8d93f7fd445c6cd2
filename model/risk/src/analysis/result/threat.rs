//! Threats with their values, metric by metric.

use serde::Serialize;
use tomori_guideline::{Actor, EntryPoint, Interface, Place, Target, Threat};

use crate::Severity;
use crate::description::{Day, Status, Words};
use crate::score::Value;

/// A threat with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThreatView {
    /// Stable id.
    pub id: String,
    /// Where it comes in.
    pub entry_point: EntryPoint,
    /// Its kind (T3-3).
    pub kind: Threat,
    /// Where it is from: `T3-10`, `T3-11` or `model`.
    pub source: String,
    /// An example of it.
    pub example: Words,
    /// The ways in (T3-6).
    pub interfaces: Vec<Interface>,
    /// Who connected (T3-7).
    pub who: Actor,
    /// What is harmed (T3-8), at the level of the service.
    pub whom: Vec<Target>,
    /// Where it happens (T3-9).
    #[serde(rename = "where")]
    pub place: Place,
    /// The ten base metrics, each with the rule that produced it.
    pub metrics: Vec<MetricView>,
    /// The base value.
    pub before: Rating,
    /// What the adopted measures change.
    pub edits: Vec<EditView>,
    /// The environmental value.
    pub after: Rating,
    /// Whether what remains is at or over the policy's severity.
    pub residual: bool,
    /// Where it stands.
    pub tracking: TrackView,
}

/// A metric and why it is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetricView {
    /// The metric's letters: `AV`.
    pub metric: String,
    /// The letter: `N`.
    pub code: String,
    /// The table of the guideline that defines it.
    pub table: String,
    /// The rule; `by-hand` when an override set it.
    pub rule: String,
    /// What the rule would have given, when an override set it.
    pub derived: Option<String>,
    /// Why.
    pub because: Words,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rating {
    /// The vector in its canonical text.
    pub vector: String,
    /// The value with one decimal: `8.1`.
    pub value: String,
    /// The value in tenths: 81.
    pub tenths: u8,
    /// Without rounding and cap, four decimals; for ranking.
    pub uncapped: String,
    /// The same in ten-thousandths.
    pub ten_thousandths: u32,
    /// Whether the cap of 10.0 took something away.
    pub capped: bool,
    /// Its severity (T3-36).
    pub severity: Severity,
}

impl Rating {
    pub(in crate::analysis) fn new(vector: String, value: Value) -> Self {
        Self {
            vector,
            value: value.tenths.to_string(),
            tenths: value.tenths.get(),
            uncapped: value.uncapped.to_string(),
            ten_thousandths: value.uncapped.ten_thousandths(),
            capped: value.capped,
            severity: value.severity(),
        }
    }
}

/// A metric that measures lower.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditView {
    /// The modified metric: `MAV`.
    pub metric: String,
    /// The letter before.
    pub from: String,
    /// The letter after.
    pub to: String,
    /// The adopted measures that bring it there.
    pub measures: Vec<String>,
}

/// Where a threat stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TrackView {
    /// Where.
    pub status: Status,
    /// Who answers for it.
    pub who: Option<String>,
    /// Why.
    pub why: Option<Words>,
    /// The last day of an acceptance.
    pub until: Option<Day>,
    /// Whether that day is over.
    pub expired: bool,
}
