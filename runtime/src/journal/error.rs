//! What can be wrong with a journal, each with its place and remedy, in both languages.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use crate::i18n::Lang;

/// Why the journal did not do what it was asked.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process, or another part of this one, has it open.
    #[error("{}: in use by another process; stop it and try again", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// Something was changed, removed or lost.
    #[error(transparent)]
    Damaged(#[from] Tampered),
    /// It holds as much as it may.
    #[error("the journal is full ({bytes} of {most} bytes); release what has been acknowledged")]
    Full {
        /// How much it holds.
        bytes: u64,
        /// How much it may hold.
        most: u64,
    },
    /// The disk is full. Nothing of the entry remains.
    #[error("{}: the disk is full; free some space, nothing was written", path.display())]
    DiskFull {
        /// The directory.
        path: PathBuf,
    },
    /// The entry is longer than [`super::LARGEST_ENTRY`].
    #[error("an entry of {bytes} bytes is too long; the longest is {}", super::LARGEST_ENTRY)]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// The disk failed while writing. What it holds is unknown until the journal is opened again.
    #[error("{}: the disk failed while writing; check the disk and start the program again", path.display())]
    Broken {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// A file cannot be opened, read, made or written.
    #[error("{}: cannot be read or written; check that it belongs to the user that runs this program", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The library refused to seal the entry.
    #[error("the entry could not be sealed")]
    Seal,
    /// The journal has been closed.
    #[error("the journal is closed; the program is stopping")]
    Closed,
}

/// The first bad place of a journal. Everything before `seq` is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message(Lang::En))]
pub struct Tampered {
    /// The first entry that is not, or may not be, as it was written.
    pub seq: u64,
    /// The file.
    pub segment: PathBuf,
    /// The byte in that file where the bad place begins.
    pub offset: u64,
    /// What is wrong there.
    pub what: Damage,
}

/// What is wrong at one place of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// There are segments, but no head.
    HeadMissing,
    /// The head was changed, or was written with another key.
    HeadChanged,
    /// One of the two copies of the head is damaged. Told by `verify` only; opening repairs it.
    HeadCopyDamaged,
    /// A segment that is known to exist is not there.
    SegmentMissing,
    /// The beginning of a segment was changed.
    SegmentChanged,
    /// A segment does not follow the one before it: it was replaced, cut or put in from elsewhere.
    SegmentDoesNotFollow,
    /// An entry was changed, or does not follow the one before it.
    EntryChanged,
    /// Entries that are known to have been written are missing at the end.
    EndMissing,
    /// The entry is intact, but the key does not open it.
    DoesNotOpen,
    /// The file cannot be read at all.
    Unreadable,
}

/// What was cut after a crash, when the journal was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The file.
    pub segment: PathBuf,
    /// The byte from which it was cut.
    pub offset: u64,
    /// How many bytes were cut.
    pub bytes: u64,
    /// What they were.
    pub what: Repaired,
}

/// What a repair dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repaired {
    /// An entry that was being written and that nobody had been told was safe.
    UnfinishedEntry,
    /// A segment that was being made.
    UnfinishedSegment,
    /// One of the two copies of the head; it was written anew.
    HeadCopy,
}

impl JournalError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return match self {
                Self::File { source, .. } | Self::Broken { source, .. } => format!("{self} ({source})"),
                other => other.to_string(),
            };
        }
        let at = |path: &Path, what: &str| format!("{}: {what}", path.display());
        match self {
            Self::InUse { path } => at(path, "別のプロセスが使用中です。それを止めてからやり直してください"),
            Self::Damaged(tampered) => tampered.message(lang),
            Self::Full { bytes, most } => {
                format!("記録がいっぱいです（{most} バイト中 {bytes} バイト）。受領済みのものを解放してください")
            }
            Self::DiskFull { path } => at(
                path,
                "ディスクに空きがありません。空きを作ってください（何も書かれていません）",
            ),
            Self::TooLarge { bytes } => {
                format!(
                    "{bytes} バイトの記録は長すぎます。上限は {} バイトです",
                    super::LARGEST_ENTRY
                )
            }
            Self::Broken { path, source } => at(
                path,
                &format!(
                    "書き込み中のディスクの故障です（{source}）。ディスクを確かめ、プログラムを起動し直してください"
                ),
            ),
            Self::File { path, source } => at(
                path,
                &format!("読み書きできません（{source}）。このプログラムを動かすユーザーのものか確かめてください"),
            ),
            Self::Seal => "記録を封印できませんでした".to_owned(),
            Self::Closed => "記録は閉じられています。プログラムは終了するところです".to_owned(),
        }
    }

    pub(super) fn file(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            // No room: on the disk, in the quota, or in what the process may write.
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { path }
            }
            _ => Self::File {
                path,
                source: Arc::new(error),
            },
        }
    }
}

