//! What the database and the journal promise, under processes that are killed and disks that end.
//!
//! Each test runs itself again as a child process, so what is killed and what meets the end of its disk is the real
//! thing and not a stand-in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod child;
mod full;
mod kill;

use std::path::Path;

use tomori_runtime::db::{Database, Migration};
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::journal::{Journal, JournalError, Opened, Options};
use tomori_runtime::seal::{KeyFile, KeyStore as _, MacKey};

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "pairs",
    sql: "CREATE TABLE one (writer BIGINT NOT NULL, number BIGINT NOT NULL, body BYTEA, PRIMARY KEY (writer, number));
          CREATE TABLE other (writer BIGINT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (writer, number));",
}];

fn database(dir: &Path) -> Database {
    Database::open(&dir.join("test.db"), MIGRATIONS).unwrap()
}

fn options(dir: &Path, segment_bytes: u64) -> (Options, MacKey) {
    let keys = KeyFile::open_or_create(&dir.join("key"), &SystemEntropy).unwrap();
    let options = Options {
        sealer: Some(keys.derive("journal").unwrap()),
        segment_bytes,
        max_bytes: 1 << 30,
    };
    (options, keys.mac_key("journal").unwrap())
}

fn journal(dir: &Path, segment_bytes: u64) -> Result<(Journal, Opened), JournalError> {
    let (options, key) = options(dir, segment_bytes);
    Journal::open(&dir.join("journal"), options, key)
}
