//! The house plan: what the platform told of the house, in force until it tells something newer.

mod model;
mod service;

pub(crate) use model::InForce;
#[cfg(test)]
pub(crate) use model::PlanFile;
pub use model::PlanRefused;
pub use service::PlanError;
pub(crate) use service::PlanRoom;
