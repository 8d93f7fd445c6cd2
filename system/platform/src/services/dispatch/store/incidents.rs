//! Incidents, their timelines, and what each company is told.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::{Alarm, CompanyId, Hazard, HomeId, IncidentId};

use super::super::model::{Change, Closed, Entry, Incident, Step};
use super::{foreign, optional_word, word};

const INCIDENT: &str = "incident.id AS id, incident.home AS home, incident.company AS company, \
    incident.nonce AS nonce, incident.hazard AS hazard, incident.opened_at AS opened_at, \
    incident.stored_at AS stored_at, incident.entries AS entries, incident.is_shown AS is_shown, incident.answered_at AS answered_at, \
    incident.closed_at AS closed_at, incident.closing AS closing";

fn incident(row: &Row) -> Result<Incident, DbError> {
    let hazard: String = row.get("hazard")?;
    let closed_at: Option<Timestamp> = row.get("closed_at")?;
    let closing: Option<String> = row.get("closing")?;
    let closed = closed_at
        .zip(closing)
        .map(|(at, closing)| {
            let closing = Closing::from_word(&closing).ok_or_else(|| foreign("closing"))?;
            Ok::<_, DbError>(Closed { at, closing })
        })
        .transpose()?;
    Ok(Incident {
        id: word(row, "id")?,
        home: word(row, "home")?,
        company: optional_word(row, "company")?,
        nonce: word(row, "nonce")?,
        hazard: Hazard::from_word(&hazard).ok_or_else(|| foreign("hazard"))?,
        opened_at: row.get("opened_at")?,
        stored_at: row.get("stored_at")?,
        answered_at: row.get("answered_at")?,
        entries: row.get("entries")?,
        closed,
        is_shown: row.get::<i64>("is_shown")? != 0,
    })
}

fn entry(row: &Row, number: &str, at: &str, stored_at: &str) -> Result<Entry, DbError> {
    let body: String = row.get("body")?;
    Ok(Entry {
        number: row.get(number)?,
        at: row.get(at)?,
        stored_at: row.get(stored_at)?,
        step: serde_json::from_str(&body).map_err(|_| foreign("body"))?,
    })
}

pub(in super::super) fn one(reader: &Reader<'_>, id: &IncidentId) -> Result<Option<Incident>, DbError> {
    reader
        .query_one(
            &format!("SELECT {INCIDENT} FROM incident WHERE id = $1"),
            &values![id.as_str()],
        )?
        .as_ref()
        .map(incident)
        .transpose()
}

/// The newest incidents of a home, the open ones first.
pub(in super::super) fn of_home(reader: &Reader<'_>, home: &HomeId, most: u32) -> Result<Vec<Incident>, DbError> {
    reader
        .query(
            &format!(
                "SELECT {INCIDENT} FROM incident WHERE home = $1 \
                 ORDER BY closed_at IS NOT NULL, opened_at DESC, id LIMIT $2"
            ),
            &values![home.as_str(), most],
        )?
        .iter()
        .map(incident)
        .collect()
}

/// The newest incidents of all homes, the open ones first.
pub(in super::super) fn newest(reader: &Reader<'_>, most: u32) -> Result<Vec<Incident>, DbError> {
    reader
        .query(
            &format!("SELECT {INCIDENT} FROM incident ORDER BY closed_at IS NOT NULL, opened_at DESC, id LIMIT $1"),
            &values![most],
        )?
        .iter()
        .map(incident)
        .collect()
}

/// The timeline of an incident, oldest first.
pub(in super::super) fn timeline(reader: &Reader<'_>, id: &IncidentId, most: u32) -> Result<Vec<Entry>, DbError> {
    reader
        .query(
            "SELECT number, at, stored_at, body FROM entry WHERE incident = $1 ORDER BY number LIMIT $2",
            &values![id.as_str(), most],
        )?
        .iter()
        .map(|row| entry(row, "number", "at", "stored_at"))
        .collect()
}

/// Closed incidents of a home of which the gateway does not know that.
pub(in super::super) fn closed_untold(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<IncidentId>, DbError> {
    reader
        .query(
            "SELECT id FROM incident WHERE home = $1 AND closed_at IS NOT NULL AND gateway_knows = 0 LIMIT 20",
            &values![home.as_str()],
        )?
        .iter()
        .map(|row| word(row, "id"))
        .collect()
}

pub(in super::super) fn gateway_knows(tx: &mut Tx<'_>, home: &HomeId, id: &IncidentId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE incident SET gateway_knows = 1 WHERE id = $1 AND home = $2",
        &values![id.as_str(), home.as_str()],
    )
    .map(drop)
}

/// Opens the incident of an alarm.
pub(in super::super) fn open(
    tx: &mut Tx<'_>,
    home: &HomeId,
    company: Option<&CompanyId>,
    alarm: &Alarm,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO incident (id, home, company, nonce, hazard, opened_at, stored_at, entries, is_shown, gateway_knows) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0)",
        &values![
            alarm.incident.as_str(),
            home.as_str(),
            company.map(|company| company.as_str().to_owned()),
            alarm.nonce.to_string(),
            alarm.hazard.word(),
            alarm.at,
            now
        ],
    )
    .map(drop)
}

