//! HTTP for people and programs: problem documents, safe headers, rate limits, and a server that knows its bounds.

mod cookie;
mod headers;
mod origin;
mod problem;
mod rate;
mod serve;

pub use cookie::{cookie, strict_cookie};
pub use headers::{CONTENT_SECURITY_POLICY, secure};
pub use origin::is_own;
pub use problem::{FieldError, PROBLEM_JSON, Problem};
pub use rate::{RateLimiter, Refill};
pub use serve::{ClientCertificate, Door, Peer, serve};
