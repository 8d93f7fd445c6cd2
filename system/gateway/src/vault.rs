//! Small sealed files: whole or absent, readable by this gateway only (T3-11 EP⑤, disclosure and tampering).

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::file;
use tomori_runtime::seal::{KeyFile, KeyStore, MacKey, SealError, Sealer};
use zeroize::Zeroizing;

/// The key file's name.
const KEY: &str = "gateway.key";
/// How sealed files are called.
const SUFFIX: &str = ".sealed";
/// No sealed file of a gateway is larger.
const LARGEST: usize = 4 * 1024 * 1024;

/// Why a sealed file cannot be used.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The key is gone while things sealed with it are there.
    #[error(
        "{}: missing, and {} was sealed with it; put the key file back, or move the data directory away and enrol again",
        key.display(), sealed.display()
    )]
    KeyMissing {
        /// Where the key belongs.
        key: PathBuf,
        /// A file that needs it.
        sealed: PathBuf,
    },
    /// The key cannot be used.
    #[error("the gateway's key cannot be used")]
    Key(#[source] SealError),
    /// The file was changed, or sealed with another key.
    #[error(
        "{}: changed by somebody else than this gateway, or sealed with another key; restore it together with \
         gateway.key from a backup, or move the data directory away and enrol again", path.display()
    )]
    Tampered {
        /// The file.
        path: PathBuf,
    },
    /// Its content is of another version of this software.
    #[error("{}: not in a form that this software reads; install the version that wrote it", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The file system says no.
    #[error("{}: cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The gateway's sealed files, and the key they are sealed with. Clones share them.
#[derive(Clone)]
pub(crate) struct Vault {
    data: DataDir,
    keys: Arc<dyn KeyStore>,
    entropy: SharedEntropy,
}

impl Vault {
    /// Opens the vault of a data directory; makes its key when there is nothing yet.
    pub(crate) fn open(data: DataDir, entropy: SharedEntropy) -> Result<Self, VaultError> {
        let key = data.path(KEY);
        if !key.exists()
            && let Some(sealed) = any_sealed(&data)
        {
            return Err(VaultError::KeyMissing { key, sealed });
        }
        let keys = KeyFile::open_or_create(&key, &*entropy).map_err(VaultError::Key)?;
        Ok(Self::with_keys(data, Arc::new(keys), entropy))
    }

    /// A vault whose keys are kept elsewhere.
    pub(crate) fn with_keys(data: DataDir, keys: Arc<dyn KeyStore>, entropy: SharedEntropy) -> Self {
        Self { data, keys, entropy }
    }

    /// The directory it is in.
    pub(crate) fn data(&self) -> &DataDir {
        &self.data
    }

    /// A sealer for a purpose of its own.
    pub(crate) fn sealer(&self, purpose: &str) -> Result<Sealer, VaultError> {
        self.keys.derive(purpose).map_err(VaultError::Key)
    }

    /// A key for message authentication, for a purpose of its own.
    pub(crate) fn mac_key(&self, purpose: &str) -> Result<MacKey, VaultError> {
        self.keys.mac_key(purpose).map_err(VaultError::Key)
    }

    /// The path of a sealed file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.data.path(&format!("{name}{SUFFIX}"))
    }

    /// Reads a sealed file; `None` when there is none.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, VaultError> {
        let path = self.path(name);
        let sealed = match file::read_bounded(&path, LARGEST) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(VaultError::File { path, source }),
        };
        let Ok(plain) = self.sealer(name)?.open(&sealed, name.as_bytes()) else {
            return Err(VaultError::Tampered { path });
        };
        serde_json::from_slice(&plain)
            .map(Some)
            .map_err(|source| VaultError::Malformed { path, source })
    }

    /// Replaces a sealed file, wholly or not at all. On return it is on the disk.
    pub(crate) fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), VaultError> {
        let path = self.path(name);
        let plain = serde_json::to_vec(value).map(Zeroizing::new);
        let plain = match plain {
            Ok(plain) => plain,
            Err(source) => return Err(VaultError::Malformed { path, source }),
        };
        let sealed = self
            .sealer(name)?
            .seal(&plain, name.as_bytes(), &*self.entropy)
            .map_err(VaultError::Key)?;
        file::write_atomic(&path, &sealed).map_err(|source| VaultError::File { path, source })
    }
}

fn any_sealed(data: &DataDir) -> Option<PathBuf> {
    let entries = std::fs::read_dir(data.root()).ok()?;
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with(SUFFIX))
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
