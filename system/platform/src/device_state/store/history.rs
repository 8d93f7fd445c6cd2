//! What happened.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::{CommandId, DeviceId, HomeId};

use super::super::model::{Cursor, Happened, HistoryEntry, HistoryPage, Page};
use super::{commands, json, optional_word, to_json};

/// What an entry is about.
#[derive(Debug)]
pub(in crate::device_state) enum Entry<'a> {
    /// Something that is told once.
    Happened(&'a Happened),
    /// A command, whose story is read from the command itself.
    Command(&'a CommandId, &'a DeviceId),
}

pub(in crate::device_state) fn add(
    tx: &mut Tx<'_>,
    home: &HomeId,
    number: u64,
    at: Timestamp,
    now: Timestamp,
    entry: &Entry<'_>,
) -> Result<(), DbError> {
    let (device, command, body) = match entry {
        Entry::Happened(happened) => (happened.device(), None, to_json(happened)?),
        Entry::Command(command, device) => (Some(*device), Some(command.as_str().to_owned()), String::new()),
    };
    tx.execute(
        "INSERT INTO history (home, number, at, stored_at, device, command, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &values![
            home.as_str(),
            number,
            at,
            now,
            device.map(|device| device.as_str().to_owned()),
            command,
            body
        ],
    )?;
    Ok(())
}

/// Adds one entry outside a batch, with the next number of the home.
pub(in crate::device_state) fn append(
    tx: &mut Tx<'_>,
    home: &HomeId,
    at: Timestamp,
    now: Timestamp,
    entry: &Entry<'_>,
) -> Result<(), DbError> {
    let row = tx.query_one(
        "UPDATE home SET entries = entries + 1 WHERE id = $1 RETURNING entries",
        &values![home.as_str()],
    )?;
    match row {
        Some(row) => add(tx, home, row.get("entries")?, at, now, entry),
        None => Ok(()),
    }
}

pub(in crate::device_state) fn page(reader: &Reader<'_>, home: &HomeId, page: &Page) -> Result<HistoryPage, DbError> {
    let limit = usize::from(page.limit.clamp(1, 200));
    let before = page.before.map_or(i64::MAX.unsigned_abs(), |cursor| cursor.0);
    let rows = reader.query(
        "SELECT h.number, h.at, h.stored_at, h.body, h.command, c.id, c.home, c.device, c.property, c.value, c.origin, \
         c.issued_at, c.expires_at, c.stage, c.reason, c.sent_at, c.delivered_at, c.executed_at, c.ended_at \
         FROM history h LEFT JOIN command c ON c.id = h.command \
         WHERE h.home = $1 AND h.number < $2 AND ($3 IS NULL OR h.device = $3) ORDER BY h.number DESC LIMIT $4",
        &values![
            home.as_str(),
            before,
            page.device.as_ref().map(|device| device.as_str().to_owned()),
            limit + 1
        ],
    )?;
    let more = rows.len() > limit;
    let mut next = None;
    let mut entries = Vec::with_capacity(limit.min(rows.len()));
    for row in rows.iter().take(limit) {
        let number = row.get("number")?;
        next = Some(Cursor(number));
        // A command that is no longer kept leaves nothing to tell.
        if let Some(happened) = happened(row)? {
            entries.push(HistoryEntry {
                number,
                at: row.get("at")?,
                stored_at: row.get("stored_at")?,
                happened,
            });
        }
    }
    Ok(HistoryPage {
        entries,
        next: next.filter(|_| more),
    })
}

/// Forgets entries of before a moment, and all but the newest `keep`.
pub(in crate::device_state) fn forget(
    tx: &mut Tx<'_>,
    home: &HomeId,
    before: Timestamp,
    keep: u64,
    most: u32,
) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM history WHERE home = $1 AND number IN (SELECT number FROM history WHERE home = $1 \
         AND (stored_at < $2 OR number <= (SELECT entries FROM home WHERE id = $1) - $3) ORDER BY number LIMIT $4)",
        &values![home.as_str(), before, keep, most],
    )
}

fn happened(row: &Row) -> Result<Option<Happened>, DbError> {
    if optional_word::<CommandId>(row, "command")?.is_none() {
        return json(row, "body").map(Some);
    }
    if row.get::<Option<String>>("id")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Happened::Command {
        command: Box::new(commands::record_of(row)?),
    }))
}
