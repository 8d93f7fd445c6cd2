//! What can be wrong with a journal, and where.

use std::path::PathBuf;

use thiserror::Error;

/// A torn tail that was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {bytes} bytes from offset {offset} on were an entry that a crash had torn; they were cut off", segment.display())]
pub struct Repair {
    /// The segment.
    pub segment: PathBuf,
    /// From which byte on.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// Why a journal cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It has grown as large as it may.
    #[error("the journal is full: {bytes} of {most} bytes")]
    Full {
        /// How large it is.
        bytes: u64,
        /// How large it may be.
        most: u64,
    },
    /// An entry is larger than any may be.
    #[error("an entry of {bytes} bytes is larger than an entry may be (1 MiB)")]
    TooLarge {
        /// How large it is.
        bytes: usize,
    },
    /// The disk has no room.
    #[error("{}: the disk is full; make room, nothing was lost", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The file system says no.
    #[error("{}: cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Somebody has it open.
    #[error("{}: open in another program; stop that one first", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// It is not what was written.
    #[error("the journal is damaged; restore the folder from a backup, or move it away to begin a new one")]
    Damaged(#[source] Tampered),
    /// A write failed and could not be taken back; the journal has to be opened again.
    #[error("the journal was closed after a write that failed; restart the program")]
    Closed,
}

/// The first place where a journal is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("entry {seq} ({}, offset {offset}): {what}", segment.display())]
pub struct Tampered {
    /// The first entry that is wrong or missing.
    pub seq: u64,
    /// The file.
    pub segment: PathBuf,
    /// The byte.
    pub offset: u64,
    /// What is wrong.
    pub what: &'static str,
}

impl JournalError {
    pub(super) fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::StorageFull {
            Self::DiskFull { path: path.to_owned() }
        } else {
            Self::File {
                path: path.to_owned(),
                source,
            }
        }
    }
}

impl From<JournalError> for Tampered {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Damaged(tampered) => tampered,
            JournalError::File { path, .. } => Self {
                seq: 0,
                segment: path,
                offset: 0,
                what: "the file cannot be read",
            },
            _ => Self {
                seq: 0,
                segment: PathBuf::new(),
                offset: 0,
                what: "the journal cannot be read",
            },
        }
    }
}
