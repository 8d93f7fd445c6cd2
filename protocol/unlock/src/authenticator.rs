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

/// What comes back from `navigator.credentials.create`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// `attestationObject`.
    pub attestation_object: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
}

impl Ceremony {
    /// Somebody makes a passkey, present and verified, on this page of this relying party.
    #[must_use]
    pub fn making(rp_id: &str, origin: &str) -> Self {
        Self {
            kind: "webauthn.create".to_owned(),
            flags: 0x45,
            ..Self::on(rp_id, origin)
        }
    }

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
        let client_data = client_data(challenge, ceremony);
        let authenticator_data = fixed_part(ceremony);
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

    /// What this passkey answers when it is made: without attestation, as browsers give it when none is asked for.
    #[must_use]
    pub fn make(&self, challenge: &Digest, ceremony: &Ceremony) -> Made {
        let credential = self.credential.as_bytes();
        let (_, point) = self.public.as_bytes().split_at(1);
        let (x, y) = point.split_at(32);
        let mut data = fixed_part(ceremony);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(credential.len()).unwrap_or(u16::MAX).to_be_bytes());
        data.extend_from_slice(credential);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend_from_slice(x);
        data.extend_from_slice(&[0x22, 0x58, 0x20]);
        data.extend_from_slice(y);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend_from_slice(&u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        object.extend_from_slice(&data);
        Made {
            attestation_object: object,
            client_data: client_data(challenge, ceremony),
        }
    }
}

fn client_data(challenge: &Digest, ceremony: &Ceremony) -> Vec<u8> {
    let data = json!({
        "type": ceremony.kind,
        "challenge": BASE64URL_NOPAD.encode(&challenge.0),
        "origin": ceremony.origin,
        "crossOrigin": false,
    });
    data.to_string().into_bytes()
}

/// rpIdHash, flags, signCount.
fn fixed_part(ceremony: &Ceremony) -> Vec<u8> {
    let mut data = digest(ceremony.rp_id.as_bytes()).0.to_vec();
    data.push(ceremony.flags);
    data.extend_from_slice(&ceremony.counter.to_be_bytes());
    data
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authenticator({})", self.credential)
    }
}
