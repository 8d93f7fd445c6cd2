//! Whether each company's server is heard. One that is not, while homes rely on it, is the operator's business.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::CompanyId;

use crate::audit::AuditLog;
use crate::auth::companies;

/// How often the companies are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Who is heard. Clones are the same.
#[derive(Clone)]
pub struct Supervision {
    inner: Arc<Inner>,
}

struct Inner {
    clock: SharedClock,
    audit: AuditLog,
    silent_after: Duration,
    /// Nobody can have been heard before; everybody gets one interval.
    began: Timestamp,
    heard: Mutex<BTreeMap<CompanyId, Heard>>,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    /// When last; `None` while only the silence is known.
    at: Option<Timestamp>,
    is_silent: bool,
}

/// How a company is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hearing {
    /// When last, since the platform started.
    pub at: Option<Timestamp>,
    /// Whether that is too long ago.
    pub is_silent: bool,
}

impl Supervision {
    /// Nobody is heard yet.
    #[must_use]
    pub fn new(clock: SharedClock, audit: AuditLog, silent_after: Duration) -> Self {
        Self {
            inner: Arc::new(Inner {
                began: clock.now(),
                clock,
                audit,
                silent_after,
                heard: Mutex::default(),
            }),
        }
    }

    /// A company was heard.
    pub(super) async fn heard(&self, company: &CompanyId) {
        let heard = Heard {
            at: Some(self.inner.clock.now()),
            is_silent: false,
        };
        let before = self.lock().insert(company.clone(), heard);
        if before.is_some_and(|before| before.is_silent) {
            tracing::info!(%company, "the company's server is heard again");
            let who = company.as_str();
            self.inner.audit.record(who, "company.heard", who, "").await;
        }
    }

    /// How a company is heard.
    #[must_use]
    pub fn hearing(&self, company: &CompanyId) -> Hearing {
        let found = self.lock().get(company).copied();
        Hearing {
            at: found.and_then(|heard| heard.at),
            is_silent: found.is_some_and(|heard| heard.is_silent),
        }
    }

    /// Companies that are not heard though they should be, with the last moment at which they were, or at which the
    /// platform began to listen.
    #[must_use]
    pub fn silent(&self) -> Vec<(CompanyId, Timestamp)> {
        let heard = self.lock();
        let silent = heard.iter().filter(|(_, heard)| heard.is_silent);
        silent
            .map(|(company, heard)| (company.clone(), heard.at.unwrap_or(self.inner.began)))
            .collect()
    }

    /// Looks for the silent ones until the shutdown.
    pub(crate) async fn watch(self, companies: companies::Service, shutdown: Shutdown) {
        let clock = self.inner.clock.clone();
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = clock.sleep_until(after(clock.now(), EVERY)) => {}
            }
            match companies.links().await {
                Ok(links) => self.look(links).await,
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the companies cannot be looked at"
                ),
            }
        }
    }

    async fn look(&self, links: Vec<(CompanyId, companies::Link)>) {
        let now = self.inner.clock.now();
        let mut lost = Vec::new();
        {
            let mut heard = self.lock();
            // Whoever was unlinked is not expected any more.
            heard.retain(|company, _| links.iter().any(|(linked, _)| linked == company));
            for (company, link) in links {
                let known = heard.entry(company.clone()).or_insert(Heard {
                    at: None,
                    is_silent: false,
                });
                let last = known.at.unwrap_or(self.inner.began.max(link.since));
                if !known.is_silent && after(last, self.inner.silent_after) <= now {
                    known.is_silent = true;
                    lost.push((company, last));
                }
            }
        }
        for (company, since) in lost {
            tracing::error!(%company, %since, "the company's server is not heard; alarms of its homes wait here");
            let (who, detail) = (company.as_str(), json!({ "since": since }).to_string());
            self.inner.audit.record("server", "company.silent", who, &detail).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<CompanyId, Heard>> {
        self.inner.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Supervision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervision").finish_non_exhaustive()
    }
}
