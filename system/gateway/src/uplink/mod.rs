//! The way to the platform (EP⑥): one mutually authenticated stream, and what happens when it is not there.

mod connect;
mod enrol;
mod identity;
mod model;
mod service;
mod session;

pub use connect::ConnectError;
pub use enrol::{EnrolError, Enrolled, enrol};
pub(crate) use identity::Identity;
pub use identity::{DoorIdentity, IdentityError};
pub(crate) use service::Uplink;
pub use service::{Away, UplinkState};
