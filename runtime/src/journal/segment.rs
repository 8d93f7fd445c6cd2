//! Segments: how entries lie in a file, and how a folder of them is read from end to end.
//!
//! A segment is a header (`TOMORIJ1`, number of its first entry, hash of the entry before it) and records: length of
//! the body (4 bytes), body, hash. The hash covers the hash before, the number and the body, so an entry cannot be
//! changed, left out, doubled or moved.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use super::head::{self, Hash, Head};
use super::{JournalError, LARGEST_ENTRY, Options, Tampered};
use crate::seal::MacKey;

pub(super) const HEADER: u64 = 8 + 8 + 32;
/// Length and hash around a body.
pub(super) const AROUND: u64 = 4 + 32;
const MAGIC: &[u8; 8] = b"TOMORIJ1";
/// What sealing adds to a body.
const SEALING: usize = 12 + 16;
/// The buffer is small on purpose: a gateway has little memory, and entries are small.
const BUFFER: usize = 8 * 1024;

/// A segment on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) first_seq: u64,
    pub(super) bytes: u64,
}

/// What a folder holds.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) segments: Vec<Segment>,
    pub(super) first_seq: u64,
    pub(super) next_seq: u64,
    pub(super) head: Head,
    pub(super) last: Hash,
    /// The end of the last segment is torn from this byte on.
    pub(super) torn_at: Option<u64>,
    /// Segments from before the head's beginning, left over by a crash while they were given up.
    pub(super) leftovers: Vec<PathBuf>,
}

/// A record that was read.
pub(super) enum Record {
    /// A whole one; its body may be left unread.
    Whole { body: Vec<u8>, hash: Hash },
    /// The end of the file, exactly.
    End,
    /// Not a whole one.
    Torn,
}

/// Reads records of one segment.
pub(super) struct Reader {
    input: BufReader<File>,
    length: u64,
    pub(super) offset: u64,
}

pub(super) fn path(folder: &Path, first_seq: u64) -> PathBuf {
    folder.join(format!("{first_seq:020}.seg"))
}

pub(super) fn header(first_seq: u64, after: &Hash) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&first_seq.to_be_bytes());
    bytes.extend_from_slice(after);
    bytes
}

pub(super) fn hash(before: &Hash, seq: u64, body: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(&seq.to_be_bytes());
    context.update(body);
    let mut out = [0; 32];
    out.iter_mut()
        .zip(context.finish().as_ref())
        .for_each(|(to, from)| *to = *from);
    out
}

impl Reader {
    /// Opens a segment; tells its header's number and hash, `None` when it has no whole header.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<(u64, Hash)>), JournalError> {
        let error = |source| JournalError::file(path, source);
        let file = File::open(path).map_err(error)?;
        let length = file.metadata().map_err(error)?.len();
        let mut reader = Self {
            input: BufReader::with_capacity(BUFFER, file),
            length,
            offset: 0,
        };
        let mut bytes = [0; HEADER as usize];
        if length < HEADER {
            return Ok((reader, None));
        }
        reader.input.read_exact(&mut bytes).map_err(error)?;
        reader.offset = HEADER;
        let parsed = bytes.strip_prefix(MAGIC).and_then(|rest| {
            let (seq, after) = rest.split_first_chunk::<8>()?;
            let (after, _) = after.split_first_chunk::<32>()?;
            Some((u64::from_be_bytes(*seq), *after))
        });
        Ok((reader, parsed))
    }

    pub(super) fn seek(&mut self, offset: u64) -> std::io::Result<()> {
        self.input.seek(SeekFrom::Start(offset))?;
        self.offset = offset;
        Ok(())
    }

    pub(super) fn next(&mut self) -> std::io::Result<Record> {
        let left = self.length.saturating_sub(self.offset);
        if left == 0 {
            return Ok(Record::End);
        }
        if left < AROUND {
            return Ok(Record::Torn);
        }
        let mut length = [0; 4];
        self.input.read_exact(&mut length)?;
        let body_length = u32::from_be_bytes(length) as usize;
        if body_length > LARGEST_ENTRY + SEALING || left < AROUND + body_length as u64 {
            return Ok(Record::Torn);
        }
        let mut body = vec![0; body_length];
        self.input.read_exact(&mut body)?;
        let mut hash = [0; 32];
        self.input.read_exact(&mut hash)?;
        self.offset += AROUND + body_length as u64;
        Ok(Record::Whole { body, hash })
    }
}

