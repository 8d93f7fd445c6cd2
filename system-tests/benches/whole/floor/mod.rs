//! What Tomori is measured against, in the same run on the same machine.

pub(crate) mod bare;
pub(crate) mod handshake;
pub(crate) mod mqtt;
