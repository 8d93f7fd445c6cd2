//! The journal's files and their order of writing. One thread owns them.
//!
//! The order that everything rests on: records are written and synced, then the head is written, then callers are
//! told. So the head never vouches for what is not on the disk, and nobody is told of what the head does not vouch
//! for. The head itself is synced a moment later (see `worker`), because a second wait for the disk would halve the
//! rate: when the power fails in that moment, it vouches for less than there is, and what follows it is accepted as
//! long as the chain is intact.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Damage, JournalError, Repair, Tampered};
use super::files::{create_head, create_segment, lock, open_tail, remove, repair};
use super::format::{self, Head, RECORD_LEN, RecordHead};
use super::scan::{Mark, Scanner, Step};
use super::survey::{HEAD_FILE, Segment, survey};
use super::{LARGEST_ENTRY, Options};
use crate::entropy::SystemEntropy;
use crate::file::sync_dir;
use crate::seal::{MacKey, Sealer};

/// How much is read and checked at the start; older segments are checked when they are read.
const CHECKED_AT_START: u64 = 64 * 1024 * 1024;
/// How many bytes sealing adds: a nonce and a tag.
const SEALING: usize = 12 + 16;
/// What the write buffer may keep between writes.
const KEPT_BUFFER: usize = 64 * 1024;

/// An entry with its number.
pub(super) type Numbered = (u64, Vec<u8>);

/// What touches the disk, so that tests can let it fail.
pub(super) struct Medium {
    pub(super) write: fn(&File, &[u8], u64) -> io::Result<()>,
    pub(super) sync: fn(&File) -> io::Result<()>,
    pub(super) cut: fn(&File, u64) -> io::Result<()>,
}

pub(super) struct Store {
    dir: PathBuf,
    key: MacKey,
    sealer: Option<Sealer>,
    segment_bytes: u64,
    max_bytes: u64,
    segments: Vec<Segment>,
    tail: File,
    head_file: File,
    head: Head,
    head_unsynced: bool,
    bytes: u64,
    broken: Option<JournalError>,
    buffer: Vec<u8>,
    pub(super) medium: Medium,
    /// Keeps the directory for as long as it lives.
    _lock: File,
}

impl Medium {
    pub(super) const REAL: Self = Self {
        write: |file, bytes, offset| file.write_all_at(bytes, offset),
        sync: File::sync_data,
        cut: |file, length| file.set_len(length),
    };
}

impl Store {
    pub(super) fn open(dir: &Path, options: Options, key: MacKey) -> Result<(Self, Option<Repair>), JournalError> {
        let failed = |error: io::Error| JournalError::file(dir, error);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(failed)?;
        let lock = lock(dir)?;
        let mut found = survey(dir, &key, None, CHECKED_AT_START)?;
        let repaired = repair(dir, &mut found)?;
        let head = match found.head {
            Some(head) => head,
            None => create_head(dir, &key)?,
        };
        // All that is intact is now vouched for, and both copies are written anew below.
        let head = Head {
            next_seq: found.end.seq,
            chain: found.end.chain,
            ..head
        };
        let head_file = OpenOptions::new()
            .write(true)
            .open(dir.join(HEAD_FILE))
            .map_err(failed)?;
        if found.segments.is_empty() {
            found.segments.push(create_segment(dir, &key, &head, 0)?);
        }
        let tail = match found.segments.last() {
            Some(segment) => open_tail(&segment.path)?,
            None => return Err(failed(io::ErrorKind::NotFound.into())),
        };
        let max_bytes = options.max_bytes.max(4 * 1024);
        let mut store = Self {
            dir: dir.to_owned(),
            key,
            sealer: options.sealer,
            segment_bytes: options.segment_bytes.clamp(1024, max_bytes / 2),
            max_bytes,
            bytes: found.segments.iter().map(|segment| segment.bytes).sum(),
            segments: found.segments,
            tail,
            head_file,
            head,
            head_unsynced: true,
            broken: None,
            buffer: Vec::new(),
            medium: Medium::REAL,
            _lock: lock,
        };
        store.write_head()?;
        store.write_head()?;
        store.sync_head()?;
        Ok((store, repaired))
    }

    /// Appends each of `appends` whole or not at all; returns the first number of each. On return they are on the
    /// disk.
    pub(super) fn append(&mut self, appends: &[Vec<Vec<u8>>]) -> Vec<Result<u64, JournalError>> {
        if let Some(broken) = &self.broken {
            return appends.iter().map(|_| Err(broken.clone())).collect();
        }
        if self.tail_bytes() >= self.segment_bytes
            && let Err(error) = self.rotate()
        {
            return appends.iter().map(|_| Err(error.clone())).collect();
        }
        let mut end = self.end();
        let start = end;
        let mut marks = Vec::new();
        let results: Vec<_> = appends
            .iter()
            .map(|entries| self.encode(entries, &mut end, &mut marks))
            .collect();
        let written = self.write(start, end, marks);
        self.buffer.clear();
        self.buffer.shrink_to(KEPT_BUFFER);
        match written {
            Ok(()) => results,
            Err(error) => results
                .into_iter()
                .map(|result| result.and(Err(error.clone())))
                .collect(),
        }
    }

