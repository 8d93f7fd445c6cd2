//! How fast things become durable: the database and the journal next to the bare disk.
//!
//! Run by `cargo xtask bench`, or alone by `cargo bench -p tomori-runtime`. One JSON object a line.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::fs::File;
use std::future::Future;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tomori_runtime::db::{Database, Migration, values};
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::journal::{self, Journal, Options};
use tomori_runtime::seal::{KeyFile, KeyStore as _};

const SPAN: Duration = Duration::from_secs(2);
const CALLERS: usize = 256;
const ROWS: u64 = 100;
const ENTRY: usize = 200;

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "events",
    sql: "CREATE TABLE event (house TEXT NOT NULL, number BIGINT NOT NULL, body BYTEA NOT NULL,
                              PRIMARY KEY (house, number));",
}];

fn main() {
    // `cargo test --all-targets` runs benches without this argument; nothing is measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let floor = bare_syncs(folder.path());
    runtime.block_on(database(folder.path(), floor));
    runtime.block_on(journal(folder.path(), floor));
}

fn say(name: &str, value: f64, unit: &str, beside: Option<(&str, f64)>) {
    let mut line = json!({ "name": name, "value": value, "unit": unit });
    if let Some((name, value)) = beside {
        line["compare"] = json!({ "name": name, "value": value });
    }
    println!("{line}");
}

/// Appends of a page and `fdatasync` by one thread: what the disk itself gives.
fn bare_syncs(folder: &Path) -> f64 {
    let file = File::create(folder.join("bare")).unwrap();
    let (began, mut count) = (Instant::now(), 0_u64);
    while began.elapsed() < SPAN {
        file.write_all_at(&[7; 4096], count * 4096).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    let rate = rate(count, began);
    say("bare write and fdatasync", rate, "1/s", None);
    rate
}

fn rate(count: u64, began: Instant) -> f64 {
    (count as f64 / began.elapsed().as_secs_f64()).round()
}

/// Calls `work` from many tasks at once for a while; returns how often it was done.
async fn together<F: Future<Output = ()> + Send>(
    work: impl Fn(u64, u64) -> F + Send + Sync + 'static,
) -> (u64, Instant) {
    let (began, work) = (Instant::now(), Arc::new(work));
    let tasks: Vec<_> = (0..CALLERS as u64)
        .map(|caller| {
            let work = Arc::clone(&work);
            tokio::spawn(async move {
                let mut count = 0;
                while began.elapsed() < SPAN {
                    work(caller, count).await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.unwrap();
    }
    (count, began)
}

/// Middle and 99th percentile, in milliseconds, of `work` alone.
async fn alone<F: Future<Output = ()>>(mut work: impl FnMut() -> F) -> (f64, f64) {
    let mut spans = Vec::new();
    let began = Instant::now();
    while began.elapsed() < SPAN {
        let one = Instant::now();
        work().await;
        spans.push(one.elapsed());
    }
    spans.sort_unstable();
    let at = |share: usize| (spans[spans.len() * share / 100].as_secs_f64() * 1e5).round() / 100.0;
    (at(50), at(99))
}

async fn database(folder: &Path, floor: f64) {
    let db = Database::open(&folder.join("bench.db"), MIGRATIONS).unwrap();
    let insert = |db: &Database, house: String, first: u64, rows: u64| {
        let db = db.clone();
        async move {
            db.write(move |tx| {
                for number in first..first + rows {
                    let body = [7_u8; ENTRY];
                    let sql = "INSERT INTO event (house, number, body) VALUES ($1, $2, $3)";
                    tx.execute(sql, &values![house.as_str(), number, body])?;
                }
                Ok(())
            })
            .await
            .unwrap();
        }
    };
    let mut next = 0;
    let (middle, late) = alone(|| {
        next += 1;
        insert(&db, "alone".to_owned(), next, 1)
    })
    .await;
    say("database: one caller, one row, p50", middle, "ms", None);
    say("database: one caller, one row, p99", late, "ms", None);

    let shared = db.clone();
    let before = db.activity();
    let (count, began) = together(move |caller, count| insert(&shared, format!("one {caller}"), count, 1)).await;
    let groups = db.activity().groups - before.groups;
    let name = format!("database: {CALLERS} callers, one row each");
    say(&name, rate(count, began), "rows/s", Some(("bare fdatasync", floor)));
    say(
        "database: changes that share a commit",
        (count / groups.max(1)) as f64,
        "changes",
        None,
    );

    let shared = db.clone();
    let (count, began) =
        together(move |caller, count| insert(&shared, format!("many {caller}"), count * ROWS, ROWS)).await;
    say(
        &format!("database: {CALLERS} callers, {ROWS} rows each"),
        rate(count * ROWS, began),
        "rows/s",
        None,
    );

    let shared = db.clone();
    let (count, began) = together(move |caller, count| {
        let db = shared.clone();
        async move {
            let sql = "SELECT body FROM event WHERE house = $1 AND number = $2";
            let values = values![format!("one {caller}"), count % 20];
            db.read(move |reader| reader.query_one(sql, &values)).await.unwrap();
        }
    })
    .await;
    say("database: reads of a row by its key", rate(count, began), "1/s", None);
    db.close().await;
}

async fn journal(folder: &Path, floor: f64) {
    let keys = KeyFile::open_or_create(&folder.join("key"), &SystemEntropy).unwrap();
    let options = Options {
        sealer: Some(keys.derive("bench").unwrap()),
        max_bytes: 1 << 32,
        ..Options::default()
    };
    let (key, dir) = (keys.mac_key("bench").unwrap(), folder.join("journal"));
    let (journal, _) = Journal::open(&dir, options.clone(), key.clone()).unwrap();
    let append = |journal: &Journal, entries: usize| {
        let journal = journal.clone();
        async move {
            journal.append(vec![vec![7; ENTRY]; entries]).await.unwrap();
        }
    };
    let (middle, late) = alone(|| append(&journal, 1)).await;
    say("journal: one caller, one sealed entry, p50", middle, "ms", None);
    say("journal: one caller, one sealed entry, p99", late, "ms", None);

    let shared = journal.clone();
    let (count, began) = together(move |_, _| append(&shared, 1)).await;
    let name = format!("journal: {CALLERS} callers, one sealed entry each");
    say(&name, rate(count, began), "entries/s", Some(("bare fdatasync", floor)));

    let shared = journal.clone();
    let (count, began) = together(move |_, _| append(&shared, 100)).await;
    say(
        &format!("journal: {CALLERS} callers, 100 sealed entries each"),
        rate(count * 100, began),
        "entries/s",
        None,
    );

    let bytes = journal.bytes() as f64;
    journal.close().await;
    let began = Instant::now();
    journal::verify(&dir, &options, &key).unwrap();
    let speed = bytes / 1e6 / began.elapsed().as_secs_f64();
    say("journal: verified, every entry opened", speed.round(), "MB/s", None);
}
