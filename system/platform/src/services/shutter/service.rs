//! Loads, decides, persists, audits.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use thiserror::Error;
use tokio::sync::{Notify, broadcast};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_smart_home::schedule::ScheduleError;
use tomori_smart_home::{DeviceId, DeviceKind, HomeId, ResidentId, Schedule, ScheduleId};

use super::model::{Draft, Refused, unchanged_since};
use super::store;
use crate::audit::AuditLog;
use crate::device_state::{self, StateError};
use crate::house_plan::{Doorbell, Part};

/// Hints that a slow listener may fall behind by.
const CHANGES: usize = 256;

/// The shutter service. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    pub(super) inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The state of the houses: it is told what to do, and knows what became of it.
    pub state: device_state::Service,
    /// Where what happened is written down (SR3-SP-6).
    pub audit: AuditLog,
    /// The house clock: schedules live in the time of the houses.
    pub clock: SharedClock,
    /// For ids.
    pub entropy: SharedEntropy,
    /// Tells a home's gateway that the plan is another.
    pub doorbell: Doorbell,
}

pub(super) struct Inner {
    pub(super) database: Database,
    pub(super) state: device_state::Service,
    pub(super) clock: SharedClock,
    audit: AuditLog,
    entropy: SharedEntropy,
    doorbell: Doorbell,
    changed: Mutex<HashSet<HomeId>>,
    changes: broadcast::Sender<HomeId>,
    pub(super) wake: Notify,
    pub(super) counts: Counts,
}

/// What the ticker has done since the start.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) watched: AtomicU64,
    pub(super) instructed: AtomicU64,
    pub(super) missed: AtomicU64,
    pub(super) refused: AtomicU64,
}

/// What the ticker has done since the start, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Schedules with a firing to come.
    pub watched: u64,
    /// Firings that homes were instructed of.
    pub instructed: u64,
    /// Firings that came too late.
    pub missed: u64,
    /// Firings whose shutter is no longer there.
    pub refused: u64,
}

