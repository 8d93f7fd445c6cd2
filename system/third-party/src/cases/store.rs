//! The tables of this room.

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::{CaseId, StaffId};

use super::model::{Case, Danger, Kind, Outcome, Source};
use super::script::Step;

pub(super) static MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "cases",
        sql: include_str!("0001_cases.sql"),
    },
    Migration {
        number: 2,
        name: "houses of the platform",
        sql: include_str!("0002_houses.sql"),
    },
    Migration {
        number: 3,
        name: "unlocks without an answer",
        sql: include_str!("0003_unanswered.sql"),
    },
];

/// Entries that a case keeps; later alarms are counted, and the newest is always told.
const MOST_ENTRIES: i64 = 500;
/// Frames are remembered for this long: ten times as long as one may be late.
const REMEMBER: SignedDuration = SignedDuration::from_mins(10);
const COLUMNS: &str = "id, kind, source, danger, opened_at, last_at, alarms, is_plain, owner, is_offered, arrived_at, \
                       restored_at, closed_at";

/// Something that happened, as it is stored.
pub(super) struct StoredEntry {
    pub(super) at: Timestamp,
    pub(super) who: Option<StaffId>,
    pub(super) what: String,
    pub(super) detail: Vec<u8>,
}

fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

/// The text of a source.
pub(super) fn source_text(source: &Source) -> String {
    match source {
        Source::Panel(account) => format!("panel:{account}"),
        Source::House { incident, home } => format!("house:{incident}:{home}"),
    }
}

fn source(text: &str) -> Option<Source> {
    if let Some(account) = text.strip_prefix("panel:") {
        return account.parse().ok().map(Source::Panel);
    }
    let (incident, home) = text.strip_prefix("house:")?.split_once(':')?;
    Some(Source::House {
        incident: incident.parse().ok()?,
        home: home.parse().ok()?,
    })
}

fn optional_staff(row: &Row, column: &str) -> Result<Option<StaffId>, DbError> {
    let id: Option<String> = row.get(column)?;
    id.map(|id| id.parse().map_err(|_| foreign(column, "the id of staff")))
        .transpose()
}

fn case(row: &Row) -> Result<Case, DbError> {
    let text = |column: &str| row.get::<String>(column);
    Ok(Case {
        id: text("id")?.parse().map_err(|_| foreign("id", "the id of a case"))?,
        kind: Kind::from_word(&text("kind")?).ok_or(foreign("kind", "a kind"))?,
        source: source(&text("source")?).ok_or(foreign("source", "a source"))?,
        danger: Danger::from_word(&text("danger")?).ok_or(foreign("danger", "a danger"))?,
        opened_at: row.get("opened_at")?,
        last_at: row.get("last_at")?,
        alarms: row.get("alarms")?,
        is_plain: row.get("is_plain")?,
        owner: optional_staff(row, "owner")?,
        is_offered: row.get("is_offered")?,
        arrived_at: row.get("arrived_at")?,
        restored_at: row.get("restored_at")?,
        closed_at: row.get("closed_at")?,
    })
}

pub(super) fn by_id(reader: &Reader<'_>, id: &CaseId) -> Result<Option<Case>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM alarm_case WHERE id = $1");
    reader
        .query_one(&sql, &values![id.as_str()])?
        .as_ref()
        .map(case)
        .transpose()
}

/// The open case of a source, of a kind.
pub(super) fn open_of(reader: &Reader<'_>, source: &str, kind: Kind) -> Result<Option<Case>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM alarm_case WHERE closed_at IS NULL AND source = $1 AND kind = $2");
    reader
        .query_one(&sql, &values![source, kind.word()])?
        .as_ref()
        .map(case)
        .transpose()
}

/// The open cases of an owner.
pub(super) fn of_owner(reader: &Reader<'_>, owner: &StaffId) -> Result<Vec<Case>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM alarm_case WHERE closed_at IS NULL AND owner = $1");
    reader.query(&sql, &values![owner.as_str()])?.iter().map(case).collect()
}

