//! Drafts.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::CaseId;
use tomori_smart_home::unlock::{Arrival, Digest, Statement};
use tomori_unlock::Signed;

use super::super::draft::{Draft, Said, State};
use super::{foreign, id};

const COLUMNS: &str = "number, alarm_case, state, changed_at, arrival, request, approval, why";
const OPEN: &str = "state IN ('arrived', 'requested', 'approved', 'sent')";

fn said<S: Statement>(bytes: &[u8], column: &str) -> Result<Said<S>, DbError> {
    let signed = Signed::from_bytes(bytes).ok();
    signed.and_then(Said::read).ok_or(foreign(column, "a signed statement"))
}

fn optional<S: Statement>(row: &Row, column: &str) -> Result<Option<Said<S>>, DbError> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    bytes.map(|bytes| said(&bytes, column)).transpose()
}

fn draft(row: &Row) -> Result<Draft, DbError> {
    let state: String = row.get("state")?;
    let arrival: Vec<u8> = row.get("arrival")?;
    Ok(Draft {
        number: row.get("number")?,
        case: id(row, "alarm_case", "the id of a case")?,
        state: State::from_word(&state).ok_or(foreign("state", "a state"))?,
        changed_at: row.get("changed_at")?,
        arrival: said(&arrival, "arrival")?,
        request: optional(row, "request")?,
        approval: optional(row, "approval")?,
        why: row.get("why")?,
    })
}

/// The drafts of a case, the newest first.
pub(in super::super) fn of_case(reader: &Reader<'_>, case: &CaseId, most: usize) -> Result<Vec<Draft>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE alarm_case = $1 ORDER BY number DESC LIMIT $2");
    let rows = reader.query(&sql, &values![case.as_str(), most])?;
    rows.iter().map(draft).collect()
}

/// The newest draft of a case, when it is open.
pub(in super::super) fn open_of(reader: &Reader<'_>, case: &CaseId) -> Result<Option<Draft>, DbError> {
    let newest = of_case(reader, case, 1)?.into_iter().next();
    Ok(newest.filter(|draft| draft.state.is_open()))
}

/// Every draft that is open.
pub(in super::super) fn open(reader: &Reader<'_>) -> Result<Vec<Draft>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE {OPEN} ORDER BY number");
    reader.query(&sql, &[])?.iter().map(draft).collect()
}

/// The draft whose bundle this is the digest of.
pub(in super::super) fn of_bundle(reader: &Reader<'_>, bundle: Digest) -> Result<Option<Draft>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE bundle = $1");
    reader
        .query_one(&sql, &values![bundle.0])?
        .as_ref()
        .map(draft)
        .transpose()
}

/// Begins a draft with the guard's signature.
pub(in super::super) fn add(
    tx: &mut Tx<'_>,
    case: &CaseId,
    arrival: &Said<Arrival>,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO draft (alarm_case, state, changed_at, arrival) VALUES ($1, $2, $3, $4)",
        &values![case.as_str(), State::Arrived.word(), now, arrival.signed.to_bytes()],
    )
    .map(drop)
}

/// Writes down everything of a draft that may change.
pub(in super::super) fn put(tx: &mut Tx<'_>, draft: &Draft) -> Result<(), DbError> {
    let request = draft.request.as_ref().map(|request| request.signed.to_bytes());
    let approval = draft.approval.as_ref().map(|approval| approval.signed.to_bytes());
    let bundle = draft.bundle().map(|bundle| bundle.digest().0.to_vec());
    tx.execute(
        "UPDATE draft SET state = $1, changed_at = $2, request = $3, approval = $4, bundle = $5, why = $6 \
         WHERE number = $7",
        &values![
            draft.state.word(),
            draft.changed_at,
            request,
            approval,
            bundle,
            draft.why.clone(),
            draft.number
        ],
    )
    .map(drop)
}

pub(in super::super) fn forget(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), DbError> {
    tx.execute("DELETE FROM draft WHERE alarm_case = $1", &values![case.as_str()])
        .map(drop)
}
