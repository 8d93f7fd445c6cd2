//! The tables of this room.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::{CaseId, StaffId};

use super::model::{Guard, Mission, MissionState, Place};
use super::skill::Skill;

pub(super) static MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "dispatch",
        sql: include_str!("0001_dispatch.sql"),
    },
    Migration {
        number: 2,
        name: "skills",
        sql: include_str!("0002_skills.sql"),
    },
    Migration {
        number: 3,
        name: "messages",
        sql: include_str!("0003_messages.sql"),
    },
];

const COLUMNS: &str = "number, alarm_case, guard, state, offered_at, accepted_at, travel";
const OPEN: &str = "state IN ('offered', 'accepted', 'arrived')";

/// A message of a mission, as it is stored.
pub(super) struct StoredMessage {
    pub(super) number: i64,
    pub(super) is_from_guard: bool,
    pub(super) who: StaffId,
    pub(super) at: Timestamp,
    pub(super) read_at: Option<Timestamp>,
    pub(super) text: Vec<u8>,
}

fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

fn id<T: std::str::FromStr>(row: &Row, column: &str, wanted: &'static str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| foreign(column, wanted))
}

fn guard(row: &Row) -> Result<Guard, DbError> {
    let place = row.get::<Option<f64>>("north")?.zip(row.get::<Option<f64>>("east")?);
    Ok(Guard {
        staff: id(row, "staff", "the id of staff")?,
        is_on_duty: row.get("is_on_duty")?,
        place: place.and_then(|(north, east)| Place::new(north, east)),
        placed_at: row.get("placed_at")?,
        skills: BTreeSet::new(),
    })
}

fn mission(row: &Row) -> Result<Mission, DbError> {
    let state: String = row.get("state")?;
    Ok(Mission {
        number: row.get("number")?,
        case: id::<CaseId>(row, "alarm_case", "the id of a case")?,
        guard: id(row, "guard", "the id of staff")?,
        state: MissionState::from_word(&state).ok_or(foreign("state", "a state"))?,
        offered_at: row.get("offered_at")?,
        accepted_at: row.get("accepted_at")?,
        travel: row.get::<Option<i64>>("travel")?.map(SignedDuration::from_secs),
    })
}

pub(super) fn guards(reader: &Reader<'_>) -> Result<Vec<Guard>, DbError> {
    let rows = reader.query(
        "SELECT staff, is_on_duty, north, east, placed_at FROM guard ORDER BY staff",
        &[],
    )?;
    let mut skills = skills(reader)?;
    rows.iter()
        .map(|row| {
            let guard = guard(row)?;
            Ok(Guard {
                skills: skills.remove(&guard.staff).unwrap_or_default(),
                ..guard
            })
        })
        .collect()
}

/// What everybody can do. A skill that a later version knew is passed over.
pub(super) fn skills(reader: &Reader<'_>) -> Result<BTreeMap<StaffId, BTreeSet<Skill>>, DbError> {
    let mut all: BTreeMap<StaffId, BTreeSet<Skill>> = BTreeMap::new();
    for row in reader.query("SELECT staff, skill FROM guard_skill", &[])? {
        let skill: String = row.get("skill")?;
        if let Some(skill) = Skill::from_word(&skill) {
            all.entry(id(&row, "staff", "the id of staff")?)
                .or_default()
                .insert(skill);
        }
    }
    Ok(all)
}

pub(super) fn set_skills(tx: &mut Tx<'_>, staff: &StaffId, skills: &BTreeSet<Skill>) -> Result<(), DbError> {
    tx.execute("DELETE FROM guard_skill WHERE staff = $1", &values![staff.as_str()])?;
    for skill in skills {
        tx.execute(
            "INSERT INTO guard_skill (staff, skill) VALUES ($1, $2)",
            &values![staff.as_str(), skill.word()],
        )?;
    }
    Ok(())
}

/// Nothing of somebody who has left the company but the missions they had.
pub(super) fn forget_guard(tx: &mut Tx<'_>, staff: &StaffId) -> Result<(), DbError> {
    set_skills(tx, staff, &BTreeSet::new())?;
    tx.execute("DELETE FROM guard WHERE staff = $1", &values![staff.as_str()])
        .map(drop)
}

