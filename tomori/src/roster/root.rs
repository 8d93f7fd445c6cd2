//! The root's key file.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use tomori_runtime::file::{read_bounded, sync_parent};
use tomori_runtime::i18n::Lang;
use tomori_unlock::RootSigner;
use zeroize::Zeroizing;

use super::Complaint;
use crate::words::say;

const LONGEST: usize = 4096;

/// Reads the root of a key file that nobody else can read.
pub(super) fn read(path: &Path, lang: Lang) -> Result<RootSigner, Complaint> {
    let about = |key: &str, why: String| {
        Complaint(say(
            lang,
            key,
            &[("file", path.display().to_string().into()), ("why", why.into())],
        ))
    };
    let unreadable = |error: io::Error| about("roster-unreadable", error.to_string());
    let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(about("roster-key-exposed", String::new()));
    }
    let bytes = read_bounded(path, LONGEST).map(Zeroizing::new).map_err(unreadable)?;
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| RootSigner::from_pem(text).ok())
        .ok_or_else(|| about("roster-key-malformed", String::new()))
}

/// Writes a new file with this mode. One that is there already stays as it is.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_parent(path)
}
