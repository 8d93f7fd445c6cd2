//! The tables of this room, and nothing else that touches them.

pub(super) mod contracts;
pub(super) mod incidents;

use std::str::FromStr;

use tomori_runtime::db::{DbError, Migration, Row};

pub(super) static MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "companies, contracts, incidents",
        sql: include_str!("../0001_dispatch.sql"),
    },
    Migration {
        number: 2,
        name: "when the company answered",
        sql: include_str!("../0002_answered.sql"),
    },
];

fn word<T: FromStr>(row: &Row, column: &str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| foreign(column))
}

fn optional_word<T: FromStr>(row: &Row, column: &str) -> Result<Option<T>, DbError> {
    row.get::<Option<String>>(column)?
        .map(|text| text.parse().map_err(|_| foreign(column)))
        .transpose()
}

fn foreign(column: &str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "a foreign value",
        wanted: "what this program writes there",
    }
}
