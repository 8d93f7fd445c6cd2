//! The store's face: remember durably, read for the platform, open after a crash.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::i18n::Lang;
use tomori_runtime::journal::{JournalError, Tampered};

use super::record::{Draft, RecordError, decode};
use super::shelf::{BYTES, Batch, LINES, Shelf, folder, folders};
use super::state::State;
use super::writer::{Request, Writer};
use crate::vault::{Vault, VaultError};

/// The sealed file with the sum of the records.
pub(super) const MEMORY: &str = "memory";
/// Requests that wait for the writer.
const WAITING: usize = 256;

/// Why the store cannot be opened, or cannot remember.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A sealed file cannot be used.
    #[error(transparent)]
    Vault(VaultError),
    /// The journal is not as it was written. A new one alone would not go with the sealed memory.
    #[error(
        "{}; keep a copy of the data directory as evidence, then restore all of it from one backup, or move it away and \
         enrol again",
        .0.finding(Lang::En)
    )]
    Damaged(Tampered),
    /// The journal cannot be used.
    #[error("the gateway's journal cannot be used")]
    Journal(#[source] JournalError),
    /// A line of the journal cannot be read.
    #[error("line {line} of the gateway's journal cannot be read")]
    Record {
        /// Which.
        line: u64,
        /// Why.
        source: RecordError,
    },
    /// The journal and the sealed memory do not belong together.
    #[error(
        "the gateway's journal (lines {first} to {last}) does not go with its sealed memory (up to line {through}): \
         one of them was removed or replaced by an older one; restore the whole data directory from one backup, or \
         move it away and enrol again"
    )]
    Torn {
        /// The first line.
        first: u64,
        /// The last line.
        last: u64,
        /// What the memory covers.
        through: u64,
    },
    /// The journal is there and the memory that goes with it is gone.
    #[error(
        "{}: missing, and a journal that goes with it is there; restore the whole data directory from one backup, or \
         move it away and enrol again", path.display()
    )]
    MemoryMissing {
        /// The file.
        path: PathBuf,
    },
    /// A folder of the journal cannot be read or removed.
    #[error("{}: cannot be read or removed", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The disk refuses, and this must not be done without it.
    #[error("the gateway cannot write to its data directory")]
    Unavailable,
    /// The store is closed.
    #[error("the gateway's store is closed")]
    Closed,
}

impl StoreError {
    pub(super) fn from_journal(error: JournalError) -> Self {
        match error {
            JournalError::Damaged(tampered) => Self::Damaged(tampered),
            error => Self::Journal(error),
        }
    }
}

/// How the store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "storage", rename_all = "camelCase")]
pub enum Health {
    /// Everything is durable.
    Good,
    /// The journal is full: of each property only the newest report is kept until the platform is back.
    MergingReports,
    /// The disk refuses. The house is served from memory; what happens may be forgotten at a power cut.
    InMemory {
        /// What the system says.
        why: String,
    },
}

/// How much it matters that something is durable before it is acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It is not done without.
    Durable,
    /// It is done all the same when the disk refuses: comfort inside the house.
    BestEffort,
}

/// The sum of the records up to a line, as it lies on the disk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Memory {
    /// The generation of the journal that goes with it.
    pub(super) generation: u64,
    /// The last line it covers.
    pub(super) through: u64,
    /// The sum.
    pub(super) state: State,
}

/// What was found at opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whether the last run ended without a clean stop.
    pub(crate) after_crash: bool,
    /// What of the journal was repaired.
    pub(crate) repaired: Option<String>,
}

/// What the parts of the store share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) shelf: tokio::sync::Mutex<Shelf>,
    pub(super) tip: watch::Sender<u64>,
    pub(super) health: watch::Sender<Health>,
}

/// The gateway's memory. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    shared: Arc<Shared>,
    requests: mpsc::Sender<Request>,
}

