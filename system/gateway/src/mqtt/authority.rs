//! The house's own authority: it alone says which device of the house is which (SR2-H-2). Its key is made here, sealed
//! here and leaves this gateway never.
//!
//! Its certificates last as long as the house's equipment may: a sensor that falls silent because a date has passed
//! guards nobody, and has no way to ask for a new date. What ends a certificate is the equipment list, at once
//! (`docs/adr/0101`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rustls::ServerConfig;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_runtime::clock::{Clock, EARLIEST, SharedClock};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::pki::{CertificateAuthority, LifeTime, PeerCertificate, PkiError, PrivateKey, certificates_to_pem};
use tomori_runtime::tls::{Identity, TlsError, mutual_server_config, server_config};
use tomori_smart_home::{DeviceId, HomeId};
use zeroize::Zeroizing;

use crate::vault::{Vault, VaultError};

/// The sealed file.
const AUTHORITY: &str = "device-authority";
const COMMON_NAME: &str = "Tomori devices of one house";
const URN: &str = "urn:tomori:device:";
/// 2056-01-01: longer than anything lasts that is screwed to a wall today.
const LAST: Timestamp = Timestamp::constant(2_713_910_400, 0);

/// Why there is no authority, or no certificate of it.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// Its sealed file cannot be used.
    #[error(transparent)]
    Vault(VaultError),
    /// Its key or a certificate cannot be used or made.
    #[error("the house's own authority cannot be used")]
    Pki(#[source] PkiError),
    /// TLS cannot be set up with it.
    #[error("TLS cannot be set up for the devices of the house")]
    Tls(#[source] TlsError),
}

/// What a device of another maker is set up with, as PEM. Whoever has it is that device.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Papers {
    /// Its private key.
    pub key: String,
    /// Its certificate.
    pub certificate: String,
    /// The certificate of the house's authority, by which it knows the gateway.
    pub authority: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sealed {
    key: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
}

/// The authority of one house.
pub(super) struct Authority {
    authority: CertificateAuthority,
    entropy: SharedEntropy,
    clock: SharedClock,
}

/// Who a certificate says its holder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) home: HomeId,
    pub(super) device: DeviceId,
    pub(super) generation: u32,
}

impl Authority {
    /// Takes up the authority of this gateway, or makes it.
    pub(super) fn open(vault: &Vault, wall: SharedClock, entropy: SharedEntropy) -> Result<Self, AuthorityError> {
        let sealed: Option<Sealed> = vault.read(AUTHORITY).map_err(AuthorityError::Vault)?;
        let authority = match sealed {
            Some(sealed) => {
                let key = PrivateKey::from_der(&sealed.key).map_err(AuthorityError::Pki)?;
                CertificateAuthority::from_parts(key, sealed.certificate).map_err(AuthorityError::Pki)?
            }
            None => {
                let made = CertificateAuthority::generate(COMMON_NAME, life(), &*entropy);
                let (key, authority) = made.map_err(AuthorityError::Pki)?;
                let sealed = Sealed {
                    key: key.to_der(),
                    certificate: authority.certificate_der().to_vec(),
                };
                vault.write(AUTHORITY, &sealed).map_err(AuthorityError::Vault)?;
                authority
            }
        };
        Ok(Self {
            authority,
            entropy,
            clock: Arc::new(NotBefore(wall)),
        })
    }

    /// Issues a certificate for the key of a request; the certificate, then the authority's.
    pub(super) fn issue(&self, request_der: &[u8], holder: &Holder) -> Result<Vec<Vec<u8>>, AuthorityError> {
        let issued = self
            .authority
            .issue_client(request_der, &holder.urn(), life(), &*self.entropy);
        issued.map(|issued| issued.chain_der).map_err(AuthorityError::Pki)
    }

    /// Makes a key and its certificate, for a device that cannot make its own.
    pub(super) fn papers(&self, holder: &Holder) -> Result<Papers, AuthorityError> {
        let key = PrivateKey::generate().map_err(AuthorityError::Pki)?;
        let chain = self.issue(&key.request().map_err(AuthorityError::Pki)?, holder)?;
        let (own, authority) = chain.split_at(1);
        Ok(Papers {
            key: key.to_pem(),
            certificate: certificates_to_pem(own),
            authority: certificates_to_pem(authority),
        })
    }

