//! The house's time, and how far it can be believed.

mod model;
mod service;

pub(crate) use model::Trust;
pub use service::ClockView;
pub(crate) use service::{Heard, Timekeeper};
