//! Loads, decides, persists, audits.

mod cases;
mod company;
mod contracts;
mod intake;
mod unlocks;

pub use company::Deed;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::{broadcast, watch};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_smart_home::plan::PlanError;
use tomori_smart_home::{CompanyId, HomeId, IncidentId, OperatorId, ResidentId};

use super::model::Unfit;
use super::orders::Orders;
use super::store;
use crate::audit::AuditLog;
use crate::device_state::{self, StateError};
use crate::house_plan::Doorbell;
use crate::personal_info::{self, PersonalInfoError};

/// Hints that a slow listener may fall behind by.
const CHANGES: usize = 256;

/// The dispatch service. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The state of the houses: their alarms come from there.
    pub state: device_state::Service,
    /// What may be disclosed of a home.
    pub personal: personal_info::Service,
    /// Where what happened is written down (SR3-SP-6).
    pub audit: AuditLog,
    /// The house clock.
    pub clock: SharedClock,
    /// For ids.
    pub entropy: SharedEntropy,
    /// Wakes a home's gateway session.
    pub doorbell: Doorbell,
}

struct Inner {
    database: Database,
    state: device_state::Service,
    personal: personal_info::Service,
    audit: AuditLog,
    clock: SharedClock,
    entropy: SharedEntropy,
    doorbell: Doorbell,
    orders: Orders,
    /// Counts up whenever a company is told something.
    told: watch::Sender<u64>,
    /// Homes whose incidents are different now.
    changes: broadcast::Sender<HomeId>,
}

/// Who acts in an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody of the company whose case it is.
    Company {
        /// The company.
        company: CompanyId,
        /// Who in it, as the company says; 1 to 60 characters.
        who: String,
    },
    /// An operator of the platform.
    Operator(OperatorId),
    /// A resident of the home.
    Resident(ResidentId),
}

/// Why something of an incident or a contract cannot be told or done.
#[derive(Debug, Error)]
pub enum DispatchError {
    /// There is no such incident, or it is another's.
    #[error("there is no incident {0}")]
    NoSuchIncident(IncidentId),
    /// There is no such company.
    #[error("there is no company {0}")]
    NoSuchCompany(CompanyId),
    /// The incident is closed: what it was for is over.
    #[error("incident {0} is closed")]
    Closed(IncidentId),
    /// The home has no contract with this company now.
    #[error("the home has no contract with this company")]
    NoContract,
    /// The incident is a company's case, and it is for them to close it.
    #[error("incident {0} is the case of a security company, which closes it")]
    NotYours(IncidentId),
    /// The incident has as many entries as one may have.
    #[error("incident {0} takes no more entries")]
    Full(IncidentId),
    /// A text or a choice does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// What the home is to be guarded by does not hold together.
    #[error("{0}")]
    Security(#[from] PlanError),
    /// The house cannot be read.
    #[error("the house cannot be read")]
    State(#[from] StateError),
    /// Personal information cannot be read.
    #[error("what may be disclosed cannot be read")]
    Personal(#[from] PersonalInfoError),
    /// The database failed.
    #[error("incidents cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, DispatchError> {
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(path, store::MIGRATIONS)?,
                state: needs.state,
                personal: needs.personal,
                audit: needs.audit,
                clock: needs.clock,
                entropy: needs.entropy,
                doorbell: needs.doorbell,
                orders: Orders::default(),
                told: watch::Sender::new(0),
                changes: broadcast::channel(CHANGES).0,
            }),
        })
    }

    /// Whether the room can read its tables; for `/readyz`.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), DispatchError> {
        self.inner.database.read(store::incidents::through).await?;
        Ok(())
    }

    /// Homes whose incidents or contract are different from now on. A receiver that lags loses hints, not facts.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<HomeId> {
        self.inner.changes.subscribe()
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// The time of the houses.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Something new stands in the tables: whoever waits looks again.
    fn published(&self, home: &HomeId) {
        self.inner.told.send_modify(|count| *count = count.wrapping_add(1));
        // Nobody may be listening.
        let _ = self.inner.changes.send(home.clone());
    }
}

impl Actor {
    /// How the actor is written down.
    fn name(&self) -> String {
        match self {
            Self::Company { company, who } => format!("{company} {who}"),
            Self::Operator(operator) => operator.to_string(),
            Self::Resident(resident) => resident.to_string(),
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("dispatch::Service").finish_non_exhaustive()
    }
}
