//! The emergency button of a guard: it goes before every case, on every board, until a person has seen it and another word
//! has ended it (T2-5).

pub mod model;
mod service;
mod store;

pub use model::{Emergency, Press, SAME_PRESS};
pub use service::{EmergencyError, Needs, Service};
