//! Migrations: numbered steps, forward only, each recorded with the checksum of its text.

use std::path::Path;

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::DbError;

/// One step of a schema's history. What has been released is never changed: another step follows.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Counted from 1 without gaps.
    pub number: u32,
    /// What it brings, in a few words.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

struct Applied {
    number: u32,
    checksum: String,
}

/// Brings the database to the last of `migrations`; all the missing steps or none.
pub(super) fn migrate(connection: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<(), DbError> {
    in_order(migrations)?;
    let failed = |error: rusqlite::Error| DbError::from_sqlite(path, "migrate", &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    own(&transaction, path)?;
    transaction.execute_batch(TABLE).map_err(failed)?;
    let applied = applied(&transaction).map_err(failed)?;
    agree(path, &applied, migrations)?;
    for migration in migrations.iter().skip(applied.len()) {
        apply(&transaction, path, migration)?;
    }
    transaction.commit().map_err(failed)
}

fn in_order(migrations: &[Migration]) -> Result<(), DbError> {
    let wrong = (1..)
        .zip(migrations)
        .find(|(number, migration)| migration.number != *number);
    match wrong {
        Some((number, migration)) => Err(DbError::Migration {
            number: migration.number,
            name: migration.name.to_owned(),
            detail: format!("its number should be {number}"),
        }),
        None => Ok(()),
    }
}

/// Refuses a file that has tables but no record of migrations: it is somebody else's.
fn own(connection: &Connection, path: &Path) -> Result<(), DbError> {
    let sql = "SELECT count(*), coalesce(sum(name = 'schema_migration'), 0) FROM sqlite_schema WHERE type = 'table'";
    let (tables, ours): (u32, u32) = connection
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| DbError::from_sqlite(path, sql, &error))?;
    if tables > 0 && ours == 0 {
        return Err(DbError::Foreign {
            path: path.to_owned(),
            number: 1,
            what: "is not recorded in it".to_owned(),
        });
    }
    Ok(())
}

fn applied(connection: &Connection) -> rusqlite::Result<Vec<Applied>> {
    connection
        .prepare("SELECT number, checksum FROM schema_migration ORDER BY number")?
        .query_map([], |row| {
            Ok(Applied {
                number: row.get(0)?,
                checksum: row.get(1)?,
            })
        })?
        .collect()
}

fn agree(path: &Path, applied: &[Applied], migrations: &[Migration]) -> Result<(), DbError> {
    let known = migrations.last().map_or(0, |migration| migration.number);
    let found = applied.last().map_or(0, |applied| applied.number);
    if found > known {
        return Err(DbError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for (applied, migration) in applied.iter().zip(migrations) {
        if applied.number != migration.number || applied.checksum != checksum(migration) {
            return Err(DbError::Foreign {
                path: path.to_owned(),
                number: migration.number,
                what: "has another text there".to_owned(),
            });
        }
    }
    Ok(())
}

fn apply(transaction: &Transaction<'_>, path: &Path, migration: &Migration) -> Result<(), DbError> {
    let failed = |error: rusqlite::Error| match DbError::from_sqlite(path, migration.name, &error) {
        DbError::Sql { detail, .. } | DbError::Constraint { detail, .. } => DbError::Migration {
            number: migration.number,
            name: migration.name.to_owned(),
            detail,
        },
        other => other,
    };
    transaction.execute_batch(migration.sql).map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
            (migration.number, migration.name, checksum(migration)),
        )
        .map_err(failed)?;
    tracing::info!(path = %path.display(), number = migration.number, name = migration.name, "migrated");
    Ok(())
}

fn checksum(migration: &Migration) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, migration.sql.as_bytes()).as_ref())
}
