//! Rosters.

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::StaffId;

use super::id;

const COLUMNS: &str = "version, signed, kept_at, kept_by, sent_at, problem";
/// What did not get through is tried again after this.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// A roster as it is stored.
#[derive(Debug, Clone)]
pub(in super::super) struct Stored {
    pub(in super::super) version: u64,
    pub(in super::super) signed: Vec<u8>,
    pub(in super::super) kept_at: Timestamp,
    pub(in super::super) kept_by: StaffId,
    pub(in super::super) sent_at: Option<Timestamp>,
    pub(in super::super) problem: Option<String>,
}

fn stored(row: &Row) -> Result<Stored, DbError> {
    Ok(Stored {
        version: row.get("version")?,
        signed: row.get("signed")?,
        kept_at: row.get("kept_at")?,
        kept_by: id(row, "kept_by", "the id of staff")?,
        sent_at: row.get("sent_at")?,
        problem: row.get("problem")?,
    })
}

/// The newest rosters, the newest first.
pub(in super::super) fn newest(reader: &Reader<'_>, most: usize) -> Result<Vec<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM roster ORDER BY version DESC LIMIT $1");
    reader.query(&sql, &values![most])?.iter().map(stored).collect()
}

pub(in super::super) fn add(tx: &mut Tx<'_>, roster: &Stored) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO roster (version, signed, kept_at, kept_by) VALUES ($1, $2, $3, $4)",
        &values![
            roster.version,
            roster.signed.clone(),
            roster.kept_at,
            roster.kept_by.as_str()
        ],
    )
    .map(drop)
}

/// The newest roster, when the platform does not have it and it was not tried a moment ago. An older one is of no use.
pub(in super::super) fn unsent(reader: &Reader<'_>, now: Timestamp) -> Result<Option<Stored>, DbError> {
    let before = now.checked_sub(AGAIN).unwrap_or(Timestamp::MIN);
    let sql = format!(
        "SELECT {COLUMNS} FROM roster WHERE version = (SELECT MAX(version) FROM roster) AND sent_at IS NULL \
         AND (tried_at IS NULL OR tried_at <= $1)"
    );
    reader
        .query_one(&sql, &values![before])?
        .as_ref()
        .map(stored)
        .transpose()
}

/// Notes what came of sending.
pub(in super::super) fn tried(
    tx: &mut Tx<'_>,
    version: u64,
    now: Timestamp,
    problem: Option<&str>,
) -> Result<(), DbError> {
    let sent_at = problem.is_none().then_some(now);
    let problem = problem.map(str::to_owned);
    tx.execute(
        "UPDATE roster SET tried_at = $1, sent_at = $2, problem = $3 WHERE version = $4",
        &values![now, sent_at, problem, version],
    )
    .map(drop)
}

/// Tries the newest again at the next look.
pub(in super::super) fn again(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.execute("UPDATE roster SET tried_at = NULL WHERE sent_at IS NULL", &[])
        .map(drop)
}
