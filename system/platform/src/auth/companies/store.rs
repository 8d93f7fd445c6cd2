//! The tables of this room, and nothing else that touches them.

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Migration, Reader, Row, Tx, values};
use tomori_smart_home::CompanyId;

use super::model::{Link, Remembered};

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "codes, certificates",
    sql: include_str!("0001_companies.sql"),
}];

/// A new code takes the place of those of its company that were not used; what is long past goes, too.
pub(super) fn put_code(
    tx: &mut Tx<'_>,
    secret_hash: &str,
    company: &CompanyId,
    by: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM enrolment_code WHERE company = $1 OR expires_at <= $2",
        &values![company.as_str(), now],
    )?;
    tx.execute(
        "INSERT INTO enrolment_code (secret_hash, company, made_by, expires_at) VALUES ($1, $2, $3, $4)",
        &values![secret_hash, company.as_str(), by, expires_at],
    )
    .map(drop)
}

/// The company that a code is for, while it is worth something.
pub(super) fn code_company(
    reader: &Reader<'_>,
    secret_hash: &str,
    now: Timestamp,
) -> Result<Option<CompanyId>, DbError> {
    reader
        .query_one(
            "SELECT company FROM enrolment_code WHERE secret_hash = $1 AND expires_at > $2",
            &values![secret_hash, now],
        )?
        .map(|row| company(&row))
        .transpose()
}

/// Takes a code away; false when somebody was faster.
pub(super) fn spend_code(tx: &mut Tx<'_>, secret_hash: &str, now: Timestamp) -> Result<bool, DbError> {
    let spent = tx.execute(
        "DELETE FROM enrolment_code WHERE secret_hash = $1 AND expires_at > $2",
        &values![secret_hash, now],
    )?;
    Ok(spent == 1)
}

/// Ends every certificate of a company; tells how many.
pub(super) fn end_all(tx: &mut Tx<'_>, company: &CompanyId, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE certificate SET ended_at = $1 WHERE company = $2 AND ended_at IS NULL",
        &values![now, company.as_str()],
    )
}

/// When the server that a certificate belongs to was enrolled.
pub(super) fn enrolled_at(reader: &Reader<'_>, serial: &str) -> Result<Option<Timestamp>, DbError> {
    reader
        .query_one(
            "SELECT enrolled_at FROM certificate WHERE serial = $1",
            &values![serial],
        )?
        .map(|row| row.get("enrolled_at"))
        .transpose()
}

pub(super) fn add_certificate(
    tx: &mut Tx<'_>,
    serial: &str,
    company: &CompanyId,
    enrolled_at: Timestamp,
    now: Timestamp,
    not_after: Timestamp,
) -> Result<(), DbError> {
    // One that ended is refused by its own date: it need not be remembered.
    tx.execute(
        "DELETE FROM certificate WHERE company = $1 AND not_after < $2",
        &values![company.as_str(), now],
    )?;
    tx.execute(
        "INSERT INTO certificate (serial, company, enrolled_at, issued_at, not_after) VALUES ($1, $2, $3, $4, $5)",
        &values![serial, company.as_str(), enrolled_at, now, not_after],
    )
    .map(drop)
}

/// What is remembered of a certificate, and whether older ones of its company are still worth something.
pub(super) fn certificate(reader: &Reader<'_>, serial: &str) -> Result<Option<(Remembered, bool)>, DbError> {
    reader
        .query_one(
            "SELECT c.company, c.ended_at, EXISTS (SELECT 1 FROM certificate o WHERE o.company = c.company \
             AND o.issued_at < c.issued_at AND o.ended_at IS NULL) AS older FROM certificate c WHERE c.serial = $1",
            &values![serial],
        )?
        .map(|row| {
            let remembered = Remembered {
                company: company(&row)?,
                has_ended: row.get::<Option<Timestamp>>("ended_at")?.is_some(),
            };
            Ok((remembered, row.get("older")?))
        })
        .transpose()
}

/// From its first use on, a certificate leaves the older ones of its company worth nothing.
pub(super) fn end_older(tx: &mut Tx<'_>, serial: &str, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE certificate SET ended_at = $1 WHERE ended_at IS NULL \
         AND company = (SELECT company FROM certificate WHERE serial = $2) \
         AND issued_at < (SELECT issued_at FROM certificate WHERE serial = $2)",
        &values![now, serial],
    )
    .map(drop)
}

/// Companies whose server may come in now, with how it is linked.
pub(super) fn links(reader: &Reader<'_>, now: Timestamp) -> Result<Vec<(CompanyId, Link)>, DbError> {
    reader
        .query(
            "SELECT company, MAX(enrolled_at) AS since, MAX(not_after) AS not_after FROM certificate \
             WHERE ended_at IS NULL AND not_after >= $1 GROUP BY company ORDER BY company",
            &values![now],
        )?
        .iter()
        .map(|row| {
            let link = Link {
                since: row.get("since")?,
                not_after: row.get("not_after")?,
            };
            Ok((company(row)?, link))
        })
        .collect()
}

fn company(row: &Row) -> Result<CompanyId, DbError> {
    row.get::<String>("company")?.parse().map_err(|_| DbError::Column {
        column: "company".to_owned(),
        found: "a foreign value",
        wanted: "what this program writes there",
    })
}
