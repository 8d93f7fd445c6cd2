//! Whole systems: one platform, houses with virtual devices and real gateways, and what can go wrong between them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod four_steps;
