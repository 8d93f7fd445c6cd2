//! The four statements of a case, in the order in which they are made.

use super::cbor::{Reader, Writer};
use super::people::{NotThreePeople, Trio};
use super::statement::{Statement, Unreadable, read_id};
use super::words::{Digest, GatewayCode, UnixMillis};
use crate::alarm::Nonce;
use crate::ids::{DeviceId, HomeId, IncidentId, StaffId};

/// The longest name of a zone, in bytes.
const ZONE_BYTES: usize = 160;

/// The gateway says that something happened in its house. Signed with the gateway's identity key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentOpened {
    /// The incident.
    pub incident: IncidentId,
    /// The house.
    pub home: HomeId,
    /// Where in the house, as it is called there; 1 to 160 bytes without control characters.
    pub zone: String,
    /// When, by the gateway's clock.
    pub at: UnixMillis,
    /// Fresh: what is signed for this incident is worth nothing for another.
    pub nonce: Nonce,
}

/// The guard says: I stand at this house now, and its gateway shows this code. Signed with the guard's passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The incident.
    pub incident: IncidentId,
    /// The house.
    pub home: HomeId,
    /// Who stands there.
    pub guard: StaffId,
    /// The incident's nonce.
    pub nonce: Nonce,
    /// What the gateway shows; nobody can know it who is not there.
    pub code: GatewayCode,
    /// When the code was read.
    pub at: UnixMillis,
}

/// The operator asks for the door to be opened for that guard. Signed with the operator's passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockRequest {
    /// The incident.
    pub incident: IncidentId,
    /// The lock.
    pub lock: DeviceId,
    /// For whom.
    pub guard: StaffId,
    /// Who asks.
    pub operator: StaffId,
    /// SHA-256 of the [`Arrival`].
    pub arrival: Digest,
    /// From this moment on nobody acts on it.
    pub expires_at: UnixMillis,
}

/// Somebody else, with the supervisor's role, approves. Signed with the supervisor's passkey.
///
/// Made by [`UnlockRequest::approve`], which lets nobody approve what they asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockApproval {
    /// SHA-256 of the [`UnlockRequest`].
    pub request: Digest,
    /// Who approves.
    pub supervisor: StaffId,
}

impl UnlockRequest {
    /// The approval of this request, whose digest is `digest`, by `supervisor`.
    ///
    /// # Errors
    /// When the supervisor is the operator who asks or the guard for whom it is.
    pub fn approve(&self, digest: Digest, supervisor: StaffId) -> Result<UnlockApproval, NotThreePeople> {
        Trio::new(self.guard.clone(), self.operator.clone(), supervisor.clone())?;
        Ok(UnlockApproval {
            request: digest,
            supervisor,
        })
    }
}

impl Statement for IncidentOpened {
    const TAG: &'static str = "tomori/unlock/incident-opened";
    const FIELDS: usize = 5;

    fn write(&self, to: &mut Writer) {
        to.text(self.incident.as_str())
            .text(self.home.as_str())
            .text(&self.zone);
        self.at.write(to);
        to.bytes(self.nonce.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            incident: read_id(from)?,
            home: read_id(from)?,
            zone: plain(from.text(1, ZONE_BYTES)?)?,
            at: UnixMillis::read(from)?,
            nonce: from.fixed::<32>()?.into(),
        })
    }
}

impl Statement for Arrival {
    const TAG: &'static str = "tomori/unlock/arrival";
    const FIELDS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.text(self.incident.as_str())
            .text(self.home.as_str())
            .text(self.guard.as_str());
        to.bytes(self.nonce.as_bytes());
        to.text(self.code.as_str());
        self.at.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            incident: read_id(from)?,
            home: read_id(from)?,
            guard: read_id(from)?,
            nonce: from.fixed::<32>()?.into(),
            code: digits(from.text(GatewayCode::DIGITS, GatewayCode::DIGITS)?)?,
            at: UnixMillis::read(from)?,
        })
    }
}

impl Statement for UnlockRequest {
    const TAG: &'static str = "tomori/unlock/request";
    const FIELDS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.text(self.incident.as_str())
            .text(self.lock.as_str())
            .text(self.guard.as_str())
            .text(self.operator.as_str());
        self.arrival.write(to);
        self.expires_at.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            incident: read_id(from)?,
            lock: read_id(from)?,
            guard: read_id(from)?,
            operator: read_id(from)?,
            arrival: Digest::read(from)?,
            expires_at: UnixMillis::read(from)?,
        })
    }
}

impl Statement for UnlockApproval {
    const TAG: &'static str = "tomori/unlock/approval";
    const FIELDS: usize = 2;

    fn write(&self, to: &mut Writer) {
        self.request.write(to);
        to.text(self.supervisor.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            request: Digest::read(from)?,
            supervisor: read_id(from)?,
        })
    }
}

pub(super) fn plain(text: &str) -> Result<String, Unreadable> {
    if text.chars().any(char::is_control) {
        return Err(Unreadable::Field {
            field: "text",
            why: "control characters have no place here",
        });
    }
    Ok(text.to_owned())
}

/// People may type spaces; what is signed has none.
fn digits(text: &str) -> Result<GatewayCode, Unreadable> {
    let code = text.parse::<GatewayCode>().ok().filter(|code| code.as_str() == text);
    code.ok_or(Unreadable::Field {
        field: "code",
        why: "expected eight digits",
    })
}