/// Why schedules cannot be told or changed.
#[derive(Debug, Error)]
pub enum ShutterError {
    /// The home has no such schedule (any more).
    #[error("the home has no schedule {0}")]
    NotFound(ScheduleId),
    /// It is not taken.
    #[error("the schedule is not taken")]
    Refused(#[from] Refused),
    /// The house cannot be read.
    #[error("the house cannot be read")]
    State(#[from] StateError),
    /// The place of the home gives no calendar.
    #[error("the place of the home gives no calendar")]
    Place(#[from] ScheduleError),
    /// The database failed.
    #[error("schedules cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, ShutterError> {
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(path, store::MIGRATIONS)?,
                state: needs.state,
                clock: needs.clock,
                audit: needs.audit,
                entropy: needs.entropy,
                doorbell: needs.doorbell,
                changed: Mutex::default(),
                changes: broadcast::channel(CHANGES).0,
                wake: Notify::new(),
                counts: Counts::default(),
            }),
        })
    }

    /// Whether the room can read its tables; for `/readyz`.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), ShutterError> {
        self.inner.database.read(store::through).await?;
        Ok(())
    }

    /// What the ticker has done since the start.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let counts = &self.inner.counts;
        Tally {
            watched: counts.watched.load(Ordering::Relaxed),
            instructed: counts.instructed.load(Ordering::Relaxed),
            missed: counts.missed.load(Ordering::Relaxed),
            refused: counts.refused.load(Ordering::Relaxed),
        }
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// The schedules of a home, oldest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn list(&self, home: &HomeId) -> Result<Vec<Schedule>, ShutterError> {
        Ok(self.kept(home).await?.into_iter().map(|kept| kept.schedule).collect())
    }

    /// One schedule.
    ///
    /// # Errors
    /// [`ShutterError::NotFound`] when the home has no such schedule.
    pub async fn get(&self, home: &HomeId, id: &ScheduleId) -> Result<Schedule, ShutterError> {
        let (of, wanted) = (home.clone(), id.clone());
        let found = self
            .inner
            .database
            .read(move |reader| store::by_id(reader, &of, &wanted))
            .await?;
        found
            .map(|kept| kept.schedule)
            .ok_or_else(|| ShutterError::NotFound(id.clone()))
    }

    /// Who wrote the present form of a schedule.
    ///
    /// # Errors
    /// [`ShutterError::NotFound`] when the home has no such schedule.
    pub async fn last_editor(&self, home: &HomeId, id: &ScheduleId) -> Result<ResidentId, ShutterError> {
        let (of, wanted) = (home.clone(), id.clone());
        let found = self
            .inner
            .database
            .read(move |reader| store::by_id(reader, &of, &wanted))
            .await?;
        found
            .map(|kept| kept.changed_by)
            .ok_or_else(|| ShutterError::NotFound(id.clone()))
    }

    /// A new schedule of a resident (T2-4 step 1).
    ///
    /// # Errors
    /// [`ShutterError::Refused`] names what is wrong.
    pub async fn create(&self, home: &HomeId, resident: &ResidentId, draft: Draft) -> Result<Schedule, ShutterError> {
        let kind = self.kind(home, &draft.device).await?;
        let id = ScheduleId::from_random(bytes(self.inner.entropy.as_ref()));
        let (of, by, now) = (home.clone(), resident.clone(), self.now());
        let schedule = self
            .inner
            .database
            .try_write(move |tx| {
                let schedule = draft.create(id, by.clone(), kind, store::count(tx, &of)?)?;
                store::put(tx, &of, &schedule, &by, now)?;
                Ok::<_, ShutterError>(schedule)
            })
            .await?;
        self.published(home, resident, "schedule.created", &schedule).await;
        Ok(schedule)
    }

    /// Changes a schedule for somebody who saw version `seen`. It stays the schedule of the resident who set it.
    ///
    /// # Errors
    /// [`ShutterError::Refused`] with [`Refused::Conflict`] when it is at another version by now.
    pub async fn edit(
        &self,
        home: &HomeId,
        by: &ResidentId,
        id: &ScheduleId,
        seen: u64,
        draft: Draft,
    ) -> Result<Schedule, ShutterError> {
        let kind = self.kind(home, &draft.device).await?;
        let (of, wanted, editor, now) = (home.clone(), id.clone(), by.clone(), self.now());
        let schedule = self
            .inner
            .database
            .try_write(move |tx| {
                let current = store::by_id(tx, &of, &wanted)?.ok_or(ShutterError::NotFound(wanted))?;
                let schedule = draft.edit(&current.schedule, seen, kind)?;
                store::put(tx, &of, &schedule, &editor, now)?;
                Ok::<_, ShutterError>(schedule)
            })
            .await?;
        self.published(home, by, "schedule.changed", &schedule).await;
        Ok(schedule)
    }

    /// Deletes a schedule for somebody who saw version `seen`.
    ///
    /// # Errors
    /// As [`Service::edit`].
    pub async fn delete(&self, home: &HomeId, by: &ResidentId, id: &ScheduleId, seen: u64) -> Result<(), ShutterError> {
        let (of, wanted) = (home.clone(), id.clone());
        let gone = self
            .inner
            .database
            .try_write(move |tx| {
                let current = store::by_id(tx, &of, &wanted)?.ok_or(ShutterError::NotFound(wanted.clone()))?;
                unchanged_since(&current.schedule, seen)?;
                store::remove(tx, &of, &wanted)?;
                Ok::<_, ShutterError>(current.schedule)
            })
            .await?;
        self.published(home, by, "schedule.deleted", &gone).await;
        Ok(())
    }

    /// The home's schedules for the house plan.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn plan_part(&self, home: &HomeId) -> Result<Part<Vec<Schedule>>, ShutterError> {
        let of = home.clone();
        let (version, kept) = self
            .inner
            .database
            .read(move |reader| Ok((store::version(reader, &of)?, store::of_home(reader, &of)?)))
            .await?;
        Ok(Part {
            version,
            content: kept.into_iter().map(|kept| kept.schedule).collect(),
        })
    }

    /// Tells whose schedules are different from now on. A receiver that lags loses hints, not facts: read again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<HomeId> {
        self.inner.changes.subscribe()
    }

    pub(super) async fn kept(&self, home: &HomeId) -> Result<Vec<store::Kept>, ShutterError> {
        let of = home.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| store::of_home(reader, &of))
            .await?)
    }

    /// Homes whose schedules changed since the last call.
    pub(super) fn take_changed(&self) -> HashSet<HomeId> {
        std::mem::take(&mut *self.inner.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    async fn kind(&self, home: &HomeId, device: &DeviceId) -> Result<DeviceKind, ShutterError> {
        match self.inner.state.device(home, device).await {
            Ok(device) => Ok(device.equipment.device.kind),
            Err(StateError::NoSuchDevice(_)) => Err(Refused::NotAShutter.into()),
            Err(error) => Err(error.into()),
        }
    }

    async fn published(&self, home: &HomeId, by: &ResidentId, what: &'static str, schedule: &Schedule) {
        self.inner
            .changed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(home.clone());
        self.inner.wake.notify_one();
        // Nobody may be listening.
        let _ = self.inner.changes.send(home.clone());
        self.inner.doorbell.ring(home);
        let detail = json!({ "home": home.as_str(), "version": schedule.version });
        self.inner
            .audit
            .record(by.as_str(), what, schedule.id.as_str(), &detail.to_string())
            .await;
    }
}

/// How long firings are kept beside the history of the house.
pub(super) const KEEP: SignedDuration = SignedDuration::from_hours(400 * 24);
