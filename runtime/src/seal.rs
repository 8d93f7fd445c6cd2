//! Sealing: what lies on a disk can be read and changed by nobody but the program that put it there (SR3-H-6,
//! SR3-SP-10). AES-256-GCM with a key for each purpose, derived from one key of the installation.

use std::fmt;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, bytes};
use crate::file;
use crate::i18n::Lang;

const KEY_LENGTH: usize = 32;
const SALT: &[u8] = b"tomori/seal/1";

/// A key for telling whether bytes were changed.
pub type MacKey = hmac::Key;

/// Where keys come from. A file today; a TPM or a secure element can take its place.
pub trait KeyStore: Send + Sync + 'static {
    /// The sealer for one purpose. Different purposes have different keys.
    ///
    /// # Errors
    /// When the key cannot be had.
    fn derive(&self, purpose: &str) -> Result<Sealer, SealError>;

    /// The MAC key for one purpose; never the key of the sealer with the same name.
    ///
    /// # Errors
    /// When the key cannot be had.
    fn mac_key(&self, purpose: &str) -> Result<MacKey, SealError>;
}

/// The key of an installation in a file of mode 0600.
pub struct KeyFile {
    key: Zeroizing<[u8; KEY_LENGTH]>,
}

/// Seals and opens for one purpose.
#[derive(Clone)]
pub struct Sealer {
    key: std::sync::Arc<LessSafeKey>,
}

/// Why something cannot be sealed or opened.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key file cannot be read or written.
    #[error("{}: the key file cannot be read or written; check that the disk has room and that the file belongs to the user that runs this program", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Others than its owner can read the key file.
    #[error("{}: the key can be read by other users; run `chmod 600` on it, and replace the key if others may have read it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The key file does not hold a key.
    #[error("{}: not a key of 32 bytes; restore it from a backup", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The sealed bytes were changed, belong to something else, or were sealed with another key.
    #[error("the sealed bytes were changed, or sealed with another key or for another place")]
    Broken,
    /// The library refused, which it does for absurd lengths only.
    #[error("the bytes cannot be sealed")]
    Refused,
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY_LENGTH
    }
}

impl KeyFile {
    /// Reads the key of a file, or makes one there when the file does not exist.
    ///
    /// # Errors
    /// When others can read the file, it holds no key, or it cannot be read or written.
    pub fn open_or_create(path: &Path, entropy: &dyn Entropy) -> Result<Self, SealError> {
        let file_error = |source| SealError::File {
            path: path.to_owned(),
            source,
        };
        match std::fs::metadata(path) {
            Ok(metadata) => {
                use std::os::unix::fs::PermissionsExt as _;
                if metadata.permissions().mode() & 0o077 != 0 {
                    return Err(SealError::Exposed { path: path.to_owned() });
                }
                let held = Zeroizing::new(file::read_bounded(path, KEY_LENGTH * 2).map_err(file_error)?);
                let mut key = Zeroizing::new([0; KEY_LENGTH]);
                if held.len() != KEY_LENGTH {
                    return Err(SealError::Malformed { path: path.to_owned() });
                }
                key.copy_from_slice(&held);
                Ok(Self { key })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Zeroizing::new(bytes::<KEY_LENGTH>(entropy));
                file::write_atomic(path, key.as_slice()).map_err(file_error)?;
                Ok(Self { key })
            }
            Err(error) => Err(file_error(error)),
        }
    }

    fn expand(&self, use_of: &str, purpose: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, SealError> {
        let derived = Salt::new(HKDF_SHA256, SALT).extract(self.key.as_slice());
        let info = [use_of.as_bytes(), b"/", purpose.as_bytes()];
        let mut out = Zeroizing::new([0; KEY_LENGTH]);
        derived
            .expand(&info, Length)
            .and_then(|okm| okm.fill(out.as_mut_slice()))
            .map_err(|_| SealError::Refused)?;
        Ok(out)
    }
}

impl KeyStore for KeyFile {
    fn derive(&self, purpose: &str) -> Result<Sealer, SealError> {
        let key = self.expand("seal", purpose)?;
        let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| SealError::Refused)?;
        Ok(Sealer {
            key: std::sync::Arc::new(LessSafeKey::new(key)),
        })
    }

    fn mac_key(&self, purpose: &str) -> Result<MacKey, SealError> {
        let key = self.expand("mac", purpose)?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()))
    }
}

