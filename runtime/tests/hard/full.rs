//! Disks that end while something is being written.

use std::fs;
use std::path::Path;

use tomori_runtime::data_dir::{DataDir, DataDirError};
use tomori_runtime::db::{DbError, values};
use tomori_runtime::file::write_atomic;
use tomori_runtime::i18n::Lang;
use tomori_runtime::journal::{self, JournalError};

use crate::child;

const SEGMENT: u64 = 1 << 20;

/// How many pieces of work were acknowledged, as the child noted it.
fn noted(folder: &Path) -> u64 {
    fs::read_to_string(folder.join("noted")).unwrap().parse().unwrap()
}

fn note(folder: &Path, count: u64) {
    fs::write(folder.join("noted"), count.to_string()).unwrap();
}

#[test]
fn the_journal_says_that_the_disk_is_full_and_stays_whole() {
    if let Some(folder) = child::folder() {
        let (journal, _) = crate::journal(&folder, SEGMENT).unwrap();
        // Of a length that does not divide the disk's, so that the last one is cut in the middle.
        let full = loop {
            match journal.append_blocking(vec![vec![7; 3_001]]) {
                Ok(_) => note(&folder, journal.next_seq() - 1),
                Err(error) => break error,
            }
        };
        assert!(matches!(full, JournalError::DiskFull { .. }), "{full}");
        assert!(full.message(Lang::Ja).contains("空きがありません"));
        // A shorter one still fits, so the end is where it should be.
        journal.append_blocking(vec![vec![8; 10]]).unwrap();
        note(&folder, journal.next_seq() - 1);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    child::with_short_files(
        "full::the_journal_says_that_the_disk_is_full_and_stays_whole",
        folder.path(),
        100,
    );
    let entries = noted(folder.path());
    assert!(entries > 30, "{entries}");
    let (options, key) = crate::options(folder.path(), SEGMENT);
    let verified = journal::verify(&folder.path().join("journal"), &options, &key).unwrap();
    assert_eq!((verified.entries, verified.unfinished_bytes), (entries, 0));
    let (journal, opened) = crate::journal(folder.path(), SEGMENT).unwrap();
    assert_eq!(opened.repaired, None);
    assert_eq!(journal.append_blocking(vec![vec![9; 3_001]]).unwrap(), entries + 1);
}

#[test]
fn the_database_says_that_the_disk_failed_and_keeps_what_it_had() {
    if let Some(folder) = child::folder() {
        let db = crate::database(&folder);
        let mut number = 0_u64;
        let failed = loop {
            let made = db.write_blocking(move |tx| {
                let body = vec![7_u8; 20_000];
                let sql = "INSERT INTO one (writer, number, body) VALUES (0, $1, $2)";
                tx.execute(sql, &values![number, body])?;
                tx.execute("INSERT INTO other (writer, number) VALUES (0, $1)", &values![number])
            });
            match made {
                Ok(_) => number += 1,
                Err(error) => break error,
            }
            note(&folder, number);
        };
        assert!(
            matches!(failed, DbError::Full { .. } | DbError::Disk { .. }),
            "{failed}"
        );
        // Reading goes on.
        let counted = db
            .read_blocking(|reader| reader.query_one("SELECT count(*) AS n FROM one", &[]))
            .unwrap();
        assert_eq!(counted.unwrap().get::<u64>("n").unwrap(), number);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    child::with_short_files(
        "full::the_database_says_that_the_disk_failed_and_keeps_what_it_had",
        folder.path(),
        400,
    );
    let changes = noted(folder.path());
    assert!(changes > 5, "{changes}");
    let db = crate::database(folder.path());
    for table in ["one", "other"] {
        let counted = db
            .read_blocking(move |reader| reader.query_one(&format!("SELECT count(*) AS n FROM {table}"), &[]))
            .unwrap();
        assert_eq!(counted.unwrap().get::<u64>("n").unwrap(), changes, "{table}");
    }
    db.write_blocking(move |tx| tx.execute("INSERT INTO other (writer, number) VALUES (0, $1)", &values![changes]))
        .unwrap();
}

#[test]
fn a_small_file_keeps_its_old_content() {
    if let Some(folder) = child::folder() {
        let path = folder.join("state");
        write_atomic(&path, b"old").unwrap();
        write_atomic(&path, &[7; 20_000]).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    child::with_short_files("full::a_small_file_keeps_its_old_content", folder.path(), 8);
    assert_eq!(fs::read(folder.path().join("state")).unwrap(), b"old");
}

#[test]
fn a_data_directory_without_room_is_told_at_the_start() {
    if let Some(folder) = child::folder() {
        let refused = DataDir::open(&folder).unwrap_err();
        assert!(matches!(refused, DataDirError::Full { .. }), "{refused}");
        assert!(refused.message(Lang::En).contains("free some space"));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    child::with_short_files(
        "full::a_data_directory_without_room_is_told_at_the_start",
        folder.path(),
        8,
    );
    DataDir::open(folder.path()).unwrap();
}
