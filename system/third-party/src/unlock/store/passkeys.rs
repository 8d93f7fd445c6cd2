//! Passkeys.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::StaffId;
use tomori_smart_home::unlock::{CredentialId, PublicPoint};

use super::{foreign, id};

const COLUMNS: &str = "number, credential, staff, point, name, is_synchronised, created_at, removed_at";

/// A passkey as it is stored.
pub(in super::super) struct Stored {
    pub(in super::super) number: i64,
    pub(in super::super) credential: CredentialId,
    pub(in super::super) staff: StaffId,
    pub(in super::super) key: PublicPoint,
    pub(in super::super) name: Vec<u8>,
    pub(in super::super) is_synchronised: bool,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) removed_at: Option<Timestamp>,
}

fn stored(row: &Row) -> Result<Stored, DbError> {
    let credential: Vec<u8> = row.get("credential")?;
    let point: Vec<u8> = row.get("point")?;
    let point: Option<[u8; 65]> = point.try_into().ok();
    Ok(Stored {
        number: row.get("number")?,
        credential: CredentialId::new(&credential).ok_or(foreign("credential", "the id of a passkey"))?,
        staff: id(row, "staff", "the id of staff")?,
        key: point
            .and_then(PublicPoint::new)
            .ok_or(foreign("point", "a point on P-256"))?,
        name: row.get("name")?,
        is_synchronised: row.get("is_synchronised")?,
        created_at: row.get("created_at")?,
        removed_at: row.get("removed_at")?,
    })
}

/// Everybody's, also those that were removed, in the order they came.
pub(in super::super) fn all(reader: &Reader<'_>) -> Result<Vec<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM passkey ORDER BY number");
    reader.query(&sql, &[])?.iter().map(stored).collect()
}

/// Somebody's, also those that were removed.
pub(in super::super) fn of(reader: &Reader<'_>, staff: &StaffId) -> Result<Vec<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM passkey WHERE staff = $1 ORDER BY number");
    reader
        .query(&sql, &values![staff.as_str()])?
        .iter()
        .map(stored)
        .collect()
}

/// Adds a passkey. `false` when its id was taken at any time.
pub(in super::super) fn add(tx: &mut Tx<'_>, passkey: &Stored) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO passkey (credential, staff, point, name, is_synchronised, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential) DO NOTHING",
        &values![
            passkey.credential.as_bytes().to_vec(),
            passkey.staff.as_str(),
            passkey.key.as_bytes().to_vec(),
            passkey.name.clone(),
            passkey.is_synchronised,
            passkey.created_at
        ],
    )?;
    Ok(added == 1)
}

/// Removes somebody's passkey. `false` when they have none of this number.
pub(in super::super) fn remove(tx: &mut Tx<'_>, staff: &StaffId, number: i64, now: Timestamp) -> Result<bool, DbError> {
    let removed = tx.execute(
        "UPDATE passkey SET removed_at = $1 WHERE number = $2 AND staff = $3 AND removed_at IS NULL",
        &values![now, number, staff.as_str()],
    )?;
    Ok(removed == 1)
}

/// Removes all that somebody has.
pub(in super::super) fn remove_all(tx: &mut Tx<'_>, staff: &StaffId, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE passkey SET removed_at = $1 WHERE staff = $2 AND removed_at IS NULL",
        &values![now, staff.as_str()],
    )
}
