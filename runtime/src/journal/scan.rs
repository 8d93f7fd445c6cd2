//! Reading records one after the other, each checked against the chain.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::format::{self, Chain, LONGEST, RECORD_LEN, RecordHead};
use crate::seal::MacKey;

/// A place between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The record that begins here.
    pub(super) seq: u64,
    /// The byte of its segment at which it begins.
    pub(super) offset: u64,
    /// The chain before it.
    pub(super) chain: Chain,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// An intact record; its payload is in [`Scanner::payload`].
    Record,
    /// The end of the segment.
    End,
    /// A record that is longer than what is left.
    Incomplete,
    /// Something that is not the next record.
    Wrong,
}

/// Walks through a segment.
pub(super) struct Scanner<'k> {
    key: &'k MacKey,
    file: BufReader<File>,
    end: u64,
    at: Mark,
    payload: Vec<u8>,
}

impl<'k> Scanner<'k> {
    /// Starts at `mark` and reads up to the byte `end`.
    pub(super) fn open(key: &'k MacKey, path: &Path, mark: Mark, end: u64) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(16 * 1024, File::open(path)?);
        file.seek(SeekFrom::Start(mark.offset))?;
        Ok(Self {
            key,
            file,
            end,
            at: mark,
            payload: Vec::new(),
        })
    }

    /// The place that has been reached.
    pub(super) fn at(&self) -> Mark {
        self.at
    }

    /// The payload of the last record, as it is stored.
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Reads the next record. Anything but a record leaves the place as it is.
    pub(super) fn step(&mut self) -> io::Result<Step> {
        let left = self.end.saturating_sub(self.at.offset);
        if left == 0 {
            return Ok(Step::End);
        }
        if left < RECORD_LEN as u64 {
            return Ok(Step::Incomplete);
        }
        let mut head = [0; RECORD_LEN];
        self.file.read_exact(&mut head)?;
        let Some(head) = RecordHead::decode(&head).filter(|head| head.seq == self.at.seq) else {
            return Ok(Step::Wrong);
        };
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Ok(Step::Wrong);
        }
        if u64::from(head.length) > left - RECORD_LEN as u64 {
            return Ok(Step::Incomplete);
        }
        self.payload.resize(length, 0);
        self.file.read_exact(&mut self.payload)?;
        if format::chain(self.key, &self.at.chain, self.at.seq, &self.payload) != head.chain {
            return Ok(Step::Wrong);
        }
        self.at = Mark {
            seq: self.at.seq + 1,
            offset: self.at.offset + (RECORD_LEN as u64) + u64::from(head.length),
            chain: head.chain,
        };
        Ok(Step::Record)
    }
}
