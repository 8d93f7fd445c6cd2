//! The tables of this room. Private: nobody else writes SQL about people.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_runtime::sign_in::lockout::{Bounds, Ledger};
use tomori_runtime::sign_in::secret::Digest;
use tomori_runtime::sign_in::totp::Step;
use tomori_smart_home::StaffId;

use super::model::{Purpose, Role, SessionTimes};

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "people",
    sql: include_str!("0001_people.sql"),
}];

const MOST_LEDGERS: i64 = 100_000;
const COLUMNS: &str = "id, role, detail, password_hash, totp_secret, totp_last_step";

/// Somebody as they are stored.
#[derive(Clone)]
pub(super) struct Staff {
    pub(super) id: StaffId,
    pub(super) role: Role,
    pub(super) detail: Vec<u8>,
    pub(super) password_hash: Option<String>,
    pub(super) totp_secret: Option<Vec<u8>>,
    pub(super) totp_last_step: Option<Step>,
}

pub(super) struct Session {
    pub(super) id: String,
    pub(super) staff: StaffId,
    pub(super) times: SessionTimes,
}

pub(super) struct Invitation {
    pub(super) purpose: Purpose,
    pub(super) staff: Option<StaffId>,
    pub(super) totp_secret: Vec<u8>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

fn staff_id(row: &Row, column: &str) -> Result<StaffId, DbError> {
    let id: String = row.get(column)?;
    id.parse().map_err(|_| foreign(column, "the id of staff"))
}

fn staff(row: &Row) -> Result<Staff, DbError> {
    let role: String = row.get("role")?;
    Ok(Staff {
        id: staff_id(row, "id")?,
        role: Role::from_word(&role).ok_or(foreign("role", "a role"))?,
        detail: row.get("detail")?,
        password_hash: row.get("password_hash")?,
        totp_secret: row.get("totp_secret")?,
        totp_last_step: row.get::<Option<i64>>("totp_last_step")?.map(Step),
    })
}

pub(super) fn by_login(reader: &Reader<'_>, login_mac: [u8; 32]) -> Result<Option<Staff>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM staff WHERE login_mac = $1");
    reader
        .query_one(&sql, &values![login_mac])?
        .as_ref()
        .map(staff)
        .transpose()
}

pub(super) fn by_id(reader: &Reader<'_>, id: &StaffId) -> Result<Option<Staff>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM staff WHERE id = $1");
    reader
        .query_one(&sql, &values![id.as_str()])?
        .as_ref()
        .map(staff)
        .transpose()
}

pub(super) fn all(reader: &Reader<'_>) -> Result<Vec<Staff>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM staff ORDER BY created_at, id");
    reader.query(&sql, &[])?.iter().map(staff).collect()
}

/// How many administrators can sign in.
pub(super) fn administrators(reader: &Reader<'_>) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) AS count FROM staff WHERE role = $1 AND password_hash IS NOT NULL";
    reader
        .query_one(sql, &values![Role::Administrator.word()])?
        .map_or(Ok(0), |row| row.get("count"))
}

/// Adds somebody who cannot sign in yet.
pub(super) fn add(
    tx: &mut Tx<'_>,
    id: &StaffId,
    role: Role,
    login_mac: [u8; 32],
    detail: Vec<u8>,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO staff (id, role, login_mac, detail, created_at) VALUES ($1, $2, $3, $4, $5)",
        &values![id.as_str(), role.word(), login_mac, detail, now],
    )
    .map(drop)
}

pub(super) fn remove(tx: &mut Tx<'_>, id: &StaffId) -> Result<bool, DbError> {
    close_everything(tx, id)?;
    tx.execute("DELETE FROM staff_invitation WHERE staff = $1", &values![id.as_str()])?;
    Ok(tx.execute("DELETE FROM staff WHERE id = $1", &values![id.as_str()])? == 1)
}

pub(super) fn set_credentials(
    tx: &mut Tx<'_>,
    id: &StaffId,
    password_hash: &str,
    totp_secret: Vec<u8>,
    last_step: Step,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE staff SET password_hash = $1, totp_secret = $2, totp_last_step = $3 WHERE id = $4",
        &values![password_hash, totp_secret, last_step.0, id.as_str()],
    )
    .map(drop)
}

