//! The authority: one P-256 root that signs the certificates of one installation.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer};

use super::{Content, PkiError, PrivateKey, certificates_from_pem, certificates_to_pem, fingerprint};
use crate::entropy::{Entropy, bytes};

const ROOT_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365 * 10);
/// Certificates are valid a little before they are made, for peers whose clocks are behind.
const BACKDATE: SignedDuration = SignedDuration::from_mins(10);
const LARGEST_REQUEST: usize = 8 * 1024;

/// From when to when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeTime {
    /// The first moment.
    pub not_before: Timestamp,
    /// The last moment.
    pub not_after: Timestamp,
}

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate, then the authority's; DER.
    pub chain_der: Vec<Vec<u8>>,
    /// Its serial number, lower-case hexadecimal.
    pub serial: String,
    /// How long it is valid.
    pub life_time: LifeTime,
}

/// The root that everybody in one installation trusts.
pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    certificate_der: Vec<u8>,
}

impl LifeTime {
    /// From a little before `now`, for `span`.
    #[must_use]
    pub fn from(now: Timestamp, span: SignedDuration) -> Self {
        Self {
            not_before: now - BACKDATE,
            not_after: now + span,
        }
    }
}

impl CertificateAuthority {
    /// Reads the authority of a folder (`ca.pem`, `ca.key`), or makes one there when neither file exists.
    ///
    /// # Errors
    /// When one file is there without the other, when they do not belong together, when `now` is outside the
    /// authority's time, or on file errors.
    pub fn open_or_create(
        folder: &Path,
        common_name: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, PkiError> {
        let (certificate_path, key_path) = (folder.join("ca.pem"), folder.join("ca.key"));
        let key = PrivateKey::open(&key_path)?;
        match (key, certificate_path.exists()) {
            (Some(key), true) => {
                let unreadable = |expected| PkiError::Unreadable {
                    path: certificate_path.clone(),
                    expected,
                };
                let certificate_der = certificates_from_pem(&certificate_path)?
                    .into_iter()
                    .next()
                    .ok_or_else(|| unreadable(Content::Certificate))?;
                if !super::peer::holds_key(&certificate_der, key.public_point()) {
                    return Err(unreadable(Content::CertificateOfAuthority));
                }
                let (from, to) = super::peer::life_of(&certificate_der)?;
                if now < from || to < now {
                    let path = certificate_path;
                    return Err(PkiError::OutOfTime { path, now, from, to });
                }
                Self::from_parts(key, certificate_der)
            }
            (None, false) => {
                let made = Self::generate(common_name, LifeTime::from(now, ROOT_LIFETIME), entropy)?;
                made.0.save(&key_path)?;
                let pem = certificates_to_pem(std::slice::from_ref(&made.1.certificate_der));
                crate::file::write_atomic(&certificate_path, pem.as_bytes()).map_err(|source| PkiError::File {
                    path: certificate_path,
                    source,
                })?;
                Ok(made.1)
            }
            (Some(_), false) => Err(PkiError::Unreadable {
                path: certificate_path,
                expected: Content::CertificateOfAuthority,
            }),
            (None, true) => Err(PkiError::Unreadable {
                path: key_path,
                expected: Content::KeyOfAuthority,
            }),
        }
    }

    /// The authority of a key and its certificate (DER), for those who keep both sealed in a place of their own.
    ///
    /// # Errors
    /// When they do not belong together.
    pub fn from_parts(key: PrivateKey, certificate_der: Vec<u8>) -> Result<Self, PkiError> {
        if !super::peer::holds_key(&certificate_der, key.public_point()) {
            return Err(PkiError::Certificate(
                "it is not the certificate of the authority's key",
            ));
        }
        let issuer = Issuer::from_ca_cert_der(&CertificateDer::from(certificate_der.as_slice()), key.into_pair())
            .map_err(PkiError::Generate)?;
        Ok(Self {
            issuer,
            certificate_der,
        })
    }

    /// Makes an authority, and the key that it signs with.
    ///
    /// # Errors
    /// When the system has no randomness to give, or the time does not fit into a certificate.
    pub fn generate(
        common_name: &str,
        life_time: LifeTime,
        entropy: &dyn Entropy,
    ) -> Result<(PrivateKey, Self), PkiError> {
        let key = PrivateKey::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = name(common_name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_life_time(&mut params, life_time)?;
        params.serial_number = Some(serial(entropy));
        let certificate = params.self_signed(key.pair()).map_err(PkiError::Generate)?;
        let certificate_der = certificate.der().to_vec();
        let pair = KeyPair::try_from(key.to_tls().secret_der()).map_err(PkiError::Generate)?;
        Ok((
            key,
            Self {
                issuer: Issuer::new(params, pair),
                certificate_der,
            },
        ))
    }

    /// The root certificate, DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// SHA-256 of the root certificate.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        fingerprint(&self.certificate_der)
    }

    /// Issues a client certificate to the key of a request. Whatever names the request asks for are ignored: the
    /// holder is who `identity_uri` says.
    ///
    /// # Errors
    /// When the request is malformed, not signed by its key, or not for P-256.
    pub fn issue_client(
        &self,
        request_der: &[u8],
        identity_uri: &str,
        life_time: LifeTime,
        entropy: &dyn Entropy,
    ) -> Result<Issued, PkiError> {
        let uri = identity_uri
            .try_into()
            .map_err(|_| PkiError::Request("the identity is not plain ASCII"))?;
        self.issue(
            request_der,
            vec![SanType::URI(uri)],
            ExtendedKeyUsagePurpose::ClientAuth,
            life_time,
            entropy,
        )
    }

    /// Issues a server certificate to the key of a request, for DNS names and IP addresses.
    ///
    /// # Errors
    /// When the request is malformed, not signed by its key or not for P-256, or a name is not a name.
    pub fn issue_server(
        &self,
        request_der: &[u8],
        names: &[String],
        life_time: LifeTime,
        entropy: &dyn Entropy,
    ) -> Result<Issued, PkiError> {
        let names = names
            .iter()
            .map(|given| match given.parse::<IpAddr>() {
                Ok(address) => Ok(SanType::IpAddress(address)),
                Err(_) => given.as_str().try_into().map(SanType::DnsName),
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| PkiError::Request("a server name is neither a DNS name nor an IP address"))?;
        self.issue(
            request_der,
            names,
            ExtendedKeyUsagePurpose::ServerAuth,
            life_time,
            entropy,
        )
    }

    fn issue(
        &self,
        request_der: &[u8],
        names: Vec<SanType>,
        purpose: ExtendedKeyUsagePurpose,
        life_time: LifeTime,
        entropy: &dyn Entropy,
    ) -> Result<Issued, PkiError> {
        if request_der.len() > LARGEST_REQUEST {
            return Err(PkiError::Request("it is larger than 8 KiB"));
        }
        let request = CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(request_der))
            .map_err(|_| PkiError::Request("it is not a PKCS #10 request signed by its own key"))?;
        if request.public_key.algorithm() != &PKCS_ECDSA_P256_SHA256 {
            return Err(PkiError::Request("its key is not P-256"));
        }
        // A fresh set of parameters: nothing that the request asks for goes into the certificate.
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names = names;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        set_life_time(&mut params, life_time)?;
        let serial = serial(entropy);
        let serial_text = data_encoding::HEXLOWER.encode(&serial.to_bytes());
        params.serial_number = Some(serial);
        let certificate = params
            .signed_by(&request.public_key, &self.issuer)
            .map_err(PkiError::Generate)?;
        Ok(Issued {
            chain_der: vec![certificate.der().to_vec(), self.certificate_der.clone()],
            serial: serial_text,
            life_time,
        })
    }
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = data_encoding::HEXLOWER.encode(&self.fingerprint());
        f.debug_struct("CertificateAuthority")
            .field("fingerprint", &fingerprint)
            .finish_non_exhaustive()
    }
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn serial(entropy: &dyn Entropy) -> SerialNumber {
    let mut random = bytes::<16>(entropy);
    // Positive and never zero (RFC 5280 4.1.2.2).
    if let Some(first) = random.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    SerialNumber::from_slice(&random)
}

fn set_life_time(params: &mut CertificateParams, life_time: LifeTime) -> Result<(), PkiError> {
    let date =
        |at: Timestamp| time::OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| PkiError::Time(at));
    params.not_before = date(life_time.not_before)?;
    params.not_after = date(life_time.not_after)?;
    Ok(())
}
