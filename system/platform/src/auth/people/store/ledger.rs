//! Ledgers of failed sign-ins.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Tx, values};

use super::super::lockout::{Bounds, Ledger};

const MOST: i64 = 100_000;

pub(in super::super) fn get(reader: &Reader<'_>, key: [u8; 32]) -> Result<Option<Ledger>, DbError> {
    let row = reader.query_one("SELECT failures, last_at FROM ledger WHERE key = $1", &values![key])?;
    row.map(|row| {
        Ok(Ledger {
            failures: row.get("failures")?,
            last: row.get("last_at")?,
        })
    })
    .transpose()
}

/// Writes a ledger down; `None` empties it.
pub(in super::super) fn put(tx: &mut Tx<'_>, key: [u8; 32], ledger: Option<Ledger>) -> Result<(), DbError> {
    match ledger {
        Some(ledger) => tx.execute(
            "INSERT INTO ledger (key, failures, last_at) VALUES ($1, $2, $3) \
             ON CONFLICT (key) DO UPDATE SET failures = $2, last_at = $3",
            &values![key, ledger.failures, ledger.last],
        ),
        None => tx.execute("DELETE FROM ledger WHERE key = $1", &values![key]),
    }
    .map(drop)
}

/// Keeps the table bounded: what is forgotten goes, and beyond the bound the oldest.
pub(in super::super) fn tidy(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let forgotten = [Bounds::LOGIN, Bounds::ADDRESS, Bounds::KNOWN_BROWSER]
        .iter()
        .map(|bounds| bounds.forget)
        .max()
        .unwrap_or_default();
    let before = now.checked_sub(forgotten).unwrap_or(Timestamp::MIN);
    tx.execute("DELETE FROM ledger WHERE last_at < $1", &values![before])?;
    let count: i64 = tx
        .query_one("SELECT COUNT(*) AS count FROM ledger", &[])?
        .map_or(Ok(0), |row| row.get("count"))?;
    if count > MOST {
        tx.execute(
            "DELETE FROM ledger WHERE key IN (SELECT key FROM ledger ORDER BY last_at LIMIT $1)",
            &values![count - MOST],
        )?;
    }
    Ok(())
}
