//! The door for home gateways (EP②, EP⑥): gRPC over TLS 1.3. `GatewayLink` asks every client for a certificate;
//! `Enrolment`, on a listener of its own, makes gateways out of machines that hold a code.
//!
//! Architecture invariant: who a gateway is and which home it speaks for is read from its certificate, once, and
//! handed down; no message names its sender. The link keeps nothing: what has to outlive a connection is in the rooms.

mod admission;
mod door;
mod enrolment;
mod model;
mod plan;
mod registry;
mod session;

pub use admission::Admission;
pub use door::{Link, Parts};
pub use model::Limits;

pub(crate) use door::Departures;
pub(crate) use enrolment::serve as serve_enrolment;
