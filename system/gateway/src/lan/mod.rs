//! The house's network: the gateway as an ECHONET Lite controller.
//!
//! It finds nodes, controls those on the equipment list and no others, keeps what is known of them true by
//! announcements and by asking, and tells who is lost, unknown, or speaks in another's name (T3-11 EP⑦, EP⑧;
//! T6-6 SR2-H-4).
//!
//! Architecture invariant: every decision is in [`model`], without sockets and clocks; the shell in [`service`]
//! carries bytes and time. Nothing here knows commands, schedules or the platform.

mod asking;
mod config;
mod device;
mod event;
mod flood;
mod hand;
mod model;
mod moment;
mod node;
mod outbox;
mod service;
mod socket;

pub use config::{LanConfig, LanConfigError};
pub use event::{Counters, Known, LanError, LanEvent, ReadError, SetError};
pub use service::Lan;

pub(crate) use moment::Moment;
pub(crate) use outbox::Outbox;
