//! The table of this room.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Migration, Reader, Tx, values};

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "panels",
    sql: include_str!("0001_panels.sql"),
}];

pub(super) struct Stored {
    pub(super) account: String,
    pub(super) detail: Vec<u8>,
    pub(super) supervision: Option<i64>,
}

pub(super) fn all(reader: &Reader<'_>) -> Result<Vec<Stored>, DbError> {
    reader
        .query("SELECT account, detail, supervision FROM panel ORDER BY account", &[])?
        .iter()
        .map(|row| {
            Ok(Stored {
                account: row.get("account")?,
                detail: row.get("detail")?,
                supervision: row.get("supervision")?,
            })
        })
        .collect()
}

/// Adds a panel. `false` when there is one with this account.
pub(super) fn add(tx: &mut Tx<'_>, stored: &Stored, now: Timestamp) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO panel (account, detail, supervision, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &values![&stored.account, stored.detail.clone(), stored.supervision, now],
    )?;
    Ok(added == 1)
}

pub(super) fn remove(tx: &mut Tx<'_>, account: &str) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM panel WHERE account = $1", &values![account])? == 1)
}
