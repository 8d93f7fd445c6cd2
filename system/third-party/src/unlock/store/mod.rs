//! The tables of this room.

pub(super) mod drafts;
pub(super) mod passkeys;
pub(super) mod questions;
pub(super) mod rosters;

use tomori_runtime::db::{DbError, Migration, Row};

pub(super) static MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "passkeys",
        sql: include_str!("0001_passkeys.sql"),
    },
    Migration {
        number: 2,
        name: "drafts",
        sql: include_str!("0002_drafts.sql"),
    },
];

pub(super) fn foreign(column: &str, wanted: &'static str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "something else",
        wanted,
    }
}

pub(super) fn id<T: std::str::FromStr>(row: &Row, column: &str, wanted: &'static str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| foreign(column, wanted))
}
