//! What happens before a request gets further: in which language, who, in which role, from which page, how often.

mod answer;
mod failure;
mod fields;
mod seat;
mod texts;

pub(crate) use answer::done;
pub use failure::Failure;
pub(crate) use failure::logged;
pub use fields::{Carried, Fields};
pub(crate) use seat::{Anywhere, AtBoard, FromWhere, Office, Overseer, Seat, Signed, Signer, Street, Supervising};
pub use seat::{CookieNames, Door, DoorState};
pub use texts::{Say, lang_of};