/// Everybody who has an open case that they do not offer.
pub(super) fn owners(reader: &Reader<'_>) -> Result<Vec<StaffId>, DbError> {
    let sql = "SELECT DISTINCT owner FROM alarm_case WHERE closed_at IS NULL AND owner IS NOT NULL AND is_offered = 0";
    let rows = reader.query(sql, &[])?;
    rows.iter()
        .filter_map(|row| optional_staff(row, "owner").transpose())
        .collect()
}

/// A part of the board.
pub(super) fn open(reader: &Reader<'_>, skip: usize, most: usize) -> Result<Vec<Case>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alarm_case WHERE closed_at IS NULL ORDER BY priority, opened_at, id LIMIT $1 OFFSET $2"
    );
    reader.query(&sql, &values![most, skip])?.iter().map(case).collect()
}

/// How many cases are open, and how many of those have no owner, by priority.
pub(super) fn counts(reader: &Reader<'_>) -> Result<Vec<(u8, i64, i64)>, DbError> {
    let sql = "SELECT priority, COUNT(*) AS count, SUM(owner IS NULL OR is_offered = 1) AS free FROM alarm_case \
               WHERE closed_at IS NULL GROUP BY priority ORDER BY priority";
    let rows = reader.query(sql, &[])?;
    rows.iter()
        .map(|row| Ok((row.get("priority")?, row.get("count")?, row.get("free")?)))
        .collect()
}

pub(super) fn add(tx: &mut Tx<'_>, case: &Case) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO alarm_case (id, kind, source, danger, priority, opened_at, last_at, alarms, is_plain) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &values![
            case.id.as_str(),
            case.kind.word(),
            source_text(&case.source),
            case.danger.word(),
            case.danger.priority(),
            case.opened_at,
            case.last_at,
            case.alarms,
            case.is_plain
        ],
    )
    .map(drop)
}

/// Writes down everything of a case that may change while it is open.
pub(super) fn put(tx: &mut Tx<'_>, case: &Case) -> Result<(), DbError> {
    tx.execute(
        "UPDATE alarm_case SET danger = $1, priority = $2, last_at = $3, alarms = $4, is_plain = $5, owner = $6, \
         is_offered = $7, arrived_at = $8, restored_at = $9 WHERE id = $10",
        &values![
            case.danger.word(),
            case.danger.priority(),
            case.last_at,
            case.alarms,
            case.is_plain,
            case.owner.as_ref().map(|owner| owner.as_str().to_owned()),
            case.is_offered,
            case.arrived_at,
            case.restored_at,
            case.id.as_str()
        ],
    )
    .map(drop)
}

pub(super) fn close(
    tx: &mut Tx<'_>,
    id: &CaseId,
    at: Timestamp,
    outcome: Option<Outcome>,
    report: Vec<u8>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE alarm_case SET closed_at = $1, outcome = $2, report = $3, is_offered = 0 WHERE id = $4",
        &values![
            at,
            outcome.map(|outcome| outcome.word().to_owned()),
            report,
            id.as_str()
        ],
    )
    .map(drop)
}

pub(super) fn add_entry(tx: &mut Tx<'_>, id: &CaseId, entry: StoredEntry) -> Result<(), DbError> {
    let count: i64 = tx
        .query_one(
            "SELECT COUNT(*) AS count FROM case_entry WHERE alarm_case = $1",
            &values![id.as_str()],
        )?
        .map_or(Ok(0), |row| row.get("count"))?;
    // The newest alarm takes the last place: what people did before is never pushed out by a panel that floods.
    let number = count.min(MOST_ENTRIES);
    let who = entry.who.map(|who| who.as_str().to_owned());
    tx.execute(
        "INSERT INTO case_entry (alarm_case, number, at, who, what, detail) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (alarm_case, number) DO UPDATE SET at = $3, who = $4, what = $5, detail = $6",
        &values![id.as_str(), number, entry.at, who, entry.what, entry.detail],
    )
    .map(drop)
}

