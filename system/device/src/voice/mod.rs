//! The voice of a thing that proves itself: MQTT over TLS with a certificate of the house's own authority, in the place
//! of ECHONET Lite (`protocol/device-link`).
//!
//! What it says of itself is [`said`], pure; how it comes by its certificate is [`mod@enrol`]; the connection is [`link`].

mod enrol;
mod link;
mod papers;
mod said;

pub use enrol::EnrolError;
pub use papers::Papers;

pub(crate) use enrol::enrol;
pub(crate) use link::{Line, Stand, speak};
pub use said::Condition;
pub(crate) use said::told;
