use std::path::PathBuf;

use super::*;
use crate::entropy::SystemEntropy;
use crate::seal::{KeyFile, KeyStore as _};

struct Place {
    folder: tempfile::TempDir,
    keys: KeyFile,
    sealed: bool,
}

impl Place {
    fn new(sealed: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFile::open_or_create(&folder.path().join("key"), &SystemEntropy).unwrap();
        Self { folder, keys, sealed }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn options(&self) -> Options {
        let sealer = self.sealed.then(|| self.keys.derive("journal").unwrap());
        Options {
            sealer,
            segment_bytes: 4096,
            max_bytes: 1 << 20,
        }
    }

    fn anchor(&self) -> MacKey {
        self.keys.mac_key("journal").unwrap()
    }

    fn try_open(&self) -> Result<(Journal, Opened), JournalError> {
        Journal::open(&self.path(), self.options(), self.anchor())
    }

    fn open(&self) -> (Journal, Opened) {
        // The writer thread of a dropped journal lets go of the lock a moment later.
        for _ in 0..200 {
            match self.try_open() {
                Err(JournalError::InUse { .. }) => std::thread::sleep(std::time::Duration::from_millis(5)),
                other => return other.unwrap(),
            }
        }
        panic!("the journal stays locked")
    }

    fn verify(&self) -> Result<Verified, Tampered> {
        verify(&self.path(), &self.options(), &self.anchor())
    }

    fn segments(&self) -> Vec<PathBuf> {
        let mut paths: Vec<_> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
            .collect();
        paths.sort();
        paths
    }

    fn filled(sealed: bool, entries: usize) -> Self {
        let place = Self::new(sealed);
        let (journal, _) = place.open();
        // In a thread of its own: some tests run inside an executor, which must not be blocked.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..entries {
                    journal.append_blocking(vec![entry(number)]).unwrap();
                }
            });
        });
        drop(journal);
        // Wait until the lock is free, so that files can be changed under nobody.
        drop(place.open());
        std::thread::sleep(std::time::Duration::from_millis(20));
        place
    }
}

fn entry(number: usize) -> Vec<u8> {
    format!("entry {number} {}", "x".repeat(number % 300)).into_bytes()
}

fn all(journal: &Journal) -> Vec<(u64, Vec<u8>)> {
    read::entries(&journal.shared, 1, usize::MAX, usize::MAX).unwrap()
}

#[test]
fn entries_come_back_in_their_order_after_a_restart() {
    for sealed in [false, true] {
        let place = Place::filled(sealed, 100);
        let (journal, opened) = place.open();
        assert_eq!((opened.first_seq, opened.next_seq, opened.repaired), (1, 101, None));
        let read = all(&journal);
        assert_eq!(read.len(), 100);
        assert!(
            read.iter()
                .enumerate()
                .all(|(at, (seq, body))| *seq == at as u64 + 1 && *body == entry(at))
        );
        assert!(place.segments().len() > 2, "several segments");
        assert_eq!(
            place.verify().unwrap(),
            Verified {
                entries: 100,
                first_seq: 1,
                last_seq: 100
            }
        );
        let on_disk = std::fs::read(&place.segments()[0]).unwrap();
        assert_eq!(on_disk.windows(7).any(|window| window == b"entry 1"), !sealed);
    }
}

#[tokio::test]
async fn many_callers_share_flushes_and_none_is_lost() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let seq = journal.append(vec![entry(number), entry(number)]).await.unwrap();
                (seq, number)
            })
        })
        .collect();
    for task in tasks {
        let (seq, number) = task.await.unwrap();
        let read = journal.read_from(seq, 2, usize::MAX).await.unwrap();
        assert_eq!(read, vec![(seq, entry(number)), (seq + 1, entry(number))]);
    }
    assert_eq!(journal.next_seq(), 101);
}

#[tokio::test]
async fn reading_is_bounded_and_goes_on_where_it_stopped() {
    let place = Place::filled(true, 60);
    let (journal, _) = place.open();
    let (mut seq, mut read) = (1, Vec::new());
    loop {
        let some = journal.read_from(seq, 7, 600).await.unwrap();
        let Some((last, _)) = some.last() else { break };
        assert!(some.len() <= 7);
        assert!(some.len() == 1 || some.iter().map(|(_, body)| body.len()).sum::<usize>() <= 600);
        seq = last + 1;
        read.extend(some);
    }
    assert_eq!(read, all(&journal));
    assert_eq!(journal.read_from(30, 1, 1).await.unwrap(), vec![(30, entry(29))]);
}

#[tokio::test]
async fn what_is_released_goes_and_the_chain_goes_on() {
    let place = Place::filled(true, 100);
    let (journal, _) = place.open();
    let before = journal.bytes();
    journal.release_through(50).await.unwrap();
    let first = journal.first_seq();
    assert!(first > 1 && first <= 51, "{first}");
    assert!(journal.bytes() < before);
    journal.release_through(100).await.unwrap();
    assert_eq!(journal.first_seq(), 101);
    assert_eq!(all(&journal), vec![]);
    journal.append(vec![entry(7)]).await.unwrap();
    drop(journal);
    let (journal, opened) = place.open();
    assert_eq!((opened.first_seq, opened.next_seq), (101, 102));
    assert_eq!(all(&journal), vec![(101, entry(7))]);
    assert_eq!(place.verify().unwrap().entries, 1);
}

