//! The catalogue of measures (3.7): what each requirement of chapter 6 does to a vector.
//!
//! A measure is a set of ceilings: after it, a metric is at most so bad. Ceilings of several measures combine to the
//! lowest, so the order in which measures are taken does not matter, and a measure never makes a metric worse. Which
//! requirement lowers what is our reading of 6.1 and 6.2; the premises of T3-40 and T3-41 (impacts low, life and
//! property none, importance of information as before) are where a service arrives that meets all of its level.

mod gateway_and_devices;
mod platforms;
mod service;

use tomori_guideline::{EntryPoint, Threat};

use crate::Text;
use crate::metric::Metric;

/// One measure of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Stable id: what it is about, and what is done.
    pub id: &'static str,
    /// What people call it.
    pub title: Text,
    /// The requirements and clauses it answers.
    pub requirements: &'static [&'static str],
    /// What it does to which threats.
    pub effects: &'static [Effect],
}

/// What a measure does to some threats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// At these entry points,
    pub points: &'static [EntryPoint],
    /// against these kinds of threat (all when empty),
    pub against: &'static [Threat],
    /// that come in this way,
    pub way: Way,
    /// these metrics are at most this: the modified metric and the letter.
    pub ceilings: &'static [(Metric, &'static str)],
}

/// How a threat comes in, as far as measures differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Any way.
    Any,
    /// Over a network.
    Network,
    /// On a storage device that somebody plugs in.
    Storage,
    /// Over the interface for maintenance, to the update software.
    Maintenance,
}

/// Every measure, in the order of the catalogue.
#[must_use]
pub fn all() -> Vec<&'static Entry> {
    let parts = [
        platforms::PLATFORM.as_slice(),
        platforms::PARTNER.as_slice(),
        gateway_and_devices::GATEWAY.as_slice(),
        gateway_and_devices::DEVICES.as_slice(),
        gateway_and_devices::APP.as_slice(),
        service::SERVICE.as_slice(),
    ];
    parts.into_iter().flatten().collect()
}

/// The measure with that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Entry> {
    all().into_iter().find(|entry| entry.id == id)
}

impl Way {
    /// Whether a measure for `self` works against a threat that comes in by `other`.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self == Self::Any || self == other
    }
}

/// A measure of the catalogue.
const fn entry(
    id: &'static str,
    title: [&'static str; 2],
    requirements: &'static [&'static str],
    effects: &'static [Effect],
) -> Entry {
    let [ja, en] = title;
    Entry {
        id,
        title: Text::new(ja, en),
        requirements,
        effects,
    }
}

/// One line of effects.
const fn on(
    points: &'static [EntryPoint],
    against: &'static [Threat],
    way: Way,
    ceilings: &'static [(Metric, &'static str)],
) -> Effect {
    Effect {
        points,
        against,
        way,
        ceilings,
    }
}

/// Sets of ceilings that many measures share.
mod limits {
    use super::Metric::{
        self, ModifiedAttackComplexity as MAC, ModifiedAvailability as MA, ModifiedConfidentiality as MC,
        ModifiedIntegrity as MI, ModifiedPrivilegesRequired as MPR,
    };

    /// What gets out is a part.
    pub(super) const LESS_KNOWN: &[(Metric, &str)] = &[(MC, "L")];
    /// What is changed is a part, and the service goes on.
    pub(super) const LESS_CHANGED: &[(Metric, &str)] = &[(MI, "L"), (MA, "L")];
    /// The service is slowed, not stopped.
    pub(super) const LESS_STOPPED: &[(Metric, &str)] = &[(MA, "L")];
    /// Impacts of every kind are partial.
    pub(super) const LESS: &[(Metric, &str)] = &[(MC, "L"), (MI, "L"), (MA, "L")];
    /// The attack needs conditions, and its impacts are partial.
    pub(super) const HARDER_AND_LESS: &[(Metric, &str)] = &[(MAC, "H"), (MC, "L"), (MI, "L"), (MA, "L")];
    /// The attack needs conditions.
    pub(super) const HARDER: &[(Metric, &str)] = &[(MAC, "H")];
    /// The attacker needs an account.
    pub(super) const WITH_ACCOUNT: &[(Metric, &str)] = &[(MPR, "L")];
    /// The attacker needs an administrator's rights.
    pub(super) const WITH_ADMINISTRATOR: &[(Metric, &str)] = &[(MPR, "H")];
    /// The attacker needs an account, and sees a part.
    pub(super) const ACCOUNT_LESS_KNOWN: &[(Metric, &str)] = &[(MPR, "L"), (MC, "L")];
    /// The attacker needs an account, and changes a part.
    pub(super) const ACCOUNT_LESS_CHANGED: &[(Metric, &str)] = &[(MPR, "L"), (MI, "L"), (MA, "L")];
}
