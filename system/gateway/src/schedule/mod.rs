//! The schedule runner: schedules fire by the house's own clock, with or without the platform.

mod model;
mod service;

pub(crate) use model::next_firings;
pub(crate) use service::Runner;
