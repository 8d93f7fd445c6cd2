//! Panels of other makers that report to this company over DC-09: whose house each is, how it has to speak, how often.
//!
//! Keys, names and addresses are sealed under a key that is not in the database.

pub mod model;
mod service;
mod store;

pub use model::{Customer, MOST_PANELS, Panel, Policy, Unfit};
pub use service::{Needs, PanelError, Service};
