//! The virtual devices alone.

use std::path::Path;
use std::sync::Arc;

use tomori_runtime::clock::SystemClock;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;

use super::{Complaint, configuration, data_dir, until_asked};

/// Runs virtual devices until somebody asks to stop.
///
/// # Errors
/// When the configuration or an address does not fit.
pub async fn run(config: &Path, data: &Path, lang: Lang) -> Result<(), Complaint> {
    let config = configuration(config, lang)?;
    let data = data_dir(&data.join("device"), lang)?;
    let (trigger, shutdown) = Shutdown::new();
    let running = tomori_device::run(config, &data, Arc::new(SystemClock), Arc::new(SystemEntropy), shutdown);
    tokio::pin!(running);
    tokio::select! {
        ended = running.as_mut() => return ended.map_err(|error| Complaint(error.message(lang))),
        () = until_asked() => trigger.stop(),
    }
    running.await.map_err(|error| Complaint(error.message(lang)))
}
