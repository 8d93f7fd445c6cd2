//! Looking at what a directory holds, without changing anything: the one judgement that opening and verifying share.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::{Damage, JournalError, Tampered};
use super::format::{HEAD_LEN, HEADER_LEN, Head, Header, SLOT_LEN, bound_to};
use super::scan::{Mark, Scanner, Step};
use crate::file::read_bounded;
use crate::seal::{MacKey, Sealer};

pub(super) const HEAD_FILE: &str = "head";
/// How far apart the marks of a segment are, in bytes: what a read may have to skip.
pub(super) const MARK_EVERY: u64 = 32 * 1024;
const EXTENSION: &str = "seg";

/// A segment that is kept.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) first_seq: u64,
    /// Its length as far as its records are intact.
    pub(super) bytes: u64,
    /// Places to start reading from, the first at its first record.
    pub(super) marks: Vec<Mark>,
}

/// What a directory holds.
pub(super) struct Survey {
    /// The newer copy of the head; none when the directory is fresh.
    pub(super) head: Option<Head>,
    /// Whether one of the two copies is damaged.
    pub(super) head_copy_damaged: bool,
    pub(super) segments: Vec<Segment>,
    /// The place after the last intact record; its offset is in the last segment.
    pub(super) end: Mark,
    /// How many bytes after `end` are no intact record: an unfinished write.
    pub(super) unfinished_bytes: u64,
    /// A last segment that was being made, and its length.
    pub(super) unfinished_segment: Option<(PathBuf, u64)>,
    /// Segments that have been released but not yet removed.
    pub(super) leftovers: Vec<PathBuf>,
}

/// What the records are read with.
struct Reading<'r> {
    key: &'r MacKey,
    sealer: Option<&'r Sealer>,
    head: &'r Head,
}

/// What a segment must follow.
struct Before<'p> {
    path: &'p Path,
    first_seq: u64,
    bytes: u64,
    /// The place after its last record, when it was read.
    end: Option<Mark>,
}

pub(super) fn segment_path(dir: &Path, first_seq: u64) -> PathBuf {
    dir.join(format!("{first_seq:020}.{EXTENSION}"))
}

/// Reads the directory. Segments are read whole from the newest back until `budget` bytes are reached; of older ones
/// the beginning and the length are checked, and their records when somebody reads them. With `sealer`, every record
/// that is read is opened.
pub(super) fn survey(dir: &Path, key: &MacKey, sealer: Option<&Sealer>, budget: u64) -> Result<Survey, JournalError> {
    let (head, head_copy_damaged) = read_head(dir, key)?;
    let found = list(dir)?;
    let Some(head) = head else {
        return match found.first() {
            Some((seq, _)) => Err(tampered(*seq, &dir.join(HEAD_FILE), 0, Damage::HeadMissing)),
            None => Ok(Survey::fresh()),
        };
    };
    let (leftovers, kept): (Vec<_>, Vec<_>) = found.into_iter().partition(|(seq, _)| *seq < head.first_seq);
    if let Some((seq, _)) = kept.first()
        && *seq != head.first_seq
    {
        let missing = segment_path(dir, head.first_seq);
        return Err(tampered(head.first_seq, &missing, 0, Damage::SegmentMissing));
    }
    let mut survey = Survey {
        head: Some(head),
        head_copy_damaged,
        segments: Vec::with_capacity(kept.len()),
        end: Mark {
            seq: head.first_seq,
            offset: 0,
            chain: head.chain,
        },
        unfinished_bytes: 0,
        unfinished_segment: None,
        leftovers: leftovers.into_iter().map(|(_, path)| path).collect(),
    };
    survey.walk(
        &Reading {
            key,
            sealer,
            head: &head,
        },
        &kept,
        budget,
    )?;
    if survey.end.seq < head.next_seq {
        let (file, what) = match survey.segments.last() {
            Some(last) => (last.path.clone(), Damage::EndMissing),
            None => (segment_path(dir, head.first_seq), Damage::SegmentMissing),
        };
        return Err(tampered(survey.end.seq, &file, survey.end.offset, what));
    }
    Ok(survey)
}

impl Survey {
    fn fresh() -> Self {
        Self {
            head: None,
            head_copy_damaged: false,
            segments: Vec::new(),
            end: Mark {
                seq: 1,
                offset: 0,
                chain: super::format::GENESIS,
            },
            unfinished_bytes: 0,
            unfinished_segment: None,
            leftovers: Vec::new(),
        }
    }

    fn walk(&mut self, reading: &Reading<'_>, kept: &[(u64, PathBuf)], budget: u64) -> Result<(), JournalError> {
        let Reading { key, head, .. } = *reading;
        let mut lengths = Vec::with_capacity(kept.len());
        for (_, path) in kept {
            lengths.push(
                fs::metadata(path)
                    .map_err(|error| JournalError::file(path, error))?
                    .len(),
            );
        }
        let total: u64 = lengths.iter().sum();
        let mut passed = 0;
        let mut before: Option<Before<'_>> = None;
        for (index, ((first_seq, path), length)) in kept.iter().zip(lengths).enumerate() {
            let last = index + 1 == kept.len();
            let Some(header) = read_header(key, path)? else {
                // A header is on the disk before any record follows it, so one that is unfinished has none, and
                // its numbers are beyond what the head vouches for.
                if last && *first_seq >= head.next_seq && length <= HEADER_LEN as u64 {
                    self.unfinished_segment = Some((path.clone(), length));
                    return Ok(());
                }
                return Err(tampered(*first_seq, path, 0, Damage::SegmentChanged));
            };
            follows(&header, *first_seq, path, before.as_ref())?;
            let start = Mark {
                seq: header.first_seq,
                offset: HEADER_LEN as u64,
                chain: header.chain,
            };
            passed += length;
            let whole = last || total - passed + length <= budget;
            let mut segment = Segment {
                path: path.clone(),
                first_seq: header.first_seq,
                bytes: length,
                marks: vec![start],
            };
            let end = if whole {
                let end = read_records(reading, &mut segment, last)?;
                // Whoever only reads may find more than was there when it looked: the writer goes on.
                self.unfinished_bytes = length.saturating_sub(end.offset);
                segment.bytes = end.offset;
                self.end = end;
                Some(end)
            } else {
                None
            };
            self.segments.push(segment);
            before = Some(Before {
                path,
                first_seq: *first_seq,
                bytes: length,
                end,
            });
        }
        Ok(())
    }
}

