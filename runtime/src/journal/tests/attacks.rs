//! Attacks on the files of a journal that is not open, by somebody without the key (T3-11 EP⑤ データ改ざん,
//! 否認; SR3-SP-6).

use super::*;
use crate::journal::format::{GENESIS, HEAD_LEN, HEADER_LEN, RECORD_LEN, RecordHead, SLOT_LEN};

#[test]
fn attack_any_changed_byte_of_any_segment_is_found() {
    for sealed in [false, true] {
        let mut place = Place::new(sealed);
        place.options.segment_bytes = 1024;
        place.add(0..20);
        assert!(place.segments().len() >= 2);
        for path in place.segments() {
            let whole = fs::read(&path).unwrap();
            for at in 0..whole.len() {
                let mut changed = whole.clone();
                changed[at] ^= 0x10;
                fs::write(&path, changed).unwrap();
                let found = place.verify().unwrap_err();
                assert!(found.offset <= at as u64, "byte {at}: {found}");
            }
            fs::write(&path, whole).unwrap();
        }
        place.verify().unwrap();
    }
}

#[test]
fn attack_a_changed_entry_is_named_with_its_place() {
    let place = Place::filled(false, 10);
    let path = place.segments().remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(7).position(|window| window == b"entry 6").unwrap();
    bytes[at + 6] = b'9';
    fs::write(&path, bytes).unwrap();
    let found = place.refused();
    assert_eq!(
        (found.seq, found.offset, found.what),
        (7, (at - RECORD_LEN) as u64, Damage::EntryChanged)
    );
    assert!(found.to_string().contains("keep a copy of the directory as evidence"));
}

#[test]
fn attack_entries_removed_at_the_end_are_missed() {
    let place = Place::filled(true, 60);
    let last = place.segments().pop().unwrap();
    let whole = fs::read(&last).unwrap();
    let shorter = whole.len() - entry(59).len() - 28 - RECORD_LEN;
    fs::write(&last, &whole[..shorter]).unwrap();
    let found = place.refused();
    assert_eq!(
        (found.seq, found.offset, found.what),
        (60, shorter as u64, Damage::EndMissing)
    );
    fs::remove_file(&last).unwrap();
    assert_eq!(place.refused().what, Damage::EndMissing);
    for path in place.segments() {
        fs::remove_file(path).unwrap();
    }
    assert_eq!(place.refused().what, Damage::SegmentMissing);
}

#[test]
fn attack_a_segment_removed_from_the_beginning_or_the_middle_is_missed() {
    let place = Place::filled(true, 150);
    let files = place.files();
    let segments = place.segments();
    assert!(segments.len() > 3);
    for (removed, what) in [
        (0, Damage::SegmentMissing),
        (1, Damage::EndMissing),
        (2, Damage::EndMissing),
    ] {
        place.put_back(&files);
        fs::remove_file(&segments[removed]).unwrap();
        let found = place.refused();
        assert_eq!(found.what, what);
        assert_eq!(
            found.seq,
            segments[removed]
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .parse::<u64>()
                .unwrap()
        );
    }
}

#[test]
fn attack_a_segment_put_in_the_place_of_another_is_found() {
    let place = Place::filled(true, 150);
    let segments = place.segments();
    fs::copy(&segments[1], &segments[2]).unwrap();
    assert_eq!(place.refused().what, Damage::SegmentDoesNotFollow);
    // From another journal with the same key, where it had the same name.
    let other = Place {
        folder: tempfile::tempdir().unwrap(),
        keys: KeyFile::open_or_create(&place.folder.path().join("key"), &SystemEntropy).unwrap(),
        options: place.options.clone(),
    };
    other.add(0..150);
    assert_eq!(other.segments()[1].file_name(), segments[1].file_name());
    fs::copy(&other.segments()[2], &segments[2]).unwrap();
    assert_eq!(place.refused().what, Damage::SegmentDoesNotFollow);
}

#[test]
fn attack_swapped_doubled_and_removed_entries_are_found() {
    let place = Place::new(true);
    let (journal, _) = place.open();
    let entries = [b"open", b"shut", b"stop"].map(|word| word.to_vec()).to_vec();
    journal.append_blocking(entries).unwrap();
    block_on(journal.close());
    let path = place.segments().remove(0);
    let whole = fs::read(&path).unwrap();
    let record = RECORD_LEN + 4 + 28;
    let write = |order: &[usize]| {
        let mut bytes = whole[..HEADER_LEN].to_vec();
        for at in order {
            bytes.extend(&whole[HEADER_LEN + at * record..HEADER_LEN + (at + 1) * record]);
        }
        fs::write(&path, bytes).unwrap();
    };
    for (order, seq) in [
        (&[1, 0, 2][..], 1),
        (&[0, 2, 1], 2),
        (&[0, 0, 2], 2),
        (&[0, 2], 2),
        (&[0, 1, 1], 3),
        (&[0, 1, 2, 2], 4),
    ] {
        write(order);
        if seq < 4 {
            assert_eq!(place.refused().seq, seq, "{order:?}");
        } else {
            // Behind the head it is no entry, only something unfinished.
            assert_eq!(place.verify().unwrap().unfinished_bytes, record as u64);
        }
    }
}

