//! The web's certificate from files.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::pki::{any_key_from_pem, certificates_from_pem};
use tomori_runtime::tls::{provider, server_config_with};

use super::ServerError;
use crate::config::Web;

#[derive(Debug)]
struct Fixed(Arc<CertifiedKey>);

impl ResolvesServerCert for Fixed {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A TLS server with the certificate that the configuration names.
pub(super) fn server(web: &Web, clock: SharedClock) -> Result<Arc<ServerConfig>, ServerError> {
    let wrong = |key, source| ServerError::WebFile { key, source };
    let certificate = web.certificate.clone().unwrap_or_default();
    let chain = certificates_from_pem(&certificate).map_err(|source| wrong("web.certificate", source))?;
    let key = any_key_from_pem(&web.key.clone().unwrap_or_default()).map_err(|source| wrong("web.key", source))?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(ServerError::WebPair)?;
    let config = server_config_with(Arc::new(Fixed(Arc::new(certified))), clock)?;
    Ok(Arc::new(config))
}
