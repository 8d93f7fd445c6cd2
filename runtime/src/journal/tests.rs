use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::*;
use crate::entropy::SystemEntropy;
use crate::i18n::Lang;
use crate::seal::{KeyFile, KeyStore as _};

mod attacks;
mod crashes;

/// A folder with a key and a journal of small segments.
struct Place {
    folder: tempfile::TempDir,
    keys: KeyFile,
    options: Options,
}

/// All files of a journal, to put them back.
type Files = BTreeMap<PathBuf, Vec<u8>>;

impl Place {
    fn new(sealed: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFile::open_or_create(&folder.path().join("key"), &SystemEntropy).unwrap();
        let options = Options {
            sealer: sealed.then(|| keys.derive("journal").unwrap()),
            segment_bytes: 4096,
            max_bytes: 1 << 20,
        };
        Self { folder, keys, options }
    }

    /// With `entries` entries in it, the last written by itself; closed.
    fn filled(sealed: bool, entries: usize) -> Self {
        let place = Self::new(sealed);
        place.add(0..entries);
        place
    }

    fn add(&self, numbers: std::ops::Range<usize>) {
        let (journal, _) = self.open();
        let (last, before) = (numbers.end - 1, numbers.start..numbers.end - 1);
        let entries: Vec<_> = before.map(entry).collect();
        for some in entries.chunks(8) {
            journal.append_blocking(some.to_vec()).unwrap();
        }
        journal.append_blocking(vec![entry(last)]).unwrap();
        block_on(journal.close());
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn head(&self) -> PathBuf {
        self.path().join("head")
    }

    fn key(&self) -> MacKey {
        self.keys.mac_key("journal").unwrap()
    }

    fn try_open(&self) -> Result<(Journal, Opened), JournalError> {
        Journal::open(&self.path(), self.options.clone(), self.key())
    }

    fn open(&self) -> (Journal, Opened) {
        self.try_open().unwrap()
    }

    fn verify(&self) -> Result<Verified, Tampered> {
        verify(&self.path(), &self.options, &self.key())
    }

    /// What `verify` finds wrong, after making sure that opening refuses it for the same reason.
    fn refused(&self) -> Tampered {
        let found = self.verify().unwrap_err();
        match self.try_open() {
            Err(JournalError::Damaged(told)) => assert_eq!(told, found),
            other => panic!("not refused: {other:?}"),
        }
        found
    }

    fn segments(&self) -> Vec<PathBuf> {
        self.files()
            .into_keys()
            .filter(|path| path.extension().is_some())
            .collect()
    }

    fn files(&self) -> Files {
        fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    fn put_back(&self, files: &Files) {
        for path in self.files().into_keys() {
            fs::remove_file(path).unwrap();
        }
        for (path, bytes) in files {
            fs::write(path, bytes).unwrap();
        }
    }

    fn all(&self) -> Vec<(u64, Vec<u8>)> {
        let (journal, _) = self.open();
        let all = all(&journal);
        block_on(journal.close());
        all
    }
}

fn entry(number: usize) -> Vec<u8> {
    format!("entry {number} {}", "x".repeat(number % 300)).into_bytes()
}

fn all(journal: &Journal) -> Vec<(u64, Vec<u8>)> {
    block_on(journal.read_from(0, usize::MAX, usize::MAX)).unwrap()
}

fn numbered(numbers: std::ops::Range<usize>) -> Vec<(u64, Vec<u8>)> {
    numbers.map(|number| (number as u64 + 1, entry(number))).collect()
}

#[test]
fn entries_come_back_in_their_order_after_a_restart() {
    for sealed in [false, true] {
        let place = Place::filled(sealed, 100);
        let (journal, opened) = place.open();
        assert_eq!(
            opened,
            Opened {
                first_seq: 1,
                next_seq: 101,
                repaired: None
            }
        );
        assert_eq!(all(&journal), numbered(0..100));
        assert!(place.segments().len() > 2, "several segments");
        let held: usize = place.segments().iter().map(|path| fs::read(path).unwrap().len()).sum();
        assert_eq!(journal.bytes(), held as u64);
        let verified = place.verify().unwrap();
        assert_eq!(
            (
                verified.entries,
                verified.first_seq,
                verified.last_seq,
                verified.unfinished_bytes
            ),
            (100, 1, 100, 0)
        );
        let on_disk = fs::read(&place.segments()[0]).unwrap();
        assert_eq!(on_disk.windows(7).any(|window| window == b"entry 1"), !sealed);
    }
}

#[tokio::test]
async fn many_callers_share_a_write_and_none_is_lost_or_torn_apart() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let entries = vec![entry(number), Vec::new(), entry(number)];
                (journal.append(entries).await.unwrap(), number)
            })
        })
        .collect();
    for task in tasks {
        let (seq, number) = task.await.unwrap();
        let read = journal.read_from(seq, 3, usize::MAX).await.unwrap();
        assert_eq!(
            read,
            [(seq, entry(number)), (seq + 1, Vec::new()), (seq + 2, entry(number))]
        );
    }
    assert_eq!(journal.next_seq(), 601);
    assert_eq!(journal.append(Vec::new()).await.unwrap(), 601);
}

