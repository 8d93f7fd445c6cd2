//! The shutter service (T2-4 steps 1 and 2): residents' schedules, and instructing the house when they come due.
//!
//! The gateway runs the same schedules by itself and gives each firing the same command id (ADR 0002): whoever speaks
//! first drives the shutter, the other is a duplicate.

mod agenda;
mod firings;
mod model;
mod service;
mod store;
mod ticker;

pub use firings::{Fired, NextFiring};
pub use model::{Draft, MOST_IN_A_HOME, Refused, Standing};
pub use service::{Needs, Service, ShutterError, Tally};
