//! What a crash can leave, and disks that fail.

use std::io;
use std::os::unix::fs::FileExt as _;

use super::*;
use crate::journal::format::{HEADER_LEN, RECORD_LEN, SLOT_LEN};

/// A journal that was killed after writing entries 6 to 8 in one go and before writing the head that knows them.
struct Killed {
    place: Place,
    last: PathBuf,
    /// The files with all eight entries, and the head that knows five.
    files: Files,
    /// Where the last segment ends after five, six, seven, eight entries.
    ends: [usize; 4],
}

impl Killed {
    fn new(sealed: bool) -> Self {
        let place = Place::filled(sealed, 5);
        let head = fs::read(place.head()).unwrap();
        let last = place.segments().pop().unwrap();
        let mut end = fs::read(&last).unwrap().len();
        let (journal, _) = place.open();
        journal.append_blocking((5..8).map(entry).collect()).unwrap();
        block_on(journal.close());
        fs::write(place.head(), head).unwrap();
        let sealing = if sealed { 28 } else { 0 };
        let ends = [5, 6, 7, 8].map(|next| {
            let here = end;
            end += RECORD_LEN + sealing + entry(next).len();
            here
        });
        let files = place.files();
        assert_eq!(files[&last].len(), ends[3]);
        Self {
            place,
            last,
            files,
            ends,
        }
    }
}

/// Some places between the first and the last of `ends`, and all that are near one of them.
fn places(ends: &[usize; 4]) -> impl Iterator<Item = usize> {
    (ends[0]..=ends[3]).filter(|at| at % 13 == 0 || ends.iter().any(|end| at.abs_diff(*end) <= 1))
}

#[test]
fn a_write_cut_anywhere_leaves_what_was_whole_and_is_told() {
    for sealed in [false, true] {
        let killed = Killed::new(sealed);
        let whole = &killed.files[&killed.last];
        for cut in places(&killed.ends) {
            killed.place.put_back(&killed.files);
            fs::write(&killed.last, &whole[..cut]).unwrap();
            let kept = killed.ends.iter().rposition(|end| *end <= cut).unwrap();
            let (journal, opened) = killed.place.open();
            assert_eq!(opened.next_seq, 6 + kept as u64, "cut at {cut}");
            let torn = cut - killed.ends[kept];
            let told = opened.repaired.map(|repair| (repair.what, repair.offset, repair.bytes));
            let wanted = (Repaired::UnfinishedEntry, killed.ends[kept] as u64, torn as u64);
            assert_eq!(told, (torn > 0).then_some(wanted), "cut at {cut}");
            journal.append_blocking(vec![entry(99)]).unwrap();
            assert_eq!(all(&journal)[..5 + kept], numbered(0..5 + kept));
            block_on(journal.close());
            assert_eq!(killed.place.verify().unwrap().entries, 6 + kept as u64);
        }
    }
}

#[test]
fn pages_that_reached_the_disk_out_of_order_are_cut_from_the_first_hole() {
    let killed = Killed::new(true);
    let mut bytes = killed.files[&killed.last].clone();
    bytes[killed.ends[1]..killed.ends[2]].fill(0);
    fs::write(&killed.last, bytes).unwrap();
    let (journal, opened) = killed.place.open();
    assert_eq!(opened.next_seq, 7);
    assert_eq!(opened.repaired.unwrap().bytes, (killed.ends[3] - killed.ends[1]) as u64);
    assert_eq!(all(&journal), numbered(0..6));
}

#[test]
fn a_cut_before_the_head_is_no_crash_and_is_refused() {
    let killed = Killed::new(false);
    let whole = &killed.files[&killed.last];
    for cut in HEADER_LEN..killed.ends[0] {
        fs::write(&killed.last, &whole[..cut]).unwrap();
        let found = killed.place.refused();
        assert_eq!(found.what, Damage::EndMissing, "cut at {cut}");
        assert!((1..=5).contains(&found.seq));
    }
}

