//! The guard of the locks: opens an authenticated lock for three signatures, once, and for nothing else (T2-5 steps 6 to 8;
//! T3-10 EP①, EP③, EP⑤).
//!
//! `roster` believes the security company's roster, `code` makes the number at the door, `model` decides, `memory` is what
//! is on the disk before anything is done, `port` what is needed of other rooms and `bolt` and `house` that, `service`
//! what comes in, `drive` the order of it all, `relock` what follows. What three people sign, and how their signatures are
//! checked, is `protocol/unlock`; for people it is docs/unlock.md.
//!
//! Architecture invariant: nothing here believes a box. Rosters and bundles may come from anywhere; what counts is who
//! signed them, and the gateway's own clock, code and memory.

mod bolt;
mod code;
mod drive;
mod house;
mod memory;
mod model;
mod port;
mod relock;
mod roster;
mod service;

pub use service::Panel;

pub(crate) use service::{Parts, UnlockRoom};

#[cfg(test)]
mod tests;
