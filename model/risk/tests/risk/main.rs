//! The risk method, from outside.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod any;
mod explanation;
mod guideline;
mod monotone;
mod notation;
mod oracle;