#[tokio::test]
async fn reading_is_bounded_and_starts_anywhere() {
    // One segment far longer than the distance of marks, so that most reads begin in the middle of it.
    let mut place = Place::new(true);
    place.options.segment_bytes = 1 << 19;
    let (journal, _) = place.open();
    let entries: Vec<_> = (0..1000).map(entry).collect();
    for some in entries.chunks(50) {
        journal.append(some.to_vec()).await.unwrap();
    }
    for seq in (1..=1000).step_by(7) {
        let read = journal.read_from(seq, 3, 500).await.unwrap();
        assert_eq!(read[0], (seq, entry(seq as usize - 1)));
        assert!(read.len() == 1 || read.iter().map(|(_, body)| body.len()).sum::<usize>() <= 500);
        assert!(read.len() <= 3);
        assert!(read.windows(2).all(|two| two[1].0 == two[0].0 + 1));
    }
    assert_eq!(journal.read_from(300, 1, 1).await.unwrap(), [(300, entry(299))]);
    assert_eq!(journal.read_from(300, 0, 1).await.unwrap(), []);
    assert_eq!(journal.read_from(1001, 9, 9).await.unwrap(), []);
    assert_eq!(journal.read_from(u64::MAX, 9, 9).await.unwrap(), []);
    assert_eq!(place.segments().len(), 1);
    journal.close().await;
    assert_eq!(place.all(), numbered(0..1000));
}

#[tokio::test]
async fn what_is_released_goes_and_the_chain_goes_on() {
    let place = Place::filled(true, 100);
    let (journal, _) = place.open();
    let before = journal.bytes();
    journal.release_through(0).await.unwrap();
    assert_eq!((journal.first_seq(), journal.bytes()), (1, before));
    journal.release_through(50).await.unwrap();
    let first = journal.first_seq();
    assert!(first > 30 && first <= 51, "{first}");
    assert!(journal.bytes() < before);
    assert_eq!(journal.read_from(1, 1, 1).await.unwrap()[0].0, first);
    journal.release_through(20).await.unwrap();
    assert_eq!(journal.first_seq(), first);
    journal.append(vec![vec![b'y'; 2000]]).await.unwrap();
    journal.release_through(u64::MAX).await.unwrap();
    assert_eq!((journal.first_seq(), journal.next_seq()), (102, 102));
    assert_eq!(all(&journal), []);
    assert_eq!(place.segments().len(), 1);
    journal.append(vec![entry(7)]).await.unwrap();
    journal.close().await;
    let (journal, opened) = place.open();
    assert_eq!((opened.first_seq, opened.next_seq), (102, 103));
    assert_eq!(all(&journal), [(102, entry(7))]);
    let verified = place.verify().unwrap();
    assert_eq!((verified.entries, verified.first_seq, verified.last_seq), (1, 102, 102));
}

#[test]
fn a_full_journal_says_so_keeps_what_it_has_and_goes_on_after_a_release() {
    let mut place = Place::new(false);
    place.options.max_bytes = 10_000;
    let (journal, _) = place.open();
    let mut taken = 0;
    let full = loop {
        match journal.append_blocking(vec![vec![1; 500], vec![2; 100]]) {
            Ok(_) => taken += 2,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, JournalError::Full { most: 10_000, .. }), "{full}");
    assert!(taken >= 20, "{taken}");
    assert!(journal.bytes() <= 10_000);
    assert_eq!(all(&journal).len(), taken);
    block_on(journal.release_through(taken as u64 / 2)).unwrap();
    journal.append_blocking(vec![vec![3; 500]]).unwrap();
    block_on(journal.close());
    place.verify().unwrap();
}

#[test]
fn an_append_is_taken_whole_or_not_at_all() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    let refused = journal.append_blocking(vec![b"small".to_vec(), vec![0; LARGEST_ENTRY + 1]]);
    assert!(matches!(refused, Err(JournalError::TooLarge { bytes }) if bytes == LARGEST_ENTRY + 1));
    assert_eq!(journal.next_seq(), 1);
    let mut place = place;
    block_on(journal.close());
    place.options.max_bytes = 16 << 20;
    let (journal, _) = place.open();
    assert_eq!(journal.append_blocking(vec![vec![9; LARGEST_ENTRY]]).unwrap(), 1);
    assert_eq!(all(&journal), [(1, vec![9; LARGEST_ENTRY])]);
    block_on(journal.close());
    place.verify().unwrap();
}

