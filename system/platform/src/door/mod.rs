//! What every door for people and programs does before a request gets further: in which language, who, from which
//! page, how often. The doors themselves are `api`, `operator` and `welcome`.

mod body;
mod caller;
mod cookie;
mod failure;
mod form;
mod texts;

pub use body::{Asked, Body, Carried};
pub(crate) use caller::may_control;
pub use caller::{Caller, Control, Door, DoorState, FromWhere, HomeOf, Knock, ResidentOnly};
pub use cookie::{CookieKind, clear, known_device as known_device_cookie, read, session as session_cookie};
pub(crate) use failure::gateway_failure;
pub use failure::{Failure, render};
pub use form::Fields;
pub use texts::{Say, lang_of};
pub use tomori_runtime::http::is_own;
