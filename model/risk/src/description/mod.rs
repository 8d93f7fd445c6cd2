//! The description of a service: what an engineer writes down (3.1 steps 1 and 2), in the guideline's nouns.
//!
//! One TOML file describes one service. The types here are its grammar; [`ServiceModel::check`] says what types cannot:
//! that ids are unique and known, that nothing contains itself, that texts and lists stay within their bounds. Reading
//! the file, and showing the line of a fault, is the caller's affair: this crate does no I/O.

mod check;
mod choice;
mod day;
mod noun;
mod schema;
mod settings;
mod words;

pub use check::{Flaw, MOST};
pub use choice::{Exposure, Harm, Network, PersonalItem, Word, Wordy};
pub use day::Day;
pub use noun::{Actor, Component, Data, Effect, Link, Step, UseCase};
pub use schema::schema;
pub use settings::{
    Adoption, Exclusion, Measure, Override, Policy, Revision, Service, Status, ThreatExtra, Tracking, Treatment,
};
pub use words::Words;

pub(crate) use check::{listed, shown};

/// A commented description to start from (`tomori risk init`). It holds together as it is.
pub const START: &str = include_str!("start.toml");

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A service, whole. Every list keeps the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceModel {
    /// The version of this grammar; 1.
    pub format: u32,
    /// What is analysed.
    pub service: Service,
    /// What risk is acceptable.
    #[serde(default)]
    pub policy: Policy,
    /// How the description came to be (改訂履歴).
    #[serde(default, rename = "revision")]
    pub revisions: Vec<Revision>,
    /// Who acts (T3-7).
    #[serde(default, rename = "actor")]
    pub actors: Vec<Actor>,
    /// What the service knows (T3-2).
    #[serde(default, rename = "data")]
    pub data: Vec<Data>,
    /// What can happen to life or property (T3-16).
    #[serde(default, rename = "effect")]
    pub effects: Vec<Effect>,
    /// The boxes of the system model (T2-3), placed on entry points.
    #[serde(default, rename = "component")]
    pub components: Vec<Component>,
    /// What connects them.
    #[serde(default, rename = "link")]
    pub links: Vec<Link>,
    /// What the service does (T2-4, T2-5).
    #[serde(default, rename = "use_case")]
    pub use_cases: Vec<UseCase>,
    /// Measures that are taken, planned, or worth a thought (3.7).
    #[serde(default, rename = "measure")]
    pub measures: Vec<Measure>,
    /// Threats beyond the rows of T3-10 and T3-11.
    #[serde(default, rename = "threat")]
    pub threats: Vec<ThreatExtra>,
    /// Threats that do not apply here, and why.
    #[serde(default, rename = "exclude")]
    pub exclusions: Vec<Exclusion>,
    /// Metrics that the rules get wrong here, and why.
    #[serde(default, rename = "override")]
    pub overrides: Vec<Override>,
    /// What becomes of each risk.
    #[serde(default, rename = "tracking")]
    pub tracking: Vec<Tracking>,
    /// What is done about threats that are not cyber (3.3.2).
    #[serde(default, rename = "non_cyber")]
    pub non_cyber: Vec<Treatment>,
}
