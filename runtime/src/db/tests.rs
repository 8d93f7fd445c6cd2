use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use super::*;

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "items",
        sql: "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name TEXT, amount DOUBLE PRECISION, body BYTEA);",
    },
    Migration {
        number: 2,
        name: "parts",
        sql: "CREATE TABLE part (id BIGINT NOT NULL PRIMARY KEY,
                                 item BIGINT NOT NULL REFERENCES item (id),
                                 size BIGINT NOT NULL CHECK (size > 0));
              CREATE TABLE late (item BIGINT REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED);",
    },
];

struct House {
    dir: tempfile::TempDir,
    db: Database,
}

fn path(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("test.db")
}

fn open() -> House {
    let dir = tempfile::tempdir().unwrap();
    let db = Database::open(&path(&dir), MIGRATIONS).unwrap();
    House { dir, db }
}

fn insert(id: i64) -> impl FnOnce(&mut Tx<'_>) -> Result<(), DbError> + Send + 'static {
    move |tx| {
        tx.execute(
            "INSERT INTO item (id, name) VALUES ($1, $2)",
            &values![id, format!("item {id}")],
        )?;
        Ok(())
    }
}

async fn ids(db: &Database) -> Vec<i64> {
    db.read(|reader| {
        let rows = reader.query("SELECT id FROM item ORDER BY id", &[])?;
        rows.iter().map(|row| row.get("id")).collect()
    })
    .await
    .unwrap()
}

/// Holds the writer inside a change until the returned sender is used or dropped.
async fn hold(db: &Database) -> std_mpsc::Sender<()> {
    let (go, gate) = std_mpsc::channel::<()>();
    let (inside, entered) = oneshot::channel();
    let db = db.clone();
    tokio::spawn(async move {
        db.write(move |_| {
            let _ = inside.send(());
            let _ = gate.recv();
            Ok(())
        })
        .await
    });
    entered.await.unwrap();
    go
}

async fn waiting(db: &Database, count: usize) {
    while db.activity().writes_waiting < count {
        tokio::task::yield_now().await;
    }
}

mod damage;
mod groups;

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    let House { db, dir: _dir } = open();
    let at: jiff::Timestamp = "2026-11-23T07:00:00.123456Z".parse().unwrap();
    db.write(move |tx| {
        let sql = "INSERT INTO item (id, name, amount, body) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, &values![7_u64, "雨戸", 0.25, vec![0_u8, 255]])?;
        tx.execute(sql, &values![at, None::<&str>, None::<f64>, [1_u8; 4]])?;
        Ok(())
    })
    .await
    .unwrap();
    let rows = db
        .read(|reader| {
            reader.query(
                "SELECT id, name, amount, body, id = 7 AS seven FROM item ORDER BY id",
                &[],
            )
        })
        .await
        .unwrap();
    assert_eq!(rows[0].get::<u64>("id").unwrap(), 7);
    assert_eq!(rows[0].get::<u8>("id").unwrap(), 7);
    assert_eq!(rows[0].get::<String>("name").unwrap(), "雨戸");
    assert_eq!(rows[0].get::<f64>("amount").unwrap(), 0.25);
    assert_eq!(rows[0].get::<Vec<u8>>("body").unwrap(), [0, 255]);
    assert!(rows[0].get::<bool>("seven").unwrap());
    assert_eq!(rows[1].get::<jiff::Timestamp>("id").unwrap(), at);
    assert_eq!(rows[1].get::<Option<String>>("name").unwrap(), None);
    assert_eq!(rows[1].get::<[u8; 4]>("body").unwrap(), [1; 4]);
    assert_eq!(
        rows[1].get::<String>("name").unwrap_err().to_string(),
        "column `name`: found null, wanted text"
    );
    assert_eq!(
        rows[0].get::<i64>("nmae").unwrap_err().to_string(),
        "column `nmae`: found no such column, wanted i64"
    );
    assert!(!format!("{:?}", rows[0]).contains("雨戸"));
}

#[tokio::test]
async fn a_parameter_goes_where_its_number_says() {
    let House { db, dir: _dir } = open();
    let row = db
        .read(|reader| reader.query_one("SELECT $2 AS second, $1 AS first, $2 AS again", &values![1, 2]))
        .await
        .unwrap()
        .unwrap();
    let got: Vec<i64> = ["first", "second", "again"].map(|name| row.get(name).unwrap()).to_vec();
    assert_eq!(got, [1, 2, 2]);
    for (sql, values) in [
        ("SELECT $1", vec![]),
        ("SELECT $1", values![1, 2].to_vec()),
        ("SELECT ?1", values![1].to_vec()),
        ("SELECT $2", values![1].to_vec()),
        ("SELEC 1", vec![]),
    ] {
        let wrong = db.read(move |reader| reader.query(sql, &values)).await.unwrap_err();
        assert!(matches!(wrong, DbError::Sql { .. }), "{sql}: {wrong}");
        assert!(wrong.to_string().contains(sql));
    }
}

