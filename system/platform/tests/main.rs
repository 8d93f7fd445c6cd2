//! The platform from outside, room by room; the tree mirrors `src`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs, unreachable_pub)]

mod api;
mod device_state;
mod dispatch;
mod health;
mod link;
mod operator;
mod partner;
mod people;
mod personal_info;
mod shutter;
mod town;
mod unlock;
mod world;
