//! Companies, contracts, and what homes are guarded by.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tomori_runtime::db::{DbError, Reader, Row, Tx, values};
use tomori_smart_home::arming::Security;
use tomori_smart_home::{CompanyId, HomeId};

use super::super::model::{Company, Contract, Disclosure};
use super::{foreign, word};

fn company(row: &Row) -> Result<Company, DbError> {
    Ok(Company {
        id: word(row, "id")?,
        name: row.get("name")?,
        added_at: row.get("added_at")?,
        changes: row.get("changes")?,
        acknowledged: row.get("acknowledged")?,
    })
}

pub(in super::super) fn companies(reader: &Reader<'_>) -> Result<Vec<Company>, DbError> {
    reader
        .query(
            "SELECT id, name, added_at, changes, acknowledged FROM company ORDER BY added_at, id",
            &[],
        )?
        .iter()
        .map(company)
        .collect()
}

pub(in super::super) fn one(reader: &Reader<'_>, id: &CompanyId) -> Result<Option<Company>, DbError> {
    reader
        .query_one(
            "SELECT id, name, added_at, changes, acknowledged FROM company WHERE id = $1",
            &values![id.as_str()],
        )?
        .as_ref()
        .map(company)
        .transpose()
}

pub(in super::super) fn add(tx: &mut Tx<'_>, id: &CompanyId, name: &str, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO company (id, name, added_at, changes, acknowledged) VALUES ($1, $2, $3, 0, 0)",
        &values![id.as_str(), name, now],
    )
    .map(drop)
}

/// Never backwards, and never past what the company was given.
pub(in super::super) fn acknowledge(tx: &mut Tx<'_>, id: &CompanyId, through: u64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE company SET acknowledged = $1 WHERE id = $2 AND acknowledged < $1 AND changes >= $1",
        &values![through, id.as_str()],
    )
    .map(drop)
}

pub(in super::super) fn contract(reader: &Reader<'_>, home: &HomeId) -> Result<Option<Contract>, DbError> {
    reader
        .query_one(
            "SELECT company, discloses, since FROM contract WHERE home = $1",
            &values![home.as_str()],
        )?
        .map(|row| {
            let words: String = row.get("discloses")?;
            let discloses: Option<BTreeSet<Disclosure>> = words.split_whitespace().map(Disclosure::from_word).collect();
            Ok(Contract {
                company: word(&row, "company")?,
                discloses: discloses.ok_or_else(|| foreign("discloses"))?,
                since: row.get("since")?,
            })
        })
        .transpose()
}

/// The homes that a company guards.
pub(in super::super) fn homes(reader: &Reader<'_>, company: &CompanyId) -> Result<Vec<HomeId>, DbError> {
    reader
        .query(
            "SELECT home FROM contract WHERE company = $1 ORDER BY home",
            &values![company.as_str()],
        )?
        .iter()
        .map(|row| word(row, "home"))
        .collect()
}

pub(in super::super) fn put_contract(tx: &mut Tx<'_>, home: &HomeId, contract: &Contract) -> Result<(), DbError> {
    let words: Vec<&str> = contract.discloses.iter().map(|one| one.word()).collect();
    tx.execute(
        "INSERT INTO contract (home, company, discloses, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (home) DO UPDATE SET company = $2, discloses = $3, since = $4",
        &values![
            home.as_str(),
            contract.company.as_str(),
            words.join(" "),
            contract.since
        ],
    )
    .map(drop)
}

pub(in super::super) fn end_contract(tx: &mut Tx<'_>, home: &HomeId) -> Result<(), DbError> {
    tx.execute("DELETE FROM contract WHERE home = $1", &values![home.as_str()])
        .map(drop)
}

/// The version of the part, and what the home is guarded by; nothing for a home that was never set up.
pub(in super::super) fn security(reader: &Reader<'_>, home: &HomeId) -> Result<(u64, Security), DbError> {
    let row = reader.query_one(
        "SELECT version, body FROM security WHERE home = $1",
        &values![home.as_str()],
    )?;
    row.map_or(Ok((0, Security::default())), |row| {
        let body: String = row.get("body")?;
        let security = serde_json::from_str(&body).map_err(|_| foreign("body"))?;
        Ok((row.get("version")?, security))
    })
}

pub(in super::super) fn put_security(tx: &mut Tx<'_>, home: &HomeId, security: &Security) -> Result<(), DbError> {
    let body = serde_json::to_string(security).map_err(|_| foreign("body"))?;
    tx.execute(
        "INSERT INTO security (home, version, body) VALUES ($1, 1, $2) \
         ON CONFLICT (home) DO UPDATE SET version = security.version + 1, body = $2",
        &values![home.as_str(), body],
    )
    .map(drop)
}
