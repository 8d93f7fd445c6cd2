//! The tables of this room. Private: nobody else writes SQL about schedules.

use jiff::Timestamp;
use jiff::civil::Date;
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::schedule::Firing;
use tomori_smart_home::{HomeId, ResidentId, Schedule, ScheduleId};

use super::model::Standing;

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "schedules",
    sql: include_str!("0001_schedules.sql"),
}];

/// A schedule and since when it has its present form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) home: HomeId,
    pub(super) schedule: Schedule,
    pub(super) since: Timestamp,
    pub(super) changed_by: ResidentId,
}

/// A firing that was written down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    pub(super) home: HomeId,
    pub(super) firing: Firing,
    pub(super) schedule: Schedule,
    pub(super) standing: Standing,
}

fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

fn to_json(schedule: &Schedule) -> Result<String, DbError> {
    serde_json::to_string(schedule).map_err(|_| foreign("body", "a schedule"))
}

fn from_json(row: &Row) -> Result<Schedule, DbError> {
    let text: String = row.get("body")?;
    serde_json::from_str(&text).map_err(|_| foreign("body", "a schedule"))
}

fn home(row: &Row) -> Result<HomeId, DbError> {
    let text: String = row.get("home")?;
    text.parse().map_err(|_| foreign("home", "the id of a home"))
}

fn kept(row: &Row) -> Result<Kept, DbError> {
    Ok(Kept {
        home: home(row)?,
        schedule: from_json(row)?,
        since: row.get("since")?,
        changed_by: row
            .get::<String>("changed_by")?
            .parse()
            .map_err(|_| foreign("changed_by", "the id of a resident"))?,
    })
}

fn written(row: &Row) -> Result<Written, DbError> {
    let schedule: String = row.get("schedule")?;
    let date: String = row.get("date")?;
    let standing: String = row.get("standing")?;
    Ok(Written {
        home: home(row)?,
        firing: Firing {
            at: row.get("at")?,
            date: date.parse().map_err(|_| foreign("date", "a civil date"))?,
            schedule: schedule
                .parse()
                .map_err(|_| foreign("schedule", "the id of a schedule"))?,
        },
        schedule: from_json(row)?,
        standing: Standing::from_word(&standing).ok_or(foreign("standing", "a standing"))?,
    })
}

pub(super) fn of_home(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<Kept>, DbError> {
    reader
        .query(
            "SELECT home, body, since, changed_by FROM schedule WHERE home = $1 ORDER BY created_at, id",
            &values![home.as_str()],
        )?
        .iter()
        .map(kept)
        .collect()
}

/// Some of all schedules, by id; for walking through them in bounded steps.
pub(super) fn after(reader: &Reader<'_>, id: &str, most: u32) -> Result<Vec<Kept>, DbError> {
    reader
        .query(
            "SELECT home, body, since, changed_by FROM schedule WHERE id > $1 ORDER BY id LIMIT $2",
            &values![id, most],
        )?
        .iter()
        .map(kept)
        .collect()
}

pub(super) fn by_id(reader: &Reader<'_>, home: &HomeId, id: &ScheduleId) -> Result<Option<Kept>, DbError> {
    reader
        .query_one(
            "SELECT home, body, since, changed_by FROM schedule WHERE home = $1 AND id = $2",
            &values![home.as_str(), id.as_str()],
        )?
        .as_ref()
        .map(kept)
        .transpose()
}

pub(super) fn count(reader: &Reader<'_>, home: &HomeId) -> Result<usize, DbError> {
    reader
        .query_one(
            "SELECT COUNT(*) AS count FROM schedule WHERE home = $1",
            &values![home.as_str()],
        )?
        .map_or(Ok(0), |row| row.get("count"))
}

/// Writes a schedule, new or changed, and counts the home's plan up.
pub(super) fn put(
    tx: &mut Tx<'_>,
    home: &HomeId,
    schedule: &Schedule,
    by: &ResidentId,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO schedule (id, home, body, version, since, changed_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $5) \
         ON CONFLICT (id) DO UPDATE SET body = $3, version = $4, since = $5, changed_by = $6",
        &values![
            schedule.id.as_str(),
            home.as_str(),
            to_json(schedule)?,
            schedule.version,
            now,
            by.as_str()
        ],
    )?;
    count_up(tx, home)
}

