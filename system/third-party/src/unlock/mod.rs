//! What it takes to open a door from afar, at the company's side (docs/unlock.md): passkeys of guards, operators and
//! supervisors, the roster that the offline root signed, and the three statements that they sign.
//!
//! Architecture invariant: nothing in here can sign. The root is on a machine without a network, passkeys are with people;
//! this room asks, checks early what the gateway will check again, keeps and carries.

mod draft;
pub(crate) mod pages;
mod passkey;
mod port;
mod roster;
mod service;
mod store;

pub use draft::{Answer, Denied, Draft, Part, Said, State};
pub use passkey::{Passkey, RelyingParty, Standing};
pub use port::{Alone, House, HouseError, Houses, Lock, Outside, Road, RoadError};
pub use roster::{Change, Company, Unfit, Warning};
pub use service::{Answered, Asked, Creation, Kept, Making, Needs, Overview, Service, UnlockError, Wish};
