//! What every server needs that lets people in: passwords, one-time codes, secrets that are shown once, and how long
//! somebody waits who failed (SR2-SP-2, SR2-SP-3, SR2-SP-6, SR2-A-1).
//!
//! Pure but for [`Hasher`](hashing::Hasher): time and random bytes are arguments. Who somebody is, what they may do and
//! where accounts are kept is each server's own.

mod guess;
pub mod hashing;
pub mod lockout;
mod login;
pub mod password;
pub mod secret;
pub mod totp;

pub use login::{Login, LoginError};
