//! The tables of this room, and nothing else that touches them.

pub(super) mod batch;
pub(super) mod commands;
pub(super) mod equipment;
pub(super) mod guard;
pub(super) mod history;
pub(super) mod homes;
pub(super) mod twins;

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tomori_runtime::db::{DbError, Row};

/// A column that holds a word with a form of its own (an id, a name).
fn word<T: FromStr>(row: &Row, column: &str) -> Result<T, DbError> {
    row.get::<String>(column)?.parse().map_err(|_| foreign(column))
}

fn optional_word<T: FromStr>(row: &Row, column: &str) -> Result<Option<T>, DbError> {
    row.get::<Option<String>>(column)?
        .map(|text| text.parse().map_err(|_| foreign(column)))
        .transpose()
}

/// A column that holds JSON.
fn json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, DbError> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(|_| foreign(column))
}

fn optional_json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<Option<T>, DbError> {
    row.get::<Option<String>>(column)?
        .map(|text| serde_json::from_str(&text).map_err(|_| foreign(column)))
        .transpose()
}

fn to_json(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| DbError::Column {
        column: "json".to_owned(),
        found: "a value that JSON cannot say",
        wanted: "JSON",
    })
}

fn foreign(column: &str) -> DbError {
    DbError::Column {
        column: column.to_owned(),
        found: "a foreign value",
        wanted: "what this program writes there",
    }
}
