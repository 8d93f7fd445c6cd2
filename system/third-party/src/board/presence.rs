//! Who looks at the board. Whoever has looked away for a minute has left: their cases are offered to the others.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::StaffId;

use crate::cases;

/// A page that is loaded anew is away for a moment; a network for a few seconds.
const GRACE: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(5);

/// Who looks at the board. Clones are the same.
#[derive(Clone)]
pub struct Presence {
    inner: Arc<Inner>,
}

struct Inner {
    cases: cases::Service,
    clock: SharedClock,
    people: Mutex<BTreeMap<StaffId, Looking>>,
}

#[derive(Debug, Clone, Copy)]
struct Looking {
    streams: usize,
    /// When the last stream ended; it counts while there is none.
    left_at: jiff::Timestamp,
}

/// Somebody looks, as long as this lives.
pub(crate) struct Stay {
    presence: Presence,
    staff: StaffId,
}

impl Presence {
    /// Nobody looks yet.
    #[must_use]
    pub fn new(cases: cases::Service, clock: SharedClock) -> Self {
        Self {
            inner: Arc::new(Inner {
                cases,
                clock,
                people: Mutex::default(),
            }),
        }
    }

    /// Somebody begins to look; `None` when they look from too many windows.
    pub(crate) fn stay(&self, staff: &StaffId) -> Option<Stay> {
        const MOST: usize = 12;
        let mut people = self.inner.people.lock().unwrap_or_else(PoisonError::into_inner);
        let looking = people.entry(staff.clone()).or_insert(Looking {
            streams: 0,
            left_at: self.inner.clock.now(),
        });
        if looking.streams >= MOST {
            return None;
        }
        looking.streams += 1;
        Some(Stay {
            presence: self.clone(),
            staff: staff.clone(),
        })
    }

    /// Offers what belongs to people who have left, until the shutdown. Owners whom nobody has seen since the start have
    /// left too, once the grace is over.
    pub async fn watch(self, shutdown: Shutdown) {
        let clock = self.inner.clock.clone();
        let began = clock.now();
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = clock.sleep_until(after(clock.now(), EVERY)) => {}
            }
            let now = clock.now();
            let owners = match self.inner.cases.owners().await {
                Ok(owners) => owners,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the owners cannot be read");
                    continue;
                }
            };
            for owner in owners {
                let since = {
                    let people = self.inner.people.lock().unwrap_or_else(PoisonError::into_inner);
                    match people.get(&owner) {
                        Some(looking) if looking.streams > 0 => continue,
                        Some(looking) => looking.left_at,
                        None => began,
                    }
                };
                if after(since, GRACE) <= now
                    && let Err(error) = self.inner.cases.offer_all(&owner).await
                {
                    tracing::error!(error = &error as &dyn std::error::Error, "cases cannot be offered");
                }
            }
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        let inner = &self.presence.inner;
        let mut people = inner.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(looking) = people.get_mut(&self.staff) {
            looking.streams = looking.streams.saturating_sub(1);
            looking.left_at = inner.clock.now();
        }
    }
}

impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presence")
    }
}