pub(super) fn entries(reader: &Reader<'_>, id: &CaseId) -> Result<Vec<StoredEntry>, DbError> {
    let sql = "SELECT at, who, what, detail FROM case_entry WHERE alarm_case = $1 ORDER BY number";
    let rows = reader.query(sql, &values![id.as_str()])?;
    rows.iter()
        .map(|row| {
            Ok(StoredEntry {
                at: row.get("at")?,
                who: optional_staff(row, "who")?,
                what: row.get("what")?,
                detail: row.get("detail")?,
            })
        })
        .collect()
}

/// The steps that were done, with when and by whom.
pub(super) fn steps(reader: &Reader<'_>, id: &CaseId) -> Result<Vec<(Step, Timestamp, StaffId)>, DbError> {
    let sql = "SELECT step, at, who FROM case_step WHERE alarm_case = $1 ORDER BY at";
    let rows = reader.query(sql, &values![id.as_str()])?;
    rows.iter()
        .map(|row| {
            let step: String = row.get("step")?;
            let who = optional_staff(row, "who")?.ok_or(foreign("who", "the id of staff"))?;
            Ok((
                Step::from_word(&step).ok_or(foreign("step", "a step"))?,
                row.get("at")?,
                who,
            ))
        })
        .collect()
}

/// Notes a step. `false` when it was done before.
pub(super) fn add_step(
    tx: &mut Tx<'_>,
    id: &CaseId,
    step: Step,
    at: Timestamp,
    who: &StaffId,
) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO case_step (alarm_case, step, at, who) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &values![id.as_str(), step.word(), at, who.as_str()],
    )?;
    Ok(added == 1)
}

/// Cases that were closed before then, the oldest first.
pub(super) fn closed_before(reader: &Reader<'_>, before: Timestamp, most: usize) -> Result<Vec<CaseId>, DbError> {
    let sql = "SELECT id FROM alarm_case WHERE closed_at < $1 ORDER BY closed_at LIMIT $2";
    let rows = reader.query(sql, &values![before, most])?;
    rows.iter()
        .map(|row| {
            let id: String = row.get("id")?;
            id.parse().map_err(|_| foreign("id", "the id of a case"))
        })
        .collect()
}

/// Nothing of a case is left.
pub(super) fn forget(tx: &mut Tx<'_>, id: &CaseId) -> Result<(), DbError> {
    for table in ["case_entry", "case_step", "house_case", "word"] {
        let sql = format!("DELETE FROM {table} WHERE alarm_case = $1");
        tx.execute(&sql, &values![id.as_str()])?;
    }
    tx.execute("DELETE FROM alarm_case WHERE id = $1", &values![id.as_str()])
        .map(drop)
}

/// Remembers a frame. `false` when it was taken less than `window` ago.
pub(super) fn remember(
    tx: &mut Tx<'_>,
    digest: [u8; 32],
    at: Timestamp,
    window: SignedDuration,
) -> Result<bool, DbError> {
    let before = at.checked_sub(REMEMBER).unwrap_or(Timestamp::MIN);
    tx.execute("DELETE FROM taken_frame WHERE at < $1", &values![before])?;
    let since = at.checked_sub(window).unwrap_or(Timestamp::MIN);
    let taken = tx.execute(
        "INSERT INTO taken_frame (digest, at) VALUES ($1, $2) \
         ON CONFLICT (digest) DO UPDATE SET at = $2 WHERE taken_frame.at < $3",
        &values![digest, at, since],
    )?;
    Ok(taken == 1)
}

/// How many cases are open.
pub(super) fn open_count(reader: &Reader<'_>) -> Result<usize, DbError> {
    reader
        .query_one("SELECT COUNT(*) AS count FROM alarm_case WHERE closed_at IS NULL", &[])?
        .map_or(Ok(0), |row| row.get("count"))
}
