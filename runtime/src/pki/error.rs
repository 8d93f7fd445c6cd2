//! What can go wrong with keys and certificates, each with its remedy, in both languages.

use std::path::PathBuf;

use jiff::Timestamp;
use thiserror::Error;

use crate::i18n::Lang;

/// What can go wrong with keys and certificates.
#[derive(Debug, Error)]
pub enum PkiError {
    /// A file cannot be read or written.
    #[error("{}: cannot be read or written; check that it exists, that the disk has room, and that it belongs to the user that runs this program", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A private key file is readable by others than its owner.
    #[error("{}: the private key can be read by other users; run `chmod 600` on it, and replace the key if others may have read it", path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
    },
    /// A file does not hold what its name says.
    #[error("{}: not a {}; restore it from a backup", path.display(), expected.words(Lang::En))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was expected in it.
        expected: Content,
    },
    /// A certificate request is not acceptable.
    #[error("the certificate request is refused: {0}")]
    Request(&'static str),
    /// A certificate lacks something or has too much of it.
    #[error("the certificate is refused: {0}")]
    Certificate(&'static str),
    /// The library refused to make a key or a certificate.
    #[error("a key or certificate cannot be made")]
    Generate(#[source] rcgen::Error),
    /// A moment is outside what certificates can say.
    #[error("the time {0} does not fit into a certificate; check the clock")]
    Time(Timestamp),
    /// The computer's clock is outside the time of the authority.
    #[error("{}: valid from {from} to {to}, and this computer's clock shows {now}; set the clock. If the clock is right, put the right file in its place from a backup", path.display())]
    OutOfTime {
        /// The authority's certificate.
        path: PathBuf,
        /// What the clock shows.
        now: Timestamp,
        /// The first moment of the certificate.
        from: Timestamp,
        /// Its last moment.
        to: Timestamp,
    },
}

/// What a file should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A private key.
    PrivateKey,
    /// A private key of any kind.
    AnyPrivateKey,
    /// A certificate.
    Certificate,
    /// The certificate of the authority's key.
    CertificateOfAuthority,
    /// The private key of the authority's certificate.
    KeyOfAuthority,
}

impl PkiError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return match self {
                Self::File { source, .. } => format!("{self} ({source})"),
                Self::Generate(source) => format!("{self}: {source}"),
                other => other.to_string(),
            };
        }
        match self {
            Self::File { path, source } => format!(
                "{}: 読み書きできません（{source}）。ファイルがあること、ディスクに空きがあること、このプログラムを動かすユーザーのものであることを確かめてください",
                path.display()
            ),
            Self::KeyExposed { path } => format!(
                "{}: ほかのユーザーが秘密鍵を読めます。chmod 600 を実行し、読まれたおそれがあれば鍵を取り替えてください",
                path.display()
            ),
            Self::Unreadable { path, expected } => format!(
                "{}: {}ではありません。バックアップから戻してください",
                path.display(),
                expected.words(lang)
            ),
            Self::Request(why) => format!("証明書の申請を受け付けられません（{why}）"),
            Self::Certificate(why) => format!("証明書を使えません（{why}）"),
            Self::Generate(source) => format!("鍵か証明書を作れません（{source}）"),
            Self::Time(at) => format!("時刻 {at} は証明書に書けません。時計を確かめてください"),
            Self::OutOfTime { path, now, from, to } => format!(
                "{}: 有効なのは {from} から {to} までですが、このコンピューターの時計は {now} です。時計を合わせてください。時計が正しければ、正しいファイルをバックアップから戻してください",
                path.display()
            ),
        }
    }
}

impl Content {
    fn words(self, lang: Lang) -> &'static str {
        match (lang, self) {
            (Lang::En, Self::PrivateKey) => "P-256 private key in PEM",
            (Lang::En, Self::AnyPrivateKey) => "private key in PEM",
            (Lang::Ja, Self::AnyPrivateKey) => "PEM 形式の秘密鍵",
            (Lang::En, Self::Certificate) => "certificate in PEM",
            (Lang::En, Self::CertificateOfAuthority) => "certificate of the key in ca.key",
            (Lang::En, Self::KeyOfAuthority) => "private key of ca.pem",
            (Lang::Ja, Self::PrivateKey) => "PEM 形式の P-256 の秘密鍵",
            (Lang::Ja, Self::Certificate) => "PEM 形式の証明書",
            (Lang::Ja, Self::CertificateOfAuthority) => "ca.key の鍵の証明書",
            (Lang::Ja, Self::KeyOfAuthority) => "ca.pem の秘密鍵",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_in_both_languages_with_its_file() {
        let path = PathBuf::from("/data/ca.pem");
        let moment = Timestamp::UNIX_EPOCH;
        let of_a_file = |error: &PkiError| !matches!(error, PkiError::Time(_) | PkiError::Request(_));
        for error in [
            PkiError::File {
                path: path.clone(),
                source: std::io::Error::other("detail"),
            },
            PkiError::KeyExposed { path: path.clone() },
            PkiError::Unreadable {
                path: path.clone(),
                expected: Content::Certificate,
            },
            PkiError::Request("why"),
            PkiError::Time(moment),
            PkiError::OutOfTime {
                path,
                now: moment,
                from: moment,
                to: moment,
            },
        ] {
            let (en, ja) = (error.message(Lang::En), error.message(Lang::Ja));
            assert!(en.is_ascii() && ja.chars().any(|letter| letter >= 'ぁ'), "{en} {ja}");
            assert_eq!(
                of_a_file(&error),
                en.contains("/data/ca.pem") && ja.contains("/data/ca.pem")
            );
        }
    }
}
