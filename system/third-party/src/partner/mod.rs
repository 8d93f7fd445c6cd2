//! The line to the service platform (the line from EP③ to EP④): its incidents come here, and what the company does goes
//! there.
//!
//! Architecture invariant: stored before acknowledged. A change of the platform's feed is in `cases`, with its number, before
//! the platform hears that it is; what people do is a word on the disk until the platform has it. A cut line, a stop or a
//! power failure on either side loses nothing and doubles nothing.

mod identity;
mod line;
mod model;
mod road;
mod service;
mod session;

pub use identity::IdentityError;
pub use line::RoadError;
pub use model::{Settings, Standing};
pub use road::hand_over_answers;
pub use service::{EnrolError, Needs, Sent, Service};
