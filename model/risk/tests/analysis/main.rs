//! The analysis of chapter 3, over whole services.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod difference;
mod flaws;
mod large;
mod models;
mod samples;
mod schema;
mod smallest;
mod threats;
mod tracking;
