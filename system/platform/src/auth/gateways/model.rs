//! Enrolment codes and the life of a gateway. Pure.

use jiff::Timestamp;
use serde::Serialize;
use tomori_smart_home::{GatewayId, HomeId};

/// What an installer types at a new gateway. Shown once; the platform keeps only a hash of its secret.
#[derive(Clone)]
pub struct EnrolmentCode {
    /// Groups of letters and digits: the secret, the fingerprint of the platform's CA, and a check.
    pub text: String,
    /// From then on it is worth nothing.
    pub expires_at: Timestamp,
}

/// Where a gateway is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum GatewayStatus {
    /// It speaks for its home.
    Active,
    /// Another gateway took its place.
    Replaced,
    /// An operator took its right away.
    Revoked,
}

/// A gateway in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewaySummary {
    /// The gateway.
    pub id: GatewayId,
    /// The home it speaks for.
    pub home: HomeId,
    /// Maker, model and serial number, as it told at its enrolment.
    pub hardware: String,
    /// Where it is in its life.
    pub status: GatewayStatus,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When its right ended; `None` while it is active.
    pub ended_at: Option<Timestamp>,
    /// The end of its newest certificate.
    pub certificate_not_after: Timestamp,
}
