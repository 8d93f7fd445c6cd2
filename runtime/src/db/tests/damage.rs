//! Files that are damaged, foreign, newer, or cannot be used.

use super::*;
use crate::i18n::Lang;

fn refused(path: &Path, migrations: &'static [Migration]) -> DbError {
    Database::open(path, migrations).err().unwrap()
}

/// A closed database with enough in it to have inner pages.
async fn filled() -> tempfile::TempDir {
    let House { db, dir } = open();
    db.write(|tx| {
        for id in 0..2000_i64 {
            insert(id)(tx)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    db.close().await;
    dir
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let text = "a letter, and not a short one. ".repeat(100);
    fs::write(path(&dir), &text).unwrap();
    let error = refused(&path(&dir), MIGRATIONS);
    assert!(matches!(error, DbError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("put the last backup in its place"));
    assert_eq!(fs::read_to_string(path(&dir)).unwrap(), text);
}

#[tokio::test]
async fn a_damaged_page_is_found_at_the_start() {
    let dir = filled().await;
    let mut bytes = fs::read(path(&dir)).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 8);
    for byte in &mut bytes[4096 * 4..4096 * 5] {
        *byte ^= 0x5a;
    }
    fs::write(path(&dir), bytes).unwrap();
    assert!(matches!(refused(&path(&dir), MIGRATIONS), DbError::Corrupt { .. }));
}

#[tokio::test]
async fn a_file_that_was_cut_is_found_at_the_start() {
    let dir = filled().await;
    let bytes = fs::read(path(&dir)).unwrap();
    fs::write(path(&dir), &bytes[..bytes.len() / 2 / 4096 * 4096]).unwrap();
    assert!(matches!(refused(&path(&dir), MIGRATIONS), DbError::Corrupt { .. }));
}

#[tokio::test]
async fn damage_while_running_is_named_and_does_not_end_the_program() {
    let dir = filled().await;
    let db = Database::open(&path(&dir), MIGRATIONS).unwrap();
    let mut bytes = fs::read(path(&dir)).unwrap();
    for byte in &mut bytes[4096..] {
        *byte = 0xff;
    }
    fs::write(path(&dir), bytes).unwrap();
    let all = |reader: &Reader<'_>| reader.query("SELECT sum(length(name)) AS n FROM item", &[]).map(|_| ());
    let error = db.read(all).await.unwrap_err();
    assert!(matches!(error, DbError::Corrupt { .. }), "{error}");
}

#[test]
fn a_newer_file_is_refused() {
    let House { db, dir } = open();
    block_on(db.close());
    let error = refused(&path(&dir), &MIGRATIONS[..1]);
    assert!(matches!(error, DbError::Newer { found: 2, known: 1, .. }));
    assert!(error.to_string().contains("(step 2, this version knows 1)"));
}

#[test]
fn a_step_that_was_changed_afterwards_is_refused() {
    const CHANGED: &[Migration] = &[Migration {
        number: 1,
        name: "items",
        sql: "CREATE TABLE item (id BIGINT);",
    }];
    let dir = tempfile::tempdir().unwrap();
    block_on(Database::open(&path(&dir), &MIGRATIONS[..1]).unwrap().close());
    assert!(matches!(
        refused(&path(&dir), CHANGED),
        DbError::Foreign { number: 1, .. }
    ));
}

#[test]
fn the_file_of_another_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let other = rusqlite::Connection::open(path(&dir)).unwrap();
    other.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    drop(other);
    assert!(matches!(refused(&path(&dir), MIGRATIONS), DbError::Foreign { .. }));
}

#[tokio::test]
async fn new_steps_are_added_to_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let db = Database::open(&path(&dir), &MIGRATIONS[..1]).unwrap();
    db.write(insert(1)).await.unwrap();
    db.close().await;
    let db = Database::open(&path(&dir), MIGRATIONS).unwrap();
    assert_eq!(ids(&db).await, [1]);
    db.write(|tx| tx.execute("INSERT INTO part (id, item, size) VALUES (1, 1, 1)", &[]))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_step_that_fails_leaves_the_database_as_it_was() {
    const BROKEN: &[Migration] = &[
        MIGRATIONS[0],
        MIGRATIONS[1],
        Migration {
            number: 3,
            name: "more",
            sql: "CREATE TABLE more (id BIGINT); ALTER TABLE absent ADD COLUMN x BIGINT;",
        },
    ];
    const GAP: &[Migration] = &[MIGRATIONS[1]];
    let House { db, dir } = open();
    db.write(insert(1)).await.unwrap();
    db.close().await;
    let error = refused(&path(&dir), BROKEN);
    assert!(matches!(error, DbError::Migration { number: 3, .. }), "{error}");
    assert!(error.to_string().contains("no such table: absent"), "{error}");
    assert!(matches!(
        refused(&path(&dir), GAP),
        DbError::Migration { number: 2, .. }
    ));
    let db = Database::open(&path(&dir), MIGRATIONS).unwrap();
    assert_eq!(ids(&db).await, [1]);
    assert!(db.read(|reader| reader.query("SELECT * FROM more", &[])).await.is_err());
}

#[test]
fn a_directory_that_is_missing_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let error = refused(&dir.path().join("no/test.db"), MIGRATIONS);
    assert!(matches!(error, DbError::CannotOpen { .. }), "{error}");
    let error = refused(dir.path(), MIGRATIONS);
    assert!(matches!(error, DbError::CannotOpen { .. }), "{error}");
}

#[test]
fn every_fault_is_told_in_both_languages() {
    let path = PathBuf::from("/data/x.db");
    let (detail, name) = ("detail".to_owned(), "name".to_owned());
    let faults = [
        DbError::Busy { path: path.clone() },
        DbError::Full { path: path.clone() },
        DbError::ReadOnly { path: path.clone() },
        DbError::CannotOpen {
            path: path.clone(),
            detail: detail.clone(),
        },
        DbError::Corrupt {
            path: path.clone(),
            detail: detail.clone(),
        },
        DbError::Newer {
            path: path.clone(),
            found: 2,
            known: 1,
        },
        DbError::Foreign {
            path: path.clone(),
            number: 1,
            what: detail.clone(),
        },
        DbError::Migration {
            number: 1,
            name,
            detail: detail.clone(),
        },
        DbError::Constraint {
            rule: Rule::Unique,
            detail: detail.clone(),
        },
        DbError::Sql {
            sql: "SELECT".to_owned(),
            detail: detail.clone(),
        },
        DbError::Column {
            column: "c".to_owned(),
            found: "null",
            wanted: "text",
        },
        DbError::TooMany { most: 1 },
        DbError::Panicked,
        DbError::Disk { path, detail },
        DbError::Closed,
    ];
    let mut told = std::collections::BTreeSet::new();
    for fault in faults {
        assert_eq!(fault.message(Lang::En), fault.to_string());
        for lang in Lang::ALL {
            let text = fault.message(lang);
            assert_eq!(text.chars().any(|letter| letter >= 'ぁ'), lang == Lang::Ja, "{text}");
            assert!(told.insert(text));
        }
    }
}
