//! Where boxes meet: the residents' app over the platform, and over the gateway inside the house.

mod over_gateway;
mod over_platform;
mod recent;

pub use over_gateway::AppOverGateway;
pub use over_platform::AppOverPlatform;