pub(super) fn remove(tx: &mut Tx<'_>, home: &HomeId, id: &ScheduleId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM schedule WHERE home = $1 AND id = $2",
        &values![home.as_str(), id.as_str()],
    )?;
    count_up(tx, home)
}

fn count_up(tx: &mut Tx<'_>, home: &HomeId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO schedules_version (home, version) VALUES ($1, 1) \
         ON CONFLICT (home) DO UPDATE SET version = schedules_version.version + 1",
        &values![home.as_str()],
    )
    .map(drop)
}

pub(super) fn version(reader: &Reader<'_>, home: &HomeId) -> Result<u64, DbError> {
    reader
        .query_one(
            "SELECT version FROM schedules_version WHERE home = $1",
            &values![home.as_str()],
        )?
        .map_or(Ok(0), |row| row.get("version"))
}

/// Writes a firing down. `false` when it was written down before: somebody has dealt with it.
pub(super) fn write_down(tx: &mut Tx<'_>, written: &Written) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO firing (schedule, date, home, at, body, standing) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (schedule, date) DO NOTHING",
        &values![
            written.firing.schedule.as_str(),
            written.firing.date.to_string(),
            written.home.as_str(),
            written.firing.at,
            to_json(&written.schedule)?,
            written.standing.word()
        ],
    )?;
    Ok(added == 1)
}

/// Moves a firing on from `due`; one that is no longer due stays as it is.
pub(super) fn settle(tx: &mut Tx<'_>, firing: &Firing, standing: Standing) -> Result<(), DbError> {
    tx.execute(
        "UPDATE firing SET standing = $1 WHERE schedule = $2 AND date = $3 AND standing = 'due'",
        &values![standing.word(), firing.schedule.as_str(), firing.date.to_string()],
    )
    .map(drop)
}

/// Firings that are written down and not dealt with, oldest first.
pub(super) fn due(reader: &Reader<'_>, most: u32) -> Result<Vec<Written>, DbError> {
    reader
        .query(
            "SELECT schedule, date, home, at, body, standing FROM firing WHERE standing = 'due' ORDER BY at LIMIT $1",
            &values![most],
        )?
        .iter()
        .map(written)
        .collect()
}

/// The newest firings of a home.
pub(super) fn firings(reader: &Reader<'_>, home: &HomeId, most: u32) -> Result<Vec<Written>, DbError> {
    reader
        .query(
            "SELECT schedule, date, home, at, body, standing FROM firing WHERE home = $1 ORDER BY at DESC, schedule LIMIT $2",
            &values![home.as_str(), most],
        )?
        .iter()
        .map(written)
        .collect()
}

/// The last date that a schedule has a row for, if that is `from` or later.
pub(super) fn last_date(reader: &Reader<'_>, schedule: &ScheduleId, from: Date) -> Result<Option<Date>, DbError> {
    let row = reader.query_one(
        "SELECT date FROM firing WHERE schedule = $1 AND date >= $2 ORDER BY date DESC LIMIT 1",
        &values![schedule.as_str(), from.to_string()],
    )?;
    row.map(|row| {
        let date: String = row.get("date")?;
        date.parse().map_err(|_| foreign("date", "a civil date"))
    })
    .transpose()
}

/// Takes back what a clock that was ahead wrote down as missed.
pub(super) fn judge_anew(tx: &mut Tx<'_>, after: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM firing WHERE standing = 'missed' AND at > $1",
        &values![after],
    )
}

/// Old firings go; the history of the house keeps the commands.
pub(super) fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM firing WHERE at < $1 AND standing <> 'due'",
        &values![before],
    )
    .map(drop)
}

pub(super) fn through(reader: &Reader<'_>) -> Result<Option<Timestamp>, DbError> {
    reader
        .query_one("SELECT through FROM outlook WHERE one = 1", &[])?
        .map(|row| row.get("through"))
        .transpose()
}

pub(super) fn set_through(tx: &mut Tx<'_>, through: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO outlook (one, through) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET through = $1",
        &values![through],
    )
    .map(drop)
}
