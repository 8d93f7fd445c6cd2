//! The tables of this room.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::StaffId;

use super::model::{Detail, Emergency};

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "emergency",
    sql: include_str!("0001_emergency.sql"),
}];

const COLUMNS: &str = "number, staff, pressed_at, last_at, presses, last_key, alarm_case, acknowledged_at, acknowledged_by, \
                       ended_at, detail";

/// An emergency whose detail is still sealed.
pub(super) struct Stored {
    pub(super) emergency: Emergency,
    pub(super) detail: Vec<u8>,
}

fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

fn optional<T: std::str::FromStr>(row: &Row, column: &str, wanted: &'static str) -> Result<Option<T>, DbError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| foreign(column, wanted)))
        .transpose()
}

fn stored(row: &Row) -> Result<Stored, DbError> {
    let by: Option<StaffId> = optional(row, "acknowledged_by", "the id of staff")?;
    let staff = optional(row, "staff", "the id of staff")?;
    Ok(Stored {
        emergency: Emergency {
            number: row.get("number")?,
            staff: staff.ok_or(foreign("staff", "the id of staff"))?,
            pressed_at: row.get("pressed_at")?,
            last_at: row.get("last_at")?,
            presses: row.get("presses")?,
            last_key: row.get("last_key")?,
            case: optional(row, "alarm_case", "the id of a case")?,
            seen: by.zip(row.get::<Option<Timestamp>>("acknowledged_at")?),
            ended_at: row.get("ended_at")?,
            detail: Detail::default(),
        },
        detail: row.get("detail")?,
    })
}

/// The newest of a guard, over or not.
pub(super) fn newest(reader: &Reader<'_>, staff: &StaffId) -> Result<Option<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM emergency WHERE staff = $1 ORDER BY number DESC LIMIT 1");
    let row = reader.query_one(&sql, &values![staff.as_str()])?;
    row.as_ref().map(stored).transpose()
}

/// What is not over, oldest first.
pub(super) fn open(reader: &Reader<'_>) -> Result<Vec<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM emergency WHERE ended_at IS NULL ORDER BY number");
    reader.query(&sql, &[])?.iter().map(stored).collect()
}

pub(super) fn by_number(reader: &Reader<'_>, number: i64) -> Result<Option<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM emergency WHERE number = $1");
    let row = reader.query_one(&sql, &values![number])?;
    row.as_ref().map(stored).transpose()
}

/// Adds one and gives its number.
pub(super) fn add(tx: &mut Tx<'_>, emergency: &Emergency, detail: Vec<u8>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO emergency (staff, pressed_at, last_at, presses, last_key, alarm_case, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &values![
            emergency.staff.as_str(),
            emergency.pressed_at,
            emergency.last_at,
            emergency.presses,
            emergency.last_key.as_str(),
            emergency.case.as_ref().map(|case| case.as_str().to_owned()),
            detail
        ],
    )
    .map(drop)
}

/// Writes down everything of it that may change.
pub(super) fn put(tx: &mut Tx<'_>, emergency: &Emergency, detail: Vec<u8>) -> Result<(), DbError> {
    let (by, at) = emergency.seen.clone().unzip();
    tx.execute(
        "UPDATE emergency SET last_at = $1, presses = $2, last_key = $3, alarm_case = $4, acknowledged_at = $5, \
         acknowledged_by = $6, detail = $7 WHERE number = $8",
        &values![
            emergency.last_at,
            emergency.presses,
            emergency.last_key.as_str(),
            emergency.case.as_ref().map(|case| case.as_str().to_owned()),
            at,
            by.map(|by| by.as_str().to_owned()),
            detail,
            emergency.number
        ],
    )
    .map(drop)
}

pub(super) fn end(tx: &mut Tx<'_>, number: i64, at: Timestamp, by: &StaffId, detail: Vec<u8>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE emergency SET ended_at = $1, ended_by = $2, detail = $3 WHERE number = $4",
        &values![at, by.as_str(), detail, number],
    )
    .map(drop)
}

/// Nothing is left of what ended before then.
pub(super) fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM emergency WHERE ended_at < $1", &values![before])
        .map(drop)
}
