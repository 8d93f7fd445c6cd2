//! What a device that proves itself and the home gateway say to each other, without I/O.
//!
//! The road is MQTT over TLS 1.3 with a certificate on both sides (`docs/device-link.md`). What is said on it follows
//! Home Assistant's MQTT discovery, so that devices of other makers can speak it as they are: [`discovery`]. Who may say
//! what follows from the certificate alone: [`topic`]. How a device comes by its certificate: [`enrolment`].
//!
//! Architecture invariant: no I/O and no clock. Bytes go in, what they say comes out; the other way likewise.

#![forbid(unsafe_code)]

pub mod discovery;
pub mod enrolment;
pub mod limits;
pub mod topic;
pub mod wire;

/// The DNS name that the gateway's certificate carries on this road, whatever address it is reached at. It also carries
/// the gateway's addresses, for devices of other makers that verify those.
pub const GATEWAY_NAME: &str = "gateway.tomori.internal";
