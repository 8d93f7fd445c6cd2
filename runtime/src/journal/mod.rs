//! A journal: entries in the order they were written, on the disk before anybody is told so, and so linked that
//! nothing can be changed, moved, put in or left out unseen.
//!
//! Entries live in segments, files that are only ever appended to. Each record carries a link of an HMAC chain over
//! everything before it; a small head file, vouched for by the same key, says how far the journal is known to reach,
//! so that cutting its end is seen, too. With a sealer, entries are unreadable without the key.
//!
//! After a crash the end of the last write may be half there. It is cut, and told ([`Repair`]): nobody had been told
//! that it was safe. Anything else that is not as it was written is refused with its place and the remedy
//! ([`Tampered`]).
//!
//! What is found: a changed, removed, swapped or inserted entry; a replaced, cut or removed segment; a cut end; a
//! changed, cut or removed head. What cannot be found from inside: that the whole directory, head and all, was put
//! back to an older state, or was rewritten by somebody who has the key. Against that, note [`Verified::chain`]
//! elsewhere from time to time: a journal that once ended there must still contain it.
//!
//! Memory: two small buffers and 48 bytes for every 32 KiB of entries.

mod error;
mod files;
mod format;
mod scan;
mod store;
mod survey;
mod worker;

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::{Semaphore, oneshot};

pub use error::{Damage, JournalError, Repair, Repaired, Tampered};

use crate::seal::{MacKey, Sealer};
use crate::wait::block_on;
use store::Store;
use worker::{Append, Gauges, Job, Work};

/// Bytes in one entry at most: 1 MiB.
pub const LARGEST_ENTRY: usize = 1024 * 1024;
/// How much may wait to be written, in KiB.
const WAITING_KIB: u32 = 2 * 1024;
/// How often `verify` looks again before it believes that something is wrong.
const LOOKS: usize = 8;
const STACK: usize = 256 * 1024;

/// How a journal is kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seals the entries; without it they are in clear.
    pub sealer: Option<Sealer>,
    /// How long a segment grows before the next begins: what is released goes in pieces of this size. Held between
    /// 1 KiB and half of `max_bytes`.
    pub segment_bytes: u64,
    /// The most it may hold; at least 4 KiB.
    pub max_bytes: u64,
}

/// A journal that is open. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    jobs: mpsc::Sender<Job>,
    shares: Arc<Semaphore>,
    gauges: Arc<Gauges>,
}

/// What was found when a journal was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The first entry that is kept.
    pub first_seq: u64,
    /// The number of the next entry.
    pub next_seq: u64,
    /// What a crash had left, and what was done about it.
    pub repaired: Option<Repair>,
}

/// What was found when a journal was verified: every entry is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// The number of the first of them.
    pub first_seq: u64,
    /// The number of the last; one less than the first when there are none.
    pub last_seq: u64,
    /// The chain after the last entry. Note it elsewhere to find out later that an older state was put back.
    pub chain: [u8; 32],
    /// Bytes at the end that are no entry yet: a write that is under way, or what a crash left.
    pub unfinished_bytes: u64,
}

/// Verifies the journal in `dir` from end to end, changing nothing. `key` is the one it is opened with; with the
/// sealer in `options`, every entry is opened, too. It may be in use meanwhile.
///
/// # Errors
/// The first bad place.
pub fn verify(dir: &Path, options: &Options, key: &MacKey) -> Result<Verified, Tampered> {
    let head = || fs::read(dir.join(survey::HEAD_FILE)).ok();
    let mut before = head();
    let mut seen = survey::survey(dir, key, options.sealer.as_ref(), u64::MAX);
    // A journal in use may be writing its head, or removing what was released, while it is looked at; then its head is
    // another one afterwards. What is really wrong stays wrong.
    for _ in 0..LOOKS {
        let after = head();
        if after == before || seen.as_ref().is_ok_and(|seen| !seen.head_copy_damaged) {
            break;
        }
        before = after;
        seen = survey::survey(dir, key, options.sealer.as_ref(), u64::MAX);
    }
    let seen = seen?;
    let first_seq = seen.segments.first().map_or(seen.end.seq, |segment| segment.first_seq);
    if seen.head_copy_damaged {
        return Err(Tampered {
            seq: seen.end.seq,
            segment: dir.join(survey::HEAD_FILE),
            offset: 0,
            what: Damage::HeadCopyDamaged,
        });
    }
    Ok(Verified {
        entries: seen.end.seq - first_seq,
        first_seq,
        last_seq: seen.end.seq - 1,
        chain: seen.end.chain,
        unfinished_bytes: seen.unfinished_bytes + seen.unfinished_segment.map_or(0, |(_, bytes)| bytes),
    })
}