pub(super) fn set_password(tx: &mut Tx<'_>, id: &StaffId, password_hash: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE staff SET password_hash = $1 WHERE id = $2",
        &values![password_hash, id.as_str()],
    )
    .map(drop)
}

/// Uses a step of the second factor. `false` when it, or a later one, has been used.
pub(super) fn use_step(tx: &mut Tx<'_>, id: &StaffId, step: Step) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE staff SET totp_last_step = $1 WHERE id = $2 AND (totp_last_step IS NULL OR totp_last_step < $1)",
        &values![step.0, id.as_str()],
    )?;
    Ok(changed == 1)
}

pub(super) fn session(reader: &Reader<'_>, digest: Digest) -> Result<Option<Session>, DbError> {
    let sql = "SELECT id, staff, created_at, seen_at FROM staff_session WHERE digest = $1";
    let row = reader.query_one(sql, &values![digest.0])?;
    row.map(|row| {
        Ok(Session {
            id: row.get("id")?,
            staff: staff_id(&row, "staff")?,
            times: SessionTimes {
                created_at: row.get("created_at")?,
                seen_at: row.get("seen_at")?,
            },
        })
    })
    .transpose()
}

/// Adds a session; the oldest make room when somebody would have more than `most`.
pub(super) fn add_session(tx: &mut Tx<'_>, digest: Digest, session: &Session, most: usize) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO staff_session (digest, id, staff, created_at, seen_at) VALUES ($1, $2, $3, $4, $5)",
        &values![
            digest.0,
            &session.id,
            session.staff.as_str(),
            session.times.created_at,
            session.times.seen_at
        ],
    )?;
    tx.execute(
        "DELETE FROM staff_session WHERE staff = $1 AND digest NOT IN \
         (SELECT digest FROM staff_session WHERE staff = $1 ORDER BY seen_at DESC, id LIMIT $2)",
        &values![session.staff.as_str(), most],
    )
    .map(drop)
}

pub(super) fn touch(tx: &mut Tx<'_>, digest: Digest, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE staff_session SET seen_at = $1 WHERE digest = $2 AND seen_at < $1",
        &values![now, digest.0],
    )
    .map(drop)
}

pub(super) fn remove_session(tx: &mut Tx<'_>, digest: Digest) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_session WHERE digest = $1", &values![digest.0])
        .map(drop)
}

/// Sessions that somebody has.
pub(super) fn sessions_of(reader: &Reader<'_>, id: &StaffId) -> Result<i64, DbError> {
    reader
        .query_one(
            "SELECT COUNT(*) AS count FROM staff_session WHERE staff = $1",
            &values![id.as_str()],
        )?
        .map_or(Ok(0), |row| row.get("count"))
}

pub(super) fn close_everything(tx: &mut Tx<'_>, id: &StaffId) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_session WHERE staff = $1", &values![id.as_str()])?;
    tx.execute("DELETE FROM staff_browser WHERE staff = $1", &values![id.as_str()])
        .map(drop)
}

pub(super) fn is_known(reader: &Reader<'_>, browser: Digest, id: &StaffId) -> Result<bool, DbError> {
    let found = reader.query_one(
        "SELECT staff FROM staff_browser WHERE digest = $1 AND staff = $2",
        &values![browser.0, id.as_str()],
    )?;
    Ok(found.is_some())
}

pub(super) fn know(tx: &mut Tx<'_>, browser: Digest, id: &StaffId, now: Timestamp, most: usize) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO staff_browser (digest, staff, used_at) VALUES ($1, $2, $3)",
        &values![browser.0, id.as_str(), now],
    )?;
    tx.execute(
        "DELETE FROM staff_browser WHERE staff = $1 AND digest NOT IN \
         (SELECT digest FROM staff_browser WHERE staff = $1 ORDER BY used_at DESC, digest LIMIT $2)",
        &values![id.as_str(), most],
    )
    .map(drop)
}

pub(super) fn forget_browser(tx: &mut Tx<'_>, browser: Digest, id: &StaffId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM staff_browser WHERE digest = $1 AND staff = $2",
        &values![browser.0, id.as_str()],
    )
    .map(drop)
}

