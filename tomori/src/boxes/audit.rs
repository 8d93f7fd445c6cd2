//! Audit logs, from outside.

use std::path::Path;

use tomori_platform::audit::{self, AuditError};
use tomori_runtime::i18n::Lang;

use super::Complaint;
use crate::words::say;

/// Verifies the audit log in the data folder of a platform or of a security company's server; the text tells what was
/// found.
///
/// # Errors
/// When the chain does not hold, with its first bad place.
pub fn verify(folder: &Path, lang: Lang) -> Result<String, Complaint> {
    // A folder holds one server. Where it is none, the platform's reader says so.
    let verified = match tomori_third_party::server::verify_audit(folder) {
        Err(AuditError::Absent(_)) => audit::verify(folder),
        told => told,
    };
    let verified = verified.map_err(|error| match error {
        AuditError::Tampered(tampered) => Complaint(say(
            lang,
            "audit-broken",
            &[
                ("folder", folder.display().to_string().into()),
                ("what", tampered.message(lang).into()),
            ],
        )),
        // Whoever names the wrong folder is not told that somebody changed the log.
        error => Complaint(error.message(lang)),
    })?;
    Ok(say(
        lang,
        "audit-whole",
        &[
            ("folder", folder.display().to_string().into()),
            ("entries", verified.entries.into()),
            ("first", verified.first_seq.into()),
            ("last", verified.last_seq.into()),
        ],
    ))
}