    /// Puts one append into the buffer and moves `end` behind it; an append that does not fit leaves both alone.
    fn encode(&mut self, entries: &[Vec<u8>], end: &mut Mark, marks: &mut Vec<Mark>) -> Result<u64, JournalError> {
        let overhead = RECORD_LEN + if self.sealer.is_some() { SEALING } else { 0 };
        let more: usize = entries.iter().map(|entry| entry.len() + overhead).sum();
        if let Some(long) = entries.iter().find(|entry| entry.len() > LARGEST_ENTRY) {
            return Err(JournalError::TooLarge { bytes: long.len() });
        }
        let held = self.bytes + length(self.buffer.len()) + length(more);
        if held > self.max_bytes {
            return Err(JournalError::Full {
                bytes: self.bytes,
                most: self.max_bytes,
            });
        }
        let (first, kept, before) = (end.seq, self.buffer.len(), *end);
        for entry in entries {
            if let Err(error) = self.encode_one(entry, end) {
                self.buffer.truncate(kept);
                *end = before;
                return Err(error);
            }
            marks.push(*end);
        }
        Ok(first)
    }

    fn encode_one(&mut self, entry: &[u8], end: &mut Mark) -> Result<(), JournalError> {
        let sealed = match &self.sealer {
            // The system's randomness and no other: after a crash a number can be used again for another entry, and
            // a nonce that repeats itself with it would give both away.
            Some(sealer) => Some(
                sealer
                    .seal(entry, &format::bound_to(end.seq), &SystemEntropy)
                    .map_err(|_| JournalError::Seal)?,
            ),
            None => None,
        };
        let payload = sealed.as_deref().unwrap_or(entry);
        let chain = format::chain(&self.key, &end.chain, end.seq, payload);
        let head = RecordHead {
            length: u32::try_from(payload.len()).map_err(|_| JournalError::TooLarge { bytes: entry.len() })?,
            seq: end.seq,
            chain,
        };
        head.encode_into(&mut self.buffer);
        self.buffer.extend_from_slice(payload);
        *end = Mark {
            seq: end.seq + 1,
            offset: end.offset + length(RECORD_LEN + payload.len()),
            chain,
        };
        Ok(())
    }

