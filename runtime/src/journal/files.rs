//! Making, locking and removing a journal's files, and taking away what a crash left of them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::error::{JournalError, Repair, Repaired};
use super::format::{self, HEADER_LEN, Head, Header};
use super::scan::Mark;
use super::survey::{HEAD_FILE, Segment, Survey, segment_path};
use crate::file::{lock_patiently, sync_dir, write_atomic};
use crate::seal::MacKey;

const LOCK_FILE: &str = "lock";

pub(super) fn lock(dir: &Path) -> Result<File, JournalError> {
    let failed = |error: io::Error| JournalError::file(dir, error);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(dir.join(LOCK_FILE))
        .map_err(failed)?;
    match lock_patiently(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Takes away what a crash left, and says what.
pub(super) fn repair(dir: &Path, found: &mut Survey) -> Result<Option<Repair>, JournalError> {
    let failed = |error: io::Error| JournalError::file(dir, error);
    let repaired = if let Some((segment, bytes)) = found.unfinished_segment.take() {
        remove(&segment)?;
        Some(Repair {
            segment,
            offset: 0,
            bytes,
            what: Repaired::UnfinishedSegment,
        })
    } else if let (1.., Some(segment)) = (found.unfinished_bytes, found.segments.last()) {
        let file = open_tail(&segment.path)?;
        file.set_len(segment.bytes)
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        Some(Repair {
            segment: segment.path.clone(),
            offset: segment.bytes,
            bytes: found.unfinished_bytes,
            what: Repaired::UnfinishedEntry,
        })
    } else if found.head_copy_damaged {
        Some(Repair {
            segment: dir.join(HEAD_FILE),
            offset: 0,
            bytes: 0,
            what: Repaired::HeadCopy,
        })
    } else {
        None
    };
    for path in &found.leftovers {
        remove(path)?;
    }
    if !found.leftovers.is_empty() || repaired.is_some() {
        sync_dir(dir).map_err(failed)?;
    }
    if let Some(repair) = &repaired {
        tracing::warn!(%repair, "journal repaired");
    }
    Ok(repaired)
}

/// The head of a journal that holds nothing. It comes before the first segment: a head alone is a beginning, a
/// segment alone is a head removed.
pub(super) fn create_head(dir: &Path, key: &MacKey) -> Result<Head, JournalError> {
    let path = dir.join(HEAD_FILE);
    let head = Head {
        generation: 1,
        first_seq: 1,
        next_seq: 1,
        chain: format::GENESIS,
    };
    let mut bytes = Head { generation: 0, ..head }.encode(key);
    bytes.extend(head.encode(key));
    write_atomic(&path, &bytes).map_err(|error| JournalError::file(&path, error))?;
    Ok(head)
}

pub(super) fn create_segment(dir: &Path, key: &MacKey, head: &Head, before_len: u64) -> Result<Segment, JournalError> {
    let path = segment_path(dir, head.next_seq);
    let header = Header {
        first_seq: head.next_seq,
        chain: head.chain,
        before_len,
    };
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|file| file.write_all_at(&header.encode(key), 0).and_then(|()| file.sync_all()))
        .and_then(|()| sync_dir(dir));
    if let Err(error) = made {
        // An unfinished segment would be recognised and removed at the next start; better that it is not there.
        let _ = fs::remove_file(&path);
        return Err(JournalError::file(&path, error));
    }
    Ok(Segment {
        path,
        first_seq: head.next_seq,
        bytes: HEADER_LEN as u64,
        marks: vec![Mark {
            seq: head.next_seq,
            offset: HEADER_LEN as u64,
            chain: head.chain,
        }],
    })
}

pub(super) fn open_tail(path: &Path) -> Result<File, JournalError> {
    OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(|error| JournalError::file(path, error))
}

pub(super) fn remove(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(JournalError::file(path, error)),
        _ => Ok(()),
    }
}
