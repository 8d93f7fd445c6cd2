//! The guard of the house (警戒): who may arm and disarm, what is an alarm, and that no alarm is ever lost.
//!
//! Architecture invariant: an alarm and what the guard remembers of it are one line of the journal. Whatever moment the
//! power goes in, either both are there or neither, and in the second case the sensors are read again and it alarms then.

mod code;
mod guard;
mod held;
mod order;
mod sensor;
mod service;

pub(crate) use held::Held;
pub(crate) use order::Road;
pub(crate) use service::{ArmingRoom, Parts};

pub use code::{CodesError, NewCodes};