#[tokio::test]
async fn a_journal_has_one_owner_and_is_free_once_it_is_closed() {
    let place = Place::new(false);
    let (journal, _) = place.open();
    assert!(matches!(place.try_open(), Err(JournalError::InUse { path }) if path == place.path()));
    let other = journal.clone();
    journal.close().await;
    let (_again, _) = place.open();
    assert!(matches!(other.append(vec![vec![1]]).await, Err(JournalError::Closed)));
    assert!(matches!(other.read_from(1, 1, 1).await, Err(JournalError::Closed)));
    other.close().await;
}

#[tokio::test]
async fn an_executor_may_call_the_blocking_way() {
    let place = Place::new(false);
    let (journal, _) = place.open();
    // More often than a task may go on without yielding.
    for seq in 1..=300 {
        assert_eq!(journal.append_blocking(vec![entry(0)]).unwrap(), seq);
    }
}

#[test]
fn a_journal_can_be_verified_while_it_is_written_and_released() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    let verified = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..200 {
                let seq = journal.append_blocking(vec![entry(number)]).unwrap();
                if number % 50 == 49 {
                    block_on(journal.release_through(seq - 30)).unwrap();
                }
            }
        });
        let mut seen = Vec::new();
        while !writer.is_finished() {
            seen.push(place.verify().unwrap().last_seq);
        }
        seen
    });
    assert!(verified.is_sorted() && verified.len() > 3, "{verified:?}");
    assert_eq!(place.verify().unwrap().last_seq, 200);
}

#[test]
fn what_a_large_journal_holds_is_checked_when_it_is_read() {
    // More than is read at the start, so the first segments are only looked at from outside.
    let mut place = Place::new(false);
    place.options.segment_bytes = 16 << 20;
    place.options.max_bytes = 1 << 30;
    let (journal, _) = place.open();
    for number in 0..90_u8 {
        journal.append_blocking(vec![vec![number; LARGEST_ENTRY]]).unwrap();
    }
    block_on(journal.close());
    let first = &place.segments()[0];
    let mut bytes = fs::read(first).unwrap();
    bytes[5_000_000] ^= 1;
    fs::write(first, &bytes).unwrap();
    let (journal, opened) = place.open();
    assert_eq!(opened.next_seq, 91);
    assert_eq!(block_on(journal.read_from(4, 1, 1)).unwrap()[0].0, 4);
    let read = block_on(journal.read_from(5, 1, 1));
    assert!(
        matches!(read, Err(JournalError::Damaged(Tampered { seq: 5, .. }))),
        "{read:?}"
    );
    assert_eq!(block_on(journal.read_from(85, 1, 1)).unwrap()[0].0, 85);
    block_on(journal.close());
    assert_eq!(place.verify().unwrap_err().seq, 5);
    // Its length is part of what the next one knows.
    bytes.truncate(6_000_000);
    fs::write(first, &bytes).unwrap();
    let refused = place.try_open().map(|_| ());
    assert!(
        matches!(
            &refused,
            Err(JournalError::Damaged(Tampered {
                what: Damage::SegmentDoesNotFollow,
                ..
            }))
        ),
        "{refused:?}"
    );
}

#[test]
fn every_fault_is_told_in_both_languages() {
    let path = PathBuf::from("/data/journal");
    let source = Arc::new(std::io::Error::other("detail"));
    let mut faults = vec![
        JournalError::InUse { path: path.clone() },
        JournalError::Full { bytes: 1, most: 2 },
        JournalError::DiskFull { path: path.clone() },
        JournalError::TooLarge { bytes: 9 },
        JournalError::Broken {
            path: path.clone(),
            source: Arc::clone(&source),
        },
        JournalError::File {
            path: path.clone(),
            source,
        },
        JournalError::Seal,
        JournalError::Closed,
    ];
    for what in [
        Damage::HeadMissing,
        Damage::HeadChanged,
        Damage::HeadCopyDamaged,
        Damage::SegmentMissing,
        Damage::SegmentChanged,
        Damage::SegmentDoesNotFollow,
        Damage::EntryChanged,
        Damage::EndMissing,
        Damage::DoesNotOpen,
        Damage::Unreadable,
    ] {
        faults.push(JournalError::Damaged(Tampered {
            seq: 7,
            segment: path.clone(),
            offset: 88,
            what,
        }));
    }
    let mut told: Vec<[String; 2]> = faults
        .iter()
        .map(|fault| [fault.message(Lang::En), fault.message(Lang::Ja)])
        .collect();
    for what in [
        Repaired::UnfinishedEntry,
        Repaired::UnfinishedSegment,
        Repaired::HeadCopy,
    ] {
        let repair = Repair {
            segment: path.clone(),
            offset: 1,
            bytes: 2,
            what,
        };
        told.push([repair.message(Lang::En), repair.message(Lang::Ja)]);
    }
    for [en, ja] in &told {
        assert!(en.is_ascii() && !en.is_empty(), "{en}");
        assert!(ja.chars().any(|letter| letter >= 'ぁ'), "{ja}");
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 21);
}