    /// Writes the buffer from `start` to `end` and vouches for it.
    fn write(&mut self, start: Mark, end: Mark, marks: Vec<Mark>) -> Result<(), JournalError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if let Err(error) = (self.medium.write)(&self.tail, &self.buffer, start.offset) {
            // Half a record must not stay where the next one will be written.
            return Err(match (self.medium.cut)(&self.tail, start.offset) {
                Ok(()) => JournalError::file(&self.dir, error),
                Err(_) => self.break_down(error),
            });
        }
        // After a failed sync nobody knows what the disk holds, and a second sync may succeed without having written
        // anything. Only a new start, which reads what is there, can tell.
        if let Err(error) = (self.medium.sync)(&self.tail) {
            return Err(self.break_down(error));
        }
        self.bytes += end.offset - start.offset;
        if let Some(segment) = self.segments.last_mut() {
            segment.bytes = end.offset;
            marks.into_iter().for_each(|mark| segment.note(mark));
        }
        self.head.next_seq = end.seq;
        self.head.chain = end.chain;
        self.write_head()
    }

    /// Entries from `seq` on, or from the first that is kept: at most `max_entries`, and `max_bytes` as they are stored
    /// unless the first alone is longer.
    pub(super) fn read(&self, seq: u64, max_entries: usize, max_bytes: usize) -> Result<Vec<Numbered>, JournalError> {
        let mut want = seq.max(self.head.first_seq);
        let mut entries = Vec::new();
        let mut bytes = 0;
        let first = self.segments.partition_point(|segment| segment.first_seq <= want);
        for segment in self.segments.iter().skip(first.saturating_sub(1)) {
            let mark = segment.marks.partition_point(|mark| mark.seq <= want);
            let Some(mark) = segment.marks.get(mark.saturating_sub(1)) else {
                continue;
            };
            let failed = |error: io::Error| JournalError::file(&segment.path, error);
            let mut scanner = Scanner::open(&self.key, &segment.path, *mark, segment.bytes).map_err(failed)?;
            while entries.len() < max_entries {
                let at = scanner.at();
                match scanner.step().map_err(failed)? {
                    Step::Record if at.seq < want => {}
                    Step::Record => {
                        bytes += scanner.payload().len();
                        if bytes > max_bytes && !entries.is_empty() {
                            return Ok(entries);
                        }
                        entries.push((at.seq, self.unseal(at, scanner.payload(), &segment.path)?));
                        want = at.seq + 1;
                    }
                    Step::End => break,
                    // What is intact is given first; asking for the next tells the rest.
                    Step::Incomplete | Step::Wrong if !entries.is_empty() => return Ok(entries),
                    Step::Incomplete | Step::Wrong => {
                        return Err(damaged(at, &segment.path, Damage::EntryChanged));
                    }
                }
            }
        }
        Ok(entries)
    }

    fn unseal(&self, at: Mark, payload: &[u8], path: &Path) -> Result<Vec<u8>, JournalError> {
        match &self.sealer {
            Some(sealer) => sealer
                .open(payload, &format::bound_to(at.seq))
                .map(|plain| plain.to_vec())
                .map_err(|_| damaged(at, path, Damage::DoesNotOpen)),
            None => Ok(payload.to_vec()),
        }
    }

    /// Removes the segments that hold nothing beyond `seq`.
    pub(super) fn release(&mut self, seq: u64) -> Result<(), JournalError> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let wanted = seq.saturating_add(1).min(self.head.next_seq);
        if wanted == self.head.next_seq && self.tail_bytes() > self.segment_bytes / 4 {
            // Nothing in the last segment is needed either; with a new one after it, it can go. When there is no room
            // for a new one, what can go without it still makes some.
            if let Err(error) = self.rotate() {
                tracing::warn!(%error, "the journal could not begin a new segment; the old one stays a while");
            }
        }
        let kept_from = self.segments.partition_point(|segment| segment.first_seq <= wanted);
        let gone = kept_from.saturating_sub(1);
        if gone == 0 {
            return Ok(());
        }
        let removed: Vec<_> = self.segments.drain(..gone).collect();
        self.head.first_seq = self.segments.first().map_or(wanted, |segment| segment.first_seq);
        // The head goes first: a segment that it no longer counts may be there or not, one that it counts must be.
        self.write_head()?;
        self.sync_head()?;
        for segment in removed {
            self.bytes -= segment.bytes;
            remove(&segment.path)?;
        }
        sync_dir(&self.dir).map_err(|error| JournalError::file(&self.dir, error))
    }

    /// Makes the head durable if it was written since the last time.
    pub(super) fn sync_head(&mut self) -> Result<(), JournalError> {
        if self.head_unsynced {
            if let Err(error) = (self.medium.sync)(&self.head_file) {
                return Err(self.break_down(error));
            }
            self.head_unsynced = false;
        }
        Ok(())
    }

    pub(super) fn head_unsynced(&self) -> bool {
        self.head_unsynced
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.head.next_seq
    }

    pub(super) fn first_seq(&self) -> u64 {
        self.head.first_seq
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn tail_bytes(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.bytes)
    }

    fn end(&self) -> Mark {
        Mark {
            seq: self.head.next_seq,
            offset: self.tail_bytes(),
            chain: self.head.chain,
        }
    }

    /// Begins a new segment. All of the old one is on the disk: every append is synced before the next.
    fn rotate(&mut self) -> Result<(), JournalError> {
        if self
            .segments
            .last()
            .is_some_and(|segment| segment.first_seq == self.head.next_seq)
        {
            return Ok(());
        }
        let segment = create_segment(&self.dir, &self.key, &self.head, self.tail_bytes())?;
        self.tail = open_tail(&segment.path)?;
        self.bytes += segment.bytes;
        self.segments.push(segment);
        Ok(())
    }

    fn write_head(&mut self) -> Result<(), JournalError> {
        self.head.generation += 1;
        let bytes = self.head.encode(&self.key);
        if let Err(error) = (self.medium.write)(&self.head_file, &bytes, self.head.offset()) {
            return Err(self.break_down(error));
        }
        self.head_unsynced = true;
        Ok(())
    }

    fn break_down(&mut self, error: io::Error) -> JournalError {
        let broken = JournalError::Broken {
            path: self.dir.clone(),
            source: Arc::new(error),
        };
        tracing::error!(error = %broken, "the journal stops writing");
        self.broken = Some(broken.clone());
        broken
    }
}

fn damaged(at: Mark, path: &Path, what: Damage) -> JournalError {
    Tampered {
        seq: at.seq,
        segment: path.to_owned(),
        offset: at.offset,
        what,
    }
    .into()
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
