//! The web's certificate from files, which are read again while the server runs: whoever renews it restarts nothing.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::pki::{PeerCertificate, any_key_from_pem, certificates_from_pem};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{provider, server_config_with};

use super::ServerError;
use crate::config::Web;

/// How often the files are read again.
const READ_EVERY: Duration = Duration::from_secs(3600);
/// How long before its end a certificate is warned of.
const WARN_BEFORE: Duration = Duration::from_secs(14 * 24 * 3600);

/// A certificate from files. Connections that come after a renewal get the new one.
pub(super) struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
}

struct Current(RwLock<Arc<CertifiedKey>>);

impl Certificate {
    /// The certificate that the configuration names.
    pub(super) fn open(web: &Web) -> Result<Self, ServerError> {
        let certificate = web.certificate.clone().unwrap_or_default();
        let key = web.key.clone().unwrap_or_default();
        let first = load(&certificate, &key)?;
        Ok(Self {
            certificate,
            key,
            current: Arc::new(Current(RwLock::new(Arc::new(first)))),
        })
    }

    /// A TLS server for anybody.
    pub(super) fn server(&self, clock: SharedClock) -> Result<Arc<ServerConfig>, ServerError> {
        let config = server_config_with(Arc::clone(&self.current) as Arc<_>, clock)?;
        Ok(Arc::new(config))
    }

    /// Reads the files again every hour until the shutdown. What does not fit leaves the present one in place and is logged.
    pub(super) async fn watch(self, clock: SharedClock, shutdown: Shutdown) {
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
            Ok(key) => *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "web.certificate cannot be read again; the present one stays");
            }
        }
    }

    /// Nobody but a person brings a new certificate; browsers turn people away once it is over.
    fn warn_of_the_end(&self, now: Timestamp) {
        let current = Arc::clone(&self.current.0.read().unwrap_or_else(PoisonError::into_inner));
        let Some(Ok(end)) = current.cert.first().map(|leaf| PeerCertificate::last_moment(leaf)) else {
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

fn load(certificate: &std::path::Path, key: &std::path::Path) -> Result<CertifiedKey, ServerError> {
    let wrong = |key, source| ServerError::WebFile { key, source };
    let chain = certificates_from_pem(certificate).map_err(|source| wrong("web.certificate", source))?;
    let key = any_key_from_pem(key).map_err(|source| wrong("web.key", source))?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    CertifiedKey::from_der(chain, key, &provider()).map_err(ServerError::WebPair)
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
        let web = Web {
            certificate: Some(folder.path().join("web.pem")),
            key: Some(folder.path().join("web.key")),
            ..Web::default()
        };
        let certificate = Certificate::open(&web).unwrap();
        let leaf = || certificate.current.0.read().unwrap().cert.clone();
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
