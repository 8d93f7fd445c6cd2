//! Takes, keeps, hands over, and sees what becomes of it.

mod record;
mod rosters;
mod settling;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use thiserror::Error;
use tokio::sync::Notify;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_smart_home::unlock::{Digest, Refusal};
use tomori_smart_home::{CompanyId, DeviceId, HomeId, IncidentId};
use tomori_unlock::digest;

use super::model::{self, MOST_A_MINUTE, MOST_ASKED, MOST_OF_INCIDENT, RosterUnfit, Standing, Words};
use super::store::{self, Kept};
use crate::audit::AuditLog;
use crate::device_state::{self, Reachability, StateError};
use crate::house_plan::{Doorbell, WaitingBundle};
use crate::services::dispatch::{self, DispatchError, Step};

/// The road of an unlock. Clones are the same room.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// Incidents and contracts.
    pub dispatch: dispatch::Service,
    /// Whether a gateway is there.
    pub state: device_state::Service,
    /// Where what happened is written down (SR3-SP-6).
    pub audit: AuditLog,
    /// The house clock.
    pub clock: SharedClock,
    /// Wakes a home's gateway session.
    pub doorbell: Doorbell,
}

struct Inner {
    database: Database,
    dispatch: dispatch::Service,
    state: device_state::Service,
    audit: AuditLog,
    clock: SharedClock,
    doorbell: Doorbell,
    /// There is something new to look after.
    wake: Notify,
}

/// A bundle on its road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Carried {
    /// SHA-256 of the bundle.
    pub bundle: Digest,
    /// The lock it is about.
    pub lock: DeviceId,
    /// When it was taken.
    pub at: Timestamp,
    /// From this moment on it is sent to nobody.
    pub expires_at: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Why a bundle is not carried or a roster not kept.
