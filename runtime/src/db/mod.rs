//! An embedded database: one writer, several readers, and a face without a word of SQLite.
//!
//! Work is a closure. A write runs in the one writer thread, inside a transaction that it may share with others
//! that were waiting at the same moment; each has a savepoint of its own, so one that fails takes nothing of the
//! others with it, and nobody is answered before the commit is on the disk. A read runs in one of a few reader
//! threads and sees one unchanging state. Queues are bounded: who asks for more than the disk can do, waits.
//!
//! A caller that stops waiting does not stop its work: what has been asked for may still happen.
//!
//! Write SQL that SQLite and PostgreSQL both understand: `$1`, `$2`, … in the order of first use; `ON CONFLICT … DO`
//! and `RETURNING` are fine, `INSERT OR …` is not. No deferred constraints: one that is broken is found at the
//! commit, and fails all of a group.

mod connection;
mod error;
mod migration;
mod readers;
mod session;
mod value;
mod writer;

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::sync::{mpsc, oneshot};

pub use error::{DbError, Rule};
pub use migration::Migration;
pub use session::{MOST_ROWS, Reader, Tx};
pub use value::{FromValue, Row, Value, values};

use crate::file::sync_parent;
use crate::wait::block_on;

/// How many writes, and how many reads, may wait.
const WAITING: usize = 1024;

/// A database that is open. Clones are the same one.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

/// What a database has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Writes that were committed.
    pub writes: u64,
    /// Transactions that committed them.
    pub groups: u64,
    /// Writes that wait now.
    pub writes_waiting: usize,
    /// Reads that wait now.
    pub reads_waiting: usize,
}

struct Inner {
    path: PathBuf,
    writer: mpsc::Sender<writer::Job>,
    readers: mpsc::Sender<readers::Job>,
    counters: Arc<Counters>,
    ends: tokio::sync::Mutex<Ends>,
}

/// Closed when the threads have ended.
struct Ends {
    readers: mpsc::Receiver<()>,
    writer: mpsc::Receiver<()>,
}

#[derive(Debug, Default)]
struct Counters {
    writes: AtomicU64,
    groups: AtomicU64,
}

