//! Keeps an eye on what must not wait until somebody opens a home's page: frames in the name of a device from an address
//! that is not the device's (EP⑧).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::error::RecvError;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::{DeviceId, HomeId};

use crate::device_state::{self, Changed, Happened, Page};

/// How long an impersonation stays on the desk.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// Entries of a home's history that are looked at.
const LOOK: u16 = 50;
/// Homes that are looked at when the platform starts.
const MOST_AT_START: usize = 2000;

/// The watch. Clones are the same.
#[derive(Clone)]
pub(super) struct Watch {
    seen: Arc<Mutex<HashMap<HomeId, Impersonated>>>,
}

/// The newest impersonation in a home.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Impersonated {
    pub(super) at: Timestamp,
    pub(super) device: DeviceId,
    pub(super) address: String,
}

impl Watch {
    pub(super) fn start(state: device_state::Service, clock: SharedClock, shutdown: Shutdown) -> Self {
        let watch = Self { seen: Arc::default() };
        let (own, mut changes) = (watch.clone(), state.changes());
        tokio::spawn(async move {
            own.look_at_all(&state, &clock).await;
            loop {
                tokio::select! {
                    () = shutdown.wait() => return,
                    change = changes.recv() => match change {
                        Ok(change) if change.what == Changed::History => own.look(&state, &clock, &change.home).await,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => own.look_at_all(&state, &clock).await,
                        Err(RecvError::Closed) => return,
                    },
                }
            }
        });
        watch
    }

    /// The newest impersonation of each home in the last day, newest first.
    pub(super) fn impersonations(&self, now: Timestamp) -> Vec<(HomeId, Impersonated)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, one| now.duration_since(one.at) < REMEMBERED);
        let mut newest: Vec<_> = seen.iter().map(|(home, one)| (home.clone(), one.clone())).collect();
        newest.sort_by_key(|(_, one)| std::cmp::Reverse(one.at));
        newest
    }

    async fn look_at_all(&self, state: &device_state::Service, clock: &SharedClock) {
        let Ok(homes) = state.homes().await else { return };
        for home in homes.iter().take(MOST_AT_START) {
            self.look(state, clock, &home.id).await;
        }
    }

    async fn look(&self, state: &device_state::Service, clock: &SharedClock, home: &HomeId) {
        let page = Page {
            before: None,
            limit: LOOK,
            device: None,
        };
        let Ok(page) = state.history(home, page).await else {
            return;
        };
        let now = clock.now();
        let newest = page.entries.into_iter().find_map(|entry| match entry.happened {
            Happened::Impersonation { device, address } if now.duration_since(entry.at) < REMEMBERED => {
                Some(Impersonated {
                    at: entry.at,
                    device,
                    address,
                })
            }
            _ => None,
        });
        if let Some(newest) = newest {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(home.clone(), newest);
        }
    }
}
