//! The twenty-six metrics of T3-15 and T3-24 (with E, RL and RC of CVSS v3.0), and the levels each can take.

pub mod base;
pub mod environmental;
mod level;
mod name;
pub mod temporal;

pub use base::{
    AttackComplexity, AttackVector, Impact, InformationImportance, LifeProperty, PrivilegesRequired, Scope,
    UserInteraction,
};
pub use environmental::Requirement;
pub use level::Level;
pub use name::Metric;
pub use temporal::{ExploitMaturity, RemediationLevel, ReportConfidence};
