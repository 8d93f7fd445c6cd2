//! What the guards of the houses tell.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Tx, values};
use tomori_smart_home::HomeId;
use tomori_smart_home::arming::Arming;

use super::super::model::{Guard, GuardEntry, GuardWhat};
use super::{json, to_json, word};

/// Keeps how the guard of a home stands, in place of what was told before.
pub(in crate::device_state) fn put(
    tx: &mut Tx<'_>,
    home: &HomeId,
    at: Timestamp,
    arming: &Arming,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO guard (home, at, body) VALUES ($1, $2, $3) ON CONFLICT (home) DO UPDATE SET at = $2, body = $3",
        &values![home.as_str(), at, to_json(arming)?],
    )
    .map(drop)
}

/// How the guard of a home stands.
pub(in crate::device_state) fn one(reader: &Reader<'_>, home: &HomeId) -> Result<Option<Guard>, DbError> {
    reader
        .query_one("SELECT at, body FROM guard WHERE home = $1", &values![home.as_str()])?
        .map(|row| {
            Ok(Guard {
                at: row.get("at")?,
                arming: json(&row, "body")?,
            })
        })
        .transpose()
}

/// Puts an entry behind all others. Numbers are counted apart from the rows, so that none is given twice when rows went.
pub(in crate::device_state) fn add(
    tx: &mut Tx<'_>,
    home: &HomeId,
    what: &GuardWhat,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO guard_count (one, number) VALUES (1, 1) \
         ON CONFLICT (one) DO UPDATE SET number = guard_count.number + 1",
        &[],
    )?;
    tx.execute(
        "INSERT INTO guard_entry (number, home, stored_at, body) SELECT number, $1, $2, $3 FROM guard_count",
        &values![home.as_str(), now, to_json(what)?],
    )
    .map(drop)
}

/// Entries behind a number, in order.
pub(in crate::device_state) fn after(reader: &Reader<'_>, number: u64, most: u32) -> Result<Vec<GuardEntry>, DbError> {
    reader
        .query(
            "SELECT number, home, stored_at, body FROM guard_entry WHERE number > $1 ORDER BY number LIMIT $2",
            &values![number, most],
        )?
        .iter()
        .map(|row| {
            Ok(GuardEntry {
                number: row.get("number")?,
                home: word(row, "home")?,
                stored_at: row.get("stored_at")?,
                what: json(row, "body")?,
            })
        })
        .collect()
}

/// Entries that were taken in go.
pub(in crate::device_state) fn forget(tx: &mut Tx<'_>, through: u64) -> Result<(), DbError> {
    tx.execute("DELETE FROM guard_entry WHERE number <= $1", &values![through])
        .map(drop)
}
