//! Opening SQLite the way this program wants it: durable, strict, and checked.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::DbError;
use crate::file::sync_parent;

/// How long a statement waits for another process before it is told that the file is in use.
const BUSY: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 5 });
/// How long the check at opening may take. It reads the whole file; a large one is checked as far as this goes,
/// and what lies beyond is found when it is used.
const CHECK: Duration = Duration::from_millis(800);
const STATEMENTS: usize = 128;

/// The connection that writes. The file is made when it is missing, readable by its owner only.
pub(super) fn writer(path: &Path) -> Result<Connection, DbError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file
            .sync_all()
            .and_then(|()| sync_parent(path))
            .map_err(|error| cannot_make(path, &error))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(cannot_make(path, &error)),
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // WAL lets readers go on while one writes. FULL: a commit is on the disk before it is told. The limit returns
    // the space of an unusually long log.
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                    PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;";
    connection
        .execute_batch(settings)
        .map_err(|error| DbError::from_sqlite(path, settings, &error))?;
    check(&connection, path)?;
    Ok(connection)
}

/// A connection that reads.
pub(super) fn reader(path: &Path) -> Result<Connection, DbError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let settings = "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;";
    connection
        .execute_batch(settings)
        .map_err(|error| DbError::from_sqlite(path, settings, &error))?;
    Ok(connection)
}

/// Writes a copy of the database to `target`, which must be new or empty.
pub(super) fn copy_into(path: &Path, target: &Path) -> Result<(), DbError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "VACUUM INTO $1";
    let text = target.to_str().ok_or_else(|| DbError::CannotOpen {
        path: target.to_owned(),
        detail: "the path is not UTF-8".to_owned(),
    })?;
    connection
        .execute(sql, [text])
        .map_err(|error| match DbError::from_sqlite(path, sql, &error) {
            DbError::Full { .. } => DbError::Full {
                path: target.to_owned(),
            },
            DbError::Disk { detail, .. } => DbError::Disk {
                path: target.to_owned(),
                detail,
            },
            other => other,
        })?;
    Ok(())
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, DbError> {
    let failed = |error: rusqlite::Error| DbError::from_sqlite(path, "open", &error);
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

pub(super) fn cannot_make(path: &Path, error: &io::Error) -> DbError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => DbError::ReadOnly { path },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DbError::Full { path },
        _ => DbError::CannotOpen {
            path,
            detail: error.to_string(),
        },
    }
}

fn check(connection: &Connection, path: &Path) -> Result<(), DbError> {
    let handle = connection.get_interrupt_handle();
    let (done, finished) = mpsc::channel::<()>();
    let watch = thread::Builder::new().name("db-check".to_owned()).spawn(move || {
        if finished.recv_timeout(CHECK) == Err(mpsc::RecvTimeoutError::Timeout) {
            handle.interrupt();
        }
    });
    let sql = "PRAGMA quick_check(1)";
    let told = connection.query_row(sql, [], |row| row.get::<_, String>(0));
    drop(done);
    // Joined before anything else runs, so that a late interrupt cannot hit the next statement.
    let _ = watch.map(thread::JoinHandle::join);
    match told {
        Ok(told) if told == "ok" => Ok(()),
        Ok(detail) => Err(DbError::Corrupt {
            path: path.to_owned(),
            detail,
        }),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            tracing::info!(path = %path.display(), "database is large; checked as far as the start allows");
            Ok(())
        }
        Err(error) => Err(DbError::from_sqlite(path, sql, &error)),
    }
}
