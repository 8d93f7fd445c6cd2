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

use crate::vector::{Base, Vector};

/// The base value and the environmental value of a vector (3.5.2 (1) and (2)).
#[must_use]
#[inline]
pub fn score(vector: &Vector) -> Score {
    let tables = &*TABLES;
    let present = tables.present(&vector.temporal);
    Score {
        base: tables.base(&vector.base),
        environmental: tables
            .after(&vector.after_measures(), &vector.requirements)
            .value_at(present),
    }
}

impl Base {
    /// The value of these metrics alone (3.5.2 (1)).
    #[must_use]
    pub fn value(&self) -> Value {
        TABLES.base(self)
    }
}