/// Whether the incident has this alarm already.
pub(in super::super) fn has(reader: &Reader<'_>, alarm: &Alarm) -> Result<bool, DbError> {
    has_told(reader, &alarm.incident, alarm.id.as_str())
}

/// Whether the incident has what is recognised by this already.
pub(in super::super) fn has_told(reader: &Reader<'_>, incident: &IncidentId, told: &str) -> Result<bool, DbError> {
    let row = reader.query_one(
        "SELECT number FROM entry WHERE incident = $1 AND alarm = $2",
        &values![incident.as_str(), told],
    )?;
    Ok(row.is_some())
}

pub(in super::super) fn set_hazard(
    tx: &mut Tx<'_>,
    id: &IncidentId,
    hazard: Hazard,
    is_shown: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE incident SET hazard = $1, is_shown = $2 WHERE id = $3",
        &values![hazard.word(), i64::from(is_shown), id.as_str()],
    )
    .map(drop)
}

pub(in super::super) fn close(
    tx: &mut Tx<'_>,
    id: &IncidentId,
    closing: Closing,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE incident SET closed_at = $1, closing = $2 WHERE id = $3",
        &values![now, closing.word(), id.as_str()],
    )
    .map(drop)
}

/// Opens a closed incident again: the house told of another alarm that belongs to it.
pub(in super::super) fn reopen(tx: &mut Tx<'_>, id: &IncidentId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE incident SET closed_at = NULL, closing = NULL, gateway_knows = 0 WHERE id = $1",
        &values![id.as_str()],
    )
    .map(drop)
}

/// Notes that the company has said something; the first time counts.
pub(in super::super) fn answered(tx: &mut Tx<'_>, id: &IncidentId, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE incident SET answered_at = $1 WHERE id = $2 AND answered_at IS NULL",
        &values![now, id.as_str()],
    )
    .map(drop)
}

/// Puts an entry at the end of an incident's timeline, and tells the company whose case it is.
pub(in super::super) fn add_entry(
    tx: &mut Tx<'_>,
    incident: &IncidentId,
    at: Timestamp,
    now: Timestamp,
    step: &Step,
) -> Result<(), DbError> {
    let alarm = match step {
        Step::Alarm { alarm, .. } => Some(alarm.id.as_str().to_owned()),
        _ => None,
    };
    add_told(tx, incident, at, now, step, alarm)
}

/// The same for what is recognised by `told` when it is told again.
pub(in super::super) fn add_told(
    tx: &mut Tx<'_>,
    incident: &IncidentId,
    at: Timestamp,
    now: Timestamp,
    step: &Step,
    told: Option<String>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE incident SET entries = entries + 1 WHERE id = $1",
        &values![incident.as_str()],
    )?;
    let known = one(tx, incident)?.ok_or_else(|| foreign("incident"))?;
    let body = serde_json::to_string(step).map_err(|_| foreign("body"))?;
    tx.execute(
        "INSERT INTO entry (incident, number, at, stored_at, alarm, body) VALUES ($1, $2, $3, $4, $5, $6)",
        &values![incident.as_str(), known.entries, at, now, told, body],
    )?;
    let Some(company) = known.company else { return Ok(()) };
    tx.execute(
        "UPDATE company SET changes = changes + 1 WHERE id = $1",
        &values![company.as_str()],
    )?;
    tx.execute(
        "INSERT INTO change (company, number, incident, entry) \
         SELECT id, changes, $1, $2 FROM company WHERE id = $3",
        &values![incident.as_str(), known.entries, company.as_str()],
    )
    .map(drop)
}

/// What a company is told behind a number, in order.
pub(in super::super) fn changes_after(
    reader: &Reader<'_>,
    company: &CompanyId,
    after: u64,
    most: u32,
) -> Result<Vec<Change>, DbError> {
    reader
        .query(
            &format!(
                "SELECT change.number AS number, entry.number AS entry_number, entry.at AS at, \
                 entry.stored_at AS entry_stored_at, entry.body AS body, {INCIDENT} FROM change \
                 JOIN entry ON entry.incident = change.incident AND entry.number = change.entry \
                 JOIN incident ON incident.id = change.incident \
                 WHERE change.company = $1 AND change.number > $2 ORDER BY change.number LIMIT $3"
            ),
            &values![company.as_str(), after, most],
        )?
        .iter()
        .map(|row| {
            Ok(Change {
                number: row.get("number")?,
                incident: incident(row)?,
                entry: entry(row, "entry_number", "at", "entry_stored_at")?,
            })
        })
        .collect()
}

pub(in super::super) fn through(reader: &Reader<'_>) -> Result<u64, DbError> {
    reader
        .query_one("SELECT through FROM intake WHERE one = 1", &[])?
        .map_or(Ok(0), |row| row.get("through"))
}

pub(in super::super) fn set_through(tx: &mut Tx<'_>, through: u64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO intake (one, through) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET through = $1",
        &values![through],
    )
    .map(drop)
}
