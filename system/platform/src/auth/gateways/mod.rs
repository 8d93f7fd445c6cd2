//! Home gateways: how they become ours, stay ours and cease to be (SR2-SP-5).

mod model;
mod schema;
mod service;
mod store;

pub use model::{Denied, EnrolmentCode, GatewayStatus, GatewaySummary, Identity, KnownKey};
pub(in crate::auth) use model::{hash_secret, neighbourhood};
pub use service::{EnrolError, Enrolled, GatewayError, Parts, RenewError, Renewed, Service};