impl Database {
    /// Opens the file, making it when it is missing (0600), checks it, and brings its schema up to date.
    ///
    /// Blocks: it reads the file. Call it while starting, before there is anything to hold up.
    ///
    /// # Errors
    /// [`DbError`], with the remedy.
    pub fn open(path: &Path, migrations: &'static [Migration]) -> Result<Self, DbError> {
        let mut connection = connection::writer(path)?;
        migration::migrate(&mut connection, path, migrations)?;

        let (writer, changes) = mpsc::channel(WAITING);
        let (readers, questions) = mpsc::channel(WAITING);
        let (writer_lives, writer_ends) = mpsc::channel(1);
        let (readers_live, readers_end) = mpsc::channel(1);
        let counters = Arc::new(Counters::default());
        let questions = Arc::new(Mutex::new(questions));
        let count = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
        for number in 1..=count {
            let (connection, questions) = (connection::reader(path)?, Arc::clone(&questions));
            let (path, lives) = (path.to_owned(), readers_live.clone());
            spawn(&path.clone(), &format!("db-read-{number}"), move || {
                readers::run(&connection, &path, &questions);
                drop(connection);
                drop(lives);
            })?;
        }
        let (own_path, own_counters) = (path.to_owned(), Arc::clone(&counters));
        spawn(path, "db-write", move || {
            writer::run(&connection, &own_path, changes, &own_counters);
            drop(connection);
            drop(writer_lives);
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                writer,
                readers,
                counters,
                ends: tokio::sync::Mutex::new(Ends {
                    readers: readers_end,
                    writer: writer_ends,
                }),
            }),
        })
    }

    /// Runs `work` in a transaction and returns when it is on the disk. When `work` fails, nothing of it remains.
    ///
    /// # Errors
    /// What `work` returned, or why it could not be kept.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        self.try_write(work).await
    }

    /// As [`write`](Self::write), for work that can fail for reasons of its own; it is undone then, too.
    ///
    /// # Errors
    /// What `work` returned, or why it could not be kept.
    pub async fn try_write<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = writer::Job::Change(writer::change(work, reply));
        self.inner.writer.send(job).await.map_err(|_| DbError::Closed)?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    /// Runs `work` on one snapshot of what is committed.
    ///
    /// # Errors
    /// What `work` returned, or why it could not be run.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        self.try_read(work).await
    }

    /// As [`read`](Self::read), for work that can fail for reasons of its own.
    ///
    /// # Errors
    /// What `work` returned, or why it could not be run.
    pub async fn try_read<T, E>(&self, work: impl FnOnce(&Reader<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = readers::Job::Question(readers::question(work, reply));
        self.inner.readers.send(job).await.map_err(|_| DbError::Closed)?;
        answer.await.map_err(|_| DbError::Closed)?
    }

    /// [`write`](Self::write) for code that is not async: holds the thread until it is done.
    ///
    /// # Errors
    /// As `write`.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        block_on(self.write(work))
    }

    /// [`read`](Self::read) for code that is not async: holds the thread until it is done.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        block_on(self.read(work))
    }

    /// Writes a whole, compact copy of a snapshot to `target` (0600), replacing what is there once the copy is
    /// complete and on the disk. Reads and writes go on meanwhile.
    ///
    /// # Errors
    /// [`DbError`]; what was at `target` is then still there.
    pub async fn backup_to(&self, target: &Path) -> Result<(), DbError> {
        let (path, target) = (self.inner.path.clone(), target.to_owned());
        let (reply, answer) = oneshot::channel();
        spawn(&self.inner.path, "db-backup", move || {
            let _ = reply.send(backup(&path, &target));
        })?;
        answer.await.map_err(|_| DbError::Panicked)?
    }

    /// What it has done so far, for metrics.
    #[must_use]
    pub fn activity(&self) -> Activity {
        let Inner {
            writer,
            readers,
            counters,
            ..
        } = &*self.inner;
        Activity {
            writes: counters.writes.load(Ordering::Relaxed),
            groups: counters.groups.load(Ordering::Relaxed),
            writes_waiting: writer.max_capacity() - writer.capacity(),
            reads_waiting: readers.max_capacity() - readers.capacity(),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Finishes what is waiting and closes the file; returns when that is done. Other clones get
    /// [`DbError::Closed`] from then on.
    pub async fn close(self) {
        let mut ends = self.inner.ends.lock().await;
        // Readers first: the last connection that closes folds the log into the file, and that is the writer's.
        // A queue that is already closed needs no stop.
        let _ = self.inner.readers.send(readers::Job::Stop).await;
        let _ = ends.readers.recv().await;
        let _ = self.inner.writer.send(writer::Job::Stop).await;
        let _ = ends.writer.recv().await;
    }
}

impl Counters {
    fn committed(&self, writes: usize) {
        self.writes
            .fetch_add(u64::try_from(writes).unwrap_or(0), Ordering::Relaxed);
        self.groups.fetch_add(1, Ordering::Relaxed);
    }
}

fn spawn(path: &Path, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), DbError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(|_| ())
        .map_err(|error| DbError::CannotOpen {
            path: path.to_owned(),
            detail: format!("no thread: {error}"),
        })
}

fn backup(path: &Path, target: &Path) -> Result<(), DbError> {
    let made = |error: std::io::Error| connection::cannot_make(target, &error);
    let mut beside = target.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let copied = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(made)
        .and_then(|file| {
            connection::copy_into(path, &beside)?;
            file.sync_all().map_err(made)?;
            fs::rename(&beside, target).map_err(made)?;
            sync_parent(target).map_err(made)
        });
    if copied.is_err() {
        // Half a copy helps nobody; the error that matters is the first.
        let _ = fs::remove_file(&beside);
    }
    copied
}

#[cfg(test)]
mod tests;
