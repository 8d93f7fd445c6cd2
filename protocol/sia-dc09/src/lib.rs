//! What alarm panels of other makers say over the internet: ANSI/SIA DC-09 frames with SIA (DC-03) or Contact ID (DC-05)
//! events inside, plain or encrypted, and what a receiver answers.
//!
//! Architecture invariant: no sockets, no clock, no randomness, no cryptography. Bytes come in and values go out; the time
//! that a stamp is held against, the random bytes of a padding and the cipher are arguments.
//!
//! What the protocol can and cannot do is in docs/adr/0120: the encryption hides, but nothing in a frame is
//! authenticated, and a plain frame can be written by anybody who can reach the receiver.

#![forbid(unsafe_code)]

mod content;
mod crc;
mod frame;
mod key;
mod meaning;
mod reply;
mod scan;
mod signal;
mod stamp;

pub use content::{Content, ContentError, MOST_EXTENDED};
pub use crc::crc16;
pub use frame::{Account, AccountError, Frame, FrameError, LONGEST_BODY, LONGEST_FRAME, Token};
pub use key::{Cipher, Key, KeyError};
pub use meaning::{Hazard, Meaning, Phase, Words};
pub use reply::Reply;
pub use scan::{Found, Scanner};
pub use signal::{Code, MOST_SIGNALS, Qualifier, Signal, SignalError, read_signals};
pub use stamp::{EARLY_SECONDS, LATE_SECONDS, OutOfWindow, Stamp};
