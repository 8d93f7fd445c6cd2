//! The head: where the chain begins and how far it has come, under a MAC. Two slots, written in turn: a crash in the
//! middle of one leaves the other.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;

use super::JournalError;
use crate::seal::MacKey;

pub(super) type Hash = [u8; 32];

const SLOT: usize = 256;
const CONTENT: usize = 8 * 3 + 32 * 2;

/// What the head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Counts up with each writing.
    pub(super) count: u64,
    /// The first entry that is still there.
    pub(super) first_seq: u64,
    /// The hash of the entry before it.
    pub(super) first_after: Hash,
    /// The number that the next entry gets.
    pub(super) next_seq: u64,
    /// The hash of the last entry.
    pub(super) last: Hash,
}

pub(super) struct HeadFile {
    path: PathBuf,
    file: File,
    key: MacKey,
}

impl Head {
    pub(super) fn beginning() -> Self {
        Self {
            count: 0,
            first_seq: 1,
            first_after: [0; 32],
            next_seq: 1,
            last: [0; 32],
        }
    }

    fn encode(&self, key: &MacKey) -> Vec<u8> {
        let mut slot = Vec::with_capacity(SLOT);
        slot.extend_from_slice(&self.count.to_be_bytes());
        slot.extend_from_slice(&self.first_seq.to_be_bytes());
        slot.extend_from_slice(&self.first_after);
        slot.extend_from_slice(&self.next_seq.to_be_bytes());
        slot.extend_from_slice(&self.last);
        let tag = hmac::sign(key, &slot);
        slot.extend_from_slice(tag.as_ref());
        slot.resize(SLOT, 0);
        slot
    }

    fn decode(slot: &[u8], key: &MacKey) -> Option<Self> {
        let (content, rest) = slot.split_at_checked(CONTENT)?;
        let (tag, _) = rest.split_at_checked(32)?;
        hmac::verify(key, content, tag).ok()?;
        let (count, content) = content.split_first_chunk::<8>()?;
        let (first_seq, content) = content.split_first_chunk::<8>()?;
        let (first_after, content) = content.split_first_chunk::<32>()?;
        let (next_seq, content) = content.split_first_chunk::<8>()?;
        let (last, _) = content.split_first_chunk::<32>()?;
        Some(Self {
            count: u64::from_be_bytes(*count),
            first_seq: u64::from_be_bytes(*first_seq),
            first_after: *first_after,
            next_seq: u64::from_be_bytes(*next_seq),
            last: *last,
        })
    }
}

/// The newest head of a folder; `None` when there is no head file or no slot of it holds.
pub(super) fn read(folder: &Path, key: &MacKey) -> Result<Option<Head>, JournalError> {
    let path = folder.join("head");
    let bytes = match crate::file::read_bounded(&path, SLOT * 2) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(JournalError::file(&path, error)),
    };
    Ok(bytes
        .chunks(SLOT)
        .filter_map(|slot| Head::decode(slot, key))
        .max_by_key(|head| head.count))
}

impl HeadFile {
    pub(super) fn open(folder: &Path, key: MacKey) -> Result<Self, JournalError> {
        let path = folder.join("head");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| JournalError::file(&path, error))?;
        Ok(Self { path, file, key })
    }

    pub(super) fn write(&self, head: &Head) -> Result<(), JournalError> {
        let slot = head.encode(&self.key);
        let offset = if head.count.is_multiple_of(2) { 0 } else { SLOT as u64 };
        self.file
            .write_all_at(&slot, offset)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| JournalError::file(&self.path, error))
    }
}
