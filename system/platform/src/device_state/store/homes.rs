//! Homes and the gateway that speaks for each.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{GatewayId, HomeId};

use super::super::model::{GatewayState, HomeSummary, Reachability};
use super::{optional_word, word};

const GATEWAY: &str = "gateway, connected, connection_since, software, local_url, applied_plan";

/// What a home's row counts.
#[derive(Debug, Clone, Copy)]
pub(in crate::device_state) struct Counters {
    /// Events that were stored.
    pub(in crate::device_state) events: u64,
    /// History entries that were written.
    pub(in crate::device_state) entries: u64,
}

pub(in crate::device_state) fn add(tx: &mut Tx<'_>, id: &HomeId, place: &Place, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO home (id, time_zone, latitude, longitude, added_at, equipment_version, events, entries, \
         connected, software, local_url, applied_plan) VALUES ($1, $2, $3, $4, $5, 1, 0, 0, 0, '', '', 0)",
        &values![
            id.as_str(),
            place.time_zone.as_str(),
            place.latitude,
            place.longitude,
            now
        ],
    )?;
    Ok(())
}

pub(in crate::device_state) fn list(reader: &Reader<'_>) -> Result<Vec<HomeSummary>, DbError> {
    let sql = format!(
        "SELECT id, time_zone, latitude, longitude, added_at, {GATEWAY}, \
         (SELECT COUNT(*) FROM device d WHERE d.home = h.id AND removed_at IS NULL) AS devices, \
         (SELECT COUNT(*) FROM device d WHERE d.home = h.id AND removed_at IS NULL AND node IS NULL \
         AND certificate IS NULL) AS waiting, \
         (SELECT COUNT(*) FROM device d WHERE d.home = h.id AND removed_at IS NULL AND liveness = 'lost') AS lost, \
         (SELECT COUNT(*) FROM unknown_node u WHERE u.home = h.id) AS unknown \
         FROM home h ORDER BY added_at, id"
    );
    reader
        .query(&sql, &[])?
        .iter()
        .map(|row| {
            Ok(HomeSummary {
                id: word(row, "id")?,
                place: place_of(row)?,
                added_at: row.get("added_at")?,
                gateway: gateway_of(row)?,
                devices: row.get("devices")?,
                devices_waiting: row.get("waiting")?,
                devices_lost: row.get("lost")?,
                unknown_nodes: row.get("unknown")?,
            })
        })
        .collect()
}

/// Where a home is, and its gateway; `None` when there is no such home.
pub(in crate::device_state) fn one(reader: &Reader<'_>, id: &HomeId) -> Result<Option<(Place, GatewayState)>, DbError> {
    let sql = format!("SELECT time_zone, latitude, longitude, {GATEWAY} FROM home WHERE id = $1");
    reader
        .query_one(&sql, &values![id.as_str()])?
        .map(|row| Ok((place_of(&row)?, gateway_of(&row)?)))
        .transpose()
}

/// The version of the home's equipment list.
pub(in crate::device_state) fn equipment_version(reader: &Reader<'_>, id: &HomeId) -> Result<Option<u64>, DbError> {
    reader
        .query_one(
            "SELECT equipment_version FROM home WHERE id = $1",
            &values![id.as_str()],
        )?
        .map(|row| row.get("equipment_version"))
        .transpose()
}

pub(in crate::device_state) fn bump_equipment(tx: &mut Tx<'_>, id: &HomeId) -> Result<(), DbError> {
    raise_equipment(tx, id, 1)
}

/// Counts the version of the home's equipment list up by `by`.
pub(in crate::device_state) fn raise_equipment(tx: &mut Tx<'_>, id: &HomeId, by: u64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE home SET equipment_version = equipment_version + $1 WHERE id = $2",
        &values![by, id.as_str()],
    )?;
    Ok(())
}

pub(in crate::device_state) fn counters(reader: &Reader<'_>, id: &HomeId) -> Result<Option<Counters>, DbError> {
    reader
        .query_one("SELECT events, entries FROM home WHERE id = $1", &values![id.as_str()])?
        .map(|row| {
            Ok(Counters {
                events: row.get("events")?,
                entries: row.get("entries")?,
            })
        })
        .transpose()
}

pub(in crate::device_state) fn set_counters(tx: &mut Tx<'_>, id: &HomeId, counters: Counters) -> Result<(), DbError> {
    tx.execute(
        "UPDATE home SET events = $1, entries = $2 WHERE id = $3",
        &values![counters.events, counters.entries, id.as_str()],
    )?;
    Ok(())
}

/// What a batch tells of the gateway itself.
pub(in crate::device_state) fn heard(
    tx: &mut Tx<'_>,
    id: &HomeId,
    software: Option<&str>,
    applied_plan: Option<u64>,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE home SET last_heard = $1, software = COALESCE($2, software), \
         applied_plan = COALESCE($3, applied_plan) WHERE id = $4",
        &values![now, software.map(str::to_owned), applied_plan, id.as_str()],
    )?;
    Ok(())
}

/// A gateway's connection as the link tells it.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The number of the connection, never the same twice while the process runs.
    pub connection: u64,
    /// The gateway.
    pub gateway: GatewayId,
    /// Its software, as it says.
    pub software: String,
    /// Where residents reach it inside the house.
    pub local_url: String,
    /// The plan it works by.
    pub plan_version: u64,
}

pub(in crate::device_state) fn connected(
    tx: &mut Tx<'_>,
    id: &HomeId,
    connected: &Connected,
    now: Timestamp,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE home SET gateway = $1, connected = 1, connection_since = $2, last_heard = $2, software = $3, \
         local_url = $4, applied_plan = $5, connection = $6 WHERE id = $7",
        &values![
            connected.gateway.as_str(),
            now,
            connected.software.as_str(),
            connected.local_url.as_str(),
            connected.plan_version,
            connected.connection,
            id.as_str()
        ],
    )
}

/// Returns how many rows changed: none when a newer connection has taken over.
pub(in crate::device_state) fn disconnected(
    tx: &mut Tx<'_>,
    id: &HomeId,
    connection: u64,
    since: Timestamp,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE home SET connected = 0, connection_since = $1 WHERE id = $2 AND connection = $3 AND connected = 1",
        &values![since, id.as_str(), connection],
    )
}

/// After a start nobody is connected; who was, was last heard of at some moment before.
pub(in crate::device_state) fn all_disconnected(tx: &mut Tx<'_>) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE home SET connected = 0, connection_since = COALESCE(last_heard, connection_since) WHERE connected = 1",
        &[],
    )
}

fn place_of(row: &Row) -> Result<Place, DbError> {
    Ok(Place {
        time_zone: row.get("time_zone")?,
        latitude: row.get("latitude")?,
        longitude: row.get("longitude")?,
    })
}

fn gateway_of(row: &Row) -> Result<GatewayState, DbError> {
    let since: Option<Timestamp> = row.get("connection_since")?;
    Ok(GatewayState {
        id: optional_word(row, "gateway")?,
        reachability: match since {
            None => Reachability::Never,
            Some(since) if row.get("connected")? => Reachability::Reachable { since },
            Some(since) => Reachability::Unreachable { since },
        },
        software: row.get("software")?,
        local_url: row.get("local_url")?,
        plan_version: row.get("applied_plan")?,
    })
}
