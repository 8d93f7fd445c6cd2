//! Paired phones, and the version of each home's list of them.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::{GrantId, HomeId, ResidentId};

use super::super::secret::Digest;

/// A grant as it is stored.
#[derive(Debug, Clone)]
pub(in super::super) struct Grant {
    pub(in super::super) id: GrantId,
    pub(in super::super) resident: ResidentId,
    pub(in super::super) home: HomeId,
    pub(in super::super) label: String,
    pub(in super::super) digest: Digest,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) expires_at: Timestamp,
}

const COLUMNS: &str = "id, person, home, label, digest, created_at, expires_at";

fn grant(row: &Row) -> Result<Grant, DbError> {
    Ok(Grant {
        id: super::id(row, "id", "the id of a grant")?,
        resident: super::id(row, "person", "the id of a resident")?,
        home: super::id(row, "home", "the id of a home")?,
        label: row.get("label")?,
        digest: Digest(row.get("digest")?),
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

pub(in super::super) fn of_home(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<Grant>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM house_grant WHERE home = $1 ORDER BY created_at, id");
    reader.query(&sql, &values![home.as_str()])?.iter().map(grant).collect()
}

pub(in super::super) fn of_resident(reader: &Reader<'_>, resident: &ResidentId) -> Result<Vec<Grant>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM house_grant WHERE person = $1 ORDER BY created_at, id");
    reader
        .query(&sql, &values![resident.as_str()])?
        .iter()
        .map(grant)
        .collect()
}

pub(in super::super) fn add(tx: &mut Tx<'_>, grant: &Grant) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO house_grant (id, person, home, label, digest, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &values![
            grant.id.as_str(),
            grant.resident.as_str(),
            grant.home.as_str(),
            &grant.label,
            grant.digest.0,
            grant.created_at,
            grant.expires_at
        ],
    )?;
    count_up(tx, &grant.home)
}

pub(in super::super) fn remove(tx: &mut Tx<'_>, home: &HomeId, id: &GrantId) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM house_grant WHERE home = $1 AND id = $2",
        &values![home.as_str(), id.as_str()],
    )?;
    if gone == 1 {
        count_up(tx, home)?;
    }
    Ok(gone == 1)
}

/// Removes what has expired in a home, so that it makes room.
pub(in super::super) fn remove_expired(tx: &mut Tx<'_>, home: &HomeId, now: Timestamp) -> Result<(), DbError> {
    let gone = tx.execute(
        "DELETE FROM house_grant WHERE home = $1 AND expires_at <= $2",
        &values![home.as_str(), now],
    )?;
    if gone > 0 {
        count_up(tx, home)?;
    }
    Ok(())
}

pub(in super::super) fn version(reader: &Reader<'_>, home: &HomeId) -> Result<u64, DbError> {
    reader
        .query_one(
            "SELECT version FROM grants_version WHERE home = $1",
            &values![home.as_str()],
        )?
        .map_or(Ok(0), |row| row.get("version"))
}

/// The plan's list of phones is another one from now on.
pub(in super::super) fn count_up(tx: &mut Tx<'_>, home: &HomeId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO grants_version (home, version) VALUES ($1, 1) \
         ON CONFLICT (home) DO UPDATE SET version = grants_version.version + 1",
        &values![home.as_str()],
    )
    .map(drop)
}
