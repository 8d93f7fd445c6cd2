//! The store against a platform that forgets nothing: whatever crashes, fills up or is merged, numbers and events hold.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use tomori_runtime::clock::ManualClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_smart_home::event::What;
use tomori_smart_home::property::{Report, Source, name};
use tomori_smart_home::{DeviceId, Event, PropertyValue};

use super::*;
use crate::store::Note;

const SMALL: u64 = 64 * 1024;

fn seven() -> Timestamp {
    "2026-11-23T07:00:00Z".parse().unwrap()
}

/// A report whose value tells reports apart.
fn report(device: u8, value: u32) -> Event {
    let at = seven();
    Event {
        at,
        what: What::PropertyReported {
            device: DeviceId::from_random([device; 10]),
            property: name::degree_of_opening(),
            report: Report {
                value: PropertyValue::Number(f64::from(value)),
                at,
                source: Source::Polled,
            },
        },
    }
}

/// Something that is never given up.
fn jump(number: u32) -> Event {
    Event {
        at: seven(),
        what: What::ClockJumped {
            seconds: i64::from(number),
        },
    }
}

async fn open(root: &Path, bytes: u64) -> Result<(Store, Found), StoreError> {
    open_in(&vault(root).await?, bytes).await
}

async fn vault(root: &Path) -> Result<Vault, StoreError> {
    // A store that was dropped lets go of its files a moment later.
    let data = loop {
        match DataDir::open(root) {
            Ok(data) => break data,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
        }
    };
    Vault::open(data, Arc::new(SystemEntropy)).map_err(StoreError::Vault)
}

async fn open_in(vault: &Vault, bytes: u64) -> Result<(Store, Found), StoreError> {
    let clock = Arc::new(ManualClock::new(seven()));
    loop {
        match Store::open(vault.clone(), clock.clone(), bytes).await {
            Err(StoreError::Journal(JournalError::InUse { .. })) => {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            opened => return opened,
        }
    }
}

/// What the platform has.
#[derive(Default)]
struct Stored(BTreeMap<u64, Event>);

impl Stored {
    fn through(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(last, _)| *last)
    }

    fn take(&mut self, batch: &Batch) {
        assert!(batch.first <= self.through() + 1, "a gap before {}", batch.first);
        for (number, event) in (batch.first..).zip(&batch.events) {
            if let Some(known) = self.0.insert(number, event.clone()) {
                assert_eq!(known, *event, "number {number} has two meanings");
            }
        }
    }

    async fn fetch(&mut self, store: &Store, most: usize) {
        if let Some(batch) = store.batch_behind(self.through(), most, 200_000).await.unwrap() {
            self.take(&batch);
        }
    }

    async fn fetch_all(&mut self, store: &Store) {
        while let Some(batch) = store.batch_behind(self.through(), 500, 200_000).await.unwrap() {
            self.take(&batch);
        }
    }

    fn jumps(&self) -> Vec<i64> {
        let jumps = self.0.values().filter_map(|event| match event.what {
            What::ClockJumped { seconds } => Some(seconds),
            _ => None,
        });
        jumps.collect()
    }

    fn reports(&self) -> u64 {
        let reports = self.0.values().map(|event| match event.what {
            What::PropertyReported { .. } => 1,
            What::ReportsMerged { count } => count,
            _ => 0,
        });
        reports.sum()
    }

    fn newest(&self, device: u8) -> Option<f64> {
        let device = DeviceId::from_random([device; 10]);
        self.0.values().rev().find_map(|event| match &event.what {
            What::PropertyReported { device: of, report, .. } if *of == device => report.value.as_number(),
            _ => None,
        })
    }
}

#[derive(Debug, Clone)]
enum Step {
    Reports(u8, usize),
    Jumps(usize),
    /// The platform takes a batch; whether the gateway hears of it is another matter.
    Fetch(usize, bool),
    Greet,
    Crash,
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..3, 1_usize..25).prop_map(|(device, count)| Step::Reports(device, count)),
        2 => (1_usize..10).prop_map(Step::Jumps),
        3 => (1_usize..300, any::<bool>()).prop_map(|(most, heard)| Step::Fetch(most, heard)),
        1 => Just(Step::Greet),
        1 => Just(Step::Crash),
        1 => Just(Step::Stop),
    ]
}

