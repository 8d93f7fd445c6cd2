//! The tables of this room, and nothing else that touches them.

use std::str::FromStr;

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::unlock::{Digest, Refusal};
use tomori_smart_home::{CompanyId, DeviceId, HomeId, IncidentId};

use super::model::Words;

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "bundles and rosters on their way",
    sql: include_str!("0001_unlock.sql"),
}];

const BUNDLE: &str = "SELECT digest, incident, home, company, lock, body, stored_at, expires_at, asked, sent_at, \
                      answer, entry, is_unanswered FROM bundle";

/// A bundle as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) digest: Digest,
    pub(super) incident: IncidentId,
    pub(super) home: HomeId,
    pub(super) company: CompanyId,
    pub(super) lock: DeviceId,
    pub(super) body: Vec<u8>,
    pub(super) stored_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) asked: u64,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) answer: Option<String>,
    /// The number of the last answer's entry in the incident; 0 before any.
    pub(super) entry: u64,
    pub(super) is_unanswered: bool,
}

fn kept(row: &Row) -> Result<Kept, DbError> {
    Ok(Kept {
        digest: Digest(row.get("digest")?),
        incident: word(row, "incident")?,
        home: word(row, "home")?,
        company: word(row, "company")?,
        lock: word(row, "lock")?,
        body: row.get("body")?,
        stored_at: row.get("stored_at")?,
        expires_at: row.get("expires_at")?,
        asked: row.get("asked")?,
        sent_at: row.get("sent_at")?,
        answer: row.get("answer")?,
        entry: row.get("entry")?,
        is_unanswered: row.get("is_unanswered")?,
    })
}

pub(super) fn one(reader: &Reader<'_>, digest: &Digest) -> Result<Option<Kept>, DbError> {
    reader
        .query_one(&format!("{BUNDLE} WHERE digest = $1"), &values![digest.0])?
        .as_ref()
        .map(kept)
        .transpose()
}

/// The bundles of an incident, oldest first.
pub(super) fn of_incident(reader: &Reader<'_>, incident: &IncidentId) -> Result<Vec<Kept>, DbError> {
    let rows = reader.query(
        &format!("{BUNDLE} WHERE incident = $1 ORDER BY stored_at, digest"),
        &values![incident.as_str()],
    )?;
    rows.iter().map(kept).collect()
}

/// What a home's gateway is to have: without an answer, and not expired.
pub(super) fn waiting(reader: &Reader<'_>, home: &HomeId, now: Timestamp) -> Result<Vec<Kept>, DbError> {
    let rows = reader.query(
        &format!("{BUNDLE} WHERE answer IS NULL AND home = $1 AND expires_at > $2 ORDER BY stored_at, digest"),
        &values![home.as_str(), now],
    )?;
    rows.iter().map(kept).collect()
}

/// Bundles without an answer that ended after a moment, oldest first; and those whose answer is what hinders for a moment,
/// as long as another one may follow it: the gateway may have had the bundle twice.
pub(super) fn open(reader: &Reader<'_>, since: Timestamp, most: u32) -> Result<Vec<Kept>, DbError> {
    let rows = reader.query(
        &format!(
            "{BUNDLE} WHERE (answer IS NULL OR answer IN ({})) AND expires_at > $1 ORDER BY expires_at, digest LIMIT $2",
            passing()
        ),
        &values![since, most],
    )?;
    rows.iter().map(kept).collect()
}

/// The names of refusals that may be otherwise in a moment, as SQL. They are the program's own words.
fn passing() -> String {
    let passing = Refusal::all().filter(|refusal| !refusal.is_final());
    let quoted: Vec<_> = passing.map(|refusal| format!("'{}'", refusal.code())).collect();
    quoted.join(", ")
}

pub(super) fn add(
    tx: &mut Tx<'_>,
    words: &Words,
    company: &CompanyId,
    body: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO bundle (digest, incident, home, company, lock, body, stored_at, expires_at, asked, entry, \
         is_unanswered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, 0)",
        &values![
            words.digest.0,
            words.incident.as_str(),
            words.home.as_str(),
            company.as_str(),
            words.lock.as_str(),
            body,
            now,
            words.expires_at
        ],
    )
    .map(drop)
}

/// It is handed over once more: it goes to the gateway again, and an answer that was not final is waited for anew.
pub(super) fn ask_again(tx: &mut Tx<'_>, digest: &Digest) -> Result<(), DbError> {
    tx.execute(
        "UPDATE bundle SET asked = asked + 1, answer = NULL WHERE digest = $1",
        &values![digest.0],
    )
    .map(drop)
}

pub(super) fn sent(tx: &mut Tx<'_>, digest: &Digest, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE bundle SET sent_at = $1 WHERE digest = $2",
        &values![now, digest.0],
    )
    .map(drop)
}

pub(super) fn answered(tx: &mut Tx<'_>, digest: &Digest, answer: &str, entry: u64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE bundle SET answer = $1, entry = $2 WHERE digest = $3",
        &values![answer, entry, digest.0],
    )
    .map(drop)
}

pub(super) fn unanswered(tx: &mut Tx<'_>, digest: &Digest) -> Result<(), DbError> {
    tx.execute(
        "UPDATE bundle SET is_unanswered = 1 WHERE digest = $1",
        &values![digest.0],
    )
    .map(drop)
}

/// The version of a company's latest roster.
pub(super) fn roster_version(reader: &Reader<'_>, company: &CompanyId) -> Result<Option<u64>, DbError> {
    reader
        .query_one(
            "SELECT version FROM roster WHERE company = $1 ORDER BY version DESC LIMIT 1",
            &values![company.as_str()],
        )?
        .map(|row| row.get("version"))
        .transpose()
}

/// One roster, as it was signed.
pub(super) fn roster(reader: &Reader<'_>, company: &CompanyId, version: u64) -> Result<Option<Vec<u8>>, DbError> {
    reader
        .query_one(
            "SELECT body FROM roster WHERE company = $1 AND version = $2",
            &values![company.as_str(), version],
        )?
        .map(|row| row.get("body"))
        .transpose()
}

/// When a company's latest rosters came: how many since a moment.
pub(super) fn rosters_since(reader: &Reader<'_>, company: &CompanyId, since: Timestamp) -> Result<u64, DbError> {
    reader
        .query_one(
            "SELECT COUNT(*) AS count FROM roster WHERE company = $1 AND stored_at > $2",
            &values![company.as_str(), since],
        )?
        .map_or(Ok(0), |row| row.get("count"))
}

/// Keeps a roster behind the ones before. Of those, the newest ones stay, for a receipt that is still on its way may name
/// them, and all that a receipt has named.
pub(super) fn put_roster(
    tx: &mut Tx<'_>,
    company: &CompanyId,
    version: u64,
    body: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO roster (company, version, body, stored_at, is_used) VALUES ($1, $2, $3, $4, 0)",
        &values![company.as_str(), version, body, now],
    )?;
    tx.execute(
        "DELETE FROM roster WHERE company = $1 AND is_used = 0 AND version NOT IN \
         (SELECT version FROM roster WHERE company = $1 ORDER BY version DESC LIMIT 20)",
        &values![company.as_str()],
    )
    .map(drop)
}

/// A receipt names it.
pub(super) fn use_roster(tx: &mut Tx<'_>, company: &CompanyId, version: u64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE roster SET is_used = 1 WHERE company = $1 AND version = $2",
        &values![company.as_str(), version],
    )
    .map(drop)
}

fn word<T: FromStr>(row: &Row, column: &str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| DbError::Column {
        column: column.to_owned(),
        found: "a foreign value",
        wanted: "what this program writes there",
    })
}
