//! Home gateways: how they become ours, stay ours and cease to be (SR2-SP-5).

mod model;
mod schema;
mod service;
mod store;

pub use model::{Denied, GatewayStatus, GatewaySummary, Identity, KnownKey};
pub use service::{EnrolError, Enrolled, GatewayError, Parts, RenewError, Renewed, Service};
