//! The line to the platform: nothing lost, nothing twice, and who is not heard is told of.

mod platform;
mod road;

pub use platform::Platform;
