//! Home gateways: how they become ours, stay ours and cease to be (SR2-SP-5).

mod model;

pub use model::{EnrolmentCode, GatewayStatus, GatewaySummary};
