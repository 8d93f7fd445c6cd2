//! A certificate from two files, which are read again while the server runs: whoever renews it restarts nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use thiserror::Error;

use super::{TlsError, provider, server_config_with};
use crate::clock::{SharedClock, after};
use crate::i18n::Lang;
use crate::pki::{PeerCertificate, PkiError, any_key_from_pem, certificates_from_pem};
use crate::shutdown::Shutdown;

/// How often the files are read again.
const READ_EVERY: Duration = Duration::from_secs(3600);
/// How long before its end a certificate is warned of.
const WARN_BEFORE: Duration = Duration::from_secs(14 * 24 * 3600);

/// Why two files are not a certificate and its key. The keys of the configuration that name them are `web.certificate` and
/// `web.key`.
#[derive(Debug, Error)]
pub enum FilesError {
    /// One of them is not what it should be.
    #[error("{key} does not fit")]
    File {
        /// The key of the configuration.
        key: &'static str,
        /// What is wrong with it.
        #[source]
        source: PkiError,
    },
    /// They do not belong together.
    #[error("web.certificate, web.key: {} was not issued for the key in {}; name the two that belong together", certificate.display(), key.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What the library says.
        #[source]
        source: rustls::Error,
    },
}

impl FilesError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (_, Self::File { key, source }) => format!("{key}: {}", source.message(lang)),
            (Lang::En, Self::Pair { .. }) => self.to_string(),
            (Lang::Ja, Self::Pair { certificate, key, .. }) => format!(
                "web.certificate, web.key: {} は {} の鍵に発行された証明書ではありません。対になる二つを指定してください",
                certificate.display(),
                key.display()
            ),
        }
    }
}

/// The certificate that a server shows. Connections that come after it was replaced get the new one.
pub struct Shown(RwLock<Arc<CertifiedKey>>);

impl Shown {
    /// The first.
    #[must_use]
    pub fn new(first: CertifiedKey) -> Self {
        Self(RwLock::new(Arc::new(first)))
    }

    /// The next.
    pub fn replace(&self, next: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    fn now(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

/// A certificate from files.
#[derive(Debug)]
pub struct FileCertificate {
    certificate: PathBuf,
    key: PathBuf,
    shown: Arc<Shown>,
}

impl FileCertificate {
    /// Reads both files.
    ///
    /// # Errors
    /// When they are not a certificate and its key.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, FilesError> {
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            shown: Arc::new(Shown::new(load(certificate, key)?)),
        })
    }

    /// A TLS server for anybody.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn server(&self, clock: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        server_config_with(Arc::clone(&self.shown) as Arc<_>, clock).map(Arc::new)
    }

    /// Reads the files again every hour until the shutdown. What does not fit leaves the present one in place and is logged.
    pub async fn watch(self, clock: SharedClock, shutdown: Shutdown) {
        loop {
            self.warn_of_the_end(clock.now());
            tokio::select! {
                () = shutdown.wait() => return,
                () = clock.sleep_until(after(clock.now(), READ_EVERY)) => {}
            }
            self.read_again();
        }
    }

    fn read_again(&self) {
        match load(&self.certificate, &self.key) {
            Ok(next) => self.shown.replace(next),
            Err(error) => {
                let error = error.message(Lang::En);
                tracing::error!(error, "web.certificate cannot be read again; the present one stays");
            }
        }
    }

    /// Nobody but a person brings a new certificate; browsers turn people away once it is over.
    fn warn_of_the_end(&self, now: Timestamp) {
        let shown = self.shown.now();
        let Some(Ok(end)) = shown.cert.first().map(|leaf| PeerCertificate::last_moment(leaf)) else {
            return;
        };
        let file = self.certificate.display();
        if end <= now {
            tracing::error!(%file, %end, "web.certificate is no longer valid and browsers refuse it; put a new one there");
        } else if end <= after(now, WARN_BEFORE) {
            tracing::warn!(%file, %end, "web.certificate ends soon; put a new one there");
        }
    }
}

fn load(certificate: &Path, key: &Path) -> Result<CertifiedKey, FilesError> {
    let wrong = |key, source| FilesError::File { key, source };
    let chain = certificates_from_pem(certificate).map_err(|source| wrong("web.certificate", source))?;
    let private = any_key_from_pem(key).map_err(|source| wrong("web.key", source))?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    CertifiedKey::from_der(chain, private, &provider()).map_err(|source| FilesError::Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str) {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        std::fs::write(folder.join("web.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.join("web.key"), made.signing_key.serialize_pem()).unwrap();
    }

    #[test]
    fn files_are_read_again_and_bad_ones_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "one.example");
        let (pem, key) = (folder.path().join("web.pem"), folder.path().join("web.key"));
        let certificate = FileCertificate::open(&pem, &key).unwrap();
        let leaf = || certificate.shown.now().cert.clone();
        let first = leaf();
        put(folder.path(), "two.example");
        certificate.read_again();
        let second = leaf();
        assert_ne!(first, second);
        // Between two files that do not belong together, and with one that is none, the present one stays.
        std::fs::write(folder.path().join("web.key"), "no key").unwrap();
        certificate.read_again();
        assert_eq!(leaf(), second);
    }
}