impl From<JournalError> for Tampered {
    fn from(error: JournalError) -> Self {
        let segment = match error {
            JournalError::Damaged(tampered) => return tampered,
            JournalError::File { path, .. } => path,
            _ => PathBuf::new(),
        };
        Self {
            seq: 0,
            segment,
            offset: 0,
            what: Damage::Unreadable,
        }
    }
}

impl Tampered {
    /// What is wrong, where, and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let (finding, (_, remedy)) = (self.finding(lang), self.what.words(lang));
        match lang {
            _ if self.what == Damage::Unreadable => finding,
            Lang::En => format!("{finding}; {remedy}"),
            Lang::Ja => format!("{finding}。{remedy}"),
        }
    }

    /// What is wrong and where, without the remedy: for a program whose journal is one part of something larger, where
    /// another remedy holds.
    #[must_use]
    pub fn finding(&self, lang: Lang) -> String {
        let (file, offset, seq) = (self.segment.display(), self.offset, self.seq);
        let (what, _) = self.what.words(lang);
        match lang {
            _ if self.what == Damage::Unreadable => format!("{file}: {what}"),
            Lang::En => format!("{file}: byte {offset}, entry {seq}: {what}"),
            Lang::Ja => format!("{file}: {offset} バイト目、記録 {seq}: {what}"),
        }
    }
}

impl Damage {
    fn words(self, lang: Lang) -> (&'static str, &'static str) {
        let keep = match lang {
            Lang::En => "keep a copy of the directory as evidence, then move it away to start a new journal",
            Lang::Ja => "証拠としてディレクトリの写しを取り、移動してから新しい記録を始めてください",
        };
        let (en, ja) = match self {
            Self::HeadMissing => ("the head file has been removed", "先頭ファイルが取り除かれています"),
            Self::HeadChanged => (
                "the head file has been changed, or the key file is not the one it was written with",
                "先頭ファイルが変更されたか、鍵ファイルが書いたときのものと違います",
            ),
            Self::HeadCopyDamaged => {
                return match lang {
                    Lang::En => (
                        "one of the two copies of the head is damaged: a power cut while it was written, or tampering",
                        "start the program, which repairs it and says so",
                    ),
                    Lang::Ja => (
                        "先頭の2つの写しの一方が壊れています（書き込み中の停電か、改ざん）",
                        "プログラムを起動すると修復して知らせます",
                    ),
                };
            }
            Self::SegmentMissing => ("a segment has been removed", "区切りファイルが取り除かれています"),
            Self::SegmentChanged => (
                "the beginning of the segment has been changed",
                "区切りファイルの始まりが変更されています",
            ),
            Self::SegmentDoesNotFollow => (
                "the segment does not follow the one before it: one of them was cut or replaced",
                "区切りファイルが前のものに続いていません（切られたか、置き換えられています）",
            ),
            Self::EntryChanged => (
                "the entry has been changed, moved or removed",
                "記録が変更、移動、または削除されています",
            ),
            Self::EndMissing => (
                "entries that had been written are missing from here on",
                "ここから先の、書かれていたはずの記録がありません",
            ),
            Self::DoesNotOpen => (
                "the entry does not open: the key file is not the one it was sealed with",
                "記録が開きません（鍵ファイルが封印時のものと違います）",
            ),
            Self::Unreadable => (
                "the file cannot be read; check the path and its permissions",
                "ファイルを読めません。パスと権限を確かめてください",
            ),
        };
        (if lang == Lang::En { en } else { ja }, keep)
    }
}

impl Repair {
    /// What was cut and what it means, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let (file, offset, bytes) = (self.segment.display(), self.offset, self.bytes);
        match (self.what, lang) {
            (Repaired::HeadCopy, Lang::En) => {
                format!("{file}: one of the two copies of the head was damaged and has been written anew")
            }
            (Repaired::HeadCopy, Lang::Ja) => {
                format!("{file}: 先頭の2つの写しの一方が壊れていたため、書き直しました")
            }
            (Repaired::UnfinishedEntry, Lang::En) => format!(
                "{file}: cut {bytes} bytes at byte {offset}: the unfinished end of the last writing before the program was stopped; no entry that was acknowledged is lost"
            ),
            (Repaired::UnfinishedEntry, Lang::Ja) => format!(
                "{file}: {offset} バイト目から {bytes} バイトを切り取りました。プログラムが止まる直前の書きかけで、受領された記録は失われていません"
            ),
            (Repaired::UnfinishedSegment, Lang::En) => {
                format!(
                    "{file}: removed a segment of {bytes} bytes that was being made when the program was stopped; it held nothing"
                )
            }
            (Repaired::UnfinishedSegment, Lang::Ja) => {
                format!(
                    "{file}: プログラムが止まったとき作りかけだった {bytes} バイトの区切りファイルを取り除きました。中身はありません"
                )
            }
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}