/// Opens a body with the sealer, where there is one.
pub(super) fn open_body(options: &Options, seq: u64, body: Vec<u8>) -> Option<Vec<u8>> {
    match &options.sealer {
        None => Some(body),
        Some(sealer) => sealer.open(&body, &seq.to_be_bytes()).ok().map(|plain| plain.to_vec()),
    }
}

/// Reads a folder from end to end.
pub(super) fn scan(folder: &Path, options: &Options, anchor: &MacKey) -> Result<Found, JournalError> {
    let (mut segments, mut leftovers) = (list(folder)?, Vec::new());
    let damaged = |seq, segment: &Path, offset, what| {
        JournalError::Damaged(Tampered {
            seq,
            segment: segment.to_owned(),
            offset,
            what,
        })
    };
    let head = match head::read(folder, anchor)? {
        Some(head) => head,
        // The first header is written before the first head: a crash between the two leaves one empty segment.
        None if segments
            .iter()
            .all(|segment| segment.first_seq == 1 && segment.bytes <= HEADER) =>
        {
            Head::beginning()
        }
        None => {
            return Err(damaged(
                1,
                &folder.join("head"),
                0,
                "the head is missing, or was not written by this installation",
            ));
        }
    };
    while segments.get(1).is_some_and(|second| second.first_seq <= head.first_seq) {
        leftovers.push(segments.remove(0).path);
    }
    let (mut seq, mut last, mut torn_at) = (head.first_seq, head.first_after, None);
    let count = segments.len();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == count;
        let (mut reader, parsed) = Reader::open(&segment.path)?;
        match parsed {
            Some((first, after)) if first == seq && after == last => (),
            None if is_last && seq >= head.next_seq => {
                torn_at = Some(0);
                break;
            }
            _ => {
                return Err(damaged(
                    seq,
                    &segment.path,
                    0,
                    "the segment does not continue the one before it",
                ));
            }
        }
        loop {
            let offset = reader.offset;
            let record = reader
                .next()
                .map_err(|error| JournalError::file(&segment.path, error))?;
            let what = match record {
                Record::End => break,
                Record::Torn => "the entry is cut off",
                Record::Whole { body, hash: stored } => {
                    if hash(&last, seq, &body) != stored {
                        "the entry was changed, moved or replaced"
                    } else if open_body(options, seq, body).is_none() {
                        "the entry was sealed with another key or for another place"
                    } else {
                        last = stored;
                        seq += 1;
                        if seq == head.next_seq && last != head.last {
                            return Err(damaged(
                                seq - 1,
                                &segment.path,
                                offset,
                                "the entry is not the one that the head knows",
                            ));
                        }
                        continue;
                    }
                }
            };
            // Nobody was ever told that entries behind the head are durable.
            if is_last && seq >= head.next_seq {
                torn_at = Some(offset);
                break;
            }
            return Err(damaged(seq, &segment.path, offset, what));
        }
    }
    if seq < head.next_seq {
        let place = segments
            .last()
            .map_or_else(|| path(folder, seq), |segment| segment.path.clone());
        let bytes = segments.last().map_or(0, |segment| segment.bytes);
        return Err(damaged(seq, &place, bytes, "entries are missing at the end"));
    }
    Ok(Found {
        segments,
        first_seq: head.first_seq,
        next_seq: seq,
        head,
        last,
        torn_at,
        leftovers,
    })
}

fn list(folder: &Path) -> Result<Vec<Segment>, JournalError> {
    let error = |source| JournalError::file(folder, source);
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        let name = entry.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_suffix(".seg"))
            .and_then(|text| text.parse().ok());
        if let Some(first_seq) = number {
            let bytes = entry.metadata().map_err(error)?.len();
            segments.push(Segment {
                path: entry.path(),
                first_seq,
                bytes,
            });
        }
    }
    segments.sort_by_key(|segment| segment.first_seq);
    Ok(segments)
}
