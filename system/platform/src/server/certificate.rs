//! The platform's own certificates, and their renewal while it runs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::pki::{PeerCertificate, PrivateKey, any_key_from_pem, certificates_from_pem};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{
    TlsError, asking_server_config_with, mutual_server_config_with, provider, server_config_with,
};

use super::ServerError;
use crate::auth::gateways;

/// How often files are read again.
const READ_EVERY: Duration = Duration::from_secs(3600);
/// How long before its end a certificate from files is warned of.
const WARN_BEFORE: Duration = Duration::from_secs(14 * 24 * 3600);
/// How soon a renewal that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(300);

/// A certificate that is renewed in place: connections that come after a renewal get the new one.
pub(super) struct Certificate {
    source: Source,
    current: Arc<Current>,
    renew_at: Option<Timestamp>,
}

enum Source {
    Authority {
        gateways: gateways::Service,
        key: PrivateKey,
        names: Vec<String>,
    },
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
}

struct Current {
    key: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// A certificate of the platform's own authority, for a key in a file.
    pub(super) fn of_authority(
        gateways: &gateways::Service,
        key: &Path,
        names: Vec<String>,
    ) -> Result<Self, ServerError> {
        Self::from_source(Source::Authority {
            gateways: gateways.clone(),
            key: PrivateKey::open_or_create(key)?,
            names,
        })
    }

    /// A certificate from files.
    pub(super) fn of_files(certificate: PathBuf, key: PathBuf) -> Result<Self, ServerError> {
        Self::from_source(Source::Files { certificate, key })
    }

    fn from_source(source: Source) -> Result<Self, ServerError> {
        let (key, renew_at) = source.load()?;
        let current = Arc::new(Current {
            key: RwLock::new(Arc::new(key)),
        });
        Ok(Self {
            source,
            current,
            renew_at,
        })
    }

    /// A TLS server that asks for certificates of `root_der`.
    pub(super) fn mutual_server(&self, root_der: &[u8], wall: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        mutual_server_config_with(Arc::clone(&self.current) as Arc<_>, root_der, wall).map(Arc::new)
    }

    /// A TLS server that takes certificates of `root_der` from those who have one.
    pub(super) fn asking_server(&self, root_der: &[u8], wall: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        asking_server_config_with(Arc::clone(&self.current) as Arc<_>, root_der, wall).map(Arc::new)
    }

    /// A TLS server for anybody.
    pub(super) fn server(&self, wall: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        server_config_with(Arc::clone(&self.current) as Arc<_>, wall).map(Arc::new)
    }

    /// Renews until the shutdown.
    pub(super) async fn renew(mut self, wall: SharedClock, shutdown: Shutdown) {
        loop {
            self.warn_of_the_end(wall.now());
            let at = self.renew_at.unwrap_or_else(|| after(wall.now(), READ_EVERY));
            tokio::select! {
                () = shutdown.wait() => return,
                () = wall.sleep_until(at) => {}
            }
            self.renew_at = match self.source.load() {
                Ok((key, renew_at)) => {
                    *self.current.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
                    renew_at
                }
                Err(error) => {
                    tracing::error!(%error, "a certificate of the platform cannot be renewed; the present one stays");
                    Some(after(wall.now(), TRY_AGAIN))
                }
            };
        }
    }
}

impl Certificate {
    /// Nobody but a person brings a new certificate for files; browsers turn people away once it is over.
    fn warn_of_the_end(&self, now: Timestamp) {
        let Source::Files { certificate, .. } = &self.source else {
            return;
        };
        let current = Arc::clone(&self.current.key.read().unwrap_or_else(PoisonError::into_inner));
        let Some(Ok(end)) = current.cert.first().map(|leaf| PeerCertificate::last_moment(leaf)) else {
            return;
        };
        let file = certificate.display();
        if end <= now {
            tracing::error!(%file, %end, "web.certificate is no longer valid and browsers refuse it; put a new one there");
        } else if end <= after(now, WARN_BEFORE) {
            tracing::warn!(%file, %end, "web.certificate ends soon; put a new one there");
        }
    }
}

impl Source {
    /// The certificate, and when it is to be renewed; `None` when the files are to be looked at again.
    fn load(&self) -> Result<(CertifiedKey, Option<Timestamp>), ServerError> {
        match self {
            Self::Authority { gateways, key, names } => {
                let issued = gateways.certify_platform(key, names)?;
                let leaf = issued.chain_der.first().map(Vec::as_slice).unwrap_or_default();
                let renew_at = PeerCertificate::renewal_due(leaf)?;
                let chain = issued.chain_der.iter().cloned().map(CertificateDer::from).collect();
                let certified = CertifiedKey::from_der(chain, key.to_tls(), &provider()).map_err(TlsError::Identity)?;
                Ok((certified, Some(renew_at)))
            }
            Self::Files { certificate, key } => {
                let wrong = |key, source| ServerError::WebFile { key, source };
                let chain = certificates_from_pem(certificate)
                    .map_err(|source| wrong("web.certificate", source))?
                    .into_iter()
                    .map(CertificateDer::from)
                    .collect();
                let private = any_key_from_pem(key).map_err(|source| wrong("web.key", source))?;
                let certified =
                    CertifiedKey::from_der(chain, private, &provider()).map_err(|source| ServerError::WebPair {
                        certificate: certificate.clone(),
                        key: key.clone(),
                        source,
                    })?;
                Ok((certified, None))
            }
        }
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}
