//! Loads, decides, persists, audits.

mod drafts;
mod passkeys;
mod rosters;
mod signing;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::Notify;
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::unlock::Refusal;
use tomori_unlock::NotRegistered;

pub use passkeys::{Creation, Making};
pub use rosters::{Kept, Overview};
pub use signing::{Answered, Asked, Wish};

use super::draft::Denied;
use super::passkey::RelyingParty;
use super::port::{HouseError, Houses, Road};
use super::roster::{Company, Unfit};
use super::store;
use crate::cases::{self, CaseError};
use crate::dispatch::{self, DispatchError};
use crate::people::{self, PeopleError};

/// How often what waits is looked at.
const EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// Passkeys, the roster, and what three people sign. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The people.
    pub people: people::Service,
    /// The cases.
    pub cases: cases::Service,
    /// Who was sent to a house.
    pub dispatch: dispatch::Service,
    /// The houses.
    pub houses: Arc<dyn Houses>,
    /// The road to the platform.
    pub road: Arc<dyn Road>,
    /// What is known of the company.
    pub company: Company,
    /// To whom passkeys belong; `None`: nobody can make one here.
    pub party: Option<RelyingParty>,
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// Where what happened is written down.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
    /// Randomness: challenges are made of it.
    pub entropy: SharedEntropy,
}

struct Inner {
    database: Database,
    sealer: Sealer,
    needs: Needs,
    /// There is something to send.
    news: Notify,
}

/// Why something cannot be done.
#[derive(Debug, Error)]
pub enum UnlockError {
    /// Nothing tells by which name people reach this server.
    #[error("no relying party is configured")]
    NoParty,
    /// The person signed in too long ago.
    #[error("signed in too long ago")]
    NotFresh,
    /// Nobody asked that in this session, or it was answered, or it is too long ago.
    #[error("no such question stands in this session")]
    Spent,
    /// The authenticator's answer is not believed.
    #[error("the passkey is not believed")]
    NotRegistered(#[from] NotRegistered),
    /// A passkey with this id was registered before.
    #[error("a passkey with this id was registered before")]
    Taken,
    /// There are as many as there can be.
    #[error("there are as many passkeys as there can be")]
    TooMany,
    /// A name that does not fit.
    #[error("the name does not fit")]
    Name,
    /// There is no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// The file is not kept as the roster.
    #[error("the file is not kept as the roster")]
    Unfit(#[from] Unfit),
    /// What was typed is no code.
    #[error("not a code of eight digits")]
    Code,
    /// The gateway's own word of the incident has not come.
    #[error("the gateway's word of the incident has not come")]
    NoWord,
    /// The door of this house is not opened from afar.
    #[error("the door of this house is not opened from afar")]
    NoHouse,
    /// No such lock, or none that is opened from afar, or for another time than can be asked for.
    #[error("no such lock")]
    NoLock,
    /// The guard was not sent to this case.
    #[error("not sent to this case")]
    NotSent,
    /// No passkey of the person counts.
    #[error("no passkey of this person is on the roster")]
    NoPasskey,
    /// That cannot be signed now.
    #[error("that cannot be signed now: {0:?}")]
    Denied(Denied),
    /// The gateway would refuse it.
    #[error("the gateway would refuse it: {}", .0.en())]
    Refused(Refusal),
    /// The case does not allow it.
    #[error("the case does not allow it")]
    Case(#[from] CaseError),
    /// Dispatch does not allow it.
    #[error("dispatch does not allow it")]
    Dispatch(#[from] DispatchError),
    /// What is known of the house cannot be read.
    #[error("what is known of the house cannot be read")]
    House(#[from] HouseError),
    /// The people.
    #[error("the people cannot be read")]
    People(#[from] PeopleError),
    /// Something sealed cannot be opened.
    #[error("a sealed text cannot be read")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("passkeys and rosters cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened or the key cannot be derived.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, UnlockError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        let sealer = needs.keys.derive("unlock/name")?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                sealer,
                needs,
                news: Notify::new(),
            }),
        })
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// To whom passkeys belong; `None`: nobody can make one here.
    #[must_use]
    pub fn party(&self) -> Option<&RelyingParty> {
        self.inner.needs.party.as_ref()
    }

    /// Sends what waits, until the shutdown.
    pub async fn watch(self, shutdown: Shutdown) {
        let clock = self.inner.needs.clock.clone();
        loop {
            if let Err(error) = self.look().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "what waits cannot be looked at"
                );
            }
            tokio::select! {
                () = shutdown.wait() => return,
                () = self.inner.news.notified() => {}
                () = clock.sleep_until(after(clock.now(), EVERY)) => {}
            }
        }
    }

    async fn look(&self) -> Result<(), UnlockError> {
        self.look_at_drafts().await?;
        self.send_roster().await
    }

    fn now(&self) -> Timestamp {
        self.inner.needs.clock.now()
    }

    async fn audit(&self, who: &str, what: &'static str, subject: &str, detail: serde_json::Value) {
        let audit = &self.inner.needs.audit;
        audit.record(who, what, subject, &detail.to_string()).await;
    }
}

impl From<Denied> for UnlockError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}
