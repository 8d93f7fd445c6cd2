//! What a thing keeps of its enrolment: its key, its certificate, and where its gateway is.

use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tomori_runtime::file::{read_bounded, write_atomic};

const LARGEST: usize = 64 * 1024;

/// A thing's papers. Whoever has them is that thing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Papers {
    /// Its id, as the equipment list has it.
    pub device: String,
    /// Its key, PKCS #8.
    pub(super) key: Vec<u8>,
    /// Its certificate, then the authority's; DER.
    pub(super) chain: Vec<Vec<u8>>,
    /// `host:port` of the gateway's MQTT door.
    pub(super) mqtt: String,
    /// The name in the gateway's certificate.
    pub(super) name: String,
}

impl Papers {
    /// The papers in a file; `None` when there is none, or nothing that can be read: then the thing has to be enrolled.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        match read_bounded(path, LARGEST) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "a thing's papers cannot be read"))
                .ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a thing's papers cannot be read");
                None
            }
        }
    }

    /// Writes them down (mode 0600).
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        write_atomic(path, &bytes)
    }
}

impl fmt::Debug for Papers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Papers")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}
