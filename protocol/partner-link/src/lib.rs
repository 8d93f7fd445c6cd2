//! What the service platform and a security company's server say to each other (T2-5; the line between EP① and EP③): JSON
//! over TLS 1.3 with certificates on both sides. `docs/partner-link.md` tells the rules, `openapi.json` the routes.
//!
//! Requests are read strictly: a field that nobody knows is an error. Answers are read leniently: a newer platform may
//! tell more, and what an older company does not understand must not stop its feed.

#![forbid(unsafe_code)]

mod bytes;
mod change;
mod enrolment;
mod requests;
pub mod route;

pub use bytes::Base64;
pub use change::{Change, Door, Entry, Incident, Page, Step};
pub use enrolment::{Enrolled, Enrolment, Renewal, Renewed};
pub use requests::{
    Acknowledgement, Beat, Closing, Disclosed, DisclosureRequest, Heartbeat, Lock, Place, StepRequest, UnlockTaken,
};

pub use tomori_smart_home::alarm::Did;

/// The description of the routes, OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// The name of the platform's certificate, whatever its address is.
pub const PLATFORM_NAME: &str = "platform.tomori.internal";

/// How often each side says that it is there, in seconds, unless it is set otherwise.
pub const BEAT_S: u64 = 5;
/// After how many seconds without a word the other side is taken for lost, unless it is set otherwise.
pub const SILENT_AFTER_S: u64 = 15;
/// The largest body of a request that is JSON, in bytes.
pub const LARGEST_REQUEST: usize = 16 * 1024;
/// Changes in one page at most.
pub const MOST_CHANGES: u32 = 500;
