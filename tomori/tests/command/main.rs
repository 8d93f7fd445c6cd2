//! The command as people meet it: what it says when something does not fit, and the app over a real platform.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs, unreachable_pub)]

mod binary;
mod damage;
mod misfit;
mod packaging;
mod password;
