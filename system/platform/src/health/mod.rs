//! How the platform is: alive, ready, and in numbers, for those who run it (SR3-SP-5, SR3-SP-6).

mod http;
mod metrics;

pub use http::{Needs, router};
pub use metrics::Metrics;
