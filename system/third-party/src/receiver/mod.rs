//! The receiver for panels of other makers: SIA DC-09 over TCP and UDP (T2-5 step 3 for houses without our gateway).
//!
//! An alarm is on the disk before its panel hears ACK. Whatever is refused is answered, counted and audited.

mod cipher;
pub mod model;
mod service;
mod supervision;
mod tcp;
mod udp;

pub use cipher::Aes;
pub use model::{Judged, Refusal, Verdict, judge};
pub use service::{Limits, Needs, Service, Tally};
