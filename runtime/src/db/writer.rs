//! The one thread that writes. It takes what is waiting into one transaction, because the cost of a write is the
//! wait for the disk, and that is the same for one change as for a hundred.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::Counters;
use super::error::DbError;
use super::session::Tx;

/// The most changes of one transaction.
const MOST: usize = 256;
/// How long a transaction takes in more changes, so that the first caller does not wait for ever on a busy day.
const LONGEST: Duration = Duration::from_millis(20);

/// Work for the writer.
pub(super) enum Job {
    /// A change.
    Change(Change),
    /// Do what is waiting, then end.
    Stop,
}

/// A change. It is called with a transaction, or with the reason why there is none.
pub(super) type Change = Box<dyn FnOnce(Result<&mut Tx<'_>, DbError>) -> Option<Done> + Send>;

/// A change that has been made or refused and waits for the commit.
pub(super) struct Done {
    /// Whether it is to be kept.
    keep: bool,
    /// Answers the caller: with its result, or with why the commit failed.
    answer: Box<dyn FnOnce(Option<DbError>) + Send>,
}

/// A caller's work as a [`Change`].
pub(super) fn change<T, E>(
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    reply: oneshot::Sender<Result<T, E>>,
) -> Change
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    Box::new(move |tx| {
        let tx = match tx {
            Ok(tx) => tx,
            Err(error) => {
                // A caller that has gone away has nothing to be told.
                let _ = reply.send(Err(error.into()));
                return None;
            }
        };
        // Nothing of the closure is looked at after a panic, and its changes are undone.
        let result = catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|_| Err(DbError::Panicked.into()));
        Some(Done {
            keep: result.is_ok(),
            answer: Box::new(move |failure| {
                let _ = reply.send(match failure {
                    Some(error) if result.is_ok() => Err(error.into()),
                    _ => result,
                });
            }),
        })
    })
}

/// Works until it is told to stop or nobody is left who could ask for anything.
pub(super) fn run(connection: &Connection, path: &Path, mut jobs: mpsc::Receiver<Job>, counters: &Arc<Counters>) {
    while let Some(job) = jobs.blocking_recv() {
        match job {
            Job::Change(first) => {
                if !group(connection, path, first, &mut jobs, counters) {
                    jobs.close();
                }
            }
            Job::Stop => jobs.close(),
        }
    }
    // Readers are gone or going: fold the log into the file, so that a backup by copying finds all in one place.
    // Whatever cannot be folded stays in the log and is found there at the next start.
    let _ = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
}

/// One transaction. Returns false when a stop came in between.
fn group(
    connection: &Connection,
    path: &Path,
    first: Change,
    jobs: &mut mpsc::Receiver<Job>,
    counters: &Arc<Counters>,
) -> bool {
    let mut go_on = true;
    if let Err(error) = step(connection, path, "BEGIN IMMEDIATE") {
        first(Err(error));
        return go_on;
    }
    let began = Instant::now();
    let mut done = Vec::new();
    let mut lost = None;
    let mut next = Some(first);
    while let Some(change) = next.take() {
        match one(connection, path, change) {
            Ok(settled) => done.extend(settled),
            Err(error) => {
                lost = Some(error);
                break;
            }
        }
        if done.len() < MOST && began.elapsed() < LONGEST {
            next = match jobs.try_recv() {
                Ok(Job::Change(change)) => Some(change),
                Ok(Job::Stop) => {
                    go_on = false;
                    None
                }
                Err(_) => None,
            };
        }
    }
    let failure = lost.or_else(|| step(connection, path, "COMMIT").err());
    if let Some(error) = &failure {
        tracing::error!(%error, changes = done.len(), "a group of changes was not committed");
        undo_all(connection, path);
    } else {
        counters.committed(done.iter().filter(|done| done.keep).count());
    }
    for done in done {
        (done.answer)(failure.clone());
    }
    go_on
}

/// Makes one change under its own savepoint. An error means that the whole transaction is gone.
fn one(connection: &Connection, path: &Path, change: Change) -> Result<Option<Done>, DbError> {
    if let Err(error) = step(connection, path, "SAVEPOINT change") {
        change(Err(error.clone()));
        return Err(error);
    }
    let mut tx = Tx::new(connection, path);
    let settled = change(Ok(&mut tx));
    // SQLite ends the transaction by itself when the disk is full or fails; what came before is then gone as well.
    if connection.is_autocommit() {
        let error = tx.fault().unwrap_or_else(|| DbError::Disk {
            path: path.to_owned(),
            detail: "the transaction has ended".to_owned(),
        });
        if let Some(done) = settled {
            (done.answer)(Some(error.clone()));
        }
        return Err(error);
    }
    if !settled.as_ref().is_some_and(|done| done.keep) {
        step(connection, path, "ROLLBACK TO change")?;
    }
    step(connection, path, "RELEASE change")?;
    Ok(settled)
}

fn undo_all(connection: &Connection, path: &Path) {
    if !connection.is_autocommit()
        && let Err(error) = step(connection, path, "ROLLBACK")
    {
        tracing::error!(%error, "the failed group could not be undone");
    }
}

fn step(connection: &Connection, path: &Path, sql: &'static str) -> Result<(), DbError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.raw_execute())
        .map(|_| ())
        .map_err(|error| DbError::from_sqlite(path, sql, &error))
}
