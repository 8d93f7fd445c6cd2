//! The tables of this room, and nothing else that touches them. What it sees is sealed already.

use tomori_runtime::db::{DbError, Reader, Tx, values};

/// A home's row: its version, and its sealed name and address unless they were erased.
pub(super) struct HomeRow {
    pub(super) version: u64,
    pub(super) sealed: Option<(String, String)>,
}

/// A person's sealed row.
pub(super) struct PersonRow {
    pub(super) name: String,
    pub(super) email: String,
}

pub(super) fn put_home(tx: &mut Tx<'_>, id: &str, name: &str, address: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO home (id, version, name, address) VALUES ($1, 1, $2, $3) ON CONFLICT (id) DO UPDATE \
         SET version = home.version + 1, name = excluded.name, address = excluded.address",
        &values![id, name, address],
    )?;
    Ok(())
}

/// The row stays, empty, because its version must never count down.
pub(super) fn erase_home(tx: &mut Tx<'_>, id: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE home SET version = version + 1, name = NULL, address = NULL WHERE id = $1",
        &values![id],
    )?;
    tx.execute("DELETE FROM entry WHERE home = $1", &values![id])?;
    Ok(())
}

pub(super) fn home(reader: &Reader<'_>, id: &str) -> Result<Option<HomeRow>, DbError> {
    reader
        .query_one("SELECT version, name, address FROM home WHERE id = $1", &values![id])?
        .map(|row| {
            let name: Option<String> = row.get("name")?;
            let address: Option<String> = row.get("address")?;
            Ok(HomeRow {
                version: row.get("version")?,
                sealed: name.zip(address),
            })
        })
        .transpose()
}

pub(super) fn put_person(tx: &mut Tx<'_>, id: &str, row: &PersonRow, email_mac: Option<String>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO person (id, name, email, email_mac) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE \
         SET name = excluded.name, email = excluded.email, email_mac = excluded.email_mac",
        &values![id, row.name.as_str(), row.email.as_str(), email_mac],
    )?;
    Ok(())
}

pub(super) fn erase_person(tx: &mut Tx<'_>, id: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM person WHERE id = $1", &values![id])?;
    Ok(())
}

pub(super) fn person(reader: &Reader<'_>, id: &str) -> Result<Option<PersonRow>, DbError> {
    reader
        .query_one("SELECT name, email FROM person WHERE id = $1", &values![id])?
        .map(|row| {
            Ok(PersonRow {
                name: row.get("name")?,
                email: row.get("email")?,
            })
        })
        .transpose()
}

/// The id and the sealed name of one person, if there is any.
pub(super) fn somebody(reader: &Reader<'_>) -> Result<Option<(String, String)>, DbError> {
    reader
        .query_one("SELECT id, name FROM person ORDER BY id LIMIT 1", &values![])?
        .map(|row| Ok((row.get("id")?, row.get("name")?)))
        .transpose()
}

pub(super) fn people_with_email(reader: &Reader<'_>, email_mac: &str) -> Result<Vec<String>, DbError> {
    reader
        .query(
            "SELECT id FROM person WHERE email_mac = $1 ORDER BY id LIMIT 100",
            &values![email_mac],
        )?
        .iter()
        .map(|row| row.get("id"))
        .collect()
}
