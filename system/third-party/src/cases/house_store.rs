//! The tables of this room about houses of the platform.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{CaseId, CompanyId, HomeId, IncidentId, StaffId};

/// What is known of a case's house, as it is stored.
pub(super) struct StoredHouse {
    pub(super) incident: IncidentId,
    pub(super) home: HomeId,
    pub(super) attested: Option<Vec<u8>>,
    pub(super) disclosed: Option<Vec<u8>>,
}

/// Something that the platform is to be told, as it is stored.
pub(super) struct StoredWord {
    pub(super) number: u64,
    pub(super) case: CaseId,
    pub(super) incident: IncidentId,
    pub(super) at: Timestamp,
    pub(super) who: Option<StaffId>,
    pub(super) body: Vec<u8>,
}

fn parsed<T: std::str::FromStr>(row: &Row, column: &str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted: "an id",
    })
}

pub(super) fn house(reader: &Reader<'_>, case: &CaseId) -> Result<Option<StoredHouse>, DbError> {
    reader
        .query_one(
            "SELECT incident, home, attested, disclosed FROM house_case WHERE alarm_case = $1",
            &values![case.as_str()],
        )?
        .map(|row| {
            Ok(StoredHouse {
                incident: parsed(&row, "incident")?,
                home: parsed(&row, "home")?,
                attested: row.get("attested")?,
                disclosed: row.get("disclosed")?,
            })
        })
        .transpose()
}

pub(super) fn add_house(tx: &mut Tx<'_>, case: &CaseId, incident: &IncidentId, home: &HomeId) -> Result<(), DbError> {
    // A second case of the incident has the word that the first one got.
    tx.execute(
        "INSERT INTO house_case (alarm_case, incident, home, attested) VALUES ($1, $2, $3, \
         (SELECT attested FROM house_case WHERE incident = $2 AND attested IS NOT NULL LIMIT 1))",
        &values![case.as_str(), incident.as_str(), home.as_str()],
    )
    .map(drop)
}

/// The newest case of an incident.
pub(super) fn newest_of(reader: &Reader<'_>, incident: &IncidentId) -> Result<Option<CaseId>, DbError> {
    reader
        .query_one(
            "SELECT house_case.alarm_case AS id FROM house_case JOIN alarm_case ON alarm_case.id = house_case.alarm_case \
             WHERE house_case.incident = $1 ORDER BY alarm_case.closed_at IS NOT NULL, alarm_case.opened_at DESC LIMIT 1",
            &values![incident.as_str()],
        )?
        .map(|row| parsed(&row, "id"))
        .transpose()
}

/// The gateway's first word counts; it signs one.
pub(super) fn put_attested(tx: &mut Tx<'_>, incident: &IncidentId, attested: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "UPDATE house_case SET attested = $1 WHERE incident = $2 AND attested IS NULL",
        &values![attested.to_vec(), incident.as_str()],
    )
    .map(drop)
}

pub(super) fn put_disclosed(tx: &mut Tx<'_>, case: &CaseId, disclosed: Option<Vec<u8>>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE house_case SET disclosed = $1 WHERE alarm_case = $2",
        &values![disclosed, case.as_str()],
    )
    .map(drop)
}

/// Remembers an entry. `false` when it was taken before.
pub(super) fn remember_entry(tx: &mut Tx<'_>, incident: &IncidentId, entry: &str) -> Result<bool, DbError> {
    let taken = tx.execute(
        "INSERT INTO taken_entry (incident, entry) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &values![incident.as_str(), entry],
    )?;
    Ok(taken == 1)
}

/// Whose feed it is, how far it is stored, and what the last change was.
pub(super) fn feed(reader: &Reader<'_>) -> Result<Option<(CompanyId, u64, String)>, DbError> {
    reader
        .query_one("SELECT company, through, last FROM feed WHERE one = 1", &[])?
        .map(|row| Ok((parsed(&row, "company")?, row.get("through")?, row.get("last")?)))
        .transpose()
}

