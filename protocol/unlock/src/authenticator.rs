//! A passkey in software: a real ES256 key that makes real assertions, for tests and demonstrations.
//!
//! It is the other side of [`crate::check`], written from the same pages of the specification. It verifies nobody:
//! whoever holds the object holds the passkey.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use tomori_smart_home::unlock::{CredentialId, Digest, PublicPoint, Statement};

use crate::assertion::Assertion;
use crate::attested::{AttestedError, point};
use crate::bundle::Signed;
use crate::digest::digest;

/// A passkey in software.
pub struct Authenticator {
    credential: CredentialId,
    pair: EcdsaKeyPair,
    public: PublicPoint,
}

/// How an assertion is made. Every part can be made wrong, so that attacks are mounted and not imagined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// `webauthn.get`.
    pub kind: String,
    /// The page's origin.
    pub origin: String,
    /// The relying party.
    pub rp_id: String,
    /// Flags of the authenticator data: 0x01 present, 0x04 verified.
    pub flags: u8,
    /// The authenticator's count.
    pub counter: u32,
}

impl Ceremony {
    /// A person who is present and verified, on this page of this relying party.
    #[must_use]
    pub fn on(rp_id: &str, origin: &str) -> Self {
        Self {
            kind: "webauthn.get".to_owned(),
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
            flags: 0x05,
            counter: 0,
        }
    }
}

impl Authenticator {
    /// A new passkey with this id.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate(credential: CredentialId) -> Result<Self, AttestedError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| AttestedError::Key)?;
        let public = point(pair.public_key().as_ref()).ok_or(AttestedError::Key)?;
        Ok(Self {
            credential,
            pair,
            public,
        })
    }

    /// Its id.
    #[must_use]
    pub fn credential(&self) -> &CredentialId {
        &self.credential
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> &PublicPoint {
        &self.public
    }

    /// Signs a statement.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn sign<S: Statement>(&self, statement: &S, ceremony: &Ceremony) -> Result<Signed, AttestedError> {
        let statement = statement.to_bytes();
        let assertion = self.assert(&digest(&statement), ceremony)?;
        Ok(Signed { statement, assertion })
    }

    /// An assertion over a challenge.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn assert(&self, challenge: &Digest, ceremony: &Ceremony) -> Result<Assertion, AttestedError> {
        let client_data = json!({
            "type": ceremony.kind,
            "challenge": BASE64URL_NOPAD.encode(&challenge.0),
            "origin": ceremony.origin,
            "crossOrigin": false,
        })
        .to_string()
        .into_bytes();
        let mut authenticator_data = digest(ceremony.rp_id.as_bytes()).0.to_vec();
        authenticator_data.push(ceremony.flags);
        authenticator_data.extend_from_slice(&ceremony.counter.to_be_bytes());
        let signed = [&authenticator_data[..], &digest(&client_data).0].concat();
        let signature = self
            .pair
            .sign(&SystemRandom::new(), &signed)
            .map_err(|_| AttestedError::Sign)?;
        Ok(Assertion {
            credential: self.credential.clone(),
            authenticator_data,
            client_data,
            signature: signature.as_ref().to_vec(),
        })
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authenticator({})", self.credential)
    }
}
