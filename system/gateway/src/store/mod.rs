//! What the gateway remembers: one sealed journal of events and notes, and the sealed sum of them.
//!
//! Order is what keeps the promises: a line is on the disk before its effect is seen by anybody; the sum is on the
//! disk before the lines it covers may go; a line goes only when the platform has stored its events.

mod backlog;
mod compact;
mod merge;
mod record;
mod service;
mod shelf;
mod state;
mod writer;

use crate::vault::Vault;

pub use record::RecordError;
pub(crate) use record::{Draft, Note};
pub use service::{Health, StoreError};
pub(crate) use service::{Need, Store};
pub(crate) use state::Account;

/// Removes everything remembered: journals, the sum of them, the house plan.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn wipe(vault: &Vault) -> std::io::Result<()> {
    for folder in shelf::folders(vault)? {
        std::fs::remove_dir_all(&folder)?;
    }
    for name in [service::MEMORY, "plan"] {
        match std::fs::remove_file(vault.path(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
