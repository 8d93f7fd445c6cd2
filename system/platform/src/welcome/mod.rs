//! The page behind an invitation: choose a password, enrol the second factor, and be in. For residents and operators
//! alike, and for those who lost either.

mod http;

pub use http::{Needs, router};
