//! A journal: entries in the order they came, durable when the writer says so, chained by hashes so that nobody can
//! change, remove or swap one without being found out, and sealed where nobody else should read them.
//!
//! On the disk: segments `00000000000000000001.seg`, each beginning with a header, and one file `head` that says, under a
//! MAC, where the chain begins and how far it had come. Order of a write: entries, `fdatasync`, head, `fdatasync`, then
//! the caller is told. So the head may lag behind the segments and never leads:
//!
//! * entries behind the head are the tail of a crash. Whole ones are kept, a torn one is cut off, and that is told;
//! * anything missing or different up to the head is loss or tampering, and is refused with its place.
//!
//! What cannot be found out from the files alone: that the whole folder was put back to an older copy of itself. Who
//! has to know that compares [`Journal::next_seq`] with what somebody else has acknowledged.

mod error;
mod head;
mod read;
mod segment;
mod writer;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

use tokio::sync::oneshot;

pub use error::{JournalError, Repair, Tampered};
use writer::{Request, Shared, Writer};

use crate::seal::{MacKey, Sealer};

/// Requests that wait for the writer at most; further callers wait.
const QUEUE: usize = 256;
/// Bytes in one entry at most.
pub const LARGEST_ENTRY: usize = 1024 * 1024;

/// How a journal is kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seals each entry; `None` writes in clear.
    pub sealer: Option<Sealer>,
    /// A new segment begins when one has grown this large; at least 4 KiB.
    pub segment_bytes: u64,
    /// All segments together; beyond it appending fails with [`JournalError::Full`].
    pub max_bytes: u64,
}

/// What was found at opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The first entry that is still there.
    pub first_seq: u64,
    /// The number that the next entry gets.
    pub next_seq: u64,
    /// What a crash had left torn, and was cut off.
    pub repaired: Option<Repair>,
}

/// A whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// The first one's number.
    pub first_seq: u64,
    /// The last one's number; one less than the first when there are none.
    pub last_seq: u64,
}

/// A journal that is open for writing. Clones are the same journal.
#[derive(Debug, Clone)]
pub struct Journal {
    requests: mpsc::SyncSender<Request>,
    shared: Arc<Shared>,
}

impl Journal {
    /// Opens the journal of a folder, or begins one there. Entries are numbered from 1.
    ///
    /// # Errors
    /// When it is open already, damaged where it must not be, or the files cannot be used.
    pub fn open(folder: &Path, options: Options, anchor: MacKey) -> Result<(Self, Opened), JournalError> {
        let (writer, opened) = Writer::open(folder, options, anchor)?;
        let shared = writer.shared();
        let (requests, queue) = mpsc::sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("journal".to_owned())
            .stack_size(128 * 1024)
            .spawn(move || writer.run(&queue))
            .map_err(|source| JournalError::File {
                path: folder.to_owned(),
                source,
            })?;
        Ok((Self { requests, shared }, opened))
    }

    /// Appends entries, all or none; durable when it returns. Tells the number of the first.
    ///
    /// # Errors
    /// When the journal or the disk is full, or the disk fails; nothing was appended then.
    pub async fn append(&self, entries: Vec<Vec<u8>>) -> Result<u64, JournalError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Append { entries, answer }).await?;
        answered.await.map_err(|_| JournalError::Closed)?
    }

    /// [`Journal::append`] for callers without an executor; it must not be called on one.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn append_blocking(&self, entries: Vec<Vec<u8>>) -> Result<u64, JournalError> {
        let (answer, answered) = oneshot::channel();
        self.requests
            .send(Request::Append { entries, answer })
            .map_err(|_| JournalError::Closed)?;
        answered.blocking_recv().map_err(|_| JournalError::Closed)?
    }

    /// Entries from a number on: at most so many, and at most so many bytes, but one at least when there is one.
    ///
    /// # Errors
    /// When the files cannot be read or are not what was written.
    pub async fn read_from(
        &self,
        seq: u64,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, JournalError> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || read::entries(&shared, seq, max_entries, max_bytes))
            .await
            .map_err(|_| JournalError::Closed)?
    }

    /// Gives up entries up to and with this number. They go by whole segments; the chain goes on.
    ///
    /// # Errors
    /// When the files cannot be changed.
    pub async fn release_through(&self, seq: u64) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Release { seq, answer }).await?;
        answered.await.map_err(|_| JournalError::Closed)?
    }

    /// The number that the next entry gets.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.shared.next_seq.load(Ordering::Acquire)
    }

    /// The first entry that is still there.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.shared.first_seq.load(Ordering::Acquire)
    }

    /// Bytes in all segments.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::Acquire)
    }

    async fn send(&self, request: Request) -> Result<(), JournalError> {
        match self.requests.try_send(request) {
            Ok(()) => Ok(()),
            Err(mpsc::TrySendError::Disconnected(_)) => Err(JournalError::Closed),
            Err(mpsc::TrySendError::Full(request)) => {
                let requests = self.requests.clone();
                tokio::task::spawn_blocking(move || requests.send(request))
                    .await
                    .ok()
                    .and_then(Result::ok)
                    .ok_or(JournalError::Closed)
            }
        }
    }
}

/// Reads a whole journal without changing anything, and without anybody needing to stop.
///
/// # Errors
/// The first bad place.
pub fn verify(folder: &Path, options: &Options, anchor: &MacKey) -> Result<Verified, Tampered> {
    let found = segment::scan(folder, options, anchor).map_err(Tampered::from)?;
    let entries = found.next_seq.saturating_sub(found.first_seq);
    Ok(Verified {
        entries,
        first_seq: found.first_seq,
        last_seq: found.next_seq.saturating_sub(1),
    })
}

#[cfg(test)]
mod tests;