pub(super) fn set_duty(tx: &mut Tx<'_>, staff: &StaffId, is_on_duty: bool) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO guard (staff, is_on_duty) VALUES ($1, $2) \
         ON CONFLICT (staff) DO UPDATE SET is_on_duty = $2, north = NULL, east = NULL, placed_at = NULL",
        &values![staff.as_str(), is_on_duty],
    )
    .map(drop)
}

/// Notes where a guard is. `false` when they are not on duty.
pub(super) fn set_place(tx: &mut Tx<'_>, staff: &StaffId, place: Place, now: Timestamp) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE guard SET north = $1, east = $2, placed_at = $3 WHERE staff = $4 AND is_on_duty = 1",
        &values![place.north, place.east, now, staff.as_str()],
    )?;
    Ok(changed == 1)
}

/// Missions that keep a guard busy.
pub(super) fn open(reader: &Reader<'_>) -> Result<Vec<Mission>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM mission WHERE {OPEN} ORDER BY number");
    reader.query(&sql, &[])?.iter().map(mission).collect()
}

/// The missions of a case, oldest first.
pub(super) fn of_case(reader: &Reader<'_>, case: &CaseId) -> Result<Vec<Mission>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM mission WHERE alarm_case = $1 ORDER BY number");
    reader
        .query(&sql, &values![case.as_str()])?
        .iter()
        .map(mission)
        .collect()
}

/// The mission that keeps a guard busy.
pub(super) fn of_guard(reader: &Reader<'_>, staff: &StaffId) -> Result<Option<Mission>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM mission WHERE guard = $1 AND {OPEN} ORDER BY number DESC");
    reader
        .query_one(&sql, &values![staff.as_str()])?
        .as_ref()
        .map(mission)
        .transpose()
}

pub(super) fn add(
    tx: &mut Tx<'_>,
    case: &CaseId,
    guard: &StaffId,
    travel: Option<SignedDuration>,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO mission (alarm_case, guard, state, offered_at, travel) VALUES ($1, $2, $3, $4, $5)",
        &values![
            case.as_str(),
            guard.as_str(),
            MissionState::Offered.word(),
            now,
            travel.map(|travel| travel.as_secs())
        ],
    )
    .map(drop)
}

pub(super) fn set_state(
    tx: &mut Tx<'_>,
    mission: &Mission,
    state: MissionState,
    now: Timestamp,
) -> Result<(), DbError> {
    let accepted_at = if state == MissionState::Accepted {
        Some(now)
    } else {
        mission.accepted_at
    };
    tx.execute(
        "UPDATE mission SET state = $1, accepted_at = $2 WHERE number = $3",
        &values![state.word(), accepted_at, mission.number],
    )
    .map(drop)
}

/// The messages of a mission, oldest first.
pub(super) fn messages(reader: &Reader<'_>, mission: i64) -> Result<Vec<StoredMessage>, DbError> {
    let sql =
        "SELECT number, is_from_guard, who, at, read_at, text FROM mission_message WHERE mission = $1 ORDER BY number";
    let rows = reader.query(sql, &values![mission])?;
    rows.iter()
        .map(|row| {
            Ok(StoredMessage {
                number: row.get("number")?,
                is_from_guard: row.get("is_from_guard")?,
                who: id(row, "who", "the id of staff")?,
                at: row.get("at")?,
                read_at: row.get("read_at")?,
                text: row.get("text")?,
            })
        })
        .collect()
}

pub(super) fn add_message(tx: &mut Tx<'_>, mission: i64, message: &StoredMessage) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO mission_message (mission, is_from_guard, who, at, text) VALUES ($1, $2, $3, $4, $5)",
        &values![
            mission,
            message.is_from_guard,
            message.who.as_str(),
            message.at,
            message.text.clone()
        ],
    )
    .map(drop)
}

pub(super) fn set_read(tx: &mut Tx<'_>, number: i64, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE mission_message SET read_at = $1 WHERE number = $2",
        &values![at, number],
    )
    .map(drop)
}

/// Nothing of a case is left: neither its missions nor what was written on them.
pub(super) fn forget_case(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM mission_message WHERE mission IN (SELECT number FROM mission WHERE alarm_case = $1)",
        &values![case.as_str()],
    )?;
    tx.execute("DELETE FROM mission WHERE alarm_case = $1", &values![case.as_str()])
        .map(drop)
}
