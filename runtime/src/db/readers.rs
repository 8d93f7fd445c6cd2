//! The threads that read. Each has a connection of its own, and each piece of work sees one snapshot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::error::DbError;
use super::session::Reader;

/// Work for a reader.
pub(super) enum Job {
    /// A question. It is called with a snapshot, or with the reason why there is none.
    Question(Question),
    /// Do what is waiting, then end.
    Stop,
}

/// A question.
pub(super) type Question = Box<dyn FnOnce(Result<&Reader<'_>, DbError>) + Send>;

/// A caller's work as a [`Question`].
pub(super) fn question<T, E>(
    work: impl FnOnce(&Reader<'_>) -> Result<T, E> + Send + 'static,
    reply: oneshot::Sender<Result<T, E>>,
) -> Question
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    Box::new(move |reader| {
        let result = match reader {
            Ok(reader) => {
                catch_unwind(AssertUnwindSafe(|| work(reader))).unwrap_or_else(|_| Err(DbError::Panicked.into()))
            }
            Err(error) => Err(error.into()),
        };
        // A caller that has gone away has nothing to be told.
        let _ = reply.send(result);
    })
}

/// Works until it is told to stop or nobody is left who could ask.
pub(super) fn run(connection: &Connection, path: &Path, jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let job = {
            let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
            let job = jobs.blocking_recv();
            if matches!(job, Some(Job::Stop)) {
                jobs.close();
            }
            job
        };
        match job {
            Some(Job::Question(question)) => answer(connection, path, question),
            Some(Job::Stop) => {}
            None => return,
        }
    }
}

fn answer(connection: &Connection, path: &Path, question: Question) {
    let step = |sql: &'static str| {
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.raw_execute())
            .map_err(|error| DbError::from_sqlite(path, sql, &error))
    };
    if let Err(error) = step("BEGIN") {
        question(Err(error));
        return;
    }
    question(Ok(&Reader::new(connection, path)));
    if let Err(error) = step("ROLLBACK") {
        tracing::warn!(%error, "a snapshot did not end");
    }
}