#[derive(Debug, Error)]
pub enum UnlockError {
    /// No gateway would act on it.
    #[error("the bundle is not carried: {}", .0.en())]
    Refused(Refusal),
    /// The roster does not fit.
    #[error(transparent)]
    Roster(#[from] RosterUnfit),
    /// Too many in too short a time.
    #[error("too many; wait {} seconds", .0.as_secs().max(1))]
    TooOften(Duration),
    /// There are as many bundles in this incident as one may have.
    #[error("incident {0} takes no more bundles")]
    Full(IncidentId),
    /// The incident is not the company's, or closed, or the contract has ended.
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
    /// The house cannot be read.
    #[error("the house cannot be read")]
    State(#[from] StateError),
    /// The database failed.
    #[error("bundles and rosters cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, UnlockError> {
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(path, store::MIGRATIONS)?,
                dispatch: needs.dispatch,
                state: needs.state,
                audit: needs.audit,
                clock: needs.clock,
                doorbell: needs.doorbell,
                wake: Notify::new(),
            }),
        })
    }

    /// Takes a bundle (`tomori/unlock/bundle`) for the gateway of the home that it names. It is durable when this returns,
    /// is sent unchanged as soon as the gateway is there, and never after it has expired. The same bundle again is the
    /// same bundle; it goes to the gateway once more, which acts on it once.
    ///
    /// # Errors
    /// [`UnlockError`]; then nothing was kept, and nothing is sent.
    pub async fn carry(&self, company: &CompanyId, bundle: &[u8]) -> Result<Digest, UnlockError> {
        self.noted(company, bundle, self.take(company, None, bundle).await)
            .await
    }

    /// The same for a bundle that has to be about this incident.
    ///
    /// # Errors
    /// [`Refusal::OtherIncident`] when it is about another.
    pub async fn carry_in(
        &self,
        company: &CompanyId,
        incident: &IncidentId,
        bundle: &[u8],
    ) -> Result<Digest, UnlockError> {
        self.noted(company, bundle, self.take(company, Some(incident), bundle).await)
            .await
    }

    /// What is refused stands in the audit log.
    async fn noted(
        &self,
        company: &CompanyId,
        bundle: &[u8],
        taken: Result<Digest, UnlockError>,
    ) -> Result<Digest, UnlockError> {
        if let Err(error) = &taken {
            let subject = digest(bundle).to_string();
            let why = error.to_string();
            self.inner
                .audit
                .record_refusal(company.as_str(), "unlock.refused", &subject, &why)
                .await;
        }
        taken
    }

    async fn take(
        &self,
        company: &CompanyId,
        about: Option<&IncidentId>,
        bundle: &[u8],
    ) -> Result<Digest, UnlockError> {
        let now = self.now();
        // Whose incident the address names comes first: what is another company's does not exist.
        if let Some(about) = about {
            self.inner.dispatch.unlockable(company, about).await?;
        }
        let words = model::read(bundle, now).map_err(UnlockError::Refused)?;
        if about.is_some_and(|about| *about != words.incident) {
            return Err(UnlockError::Refused(Refusal::OtherIncident));
        }
        let incident = self.inner.dispatch.unlockable(company, &words.incident).await?;
        if incident.home != words.home {
            return Err(UnlockError::Refused(Refusal::OtherHome));
        }
        let house = self.inner.state.house(&words.home).await?;
        let is_away = !matches!(house.gateway.reachability, Reachability::Reachable { .. });
        let (of, body, new) = (company.clone(), bundle.to_vec(), words.clone());
        let is_asked = self
            .inner
            .database
            .try_write(move |tx| match store::one(tx, &new.digest)? {
                Some(kept) => {
                    let is_again = ask_again(&kept)?;
                    if is_again {
                        store::ask_again(tx, &new.digest)?;
                    }
                    Ok::<_, UnlockError>(is_again)
                }
                None => {
                    bounds(&store::of_incident(tx, &new.incident)?, &new, now)?;
                    store::add(tx, &new, &of, &body, now)?;
                    Ok(true)
                }
            })
            .await?;
        if is_asked {
            self.tell_asked(&words, is_away).await?;
            let detail = json!({ "bundle": words.digest, "home": words.home, "lock": words.lock }).to_string();
            self.inner
                .audit
                .record(company.as_str(), "unlock.carried", words.incident.as_str(), &detail)
                .await;
            self.inner.doorbell.ring(&words.home);
            self.inner.wake.notify_one();
        }
        Ok(words.digest)
    }

    /// The bundles of an incident and how they stand, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of_incident(&self, incident: &IncidentId) -> Result<Vec<Carried>, UnlockError> {
        let (wanted, now) = (incident.clone(), self.now());
        let kept = self
            .inner
            .database
            .read(move |reader| store::of_incident(reader, &wanted))
            .await?;
        Ok(kept.into_iter().map(|one| carried(one, now)).collect())
    }

    /// What a home's gateway is to have now: unanswered, not expired, of an incident that is open.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn waiting(&self, home: &HomeId) -> Result<Vec<WaitingBundle>, UnlockError> {
        let (of, now) = (home.clone(), self.now());
        let kept = self
            .inner
            .database
            .read(move |reader| store::waiting(reader, &of, now))
            .await?;
        let mut waiting = Vec::with_capacity(kept.len());
        for one in kept {
            let (incident, _) = self.inner.dispatch.any(&one.incident).await?;
            if incident.is_open() {
                waiting.push(WaitingBundle {
                    digest: one.digest,
                    asked: one.asked,
                    expires_at: one.expires_at,
                    bytes: one.body,
                });
            }
        }
        Ok(waiting)
    }

    /// A bundle is handed to its gateway's stream.
    ///
    /// # Errors
    /// When that cannot be noted.
    pub(crate) async fn sent(&self, digest: &Digest) -> Result<(), UnlockError> {
        let (digest, now) = (*digest, self.now());
        Ok(self
            .inner
            .database
            .write(move |tx| store::sent(tx, &digest, now))
            .await?)
    }

    /// Whether the room can read its tables; for `/readyz`.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), UnlockError> {
        let now = self.now();
        self.inner
            .database
            .read(move |reader| store::open(reader, now, 1))
            .await?;
        Ok(())
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The incident says that the company asked; once for each bundle.
    async fn tell_asked(&self, words: &Words, is_away: bool) -> Result<(), UnlockError> {
        let step = Step::UnlockAsked {
            bundle: words.digest,
            lock: words.lock.clone(),
            until: words.expires_at,
            is_away,
        };
        let told = format!("asked {}", words.digest);
        Ok(self.inner.dispatch.tell_of_unlock(&words.incident, &step, told).await?)
    }
}

/// Whether a bundle that is known goes to the gateway once more. What was answered for good stays answered.
fn ask_again(kept: &Kept) -> Result<bool, UnlockError> {
    let answer = kept.answer.as_deref();
    if answer.is_some_and(|answer| Refusal::from_code(answer).is_none_or(Refusal::is_final)) {
        return Ok(false);
    }
    if kept.asked >= MOST_ASKED {
        return Err(UnlockError::TooOften(Duration::from_secs(60)));
    }
    Ok(true)
}

fn bounds(kept: &[Kept], new: &Words, now: Timestamp) -> Result<(), UnlockError> {
    let count = |kept: usize| u64::try_from(kept).unwrap_or(u64::MAX);
    if count(kept.len()) >= MOST_OF_INCIDENT {
        return Err(UnlockError::Full(new.incident.clone()));
    }
    let minute = SignedDuration::from_secs(60);
    let recent = kept.iter().filter(|one| now.duration_since(one.stored_at) < minute);
    if count(recent.count()) >= MOST_A_MINUTE {
        return Err(UnlockError::TooOften(Duration::from_secs(60)));
    }
    Ok(())
}

fn carried(kept: Kept, now: Timestamp) -> Carried {
    Carried {
        bundle: kept.digest,
        lock: kept.lock,
        at: kept.stored_at,
        expires_at: kept.expires_at,
        standing: model::standing(kept.answer, kept.sent_at.is_some(), kept.expires_at, now),
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("unlock::Service").finish_non_exhaustive()
    }
}
