//! What was turned away, counted. An attack shows in these numbers before it shows anywhere else.

use serde::{Deserialize, Serialize};

/// What was turned away since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusals {
    /// Connections beyond the limits, closed at once.
    pub crowded: u64,
    /// Handshakes that failed: no TLS, no certificate, one of another house, silence.
    pub handshakes: u64,
    /// Certificates of this house that count no more, or name a device that is not on the list.
    pub revoked: u64,
    /// Connections of a device that has enough of them already.
    pub sessions: u64,
    /// Topics and filters of others.
    pub foreign_topics: u64,
    /// Bytes that are no MQTT, or say what must not be said.
    pub malformed: u64,
    /// Packets larger than we take.
    pub oversized: u64,
    /// Messages that came too fast.
    pub flooded: u64,
    /// Discovery messages that cannot be used.
    pub discovery: u64,
    /// States that say nothing which the discovery message names.
    pub unreadable: u64,
    /// Messages to be kept beyond what is kept for one device.
    pub unkept: u64,
    /// Connections that fell silent.
    pub silent: u64,
    /// Enrolments without a valid code, or with a request that cannot be granted.
    pub enrolments: u64,
}
