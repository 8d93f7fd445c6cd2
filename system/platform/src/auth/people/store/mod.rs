//! The tables of this room. Private: nobody else writes SQL about people.

pub(super) mod account;
pub(super) mod grant;
pub(super) mod invitation;
pub(super) mod ledger;
pub(super) mod session;
pub(super) mod token;

use tomori_runtime::db::{DbError, Migration, Row};

use super::model::Person;

pub(super) static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "people",
    sql: include_str!("0001_people.sql"),
}];

/// The person in a column.
pub(super) fn person(row: &Row, column: &str) -> Result<Person, DbError> {
    let id: String = row.get(column)?;
    Person::from_id(&id).ok_or(foreign(column, "the id of a resident or an operator"))
}

/// An id in a column.
pub(super) fn id<T: std::str::FromStr>(row: &Row, column: &str, wanted: &'static str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| foreign(column, wanted))
}

/// What is in the column was not written by this program.
pub(super) fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}