#[test]
fn a_segment_that_was_being_made_is_removed_and_told() {
    let place = Place::filled(true, 5);
    let head = fs::read(place.head()).unwrap();
    let before = place.segments();
    let (journal, _) = place.open();
    journal.append_blocking(vec![vec![1; 5000]]).unwrap();
    block_on(journal.close());
    let full = place.files();
    let (journal, _) = place.open();
    journal.append_blocking(vec![vec![2; 100]]).unwrap();
    block_on(journal.close());
    let made: Vec<_> = place
        .segments()
        .into_iter()
        .filter(|path| !before.contains(path))
        .collect();
    let [made] = made.as_slice() else { panic!("{made:?}") };
    let header = fs::read(made).unwrap()[..HEADER_LEN].to_vec();
    for length in (0..HEADER_LEN).step_by(11) {
        place.put_back(&full);
        fs::write(made, &header[..length]).unwrap();
        let (journal, opened) = place.open();
        let repair = opened.repaired.unwrap();
        assert_eq!(
            (repair.what, repair.bytes),
            (Repaired::UnfinishedSegment, length as u64)
        );
        assert_eq!(opened.next_seq, 7);
        assert_eq!(journal.append_blocking(vec![vec![3; 10]]).unwrap(), 7);
        block_on(journal.close());
        place.verify().unwrap();
    }
    // Whole but empty, it is simply gone on with; and a head from long before changes nothing.
    place.put_back(&full);
    fs::write(made, &header).unwrap();
    fs::write(place.head(), head).unwrap();
    let (_journal, opened) = place.open();
    assert_eq!((opened.next_seq, opened.repaired), (7, None));
}

#[test]
fn a_head_that_was_being_written_is_written_anew_and_told() {
    let place = Place::filled(true, 5);
    let files = place.files();
    for slot in 0..2 {
        place.put_back(&files);
        let mut head = files[&place.head()].clone();
        head[slot * SLOT_LEN + 40] ^= 1;
        fs::write(place.head(), head).unwrap();
        assert_eq!(place.verify().unwrap_err().what, Damage::HeadCopyDamaged);
        let (journal, opened) = place.open();
        assert_eq!(opened.repaired.unwrap().what, Repaired::HeadCopy);
        block_on(journal.close());
        assert_eq!(place.verify().unwrap().entries, 5);
    }
}

#[test]
fn a_first_start_that_was_cut_short_is_started_over() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    block_on(journal.close());
    let files = place.files();
    let segment = place.segments().remove(0);
    for left in [None, Some(0), Some(40), Some(HEADER_LEN)] {
        place.put_back(&files);
        match left {
            None => fs::remove_file(&segment).unwrap(),
            Some(length) => fs::write(&segment, &files[&segment][..length]).unwrap(),
        }
        let (journal, opened) = place.open();
        assert_eq!(opened.next_seq, 1);
        assert_eq!(journal.append_blocking(vec![entry(0)]).unwrap(), 1);
        block_on(journal.close());
        assert_eq!(place.all(), numbered(0..1));
    }
}

#[test]
fn segments_left_over_from_a_release_are_removed() {
    let place = Place::filled(true, 60);
    let before = place.files();
    let (journal, _) = place.open();
    block_on(journal.release_through(40)).unwrap();
    block_on(journal.close());
    let mut files = place.files();
    let head = files[&place.head()].clone();
    let kept = place.segments();
    files.extend(before);
    files.insert(place.head(), head);
    place.put_back(&files);
    assert!(place.segments().len() > kept.len());
    let (journal, opened) = place.open();
    assert!(opened.first_seq > 1 && opened.repaired.is_none());
    assert_eq!(place.segments(), kept);
    block_on(journal.close());
    place.verify().unwrap();
}

fn store(place: &Place) -> Store {
    Store::open(&place.path(), place.options.clone(), place.key())
        .unwrap()
        .0
}