async fn play(steps: Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = open(folder.path(), SMALL).await.unwrap();
    let mut stored = Stored::default();
    let (mut jumps, mut reports) = (0_u32, 0_u32);
    let mut newest = BTreeMap::new();
    for step in steps {
        match step {
            Step::Reports(device, count) => {
                for _ in 0..count {
                    let events = (0..10).map(|_| {
                        reports += 1;
                        report(device, reports).into()
                    });
                    store.remember(events.collect(), Need::BestEffort).await.unwrap();
                }
                newest.insert(device, f64::from(reports));
            }
            Step::Jumps(count) => {
                for _ in 0..count {
                    jumps += 1;
                    store.remember(vec![jump(jumps).into()], Need::Durable).await.unwrap();
                }
            }
            Step::Fetch(most, heard) => {
                stored.fetch(&store, most).await;
                if heard {
                    store.acknowledged(stored.through()).await;
                }
            }
            Step::Greet => assert!(store.meet(stored.through()).await.unwrap()),
            Step::Crash | Step::Stop => {
                // What waits for room in memory is lost with the power; the test counts it out.
                let is_merging = *store.health().borrow() == Health::MergingReports;
                if is_merging || matches!(step, Step::Stop) {
                    assert!(store.meet(stored.through()).await.unwrap());
                    stored.fetch_all(&store).await;
                    store.acknowledged(stored.through()).await;
                    store
                        .remember(
                            vec![
                                jump({
                                    jumps += 1;
                                    jumps
                                })
                                .into(),
                            ],
                            Need::Durable,
                        )
                        .await
                        .unwrap();
                    store
                        .remember(
                            vec![
                                jump({
                                    jumps += 1;
                                    jumps
                                })
                                .into(),
                            ],
                            Need::Durable,
                        )
                        .await
                        .unwrap();
                    store.close().await;
                }
                drop(store);
                store = open(folder.path(), SMALL).await.unwrap().0;
            }
        }
    }
    store.meet(stored.through()).await.unwrap();
    for _ in 0..3 {
        stored.fetch_all(&store).await;
        store.acknowledged(stored.through()).await;
        jumps += 1;
        store.remember(vec![jump(jumps).into()], Need::Durable).await.unwrap();
    }
    stored.fetch_all(&store).await;
    let expected: Vec<i64> = (1..=i64::from(jumps)).collect();
    assert_eq!(
        stored.jumps(),
        expected,
        "nothing but reports is ever given up, and order holds"
    );
    assert_eq!(
        stored.reports(),
        u64::from(reports),
        "every report arrives or is counted"
    );
    for (device, value) in newest {
        assert_eq!(
            stored.newest(device),
            Some(value),
            "the newest report of a property always arrives"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn numbers_and_events_hold_whatever_happens(steps in prop::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}

#[tokio::test]
async fn a_full_journal_gives_up_superseded_reports_and_tells_how_many() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path(), SMALL).await.unwrap();
    store.meet(0).await.unwrap();
    let mut most = 0;
    for value in 0..3_000 {
        store
            .remember(vec![report(1, value).into()], Need::Durable)
            .await
            .unwrap();
        most = most.max(store.shared.shelf.lock().await.bytes());
    }
    assert!(most < SMALL * 2, "{most}");
    assert_eq!(*store.health().borrow(), Health::Good);
    let mut stored = Stored::default();
    stored.fetch_all(&store).await;
    assert!(stored.0.len() < 1_000, "{}", stored.0.len());
    assert_eq!(stored.reports(), 3_000);
    assert_eq!(stored.newest(1), Some(2_999.0));
}

#[tokio::test]
async fn when_even_the_hard_bound_is_reached_the_house_is_served_from_memory_and_nothing_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path(), SMALL).await.unwrap();
    let mut count = 0;
    while *store.health().borrow() == Health::Good || *store.health().borrow() == Health::MergingReports {
        count += 1;
        store
            .remember(vec![jump(count).into()], Need::BestEffort)
            .await
            .unwrap();
        assert!(count < 5_000);
    }
    assert!(matches!(&*store.health().borrow(), Health::InMemory { why } if !why.is_empty()));
    let durable = store.remember(vec![jump(0).into()], Need::Durable).await;
    assert!(matches!(durable, Err(StoreError::Unavailable)));
    let hold = seven() + SignedDuration::from_mins(15);
    let device = DeviceId::from_random([1; 10]);
    let hand = Event {
        at: seven(),
        what: What::HandOperation {
            device: device.clone(),
            hold_until: hold,
        },
    };
    store.remember(vec![hand.into()], Need::BestEffort).await.unwrap();
    assert_eq!(store.look(|state| state.holds.get(&device).copied()), Some(hold));
    let mut stored = Stored::default();
    stored.fetch_all(&store).await;
    store.acknowledged(stored.through()).await;
    count += 1;
    store
        .remember(vec![jump(count).into()], Need::BestEffort)
        .await
        .unwrap();
    assert_eq!(
        *store.health().borrow(),
        Health::Good,
        "the platform took what filled it"
    );
    stored.fetch_all(&store).await;
    assert_eq!(stored.jumps(), (1..=i64::from(count)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_journal_that_failed_is_opened_again_and_what_it_kept_is_not_written_twice() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path()).await.unwrap();
    let (store, _) = open_in(&vault, SMALL).await.unwrap();
    store.remember(vec![jump(1).into()], Need::Durable).await.unwrap();
    // A line that reached the disk while its writer was told that it did not.
    let kept = crate::store::record::Record::Event {
        number: 2,
        event: jump(2),
    };
    let line = crate::store::record::encode(&[kept]).unwrap();
    store.shared.shelf.lock().await.append(vec![line], &[]).await.unwrap();
    let clock = Arc::new(ManualClock::new(seven()));
    let mut writer = Writer::new(Arc::clone(&store.shared), vault, clock, SMALL);
    for _ in 0..2 {
        writer.recover().await.unwrap();
        assert_eq!(*store.tip().borrow(), 3);
    }
    store.remember(vec![jump(3).into()], Need::Durable).await.unwrap();
    let mut stored = Stored::default();
    stored.fetch_all(&store).await;
    assert_eq!(stored.jumps(), [1, 2, 3]);
}

