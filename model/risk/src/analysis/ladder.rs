//! The modified metrics as rungs, so that measures can be combined by taking the lower of two.

use crate::metric::Metric;
use crate::score::{Score, score};
use crate::vector::{Edit, Vector};

/// The modified metrics that measures may lower; each with its base metric. MII is not among them: information stays as
/// important as it is (T3-40, T3-41).
pub(super) const LOWERED: [(Metric, Metric); 9] = [
    (Metric::ModifiedAttackVector, Metric::AttackVector),
    (Metric::ModifiedAttackComplexity, Metric::AttackComplexity),
    (Metric::ModifiedPrivilegesRequired, Metric::PrivilegesRequired),
    (Metric::ModifiedUserInteraction, Metric::UserInteraction),
    (Metric::ModifiedScope, Metric::Scope),
    (Metric::ModifiedConfidentiality, Metric::Confidentiality),
    (Metric::ModifiedIntegrity, Metric::Integrity),
    (Metric::ModifiedAvailability, Metric::Availability),
    (Metric::ModifiedLifeProperty, Metric::LifeProperty),
];

/// How far down each metric of [`LOWERED`] is; 0 is the worst level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Rungs([u8; LOWERED.len()]);

impl Rungs {
    /// Where a vector stands before measures.
    pub(super) fn of(vector: &Vector) -> Self {
        Self(LOWERED.map(|(_, base)| rung(base, vector.code(base))))
    }

    /// Where ceilings stand; metrics without one are at the top.
    pub(super) fn ceilings<'c>(ceilings: impl IntoIterator<Item = (Metric, &'c str)>) -> Self {
        let mut rungs = Self::default();
        for (metric, code) in ceilings {
            for (rung_of, (modified, base)) in rungs.0.iter_mut().zip(LOWERED) {
                if modified == metric {
                    *rung_of = (*rung_of).max(rung(base, code));
                }
            }
        }
        rungs
    }

    /// The lower of two, metric by metric.
    pub(super) fn lower(self, other: Self) -> Self {
        let mut both = self;
        for (mine, other) in both.0.iter_mut().zip(other.0) {
            *mine = (*mine).max(other);
        }
        both
    }

    /// Whether `other` would lower anything.
    pub(super) fn lowered_by(self, other: Self) -> bool {
        self.lower(other) != self
    }

    /// The metrics that are lower here than in `base`: the modified metric, the letter before and the letter now.
    pub(super) fn edits(self, base: Self) -> Vec<(Metric, &'static str, &'static str)> {
        let pairs = self.0.into_iter().zip(base.0).zip(LOWERED);
        pairs
            .filter(|((now, before), _)| now > before)
            .filter_map(|((now, before), (modified, metric))| {
                Some((modified, letter(metric, before)?, letter(metric, now)?))
            })
            .collect()
    }

    /// A vector with its modified metrics at these rungs, where they are lower than its base.
    pub(super) fn onto(self, vector: &Vector) -> Vector {
        let edits = self.edits(Self::of(vector));
        edits
            .into_iter()
            .filter_map(|(metric, _, code)| Edit::new(metric, code).ok())
            .fold(*vector, Vector::with)
    }

    /// The score of a vector after measures that bring it here.
    pub(super) fn score(self, vector: &Vector) -> Score {
        score(&self.onto(vector))
    }
}

fn rung(metric: Metric, code: &str) -> u8 {
    let place = metric.letters().iter().position(|letter| *letter == code);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0)
}

fn letter(metric: Metric, rung: u8) -> Option<&'static str> {
    metric.letters().get(usize::from(rung)).copied()
}
