//! The services that the platform offers on top of the houses' state.

pub mod shutter;
