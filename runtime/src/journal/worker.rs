//! The one thread that owns a journal's files: what waits is written together, with one wait for the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::error::JournalError;
use super::store::{Numbered, Store};

/// The most appends, and about the most bytes, of one write.
const MOST: usize = 256;
const MOST_BYTES: usize = 512 * 1024;
/// How long the head may stay unsynced.
const HEAD_SYNC: Duration = Duration::from_secs(1);

/// Work for the thread. Each piece holds its share of what may wait until it is done.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) share: OwnedSemaphorePermit,
}

pub(super) enum Work {
    Append(Append),
    Read {
        seq: u64,
        max_entries: usize,
        max_bytes: usize,
        reply: oneshot::Sender<Result<Vec<Numbered>, JournalError>>,
    },
    Release {
        seq: u64,
        reply: oneshot::Sender<Result<(), JournalError>>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

pub(super) struct Append {
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) reply: oneshot::Sender<Result<u64, JournalError>>,
}

/// What everybody may look at without asking the thread.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    pub(super) first_seq: AtomicU64,
    pub(super) next_seq: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Gauges {
    pub(super) fn show(&self, store: &Store) {
        self.first_seq.store(store.first_seq(), Ordering::Release);
        self.next_seq.store(store.next_seq(), Ordering::Release);
        self.bytes.store(store.bytes(), Ordering::Release);
    }
}

/// Works until it is told to close or nobody is left who could ask for anything. Answers to callers that have gone
/// away are dropped.
pub(super) fn run(mut store: Store, jobs: &Receiver<Job>, gauges: &Arc<Gauges>) {
    let mut left = None;
    let mut closing = None;
    while let Some(Job { work, share }) = left.take().or_else(|| next(&mut store, jobs)) {
        match work {
            Work::Append(append) => left = append_group(&mut store, append, share, jobs, gauges),
            Work::Read {
                seq,
                max_entries,
                max_bytes,
                reply,
            } => {
                let _ = reply.send(store.read(seq, max_entries, max_bytes));
            }
            Work::Release { seq, reply } => {
                let result = store.release(seq);
                gauges.show(&store);
                let _ = reply.send(result);
            }
            Work::Close { reply } => {
                closing = Some(reply);
                break;
            }
        }
    }
    if let Err(error) = store.sync_head() {
        tracing::warn!(%error, "the head of the journal was not synced at the end");
    }
    // The files, and with them the lock, go before the caller is told.
    drop(store);
    if let Some(reply) = closing {
        let _ = reply.send(());
    }
}

fn next(store: &mut Store, jobs: &Receiver<Job>) -> Option<Job> {
    loop {
        if !store.head_unsynced() {
            return jobs.recv().ok();
        }
        match jobs.recv_timeout(HEAD_SYNC) {
            Ok(job) => return Some(job),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = store.sync_head() {
                    tracing::warn!(%error, "the head of the journal was not synced");
                    return jobs.recv().ok();
                }
            }
        }
    }
}

/// Writes the first append and those that wait behind it. Returns other work that came in between.
fn append_group(
    store: &mut Store,
    first: Append,
    share: OwnedSemaphorePermit,
    jobs: &Receiver<Job>,
    gauges: &Arc<Gauges>,
) -> Option<Job> {
    let weight = |entries: &[Vec<u8>]| entries.iter().map(Vec::len).sum::<usize>();
    let mut bytes = weight(&first.entries);
    let mut shares = vec![share];
    let (mut appends, mut replies) = (vec![first.entries], vec![first.reply]);
    let mut left = None;
    while appends.len() < MOST && bytes < MOST_BYTES {
        let Ok(job) = jobs.try_recv() else { break };
        match job.work {
            Work::Append(append) => {
                bytes += weight(&append.entries);
                shares.push(job.share);
                appends.push(append.entries);
                replies.push(append.reply);
            }
            _ => {
                left = Some(job);
                break;
            }
        }
    }
    let results = store.append(&appends);
    gauges.show(store);
    for (reply, result) in replies.into_iter().zip(results) {
        let _ = reply.send(result);
    }
    left
}
