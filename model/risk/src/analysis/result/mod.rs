//! What an analysis says: plain data, in a fixed order, with every text in both languages. Reports only render it.

mod plan;
mod system;
mod threat;

pub use plan::{Choice, Finding, FindingKind, MeasureView, NonCyberView, Plan, RequirementView};
pub use system::{
    AssetView, BlankReason, BlankView, ComponentView, CoverageCell, CoverageRow, EntryPointView, LinkView,
};
pub use threat::{EditView, MetricView, Rating, ThreatView, TrackView};

use serde::Serialize;
use tomori_guideline::{EntryPoint, ServiceLevel};

use crate::Severity;
use crate::description::{Day, Harm, PersonalItem, Revision, Status, UseCase, Words};

/// An analysis, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// The version of this form; 1.
    pub format: u32,
    /// The day it is judged for: acceptances end.
    pub as_of: Day,
    /// What is analysed.
    pub service: ServiceHead,
    /// How the description came to be.
    pub revisions: Vec<Revision>,
    /// ★★ or ★★★, and why (2.2).
    pub level: LevelFound,
    /// How many threats of which severity, and which are worst.
    pub summary: Summary,
    /// What the service does.
    pub use_cases: Vec<UseCase>,
    /// The system model (fig. 2-3): what stands where.
    pub components: Vec<ComponentView>,
    /// And what connects it.
    pub links: Vec<LinkView>,
    /// EP① to EP⑩.
    pub entry_points: Vec<EntryPointView>,
    /// What is to be protected (3.2), by entry point.
    pub assets: Vec<AssetView>,
    /// Entry point × kind of threat (3.3): ten rows of eleven.
    pub coverage: Vec<CoverageRow>,
    /// The threats (3.4) with their values before and after measures (3.5), in the order of T3-10 and T3-11.
    pub threats: Vec<ThreatView>,
    /// The measures (3.7), in the order of the catalogue, one's own after them.
    pub measures: Vec<MeasureView>,
    /// The requirements of chapter 6 and what answers them.
    pub requirements: Vec<RequirementView>,
    /// Risks that remain at or over the policy's severity, the worst first.
    pub residual: Vec<String>,
    /// The smallest sets of measures.
    pub plan: Plan,
    /// Threats that are not cyber (3.3.2).
    pub non_cyber: Vec<NonCyberView>,
    /// What somebody should look at.
    pub findings: Vec<Finding>,
}

/// What is analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceHead {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// What it is for.
    pub purpose: Option<Words>,
    /// The version of the description.
    pub version: String,
    /// Its day.
    pub date: Day,
    /// What the figures rest on.
    pub premises: Vec<Words>,
    /// Risks from here on are residual.
    pub residual_from: Severity,
}

/// The level of a service and its derivation (2.2, T2-2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelFound {
    /// The level.
    pub level: ServiceLevel,
    /// What was assumed at first.
    pub assumed: Option<ServiceLevel>,
    /// Whether the assumption holds; true when there was none.
    pub holds: bool,
    /// Which data is personal, and what in it.
    pub personal: Vec<PersonalView>,
    /// What can happen to life or property.
    pub effects: Vec<EffectView>,
    /// The derivation, step by step.
    pub because: Vec<Words>,
}

/// Data that is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonalView {
    /// The data.
    pub data: String,
    /// What people call it.
    pub name: Words,
    /// What in it is personal.
    pub items: Vec<PersonalItem>,
    /// The entry points where it is.
    pub at: Vec<EntryPoint>,
}

/// Something that can happen to life or property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EffectView {
    /// Its id.
    pub id: String,
    /// What happens.
    pub name: Words,
    /// What is harmed.
    pub harms: Vec<Harm>,
    /// Through which components.
    pub through: Vec<String>,
}

/// How many, and the worst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Threats before measures, by severity.
    pub before: Distribution,
    /// Threats after the adopted measures.
    pub after: Distribution,
    /// The worst severity before measures.
    pub worst_before: Severity,
    /// The worst severity after them.
    pub worst_after: Severity,
    /// Threats, the worst after measures first; ties by the value before, then as listed.
    pub ranking: Vec<String>,
    /// Threats by where they stand.
    pub tracking: Vec<TrackingCount>,
}

/// How many threats are of each severity (T3-36).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs, reason = "the severities")]
pub struct Distribution {
    pub none: usize,
    pub notice: usize,
    pub warning: usize,
    pub important: usize,
    pub critical: usize,
}

impl Distribution {
    pub(in crate::analysis) fn count(severities: impl Iterator<Item = Severity>) -> Self {
        let mut all = Self::default();
        for severity in severities {
            *match severity {
                Severity::None => &mut all.none,
                Severity::Notice => &mut all.notice,
                Severity::Warning => &mut all.warning,
                Severity::Important => &mut all.important,
                Severity::Critical => &mut all.critical,
            } += 1;
        }
        all
    }
}

/// How many threats stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TrackingCount {
    /// Where.
    pub status: Status,
    /// How many.
    pub threats: usize,
}
