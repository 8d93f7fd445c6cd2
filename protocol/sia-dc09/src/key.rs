//! The key that a panel and its receiver share, and the cipher that is made of it elsewhere.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER_PERMISSIVE;
use thiserror::Error;
use zeroize::Zeroizing;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 16;

/// A shared key: 16, 24 or 32 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Zeroizing<Vec<u8>>);

/// Why something is no key, or cannot be used as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It has another length.
    #[error("a key has 16, 24 or 32 bytes: 32, 48 or 64 hexadecimal digits")]
    Length,
    /// What is to be decrypted is no whole number of blocks.
    #[error("encrypted text has a whole number of blocks of 16 bytes")]
    Blocks,
    /// The cipher failed.
    #[error("the cipher refused the key")]
    Cipher,
}

/// AES with a panel's key in CBC mode, begun with zeros, as DC-09 says. Whoever calls brings it: this crate computes
/// nothing with a key.
pub trait Cipher {
    /// Encrypts whole blocks in place.
    ///
    /// # Errors
    /// When they are no whole blocks or the cipher refuses.
    fn encrypt(&self, blocks: &mut [u8]) -> Result<(), KeyError>;

    /// Decrypts whole blocks in place.
    ///
    /// # Errors
    /// When they are no whole blocks or the cipher refuses.
    fn decrypt(&self, blocks: &mut [u8]) -> Result<(), KeyError>;
}

impl Key {
    /// A key of bytes.
    ///
    /// # Errors
    /// When there are not 16, 24 or 32.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.len() {
            16 | 24 | 32 => Ok(Self(Zeroizing::new(bytes.to_vec()))),
            _ => Err(KeyError::Length),
        }
    }

    /// The bytes, to be sealed and stored, or to make a cipher of.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes());
        Self::new(&Zeroizing::new(bytes.map_err(|_| KeyError::Length)?))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_hexadecimal_and_never_printed() {
        let key: Key = "000102030405060708090A0B0C0D0E0F".parse().unwrap();
        assert_eq!(key.bytes().len(), 16);
        assert_eq!(format!("{key:?}"), "Key(…)");
        for bad in [
            "",
            "00",
            "000102030405060708090A0B0C0D0E0F1",
            "zz0102030405060708090A0B0C0D0E0F",
        ] {
            assert_eq!(bad.parse::<Key>(), Err(KeyError::Length), "{bad}");
        }
    }
}
