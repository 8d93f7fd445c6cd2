//! Who did what to the platform (SR3-SP-6): one chained log for all rooms.

use std::path::Path;

pub use tomori_runtime::audit::{AuditError, AuditLog};
use tomori_runtime::journal::Verified;

/// The platform's key file in the data directory.
pub(crate) const KEY_FILE: &str = "platform.key";

/// Reads the whole log in the data directory of a platform that may be stopped or running, and tells whether the
/// chain holds.
///
/// # Errors
/// [`AuditError::Tampered`] with the first bad place, or why it cannot be told.
pub fn verify(data: &Path) -> Result<Verified, AuditError> {
    tomori_runtime::audit::verify_server(data, KEY_FILE)
}
