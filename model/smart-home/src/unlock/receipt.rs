//! What the gateway says afterwards. Signed with its identity key, and written into every audit chain on the way.

use serde::{Deserialize, Serialize};

use super::cbor::{Reader, Writer};
use super::refusal::Refusal;
use super::statement::{Statement, Unreadable, read_id};
use super::words::{Digest, UnixMillis};
use crate::ids::{DeviceId, GatewayId, HomeId, IncidentId};

/// What came of driving the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The lock itself shows that it is open.
    Opened,
    /// The lock was driven and does not show that it opened. Somebody has to look.
    NotConfirmed,
    /// The lock was about to be driven when the gateway stopped; nobody drives it a second time. Somebody has to look.
    Interrupted,
}

/// The gateway drove the lock, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The incident.
    pub incident: IncidentId,
    /// The house.
    pub home: HomeId,
    /// The gateway.
    pub gateway: GatewayId,
    /// The lock.
    pub lock: DeviceId,
    /// SHA-256 of the bundle it acted on.
    pub bundle: Digest,
    /// The version of the roster it was checked against.
    pub roster: u64,
    /// What came of it.
    pub outcome: Outcome,
    /// When, by the gateway's clock.
    pub at: UnixMillis,
}

/// The gateway did not drive the lock, and says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalNotice {
    /// The house.
    pub home: HomeId,
    /// The gateway.
    pub gateway: GatewayId,
    /// SHA-256 of the bundle it refused, whatever that contained.
    pub bundle: Digest,
    /// Why.
    pub why: Refusal,
    /// When, by the gateway's clock.
    pub at: UnixMillis,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Opened, Self::NotConfirmed, Self::Interrupted];

    /// Its name, as statements and the API spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::NotConfirmed => "notConfirmed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The outcome of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl Statement for Receipt {
    const TAG: &'static str = "tomori/unlock/receipt";
    const FIELDS: usize = 8;

    fn write(&self, to: &mut Writer) {
        to.text(self.incident.as_str())
            .text(self.home.as_str())
            .text(self.gateway.as_str())
            .text(self.lock.as_str());
        self.bundle.write(to);
        to.unsigned(self.roster).text(self.outcome.name());
        self.at.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            incident: read_id(from)?,
            home: read_id(from)?,
            gateway: read_id(from)?,
            lock: read_id(from)?,
            bundle: Digest::read(from)?,
            roster: from.unsigned()?,
            outcome: Outcome::from_name(from.text(1, 40)?).ok_or(Unreadable::Field {
                field: "outcome",
                why: "an outcome that is not known here",
            })?,
            at: UnixMillis::read(from)?,
        })
    }
}

impl Statement for RefusalNotice {
    const TAG: &'static str = "tomori/unlock/refusal";
    const FIELDS: usize = 5;

    fn write(&self, to: &mut Writer) {
        to.text(self.home.as_str()).text(self.gateway.as_str());
        self.bundle.write(to);
        to.text(&self.why.code());
        self.at.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            home: read_id(from)?,
            gateway: read_id(from)?,
            bundle: Digest::read(from)?,
            why: Refusal::from_code(from.text(1, 60)?).ok_or(Unreadable::Field {
                field: "why",
                why: "a reason that is not known here",
            })?,
            at: UnixMillis::read(from)?,
        })
    }
}
