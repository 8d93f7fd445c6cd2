//! Why the platform does not start, or stopped: what is wrong, where, and the remedy, in both languages. Logs are English.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use thiserror::Error as ThisError;
use tomori_runtime::db::DbError;
use tomori_runtime::i18n::Lang;
use tomori_runtime::journal::{JournalError, Tampered};
use tomori_runtime::pki::PkiError;
use tomori_runtime::seal::SealError;
use tomori_runtime::tls::TlsError;

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
    #[error("{key}: cannot listen on {address}; {}", listen_remedy(source, *address, Lang::En))]
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
    /// A file of the web's certificate is not what it should be.
    #[error("{key} does not fit")]
    WebFile {
        /// The configuration key.
        key: &'static str,
        /// Why.
        #[source]
        source: PkiError,
    },
    /// The web's certificate is for another key.
    #[error("web.certificate, web.key: {} was not issued for the key in {}; name the two that belong together", certificate.display(), key.display())]
    WebPair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What the library says.
        #[source]
        source: rustls::Error,
    },
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
            (
                Lang::En,
                Self::Clock { .. }
                | Self::KeyMissing { .. }
                | Self::KeyWrong { .. }
                | Self::WebPair { .. }
                | Self::Ended { .. },
            ) => self.to_string(),
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
                listen_remedy(source, *address, lang)
            ),
            (_, Self::WebFile { key, source }) => format!("{key}: {}", source.message(lang)),
            (Lang::Ja, Self::WebPair { certificate, key, .. }) => format!(
                "web.certificate, web.key: {} は {} の鍵に発行された証明書ではありません。対になる二つを指定してください",
                certificate.display(),
                key.display()
            ),
            (Lang::Ja, Self::Ended { task }) => {
                format!("基盤の一部（{task}）が予期せず終了しました。ログを見てください")
            }
            (_, error) => innermost(error, lang).unwrap_or_else(|| match lang {
                Lang::En => chain(error),
                Lang::Ja => format!("基盤を動かせません（{}）。ログを見てください", chain(error)),
            }),
        }
    }
}

/// What the innermost error says that knows its file and its remedy: "the gateways' room" helps nobody to find the file.
fn innermost(error: &(dyn Error + 'static), lang: Lang) -> Option<String> {
    let said = |error: &(dyn Error + 'static)| {
        let of = error;
        None.or_else(|| of.downcast_ref::<DbError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<PkiError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<SealError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<JournalError>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<Tampered>().map(|error| error.message(lang)))
            .or_else(|| of.downcast_ref::<TlsError>().map(|error| error.message(lang)))
    };
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(text) = said(error) {
            return Some(text);
        }
        at = error.source();
    }
    None
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn listen_remedy(source: &io::Error, address: SocketAddr, lang: Lang) -> String {
    let port = address.port();
    match (source.kind(), lang) {
        (io::ErrorKind::AddrInUse, Lang::En) => {
            "another program uses it; stop that one, or choose another address in the configuration".to_owned()
        }
        (io::ErrorKind::AddrInUse, Lang::Ja) => {
            "別のプログラムが使用中です。それを止めるか、設定で別のアドレスを選んでください".to_owned()
        }
        (io::ErrorKind::AddrNotAvailable, Lang::En) => {
            "it is no address of this computer; choose one that is".to_owned()
        }
        (io::ErrorKind::AddrNotAvailable, Lang::Ja) => {
            "このコンピューターのアドレスではありません。このコンピューターのアドレスを選んでください".to_owned()
        }
        (io::ErrorKind::PermissionDenied, Lang::En) => format!(
            "this user may not use port {port}; choose one above 1023, or grant the right (CAP_NET_BIND_SERVICE)"
        ),
        (io::ErrorKind::PermissionDenied, Lang::Ja) => format!(
            "このユーザーはポート {port} を使えません。1024 以上を選ぶか、権限（CAP_NET_BIND_SERVICE）を与えてください"
        ),
        (_, Lang::En) => "choose another address in the configuration".to_owned(),
        (_, Lang::Ja) => "設定で別のアドレスを選んでください".to_owned(),
    }
}
