//! The residents' app (スマートフォンアプリ), rendered over a port that platform and gateway both implement.
//!
//! Server-rendered pages that work without script, a few small ES modules that keep them true, a service worker for
//! the time without a line, a manifest to install it. `tomori/` gives [`router`] a [`port::HousePort`] and mounts it.
//!
//! | Room | What |
//! |---|---|
//! | [`port`] | what the app asks, and of whom |
//! | `state` | what it may say: pure decisions |
//! | `say` | how it says it, in Japanese and English |
//! | `http` | routes, sessions, forms, pages |
//!
//! Architecture invariant: the app stores nothing. Sessions, houses and schedules live behind the port; what the app
//! knows between two requests is in the request.

#![forbid(unsafe_code)]

mod http;
pub mod port;
mod say;
mod state;

pub use http::{Options, not_found, router};
