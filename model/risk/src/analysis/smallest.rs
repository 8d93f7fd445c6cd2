//! The fewest measures that bring every risk below a severity.
//!
//! Exact where it can be: each threat has few measures that bear on it, so all their combinations are scored, and the
//! search over sets is a branch and bound that goes up one measure at a time. It does not lean on measures never making
//! things worse: where scope is changed the environmental value is not monotone (3.5.2). Past a fixed amount of work it
//! gives the best set it knows and says that it is not proven.

mod search;
mod want;

use std::collections::HashMap;

use tomori_guideline::{EntryPoint, Threat};

use super::catalogue::Way;
use super::measure::Unit;
use super::result::{Choice, Plan};
use super::threat::Derived;
use crate::{Severity, Vector};
use want::Want;

/// What measures see of a threat.
type Sight = (EntryPoint, Threat, Way, Vector);

/// The smallest sets, from nothing and from what counts already.
pub(super) fn plan(threats: &[Derived], units: &[Unit<'_>], counts: &[bool], below: Severity) -> Plan {
    let nothing = vec![false; units.len()];
    Plan {
        below,
        from_nothing: choose(threats, units, &nothing, below),
        from_adopted: choose(threats, units, counts, below),
    }
}

fn choose(threats: &[Derived], units: &[Unit<'_>], start: &[bool], below: Severity) -> Choice {
    let usable: Vec<bool> = usable(units, start);
    let (mut wants, mut out_of_reach, mut exact) = (Vec::new(), Vec::new(), true);
    // Threats that measures see alike want the same.
    let mut known: HashMap<Sight, Want> = HashMap::new();
    for threat in threats {
        let sight = (threat.point, threat.kind, threat.way, threat.vector);
        let new = !known.contains_key(&sight);
        let want = known
            .entry(sight)
            .or_insert_with(|| Want::of(threat, units, &usable, start, below));
        exact &= want.exact;
        if want.ways.is_empty() {
            out_of_reach.push(threat.id.clone());
        } else if new && !want.met_by_nothing_more() {
            wants.push(want.clone());
        }
    }
    let found = search::smallest(&wants, units, start);
    let taken = units.iter().zip(&found.taken).zip(start);
    Choice {
        measures: taken
            .filter(|((_, taken), start)| **taken && !**start)
            .map(|((unit, _), _)| unit.id.to_owned())
            .collect(),
        out_of_reach,
        proven: exact && found.proven,
    }
}

/// Measures that may be taken: not ruled out, and nothing they need is.
fn usable(units: &[Unit<'_>], start: &[bool]) -> Vec<bool> {
    let mut usable: Vec<bool> = units
        .iter()
        .zip(start)
        .map(|(unit, start)| *start || !unit.refused())
        .collect();
    loop {
        let lost: Vec<usize> = units
            .iter()
            .enumerate()
            .filter(|(place, unit)| {
                usable.get(*place) == Some(&true) && unit.needs.iter().any(|need| usable.get(*need) != Some(&true))
            })
            .map(|(place, _)| place)
            .collect();
        if lost.is_empty() {
            return usable;
        }
        for place in lost {
            if let Some(one) = usable.get_mut(place) {
                *one = false;
            }
        }
    }
}
