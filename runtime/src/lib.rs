//! Plumbing without domain: clock, ids, configuration, database, journal, TLS and PKI.
//!
//! Architecture invariant: nothing here knows a word of the house. A reader who only sees this crate cannot tell
//! what the programs built on it are for; that is what keeps it small and lets every box use all of it.

pub mod audit;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod db;
pub mod entropy;
pub mod file;
pub mod http;
pub mod i18n;
pub mod journal;
pub mod log;
pub mod metrics;
pub mod pki;
pub mod remedy;
pub mod seal;
pub mod shutdown;
pub mod sign_in;
pub mod tasks;
pub mod tls;
mod wait;
