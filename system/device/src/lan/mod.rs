//! The house's network: sockets, and the faults that a network can have.

pub mod line;
pub(crate) mod meter;
pub(crate) mod noise;
pub(crate) mod socket;
