//! What Tomori is measured against, in the same run on the same machine.

pub mod handshake;
pub mod mqtt;