pub(super) fn ledger(reader: &Reader<'_>, key: [u8; 32]) -> Result<Option<Ledger>, DbError> {
    let row = reader.query_one(
        "SELECT failures, last_at FROM staff_ledger WHERE key = $1",
        &values![key],
    )?;
    row.map(|row| {
        Ok(Ledger {
            failures: row.get("failures")?,
            last: row.get("last_at")?,
        })
    })
    .transpose()
}

/// Writes a ledger down; `None` empties it.
pub(super) fn put_ledger(tx: &mut Tx<'_>, key: [u8; 32], ledger: Option<Ledger>) -> Result<(), DbError> {
    match ledger {
        Some(ledger) => tx.execute(
            "INSERT INTO staff_ledger (key, failures, last_at) VALUES ($1, $2, $3) \
             ON CONFLICT (key) DO UPDATE SET failures = $2, last_at = $3",
            &values![key, ledger.failures, ledger.last],
        ),
        None => tx.execute("DELETE FROM staff_ledger WHERE key = $1", &values![key]),
    }
    .map(drop)
}

/// Keeps the ledgers bounded: what is forgotten goes, and beyond the bound the oldest.
pub(super) fn tidy_ledgers(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), DbError> {
    let forgotten = [Bounds::LOGIN, Bounds::ADDRESS, Bounds::KNOWN_BROWSER]
        .iter()
        .map(|bounds| bounds.forget)
        .max()
        .unwrap_or_default();
    let before = now.checked_sub(forgotten).unwrap_or(Timestamp::MIN);
    tx.execute("DELETE FROM staff_ledger WHERE last_at < $1", &values![before])?;
    tx.execute(
        "DELETE FROM staff_ledger WHERE key NOT IN (SELECT key FROM staff_ledger ORDER BY last_at DESC LIMIT $1)",
        &values![MOST_LEDGERS],
    )
    .map(drop)
}

pub(super) fn invitation(reader: &Reader<'_>, digest: Digest) -> Result<Option<Invitation>, DbError> {
    let row = reader.query_one(
        "SELECT purpose, staff, totp_secret, created_at, expires_at FROM staff_invitation WHERE digest = $1",
        &values![digest.0],
    )?;
    row.map(|row| {
        let purpose: String = row.get("purpose")?;
        let staff: Option<String> = row.get("staff")?;
        Ok(Invitation {
            purpose: Purpose::from_word(&purpose).ok_or(foreign("purpose", "a purpose"))?,
            staff: staff
                .map(|id| id.parse().map_err(|_| foreign("staff", "the id of staff")))
                .transpose()?,
            totp_secret: row.get("totp_secret")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    })
    .transpose()
}

/// Adds an invitation in place of earlier ones for the same person, and of those that have expired.
pub(super) fn add_invitation(tx: &mut Tx<'_>, digest: Digest, invitation: &Invitation) -> Result<(), DbError> {
    let staff = invitation.staff.as_ref().map(|id| id.as_str().to_owned());
    tx.execute(
        "DELETE FROM staff_invitation WHERE expires_at <= $1",
        &values![invitation.created_at],
    )?;
    match &staff {
        Some(staff) => tx.execute("DELETE FROM staff_invitation WHERE staff = $1", &values![staff])?,
        None => tx.execute("DELETE FROM staff_invitation WHERE staff IS NULL", &[])?,
    };
    tx.execute(
        "INSERT INTO staff_invitation (digest, purpose, staff, totp_secret, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &values![
            digest.0,
            invitation.purpose.word(),
            staff,
            invitation.totp_secret.clone(),
            invitation.created_at,
            invitation.expires_at
        ],
    )
    .map(drop)
}

/// Uses an invitation up. `false` when it has been used already.
pub(super) fn use_invitation(tx: &mut Tx<'_>, digest: Digest) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM staff_invitation WHERE digest = $1", &values![digest.0])? == 1)
}

/// Whether somebody has an invitation that stands.
pub(super) fn is_invited(reader: &Reader<'_>, id: &StaffId, now: Timestamp) -> Result<bool, DbError> {
    let found = reader.query_one(
        "SELECT purpose FROM staff_invitation WHERE staff = $1 AND expires_at > $2",
        &values![id.as_str(), now],
    )?;
    Ok(found.is_some())
}
