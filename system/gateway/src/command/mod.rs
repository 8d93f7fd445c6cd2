//! Commands: taken once, driven once, and followed until the device shows the result (guideline 4.2).
//!
//! `model` decides whether a command is taken, `case` is its life as a machine without I/O, `showing` reads devices
//! against wishes, `service` and `run` are the shell around them.

mod case;
mod desk;
mod model;
mod need;
mod run;
mod service;
mod showing;

pub(crate) use need::{Intent, Patience};
pub(crate) use service::{Executor, Parts, Road, Taken};
#[cfg(test)]
pub(crate) use showing::Showing;