impl Sealer {
    /// Seals bytes and binds them to a place (`bound_to`): opened for another place they are refused, so sealed
    /// things cannot be swapped. The nonce is 96 random bits, in front; at 2^32 seals of one purpose their chance to
    /// repeat is 2^-33, which is more than any installation writes.
    ///
    /// # Errors
    /// When the bytes are absurdly long.
    pub fn seal(&self, plain: &[u8], bound_to: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, SealError> {
        let nonce = bytes::<NONCE_LEN>(entropy);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        let mut body = plain.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut body)
            .map_err(|_| SealError::Refused)?;
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`Sealer::seal`] made for the same place.
    ///
    /// # Errors
    /// [`SealError::Broken`] when it was changed or is not from here.
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Broken)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to), &mut body)
            .map_err(|_| SealError::Broken)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

impl SealError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, Self::File { source, .. }) => format!("{self} ({source})"),
            (Lang::En, error) => error.to_string(),
            (Lang::Ja, Self::File { path, source }) => {
                format!(
                    "{}: 鍵のファイルを読み書きできません（{source}）。ディスクに空きがあり、このプログラムを動かすユーザーのものか確かめてください",
                    path.display()
                )
            }
            (Lang::Ja, Self::Exposed { path }) => format!(
                "{}: ほかのユーザーが鍵を読めます。chmod 600 を実行し、読まれたおそれがあれば鍵を取り替えてください",
                path.display()
            ),
            (Lang::Ja, Self::Malformed { path }) => format!(
                "{}: 32 バイトの鍵ではありません。バックアップから戻してください",
                path.display()
            ),
            (Lang::Ja, Self::Broken) => {
                "封じたデータが書き換えられたか、別の鍵で、または別の場所のために封じられています".to_owned()
            }
            (Lang::Ja, Self::Refused) => "このデータは封じられません".to_owned(),
        }
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile(…)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn key_file(folder: &Path) -> Result<KeyFile, SealError> {
        KeyFile::open_or_create(&folder.join("key"), &SystemEntropy)
    }

    #[test]
    fn what_is_sealed_opens_again_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = key_file(folder.path())
            .unwrap()
            .derive("a")
            .unwrap()
            .seal(b"x", b"1", &SystemEntropy)
            .unwrap();
        let sealer = key_file(folder.path()).unwrap().derive("a").unwrap();
        assert_eq!(sealer.open(&sealed, b"1").unwrap().as_slice(), b"x");
        assert!(!sealed.windows(1).skip(NONCE_LEN).all(|byte| byte == b"x"));
    }

    #[test]
    fn sealed_things_cannot_be_changed_swapped_or_opened_with_another_key() {
        let folder = tempfile::tempdir().unwrap();
        let keys = key_file(folder.path()).unwrap();
        let sealer = keys.derive("a").unwrap();
        let sealed = sealer.seal(b"secret", b"1", &SystemEntropy).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(&changed, b"1").is_err(), "byte {at}");
        }
        assert!(sealer.open(&sealed, b"2").is_err());
        assert!(keys.derive("b").unwrap().open(&sealed, b"1").is_err());
        assert!(sealer.open(&sealed[..5], b"1").is_err());
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_none_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        key_file(folder.path()).unwrap();
        let path = folder.path().join("key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).unwrap();
        assert!(matches!(key_file(folder.path()), Err(SealError::Exposed { .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"short").unwrap();
        assert!(matches!(key_file(folder.path()), Err(SealError::Malformed { .. })));
    }

    #[test]
    fn a_mac_key_is_not_the_key_of_another_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let keys = key_file(folder.path()).unwrap();
        let tag = hmac::sign(&keys.mac_key("a").unwrap(), b"x");
        assert!(hmac::verify(&keys.mac_key("a").unwrap(), b"x", tag.as_ref()).is_ok());
        assert!(hmac::verify(&keys.mac_key("b").unwrap(), b"x", tag.as_ref()).is_err());
    }

    #[test]
    fn the_layout_is_nonce_text_and_tag_of_aes_256_gcm() {
        // Test case 14 of the GCM submission: a key of zeros, a nonce of zeros, one block of zeros.
        struct Zeros;
        impl Entropy for Zeros {
            fn fill(&self, out: &mut [u8]) {
                out.fill(0);
            }
        }
        let key = UnboundKey::new(&AES_256_GCM, &[0; KEY_LENGTH]).unwrap();
        let sealer = Sealer {
            key: std::sync::Arc::new(LessSafeKey::new(key)),
        };
        let sealed = sealer.seal(&[0; 16], b"", &Zeros).unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&sealed),
            "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        );
    }

    #[test]
    fn every_fault_is_told_in_both_languages() {
        let path = PathBuf::from("/data/key");
        for fault in [
            SealError::File {
                path: path.clone(),
                source: std::io::Error::other("detail"),
            },
            SealError::Exposed { path: path.clone() },
            SealError::Malformed { path },
            SealError::Broken,
            SealError::Refused,
        ] {
            assert!(fault.message(Lang::En).is_ascii());
            assert!(fault.message(Lang::Ja).chars().any(|letter| letter >= 'ぁ'));
        }
    }
}
