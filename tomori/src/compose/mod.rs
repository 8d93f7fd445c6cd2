//! Where boxes meet: the residents' app over the platform, and over the gateway inside the house.

mod over_gateway;
mod recent;
mod over_platform;

pub use over_gateway::AppOverGateway;
pub use over_platform::AppOverPlatform;
