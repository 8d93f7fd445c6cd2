//! What changed between two analyses of a service: what got worse, what is new, what is gone.

use std::collections::BTreeMap;

use serde::Serialize;
use tomori_guideline::ServiceLevel;

use super::result::{Analysis, Rating, ThreatView};
use crate::description::{Status, Words};

/// The difference, each list in the order of the newer analysis (of the older for what is gone).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The levels, when they differ: old, new.
    pub level: Option<[ServiceLevel; 2]>,
    /// Threats whose value after measures rose; or, where that is the same, the one before.
    pub worse: Vec<Change>,
    /// Threats that were not there.
    pub new: Vec<Change>,
    /// Threats that are not there any more.
    pub gone: Vec<Change>,
    /// Threats whose value after measures fell; or, where that is the same, the one before.
    pub better: Vec<Change>,
    /// Threats of the same values that stand elsewhere: another vector, or another place in tracking.
    pub other: Vec<Change>,
    /// Measures that count now and did not.
    pub measures_added: Vec<String>,
    /// Measures that counted and do not.
    pub measures_dropped: Vec<String>,
}

/// One threat, before and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The threat.
    pub id: String,
    /// An example of it.
    pub example: Words,
    /// How it was; none for what is new.
    pub old: Option<Side>,
    /// How it is; none for what is gone.
    pub new: Option<Side>,
}

/// A threat in one of the analyses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The value before measures.
    pub before: Rating,
    /// And after.
    pub after: Rating,
    /// Where it stands.
    pub status: Status,
}

/// Compares by uncapped values, so that what rises above 10.0 is seen to rise.
#[must_use]
pub fn difference(old: &Analysis, new: &Analysis) -> Difference {
    let was: BTreeMap<&str, &ThreatView> = old.threats.iter().map(|threat| (threat.id.as_str(), threat)).collect();
    let is: BTreeMap<&str, &ThreatView> = new.threats.iter().map(|threat| (threat.id.as_str(), threat)).collect();
    let mut difference = Difference {
        level: (old.level.level != new.level.level).then_some([old.level.level, new.level.level]),
        worse: Vec::new(),
        new: Vec::new(),
        gone: Vec::new(),
        better: Vec::new(),
        other: Vec::new(),
        measures_added: counting_only(new, old),
        measures_dropped: counting_only(old, new),
    };
    for threat in &new.threats {
        let Some(before) = was.get(threat.id.as_str()) else {
            difference.new.push(change(None, Some(threat)));
            continue;
        };
        let change = change(Some(before), Some(threat));
        match height(threat).cmp(&height(before)) {
            std::cmp::Ordering::Greater => difference.worse.push(change),
            std::cmp::Ordering::Less => difference.better.push(change),
            std::cmp::Ordering::Equal if change.old != change.new => difference.other.push(change),
            std::cmp::Ordering::Equal => {}
        }
    }
    let gone = old.threats.iter().filter(|threat| !is.contains_key(threat.id.as_str()));
    difference.gone.extend(gone.map(|threat| change(Some(threat), None)));
    difference
}

impl Difference {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lists = [&self.worse, &self.new, &self.gone, &self.better, &self.other];
        self.level.is_none()
            && lists.into_iter().all(Vec::is_empty)
            && self.measures_added.is_empty()
            && self.measures_dropped.is_empty()
    }
}

fn height(threat: &ThreatView) -> (u8, u32, u32) {
    // The rounded environmental value can rise by its inner rounding alone, so it comes first.
    (
        threat.after.tenths,
        threat.after.ten_thousandths,
        threat.before.ten_thousandths,
    )
}

fn change(old: Option<&ThreatView>, new: Option<&ThreatView>) -> Change {
    let shown = new.or(old);
    let side = |threat: &ThreatView| Side {
        before: threat.before.clone(),
        after: threat.after.clone(),
        status: threat.tracking.status,
    };
    Change {
        id: shown.map(|threat| threat.id.clone()).unwrap_or_default(),
        example: shown.map(|threat| threat.example.clone()).unwrap_or_default(),
        old: old.map(side),
        new: new.map(side),
    }
}

fn counting_only(here: &Analysis, not_here: &Analysis) -> Vec<String> {
    let there = |id: &str| {
        not_here
            .measures
            .iter()
            .any(|measure| measure.counts && measure.id == id)
    };
    let counting = here
        .measures
        .iter()
        .filter(|measure| measure.counts && !there(&measure.id));
    counting.map(|measure| measure.id.clone()).collect()
}
