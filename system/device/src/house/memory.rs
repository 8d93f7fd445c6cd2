//! What the house remembers between two runs: a real shutter stands where it was left, too.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tomori_runtime::file::{read_bounded, write_atomic};
use tomori_runtime::shutdown::Shutdown;

use super::VirtualHouse;
use crate::appliance::Look;

const LONGEST: usize = 256 * 1024;

/// How long changes are gathered before they are written.
const GATHER: Duration = Duration::from_secs(2);

/// The file that remembers.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    path: PathBuf,
}

impl Memory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// How each thing was left. A file that cannot be read is told and left alone: the house then stands as
    /// configured, and the next change writes the file anew.
    pub(super) fn read(&self) -> BTreeMap<String, Look> {
        let bytes = match read_bounded(&self.path, LONGEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return BTreeMap::new(),
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "how the house was left cannot be read");
                return BTreeMap::new();
            }
        };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(path = %self.path.display(), %error, "how the house was left cannot be understood");
            BTreeMap::new()
        })
    }

    fn write(&self, house: &VirtualHouse) {
        let looks: BTreeMap<String, Look> = house.nodes().into_iter().map(|node| (node.id, node.look)).collect();
        let written = serde_json::to_vec(&looks)
            .map_err(io::Error::other)
            .and_then(|bytes| write_atomic(&self.path, &bytes));
        if let Err(error) = written {
            tracing::warn!(path = %self.path.display(), %error, "how the house stands cannot be written down");
        }
    }
}

/// Writes after changes, and at the end.
pub(super) async fn keep(memory: Memory, house: VirtualHouse, shutdown: Shutdown) {
    let mut changes = house.changes();
    loop {
        let ends = tokio::select! {
            change = changes.recv() => matches!(change, Err(RecvError::Closed)),
            () = shutdown.wait() => true,
        };
        if !ends {
            tokio::select! {
                () = tokio::time::sleep(GATHER) => {}
                () = shutdown.wait() => {}
            }
            changes = changes.resubscribe();
        }
        let (memory, house) = (memory.clone(), house.clone());
        // The disk may be slow; the nodes must not wait for it.
        let _ = tokio::task::spawn_blocking(move || memory.write(&house)).await;
        if ends || shutdown.is_set() {
            return;
        }
    }
}