#[test]
fn attack_an_entry_put_in_at_the_end_without_the_key_is_not_taken_for_one() {
    let place = Place::filled(false, 5);
    let path = place.segments().remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let forged = b"somebody trusted opened the door";
    RecordHead {
        length: forged.len() as u32,
        seq: 6,
        chain: GENESIS,
    }
    .encode_into(&mut bytes);
    bytes.extend(forged);
    fs::write(&path, bytes).unwrap();
    assert_eq!(place.verify().unwrap().entries, 5);
    let (journal, opened) = place.open();
    assert_eq!(opened.next_seq, 6);
    assert_eq!(opened.repaired.unwrap().bytes, (forged.len() + RECORD_LEN) as u64);
    assert_eq!(all(&journal), numbered(0..5));
}

#[test]
fn attack_a_head_removed_cut_or_changed_is_found() {
    let place = Place::filled(true, 5);
    let files = place.files();
    let head = &files[&place.head()];
    fs::remove_file(place.head()).unwrap();
    assert_eq!(place.refused().what, Damage::HeadMissing);
    for length in (0..HEAD_LEN).step_by(31) {
        fs::write(place.head(), &head[..length]).unwrap();
        let found = place.verify().unwrap_err().what;
        let wanted = if length < SLOT_LEN {
            Damage::HeadChanged
        } else {
            Damage::HeadCopyDamaged
        };
        assert_eq!(found, wanted, "{length}");
    }
    for bad in [vec![0; HEAD_LEN], vec![7; HEAD_LEN + 1]] {
        fs::write(place.head(), bad).unwrap();
        assert_eq!(place.refused().what, Damage::HeadChanged);
    }
}

#[test]
fn attack_the_newer_head_hidden_to_cut_the_last_entry_does_not_pass_unseen() {
    let place = Place::filled(true, 20);
    let files = place.files();
    let last = place.segments().pop().unwrap();
    let shorter = files[&last].len() - entry(19).len() - 28 - RECORD_LEN;
    let newer = |head: &[u8]| usize::from(head[8..16] < head[SLOT_LEN + 8..SLOT_LEN + 16]);
    let slot = newer(&files[&place.head()]) * SLOT_LEN;
    let older = SLOT_LEN - slot;
    // The copy that knows of the last entry is wiped out, or covered with the older one.
    for covered in [false, true] {
        let mut head = files[&place.head()].clone();
        if covered {
            let copy = head[older..older + SLOT_LEN].to_vec();
            head[slot..slot + SLOT_LEN].copy_from_slice(&copy);
        } else {
            head[slot..slot + SLOT_LEN].fill(0);
        }
        place.put_back(&files);
        fs::write(place.head(), head).unwrap();
        fs::write(&last, &files[&last][..shorter]).unwrap();
        let seen = place.verify().unwrap_err();
        assert!(
            matches!(seen.what, Damage::HeadCopyDamaged | Damage::EndMissing),
            "{seen}"
        );
    }
}

#[test]
fn attack_an_older_head_or_older_segments_do_not_go_with_the_rest() {
    let place = Place::filled(true, 20);
    let older = place.files();
    place.add(20..40);
    let newer = place.files();
    // Older segments under the newer head.
    let mut mixed = older.clone();
    mixed.insert(place.head(), newer[&place.head()].clone());
    place.put_back(&mixed);
    assert_eq!(place.refused().what, Damage::EndMissing);
    // The older head over the newer segments hides nothing: what it does not know is there, and intact.
    let mut mixed = newer.clone();
    mixed.insert(place.head(), older[&place.head()].clone());
    place.put_back(&mixed);
    assert_eq!(place.all(), numbered(0..40));
}

/// What cannot be found from inside, and what finds it from outside.
#[test]
fn attack_the_whole_directory_put_back_is_seen_against_a_note_kept_elsewhere() {
    let place = Place::filled(true, 20);
    let older = place.files();
    place.add(20..40);
    let note = place.verify().unwrap();
    place.put_back(&older);
    let now = place.verify().unwrap();
    assert!(now.last_seq < note.last_seq);
    place.add(50..70);
    let now = place.verify().unwrap();
    assert_eq!(now.last_seq, note.last_seq);
    assert_ne!(now.chain, note.chain);
}

#[test]
fn attack_a_journal_of_somebody_elses_making_is_refused() {
    let (ours, theirs) = (Place::filled(false, 5), Place::filled(false, 5));
    for (path, bytes) in theirs.files() {
        fs::write(ours.path().join(path.file_name().unwrap()), bytes).unwrap();
    }
    assert_eq!(ours.refused().what, Damage::HeadChanged);
}

#[test]
fn attack_an_entry_sealed_elsewhere_does_not_open() {
    let mut place = Place::filled(true, 5);
    place.options.sealer = Some(place.keys.derive("another purpose").unwrap());
    assert_eq!(place.verify().unwrap_err().what, Damage::DoesNotOpen);
    let (journal, _) = place.open();
    let read = block_on(journal.read_from(1, 1, 1));
    assert!(
        matches!(
            &read,
            Err(JournalError::Damaged(Tampered {
                seq: 1,
                what: Damage::DoesNotOpen,
                ..
            }))
        ),
        "{read:?}"
    );
}