/// Begins a feed. Words that wait stay; their numbers go on.
pub(super) fn begin_feed(tx: &mut Tx<'_>, company: &CompanyId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO feed (one, company, through, last, words) VALUES (1, $1, 0, '', 0) \
         ON CONFLICT (one) DO UPDATE SET company = $1, through = 0, last = ''",
        &values![company.as_str()],
    )
    .map(drop)
}

pub(super) fn set_through(tx: &mut Tx<'_>, through: u64, last: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE feed SET through = $1, last = $2 WHERE one = 1",
        &values![through, last],
    )
    .map(drop)
}

/// Puts a word at the end of what the platform is to be told. Numbers are given once.
pub(super) fn add_word(
    tx: &mut Tx<'_>,
    case: &CaseId,
    incident: &IncidentId,
    at: Timestamp,
    who: Option<&StaffId>,
    body: Vec<u8>,
) -> Result<(), DbError> {
    tx.execute("UPDATE feed SET words = words + 1 WHERE one = 1", &[])?;
    tx.execute(
        "INSERT INTO word (number, alarm_case, incident, at, who, body) SELECT words, $1, $2, $3, $4, $5 FROM feed",
        &values![
            case.as_str(),
            incident.as_str(),
            at,
            who.map(|who| who.as_str().to_owned()),
            body
        ],
    )
    .map(drop)
}

/// The first word that the platform does not have.
pub(super) fn first_word(reader: &Reader<'_>) -> Result<Option<StoredWord>, DbError> {
    reader
        .query_one(
            "SELECT number, alarm_case, incident, at, who, body FROM word ORDER BY number LIMIT 1",
            &[],
        )?
        .map(|row| {
            let who: Option<String> = row.get("who")?;
            Ok(StoredWord {
                number: row.get("number")?,
                case: parsed(&row, "alarm_case")?,
                incident: parsed(&row, "incident")?,
                at: row.get("at")?,
                who: who.and_then(|who| who.parse().ok()),
                body: row.get("body")?,
            })
        })
        .transpose()
}

pub(super) fn drop_word(tx: &mut Tx<'_>, number: u64) -> Result<(), DbError> {
    tx.execute("DELETE FROM word WHERE number = $1", &values![number])
        .map(drop)
}

pub(super) fn add_answer(tx: &mut Tx<'_>, incident: &IncidentId, entry: &str, attested: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO gateway_answer (incident, entry, attested) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &values![incident.as_str(), entry, attested.to_vec()],
    )
    .map(drop)
}

pub(super) fn first_answer(reader: &Reader<'_>) -> Result<Option<(IncidentId, String, Vec<u8>)>, DbError> {
    reader
        .query_one(
            "SELECT incident, entry, attested FROM gateway_answer ORDER BY incident, entry LIMIT 1",
            &[],
        )?
        .map(|row| Ok((parsed(&row, "incident")?, row.get("entry")?, row.get("attested")?)))
        .transpose()
}

pub(super) fn drop_answer(tx: &mut Tx<'_>, incident: &IncidentId, entry: &str) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM gateway_answer WHERE incident = $1 AND entry = $2",
        &values![incident.as_str(), entry],
    )
    .map(drop)
}

/// Notes that a bundle is over without an answer.
pub(super) fn add_unanswered(
    tx: &mut Tx<'_>,
    incident: &IncidentId,
    bundle: Digest,
    is_sent: bool,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO unanswered_unlock (bundle, incident, is_sent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &values![bundle.0, incident.as_str(), is_sent],
    )
    .map(drop)
}

pub(super) fn first_unanswered(reader: &Reader<'_>) -> Result<Option<(IncidentId, Digest, bool)>, DbError> {
    let sql = "SELECT bundle, incident, is_sent FROM unanswered_unlock ORDER BY bundle LIMIT 1";
    reader
        .query_one(sql, &[])?
        .map(|row| {
            let bundle: [u8; 32] = row.get("bundle")?;
            Ok((parsed(&row, "incident")?, Digest(bundle), row.get("is_sent")?))
        })
        .transpose()
}

pub(super) fn drop_unanswered(tx: &mut Tx<'_>, bundle: Digest) -> Result<(), DbError> {
    tx.execute("DELETE FROM unanswered_unlock WHERE bundle = $1", &values![bundle.0])
        .map(drop)
}
