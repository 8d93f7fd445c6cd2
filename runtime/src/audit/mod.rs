//! Who did what, when, to what: a journal of JSON records in clear, chained, for the analysis of incidents (SR3-SP-6,
//! SR3-H-8). It can be read with any text tool, and not be changed without being found out.

mod log;

pub use log::{AuditError, AuditLog, verify_server};

use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::journal::{self, Journal, JournalError, Opened, Options, Tampered, Verified};
use crate::seal::MacKey;

const SEGMENT: u64 = 4 * 1024 * 1024;
/// Ten years of a busy installation; nothing is ever released by itself.
const MOST: u64 = 64 * 1024 * 1024 * 1024;
const LONGEST_WORD: usize = 200;
const LONGEST_DETAIL: usize = 4_000;

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who did it, or who tried.
    pub who: String,
    /// What: `noun.verb`.
    pub what: String,
    /// To what.
    pub subject: String,
    /// What else matters; no secrets, no personal information.
    pub detail: String,
}

/// An audit log that is open for writing. Clones are the same log.
#[derive(Clone)]
pub struct Audit {
    journal: Journal,
}

impl Audit {
    /// Opens the log of a folder, or begins one there.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open(folder: &Path, key: MacKey) -> Result<(Self, Opened), JournalError> {
        let (journal, opened) = Journal::open(folder, options(), key)?;
        Ok((Self { journal }, opened))
    }

    /// Writes a record; it is on the disk when this returns. Texts are cut to 200 characters, the detail to 4,000.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn record(&self, record: Record) -> Result<u64, JournalError> {
        let cut = |text: String, most: usize| text.chars().take(most).collect::<String>();
        let record = Record {
            at: record.at,
            who: cut(record.who, LONGEST_WORD),
            what: cut(record.what, LONGEST_WORD),
            subject: cut(record.subject, LONGEST_WORD),
            detail: cut(record.detail, LONGEST_DETAIL),
        };
        // Strings and a time cannot fail to serialise.
        let bytes = serde_json::to_vec(&record).unwrap_or_default();
        self.journal.append(vec![bytes]).await
    }

    /// The newest records, newest first, at most so many, older than `before` where it is given; each with its number.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn newest(&self, most: usize, before: Option<u64>) -> Result<Vec<(u64, Record)>, JournalError> {
        let end = before.unwrap_or(u64::MAX).min(self.journal.next_seq());
        let from = end.saturating_sub(most as u64).max(self.journal.first_seq());
        let wanted = usize::try_from(end.saturating_sub(from)).unwrap_or(0);
        let entries = self.journal.read_from(from, wanted, usize::MAX).await?;
        Ok(entries
            .into_iter()
            .rev()
            .filter_map(|(seq, bytes)| serde_json::from_slice(&bytes).ok().map(|record| (seq, record)))
            .collect())
    }

    /// Closes the log; what was asked before is on the disk when this returns, and other clones are closed, too.
    pub async fn close(self) {
        self.journal.close().await;
    }
}

/// Reads a whole log and tells whether the chain holds.
///
/// # Errors
/// The first bad place.
pub fn verify(folder: &Path, key: &MacKey) -> Result<Verified, Tampered> {
    journal::verify(folder, &options(), key)
}

fn options() -> Options {
    Options {
        sealer: None,
        segment_bytes: SEGMENT,
        max_bytes: MOST,
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").field("next", &self.journal.next_seq()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::seal::{KeyFile, KeyStore as _};

    fn record(number: usize) -> Record {
        Record {
            at: Timestamp::from_second(number as i64).unwrap(),
            who: "somebody".to_owned(),
            what: "door.opened".to_owned(),
            subject: format!("door {number}"),
            detail: "長".repeat(5_000),
        }
    }

    /// T3-10 EP① データ改ざん: a record of the audit log is changed.
    #[tokio::test]
    async fn a_changed_record_is_found_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let key = || {
            let keys = KeyFile::open_or_create(&folder.path().join("key"), &SystemEntropy).unwrap();
            keys.mac_key("audit").unwrap()
        };
        let place = folder.path().join("audit");
        let (audit, _) = Audit::open(&place, key()).unwrap();
        for number in 1..=9 {
            assert_eq!(audit.record(record(number)).await.unwrap(), number as u64);
        }
        let newest = audit.newest(2, None).await.unwrap();
        assert_eq!(newest.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [9, 8]);
        assert_eq!(newest[0].1.detail.chars().count(), LONGEST_DETAIL);
        assert_eq!(audit.newest(5, Some(3)).await.unwrap().len(), 2);
        assert_eq!(verify(&place, &key()).unwrap().entries, 9);
        let path = place.join("00000000000000000001.seg");
        let text = std::fs::read(&path).unwrap();
        let at = text.windows(6).position(|window| window == b"door 5").unwrap();
        let mut changed = text.clone();
        changed[at + 5] = b'6';
        std::fs::write(&path, changed).unwrap();
        assert_eq!(verify(&place, &key()).unwrap_err().seq, 5);
    }
}
