//! The analysis of chapter 3, over whole services.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod difference;
mod flaws;
mod large;
mod measures;
mod models;
mod published;
mod samples;
mod smallest;
mod threats;
mod tracking;
