//! TLS 1.3, both ends: server and client configurations that take their time from our clock, and a door that accepts
//! connections without letting anybody stand in it (SR3-SP-9, SR3-H-4, SR3-SP-5).

mod acceptor;
mod files;
mod pinned;

pub use acceptor::{Accepted, Acceptor, Connection, Limits, Tally};
pub use files::{FileCertificate, FilesError, Shown};

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use thiserror::Error;

use crate::clock::SharedClock;
use crate::i18n::Lang;
use crate::pki::PrivateKey;

/// A certificate chain and its key.
#[derive(Debug)]
pub struct Identity<'a> {
    /// The holder's certificate first, then its issuers; DER.
    pub chain_der: Vec<Vec<u8>>,
    /// The holder's key.
    pub key: &'a PrivateKey,
}

/// Why a configuration cannot be made.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A certificate or key does not fit.
    #[error("the certificate does not fit its key, or is not a certificate")]
    Identity(#[source] rustls::Error),
    /// The authority's certificate cannot be used as a root.
    #[error("the authority's certificate cannot be used as a root")]
    Root(#[source] rustls::Error),
    /// The verifier cannot be made from the roots.
    #[error("no verifier can be made from the authority's certificate")]
    Verifier(#[source] rustls::client::VerifierBuilderError),
}

impl TlsError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let source: &dyn fmt::Display = match self {
            Self::Identity(source) | Self::Root(source) => source,
            Self::Verifier(source) => source,
        };
        match (lang, self) {
            (Lang::En, _) => format!("{self} ({source}); restore key and certificate from the same backup"),
            (Lang::Ja, Self::Identity(_)) => format!(
                "証明書と鍵が合わないか、証明書ではありません（{source}）。鍵と証明書を同じバックアップから戻してください"
            ),
            (Lang::Ja, Self::Root(_) | Self::Verifier(_)) => {
                format!("認証局の証明書を使えません（{source}）。鍵と証明書を同じバックアップから戻してください")
            }
        }
    }
}

/// A server that asks every client for a certificate of `root_der` and speaks to nobody else.
///
/// # Errors
/// When the identity or the root does not fit.
pub fn mutual_server_config(
    identity: &Identity<'_>,
    root_der: &[u8],
    clock: SharedClock,
) -> Result<ServerConfig, TlsError> {
    mutual_server_config_with(resolver(identity)?, root_der, clock)
}

/// As [`mutual_server_config`], with a certificate that may change while the server runs.
///
/// # Errors
/// When the root does not fit.
pub fn mutual_server_config_with(
    certificates: Arc<dyn ResolvesServerCert>,
    root_der: &[u8],
    clock: SharedClock,
) -> Result<ServerConfig, TlsError> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(root_der)?), provider())
        .build()
        .map_err(TlsError::Verifier)?;
    mutual(verifier, certificates, clock)
}

/// As [`mutual_server_config_with`], for a door at which some come without a certificate, HTTP/2 and HTTP/1.1: one that is
/// shown has to be of `root_der`, and whoever answers has to look whether there was one.
///
/// # Errors
/// When the root does not fit.
pub fn asking_server_config_with(
    certificates: Arc<dyn ResolvesServerCert>,
    root_der: &[u8],
    clock: SharedClock,
) -> Result<ServerConfig, TlsError> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(root_der)?), provider())
        .allow_unauthenticated()
        .build()
        .map_err(TlsError::Verifier)?;
    let mut config = mutual(verifier, certificates, clock)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn mutual(
    verifier: Arc<dyn ClientCertVerifier>,
    certificates: Arc<dyn ResolvesServerCert>,
    clock: SharedClock,
) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(ClockTime(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Identity)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(certificates);
    // Session tickets would let a client whose certificate was revoked in between come back without showing it.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.max_early_data_size = 0;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// A server that anybody may speak to, HTTP/2 and HTTP/1.1.
///
/// # Errors
/// When the identity does not fit.
pub fn server_config(identity: &Identity<'_>, clock: SharedClock) -> Result<ServerConfig, TlsError> {
    server_config_with(resolver(identity)?, clock)
}

/// As [`server_config`], with a certificate that may change while the server runs.
///
/// # Errors
/// When the protocol version is not available.
pub fn server_config_with(
    certificates: Arc<dyn ResolvesServerCert>,
    clock: SharedClock,
) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(ClockTime(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Identity)?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// A client that trusts `root_der` alone, and shows `identity` when it has one.
///
/// # Errors
/// When the identity or the root does not fit.
pub fn client_config(
    root_der: &[u8],
    identity: Option<&Identity<'_>>,
    clock: SharedClock,
) -> Result<ClientConfig, TlsError> {
    let provider = provider();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(root_der)?), Arc::clone(&provider))
        .build()
        .map_err(TlsError::Verifier)?;
    let builder = ClientConfig::builder_with_details(provider, Arc::new(ClockTime(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Identity)?
        .with_webpki_verifier(verifier);
    let mut config = match identity {
        Some(identity) => {
            // The server has the authority's certificate. Sent along, it would be kept with each connection.
            let shown = chain(identity).into_iter().filter(|der| der.as_ref() != root_der);
            builder
                .with_client_auth_cert(shown.collect(), identity.key.to_tls())
                .map_err(TlsError::Identity)?
        }
        None => builder.with_no_client_auth(),
    };
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// A client that knows of the authority nothing but the beginning of its fingerprint, from an enrolment code: the
/// server has to present a chain that ends in a certificate with that fingerprint and holds under it.
///
/// # Errors
/// When the protocol version is not available.
pub fn pinned_client_config(fingerprint_prefix: &[u8], clock: SharedClock) -> Result<ClientConfig, TlsError> {
    let provider = provider();
    let verifier = pinned::PinnedVerifier::new(fingerprint_prefix.to_vec(), Arc::clone(&provider));
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(ClockTime(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Identity)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// The cryptography every connection uses.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn roots(root_der: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(root_der.to_vec()))
        .map_err(TlsError::Root)?;
    Ok(roots)
}

fn resolver(identity: &Identity<'_>) -> Result<Arc<dyn ResolvesServerCert>, TlsError> {
    let certified = CertifiedKey::from_der(chain(identity), identity.key.to_tls(), &provider());
    let certified = certified.map_err(TlsError::Identity)?;
    Ok(Arc::new(SingleCertAndKey::from(certified)))
}

fn chain(identity: &Identity<'_>) -> Vec<CertificateDer<'static>> {
    identity.chain_der.iter().cloned().map(CertificateDer::from).collect()
}

/// Certificates expire by the clock that everything else goes by, so that a test (or a fast demo) has one time only.
struct ClockTime(SharedClock);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClockTime")
    }
}

#[cfg(test)]
mod tests;
