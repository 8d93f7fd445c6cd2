//! The tables of this room, and nothing else that touches them.

use std::str::FromStr;

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::{GatewayId, HomeId};

use super::model::{GatewayStatus, GatewaySummary, KnownKey, Remembered};

const SUMMARY: &str = "SELECT id, home, hardware, status, enrolled_at, ended_at, (SELECT COALESCE(MAX(not_after), 0) \
                       FROM certificate WHERE gateway = gateway.id) AS not_after FROM gateway";

/// A new code takes the place of those of its home that were not used; what is long past goes, too.
pub(super) fn put_code(
    tx: &mut Tx<'_>,
    secret_hash: &str,
    home: &HomeId,
    by: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM enrolment_code WHERE home = $1 OR expires_at <= $2",
        &values![home.as_str(), now],
    )?;
    tx.execute(
        "INSERT INTO enrolment_code (secret_hash, home, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &values![secret_hash, home.as_str(), by, now, expires_at],
    )?;
    Ok(())
}

/// The home that a code is for, while it is worth something.
pub(super) fn code_home(reader: &Reader<'_>, secret_hash: &str, now: Timestamp) -> Result<Option<HomeId>, DbError> {
    reader
        .query_one(
            "SELECT home FROM enrolment_code WHERE secret_hash = $1 AND expires_at > $2",
            &values![secret_hash, now],
        )?
        .map(|row| word(&row, "home"))
        .transpose()
}

/// Takes a code away; false when somebody was faster.
pub(super) fn spend_code(tx: &mut Tx<'_>, secret_hash: &str, now: Timestamp) -> Result<bool, DbError> {
    let spent = tx.execute(
        "DELETE FROM enrolment_code WHERE secret_hash = $1 AND expires_at > $2",
        &values![secret_hash, now],
    )?;
    Ok(spent == 1)
}

/// Ends the right of the gateway that speaks for a home, and tells which it was.
pub(super) fn replace(tx: &mut Tx<'_>, home: &HomeId, now: Timestamp) -> Result<Option<GatewayId>, DbError> {
    tx.query_one(
        "UPDATE gateway SET status = 'replaced', ended_at = $1 WHERE home = $2 AND status = 'active' RETURNING id",
        &values![now, home.as_str()],
    )?
    .map(|row| word(&row, "id"))
    .transpose()
}

pub(super) fn add(
    tx: &mut Tx<'_>,
    id: &GatewayId,
    home: &HomeId,
    hardware: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO gateway (id, home, hardware, status, enrolled_at) VALUES ($1, $2, $3, 'active', $4)",
        &values![id.as_str(), home.as_str(), hardware, now],
    )?;
    Ok(())
}

/// Ends the right of a gateway; tells its home, when it was active.
pub(super) fn revoke(tx: &mut Tx<'_>, id: &GatewayId, now: Timestamp) -> Result<Option<HomeId>, DbError> {
    tx.query_one(
        "UPDATE gateway SET status = 'revoked', ended_at = $1 WHERE id = $2 AND status = 'active' RETURNING home",
        &values![now, id.as_str()],
    )?
    .map(|row| word(&row, "home"))
    .transpose()
}

pub(super) fn one(reader: &Reader<'_>, id: &GatewayId) -> Result<Option<GatewaySummary>, DbError> {
    reader
        .query_one(&format!("{SUMMARY} WHERE id = $1"), &values![id.as_str()])?
        .map(|row| summary_of(&row))
        .transpose()
}

/// The gateways of a home, newest first; of every home when none is named.
pub(super) fn list(reader: &Reader<'_>, home: Option<&HomeId>) -> Result<Vec<GatewaySummary>, DbError> {
    let sql = format!("{SUMMARY} WHERE $1 IS NULL OR home = $1 ORDER BY enrolled_at DESC, id LIMIT 50000");
    reader
        .query(&sql, &values![home.map(|home| home.as_str().to_owned())])?
        .iter()
        .map(summary_of)
        .collect()
}