/// Reads all records of a segment; returns the place after the last intact one.
fn read_records(reading: &Reading<'_>, segment: &mut Segment, last: bool) -> Result<Mark, JournalError> {
    let Reading { key, sealer, head } = *reading;
    let path = segment.path.clone();
    let failed = |error: io::Error| JournalError::file(&path, error);
    let Some(start) = segment.marks.first().copied() else {
        return Err(tampered(segment.first_seq, &path, 0, Damage::SegmentChanged));
    };
    let mut scanner = Scanner::open(key, &path, start, segment.bytes).map_err(failed)?;
    loop {
        let at = scanner.at();
        if at.seq == head.next_seq && at.chain != head.chain {
            return Err(tampered(
                at.seq.saturating_sub(1),
                &path,
                at.offset,
                Damage::EntryChanged,
            ));
        }
        let step = scanner.step().map_err(failed)?;
        match step {
            Step::Record => {
                if sealer.is_some_and(|sealer| sealer.open(scanner.payload(), &bound_to(at.seq)).is_err()) {
                    return Err(tampered(at.seq, &path, at.offset, Damage::DoesNotOpen));
                }
                segment.note(scanner.at());
            }
            Step::End => return Ok(at),
            // Beyond the head nobody was told that anything is safe: there, what is not intact is what a crash
            // leaves of a write. Before it, it has been damaged.
            Step::Incomplete | Step::Wrong if last && at.seq >= head.next_seq => return Ok(at),
            Step::Incomplete if last => return Err(tampered(at.seq, &path, at.offset, Damage::EndMissing)),
            Step::Incomplete | Step::Wrong => {
                return Err(tampered(at.seq, &path, at.offset, Damage::EntryChanged));
            }
        }
    }
}

fn follows(header: &Header, named: u64, path: &Path, before: Option<&Before<'_>>) -> Result<(), JournalError> {
    let does_not = || tampered(named, path, 0, Damage::SegmentDoesNotFollow);
    if header.first_seq != named {
        return Err(does_not());
    }
    let Some(before) = before else { return Ok(()) };
    match before.end {
        Some(end) if header.first_seq > end.seq => Err(tampered(end.seq, before.path, end.offset, Damage::EndMissing)),
        Some(end) if header.first_seq < end.seq || header.chain != end.chain => Err(does_not()),
        None if header.before_len != before.bytes => Err(tampered(
            before.first_seq,
            before.path,
            before.bytes,
            Damage::SegmentDoesNotFollow,
        )),
        _ => Ok(()),
    }
}

/// The newer copy of the head, and whether the other one is damaged; nothing when there is no head.
fn read_head(dir: &Path, key: &MacKey) -> Result<(Option<Head>, bool), JournalError> {
    let path = dir.join(HEAD_FILE);
    let bytes = match read_bounded(&path, HEAD_LEN) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((None, false)),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Vec::new(),
        Err(error) => return Err(JournalError::file(&path, error)),
    };
    let copies = [0, 1].map(|slot: u64| {
        let start = if slot == 0 { 0 } else { SLOT_LEN };
        let copy = Head::decode(key, bytes.get(start..start + SLOT_LEN)?)?;
        // A copy that was moved into the other's place would otherwise hide that one is gone.
        (copy.generation % 2 == slot).then_some(copy)
    });
    match copies {
        [Some(one), Some(other)] if one.generation > other.generation => Ok((Some(one), false)),
        [Some(_), Some(other)] => Ok((Some(other), false)),
        [Some(one), None] | [None, Some(one)] => Ok((Some(one), true)),
        [None, None] => Err(tampered(1, &path, 0, Damage::HeadChanged)),
    }
}

fn read_header(key: &MacKey, path: &Path) -> Result<Option<Header>, JournalError> {
    let mut bytes = Vec::with_capacity(HEADER_LEN);
    File::open(path)
        .and_then(|file| file.take(HEADER_LEN as u64).read_to_end(&mut bytes))
        .map_err(|error| JournalError::file(path, error))?;
    Ok(Header::decode(key, &bytes))
}

/// The segments by their numbers. Other files are not looked at.
fn list(dir: &Path) -> Result<Vec<(u64, PathBuf)>, JournalError> {
    let failed = |error: io::Error| JournalError::file(dir, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.'))
            .filter(|number| number.len() == 20)
            .and_then(|number| number.parse().ok());
        found.extend(number.map(|number| (number, path)));
    }
    found.sort_unstable();
    Ok(found)
}

fn tampered(seq: u64, file: &Path, offset: u64, what: Damage) -> JournalError {
    Tampered {
        seq,
        segment: file.to_owned(),
        offset,
        what,
    }
    .into()
}

impl Segment {
    /// Remembers `mark` as a place to start reading from, when the last one is far enough away.
    pub(super) fn note(&mut self, mark: Mark) {
        let last = self.marks.last().map_or(0, |last| last.offset);
        if mark.offset >= last + MARK_EVERY {
            self.marks.push(mark);
        }
    }
}