#[test]
fn a_full_journal_says_so_and_keeps_what_it_has() {
    let place = Place::new(false);
    let options = Options {
        max_bytes: 6000,
        ..place.options()
    };
    let (journal, _) = Journal::open(&place.path(), options, place.anchor()).unwrap();
    let mut taken = 0;
    let full = loop {
        match journal.append_blocking(vec![vec![1; 500]]) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, JournalError::Full { .. }), "{full}");
    assert!(taken >= 9, "{taken}");
    assert_eq!(all(&journal).len(), taken);
    assert!(matches!(
        journal.append_blocking(vec![vec![0; LARGEST_ENTRY + 1]]),
        Err(JournalError::TooLarge { .. })
    ));
}

#[test]
fn two_writers_do_not_share_a_folder() {
    let place = Place::new(false);
    let (_journal, _) = place.open();
    assert!(matches!(place.try_open(), Err(JournalError::InUse { .. })));
}

/// A crash in the middle of a write: bytes behind the head, cut at every possible place.
#[test]
fn a_torn_tail_is_cut_off_and_told() {
    let place = Place::filled(true, 5);
    let path = place.segments().pop().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut torn = whole.clone();
    torn.extend_from_slice(&300_u32.to_be_bytes());
    torn.extend_from_slice(&[7; 200]);
    for cut in whole.len() + 1..torn.len() {
        std::fs::write(&path, &torn[..cut]).unwrap();
        let (journal, opened) = place.open();
        let repair = opened.repaired.unwrap();
        assert_eq!(
            (repair.offset, repair.bytes),
            (whole.len() as u64, (cut - whole.len()) as u64)
        );
        assert_eq!(all(&journal).len(), 5);
        drop(journal);
        if cut > whole.len() + 3 {
            break;
        }
    }
}

/// T3-11 EP⑤ データ改ざん: any byte of an acknowledged entry is changed.
#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    for sealed in [false, true] {
        let place = Place::filled(sealed, 8);
        let path = place.segments().remove(0);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            std::fs::write(&path, changed).unwrap();
            assert!(place.verify().is_err(), "byte {at}");
        }
        std::fs::write(&path, whole).unwrap();
        place.verify().unwrap();
    }
}

/// T3-11 EP⑤ データ改ざん, T3-3 否認: entries are removed at the end, in the middle, or as a whole segment.
#[test]
fn removed_entries_are_found() {
    let place = Place::filled(false, 60);
    let paths = place.segments();
    let last = paths.last().unwrap();
    let whole = std::fs::read(last).unwrap();
    let shorter = whole.len() - entry(59).len() - 36;
    std::fs::write(last, &whole[..shorter]).unwrap();
    assert_eq!(place.verify().unwrap_err().seq, 60, "the tail is gone");
    assert!(matches!(place.try_open(), Err(JournalError::Damaged(_))));
    std::fs::write(last, &whole).unwrap();
    let middle = std::fs::read(&paths[1]).unwrap();
    std::fs::remove_file(&paths[1]).unwrap();
    assert!(place.verify().is_err(), "a segment is gone");
    std::fs::write(&paths[1], middle).unwrap();
    std::fs::remove_file(last).unwrap();
    assert!(place.verify().is_err(), "the last segment is gone");
    std::fs::write(last, &whole).unwrap();
    place.verify().unwrap();
    std::fs::remove_file(place.path().join("head")).unwrap();
    assert!(place.verify().is_err(), "the head is gone");
}

/// T3-11 EP⑤ データ改ざん: two entries of the same length change places, or one is put in twice.
#[test]
fn swapped_and_doubled_entries_are_found() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    journal
        .append_blocking(vec![b"open".to_vec(), b"shut".to_vec(), b"stop".to_vec()])
        .unwrap();
    drop(journal);
    drop(place.open());
    let path = place.segments().remove(0);
    let whole = std::fs::read(&path).unwrap();
    let (header, record) = (segment::HEADER as usize, (segment::AROUND as usize) + 4 + 28);
    let part = |at: usize| whole[header + at * record..header + (at + 1) * record].to_vec();
    let write = |order: &[usize]| {
        let mut bytes = whole[..header].to_vec();
        order.iter().for_each(|at| bytes.extend(part(*at)));
        std::fs::write(&path, bytes).unwrap();
    };
    for order in [&[1, 0, 2][..], &[0, 0, 2], &[0, 2], &[0, 1, 1]] {
        write(order);
        assert!(place.verify().is_err(), "{order:?}");
    }
    write(&[0, 1, 2]);
    place.verify().unwrap();
}

/// T3-11 EP⑤ データ改ざん: the whole chain is written anew by somebody without the key.
#[test]
fn a_chain_of_somebody_elses_making_is_refused() {
    let (ours, theirs) = (Place::filled(false, 5), Place::filled(false, 5));
    for path in theirs.segments() {
        std::fs::copy(&path, ours.path().join(path.file_name().unwrap())).unwrap();
    }
    std::fs::copy(theirs.path().join("head"), ours.path().join("head")).unwrap();
    assert!(ours.verify().is_err());
}
