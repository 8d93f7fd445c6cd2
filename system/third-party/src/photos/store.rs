//! The tables of this room.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::{CaseId, StaffId};

use super::service::Photo;

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "photos",
    sql: include_str!("0001_photos.sql"),
}];

fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

fn photo(row: &Row) -> Result<Photo, DbError> {
    let text = |column: &str| row.get::<String>(column);
    let case = text("alarm_case")?.parse();
    let guard = text("guard")?.parse();
    Ok(Photo {
        number: row.get("number")?,
        case: case.map_err(|_| foreign("alarm_case", "the id of a case"))?,
        mission: row.get("mission")?,
        guard: guard.map_err(|_| foreign("guard", "the id of staff"))?,
        at: row.get("at")?,
    })
}

pub(super) fn of_case(reader: &Reader<'_>, case: &CaseId) -> Result<Vec<Photo>, DbError> {
    let sql = "SELECT number, alarm_case, mission, guard, at FROM photo WHERE alarm_case = $1 ORDER BY number";
    reader.query(sql, &values![case.as_str()])?.iter().map(photo).collect()
}

pub(super) fn of_mission(reader: &Reader<'_>, mission: i64) -> Result<Vec<Photo>, DbError> {
    let sql = "SELECT number, alarm_case, mission, guard, at FROM photo WHERE mission = $1 ORDER BY number";
    reader.query(sql, &values![mission])?.iter().map(photo).collect()
}

/// A photo and its sealed picture.
pub(super) fn picture(reader: &Reader<'_>, number: i64) -> Result<Option<(Photo, Vec<u8>)>, DbError> {
    let sql = "SELECT number, alarm_case, mission, guard, at, picture FROM photo WHERE number = $1";
    let row = reader.query_one(sql, &values![number])?;
    row.map(|row| Ok((photo(&row)?, row.get("picture")?))).transpose()
}

pub(super) fn add(
    tx: &mut Tx<'_>,
    case: &CaseId,
    mission: i64,
    guard: &StaffId,
    at: Timestamp,
    picture: Vec<u8>,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO photo (alarm_case, mission, guard, at, picture) VALUES ($1, $2, $3, $4, $5)",
        &values![case.as_str(), mission, guard.as_str(), at, picture],
    )
    .map(drop)
}

pub(super) fn forget_case(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), DbError> {
    tx.execute("DELETE FROM photo WHERE alarm_case = $1", &values![case.as_str()])
        .map(drop)
}
