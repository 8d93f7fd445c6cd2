//! Closed cases go when their time is over, with everything that belongs to them: story, missions, messages, photos (SR3-PP-14).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::clock::after;
use tomori_runtime::shutdown::Shutdown;

use super::{ServerError, Services};

/// How often it is looked what is over.
const EVERY: Duration = Duration::from_secs(3600);

/// Forgets until the shutdown what was closed longer ago than `keep`.
pub(super) async fn watch(services: Services, keep: SignedDuration, shutdown: Shutdown) {
    let clock = services.clock.clone();
    loop {
        let before = clock.now().checked_sub(keep).unwrap_or(Timestamp::MIN);
        if let Err(error) = forget(&services, before).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "closed cases cannot be forgotten"
            );
        }
        tokio::select! {
            () = shutdown.wait() => return,
            () = clock.sleep_until(after(clock.now(), EVERY)) => {}
        }
    }
}

async fn forget(services: &Services, before: Timestamp) -> Result<(), ServerError> {
    services.emergency.forget(before).await?;
    loop {
        let over = services.cases.closed_before(before).await?;
        if over.is_empty() {
            return Ok(());
        }
        for case in over {
            services.photos.forget_case(&case).await?;
            services.dispatch.forget_case(&case).await?;
            services.unlock.forget_case(&case).await?;
            // Last: what was left by a stop in between is found again.
            services.cases.forget(&case).await?;
        }
    }
}
