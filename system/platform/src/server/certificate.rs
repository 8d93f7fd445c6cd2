//! The certificates of the platform's own authority, and their renewal while it runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::pki::{PeerCertificate, PrivateKey};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{
    Shown, TlsError, asking_server_config_with, mutual_server_config_with, provider, server_config_with,
};

use super::ServerError;
use crate::auth::gateways;

/// How soon a renewal that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(300);

/// A certificate of the platform's own authority that is renewed in place.
pub(super) struct Certificate {
    gateways: gateways::Service,
    key: PrivateKey,
    names: Vec<String>,
    shown: Arc<Shown>,
    renew_at: Timestamp,
}

impl Certificate {
    /// For a key in a file.
    pub(super) fn open(gateways: &gateways::Service, key: &Path, names: Vec<String>) -> Result<Self, ServerError> {
        let key = PrivateKey::open_or_create(key)?;
        let (first, renew_at) = issue(gateways, &key, &names)?;
        Ok(Self {
            gateways: gateways.clone(),
            key,
            names,
            shown: Arc::new(Shown::new(first)),
            renew_at,
        })
    }

    /// A TLS server that asks for certificates of `root_der`.
    pub(super) fn mutual_server(&self, root_der: &[u8], wall: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        mutual_server_config_with(Arc::clone(&self.shown) as Arc<_>, root_der, wall).map(Arc::new)
    }

    /// A TLS server that takes certificates of `root_der` from those who have one.
    pub(super) fn asking_server(&self, root_der: &[u8], wall: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        asking_server_config_with(Arc::clone(&self.shown) as Arc<_>, root_der, wall).map(Arc::new)
    }

    /// A TLS server for anybody.
    pub(super) fn server(&self, wall: SharedClock) -> Result<Arc<ServerConfig>, TlsError> {
        server_config_with(Arc::clone(&self.shown) as Arc<_>, wall).map(Arc::new)
    }

    /// Renews until the shutdown.
    pub(super) async fn renew(mut self, wall: SharedClock, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = wall.sleep_until(self.renew_at) => {}
            }
            self.renew_at = match issue(&self.gateways, &self.key, &self.names) {
                Ok((next, renew_at)) => {
                    self.shown.replace(next);
                    renew_at
                }
                Err(error) => {
                    tracing::error!(%error, "a certificate of the platform cannot be renewed; the present one stays");
                    after(wall.now(), TRY_AGAIN)
                }
            };
        }
    }
}

/// The next certificate, and when it is to be renewed.
fn issue(
    gateways: &gateways::Service,
    key: &PrivateKey,
    names: &[String],
) -> Result<(CertifiedKey, Timestamp), ServerError> {
    let issued = gateways.certify_platform(key, names)?;
    let leaf = issued.chain_der.first().map(Vec::as_slice).unwrap_or_default();
    let renew_at = PeerCertificate::renewal_due(leaf)?;
    let chain = issued.chain_der.iter().cloned().map(CertificateDer::from).collect();
    let certified = CertifiedKey::from_der(chain, key.to_tls(), &provider()).map_err(TlsError::Identity)?;
    Ok((certified, renew_at))
}
