//! The house's network: the gateway as an ECHONET Lite controller.
//!
//! It finds nodes, controls those on the equipment list and no others, keeps what is known of them true by
//! announcements and by asking, and tells who is lost, unknown, or speaks in another's name (T3-11 EP⑦, EP⑧;
//! T6-6 SR2-H-4).

mod config;
mod event;
mod service;

pub use config::{LanConfig, LanConfigError};
pub use event::{Counters, Known, LanError, LanEvent, ReadError, SetError};
pub use service::Lan;
