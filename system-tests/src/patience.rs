//! Waiting for what shall come, with an end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a test waits for what ought to come soon. Long, because a loaded machine is no fault.
pub const PATIENCE: Duration = Duration::from_secs(40);

const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Waits until something is so.
///
/// # Errors
/// When it is not so within [`PATIENCE`], naming it.
pub async fn until(what: &str, is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    until_within(PATIENCE, what, is_so).await
}

/// Waits until something is so, for as long as given.
///
/// # Errors
/// When it is not so in time, naming it; and whatever looking fails with.
pub async fn until_within(patience: Duration, what: &str, mut is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !is_so().await? {
        if began.elapsed() > patience {
            bail!("not so after {} s: {what}", patience.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
