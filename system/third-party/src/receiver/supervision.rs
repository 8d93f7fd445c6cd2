//! Panels that have to be heard: one that is not becomes a line on the board.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use tomori_runtime::clock::after;
use tomori_runtime::shutdown::Shutdown;
use tomori_sia_dc09::Account;

use super::service::Service;

/// How often the panels are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// A panel was heard.
pub(super) async fn heard(service: &Service, account: &Account, now: Timestamp) {
    let earlier = {
        let mut heard = service.inner.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.insert(account.clone(), now)
    };
    let panel = service.inner.panels.find(account);
    let Some(supervision) = panel.and_then(|panel| panel.supervision) else {
        return;
    };
    // The first word since the start may end a silence of before; later ones only when the panel was overdue.
    let overdue = earlier.is_none_or(|earlier| after(earlier, supervision) <= now);
    if overdue && let Err(error) = service.inner.cases.back(account).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a panel's return could not be stored"
        );
    }
}

pub(super) async fn watch(service: Service, shutdown: Shutdown) {
    let clock = service.inner.clock.clone();
    let began = clock.now();
    let mut lost: BTreeSet<Account> = BTreeSet::new();
    loop {
        tokio::select! {
            () = shutdown.wait() => return,
            () = clock.sleep_until(after(clock.now(), EVERY)) => {}
        }
        let now = clock.now();
        let mut still = BTreeSet::new();
        for panel in service.inner.panels.all() {
            let Some(supervision) = panel.supervision else { continue };
            // After a start every panel has one interval to be heard.
            let last = service.heard(&panel.account).unwrap_or(began);
            if after(last, supervision) > now {
                continue;
            }
            still.insert(panel.account.clone());
            if lost.contains(&panel.account) {
                continue;
            }
            if let Err(error) = service.inner.cases.lost(&panel.account, last).await {
                // Not stored is not told: it is tried again with the next look.
                still.remove(&panel.account);
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a lost panel could not be stored"
                );
            }
        }
        lost = still;
    }
}
