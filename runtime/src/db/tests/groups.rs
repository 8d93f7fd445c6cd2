//! Writes that share a transaction.

use tokio::task::JoinHandle;

use super::*;

fn start(
    db: &Database,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(), DbError> + Send + 'static,
) -> JoinHandle<Result<(), DbError>> {
    let db = db.clone();
    tokio::spawn(async move { db.write(work).await })
}

#[tokio::test]
async fn what_waits_is_committed_together() {
    let House { db, dir: _dir } = open();
    let before = db.activity().groups;
    let go = hold(&db).await;
    let writes: Vec<_> = (0..100)
        .map(|id| {
            let db = db.clone();
            tokio::spawn(async move { db.write(insert(id)).await })
        })
        .collect();
    waiting(&db, 100).await;
    drop(go);
    for write in writes {
        write.await.unwrap().unwrap();
    }
    let activity = db.activity();
    assert_eq!(activity.writes, 101);
    assert!(activity.groups - before <= 10, "{activity:?}");
    assert_eq!(ids(&db).await.len(), 100);
}

#[tokio::test]
async fn one_that_fails_or_panics_takes_nothing_of_the_others_with_it() {
    let House { db, dir: _dir } = open();
    let go = hold(&db).await;
    let good = start(&db, insert(1));
    waiting(&db, 1).await;
    let bad = start(&db, |tx| {
        insert(2)(tx)?;
        insert(2)(tx)
    });
    waiting(&db, 2).await;
    let worse = start(&db, |tx| {
        insert(3)(tx)?;
        panic!("a fault of the program")
    });
    waiting(&db, 3).await;
    let last = start(&db, insert(4));
    waiting(&db, 4).await;
    drop(go);
    good.await.unwrap().unwrap();
    assert!(bad.await.unwrap().unwrap_err().is_duplicate());
    assert_eq!(worse.await.unwrap(), Err(DbError::Panicked));
    last.await.unwrap().unwrap();
    assert_eq!(ids(&db).await, [1, 4]);
    assert_eq!(db.activity().writes, 3);
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_everybody_and_leaves_nothing() {
    let House { db, dir: _dir } = open();
    let go = hold(&db).await;
    let writes = [
        tokio::spawn({
            let db = db.clone();
            async move { db.write(insert(1)).await }
        }),
        tokio::spawn({
            let db = db.clone();
            async move {
                let late = |tx: &mut Tx<'_>| tx.execute("INSERT INTO late (item) VALUES (99)", &[]).map(|_| ());
                db.write(late).await
            }
        }),
    ];
    waiting(&db, 2).await;
    drop(go);
    for write in writes {
        assert!(matches!(
            write.await.unwrap(),
            Err(DbError::Constraint {
                rule: Rule::Reference,
                ..
            })
        ));
    }
    assert_eq!(ids(&db).await, [0_i64; 0]);
    db.write(insert(2)).await.unwrap();
    assert_eq!(ids(&db).await, [2]);
}

#[tokio::test]
async fn a_full_disk_fails_the_group_clearly_and_the_next_goes_on() {
    let House { db, dir: _dir } = open();
    // What SQLite does at the end of the disk, without needing a disk that ends.
    db.write(|tx| tx.query("PRAGMA max_page_count = 40", &[]))
        .await
        .unwrap();
    let fill = |tx: &mut Tx<'_>| {
        tx.execute(
            "INSERT INTO item (id, body) VALUES (500, $1)",
            &values![vec![7; 400_000]],
        )
        .map(|_| ())
    };
    let go = hold(&db).await;
    let small = tokio::spawn({
        let db = db.clone();
        async move { db.write(insert(1)).await }
    });
    waiting(&db, 1).await;
    let large = tokio::spawn({
        let db = db.clone();
        async move { db.write(fill).await }
    });
    waiting(&db, 2).await;
    drop(go);
    let told = large.await.unwrap().unwrap_err();
    assert!(matches!(told, DbError::Full { .. }), "{told}");
    // Whether the small one survived depends on whether SQLite had to end the transaction; its answer must agree
    // with what is there.
    let kept = small.await.unwrap();
    assert_eq!(ids(&db).await.contains(&1), kept.is_ok());
    db.write(insert(2)).await.unwrap();
    assert!(ids(&db).await.contains(&2));
}

#[tokio::test]
async fn reasons_of_ones_own_undo_the_work() {
    #[derive(Debug, PartialEq)]
    enum Refusal {
        SoldOut,
        Db(DbError),
    }
    impl From<DbError> for Refusal {
        fn from(error: DbError) -> Self {
            Self::Db(error)
        }
    }
    let House { db, dir: _dir } = open();
    let refused = db
        .try_write(|tx| {
            insert(1)(tx)?;
            Err::<(), _>(Refusal::SoldOut)
        })
        .await;
    assert_eq!(refused, Err(Refusal::SoldOut));
    let missing: Result<(), Refusal> = db
        .try_read(|reader| reader.query("SELECT x", &[]).map(|_| ()).map_err(Refusal::Db))
        .await;
    assert!(matches!(missing, Err(Refusal::Db(DbError::Sql { .. }))));
    assert_eq!(ids(&db).await, [0_i64; 0]);
}

#[tokio::test]
async fn more_than_the_queue_holds_waits_and_is_done() {
    let House { db, dir: _dir } = open();
    let go = hold(&db).await;
    let count = i64::try_from(WAITING).unwrap() + 500;
    let writes: Vec<_> = (0..count)
        .map(|id| {
            let db = db.clone();
            tokio::spawn(async move { db.write(insert(id)).await })
        })
        .collect();
    waiting(&db, WAITING).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(db.activity().writes_waiting, WAITING);
    drop(go);
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(ids(&db).await.len(), usize::try_from(count).unwrap());
}

#[tokio::test]
async fn a_caller_that_leaves_does_not_stop_its_work() {
    let House { db, dir: _dir } = open();
    let go = hold(&db).await;
    let left = tokio::time::timeout(Duration::from_millis(20), db.write(insert(1))).await;
    assert!(left.is_err());
    drop(go);
    db.write(insert(2)).await.unwrap();
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test]
async fn another_process_that_holds_the_file_is_told() {
    let House { db, dir } = open();
    let other = rusqlite::Connection::open(path(&dir)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = db.write(insert(1)).await.unwrap_err();
    assert_eq!(refused, DbError::Busy { path: path(&dir) });
    assert!(matches!(
        Database::open(&path(&dir), MIGRATIONS).err(),
        Some(DbError::Busy { .. })
    ));
    other.execute_batch("ROLLBACK").unwrap();
    db.write(insert(1)).await.unwrap();
}
