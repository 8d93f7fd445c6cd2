//! Every decision of the room, without sockets: who is let in, who may touch what, what is believed, what is told.

mod core;
mod device;
mod session;
mod setting;

pub(super) use self::core::{Core, Effect, Kept, Ticket};
pub(super) use session::SessionId;

#[cfg(test)]
mod tests;
