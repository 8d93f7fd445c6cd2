//! Bundles that are believed, and attacks that are not. Each attack is really mounted: the signatures are real, made by
//! the keys that the attacker of the story holds.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod attacks;
mod company;
mod exported;
mod registrations;
mod roots;
mod webauthn;
