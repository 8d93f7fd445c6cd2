//! A small public-key infrastructure on P-256: an authority that issues from certificate requests, the keys and
//! requests of those who ask, and what a peer's certificate says.

mod authority;
mod error;
mod key;
mod peer;

pub use authority::{CertificateAuthority, Issued, LifeTime};
pub use error::{Content, PkiError};
pub use key::{PrivateKey, any_key_from_pem, certificates_from_pem, certificates_to_pem};
pub use peer::PeerCertificate;

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
