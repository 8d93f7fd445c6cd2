//! A small public-key infrastructure on P-256: an authority that issues from certificate requests, the keys and
//! requests of those who ask, and what a peer's certificate says.

mod authority;
mod key;
mod peer;

pub use authority::{CertificateAuthority, Issued, LifeTime};
pub use key::{PrivateKey, certificates_from_pem, certificates_to_pem};
pub use peer::PeerCertificate;

use std::path::PathBuf;

use thiserror::Error;

/// What can go wrong with keys and certificates.
#[derive(Debug, Error)]
pub enum PkiError {
    /// A file cannot be read or written.
    #[error("{path}: cannot be read or written", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A private key file is readable by others than its owner.
    #[error("{path}: the private key can be read by other users; run `chmod 600` on it, and replace the key if others may have read it", path = path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
    },
    /// A file does not hold what its name says.
    #[error("{path}: not a {expected}; restore it from a backup", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was expected in it.
        expected: &'static str,
    },
    /// A certificate request is not acceptable.
    #[error("the certificate request is refused: {0}")]
    Request(&'static str),
    /// A certificate lacks something or has too much of it.
    #[error("the certificate is refused: {0}")]
    Certificate(&'static str),
    /// The library refused to make a key or a certificate.
    #[error("a key or certificate cannot be made")]
    Generate(#[source] rcgen::Error),
    /// A moment is outside what certificates can say.
    #[error("the time {0} does not fit into a certificate; check the clock")]
    Time(jiff::Timestamp),
}

/// SHA-256 of a certificate: the fingerprint by which people and enrolment codes know an authority.
#[must_use]
pub fn fingerprint(certificate_der: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate_der);
    let mut out = [0; 32];
    out.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests;
