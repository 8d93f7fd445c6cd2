//! How a score came about: every term with the table it comes from, exactly.

mod derive;
mod reversal;
mod term;
mod words;

pub use reversal::{Reversal, Why};
pub use term::Term;

use serde::Serialize;

use crate::metric::Metric;
use crate::score::{Decimal, Severity, Tenths, Uncapped};
use crate::vector::Vector;

/// The derivation of both values of a vector. It computes the equations anew, term by term, and does not look up what
/// [`score`](crate::score()) looks up; both agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What is explained.
    pub vector: Vector,
    /// 基本値 (fig. 3-2).
    pub base: Derivation,
    /// 環境値 (fig. 3-3).
    pub environmental: Derivation,
    /// Milder levels that would raise the environmental value.
    pub reversals: Vec<Reversal>,
}

/// The derivation of one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Derivation {
    /// What goes in.
    pub inputs: Vec<Input>,
    /// The terms, in the order they are computed.
    pub steps: Vec<Step>,
    /// The last term before it is rounded up.
    pub before_rounding: Decimal,
    /// Without rounding anywhere and without the cap, to four decimals.
    pub uncapped: Uncapped,
    /// Whether the cap of 10.0 took something away.
    pub capped: bool,
    /// The value.
    pub value: Tenths,
    /// 深刻度 (T3-36).
    pub severity: Severity,
}

/// A metric that goes into a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The metric.
    pub metric: Metric,
    /// The metric whose level it takes: itself, or that of the base where it is X.
    pub taken_from: Metric,
    /// The letter of the level.
    pub level: &'static str,
    /// What the level counts; the scope chooses an equation and has no weight.
    pub weight: Option<Decimal>,
    /// Where the weight is defined.
    pub table: &'static str,
}

/// A term of the equations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which.
    pub term: Term,
    /// The equation with the numbers in it.
    pub formula: String,
    /// The figure of the guideline, and the part of it: `3-2 (1)`.
    pub figure: &'static str,
    /// What comes out, exactly.
    pub exact: Decimal,
}

/// Explains a vector.
#[must_use]
pub fn explain(vector: &Vector) -> Explanation {
    Explanation {
        vector: *vector,
        base: derive::base(vector),
        environmental: derive::environmental(vector),
        reversals: reversal::of(vector),
    }
}
