//! What a certificate says about its holder. Trust is the TLS handshake's business; this only reads.

use jiff::Timestamp;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::PkiError;

/// The holder of a client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The one URI of the subject's alternative names.
    pub identity_uri: String,
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// The holder's public key, as it stands in the certificate: on P-256 the uncompressed point.
    pub public_point: Vec<u8>,
    /// The first moment it is valid.
    pub not_before: Timestamp,
    /// The last moment it is valid.
    pub not_after: Timestamp,
}

impl PeerCertificate {
    /// Reads a certificate, DER.
    ///
    /// # Errors
    /// When it is malformed, or names no URI or more than one.
    pub fn parse(der: &[u8]) -> Result<Self, PkiError> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| PkiError::Certificate("it is not X.509 in DER"))?;
        let names = certificate
            .subject_alternative_name()
            .map_err(|_| PkiError::Certificate("its alternative names are malformed"))?
            .ok_or(PkiError::Certificate("it names nobody"))?;
        let mut uris = names.value.general_names.iter().filter_map(|name| match name {
            GeneralName::URI(uri) => Some((*uri).to_owned()),
            _ => None,
        });
        let identity_uri = uris.next().ok_or(PkiError::Certificate("it names nobody"))?;
        if uris.next().is_some() {
            return Err(PkiError::Certificate("it names more than one holder"));
        }
        let (not_before, not_after) = validity(&certificate)?;
        Ok(Self {
            identity_uri,
            serial: data_encoding::HEXLOWER.encode(certificate.raw_serial()),
            public_point: certificate.public_key().subject_public_key.data.to_vec(),
            not_before,
            not_after,
        })
    }

    /// The last moment a certificate is valid, whoever it names.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn last_moment(der: &[u8]) -> Result<Timestamp, PkiError> {
        life_of(der).map(|(_, not_after)| not_after)
    }

    /// The moment at which two thirds of a certificate's life are over and its holder asks for the next one.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn renewal_due(der: &[u8]) -> Result<Timestamp, PkiError> {
        let (not_before, not_after) = life_of(der)?;
        let life = not_after.duration_since(not_before);
        Ok(not_before + life / 3 * 2)
    }
}

/// The first and the last moment of a certificate.
pub(super) fn life_of(der: &[u8]) -> Result<(Timestamp, Timestamp), PkiError> {
    let (_, certificate) =
        X509Certificate::from_der(der).map_err(|_| PkiError::Certificate("it is not X.509 in DER"))?;
    validity(&certificate)
}

fn validity(certificate: &X509Certificate<'_>) -> Result<(Timestamp, Timestamp), PkiError> {
    let moment = |seconds| Timestamp::from_second(seconds).map_err(|_| PkiError::Certificate("its dates are absurd"));
    let validity = certificate.validity();
    Ok((
        moment(validity.not_before.timestamp())?,
        moment(validity.not_after.timestamp())?,
    ))
}

/// Whether the certificate is for the key with this raw public point.
pub(super) fn holds_key(der: &[u8], public_point: &[u8]) -> bool {
    X509Certificate::from_der(der)
        .is_ok_and(|(_, certificate)| certificate.public_key().subject_public_key.data.as_ref() == public_point)
}