    /// SHA-256 of its certificate, for enrolment codes.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        self.authority.fingerprint()
    }

    /// The two doors: one for devices with a certificate, one for those that come for it.
    pub(super) fn doors(&self, names: &[String]) -> Result<(ServerConfig, ServerConfig), AuthorityError> {
        let key = PrivateKey::generate().map_err(AuthorityError::Pki)?;
        let request = key.request().map_err(AuthorityError::Pki)?;
        let issued = self.authority.issue_server(&request, names, life(), &*self.entropy);
        let identity = Identity {
            chain_der: issued.map_err(AuthorityError::Pki)?.chain_der,
            key: &key,
        };
        let root = self.authority.certificate_der();
        let mutual = mutual_server_config(&identity, root, self.clock.clone()).map_err(AuthorityError::Tls)?;
        let open = server_config(&identity, self.clock.clone()).map_err(AuthorityError::Tls)?;
        Ok((without_alpn(mutual), without_alpn(open)))
    }
}

/// MQTT clients name no application protocol, or each another.
fn without_alpn(mut config: ServerConfig) -> ServerConfig {
    config.alpn_protocols.clear();
    config
}

fn life() -> LifeTime {
    LifeTime::from(EARLIEST, LAST.duration_since(EARLIEST))
}

impl Holder {
    fn urn(&self) -> String {
        let Self {
            home,
            device,
            generation,
        } = self;
        format!("{URN}{device}:home:{home}:certificate:{generation}")
    }

    /// Reads a client's certificate, whose chain TLS has verified.
    pub(super) fn of(certificate_der: &[u8]) -> Option<Self> {
        let uri = PeerCertificate::parse(certificate_der).ok()?.identity_uri;
        let (device, rest) = uri.strip_prefix(URN)?.split_once(":home:")?;
        let (home, generation) = rest.split_once(":certificate:")?;
        Some(Self {
            home: home.parse().ok()?,
            device: device.parse().ok()?,
            generation: generation.parse().ok()?,
        })
    }
}

impl fmt::Debug for Papers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Papers(…)")
    }
}

/// The clock on the wall, but never before any certificate of a house began: a gateway whose battery is flat starts in
/// 1970, and must hear its sensors all the same.
struct NotBefore(SharedClock);

#[async_trait]
impl Clock for NotBefore {
    fn now(&self) -> Timestamp {
        self.0.now().max(EARLIEST)
    }

    async fn sleep_until(&self, at: Timestamp) {
        self.0.sleep_until(at).await;
    }

    async fn sleep(&self, span: Duration) {
        self.0.sleep(span).await;
    }

    fn run_time(&self) -> Duration {
        self.0.run_time()
    }
}

#[cfg(test)]
mod tests {
    use tomori_runtime::clock::ManualClock;
    use tomori_runtime::data_dir::DataDir;
    use tomori_runtime::entropy::SystemEntropy;

    use super::*;

    #[test]
    fn a_certificate_names_its_holder_and_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(DataDir::open(folder.path()).unwrap(), Arc::new(SystemEntropy)).unwrap();
        let clock: SharedClock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
        let open = || Authority::open(&vault, clock.clone(), Arc::new(SystemEntropy)).unwrap();
        let holder = Holder {
            home: "home_1".parse().unwrap(),
            device: "dev_1".parse().unwrap(),
            generation: 3,
        };
        let key = PrivateKey::generate().unwrap();
        let chain = open().issue(&key.request().unwrap(), &holder).unwrap();
        assert_eq!(Holder::of(&chain[0]), Some(holder.clone()));
        assert_eq!(Holder::of(&chain[1]), None, "the authority itself is no device");
        assert_eq!(open().fingerprint(), tomori_runtime::pki::fingerprint(&chain[1]));
        let papers = open().papers(&holder).unwrap();
        assert!(papers.key.contains("PRIVATE KEY") && papers.certificate.contains("CERTIFICATE"));
        assert_eq!(format!("{papers:?}"), "Papers(…)");
    }
}