pub(super) fn add_certificate(
    tx: &mut Tx<'_>,
    serial: &str,
    gateway: &GatewayId,
    now: Timestamp,
    not_after: Timestamp,
) -> Result<(), DbError> {
    // One that ended is refused by its own date: it need not be remembered.
    tx.execute(
        "DELETE FROM certificate WHERE gateway = $1 AND not_after < $2",
        &values![gateway.as_str(), now],
    )?;
    tx.execute(
        "INSERT INTO certificate (serial, gateway, issued_at, not_after) VALUES ($1, $2, $3, $4)",
        &values![serial, gateway.as_str(), now, not_after],
    )?;
    Ok(())
}

/// What is remembered of a certificate, and whether older ones of its gateway are still worth something.
pub(super) fn certificate(
    reader: &Reader<'_>,
    serial: &str,
    gateway: &GatewayId,
) -> Result<Option<(Remembered, bool)>, DbError> {
    reader
        .query_one(
            "SELECT g.home, g.status, c.superseded_at, EXISTS (SELECT 1 FROM certificate o WHERE o.gateway = g.id \
             AND o.issued_at < c.issued_at AND o.superseded_at IS NULL) AS older \
             FROM certificate c JOIN gateway g ON g.id = c.gateway WHERE c.serial = $1 AND g.id = $2",
            &values![serial, gateway.as_str()],
        )?
        .map(|row| {
            let remembered = Remembered {
                home: word(&row, "home")?,
                status: status_of(&row.get::<String>("status")?)?,
                superseded: row.get::<Option<Timestamp>>("superseded_at")?.is_some(),
            };
            Ok((remembered, row.get("older")?))
        })
        .transpose()
}

/// Whether a key of a gateway is known.
pub(super) fn knows_key(reader: &Reader<'_>, gateway: &GatewayId, point: &[u8]) -> Result<bool, DbError> {
    let row = reader.query_one(
        "SELECT since FROM gateway_key WHERE gateway = $1 AND point = $2",
        &values![gateway.as_str(), point],
    )?;
    Ok(row.is_some())
}

/// Keeps a key of a gateway: what it signs is checked long after its certificate has ended.
pub(super) fn add_key(
    tx: &mut Tx<'_>,
    gateway: &GatewayId,
    home: &HomeId,
    point: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO gateway_key (gateway, home, point, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (gateway, point) DO NOTHING",
        &values![gateway.as_str(), home.as_str(), point, now],
    )
    .map(drop)
}

/// The keys that the gateways of a home had, newest first.
pub(super) fn keys(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<KnownKey>, DbError> {
    reader
        .query(
            "SELECT gateway, point, since FROM gateway_key WHERE home = $1 ORDER BY since DESC, gateway LIMIT 200",
            &values![home.as_str()],
        )?
        .iter()
        .map(|row| {
            Ok(KnownKey {
                gateway: word(row, "gateway")?,
                point: row.get("point")?,
                since: row.get("since")?,
            })
        })
        .collect()
}

/// From its first use on, a certificate leaves the older ones of its gateway worth nothing.
pub(super) fn supersede_older(tx: &mut Tx<'_>, serial: &str, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE certificate SET superseded_at = $1 WHERE superseded_at IS NULL \
         AND gateway = (SELECT gateway FROM certificate WHERE serial = $2) \
         AND issued_at < (SELECT issued_at FROM certificate WHERE serial = $2)",
        &values![now, serial],
    )?;
    Ok(())
}

fn summary_of(row: &Row) -> Result<GatewaySummary, DbError> {
    Ok(GatewaySummary {
        id: word(row, "id")?,
        home: word(row, "home")?,
        hardware: row.get("hardware")?,
        status: status_of(&row.get::<String>("status")?)?,
        enrolled_at: row.get("enrolled_at")?,
        ended_at: row.get("ended_at")?,
        certificate_not_after: row.get("not_after")?,
    })
}

fn status_of(name: &str) -> Result<GatewayStatus, DbError> {
    match name {
        "active" => Ok(GatewayStatus::Active),
        "replaced" => Ok(GatewayStatus::Replaced),
        "revoked" => Ok(GatewayStatus::Revoked),
        _ => Err(foreign("status")),
    }
}

fn word<T: FromStr>(row: &Row, column: &str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| foreign(column))
}

fn foreign(column: &str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "a foreign value",
        wanted: "what this program writes there",
    }
}
