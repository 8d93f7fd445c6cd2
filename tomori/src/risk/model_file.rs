//! Reads the description of a service from its file.

use std::path::Path;

use tomori_risk::description::ServiceModel;
use tomori_runtime::config::{ConfigError, Rejection, load_checked};

/// The longest description that is read: 16 MiB, several times what ten thousand components take.
const LONGEST: usize = 16 * 1024 * 1024;

/// The description at `path`, checked.
///
/// # Errors
/// [`ConfigError`]: file, line, column, key, what is wrong and the remedy.
pub(super) fn read(path: &Path) -> Result<ServiceModel, ConfigError> {
    load_checked(path, LONGEST, |model: &ServiceModel| {
        model
            .check()
            .map_err(|flaw| Rejection::new(&flaw.key, flaw.text.en, flaw.text.ja))
    })
}
