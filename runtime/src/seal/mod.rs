//! Keeping things secret and unchanged at rest: one key file, and a key of its own for every purpose.
//!
//! Nothing is sealed with the key itself: HKDF-SHA-256 derives one key a purpose, so that what belongs to one place
//! neither opens nor vouches for anything in another. Sealing is AES-256-GCM with a random nonce of 96 bits: safe
//! for 2³² messages a purpose, far beyond what a house writes.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{constant_time, hkdf, hmac};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::entropy::{self, Entropy};
use crate::file::{read_bounded, write_atomic};
use crate::i18n::Lang;

const KEY_LEN: usize = 32;
const SALT: &[u8] = b"tomori key file, version 1";

/// How many bytes sealing adds.
pub const OVERHEAD: usize = NONCE_LEN + MAX_TAG_LEN;

/// Where keys come from. The file is the simplest; a security chip can be another.
pub trait KeyStore: Send + Sync {
    /// The sealer for `purpose`, the same every time.
    ///
    /// # Errors
    /// When the store cannot derive it.
    fn derive(&self, purpose: &str) -> Result<Sealer, SealError>;

    /// The authentication key for `purpose`, the same every time.
    ///
    /// # Errors
    /// When the store cannot derive it.
    fn mac_key(&self, purpose: &str) -> Result<MacKey, SealError>;
}

/// A key in a file of 32 bytes that only its owner can read (0600).
pub struct KeyFile {
    key: Zeroizing<[u8; KEY_LEN]>,
}

/// Seals and opens for one purpose.
pub struct Sealer {
    key: LessSafeKey,
}

/// Vouches for bytes, for one purpose: HMAC-SHA-256.
#[derive(Clone)]
pub struct MacKey {
    key: hmac::Key,
}

/// Why a key cannot be had, or why something does not open.
#[derive(Debug, Error)]
pub enum SealError {
    /// There is no key file.
    #[error("{}: no such key file; restore it from the backup of the data directory", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Others can read the key.
    #[error("{}: other users can read this key (mode {mode:03o}); run chmod 600 on it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not a key.
    #[error("{}: not a key file (it should be 32 bytes); restore it from the backup of the data directory", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{}: the key file cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The cryptographic library refused.
    #[error("the cryptographic library refused; the message may be too long")]
    Refused,
    /// It was changed, belongs elsewhere, or was sealed with another key.
    #[error("sealed data does not open: it was changed or moved, or the key file is not the one it was sealed with")]
    DoesNotOpen,
}

impl KeyFile {
    /// Reads the key, or makes one when there is no file yet.
    ///
    /// # Errors
    /// [`SealError`]. An existing file is never replaced: losing a key loses everything sealed with it.
    pub fn open_or_create(path: &Path, entropy: &dyn Entropy) -> Result<Self, SealError> {
        match Self::open(path) {
            Err(SealError::Missing { .. }) => {
                let key = Zeroizing::new(entropy::bytes(entropy));
                write_atomic(path, &*key).map_err(|source| SealError::Io {
                    path: path.to_owned(),
                    source,
                })?;
                Ok(Self { key })
            }
            other => other,
        }
    }

    /// Reads the key.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let own = || path.to_owned();
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => SealError::Missing { path: own() },
            io::ErrorKind::FileTooLarge => SealError::NotAKey { path: own() },
            _ => SealError::Io { path: own(), source },
        };
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SealError::Exposed { path: own(), mode });
        }
        let bytes = Zeroizing::new(read_bounded(path, KEY_LEN).map_err(failed)?);
        let key = <[u8; KEY_LEN]>::try_from(bytes.as_slice()).map_err(|_| SealError::NotAKey { path: own() })?;
        Ok(Self {
            key: Zeroizing::new(key),
        })
    }

    fn subkey(&self, use_: &str, purpose: &str) -> Result<Zeroizing<[u8; KEY_LEN]>, SealError> {
        let mut subkey = Zeroizing::new([0; KEY_LEN]);
        hkdf::Salt::new(hkdf::HKDF_SHA256, SALT)
            .extract(&*self.key)
            .expand(&[use_.as_bytes(), &[0], purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|derived| derived.fill(&mut *subkey))
            .map_err(|_| SealError::Refused)?;
        Ok(subkey)
    }
}

impl KeyStore for KeyFile {
    fn derive(&self, purpose: &str) -> Result<Sealer, SealError> {
        Sealer::new(&*self.subkey("seal", purpose)?)
    }

    fn mac_key(&self, purpose: &str) -> Result<MacKey, SealError> {
        Ok(MacKey::new(&*self.subkey("mac", purpose)?))
    }
}

impl Sealer {
    /// A sealer with this key, which comes from somewhere better than a key file.
    ///
    /// # Errors
    /// When the library refuses the key.
    pub fn new(key: &[u8; KEY_LEN]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealError::Refused)?;
        Ok(Self {
            key: LessSafeKey::new(key),
        })
    }

    /// Seals `plain`. It opens only with the same `bound_to`: name there what it is and where it belongs (a row, a
    /// sequence number), so that nobody can put it elsewhere.
    ///
    /// # Errors
    /// [`SealError::Refused`] beyond 64 GiB.
    pub fn seal(&self, plain: &[u8], bound_to: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE_LEN] = entropy::bytes(entropy);
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let body = sealed.get_mut(NONCE_LEN..).ok_or(SealError::Refused)?;
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), body)
            .map_err(|_| SealError::Refused)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) made. The plain bytes are wiped when they are dropped.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`].
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError::DoesNotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::DoesNotOpen)?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length = self
            .key
            .open_in_place(nonce, Aad::from(bound_to), plain.as_mut_slice())
            .map_err(|_| SealError::DoesNotOpen)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}

impl MacKey {
    /// A key that comes from somewhere better than a key file.
    #[must_use]
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// The tag of all `parts` in a row. Parts of varying length need their lengths among them.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(part);
        }
        let mut tag = [0; 32];
        for (byte, from) in tag.iter_mut().zip(context.sign().as_ref()) {
            *byte = *from;
        }
        tag
    }

    /// Whether `tag` is the tag of all `parts`; takes the same time whatever the answer.
    #[must_use]
    pub fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.tag(parts), tag).is_ok()
    }
}

impl SealError {
    /// What is wrong and the remedy, in one line for people.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return match self {
                Self::Io { source, .. } => format!("{self}: {source}"),
                other => other.to_string(),
            };
        }
        match self {
            Self::Missing { path } => format!(
                "{}: 鍵ファイルがありません。データディレクトリのバックアップから戻してください",
                path.display()
            ),
            Self::Exposed { path, mode } => format!(
                "{}: ほかのユーザーがこの鍵を読めます（モード {mode:03o}）。chmod 600 を実行してください",
                path.display()
            ),
            Self::NotAKey { path } => format!(
                "{}: 鍵ファイル（32 バイト）ではありません。データディレクトリのバックアップから戻してください",
                path.display()
            ),
            Self::Io { path, source } => format!("{}: 鍵ファイルを使えません（{source}）", path.display()),
            Self::Refused => "暗号ライブラリが拒否しました。データが長すぎるかもしれません".to_owned(),
            Self::DoesNotOpen => {
                "封印したデータが開きません。変更または移動されたか、鍵ファイルが封印時のものと違います".to_owned()
            }
        }
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile(..)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}

#[cfg(test)]
mod tests;
