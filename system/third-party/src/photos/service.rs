//! Loads, decides, persists, audits.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_smart_home::{CaseId, StaffId};

use super::picture::{NotAPicture, remake};
use super::store;
use crate::cases;
use crate::dispatch::{self, DispatchError, Mission, MissionState};
use crate::people::Viewer;

/// Photos of one mission.
pub const MOST_PHOTOS: usize = 8;
/// Photos that are being received at the same time, each up to [`super::LARGEST_FILE`].
const RECEIVED_AT_ONCE: usize = 4;

/// The photos. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// The cases, whose story tells of each photo.
    pub cases: cases::Service,
    /// Who is at which house.
    pub dispatch: dispatch::Service,
    /// Where what happened is written down.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
}

struct Inner {
    database: Database,
    sealer: Sealer,
    receiving: Semaphore,
    /// One picture is decoded at a time: each may take some hundred megabytes.
    decoding: Semaphore,
    needs: Needs,
}

/// A photo without its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its number.
    pub number: i64,
    /// Of which case.
    pub case: CaseId,
    /// On which mission.
    pub mission: i64,
    /// Who took it.
    pub guard: StaffId,
    /// When it came.
    pub at: Timestamp,
}

/// Why there is no photo.
#[derive(Debug, Error)]
pub enum PhotoError {
    /// There is no such photo for whoever asks.
    #[error("there is no such photo")]
    NotFound,
    /// Photos are taken at the house.
    #[error("the guard is not at a house")]
    NotThere,
    /// There are as many as a mission has.
    #[error("a mission has {MOST_PHOTOS} photos at most")]
    TooMany,
    /// Too many are being received.
    #[error("too many photos are being received")]
    Busy,
    /// It is no picture.
    #[error("it is not a picture that is taken")]
    NotAPicture(#[from] NotAPicture),
    /// The missions.
    #[error("the mission cannot be looked up")]
    Dispatch(#[from] DispatchError),
    /// Something sealed cannot be opened, or not be sealed.
    #[error("a sealed picture cannot be read or written")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("photos cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened or the key cannot be derived.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, PhotoError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        let sealer = needs.keys.derive("photos/picture")?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                sealer,
                receiving: Semaphore::new(RECEIVED_AT_ONCE),
                decoding: Semaphore::new(1),
                needs,
            }),
        })
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// The right to receive a photo; held while its bytes come.
    ///
    /// # Errors
    /// [`PhotoError::Busy`], [`PhotoError::NotThere`], [`PhotoError::TooMany`]: before a byte of it is read.
    pub async fn receive(&self, viewer: &Viewer) -> Result<SemaphorePermit<'_>, PhotoError> {
        let mission = self.there(&viewer.staff).await?;
        if self.of_mission(mission.number).await?.len() >= MOST_PHOTOS {
            return Err(PhotoError::TooMany);
        }
        self.inner.receiving.try_acquire().map_err(|_| PhotoError::Busy)
    }

    /// Keeps a photo that a guard at a house sent: its pixels, sealed.
    ///
    /// # Errors
    /// [`PhotoError`]; what is no picture is refused, and the refusal is audited.
    pub async fn add(&self, viewer: &Viewer, sent: Vec<u8>) -> Result<(), PhotoError> {
        let guard = viewer.staff.clone();
        let mission = self.there(&guard).await?;
        let made = {
            let _one = self.inner.decoding.acquire().await.map_err(|_| PhotoError::Busy)?;
            // A decoder that gives up on what it is fed gives up in a task of its own.
            let remade = tokio::task::spawn_blocking(move || remake(&sent)).await;
            remade.unwrap_or(Err(NotAPicture::Broken))
        };
        let audit = &self.inner.needs.audit;
        let made = match made {
            Ok(made) => made,
            Err(why) => {
                let detail = json!({ "why": why.to_string() }).to_string();
                let (who, case) = (guard.as_str(), mission.case.as_str());
                audit.record_refusal(who, "photo.refused", case, &detail).await;
                return Err(why.into());
            }
        };
        let entropy = self.inner.needs.entropy.as_ref();
        let sealed = self
            .inner
            .sealer
            .seal(&made, bound(&mission.case, mission.number).as_bytes(), entropy)?;
        let (case, number, by, now) = (
            mission.case.clone(),
            mission.number,
            guard.clone(),
            self.inner.needs.clock.now(),
        );
        self.inner
            .database
            .try_write(move |tx| {
                if store::of_mission(tx, number)?.len() >= MOST_PHOTOS {
                    return Err(PhotoError::TooMany);
                }
                Ok(store::add(tx, &case, number, &by, now, sealed)?)
            })
            .await?;
        let line = cases::Line::default();
        let told = self
            .inner
            .needs
            .cases
            .tell(&mission.case, Some(&guard), "photo", line)
            .await;
        if let Err(error) = told {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "a photo cannot be written into the story of its case");
        }
        audit
            .record(guard.as_str(), "photo.added", mission.case.as_str(), "{}")
            .await;
        Ok(())
    }

    /// The photos of a case, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of_case(&self, case: &CaseId) -> Result<Vec<Photo>, PhotoError> {
        let case = case.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| store::of_case(reader, &case))
            .await?)
    }

    /// The photos of a mission, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of_mission(&self, mission: i64) -> Result<Vec<Photo>, PhotoError> {
        let database = &self.inner.database;
        Ok(database.read(move |reader| store::of_mission(reader, mission)).await?)
    }

    /// The JPEG of a photo of this case.
    ///
    /// # Errors
    /// [`PhotoError::NotFound`] when it is of another case.
    pub async fn picture(&self, case: &CaseId, number: i64) -> Result<Vec<u8>, PhotoError> {
        let found = self
            .inner
            .database
            .read(move |reader| store::picture(reader, number))
            .await?;
        let (photo, sealed) = found
            .filter(|(photo, _)| photo.case == *case)
            .ok_or(PhotoError::NotFound)?;
        let bound = bound(&photo.case, photo.mission);
        Ok(self.inner.sealer.open(&sealed, bound.as_bytes())?.to_vec())
    }

    /// The JPEG of a photo of the mission that this guard is on.
    ///
    /// # Errors
    /// [`PhotoError::NotThere`], [`PhotoError::NotFound`]: once they have left, guards see nothing of the house any more.
    pub async fn own_picture(&self, guard: &StaffId, number: i64) -> Result<Vec<u8>, PhotoError> {
        let mission = self.there(guard).await?;
        let own = self.of_mission(mission.number).await?;
        if !own.iter().any(|photo| photo.number == number) {
            return Err(PhotoError::NotFound);
        }
        self.picture(&mission.case, number).await
    }

    /// Forgets the photos of a case whose time is over.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget_case(&self, case: &CaseId) -> Result<(), PhotoError> {
        let case = case.clone();
        let database = &self.inner.database;
        Ok(database.write(move |tx| store::forget_case(tx, &case)).await?)
    }

    async fn there(&self, guard: &StaffId) -> Result<Mission, PhotoError> {
        let (_, mission) = self.inner.needs.dispatch.guard(guard).await?;
        mission
            .filter(|mission| mission.state == MissionState::Arrived)
            .ok_or(PhotoError::NotThere)
    }
}

/// What a sealed picture is bound to.
fn bound(case: &CaseId, mission: i64) -> String {
    format!("{case}/{mission}")
}