#[tokio::test]
async fn a_clean_stop_is_told_from_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let started = || Event {
        at: seven(),
        what: What::GatewayStarted {
            software: "test".to_owned(),
            after_crash: false,
        },
    };
    let (store, found) = open(folder.path(), SMALL).await.unwrap();
    assert!(!found.after_crash);
    store.remember(vec![started().into()], Need::Durable).await.unwrap();
    drop(store);
    let (store, found) = open(folder.path(), SMALL).await.unwrap();
    assert!(found.after_crash);
    store.close().await;
    drop(store);
    let (_, found) = open(folder.path(), SMALL).await.unwrap();
    assert!(!found.after_crash);
}

#[tokio::test]
async fn a_line_torn_by_a_crash_is_cut_off_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path(), SMALL).await.unwrap();
    store.remember(vec![jump(1).into()], Need::Durable).await.unwrap();
    drop(store);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let segment = segment(folder.path());
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes.extend([0, 0, 0, 40, 1, 2, 3]);
    std::fs::write(&segment, bytes).unwrap();
    let (store, found) = open(folder.path(), SMALL).await.unwrap();
    assert!(found.repaired.is_some());
    let mut stored = Stored::default();
    stored.fetch_all(&store).await;
    assert_eq!(stored.jumps(), [1]);
}

/// T3-11 EP⑤, tampering with data in the gateway: parts that were removed or replaced by older copies are found.
#[tokio::test]
async fn a_memory_or_journal_that_was_taken_away_or_put_back_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let copy = folder.path().join("copy");
    let (store, _) = open(&root, SMALL).await.unwrap();
    store.remember(vec![jump(1).into()], Need::Durable).await.unwrap();
    store.close().await;
    drop(store);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    copy_all(&root, &copy);
    let (store, _) = open(&root, SMALL).await.unwrap();
    for number in 1..150 {
        let events = (0..10).map(|each| jump(number * 10 + each).into()).collect();
        store.remember(events, Need::Durable).await.unwrap();
        store.acknowledged(u64::from(number) * 10).await;
    }
    store.close().await;
    drop(store);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let memory = "memory.sealed";
    let kept = std::fs::read(root.join(memory)).unwrap();
    std::fs::copy(copy.join(memory), root.join(memory)).unwrap();
    assert!(
        matches!(open(&root, SMALL).await, Err(StoreError::Torn { .. })),
        "an older memory"
    );
    std::fs::remove_file(root.join(memory)).unwrap();
    assert!(
        matches!(open(&root, SMALL).await, Err(StoreError::Torn { .. })),
        "no memory"
    );
    std::fs::write(root.join(memory), kept).unwrap();
    let journal = folders_in(&root).remove(0);
    std::fs::remove_dir_all(&journal).unwrap();
    assert!(
        matches!(open(&root, SMALL).await, Err(StoreError::Torn { .. })),
        "no journal"
    );
    std::fs::remove_dir_all(&journal).unwrap();
    copy_all(&folders_in(&copy)[0], &journal);
    assert!(
        matches!(open(&root, SMALL).await, Err(StoreError::Torn { .. })),
        "an older journal"
    );
    std::fs::rename(&journal, root.join("journal-000007")).unwrap();
    std::fs::remove_file(root.join(memory)).unwrap();
    assert!(matches!(
        open(&root, SMALL).await,
        Err(StoreError::MemoryMissing { .. })
    ));
}

#[tokio::test]
async fn a_platform_that_knows_more_is_gone_on_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = open(folder.path(), SMALL).await.unwrap();
    store.remember(vec![jump(1).into()], Need::Durable).await.unwrap();
    assert!(!store.meet(41).await.unwrap());
    store.remember(vec![jump(2).into()], Need::Durable).await.unwrap();
    let batch = store.batch_behind(41, 10, 10_000).await.unwrap().unwrap();
    assert_eq!((batch.first, batch.events.len()), (42, 1));
    drop(store);
    let (store, _) = open(folder.path(), SMALL).await.unwrap();
    store
        .remember(
            vec![Note::Stopped { at: seven() }.into(), jump(3).into()],
            Need::Durable,
        )
        .await
        .unwrap();
    assert_eq!(store.batch_behind(42, 10, 10_000).await.unwrap().unwrap().first, 43);
}

fn folders_in(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect()
}

fn segment(root: &Path) -> PathBuf {
    let entries = std::fs::read_dir(&folders_in(root)[0]).unwrap();
    let mut segments: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    segments.sort();
    segments.pop().unwrap()
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