fn one(store: &mut Store, number: usize) -> Result<u64, JournalError> {
    store.append(&[vec![entry(number)]]).pop().unwrap()
}

thread_local! {
    static DONE: std::cell::RefCell<Vec<&'static str>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn done(what: &'static str) {
    DONE.with_borrow_mut(|done| done.push(what));
}

#[test]
fn entries_are_on_the_disk_before_the_head_knows_them() {
    let place = Place::filled(true, 5);
    let mut store = store(&place);
    store.medium.write = |file, bytes, offset| {
        done(if bytes.len() == SLOT_LEN && offset <= SLOT_LEN as u64 {
            "head"
        } else {
            "entries"
        });
        file.write_all_at(bytes, offset)
    };
    store.medium.sync = |file| {
        done("sync");
        file.sync_data()
    };
    one(&mut store, 5).unwrap();
    assert_eq!(DONE.take(), ["entries", "sync", "head"]);
    store.sync_head().unwrap();
    store.sync_head().unwrap();
    assert_eq!(DONE.take(), ["sync"], "once, and later");
    // A segment goes only after the head that no longer counts it.
    assert_eq!(store.append(&[vec![vec![1; 5000]]]).len(), 1);
    one(&mut store, 6).unwrap();
    DONE.take();
    let before = place.segments().len();
    store.medium.sync = |_| Err(io::Error::other("the disk has gone"));
    store.release(7).unwrap_err();
    assert_eq!(DONE.take(), ["head"]);
    assert_eq!(place.segments().len(), before);
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_an_entry_leaves_no_trace_of_it() {
    let place = Place::filled(true, 5);
    let mut store = store(&place);
    store.medium.write = |file, bytes, offset| {
        file.write_all_at(&bytes[..bytes.len() / 2], offset)?;
        Err(io::ErrorKind::StorageFull.into())
    };
    let before = place.files();
    for result in store.append(&[vec![entry(5)], vec![entry(6)]]) {
        assert!(matches!(result, Err(JournalError::DiskFull { .. })), "{result:?}");
    }
    assert_eq!(place.files(), before);
    store.medium = store::Medium::REAL;
    assert_eq!(one(&mut store, 5).unwrap(), 6);
    drop(store);
    assert_eq!(place.all(), numbered(0..6));
}

#[test]
fn after_a_sync_that_failed_nothing_more_is_written_until_a_new_start() {
    let place = Place::filled(true, 5);
    let mut store = store(&place);
    store.medium.sync = |_| Err(io::Error::other("the disk has gone"));
    assert!(matches!(one(&mut store, 5), Err(JournalError::Broken { .. })));
    store.medium = store::Medium::REAL;
    let still = one(&mut store, 5).unwrap_err();
    assert!(
        still
            .message(Lang::En)
            .ends_with("start the program again (the disk has gone)"),
        "{still}"
    );
    assert!(matches!(store.release(3), Err(JournalError::Broken { .. })));
    assert_eq!(store.read(1, 9, 9999).unwrap().len(), 5);
    drop(store);
    // The entry had reached the file, if not for certain the disk; it may come back, whole.
    assert_eq!(place.all(), numbered(0..6));
    place.verify().unwrap();
}

#[test]
fn half_an_entry_that_cannot_be_taken_back_stops_the_writing() {
    let place = Place::filled(false, 5);
    let mut store = store(&place);
    store.medium.write = |file, bytes, offset| {
        file.write_all_at(&bytes[..10], offset)?;
        Err(io::Error::other("the disk has gone"))
    };
    store.medium.cut = |_, _| Err(io::Error::other("entirely"));
    assert!(matches!(one(&mut store, 5), Err(JournalError::Broken { .. })));
    store.medium = store::Medium::REAL;
    assert!(matches!(one(&mut store, 5), Err(JournalError::Broken { .. })));
    drop(store);
    let (journal, opened) = place.open();
    assert_eq!(opened.repaired.unwrap().bytes, 10);
    assert_eq!(all(&journal), numbered(0..5));
}
