//! What is known of each device.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::property::Source;
use tomori_smart_home::{CommandId, DeviceId, Equipment, HomeId, PropertyName, PropertyValue};

use super::super::model::batch::{Latest, Presence};
use super::super::model::twin::Liveness;
use super::super::model::{Reachability, Reported};
use super::{equipment, foreign, json, optional_json, optional_word, to_json, word};

/// A device as the tables know it.
#[derive(Debug)]
pub(in crate::device_state) struct KnownDevice {
    pub(in crate::device_state) equipment: Equipment,
    pub(in crate::device_state) liveness: Liveness,
    pub(in crate::device_state) hold_until: Option<Timestamp>,
    pub(in crate::device_state) last_command: Option<CommandId>,
}

/// A report and its place among the home's events.
pub(in crate::device_state) type KnownReports = BTreeMap<DeviceId, BTreeMap<PropertyName, (Reported, u64)>>;

/// The devices of a home, or the one that is asked for.
pub(in crate::device_state) fn devices(
    reader: &Reader<'_>,
    home: &HomeId,
    only: Option<&DeviceId>,
) -> Result<Vec<KnownDevice>, DbError> {
    let sql = format!(
        "SELECT {}, liveness, liveness_since, doubt_since, appeared_after, hold_until, last_command FROM device \
         WHERE home = $1 AND removed_at IS NULL AND ($2 IS NULL OR id = $2) ORDER BY room, name, id",
        equipment::COLUMNS
    );
    reader
        .query(
            &sql,
            &values![home.as_str(), only.map(|device| device.as_str().to_owned())],
        )?
        .iter()
        .map(|row| {
            Ok(KnownDevice {
                equipment: equipment::line_of(row)?,
                liveness: liveness_of(row)?,
                hold_until: row.get("hold_until")?,
                last_command: optional_word(row, "last_command")?,
            })
        })
        .collect()
}

/// The reports of a home's devices, or of the one that is asked for.
pub(in crate::device_state) fn reports(
    reader: &Reader<'_>,
    home: &HomeId,
    only: Option<&DeviceId>,
) -> Result<KnownReports, DbError> {
    let rows = reader.query(
        "SELECT p.device, p.name, p.value, p.at, p.stored_at, p.source, p.event FROM device d \
         JOIN property p ON p.device = d.id WHERE d.home = $1 AND ($2 IS NULL OR d.id = $2)",
        &values![home.as_str(), only.map(|device| device.as_str().to_owned())],
    )?;
    let mut found = KnownReports::new();
    for row in &rows {
        let reported = Reported {
            value: json(row, "value")?,
            at: row.get("at")?,
            stored_at: row.get("stored_at")?,
            source: source_of(&row.get::<String>("source")?)?,
        };
        found
            .entry(word(row, "device")?)
            .or_default()
            .insert(word_name(row)?, (reported, row.get("event")?));
    }
    Ok(found)
}

/// Keeps the last report of a property; tells what was there before.
pub(in crate::device_state) fn report(
    tx: &mut Tx<'_>,
    device: &DeviceId,
    property: &PropertyName,
    latest: &Latest,
    now: Timestamp,
) -> Result<Option<PropertyValue>, DbError> {
    let row = tx.query_one(
        "INSERT INTO property (device, name, value, at, stored_at, source, event) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (device, name) DO UPDATE SET previous = property.value, value = excluded.value, \
         at = excluded.at, stored_at = excluded.stored_at, source = excluded.source, event = excluded.event \
         RETURNING previous",
        &values![
            device.as_str(),
            property.as_str(),
            to_json(&latest.value)?,
            latest.at,
            now,
            name_of(latest.source),
            latest.event
        ],
    )?;
    row.map_or(Ok(None), |row| optional_json(&row, "previous"))
}

pub(in crate::device_state) fn set_presence(
    tx: &mut Tx<'_>,
    device: &DeviceId,
    presence: Presence,
) -> Result<(), DbError> {
    let (liveness, since) = match presence.reachability {
        Reachability::Never => ("never", None),
        Reachability::Reachable { since } => ("alive", Some(since)),
        Reachability::Unreachable { since } => ("lost", Some(since)),
    };
    tx.execute(
        "UPDATE device SET liveness = $1, liveness_since = $2, doubt_since = COALESCE($3, doubt_since), \
         appeared_after = COALESCE($4, appeared_after) WHERE id = $5",
        &values![
            liveness,
            since,
            presence.lost_at,
            presence.appeared_after,
            device.as_str()
        ],
    )?;
    Ok(())
}

/// A device that reports is there, also when nobody said that it appeared.
pub(in crate::device_state) fn first_sign(tx: &mut Tx<'_>, device: &DeviceId, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE device SET liveness = 'alive', liveness_since = $1 WHERE id = $2 AND liveness = 'never'",
        &values![at, device.as_str()],
    )?;
    Ok(())
}

pub(in crate::device_state) fn hold(tx: &mut Tx<'_>, device: &DeviceId, until: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE device SET hold_until = $1 WHERE id = $2",
        &values![until, device.as_str()],
    )?;
    Ok(())
}

pub(in crate::device_state) fn set_last_command(
    tx: &mut Tx<'_>,
    device: &DeviceId,
    command: &CommandId,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE device SET last_command = $1 WHERE id = $2",
        &values![command.as_str(), device.as_str()],
    )?;
    Ok(())
}

/// The home that a device belongs to, and whether it is still on the list.
pub(in crate::device_state) fn owner(
    reader: &Reader<'_>,
    device: &DeviceId,
) -> Result<Option<(HomeId, Listed)>, DbError> {
    reader
        .query_one(
            "SELECT home, node, certificate, removed_at FROM device WHERE id = $1",
            &values![device.as_str()],
        )?
        .map(|row| {
            let removed: Option<Timestamp> = row.get("removed_at")?;
            let node: Option<String> = row.get("node")?;
            let certificate: Option<u32> = row.get("certificate")?;
            let listed = match removed {
                Some(_) => Listed::Removed,
                None if node.is_some() || certificate.is_some() => Listed::Adopted,
                None => Listed::Waiting,
            };
            Ok((word(&row, "home")?, listed))
        })
        .transpose()
}

/// Where a device stands with the equipment list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::device_state) enum Listed {
    /// A node answers for it, or it proves itself.
    Adopted,
    /// It is on the list, and no node is adopted for it.
    Waiting,
    /// It was taken off the list.
    Removed,
}

fn liveness_of(row: &Row) -> Result<Liveness, DbError> {
    let since: Option<Timestamp> = row.get("liveness_since")?;
    let liveness: String = row.get("liveness")?;
    let reachability = match (liveness.as_str(), since) {
        ("alive", Some(since)) => Reachability::Reachable { since },
        ("lost", Some(since)) => Reachability::Unreachable { since },
        ("never", _) => Reachability::Never,
        _ => return Err(foreign("liveness")),
    };
    Ok(Liveness {
        reachability,
        doubt_since: row.get("doubt_since")?,
        appeared_after: row.get("appeared_after")?,
    })
}

fn word_name(row: &Row) -> Result<PropertyName, DbError> {
    PropertyName::new(row.get::<String>("name")?).map_err(|_| foreign("name"))
}

fn name_of(source: Source) -> &'static str {
    match source {
        Source::Announced => "announced",
        Source::Polled => "polled",
        Source::ReadBack => "readBack",
    }
}

fn source_of(name: &str) -> Result<Source, DbError> {
    [Source::Announced, Source::Polled, Source::ReadBack]
        .into_iter()
        .find(|source| name_of(*source) == name)
        .ok_or_else(|| foreign("source"))
}
