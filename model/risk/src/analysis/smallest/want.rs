//! What one threat wants: the sets of measures, among those that bear on it, that bring it below a severity.

use std::collections::BTreeMap;

use super::super::ladder::Rungs;
use super::super::measure::Unit;
use super::super::threat::Derived;
use crate::Severity;

/// The most measures on one threat whose combinations are all scored.
const MOST_BEARING: usize = 14;

/// A threat's wish. A set of its measures is a mask: bit `i` stands for `bearing[i]`.
#[derive(Debug, Clone)]
pub(super) struct Want {
    /// Positions of the measures that lower this threat further.
    pub(super) bearing: Vec<usize>,
    /// The sets that bring it below: all of them, or only the smallest when every larger set does too.
    pub(super) ways: Vec<u32>,
    /// Whether more measures never bring it back up.
    pub(super) monotone: bool,
    /// Whether every measure that bears on it was considered.
    pub(super) exact: bool,
}

impl Want {
    pub(super) fn of(threat: &Derived, units: &[Unit<'_>], usable: &[bool], start: &[bool], below: Severity) -> Self {
        let started = units.iter().zip(start).filter(|(_, start)| **start);
        let base = started.fold(Rungs::of(&threat.vector), |rungs, (unit, _)| {
            rungs.lower(unit.over(threat))
        });
        let candidates = units.iter().enumerate().zip(usable.iter().zip(start));
        let mut bearing: Vec<(usize, Rungs)> = candidates
            .filter(|(_, (usable, start))| **usable && !**start)
            .map(|((place, unit), _)| (place, unit.over(threat)))
            .filter(|(_, over)| base.lowered_by(*over))
            .collect();
        let exact = bearing.len() <= MOST_BEARING;
        bearing.truncate(MOST_BEARING);
        let ways = ways(threat, base, &bearing, below);
        let bearing: Vec<usize> = bearing.into_iter().map(|(place, _)| place).collect();
        let monotone = closed_upward(&ways, bearing.len());
        let ways = if monotone { smallest_of(&ways) } else { ways };
        Self {
            bearing,
            ways,
            monotone,
            exact,
        }
    }

    /// Whether it is below already and stays so whatever else is taken.
    pub(super) fn met_by_nothing_more(&self) -> bool {
        self.monotone && self.ways.contains(&0)
    }

    /// Whether exactly these measures bring it below.
    pub(super) fn met_by(&self, taken: u32) -> bool {
        if self.monotone {
            self.ways.iter().any(|way| way & !taken == 0)
        } else {
            self.ways.contains(&taken)
        }
    }

    /// The ways that are still open when these are taken and those are given up.
    pub(super) fn open_ways(&self, taken: u32, given_up: u32) -> impl Iterator<Item = u32> + '_ {
        let monotone = self.monotone;
        self.ways
            .iter()
            .copied()
            .filter(move |way| way & given_up == 0 && (monotone || taken & !way == 0))
    }
}

/// Every set that brings the threat below. Sets that end on the same rungs are scored once.
fn ways(threat: &Derived, base: Rungs, bearing: &[(usize, Rungs)], below: Severity) -> Vec<u32> {
    let mut scored: BTreeMap<Rungs, bool> = BTreeMap::new();
    let mut rungs_of: Vec<Rungs> = Vec::with_capacity(1 << bearing.len());
    let mut ways = Vec::new();
    for set in 0_u32..(1 << bearing.len()) {
        // The set without its lowest measure came before it.
        let lowest = usize::try_from(set.trailing_zeros()).unwrap_or(usize::MAX);
        let without = usize::try_from(set & set.wrapping_sub(1)).unwrap_or(usize::MAX);
        let rungs = match (bearing.get(lowest), rungs_of.get(without)) {
            (Some((_, over)), Some(rungs)) => rungs.lower(*over),
            _ => base,
        };
        rungs_of.push(rungs);
        let good = scored
            .entry(rungs)
            .or_insert_with(|| rungs.score(&threat.vector).environmental.severity() < below);
        if *good {
            ways.push(set);
        }
    }
    ways
}

/// Whether with each set every larger one is there.
fn closed_upward(ways: &[u32], measures: usize) -> bool {
    ways.iter().all(|way| {
        (0..measures).all(|bit| {
            let larger = way | (1 << bit);
            larger == *way || ways.binary_search(&larger).is_ok()
        })
    })
}

/// The sets that contain no other.
fn smallest_of(ways: &[u32]) -> Vec<u32> {
    let mut by_size = ways.to_vec();
    by_size.sort_by_key(|way| (way.count_ones(), *way));
    let mut smallest: Vec<u32> = Vec::new();
    for way in by_size {
        if !smallest.iter().any(|small| small & !way == 0) {
            smallest.push(way);
        }
    }
    smallest
}
