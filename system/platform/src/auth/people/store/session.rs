//! Sessions, and browsers that are known.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};

use super::super::model::{Person, SessionTimes};
use super::super::secret::Digest;

/// A session as it is stored.
pub(in super::super) struct Session {
    pub(in super::super) id: String,
    pub(in super::super) person: Person,
    pub(in super::super) times: SessionTimes,
    pub(in super::super) agent: String,
}

fn session(row: &Row) -> Result<Session, DbError> {
    Ok(Session {
        id: row.get("id")?,
        person: super::person(row, "person")?,
        times: SessionTimes {
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
        },
        agent: row.get("agent")?,
    })
}

pub(in super::super) fn by_digest(reader: &Reader<'_>, digest: Digest) -> Result<Option<Session>, DbError> {
    reader
        .query_one(
            "SELECT id, person, created_at, seen_at, agent FROM session WHERE digest = $1",
            &values![digest.0],
        )?
        .as_ref()
        .map(session)
        .transpose()
}

pub(in super::super) fn of_person(reader: &Reader<'_>, person: &Person) -> Result<Vec<Session>, DbError> {
    reader
        .query(
            "SELECT id, person, created_at, seen_at, agent FROM session WHERE person = $1 ORDER BY seen_at DESC, id",
            &values![person.id()],
        )?
        .iter()
        .map(session)
        .collect()
}

/// Adds a session; the ones used longest ago make room when a person would have more than `most`.
pub(in super::super) fn add(tx: &mut Tx<'_>, digest: Digest, session: &Session, most: usize) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO session (digest, id, person, created_at, seen_at, agent) VALUES ($1, $2, $3, $4, $5, $6)",
        &values![
            digest.0,
            &session.id,
            session.person.id(),
            session.times.created_at,
            session.times.seen_at,
            &session.agent
        ],
    )?;
    for old in of_person(tx, &session.person)?.iter().skip(most) {
        remove(tx, &session.person, &old.id)?;
    }
    Ok(())
}

pub(in super::super) fn touch(tx: &mut Tx<'_>, digest: Digest, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE session SET seen_at = $1 WHERE digest = $2 AND seen_at < $1",
        &values![now, digest.0],
    )
    .map(drop)
}

pub(in super::super) fn remove_digest(tx: &mut Tx<'_>, digest: Digest) -> Result<(), DbError> {
    tx.execute("DELETE FROM session WHERE digest = $1", &values![digest.0])
        .map(drop)
}

pub(in super::super) fn remove(tx: &mut Tx<'_>, person: &Person, id: &str) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM session WHERE person = $1 AND id = $2",
        &values![person.id(), id],
    )?;
    Ok(gone == 1)
}

/// Removes all sessions of a person but one (`""` for all); how many those were.
pub(in super::super) fn remove_others(tx: &mut Tx<'_>, person: &Person, but: &str) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM session WHERE person = $1 AND id <> $2",
        &values![person.id(), but],
    )
}

pub(in super::super) fn is_known(reader: &Reader<'_>, device: Digest, person: &Person) -> Result<bool, DbError> {
    let found = reader.query_one(
        "SELECT person FROM known_device WHERE digest = $1 AND person = $2",
        &values![device.0, person.id()],
    )?;
    Ok(found.is_some())
}

/// Remembers a browser; the ones used longest ago make room when there would be more than `most`.
pub(in super::super) fn know(
    tx: &mut Tx<'_>,
    device: Digest,
    person: &Person,
    now: Timestamp,
    most: usize,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO known_device (digest, person, used_at) VALUES ($1, $2, $3) \
         ON CONFLICT (digest) DO UPDATE SET person = $2, used_at = $3",
        &values![device.0, person.id(), now],
    )?;
    let devices = tx.query(
        "SELECT digest FROM known_device WHERE person = $1 ORDER BY used_at DESC, digest",
        &values![person.id()],
    )?;
    for old in devices.iter().skip(most) {
        let digest: [u8; 32] = old.get("digest")?;
        tx.execute("DELETE FROM known_device WHERE digest = $1", &values![digest])?;
    }
    Ok(())
}

pub(in super::super) fn forget_devices(tx: &mut Tx<'_>, person: &Person) -> Result<(), DbError> {
    tx.execute("DELETE FROM known_device WHERE person = $1", &values![person.id()])
        .map(drop)
}

/// Forgets one browser; it gets a new mark.
pub(in super::super) fn forget_device(tx: &mut Tx<'_>, device: Digest, person: &Person) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM known_device WHERE digest = $1 AND person = $2",
        &values![device.0, person.id()],
    )
    .map(drop)
}
