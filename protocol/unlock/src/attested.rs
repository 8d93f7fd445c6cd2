//! What the gateway says: a statement of its own with the signature of its identity key.
//!
//! The key is the one of its certificate, so whoever knows the gateway can check what it says. The key also signs TLS
//! handshakes (which begin with 64 spaces) and certificate requests (DER, which begins with 0x30); a statement begins with
//! the head of a CBOR array, so none can be taken for another.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use thiserror::Error;
use tomori_smart_home::unlock::cbor::{Reader, Writer};
use tomori_smart_home::unlock::{PublicPoint, Statement, Unreadable};

/// The longest statement of a gateway, in bytes.
const LARGEST_STATEMENT: usize = 1024;

/// A statement with a gateway's signature, as it travels: `[tag, version, statement, signature]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// The one spelling of the statement.
    pub statement: Vec<u8>,
    /// ECDSA on P-256 with SHA-256 over these bytes, in DER.
    pub signature: Vec<u8>,
}

/// Why a statement is not a gateway's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttestedError {
    /// The signature is not of this gateway.
    #[error("not signed by this gateway")]
    Forged,
    /// It is signed and is not a statement of the wanted kind.
    #[error("signed by this gateway, and not what was expected")]
    Unreadable(#[source] Unreadable),
    /// The bytes are no key.
    #[error("not a P-256 private key in PKCS #8")]
    Key,
    /// The library refuses to sign.
    #[error("the statement cannot be signed")]
    Sign,
}

/// A gateway's identity key, for signing statements.
pub struct GatewayKey {
    pair: EcdsaKeyPair,
}

impl GatewayKey {
    /// The key of PKCS #8 bytes.
    ///
    /// # Errors
    /// When they are no P-256 key.
    pub fn from_der(pkcs8: &[u8]) -> Result<Self, AttestedError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8).map_err(|_| AttestedError::Key)?;
        Ok(Self { pair })
    }

    /// A key of its own, for what has no certificate: tests and trials.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, AttestedError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| AttestedError::Key)?;
        Ok(Self { pair })
    }

    /// Its public half.
    ///
    /// # Errors
    /// When the library gives it in another form.
    pub fn public(&self) -> Result<PublicPoint, AttestedError> {
        point(self.pair.public_key().as_ref()).ok_or(AttestedError::Key)
    }

    /// Signs a statement.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn attest<S: Statement>(&self, statement: &S) -> Result<Attested, AttestedError> {
        let statement = statement.to_bytes();
        let signature = self
            .pair
            .sign(&SystemRandom::new(), &statement)
            .map_err(|_| AttestedError::Sign)?;
        Ok(Attested {
            statement,
            signature: signature.as_ref().to_vec(),
        })
    }
}

impl Attested {
    /// The statement, if the gateway with this key signed it.
    ///
    /// # Errors
    /// When it did not, or it is a statement of another kind.
    pub fn open<S: Statement>(&self, gateway: &PublicPoint) -> Result<S, AttestedError> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, gateway.as_bytes())
            .verify(&self.statement, &self.signature)
            .map_err(|_| AttestedError::Forged)?;
        S::from_bytes(&self.statement).map_err(AttestedError::Unreadable)
    }
}

pub(crate) fn point(bytes: &[u8]) -> Option<PublicPoint> {
    bytes.try_into().ok().and_then(PublicPoint::new)
}

impl Statement for Attested {
    const TAG: &'static str = "tomori/unlock/attested";
    const FIELDS: usize = 2;

    fn write(&self, to: &mut Writer) {
        to.bytes(&self.statement).bytes(&self.signature);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            statement: from.bytes(1, LARGEST_STATEMENT)?.to_vec(),
            signature: from.bytes(1, 80)?.to_vec(),
        })
    }
}

impl std::fmt::Debug for GatewayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GatewayKey(…)")
    }
}
