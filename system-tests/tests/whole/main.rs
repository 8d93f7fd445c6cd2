//! Whole systems: one platform, houses with virtual devices and real gateways, and what can go wrong between them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(unreachable_pub, reason = "a test program has no outside")]
#![allow(
    clippy::print_stderr,
    reason = "what a long test measured is for whoever runs it with --nocapture"
)]

mod alarms;
mod attacks;
mod boxes;
mod clocks;
mod company;
mod four_steps;
mod frames;
mod kill;
mod people;
mod proved;
mod storage;
mod thousand;
mod torture;
mod unlock;
mod wan_cut;
mod watchman;