#[tokio::test]
async fn a_broken_rule_is_told_by_its_kind() {
    let House { db, dir: _dir } = open();
    db.write(insert(1)).await.unwrap();
    let part = |item: i64, size: Option<i64>| {
        let db = db.clone();
        async move {
            db.write(move |tx| {
                tx.execute(
                    "INSERT INTO part (id, item, size) VALUES (1, $1, $2)",
                    &values![item, size],
                )
            })
            .await
            .unwrap_err()
        }
    };
    let rule = |error| match error {
        DbError::Constraint { rule, .. } => rule,
        other => panic!("{other}"),
    };
    let twice = db.write(insert(1)).await.unwrap_err();
    assert!(twice.is_duplicate());
    assert_eq!(
        twice.to_string(),
        "the change breaks a rule of the database: UNIQUE constraint failed: item.id"
    );
    assert_eq!(rule(twice), Rule::Unique);
    assert_eq!(rule(part(9, Some(1)).await), Rule::Reference);
    assert_eq!(rule(part(1, None).await), Rule::NotNull);
    assert_eq!(rule(part(1, Some(0)).await), Rule::Check);
}

#[tokio::test]
async fn a_snapshot_does_not_change_while_it_is_read() {
    let House { db, dir: _dir } = open();
    db.write(insert(1)).await.unwrap();
    let writer = db.clone();
    let (before, after) = db
        .read(move |reader| {
            let count = || -> Result<i64, DbError> {
                let row = reader.query_one("SELECT count(*) AS n FROM item", &[])?;
                row.map_or(Ok(-1), |row| row.get("n"))
            };
            let before = count()?;
            writer.write_blocking(insert(2))?;
            Ok((before, count()?))
        })
        .await
        .unwrap();
    assert_eq!((before, after), (1, 1));
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let House { db, dir: _dir } = open();
    let refused = db
        .read(|reader| reader.query("DELETE FROM item", &[]))
        .await
        .unwrap_err();
    assert!(matches!(refused, DbError::ReadOnly { .. }), "{refused}");
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let House { db, dir: _dir } = open();
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n";
    let rows = db
        .read(move |reader| reader.query(sql, &values![MOST_ROWS]))
        .await
        .unwrap();
    assert_eq!(rows.len(), MOST_ROWS);
    let refused = db
        .read(move |reader| reader.query(sql, &values![MOST_ROWS + 1]))
        .await
        .unwrap_err();
    assert_eq!(refused, DbError::TooMany { most: MOST_ROWS });
}

#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_what_comes_later() {
    let House { db, dir } = open();
    let go = hold(&db).await;
    let writes: Vec<_> = (0..50)
        .map(|id| {
            let db = db.clone();
            tokio::spawn(async move { db.write(insert(id)).await })
        })
        .collect();
    waiting(&db, 50).await;
    let closing = tokio::spawn(db.clone().close());
    drop(go);
    closing.await.unwrap();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(db.write(insert(99)).await, Err(DbError::Closed));
    assert_eq!(db.read(|_| Ok(())).await, Err(DbError::Closed));
    assert!(!dir.path().join("test.db-wal").exists());
    db.clone().close().await;

    let db = Database::open(&path(&dir), MIGRATIONS).unwrap();
    assert_eq!(ids(&db).await.len(), 50);
}

#[tokio::test]
async fn a_backup_is_whole_private_and_replaces_the_last() {
    use std::os::unix::fs::PermissionsExt as _;
    let House { db, dir } = open();
    let target = dir.path().join("backup.db");
    db.write(insert(1)).await.unwrap();
    db.backup_to(&target).await.unwrap();
    db.write(insert(2)).await.unwrap();
    db.backup_to(&target).await.unwrap();
    db.write(insert(3)).await.unwrap();
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!dir.path().join("backup.db.new").exists());
    let copy = Database::open(&target, MIGRATIONS).unwrap();
    assert_eq!(ids(&copy).await, [1, 2]);
    assert_eq!(ids(&db).await, [1, 2, 3]);
    let nowhere = dir.path().join("no/backup.db");
    assert!(matches!(
        db.backup_to(&nowhere).await.unwrap_err(),
        DbError::CannotOpen { path, .. } if path == nowhere
    ));
}

#[test]
fn work_without_a_runtime_is_done_too() {
    let House { db, dir: _dir } = open();
    db.write_blocking(insert(1)).unwrap();
    let found = db
        .read_blocking(|reader| reader.query_one("SELECT name FROM item", &[]))
        .unwrap();
    assert_eq!(found.unwrap().get::<String>("name").unwrap(), "item 1");
}

#[test]
fn a_file_of_ones_own_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let House { db, dir } = open();
    db.write_blocking(insert(1)).unwrap();
    for name in ["test.db", "test.db-wal", "test.db-shm"] {
        let mode = fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
