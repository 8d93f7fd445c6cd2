//! Why the server does not start, or stopped: what is wrong, where, and the remedy, in both languages. Logs are English.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use thiserror::Error as ThisError;
use tomori_runtime::audit::AuditError;
use tomori_runtime::i18n::Lang;
use tomori_runtime::remedy;
use tomori_runtime::seal::SealError;
use tomori_runtime::tls::{FilesError, TlsError};

use crate::cases::CaseError;
use crate::dispatch::DispatchError;
use crate::emergency::EmergencyError;
use crate::panels::PanelError;
use crate::partner::IdentityError;
use crate::people::PeopleError;
use crate::photos::PhotoError;
use crate::unlock::UnlockError;

/// Why the server does not start, or stopped.
#[derive(Debug, ThisError)]
pub enum ServerError {
    /// The computer's clock was never set.
    #[error("this computer's clock shows {now}, which cannot be; set it (timedatectl set-ntp true) and start again")]
    Clock {
        /// What it shows.
        now: Timestamp,
    },
    /// An address cannot be listened on.
    #[error("{key}: cannot listen on {address}; {}", remedy::listening(source, *address, Lang::En))]
    Listen {
        /// The configuration key.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The room of people.
    #[error("the room of people cannot be opened")]
    People(#[from] PeopleError),
    /// The room of panels.
    #[error("the room of panels cannot be opened")]
    Panels(#[from] PanelError),
    /// The room of cases.
    #[error("the room of cases cannot be opened")]
    Cases(#[from] CaseError),
    /// The room of guards and missions.
    #[error("the room of guards and missions cannot be opened")]
    Dispatch(#[from] DispatchError),
    /// The room of emergencies.
    #[error("the room of emergencies cannot be opened")]
    Emergency(#[from] EmergencyError),
    /// The room of passkeys and rosters.
    #[error("the room of passkeys and rosters cannot be opened")]
    Unlock(#[from] UnlockError),
    /// The room of photos.
    #[error("the room of photos cannot be opened")]
    Photos(#[from] PhotoError),
    /// The line to the platform.
    #[error("the line to the platform cannot be used")]
    Partner(#[from] IdentityError),
    /// The audit log.
    #[error("the audit log cannot be used")]
    Audit(#[from] AuditError),
    /// The key file.
    #[error("the server's key cannot be used")]
    Key(#[from] SealError),
    /// The key file is gone while what it sealed is there.
    #[error("{}: missing, and {} was sealed with it; put the key file back from the backup that it belongs to", key.display(), sealed.display())]
    KeyMissing {
        /// Where the key belongs.
        key: PathBuf,
        /// What needs it.
        sealed: PathBuf,
    },
    /// A certificate that does not fit.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsError),
    /// The files of the web's certificate do not fit.
    #[error("the web's certificate does not fit")]
    WebFiles(#[from] FilesError),
    /// A task ended that should not.
    #[error("{task} ended unexpectedly; see the log")]
    Ended {
        /// Which.
        task: &'static str,
    },
}

impl ServerError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, Self::Listen { source, .. }) => format!("{self} ({source})"),
            (Lang::Ja, Self::Listen { key, address, source }) => {
                format!(
                    "{key}: {address} で待ち受けできません。{}（{source}）",
                    remedy::listening(source, *address, lang)
                )
            }
            (Lang::En, Self::Clock { .. } | Self::KeyMissing { .. } | Self::Ended { .. }) => self.to_string(),
            (Lang::Ja, Self::Clock { now }) => format!(
                "このコンピューターの時計は {now} を指しています。ありえない時刻です。時計を合わせてから（timedatectl set-ntp true）、もう一度起動してください"
            ),
            (Lang::Ja, Self::KeyMissing { key, sealed }) => format!(
                "{}: ありません。{} はこの鍵で封じられています。対になるバックアップから鍵のファイルを戻してください",
                key.display(),
                sealed.display()
            ),
            (Lang::Ja, Self::Ended { task }) => {
                format!("警備会社の基盤の一部（{task}）が予期せず終了しました。ログを見てください")
            }
            (_, Self::WebFiles(error)) => error.message(lang),
            (_, error) => remedy::told(error, lang).unwrap_or_else(|| match lang {
                Lang::En => remedy::chain(error),
                Lang::Ja => format!(
                    "警備会社の基盤を動かせません（{}）。ログを見てください",
                    remedy::chain(error)
                ),
            }),
        }
    }
}
