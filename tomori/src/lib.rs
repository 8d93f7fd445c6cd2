//! The one command, and the only place where the boxes of the system are put together: the demo, each box alone,
//! the residents' app over the platform and over the gateway, and the tools for audit logs, rosters and risks.

#![forbid(unsafe_code)]

pub mod boxes;
pub mod cli;
pub mod compose;
pub mod demo;
pub mod risk;
pub mod roster;
mod run;
mod screen;
pub mod words;

pub use run::{run, run_gateway};