impl Store {
    /// Opens the store and starts its writer.
    ///
    /// # Errors
    /// When the journal or the memory was tampered with, or the disk refuses.
    pub(crate) async fn open(
        vault: Vault,
        clock: SharedClock,
        journal_bytes: u64,
    ) -> Result<(Self, Found), StoreError> {
        let memory: Option<Memory> = vault.read(MEMORY).map_err(StoreError::Vault)?;
        let generation = memory.as_ref().map_or(1, |memory| memory.generation);
        check_folders(&vault, generation, memory.is_some())?;
        let (mut shelf, opened) = Shelf::open(&vault, generation, journal_bytes)?;
        // Without a memory nothing was ever given up: the journal has to begin with its first line.
        let (through, mut state) = memory.map_or((0, State::default()), |memory| (memory.through, memory.state));
        if opened.first_seq > through.saturating_add(1) || opened.next_seq <= through {
            return Err(StoreError::Torn {
                first: opened.first_seq,
                last: opened.next_seq.saturating_sub(1),
                through,
            });
        }
        let mut seq = opened.first_seq;
        while seq < opened.next_seq {
            let lines = shelf
                .journal()?
                .read_from(seq, LINES, BYTES)
                .await
                .map_err(StoreError::from_journal)?;
            let Some((last, _)) = lines.last() else { break };
            seq = last.saturating_add(1);
            for (line, bytes) in &lines {
                let records = decode(bytes).map_err(|source| StoreError::Record { line: *line, source })?;
                shelf.note(*line, &records);
                if *line > through {
                    records.iter().for_each(|record| state.apply(record));
                }
            }
        }
        // What lies here may have been sent by the last run. The platform will say how far it came.
        shelf.claimed = state.next_event.saturating_sub(1);
        let found = Found {
            after_crash: state.running,
            repaired: opened.repaired.map(|repair| repair.to_string()),
        };
        let shared = Arc::new(Shared {
            tip: watch::Sender::new(state.next_event),
            state: Mutex::new(state),
            shelf: tokio::sync::Mutex::new(shelf),
            health: watch::Sender::new(Health::Good),
        });
        let (requests, receiver) = mpsc::channel(WAITING);
        let writer = Writer::new(Arc::clone(&shared), vault, clock, journal_bytes);
        tokio::spawn(writer.run(receiver));
        Ok((Self { shared, requests }, found))
    }

    /// Remembers, all or nothing. With [`Need::Durable`] it is on the disk on return.
    ///
    /// # Errors
    /// When the disk refuses and it had to be durable, or there is no room in memory either.
    pub(crate) async fn remember(&self, drafts: Vec<Draft>, need: Need) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let request = Request::Remember { drafts, need, reply };
        self.requests.send(request).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Looks at the sum of the records.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.shared.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How the store is, and becomes.
    pub(crate) fn health(&self) -> watch::Receiver<Health> {
        self.shared.health.subscribe()
    }

    /// The number of the next event, as it moves on.
    pub(crate) fn tip(&self) -> watch::Receiver<u64> {
        self.shared.tip.subscribe()
    }

    /// Begins a conversation with a platform that has stored everything through this number. Returns whether that
    /// goes with our numbers; if not, we go on behind the platform's.
    ///
    /// # Errors
    /// When the new numbering cannot be made durable.
    pub(crate) async fn meet(&self, stored_through: u64) -> Result<bool, StoreError> {
        let ours = *self.shared.tip.borrow();
        let agrees = stored_through < ours;
        if !agrees {
            let next = stored_through.saturating_add(1);
            let note = super::record::Note::Numbering { next };
            self.remember(vec![note.into()], Need::Durable).await?;
        }
        // An earlier stream of ours is over once the platform greets this one, so nothing else is on its way.
        self.shared.shelf.lock().await.claimed = stored_through;
        self.acknowledged(stored_through).await;
        Ok(agrees)
    }

    /// The next batch behind a number; `None` when there is nothing yet. What is handed out keeps its number for ever.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) async fn batch_behind(
        &self,
        number: u64,
        most_events: usize,
        most_bytes: usize,
    ) -> Result<Option<Batch>, StoreError> {
        let mut shelf = self.shared.shelf.lock().await;
        let tip = *self.shared.tip.borrow();
        let batch = shelf.read(number, tip, most_events, most_bytes).await?;
        if let Some(batch) = &batch {
            shelf.claimed = shelf.claimed.max(batch.last());
        }
        Ok(batch)
    }

    /// The platform has stored everything through this number.
    pub(crate) async fn acknowledged(&self, through: u64) {
        // A closed store needs no acknowledgements; the platform repeats itself at the next greeting.
        let _ = self.requests.send(Request::Acknowledged { through }).await;
    }

    /// Says that the stop is a clean one, and ends.
    pub(crate) async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.requests.send(Request::Close { reply }).await.is_ok() {
            let _ = answer.await;
        }
    }
}

/// Sees that the right journal is there, and removes others: a merge that was interrupted left one beside.
fn check_folders(vault: &Vault, generation: u64, has_memory: bool) -> Result<(), StoreError> {
    let ours = folder(vault, generation);
    let root = vault.data().root().to_owned();
    let folders = folders(vault).map_err(|source| StoreError::Folder { path: root, source })?;
    if !has_memory {
        return if folders.is_empty() || folders.contains(&ours) {
            Ok(())
        } else {
            Err(StoreError::MemoryMissing {
                path: vault.path(MEMORY),
            })
        };
    }
    for leftover in folders.into_iter().filter(|folder| *folder != ours) {
        std::fs::remove_dir_all(&leftover).map_err(|source| StoreError::Folder { path: leftover, source })?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
