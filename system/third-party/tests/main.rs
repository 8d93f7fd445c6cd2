//! A whole security company's server on loopback: panels speak DC-09 to it over real sockets, people use its pages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs, unreachable_pub)]

mod board;
mod desk;
mod dispatch;
mod partner;
mod receiver;
mod unlock;
mod world;
