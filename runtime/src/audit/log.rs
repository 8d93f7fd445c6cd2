//! The audit log of a server, as its rooms use it (SR3-SP-6): one chained log for all of them.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use thiserror::Error;

use super::{Audit, Record};
use crate::clock::SharedClock;
use crate::entropy::SystemEntropy;
use crate::http::{RateLimiter, Refill};
use crate::i18n::Lang;
use crate::journal::{JournalError, Tampered, Verified};
use crate::seal::{KeyFile, KeyStore, SealError};

/// The log's folder in the data directory.
const FOLDER: &str = "audit";
const PURPOSE: &str = "audit";

/// Refusals of one kind that are noted: enough to see an attack, too few to be one.
const REFUSALS: Refill = Refill {
    burst: 30.0,
    per_second: 0.1,
};

/// The audit log, as the rooms use it. Clones are the same log.
#[derive(Clone)]
pub struct AuditLog {
    inner: Arc<Inner>,
}

struct Inner {
    /// Gone when the log is closed.
    log: RwLock<Option<Audit>>,
    clock: SharedClock,
    refusals: RateLimiter<&'static str>,
    failing: AtomicBool,
}

/// Why the audit log cannot be opened or does not hold.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The log cannot be opened.
    #[error("the audit log cannot be opened")]
    Journal(#[from] JournalError),
    /// The key that its chain is anchored with.
    #[error("the audit log's key cannot be used")]
    Key(#[from] SealError),
    /// No server has kept a log in this directory.
    #[error("{}: no server has kept an audit log here; name the data directory of one", .0.display())]
    Absent(std::path::PathBuf),
    /// It was changed.
    #[error("the audit log was changed")]
    Tampered(#[from] Tampered),
}

impl AuditError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Journal(error) => error.message(lang),
            Self::Key(error) => error.message(lang),
            Self::Tampered(tampered) => tampered.message(lang),
            Self::Absent(_) if lang == Lang::En => self.to_string(),
            Self::Absent(folder) => format!(
                "{}: ここには監査ログがありません。サーバーのデータディレクトリを指定してください",
                folder.display()
            ),
        }
    }
}

impl AuditLog {
    /// Opens the log in a data directory, or begins one there; anchored with a key of `keys`. It takes its times from
    /// the wall clock.
    ///
    /// # Errors
    /// When the log was changed, or cannot be read or written.
    pub fn open(data: &Path, keys: &dyn KeyStore, wall: SharedClock) -> Result<Self, AuditError> {
        let (log, opened) = Audit::open(&data.join(FOLDER), keys.mac_key(PURPOSE)?)?;
        if let Some(repair) = opened.repaired {
            tracing::warn!(
                segment = %repair.segment.display(),
                bytes = repair.bytes,
                "a record of the audit log was torn by a crash before it was complete, and was cut off"
            );
        }
        Ok(Self {
            inner: Arc::new(Inner {
                log: RwLock::new(Some(log)),
                clock: wall,
                refusals: RateLimiter::new(REFUSALS, 200),
                failing: AtomicBool::new(false),
            }),
        })
    }

    /// Records an act: who did what to whom, and what else matters. `what` is `noun.verb` (`gateway.revoked`);
    /// `detail` holds no secret and no personal information. Returns when the entry is on the disk; when the disk
    /// refuses it, the ordinary log has it, and [`is_failing`](Self::is_failing) tells until a later one succeeds.
    pub async fn record(&self, who: &str, what: &'static str, subject: &str, detail: &str) {
        let record = Record {
            at: self.inner.clock.now(),
            who: who.to_owned(),
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        };
        let written = match self.log() {
            Some(log) => log.record(record).await,
            None => Err(JournalError::Closed),
        };
        self.inner.failing.store(written.is_err(), Ordering::Relaxed);
        match written {
            Ok(_) => tracing::info!(who, what, subject, detail, "audit"),
            Err(error) => tracing::error!(who, what, subject, detail, %error, "the audit log cannot be written"),
        }
    }

    /// Records that somebody was refused, unless there are so many of that kind that the notes would be the attack;
    /// those go to the ordinary log only.
    pub async fn record_refusal(&self, who: &str, what: &'static str, subject: &str, why: &str) {
        match self.inner.refusals.take(&what, 1.0, self.inner.clock.now()) {
            Ok(()) => self.record(who, what, subject, why).await,
            Err(_) => tracing::warn!(
                who,
                what,
                subject,
                why,
                "refused; too many to note each in the audit log"
            ),
        }
    }

    /// The newest records, newest first, each with its number; at most `most`, and older than `before`.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn newest(&self, most: usize, before: Option<u64>) -> Result<Vec<(u64, Record)>, AuditError> {
        let log = self.log().ok_or(JournalError::Closed)?;
        Ok(log.newest(most, before).await?)
    }

    /// Closes the log: what is recorded from now on reaches the ordinary log only.
    pub async fn close(&self) {
        let log = self.inner.log.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(log) = log {
            log.close().await;
        }
    }

    fn log(&self) -> Option<Audit> {
        self.inner.log.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the last record could not be written.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.inner.failing.load(Ordering::Relaxed)
    }
}

/// Reads the whole log in the data directory of a server that may be stopped or running, and tells whether the chain
/// holds. `key_file` is the name of the server's key file there.
///
/// # Errors
/// [`AuditError::Tampered`] with the first bad place, or why it cannot be told.
pub fn verify_server(data: &Path, key_file: &str) -> Result<Verified, AuditError> {
    let (folder, key) = (data.join(FOLDER), data.join(key_file));
    if !folder.is_dir() || !key.is_file() {
        return Err(AuditError::Absent(data.to_owned()));
    }
    let keys = KeyFile::open_or_create(&key, &SystemEntropy)?;
    Ok(super::verify(&folder, &keys.mac_key(PURPOSE)?)?)
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditLog")
    }
}
