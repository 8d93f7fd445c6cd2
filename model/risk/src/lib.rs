//! The smart-home risk method of chapter 3.5.2: vectors, exact scores, and the derivation of each.
//!
//! Architecture invariant: this crate is pure and exact. It has no I/O and no clock, and no floating point: every figure
//! is an integer or a decimal of any length, because a value such as 8.1 that is computed as 8.100000000000001 is
//! rounded up to 8.2.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

pub mod analysis;
pub mod description;
pub mod explain;
pub mod metric;
pub mod score;
pub mod vector;

pub use explain::{Explanation, explain};
pub use metric::Metric;
pub use score::{Score, Severity, Value, score};
pub use tomori_guideline::{Language, Text};
pub use vector::{Edit, Vector, VectorError};
