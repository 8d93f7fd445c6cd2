//! Base value and environmental value of 3.5.2, exact.

mod decimal;
pub(crate) mod equation;
mod severity;
mod table;
mod value;

pub use decimal::Decimal;
pub use severity::Severity;
pub use value::{Score, Tenths, Uncapped, Value};

use table::TABLES;

use crate::vector::{Base, Requirements, Temporal, Vector};

/// The base value and the environmental value of a vector (3.5.2 (1) and (2)).
#[must_use]
#[inline]
pub fn score(vector: &Vector) -> Score {
    let tables = &*TABLES;
    let base = tables.sum(&vector.base, &Requirements::default());
    let environmental = tables.sum(&vector.after_measures(), &vector.requirements);
    Score {
        base: base.value(),
        environmental: environmental.value_at(vector.temporal.millionths()),
    }
}

impl Base {
    /// The value of these metrics alone (3.5.2 (1)).
    #[must_use]
    pub fn value(&self) -> Value {
        TABLES.sum(self, &Requirements::default()).value()
    }
}

impl Temporal {
    /// E × RL × RC in millionths.
    #[must_use]
    #[inline]
    pub fn millionths(&self) -> u32 {
        let exploit = self.exploit_maturity.map_or(100, |level| level.hundredths());
        let remedy = self.remediation_level.map_or(100, |level| level.hundredths());
        let report = self.report_confidence.map_or(100, |level| level.hundredths());
        exploit * remedy * report
    }
}
