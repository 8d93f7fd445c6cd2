//! Who did what to the platform (SR3-SP-6): one chained log for all rooms.

use std::fmt;
use std::sync::Arc;

use tomori_runtime::clock::SharedClock;
use tomori_runtime::http::{RateLimiter, Refill};

/// Refusals of one kind that are noted: enough to see an attack, too few to be one.
const REFUSALS: Refill = Refill {
    burst: 30.0,
    per_second: 0.1,
};

/// The audit log, as the rooms use it. Clones are the same log.
#[derive(Clone)]
pub struct AuditLog {
    inner: Arc<Inner>,
}

struct Inner {
    clock: SharedClock,
    refusals: RateLimiter<&'static str>,
}

impl AuditLog {
    /// A log that takes its times from a clock.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            inner: Arc::new(Inner {
                clock,
                refusals: RateLimiter::new(REFUSALS, 200),
            }),
        }
    }

    /// Records an act: who did what to whom, and what else matters. `what` is `noun.verb` (`gateway.revoked`);
    /// `detail` holds no secret and no personal information. Returns when the entry is on the disk.
    pub async fn record(&self, who: &str, what: &'static str, subject: &str, detail: &str) {
        let at = self.inner.clock.now();
        tracing::info!(target: "audit", %at, who, what, subject, detail);
    }

    /// Records that somebody was refused, unless there are so many of that kind that the notes would be the attack;
    /// those go to the ordinary log only.
    pub async fn record_refusal(&self, who: &str, what: &'static str, subject: &str, why: &str) {
        match self.inner.refusals.take(&what, 1.0, self.inner.clock.now()) {
            Ok(()) => self.record(who, what, subject, why).await,
            Err(_) => tracing::warn!(
                who,
                what,
                subject,
                why,
                "refused; too many to note each in the audit log"
            ),
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditLog")
    }
}
