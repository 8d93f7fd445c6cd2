//! Private keys, and the requests they sign.

use std::fmt;
use std::path::Path;

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::{Content, PkiError};

const LARGEST_FILE: usize = 64 * 1024;

/// A P-256 key. It is made where it is used and leaves that place only into a file of mode 0600.
pub struct PrivateKey {
    pair: KeyPair,
}

impl PrivateKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, PkiError> {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(PkiError::Generate)?;
        Ok(Self { pair })
    }

    /// Reads the key of a PEM file, or makes one there (mode 0600) when the file does not exist.
    ///
    /// # Errors
    /// When the file is readable by others, is not a P-256 key, or cannot be read or written.
    pub fn open_or_create(path: &Path) -> Result<Self, PkiError> {
        match Self::open(path)? {
            Some(key) => Ok(key),
            None => {
                let key = Self::generate()?;
                key.save(path)?;
                Ok(key)
            }
        }
    }

    /// Reads the key of a PEM file; `None` when the file does not exist.
    ///
    /// # Errors
    /// When the file is readable by others, is not a P-256 key, or cannot be read.
    pub fn open(path: &Path) -> Result<Option<Self>, PkiError> {
        let file_error = |source| PkiError::File {
            path: path.to_owned(),
            source,
        };
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error(error)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if metadata.permissions().mode() & 0o077 != 0 {
                return Err(PkiError::KeyExposed { path: path.to_owned() });
            }
        }
        #[cfg(not(unix))]
        drop(metadata);
        let bytes = crate::file::read_bounded(path, LARGEST_FILE).map_err(file_error)?;
        let unreadable = || PkiError::Unreadable {
            path: path.to_owned(),
            expected: Content::PrivateKey,
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
        let pair = KeyPair::from_pem_and_sign_algo(text, &PKCS_ECDSA_P256_SHA256).map_err(|_| unreadable())?;
        Ok(Some(Self { pair }))
    }

    /// Writes the key to a PEM file of mode 0600.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), PkiError> {
        crate::file::write_atomic(path, self.pair.serialize_pem().as_bytes()).map_err(|source| PkiError::File {
            path: path.to_owned(),
            source,
        })
    }

    /// The key of PKCS #8 bytes, for keys that are kept in a sealed file of another's.
    ///
    /// # Errors
    /// When they are no P-256 key.
    pub fn from_der(pkcs8: &[u8]) -> Result<Self, PkiError> {
        let der = PrivatePkcs8KeyDer::from(pkcs8);
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256).map_err(PkiError::Generate)?;
        Ok(Self { pair })
    }

    /// The key as PKCS #8. It is wiped when it is dropped; whoever stores it seals it.
    #[must_use]
    pub fn to_der(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.pair.serialize_der())
    }

    /// The key as PEM, for a machine that cannot make its own. Whoever has it is that machine.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.pair.serialize_pem()
    }

    /// A PKCS #10 request for this key, in DER. It says nothing but the key: names are given by the authority.
    ///
    /// # Errors
    /// When the library cannot sign.
    pub fn request(&self) -> Result<Vec<u8>, PkiError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&self.pair).map_err(PkiError::Generate)?;
        Ok(request.der().to_vec())
    }

    /// The key for a TLS configuration.
    #[must_use]
    pub fn to_tls(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pair.serialize_der()))
    }

    /// The raw public point, to tell whether a certificate belongs to this key.
    #[must_use]
    pub fn public_point(&self) -> &[u8] {
        self.pair.public_key_raw()
    }

    pub(super) fn pair(&self) -> &KeyPair {
        &self.pair
    }

    pub(super) fn into_pair(self) -> KeyPair {
        self.pair
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Certificates as a PEM text, in their order.
#[must_use]
pub fn certificates_to_pem(chain_der: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for der in chain_der {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let body = data_encoding::BASE64.encode(der);
        let mut rest = body.as_str();
        while !rest.is_empty() {
            let (line, tail) = rest.split_at(rest.len().min(64));
            text.push_str(line);
            text.push('\n');
            rest = tail;
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

/// The private key of a PEM file, of whatever kind TLS knows.
///
/// # Errors
/// When the file cannot be read or holds no private key.
pub fn any_key_from_pem(path: &Path) -> Result<PrivateKeyDer<'static>, PkiError> {
    let bytes = crate::file::read_bounded(path, LARGEST_FILE).map_err(|source| PkiError::File {
        path: path.to_owned(),
        source,
    })?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| PkiError::Unreadable {
        path: path.to_owned(),
        expected: Content::AnyPrivateKey,
    })
}

/// The certificates of a PEM file, in their order.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn certificates_from_pem(path: &Path) -> Result<Vec<Vec<u8>>, PkiError> {
    let bytes = crate::file::read_bounded(path, LARGEST_FILE).map_err(|source| PkiError::File {
        path: path.to_owned(),
        source,
    })?;
    let unreadable = || PkiError::Unreadable {
        path: path.to_owned(),
        expected: Content::Certificate,
    };
    let chain = CertificateDer::pem_slice_iter(&bytes)
        .map(|found| found.map(|der| der.to_vec()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| unreadable())?;
    if chain.is_empty() { Err(unreadable()) } else { Ok(chain) }
}
