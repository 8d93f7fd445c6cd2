//! The services that the platform offers its residents (T2-4, T2-5).

pub mod dispatch;
pub mod shutter;
pub mod unlock;
