//! The screen: the only place where the command writes to standard output and standard error.

use std::io::Write as _;

/// Writes a line to standard output. When nobody reads any more there is nobody to tell.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Writes a line to standard error.
pub(crate) fn complaint(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
