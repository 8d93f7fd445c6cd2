//! Bearer tokens of the API.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};

use super::super::model::{Person, Scope};
use super::super::secret::Digest;

/// A token as it is stored.
#[derive(Debug, Clone)]
pub(in super::super) struct Token {
    pub(in super::super) id: String,
    pub(in super::super) person: Person,
    pub(in super::super) label: String,
    pub(in super::super) scope: Scope,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) expires_at: Timestamp,
    pub(in super::super) used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, person, label, scope, created_at, expires_at, used_at";

fn token(row: &Row) -> Result<Token, DbError> {
    let scope: String = row.get("scope")?;
    Ok(Token {
        id: row.get("id")?,
        person: super::person(row, "person")?,
        label: row.get("label")?,
        scope: Scope::from_word(&scope).ok_or(super::foreign("scope", "read or control"))?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
    })
}

pub(in super::super) fn by_digest(reader: &Reader<'_>, digest: Digest) -> Result<Option<Token>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM token WHERE digest = $1");
    reader
        .query_one(&sql, &values![digest.0])?
        .as_ref()
        .map(token)
        .transpose()
}

pub(in super::super) fn by_id(reader: &Reader<'_>, person: &Person, id: &str) -> Result<Option<Token>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM token WHERE person = $1 AND id = $2");
    reader
        .query_one(&sql, &values![person.id(), id])?
        .as_ref()
        .map(token)
        .transpose()
}

pub(in super::super) fn of_person(reader: &Reader<'_>, person: &Person) -> Result<Vec<Token>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM token WHERE person = $1 ORDER BY created_at DESC, id");
    reader.query(&sql, &values![person.id()])?.iter().map(token).collect()
}

pub(in super::super) fn add(tx: &mut Tx<'_>, digest: Digest, token: &Token) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO token (id, digest, person, label, scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &values![
            &token.id,
            digest.0,
            token.person.id(),
            &token.label,
            token.scope.word(),
            token.created_at,
            token.expires_at
        ],
    )
    .map(drop)
}

/// Gives a token another secret; the one before opens nothing from then on.
pub(in super::super) fn replace(
    tx: &mut Tx<'_>,
    id: &str,
    digest: Digest,
    created_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE token SET digest = $1, created_at = $2, expires_at = $3, used_at = NULL WHERE id = $4",
        &values![digest.0, created_at, expires_at, id],
    )
    .map(drop)
}

pub(in super::super) fn touch(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<(), DbError> {
    tx.execute("UPDATE token SET used_at = $1 WHERE id = $2", &values![now, id])
        .map(drop)
}

pub(in super::super) fn remove(tx: &mut Tx<'_>, person: &Person, id: &str) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM token WHERE person = $1 AND id = $2",
        &values![person.id(), id],
    )?;
    Ok(gone == 1)
}

pub(in super::super) fn remove_all(tx: &mut Tx<'_>, person: &Person) -> Result<u64, DbError> {
    tx.execute("DELETE FROM token WHERE person = $1", &values![person.id()])
}
