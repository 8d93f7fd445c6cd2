//! The app over a house in memory. The tree mirrors the routes; `matrix` asks every route as everybody, `attacks` asks
//! as somebody who means harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what went wrong by panicking"
)]

mod attacks;
mod client;
mod devices;
mod events;
mod history;
mod house;
mod install;
mod matrix;
mod memory;
mod pair;
mod schedules;
mod settings;
mod sign_in;
