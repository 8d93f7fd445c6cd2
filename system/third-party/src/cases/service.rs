//! Loads, decides, persists, audits.

mod frames;
mod houses;
mod people;
mod words;

pub use houses::{House, Lock, TakenChange};
pub use words::{GatewayAnswer, Saying, Unanswered, Word};

pub(crate) use people::written;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::watch;
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError, Tx};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_sia_dc09::{Account, Signal};
use tomori_smart_home::{CaseId, StaffId};

use super::model::{Case, Danger, Refused};
use super::script::Step;
use super::store::{self, StoredEntry};

/// The cases. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
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
    audit: AuditLog,
    clock: SharedClock,
    entropy: SharedEntropy,
    /// Counts up with each change.
    version: watch::Sender<u64>,
}

/// What became of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is on the disk, in these cases; none for something that is only to be known.
    Stored(Vec<CaseId>),
    /// It was there already.
    Again,
    /// There is no room for another case.
    Full,
}

/// A frame's events, as the receiver found them good.
#[derive(Debug, Clone)]
pub struct Told {
    /// Whose.
    pub account: Account,
    /// What tells this frame from another.
    pub digest: [u8; 32],
    /// Whether it carried a time.
    pub is_stamped: bool,
    /// Whether anybody could have written it.
    pub is_plain: bool,
    /// The events.
    pub signals: Vec<Signal>,
}

/// What is sealed of an entry: code, zone, text of a panel; a step; a person's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// A panel's code.
    pub code: Option<String>,
    /// A panel's area.
    pub area: Option<String>,
    /// A panel's zone.
    pub zone: Option<String>,
    /// What the panel calls it, or what a person wrote.
    pub text: Option<String>,
    /// The danger that the code means.
    pub danger: Option<Danger>,
    /// A step's word.
    pub step: Option<String>,
    /// The guard it is about.
    pub guard: Option<StaffId>,
    /// Why a gateway refused, by the refusal's code.
    pub refusal: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who did it; `None`: a panel, or the server.
    pub who: Option<StaffId>,
    /// What: `alarm`, `restored`, `fault`, `taken`, `offered`, `step`, `note`, `arrived`, `closed`, `lost`, `back`,
    /// what the platform tells of a house: `disclosed`, `platformNote`, `platformClosed`, `attested`, `door…`,
    /// and what dispatch does: `sent`, `accepted`, `declined`, `timedOut`, `nobodyFree`, `done`.
    pub what: String,
    /// What belongs to it.
    pub line: Line,
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickedStep {
    /// Which.
    pub step: Step,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: StaffId,
}

/// A case with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// The steps that were done.
    pub steps: Vec<TickedStep>,
}

/// How many cases are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// The priority, 1 to 4.
    pub priority: u8,
    /// Open cases of it.
    pub open: i64,
    /// Those that somebody may take.
    pub free: i64,
}

/// A part of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The cases, the highest priority first, then the oldest.
    pub cases: Vec<Case>,
    /// How many there are in all.
    pub counts: Vec<Counts>,
}

/// Why something about cases cannot be told or done.
#[derive(Debug, Error)]
pub enum CaseError {
    /// There is no such case.
    #[error("there is no such case")]
    NotFound,
    /// Somebody may not.
    #[error("that cannot be done with this case: {0:?}")]
    Refused(Refused),
    /// Something sealed cannot be opened, or not be sealed.
    #[error("a sealed text cannot be read or written")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("cases cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened or the key cannot be derived.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, CaseError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                sealer: needs.keys.derive("cases/detail")?,
                audit: needs.audit,
                clock: needs.clock,
                entropy: needs.entropy,
                version: watch::Sender::new(0),
            }),
        })
    }

    /// Whether the room can read its tables; for `/readyz`.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<usize, CaseError> {
        Ok(self.inner.database.read(store::open_count).await?)
    }

    /// Closes the database.
    pub async fn close_room(&self) {
        self.inner.database.clone().close().await;
    }

    /// Counts up with each change.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }

    /// A part of the board.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn board(&self, skip: usize, most: usize) -> Result<Board, CaseError> {
        let board = self
            .inner
            .database
            .read(move |reader| {
                let counts = store::counts(reader)?.into_iter();
                Ok(Board {
                    cases: store::open(reader, skip, most)?,
                    counts: counts
                        .map(|(priority, open, free)| Counts { priority, open, free })
                        .collect(),
                })
            })
            .await?;
        Ok(board)
    }

    /// A case with everything that belongs to it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn case(&self, id: &CaseId) -> Result<CaseView, CaseError> {
        let wanted = id.clone();
        let found = self
            .inner
            .database
            .read(move |reader| {
                let Some(case) = store::by_id(reader, &wanted)? else {
                    return Ok(None);
                };
                Ok(Some((
                    case,
                    store::entries(reader, &wanted)?,
                    store::steps(reader, &wanted)?,
                )))
            })
            .await?;
        let (case, stored, steps) = found.ok_or(CaseError::NotFound)?;
        let mut entries = Vec::with_capacity(stored.len());
        for entry in stored {
            let plain = self.inner.sealer.open(&entry.detail, id.as_str().as_bytes())?;
            entries.push(Entry {
                at: entry.at,
                who: entry.who,
                what: entry.what,
                line: serde_json::from_slice(&plain).unwrap_or_default(),
            });
        }
        let steps = steps.into_iter().map(|(step, at, who)| TickedStep { step, at, who });
        Ok(CaseView {
            case,
            entries,
            steps: steps.collect(),
        })
    }

    /// Cases that were closed before then, at most a hundred.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn closed_before(&self, before: Timestamp) -> Result<Vec<CaseId>, CaseError> {
        let database = &self.inner.database;
        Ok(database
            .read(move |reader| store::closed_before(reader, before, 100))
            .await?)
    }

    /// Forgets a case whose time is over. Everything that belongs to it elsewhere has to be gone before.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget(&self, id: &CaseId) -> Result<(), CaseError> {
        let gone = id.clone();
        self.inner.database.write(move |tx| store::forget(tx, &gone)).await?;
        let audit = &self.inner.audit;
        audit.record("server", "case.forgotten", id.as_str(), "{}").await;
        Ok(())
    }

    fn enter(
        &self,
        tx: &mut Tx<'_>,
        id: &CaseId,
        at: Timestamp,
        who: Option<&StaffId>,
        what: &str,
        line: &Line,
    ) -> Result<(), CaseError> {
        // Writing into memory does not fail; were it to, the entry would be without words.
        let plain = serde_json::to_vec(line).unwrap_or_default();
        let entry = StoredEntry {
            at,
            who: who.cloned(),
            what: what.to_owned(),
            detail: self.seal(id, &plain)?,
        };
        Ok(store::add_entry(tx, id, entry)?)
    }

    fn seal(&self, id: &CaseId, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let sealer = &self.inner.sealer;
        sealer.seal(plain, id.as_str().as_bytes(), self.inner.entropy.as_ref())
    }

    /// Lets everybody who follows look again.
    pub(crate) fn changed(&self) {
        self.inner
            .version
            .send_modify(|version| *version = version.wrapping_add(1));
    }
}
