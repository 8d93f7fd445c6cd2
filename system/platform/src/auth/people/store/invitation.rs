//! Invitations that nobody has accepted yet.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Tx, values};

use super::super::model::{Person, Purpose};
use super::super::secret::Digest;

/// An invitation as it is stored.
#[derive(Debug, Clone)]
pub(in super::super) struct Invitation {
    pub(in super::super) purpose: Purpose,
    pub(in super::super) person: Option<Person>,
    pub(in super::super) totp_secret: Vec<u8>,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) expires_at: Timestamp,
}

pub(in super::super) fn by_digest(reader: &Reader<'_>, digest: Digest) -> Result<Option<Invitation>, DbError> {
    let row = reader.query_one(
        "SELECT purpose, person, totp_secret, created_at, expires_at FROM invitation WHERE digest = $1",
        &values![digest.0],
    )?;
    row.map(|row| {
        let purpose: String = row.get("purpose")?;
        let person: Option<String> = row.get("person")?;
        Ok(Invitation {
            purpose: Purpose::from_word(&purpose).ok_or(super::foreign("purpose", "a purpose"))?,
            person: person
                .map(|id| Person::from_id(&id).ok_or(super::foreign("person", "the id of a person")))
                .transpose()?,
            totp_secret: row.get("totp_secret")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    })
    .transpose()
}

/// Adds an invitation in place of earlier ones for the same person, and of those that have expired.
pub(in super::super) fn add(tx: &mut Tx<'_>, digest: Digest, invitation: &Invitation) -> Result<(), DbError> {
    let person = invitation.person.as_ref().map(|person| person.id().to_owned());
    tx.execute(
        "DELETE FROM invitation WHERE expires_at <= $1",
        &values![invitation.created_at],
    )?;
    match &person {
        Some(person) => tx.execute("DELETE FROM invitation WHERE person = $1", &values![person])?,
        None => tx.execute("DELETE FROM invitation WHERE person IS NULL", &[])?,
    };
    tx.execute(
        "INSERT INTO invitation (digest, purpose, person, totp_secret, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &values![
            digest.0,
            invitation.purpose.word(),
            person,
            invitation.totp_secret.clone(),
            invitation.created_at,
            invitation.expires_at
        ],
    )
    .map(drop)
}

/// Uses an invitation up. `false` when it has been used already: of two who accept at once, one gets through.
pub(in super::super) fn use_up(tx: &mut Tx<'_>, digest: Digest) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM invitation WHERE digest = $1", &values![digest.0])? == 1)
}

/// Whether a person has an invitation that stands.
pub(in super::super) fn is_open(reader: &Reader<'_>, person: &Person, now: Timestamp) -> Result<bool, DbError> {
    let found = reader.query_one(
        "SELECT purpose FROM invitation WHERE person = $1 AND expires_at > $2",
        &values![person.id(), now],
    )?;
    Ok(found.is_some())
}