impl Default for Options {
    /// In clear, segments of 1 MiB, at most 64 MiB.
    fn default() -> Self {
        Self {
            sealer: None,
            segment_bytes: 1024 * 1024,
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

impl Journal {
    /// Opens the journal in `dir`, making it when it is missing, and repairs what a crash left. `key` vouches for
    /// the order of the entries; it must be the same every time.
    ///
    /// Blocks: it reads and checks up to 64 MiB of the newest entries. Call it while starting.
    ///
    /// # Errors
    /// [`JournalError`], with the remedy.
    pub fn open(dir: &Path, options: Options, key: MacKey) -> Result<(Self, Opened), JournalError> {
        let (store, repaired) = Store::open(dir, options, key)?;
        let opened = Opened {
            first_seq: store.first_seq(),
            next_seq: store.next_seq(),
            repaired,
        };
        let (jobs, waiting) = mpsc::channel();
        let gauges = Arc::new(Gauges::default());
        gauges.show(&store);
        let own_gauges = Arc::clone(&gauges);
        thread::Builder::new()
            .name("journal".to_owned())
            .stack_size(STACK)
            .spawn(move || worker::run(store, &waiting, &own_gauges))
            .map_err(|error| JournalError::file(dir, error))?;
        let shares = Arc::new(Semaphore::new(usize::try_from(WAITING_KIB).unwrap_or(1)));
        let journal = Self { jobs, shares, gauges };
        Ok((journal, opened))
    }

    /// Appends `entries`, in order and without others in between, and returns the number of the first once all are
    /// on the disk. Waits while too much is being written already.
    ///
    /// A caller that stops waiting does not take its entries back.
    ///
    /// # Errors
    /// [`JournalError`]. Then none of `entries` will be read; only after [`JournalError::Broken`] may some of them
    /// be there when the journal is opened again.
    pub async fn append(&self, entries: Vec<Vec<u8>>) -> Result<u64, JournalError> {
        let bytes: usize = entries.iter().map(Vec::len).sum();
        let (reply, answer) = oneshot::channel();
        self.ask(bytes, Work::Append(Append { entries, reply })).await?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// [`append`](Self::append) for code that is not async: holds the thread until it is done.
    ///
    /// # Errors
    /// As `append`.
    pub fn append_blocking(&self, entries: Vec<Vec<u8>>) -> Result<u64, JournalError> {
        block_on(self.append(entries))
    }

    /// Entries from `seq` on, or from the first that is kept: at most `max_entries`, and at most
    /// `max_bytes` unless the first alone is longer. Each is checked against the chain.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn read_from(
        &self,
        seq: u64,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, JournalError> {
        let (reply, answer) = oneshot::channel();
        let work = Work::Read {
            seq,
            max_entries,
            max_bytes,
            reply,
        };
        self.ask(0, work).await?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// Gives up the entries up to and including `seq`. They go by whole segments, the newest of which stays unless it
    /// has grown to a quarter of its size; the chain goes on. A number beyond the end gives up all.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn release_through(&self, seq: u64) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(0, Work::Release { seq, reply }).await?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// Finishes what waits and closes the files; other clones get [`JournalError::Closed`] from then on.
    pub async fn close(self) {
        let (reply, closed) = oneshot::channel();
        if self.ask(0, Work::Close { reply }).await.is_ok() {
            // An error means that another clone closed it first.
            let _ = closed.await;
        }
    }

    /// The number of the next entry: one more than the last that is on the disk.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.gauges.next_seq.load(Ordering::Acquire)
    }

    /// The first entry that is kept; [`next_seq`](Self::next_seq) when there is none.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.gauges.first_seq.load(Ordering::Acquire)
    }

    /// How many bytes the segments hold.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.gauges.bytes.load(Ordering::Acquire)
    }

    async fn ask(&self, bytes: usize, work: Work) -> Result<(), JournalError> {
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(WAITING_KIB).min(WAITING_KIB);
        let share = Arc::clone(&self.shares)
            .acquire_many_owned(kib)
            .await
            .map_err(|_| JournalError::Closed)?;
        self.jobs.send(Job { work, share }).map_err(|_| JournalError::Closed)
    }
}

#[cfg(test)]
mod tests;
