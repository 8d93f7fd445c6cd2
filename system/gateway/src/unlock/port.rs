//! What the room needs of the other rooms.

use async_trait::async_trait;
use tomori_smart_home::unlock::{Digest, IncidentOpened, Outcome};
use tomori_smart_home::{DeviceId, IncidentId};

use super::model::{LockStanding, Permit, Standing};

/// The incidents of the house.
pub(crate) trait Incidents: Send + Sync + 'static {
    /// How an incident stands.
    fn standing(&self, incident: &IncidentId) -> Standing;

    /// The one that is open, if there is one.
    fn open(&self) -> Option<IncidentOpened>;

    /// The one that may be shown to whoever stands at the door.
    fn shown(&self) -> Option<IncidentOpened>;
}

/// The locks of the house.
#[async_trait]
pub(crate) trait Locks: Send + Sync + 'static {
    /// How a device stands.
    fn standing(&self, device: &DeviceId) -> LockStanding;

    /// Drives the lock open, once, and reads it back. `None` when it is certain that nothing was sent.
    async fn unlock(&self, permit: &Permit) -> Option<Outcome>;

    /// Locks it, and reads it back: whether it shows that it is locked. May be asked again.
    async fn lock(&self, lock: &DeviceId) -> bool;

    /// Whether its door stands open, when that is known.
    fn door_is_open(&self, lock: &DeviceId) -> Option<bool>;
}

/// What is told of the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// An incident was opened: the gateway's signed word for it.
    Opened {
        /// The incident.
        incident: IncidentId,
        /// The signed statement.
        attested: Vec<u8>,
    },
    /// A bundle was answered: the signed receipt or refusal.
    Answered {
        /// SHA-256 of the bundle.
        bundle: Digest,
        /// The incident that it names.
        incident: Option<IncidentId>,
        /// The signed answer.
        attested: Vec<u8>,
    },
    /// The lock was locked again.
    Relocked {
        /// The incident.
        incident: IncidentId,
        /// The lock.
        lock: DeviceId,
        /// Whether it shows that.
        is_confirmed: bool,
    },
    /// The door stands open longer than it should.
    LeftOpen {
        /// The incident.
        incident: IncidentId,
        /// The lock of the door.
        lock: DeviceId,
    },
}

/// The journal.
#[async_trait]
pub(crate) trait Journal: Send + Sync + 'static {
    /// Tells, and returns whether it is durable.
    async fn tell(&self, told: Told) -> bool;
}
