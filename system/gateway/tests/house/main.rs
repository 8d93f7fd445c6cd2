//! A whole gateway on real sockets: a shutter on UDP, a platform on TLS, both scripted by the tests.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod attacks;
mod commands;
mod crash;
mod fixture;
mod mqtt;
mod peer;
mod platform;
mod schedules;
mod shutter;
mod unlock;
mod uplink;
