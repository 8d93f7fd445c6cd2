//! The dispatch service (T2-5, 駆けつけ): incidents of the homes, and the security company that each home has chosen.
//!
//! The gateway decides what is an alarm and to which incident it belongs; this room keeps the incident, tells the
//! company, and discloses to it what the contract allows, as long as the incident is open and no longer. It opens no
//! lock and disarms nothing.

mod model;
mod orders;
mod service;
mod store;

pub use model::{Change, Company, Contract, Disclosed, Disclosure, Entry, Incident, Lock, Step, Unfit};
pub use orders::{NotTaken, Orders};
pub use service::{Actor, Deed, DispatchError, Needs, Service};
