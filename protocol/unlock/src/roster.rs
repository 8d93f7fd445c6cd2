//! The roster's signature, and the key that makes it.
//!
//! The root is Ed25519 (RFC 8032): one secret, no randomness at signing that could fail, and any other implementation
//! can check our signatures. It is kept offline; what a gateway holds is the public half, typed in by the installer.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use data_encoding::{BASE32_NOPAD, BASE64};
use thiserror::Error;
use tomori_smart_home::unlock::cbor::{Reader, Writer};
use tomori_smart_home::unlock::{Roster, Statement, Unreadable};
use zeroize::Zeroizing;

use crate::digest::digest;

/// The longest roster, in bytes: 500 people with eight passkeys each that have long ids.
const LARGEST_ROSTER: usize = 512 * 1024;
const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// The public half of a company's offline root, pinned at installation.
///
/// People carry it as 56 letters and digits in eight groups: the key and three bytes of its hash, so that a slip of the
/// pen is noticed where it happens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RootKey([u8; 32]);

/// Why a text is not a root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RootKeyError {
    /// It is not of that form.
    #[error("a root key has 56 letters A to Z and digits 2 to 7, in groups of seven")]
    Form,
    /// Its last letters do not go with the others.
    #[error("the root key was mistyped; compare it with `tomori roster show`")]
    Mistyped,
}

/// The company's offline root.
pub struct RootSigner {
    pair: Ed25519KeyPair,
}

/// Why there is no signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RootSignerError {
    /// The system gives no randomness.
    #[error("the system gives no randomness to make a key of")]
    Generate,
    /// The text holds no key.
    #[error("not an Ed25519 private key in PEM (PKCS #8)")]
    Pem,
}

/// A roster with the signature of the company's root, as it travels: `[tag, version, roster, signature]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRoster {
    /// The one spelling of the [`Roster`]. Its tag is what the signature is for and nothing else.
    pub roster: Vec<u8>,
    /// Ed25519 over these bytes.
    pub signature: [u8; 64],
}

/// Why a signed roster is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RosterRefused {
    /// It is not signed by this root.
    #[error("the roster is not signed by the pinned root")]
    Forged,
    /// It is signed, and does not read.
    #[error("the roster is signed and cannot be read")]
    Unreadable(#[source] Unreadable),
}

impl SignedRoster {
    /// The roster, if this root signed it.
    ///
    /// # Errors
    /// When it did not, or the roster does not read.
    pub fn open(&self, root: &RootKey) -> Result<Roster, RosterRefused> {
        // Nothing is read that is not signed.
        UnparsedPublicKey::new(&ED25519, root.0)
            .verify(&self.roster, &self.signature)
            .map_err(|_| RosterRefused::Forged)?;
        Roster::from_bytes(&self.roster).map_err(RosterRefused::Unreadable)
    }
}

impl Statement for SignedRoster {
    const TAG: &'static str = "tomori/unlock/signed-roster";
    const FIELDS: usize = 2;

    fn write(&self, to: &mut Writer) {
        to.bytes(&self.roster).bytes(&self.signature);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            roster: from.bytes(1, LARGEST_ROSTER)?.to_vec(),
            signature: from.fixed()?,
        })
    }
}

impl RootSigner {
    /// A new root.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, RootSignerError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| RootSignerError::Generate)?;
        Ok(Self { pair })
    }

    /// The root in a PEM text.
    ///
    /// # Errors
    /// When it holds no Ed25519 key.
    pub fn from_pem(text: &str) -> Result<Self, RootSignerError> {
        let body = text
            .trim()
            .strip_prefix(PEM_BEGIN)
            .and_then(|rest| rest.strip_suffix(PEM_END))
            .ok_or(RootSignerError::Pem)?;
        let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
        let der = BASE64
            .decode(body.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| RootSignerError::Pem)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| RootSignerError::Pem)?;
        Ok(Self { pair })
    }

    /// The root as PEM (PKCS #8), as OpenSSL reads it too. Whoever stores it keeps it offline.
    ///
    /// # Errors
    /// When the library cannot write it.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, RootSignerError> {
        let der = self.pair.to_pkcs8v1().map_err(|_| RootSignerError::Pem)?;
        let body = Zeroizing::new(BASE64.encode(der.as_ref()));
        Ok(Zeroizing::new(format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", body.as_str())))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> RootKey {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        RootKey(key)
    }

    /// Signs a roster.
    #[must_use]
    pub fn sign(&self, roster: &Roster) -> SignedRoster {
        let roster = roster.to_bytes();
        let mut signature = [0; 64];
        for (to, from) in signature.iter_mut().zip(self.pair.sign(&roster).as_ref()) {
            *to = *from;
        }
        SignedRoster { roster, signature }
    }
}

impl RootKey {
    /// The public key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for RootKey {
    type Err = RootKeyError;

    fn from_str(given: &str) -> Result<Self, RootKeyError> {
        if given.len() > 200 {
            return Err(RootKeyError::Form);
        }
        let letters: String = given
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let bytes = BASE32_NOPAD
            .decode(letters.as_bytes())
            .map_err(|_| RootKeyError::Form)?;
        let (key, check) = bytes.split_at_checked(32).ok_or(RootKeyError::Form)?;
        let key: [u8; 32] = key.try_into().map_err(|_| RootKeyError::Form)?;
        if check.len() != 3 {
            return Err(RootKeyError::Form);
        }
        if !digest(&key).0.starts_with(check) {
            return Err(RootKeyError::Mistyped);
        }
        Ok(Self(key))
    }
}

impl fmt::Display for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.0.to_vec();
        bytes.extend(digest(&self.0).0.iter().take(3));
        let letters = BASE32_NOPAD.encode(&bytes);
        for (place, letter) in letters.chars().enumerate() {
            if place > 0 && place % 7 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKey({self})")
    }
}

impl fmt::Debug for RootSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSigner(…)")
    }
}
