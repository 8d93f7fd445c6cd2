//! The road of an unlock (T2-5 steps 6 to 8): bundles and rosters of a security company on their way to the gateways of
//! its homes, and what comes back.
//!
//! Architecture invariant: this room opens nothing. It carries what people signed as they signed it, refuses early what
//! no gateway would look at, and checks no signature: the gateway believes nobody who carries (T3-10 EP③). What it adds
//! is that nothing is sent late and nothing is lost in silence.

mod model;
mod service;
mod store;

pub use model::{RosterUnfit, Standing};
pub use service::{Carried, Needs, Service, UnlockError};
