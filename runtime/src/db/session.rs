//! What the work on a database sees: a reader of one snapshot, and a transaction.

use std::cell::RefCell;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection};

use super::error::DbError;
use super::value::{Row, Value};

/// The most rows of one answer.
pub const MOST_ROWS: usize = 100_000;

/// Reads one unchanging state of the database.
///
/// Parameters are written `$1`, `$2`, … in the order of their first use, which SQLite and PostgreSQL read alike.
pub struct Reader<'c> {
    connection: &'c Connection,
    path: &'c Path,
    /// The last error that was not the work's own fault: it can end a whole transaction.
    fault: RefCell<Option<DbError>>,
}

/// Reads and changes the database; all of it is kept or none.
pub struct Tx<'c> {
    reader: Reader<'c>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(connection: &'c Connection, path: &'c Path) -> Self {
        Self {
            connection,
            path,
            fault: RefCell::new(None),
        }
    }

    /// All rows that `sql` finds, at most [`MOST_ROWS`].
    ///
    /// # Errors
    /// [`DbError`].
    pub fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        self.collect(sql, values, MOST_ROWS)
    }

    /// The first row that `sql` finds.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn query_one(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, DbError> {
        // One more than is wanted: a statement that changes something must be run to its end to do so.
        Ok(self.collect(sql, values, MOST_ROWS)?.into_iter().next())
    }

    fn collect(&self, sql: &str, values: &[Value], most: usize) -> Result<Vec<Row>, DbError> {
        let failed = |error: &rusqlite::Error| self.failed(sql, error);
        let mut statement = self.prepare(sql, values)?;
        let names: Arc<[Box<str>]> = statement.column_names().map(Box::from).collect();
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(|error| failed(&error))? {
            if rows.len() == most {
                return Err(DbError::TooMany { most });
            }
            let values = (0..names.len())
                .map(|index| Value::from_column(row.get_ref(index).map_err(|error| failed(&error))?))
                .collect::<Result<_, _>>()?;
            rows.push(Row::new(Arc::clone(&names), values));
        }
        Ok(rows)
    }

    fn failed(&self, sql: &str, error: &rusqlite::Error) -> DbError {
        let error = DbError::from_sqlite(self.path, sql, error);
        if !matches!(error, DbError::Constraint { .. } | DbError::Sql { .. }) {
            self.fault.replace(Some(error.clone()));
        }
        error
    }

    /// The statement with its parameters in place. Binding goes by the number in `$n`, so that a statement never
    /// silently gets its values in another order than PostgreSQL would give it.
    fn prepare(&self, sql: &str, values: &[Value]) -> Result<CachedStatement<'_>, DbError> {
        let failed = |error: &rusqlite::Error| self.failed(sql, error);
        let wrong = |detail: String| DbError::Sql {
            sql: sql.chars().take(200).collect(),
            detail,
        };
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| failed(&error))?;
        let count = statement.parameter_count();
        if count != values.len() {
            return Err(wrong(format!("{count} parameters, {} values", values.len())));
        }
        for place in 1..=count {
            let number = statement
                .parameter_name(place)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
                .ok_or_else(|| wrong("parameters are written $1, $2, …".to_owned()))?;
            let value = number.checked_sub(1).and_then(|index| values.get(index));
            let value = value.ok_or_else(|| wrong(format!("no value for ${number}")))?;
            statement
                .raw_bind_parameter(place, value)
                .map_err(|error| failed(&error))?;
        }
        Ok(statement)
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c Connection, path: &'c Path) -> Self {
        Self {
            reader: Reader::new(connection, path),
        }
    }

    pub(super) fn fault(&self) -> Option<DbError> {
        self.reader.fault.take()
    }

    /// Runs a statement that changes something; returns how many rows it changed.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbError> {
        let mut statement = self.reader.prepare(sql, values)?;
        let changed = statement
            .raw_execute()
            .map_err(|error| self.reader.failed(sql, &error))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Reader<'c>;

    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}
