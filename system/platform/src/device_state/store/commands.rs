//! Commands.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::{Command, CommandId, HomeId, PropertyName, Reason, Stage};

use super::super::model::CommandRecord;
use super::super::model::command::MOST_READ;
use super::{foreign, json, optional_json, to_json, word};

const COLUMNS: &str = "id, home, device, property, value, origin, issued_at, expires_at, stage, reason, sent_at, \
                       delivered_at, executed_at, ended_at";

pub(in crate::device_state) fn add(
    tx: &mut Tx<'_>,
    record: &CommandRecord,
    idempotency_key: Option<&str>,
) -> Result<(), DbError> {
    let Command {
        id,
        device,
        property,
        value,
        origin,
        issued_at,
        expires_at,
    } = &record.command;
    tx.execute(
        "INSERT INTO command (id, home, device, property, value, origin, issued_at, expires_at, idempotency_key, \
         stage, reason, sent_at, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &values![
            id.as_str(),
            record.home.as_str(),
            device.as_str(),
            property.as_str(),
            to_json(value)?,
            to_json(origin)?,
            *issued_at,
            *expires_at,
            idempotency_key.map(str::to_owned),
            record.stage.name(),
            reason_of(&record.stage)?,
            record.sent_at,
            record.delivered_at
        ],
    )?;
    Ok(())
}

/// Keeps how far a command has come.
pub(in crate::device_state) fn update(tx: &mut Tx<'_>, record: &CommandRecord) -> Result<(), DbError> {
    tx.execute(
        "UPDATE command SET stage = $1, reason = $2, delivered_at = $3, executed_at = $4, ended_at = $5 WHERE id = $6",
        &values![
            record.stage.name(),
            reason_of(&record.stage)?,
            record.delivered_at,
            record.executed_at,
            record.ended_at,
            record.command.id.as_str()
        ],
    )?;
    Ok(())
}

pub(in crate::device_state) fn one(reader: &Reader<'_>, id: &CommandId) -> Result<Option<CommandRecord>, DbError> {
    reader
        .query_one(
            &format!("SELECT {COLUMNS} FROM command WHERE id = $1"),
            &values![id.as_str()],
        )?
        .map(|row| record_of(&row))
        .transpose()
}

pub(in crate::device_state) fn by_key(
    reader: &Reader<'_>,
    home: &HomeId,
    key: &str,
) -> Result<Option<CommandRecord>, DbError> {
    reader
        .query_one(
            &format!("SELECT {COLUMNS} FROM command WHERE home = $1 AND idempotency_key = $2"),
            &values![home.as_str(), key],
        )?
        .map(|row| record_of(&row))
        .transpose()
}

/// The commands of a home that are under way, oldest first.
pub(in crate::device_state) fn open(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<CommandRecord>, DbError> {
    reader
        .query(
            &format!(
                "SELECT {COLUMNS} FROM command WHERE home = $1 AND ended_at IS NULL ORDER BY issued_at, id LIMIT $2"
            ),
            &values![home.as_str(), MOST_READ],
        )?
        .iter()
        .map(record_of)
        .collect()
}

/// Open commands of any home whose time is over, those that ended first in front.
pub(in crate::device_state) fn overdue(
    reader: &Reader<'_>,
    now: Timestamp,
    most: u32,
) -> Result<Vec<CommandRecord>, DbError> {
    reader
        .query(
            &format!(
                "SELECT {COLUMNS} FROM command WHERE ended_at IS NULL AND expires_at <= $1 \
                 ORDER BY expires_at DESC LIMIT $2"
            ),
            &values![now, most],
        )?
        .iter()
        .map(record_of)
        .collect()
}

/// The newest command of each device of the home.
pub(in crate::device_state) fn newest(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<CommandRecord>, DbError> {
    let columns = COLUMNS
        .split(", ")
        .map(|column| format!("c.{}", column.trim()))
        .collect::<Vec<_>>()
        .join(", ");
    reader
        .query(
            &format!("SELECT {columns} FROM device d JOIN command c ON c.id = d.last_command WHERE d.home = $1"),
            &values![home.as_str()],
        )?
        .iter()
        .map(record_of)
        .collect()
}

pub(in crate::device_state) fn mark_sent(tx: &mut Tx<'_>, id: &CommandId, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE command SET sent_at = $1 WHERE id = $2 AND sent_at IS NULL",
        &values![now, id.as_str()],
    )?;
    Ok(())
}

/// Forgets ended commands of before a moment.
pub(in crate::device_state) fn forget(
    tx: &mut Tx<'_>,
    home: &HomeId,
    before: Timestamp,
    most: u32,
) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM command WHERE id IN (SELECT id FROM command WHERE home = $1 AND ended_at < $2 \
         AND NOT EXISTS (SELECT 1 FROM device WHERE last_command = command.id) ORDER BY ended_at LIMIT $3)",
        &values![home.as_str(), before, most],
    )
}

pub(super) fn record_of(row: &Row) -> Result<CommandRecord, DbError> {
    let reason: Option<Reason> = optional_json(row, "reason")?;
    let stage: String = row.get("stage")?;
    Ok(CommandRecord {
        home: word(row, "home")?,
        command: Command {
            id: word(row, "id")?,
            device: word(row, "device")?,
            property: PropertyName::new(row.get::<String>("property")?).map_err(|_| foreign("property"))?,
            value: json(row, "value")?,
            origin: json(row, "origin")?,
            issued_at: row.get("issued_at")?,
            expires_at: row.get("expires_at")?,
        },
        stage: stage_of(&stage, reason)?,
        sent_at: row.get("sent_at")?,
        delivered_at: row.get("delivered_at")?,
        executed_at: row.get("executed_at")?,
        ended_at: row.get("ended_at")?,
    })
}

fn reason_of(stage: &Stage) -> Result<Option<String>, DbError> {
    match stage {
        Stage::Refused { reason } | Stage::Failed { reason } => to_json(reason).map(Some),
        Stage::Accepted | Stage::Delivered | Stage::Executed | Stage::Observed | Stage::Expired => Ok(None),
    }
}

fn stage_of(name: &str, reason: Option<Reason>) -> Result<Stage, DbError> {
    Ok(match (name, reason) {
        ("accepted", None) => Stage::Accepted,
        ("delivered", None) => Stage::Delivered,
        ("executed", None) => Stage::Executed,
        ("observed", None) => Stage::Observed,
        ("expired", None) => Stage::Expired,
        ("refused", Some(reason)) => Stage::Refused { reason },
        ("failed", Some(reason)) => Stage::Failed { reason },
        _ => return Err(foreign("stage")),
    })
}
