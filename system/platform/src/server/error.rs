//! Why the platform does not start, or stopped: what is wrong, where, and the remedy, in both languages. Logs are English.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use thiserror::Error as ThisError;
use tomori_runtime::db::DbError;
use tomori_runtime::i18n::Lang;
use tomori_runtime::pki::PkiError;
use tomori_runtime::remedy;
use tomori_runtime::seal::SealError;
use tomori_runtime::tls::{FilesError, TlsError};

use crate::audit::AuditError;
use crate::auth::companies::CompanyError;
use crate::auth::gateways::GatewayError;
use crate::auth::people::PeopleError;
use crate::personal_info::PersonalInfoError;
use crate::services::dispatch::DispatchError;
use crate::services::shutter::ShutterError;
use crate::services::unlock::UnlockError;

/// Why the platform does not start, or stopped.
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
    /// A room's database.
    #[error("a database cannot be opened")]
    Storage(#[from] DbError),
    /// The room of companies' servers.
    #[error("the room of companies' servers cannot be opened")]
    Companies(#[from] CompanyError),
    /// The gateways' room.
    #[error("the gateways' room cannot be opened")]
    Gateways(#[from] GatewayError),
    /// The room of personal information.
    #[error("the room of personal information cannot be opened")]
    PersonalInfo(#[from] PersonalInfoError),
    /// The room of residents and operators.
    #[error("the room of residents and operators cannot be opened")]
    People(#[from] PeopleError),
    /// The shutter service.
    #[error("the shutter service cannot be opened")]
    Shutter(#[from] ShutterError),
    /// The dispatch service.
    #[error("the dispatch service cannot be opened")]
    Dispatch(#[from] DispatchError),
    /// The road of unlocks.
    #[error("the room of bundles and rosters cannot be opened")]
    Unlock(#[from] UnlockError),
    /// The audit log.
    #[error("the audit log cannot be used")]
    Audit(#[from] AuditError),
    /// The key file.
    #[error("the platform's key cannot be used")]
    Key(#[from] SealError),
    /// A key file is not the one that the database was sealed with.
    #[error("{}: not the key that {} was sealed with; put the key file back from the backup that it belongs to", key.display(), sealed.display())]
    KeyWrong {
        /// The key that is there.
        key: PathBuf,
        /// What another key sealed.
        sealed: PathBuf,
    },
    /// A key file is gone while what it sealed is there.
    #[error("{}: missing, and {} was sealed with it; put the key file back from the backup that it belongs to", key.display(), sealed.display())]
    KeyMissing {
        /// Where the key belongs.
        key: PathBuf,
        /// What needs it.
        sealed: PathBuf,
    },
    /// A certificate of the platform.
    #[error("a certificate of the platform cannot be made")]
    Pki(#[from] PkiError),
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
            (Lang::En, Self::Clock { .. } | Self::KeyMissing { .. } | Self::KeyWrong { .. } | Self::Ended { .. }) => {
                self.to_string()
            }
            (Lang::Ja, Self::Clock { now }) => format!(
                "このコンピューターの時計は {now} を指しています。ありえない時刻です。時計を合わせてから（timedatectl set-ntp true）、もう一度起動してください"
            ),
            (Lang::Ja, Self::KeyWrong { key, sealed }) => format!(
                "{}: {} を封じた鍵ではありません。対になるバックアップから鍵のファイルを戻してください",
                key.display(),
                sealed.display()
            ),
            (Lang::Ja, Self::KeyMissing { key, sealed }) => format!(
                "{}: ありません。{} はこの鍵で封じられています。対になるバックアップから鍵のファイルを戻してください",
                key.display(),
                sealed.display()
            ),
            (Lang::En, Self::Listen { source, .. }) => format!("{self} ({source})"),
            (Lang::Ja, Self::Listen { key, address, source }) => format!(
                "{key}: {address} で待ち受けできません。{}（{source}）",
                remedy::listening(source, *address, lang)
            ),
            (_, Self::WebFiles(error)) => error.message(lang),
            (Lang::Ja, Self::Ended { task }) => {
                format!("基盤の一部（{task}）が予期せず終了しました。ログを見てください")
            }
            (_, error) => remedy::told(error, lang).unwrap_or_else(|| match lang {
                Lang::En => remedy::chain(error),
                Lang::Ja => format!("基盤を動かせません（{}）。ログを見てください", remedy::chain(error)),
            }),
        }
    }
}
