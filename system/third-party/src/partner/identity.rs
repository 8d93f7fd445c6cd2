//! Who this server is at the platform: key and certificate, sealed on the disk. The key was made here and leaves this machine
//! never.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::Entropy;
use tomori_runtime::file::{read_bounded, write_atomic};
use tomori_runtime::pki::{PeerCertificate, PkiError, PrivateKey};
use tomori_runtime::seal::{SealError, Sealer};
use tomori_runtime::tls::{self, TlsError};
use tomori_smart_home::CompanyId;
use zeroize::Zeroizing;

/// What the file is bound to.
const BOUND: &[u8] = b"platform.identity";
/// The largest file.
const LARGEST: usize = 64 * 1024;

/// What an enrolment gave this server.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    /// The company that it speaks for.
    pub(super) company: CompanyId,
    /// `host:port` of the platform's partner door.
    pub(super) address: String,
    /// Its key, PKCS #8.
    key: Zeroizing<Vec<u8>>,
    /// Its certificate, then the authority's; DER.
    chain_der: Vec<Vec<u8>>,
}

/// Why the identity cannot be used.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("{path}: cannot be read or written", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It was sealed with another key, or is none.
    #[error("{path}: cannot be opened with this server's key; put both back from the same backup, or enrol anew", path = path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: SealError,
    },
    /// It holds something else.
    #[error("{path}: is not an identity of this program; enrol anew", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The key is no key.
    #[error("the key cannot be used")]
    Key(#[from] PkiError),
    /// Key and certificate do not belong together.
    #[error("the certificate does not fit its key")]
    Fit(#[from] TlsError),
    /// The chain does not end in the authority that was pinned.
    #[error("the certificate does not come from the authority of the enrolment code")]
    Authority,
}

impl Identity {
    /// Puts together what an enrolment or a renewal gave, and proves that it fits.
    pub(super) fn new(
        company: CompanyId,
        address: String,
        key: &PrivateKey,
        chain_der: Vec<Vec<u8>>,
        clock: SharedClock,
    ) -> Result<Self, IdentityError> {
        if chain_der.len() < 2 {
            return Err(IdentityError::Authority);
        }
        let identity = Self {
            company,
            address,
            key: key.to_der(),
            chain_der,
        };
        identity.tls(clock)?;
        Ok(identity)
    }

    /// The authority's certificate.
    pub(super) fn root_der(&self) -> &[u8] {
        self.chain_der.last().map(Vec::as_slice).unwrap_or_default()
    }

    /// When the next certificate is due.
    pub(super) fn renewal_due(&self) -> Option<Timestamp> {
        PeerCertificate::renewal_due(self.chain_der.first()?).ok()
    }

    /// The client's side of TLS.
    pub(super) fn tls(&self, clock: SharedClock) -> Result<rustls::ClientConfig, IdentityError> {
        let key = PrivateKey::from_der(&self.key)?;
        let shown = tls::Identity {
            chain_der: self.chain_der.clone(),
            key: &key,
        };
        Ok(tls::client_config(self.root_der(), Some(&shown), clock)?)
    }

    pub(super) fn load(path: &Path, sealer: &Sealer) -> Result<Option<Self>, IdentityError> {
        let sealed = match read_bounded(path, LARGEST) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                let path = path.to_owned();
                return Err(IdentityError::File { path, source });
            }
        };
        let plain = sealer.open(&sealed, BOUND).map_err(|source| IdentityError::Sealed {
            path: path.to_owned(),
            source,
        })?;
        let identity = serde_json::from_slice(&plain);
        identity
            .map(Some)
            .map_err(|_| IdentityError::Foreign { path: path.to_owned() })
    }

    pub(super) fn save(&self, path: &Path, sealer: &Sealer, entropy: &dyn Entropy) -> Result<(), IdentityError> {
        let plain = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        let sealed = sealer
            .seal(&plain, BOUND, entropy)
            .map_err(|source| IdentityError::Sealed {
                path: path.to_owned(),
                source,
            })?;
        write_atomic(path, &sealed).map_err(|source| IdentityError::File {
            path: path.to_owned(),
            source,
        })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, …)", self.company)
    }
}
