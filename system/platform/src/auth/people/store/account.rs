//! Accounts, and who lives where.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{HomeId, ResidentId};

use super::super::model::Person;
use super::super::totp::Step;

/// An account as it is stored.
pub(in super::super) struct Account {
    pub(in super::super) person: Person,
    pub(in super::super) password_hash: Option<String>,
    pub(in super::super) totp_secret: Option<Vec<u8>>,
    pub(in super::super) totp_last_step: Option<Step>,
    pub(in super::super) created_at: Timestamp,
}

const COLUMNS: &str = "person, password_hash, totp_secret, totp_last_step, created_at";

fn account(row: &Row) -> Result<Account, DbError> {
    Ok(Account {
        person: super::person(row, "person")?,
        password_hash: row.get("password_hash")?,
        totp_secret: row.get("totp_secret")?,
        totp_last_step: row.get::<Option<i64>>("totp_last_step")?.map(Step),
        created_at: row.get("created_at")?,
    })
}

pub(in super::super) fn by_login(reader: &Reader<'_>, login_mac: [u8; 32]) -> Result<Option<Account>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE login_mac = $1");
    reader
        .query_one(&sql, &values![login_mac])?
        .as_ref()
        .map(account)
        .transpose()
}

pub(in super::super) fn by_person(reader: &Reader<'_>, person: &Person) -> Result<Option<Account>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE person = $1");
    reader
        .query_one(&sql, &values![person.id()])?
        .as_ref()
        .map(account)
        .transpose()
}

/// Adds an account that nobody can sign in to yet.
pub(in super::super) fn add(
    tx: &mut Tx<'_>,
    person: &Person,
    login_mac: [u8; 32],
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO account (person, login_mac, created_at, changed_at) VALUES ($1, $2, $3, $4)",
        &values![person.id(), login_mac, now, now],
    )
    .map(drop)
}

pub(in super::super) fn set_credentials(
    tx: &mut Tx<'_>,
    person: &Person,
    password_hash: &str,
    totp_secret: Vec<u8>,
    last_step: Step,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET password_hash = $1, totp_secret = $2, totp_last_step = $3, changed_at = $4 WHERE person = $5",
        &values![password_hash, totp_secret, last_step.0, now, person.id()],
    )
    .map(drop)
}

pub(in super::super) fn set_password(
    tx: &mut Tx<'_>,
    person: &Person,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET password_hash = $1, changed_at = $2 WHERE person = $3",
        &values![password_hash, now, person.id()],
    )
    .map(drop)
}

/// Uses a step of the second factor. `false` when it, or a later one, has been used: of two requests with the same
/// code, one gets through.
pub(in super::super) fn use_step(tx: &mut Tx<'_>, person: &Person, step: Step) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE account SET totp_last_step = $1 WHERE person = $2 AND (totp_last_step IS NULL OR totp_last_step < $1)",
        &values![step.0, person.id()],
    )?;
    Ok(changed == 1)
}

pub(in super::super) fn set_lang(tx: &mut Tx<'_>, person: &Person, lang: Lang) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET lang = $1 WHERE person = $2",
        &values![lang.tag(), person.id()],
    )
    .map(drop)
}

pub(in super::super) fn lang(reader: &Reader<'_>, person: &Person) -> Result<Option<Lang>, DbError> {
    let row = reader.query_one("SELECT lang FROM account WHERE person = $1", &values![person.id()])?;
    let tag: Option<String> = row.map_or(Ok(None), |row| row.get("lang"))?;
    Ok(tag.and_then(|tag| tag.parse().ok()))
}

pub(in super::super) fn remove(tx: &mut Tx<'_>, person: &Person) -> Result<(), DbError> {
    tx.execute("DELETE FROM account WHERE person = $1", &values![person.id()])
        .map(drop)
}

/// Whether somebody can sign in as an operator.
pub(in super::super) fn has_operator(reader: &Reader<'_>) -> Result<bool, DbError> {
    let sql = "SELECT person FROM account WHERE person LIKE 'op\\_%' ESCAPE '\\' AND password_hash IS NOT NULL LIMIT 1";
    Ok(reader.query_one(sql, &[])?.is_some())
}

pub(in super::super) fn operators(reader: &Reader<'_>) -> Result<Vec<Account>, DbError> {
    let sql =
        format!("SELECT {COLUMNS} FROM account WHERE person LIKE 'op\\_%' ESCAPE '\\' ORDER BY created_at, person");
    reader.query(&sql, &[])?.iter().map(account).collect()
}

pub(in super::super) fn residents(reader: &Reader<'_>, home: &HomeId) -> Result<Vec<Account>, DbError> {
    let sql = "SELECT a.person AS person, a.password_hash AS password_hash, a.totp_secret AS totp_secret, \
               a.totp_last_step AS totp_last_step, a.created_at AS created_at \
               FROM account a JOIN residence r ON r.person = a.person WHERE r.home = $1 ORDER BY r.since, a.person";
    reader
        .query(sql, &values![home.as_str()])?
        .iter()
        .map(account)
        .collect()
}

pub(in super::super) fn homes(reader: &Reader<'_>, person: &Person) -> Result<Vec<HomeId>, DbError> {
    reader
        .query(
            "SELECT home FROM residence WHERE person = $1 ORDER BY home",
            &values![person.id()],
        )?
        .iter()
        .map(|row| super::id(row, "home", "the id of a home"))
        .collect()
}

pub(in super::super) fn move_in(
    tx: &mut Tx<'_>,
    resident: &ResidentId,
    home: &HomeId,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO residence (person, home, since) VALUES ($1, $2, $3) ON CONFLICT (person, home) DO NOTHING",
        &values![resident.as_str(), home.as_str(), now],
    )
    .map(drop)
}

pub(in super::super) fn move_out(tx: &mut Tx<'_>, resident: &ResidentId, home: &HomeId) -> Result<bool, DbError> {
    let gone = tx.execute(
        "DELETE FROM residence WHERE person = $1 AND home = $2",
        &values![resident.as_str(), home.as_str()],
    )?;
    Ok(gone == 1)
}
