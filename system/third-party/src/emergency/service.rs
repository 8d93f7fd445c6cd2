//! Loads, decides, persists, audits.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use thiserror::Error;
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_smart_home::{CaseId, StaffId};

use super::model::{Detail, Emergency, Press};
use super::store::{self, Stored};
use crate::cases::{self, written};
use crate::dispatch;
use crate::people::Viewer;

/// The longest key of a press that is looked at.
const LONGEST_KEY: usize = 64;

/// The emergencies. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// The cases, whose story tells of it, and whose changes every board follows.
    pub cases: cases::Service,
    /// Where guards are, and what for.
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
    needs: Needs,
}

/// Why something about an emergency cannot be told or done.
#[derive(Debug, Error)]
pub enum EmergencyError {
    /// There is none with this number that is not over.
    #[error("there is no such emergency that is not over")]
    NotFound,
    /// Nobody has seen it, so it is not over.
    #[error("nobody has acknowledged it yet")]
    NotSeen,
    /// An end needs words.
    #[error("how it ended is missing")]
    NoNote,
    /// Something sealed cannot be opened, or not be sealed.
    #[error("a sealed text cannot be read or written")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("emergencies cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened or the key cannot be derived.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, EmergencyError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        let sealer = needs.keys.derive("emergency/detail")?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                sealer,
                needs,
            }),
        })
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// A guard needs help. When this returns, it is on the disk and on every board. `key` tells one press from another.
    ///
    /// # Errors
    /// When it cannot be stored: the phone must say so.
    pub async fn press(&self, viewer: &Viewer, key: &str) -> Result<(), EmergencyError> {
        let staff = viewer.staff.clone();
        // What dispatch knows helps; that it cannot be read holds no call for help back.
        let (guard, mission) = self.inner.needs.dispatch.guard(&staff).await.unwrap_or_default();
        let placed = guard.and_then(|guard| guard.place.zip(guard.placed_at));
        let detail = Detail {
            place: placed.map(|(place, at)| (place.north, place.east, at)),
            note: None,
        };
        let case = mission.map(|mission| mission.case);
        let key: String = key.chars().take(LONGEST_KEY).collect();
        let sealed = self.seal(&staff, &detail)?;
        let (now, pressed, of) = (self.now(), case.clone(), staff.clone());
        let press = self
            .inner
            .database
            .try_write(move |tx| {
                let newest = store::newest(tx, &of)?.map(|stored| stored.emergency);
                let press = Press::judge(newest.as_ref(), &key, now);
                match (press, newest) {
                    (Press::Same, _) => {}
                    (Press::Again, Some(mut open)) => {
                        open.presses = open.presses.saturating_add(1);
                        open.last_at = now;
                        open.last_key = key;
                        open.seen = None;
                        open.case = pressed.or(open.case);
                        store::put(tx, &open, sealed)?;
                    }
                    (Press::New | Press::Again, _) => {
                        let new = Emergency {
                            number: 0,
                            staff: of,
                            pressed_at: now,
                            last_at: now,
                            presses: 1,
                            last_key: key,
                            case: pressed,
                            seen: None,
                            ended_at: None,
                            detail: Detail::default(),
                        };
                        store::add(tx, &new, sealed)?;
                    }
                }
                Ok::<Press, EmergencyError>(press)
            })
            .await?;
        if press != Press::Same {
            self.tell(case.as_ref(), &staff, "emergency", None).await;
            self.audit(&staff, "guard.emergency", &staff, case.as_ref()).await;
        }
        Ok(())
    }

    /// A key for the next press.
    #[must_use]
    pub fn fresh_key(&self) -> String {
        data_encoding::HEXLOWER.encode(&bytes::<16>(self.inner.needs.entropy.as_ref()))
    }

    /// What is not over, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn all(&self) -> Result<Vec<Emergency>, EmergencyError> {
        let stored = self.inner.database.read(store::open).await?;
        stored.into_iter().map(|stored| self.opened(stored)).collect()
    }

    /// A guard's own that is not over.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn of(&self, staff: &StaffId) -> Result<Option<Emergency>, EmergencyError> {
        let staff = staff.clone();
        let newest = self
            .inner
            .database
            .read(move |reader| store::newest(reader, &staff))
            .await?;
        let open = newest.filter(|stored| stored.emergency.ended_at.is_none());
        open.map(|stored| self.opened(stored)).transpose()
    }

    /// Somebody at the board has seen it and sees to it. The first one counts.
    ///
    /// # Errors
    /// [`EmergencyError::NotFound`].
    pub async fn acknowledge(&self, viewer: &Viewer, number: i64) -> Result<(), EmergencyError> {
        let (by, now) = (viewer.staff.clone(), self.now());
        let seen = self
            .inner
            .database
            .try_write(move |tx| {
                let Stored { mut emergency, detail } = open(tx, number)?;
                if emergency.seen.is_some() {
                    return Ok::<_, EmergencyError>(None);
                }
                emergency.seen = Some((by, now));
                store::put(tx, &emergency, detail)?;
                Ok(Some(emergency))
            })
            .await?;
        if let Some(emergency) = seen {
            let case = emergency.case.as_ref();
            self.tell(case, &viewer.staff, "emergencySeen", None).await;
            self.audit(&viewer.staff, "emergency.acknowledged", &emergency.staff, case)
                .await;
        }
        Ok(())
    }

    /// Somebody at the board says that it is over, and how it ended.
    ///
    /// # Errors
    /// [`EmergencyError::NotFound`], [`EmergencyError::NotSeen`], [`EmergencyError::NoNote`].
    pub async fn end(&self, viewer: &Viewer, number: i64, note: &str) -> Result<(), EmergencyError> {
        let note = written(note);
        if note.is_empty() {
            return Err(EmergencyError::NoNote);
        }
        let (by, now, service, words) = (viewer.staff.clone(), self.now(), self.clone(), note.clone());
        let emergency = self
            .inner
            .database
            .try_write(move |tx| {
                let mut emergency = service.opened(open(tx, number)?)?;
                if emergency.seen.is_none() {
                    return Err(EmergencyError::NotSeen);
                }
                emergency.detail.note = Some(words);
                let detail = service.seal(&emergency.staff, &emergency.detail)?;
                store::end(tx, number, now, &by, detail)?;
                Ok(emergency)
            })
            .await?;
        let case = emergency.case.as_ref();
        self.tell(case, &viewer.staff, "emergencyEnded", Some(note)).await;
        self.audit(&viewer.staff, "emergency.ended", &emergency.staff, case)
            .await;
        Ok(())
    }

    /// Forgets what ended before then.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget(&self, before: Timestamp) -> Result<(), EmergencyError> {
        let database = &self.inner.database;
        Ok(database.write(move |tx| store::forget(tx, before)).await?)
    }

    /// Writes it into the story of the case, if there is one, and lets every board look again.
    async fn tell(&self, case: Option<&CaseId>, who: &StaffId, what: &'static str, text: Option<String>) {
        let cases = &self.inner.needs.cases;
        if let Some(case) = case {
            let line = cases::Line {
                text,
                ..cases::Line::default()
            };
            if let Err(error) = cases.tell(case, Some(who), what, line).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "an emergency cannot be written into the story of its case");
            }
        }
        cases.changed();
    }

    async fn audit(&self, who: &StaffId, what: &'static str, staff: &StaffId, case: Option<&CaseId>) {
        let detail = json!({ "case": case.map(CaseId::as_str) }).to_string();
        let audit = &self.inner.needs.audit;
        audit.record(who.as_str(), what, staff.as_str(), &detail).await;
    }

    fn opened(&self, stored: Stored) -> Result<Emergency, EmergencyError> {
        let plain = self
            .inner
            .sealer
            .open(&stored.detail, stored.emergency.staff.as_str().as_bytes())?;
        Ok(Emergency {
            detail: serde_json::from_slice(&plain).unwrap_or_default(),
            ..stored.emergency
        })
    }

    fn seal(&self, staff: &StaffId, detail: &Detail) -> Result<Vec<u8>, SealError> {
        // Writing into memory does not fail; were it to, the emergency would be without a place.
        let plain = serde_json::to_vec(detail).unwrap_or_default();
        let entropy = self.inner.needs.entropy.as_ref();
        self.inner.sealer.seal(&plain, staff.as_str().as_bytes(), entropy)
    }

    fn now(&self) -> Timestamp {
        self.inner.needs.clock.now()
    }
}

fn open(tx: &tomori_runtime::db::Tx<'_>, number: i64) -> Result<Stored, EmergencyError> {
    let found = store::by_number(tx, number)?;
    found
        .filter(|stored| stored.emergency.ended_at.is_none())
        .ok_or(EmergencyError::NotFound)
}
