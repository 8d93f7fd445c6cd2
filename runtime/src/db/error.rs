//! What can go wrong with a database, each with its remedy, in both languages.

use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

use crate::i18n::Lang;

/// Which rule of the schema a change would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Something else has this key already (a primary key or a unique index).
    Unique,
    /// What is referred to does not exist, or what is removed is still referred to.
    Reference,
    /// A value is needed.
    NotNull,
    /// A check on the value fails.
    Check,
    /// Another rule.
    Other,
}

/// Why the database did not do what it was asked. After an error of a write nothing of that write remains.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DbError {
    /// Another process holds the file.
    #[error("{}: in use by another process; stop it and try again", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("{}: the disk is full; free some space, nothing was changed", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file, its directory or its file system is read-only.
    #[error("{}: read-only; make the file and its directory writable for the user that runs this program", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// The file cannot be opened or made.
    #[error("{}: cannot be opened ({detail}); check that its directory exists and belongs to the user that runs this program", path.display())]
    CannotOpen {
        /// The database.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// The file is damaged, or is no database.
    #[error("{}: damaged ({detail}); stop the program and put the last backup in its place, or move the file away to start empty", path.display())]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A newer version of the program has written the file.
    #[error("{}: written by a newer version of this program (step {found}, this version knows {known}); install that version again", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The migration that the file has reached.
        found: u32,
        /// The last that this program knows.
        known: u32,
    },
    /// The file's history of migrations is not this program's.
    #[error("{}: migration {number} {what}; this file belongs to another program or build, choose another data directory", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
        /// The migration.
        number: u32,
        /// How it differs.
        what: String,
    },
    /// A migration of this program is wrong.
    #[error("migration {number} `{name}` failed: {detail}; this is a fault of the program, the database is as before")]
    Migration {
        /// The migration.
        number: u32,
        /// Its name.
        name: String,
        /// What is wrong.
        detail: String,
    },
    /// A rule of the schema forbids the change.
    #[error("the change breaks a rule of the database: {detail}")]
    Constraint {
        /// Which kind of rule.
        rule: Rule,
        /// Which one, as the database names it (`table.column`).
        detail: String,
    },
    /// The statement is wrong: a fault of the program.
    #[error("the statement `{sql}` is wrong: {detail}")]
    Sql {
        /// The statement, cut to 200 characters.
        sql: String,
        /// What is wrong.
        detail: String,
    },
    /// A row has no such column, or its value is of another type: a fault of the program, or a foreign value.
    #[error("column `{column}`: found {found}, wanted {wanted}")]
    Column {
        /// The column.
        column: String,
        /// What it holds.
        found: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// A query found more rows than one answer may hold.
    #[error("the query found more than {most} rows; ask for a page of them (LIMIT)")]
    TooMany {
        /// The most rows of one answer.
        most: usize,
    },
    /// The work on the database panicked; it was undone.
    #[error("the work on the database stopped half-way and was undone; this is a fault of the program, see the log")]
    Panicked,
    /// The disk failed.
    #[error("{}: the disk failed ({detail}); check the disk, nothing was changed as far as can be told", path.display())]
    Disk {
        /// The database.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// The database has been closed.
    #[error("the database is closed; the program is stopping")]
    Closed,
}

impl DbError {
    /// Whether this is a broken uniqueness: something else has the key already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Constraint { rule: Rule::Unique, .. })
    }

    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ja => self.ja(),
        }
    }

    fn ja(&self) -> String {
        let at = |path: &Path, what: &str| format!("{}: {what}", path.display());
        match self {
            Self::Busy { path } => at(path, "別のプロセスが使用中です。それを止めてからやり直してください"),
            Self::Full { path } => at(
                path,
                "ディスクに空きがありません。空きを作ってください（変更は行われていません）",
            ),
            Self::ReadOnly { path } => at(
                path,
                "読み取り専用です。このプログラムを動かすユーザーがファイルとディレクトリに書き込めるようにしてください",
            ),
            Self::CannotOpen { path, detail } => at(
                path,
                &format!(
                    "開けません（{detail}）。ディレクトリがあり、このプログラムを動かすユーザーのものか確かめてください"
                ),
            ),
            Self::Corrupt { path, detail } => at(
                path,
                &format!(
                    "壊れています（{detail}）。プログラムを止め、最後のバックアップに置き換えるか、ファイルを移して空から始めてください"
                ),
            ),
            Self::Newer { path, found, known } => at(
                path,
                &format!(
                    "このプログラムの新しい版が書いたものです（手順 {found}、この版が知るのは {known} まで）。その版を入れ直してください"
                ),
            ),
            Self::Foreign { path, number, .. } => at(
                path,
                &format!("移行手順 {number} がこのプログラムのものと違います。別のデータディレクトリを選んでください"),
            ),
            Self::Migration { number, name, detail } => format!(
                "移行手順 {number}「{name}」に失敗しました（{detail}）。プログラムの誤りです。データベースは元のままです"
            ),
            Self::Constraint { detail, .. } => format!("データベースの規則に反する変更です: {detail}"),
            Self::Sql { sql, detail } => format!("文「{sql}」に誤りがあります: {detail}"),
            Self::Column { column, found, wanted } => format!("列「{column}」: {wanted} のはずが {found} です"),
            Self::TooMany { most } => format!("結果が {most} 行を超えました。ページに分けて（LIMIT）読んでください"),
            Self::Panicked => {
                "データベースの処理が途中で止まり、取り消されました。プログラムの誤りです。ログを見てください"
                    .to_owned()
            }
            Self::Disk { path, detail } => at(
                path,
                &format!("ディスクの故障です（{detail}）。ディスクを確かめてください"),
            ),
            Self::Closed => "データベースは閉じられています。プログラムは終了するところです".to_owned(),
        }
    }

    /// What SQLite says, in this module's words.
    pub(super) fn from_sqlite(path: &Path, sql: &str, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let detail = match error {
            rusqlite::Error::SqliteFailure(_, Some(detail)) => detail.clone(),
            rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Busy { path }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::CannotOpen { path, detail },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt { path, detail },
            Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory) => Self::Disk { path, detail },
            Some(ErrorCode::ConstraintViolation) => Self::Constraint {
                rule: Rule::of(error),
                detail,
            },
            _ => Self::Sql {
                sql: sql.chars().take(200).collect(),
                detail,
            },
        }
    }
}

impl Rule {
    fn of(error: &rusqlite::Error) -> Self {
        match error.sqlite_error().map(|error| error.extended_code) {
            Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID) => {
                Self::Unique
            }
            Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Reference,
            Some(ffi::SQLITE_CONSTRAINT_NOTNULL) => Self::NotNull,
            Some(ffi::SQLITE_CONSTRAINT_CHECK) => Self::Check,
            _ => Self::Other,
        }
    }
}
