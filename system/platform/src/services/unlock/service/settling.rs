//! What becomes of bundles: the gateway's answers, and that none came.
//!
//! Answers stand in the incidents, as the gateways told them; this room looks there. So it may be stopped at any moment
//! and finds them when it is started again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::unlock::{Attestation, Receipt, Statement as _};
use tomori_unlock::Attested;

use super::super::store::{self, Kept};
use super::{Service, UnlockError, Words};
use crate::device_state::DoorWord;
use crate::services::dispatch::{Entry, Step};

/// How often it is looked whether a bundle has expired, while one waits.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long after its end an answer may come without being called missing: it takes the road back.
const GRACE: SignedDuration = SignedDuration::from_secs(15);
/// How long an answer is waited for: a gateway whose line is cut keeps it.
const WAIT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Bundles that are looked after at once at most.
const MOST: u32 = 1_000;

/// A gateway's answer in an incident.
struct Answer<'a> {
    entry: u64,
    code: &'a str,
    attested: &'a Attestation,
}

impl Service {
    /// Looks after the bundles until told to stop.
    pub async fn run(self, shutdown: Shutdown) {
        let mut told = self.inner.dispatch.told();
        loop {
            // Marked as seen before it is looked at: what comes meanwhile wakes again.
            told.borrow_and_update();
            let is_busy = self.settle().await.unwrap_or_else(|error| {
                tracing::error!(%error, "what became of bundles cannot be seen yet");
                true
            });
            tokio::select! {
                changed = told.changed() => if changed.is_err() { return },
                () = self.inner.wake.notified() => {}
                () = self.inner.clock.sleep(LOOK_EVERY), if is_busy => {}
                () = shutdown.wait() => return,
            }
        }
    }

    /// Looks once; true while bundles wait whose end is still to come.
    ///
    /// # Errors
    /// When something cannot be read or stored.
    pub async fn settle(&self) -> Result<bool, UnlockError> {
        let now = self.now();
        let since = now.checked_sub(WAIT).unwrap_or(now);
        let open = self
            .inner
            .database
            .read(move |reader| store::open(reader, since, MOST))
            .await?;
        let mut is_busy = false;
        for kept in &open {
            is_busy |= self.look_after(kept, now).await?;
        }
        Ok(is_busy)
    }

    /// True while the end of this bundle is still to come.
    async fn look_after(&self, kept: &Kept, now: Timestamp) -> Result<bool, UnlockError> {
        let (_, entries) = self.inner.dispatch.any(&kept.incident).await?;
        if let Some(answer) = answer(kept, &entries) {
            self.answered(kept, &answer).await?;
            return Ok(false);
        }
        if kept.answer.is_some() {
            return Ok(false);
        }
        let is_told = |entry: &Entry| matches!(&entry.step, Step::UnlockAsked { bundle, .. } if *bundle == kept.digest);
        if !entries.iter().any(is_told) {
            // The platform stopped between keeping it and saying so.
            let words = Words {
                digest: kept.digest,
                incident: kept.incident.clone(),
                home: kept.home.clone(),
                lock: kept.lock.clone(),
                expires_at: kept.expires_at,
            };
            self.tell_asked(&words, false).await?;
        }
        let end = kept.expires_at.checked_add(GRACE).unwrap_or(kept.expires_at);
        if now >= end && !kept.is_unanswered {
            self.unanswered(kept).await?;
        }
        Ok(now < end)
    }

    async fn answered(&self, kept: &Kept, answer: &Answer<'_>) -> Result<(), UnlockError> {
        let receipt = Attested::from_bytes(&answer.attested.0)
            .ok()
            .and_then(|signed| Receipt::from_bytes(&signed.statement).ok());
        let roster = receipt.map(|receipt| receipt.roster);
        let (digest, company, code, entry) = (kept.digest, kept.company.clone(), answer.code.to_owned(), answer.entry);
        self.inner
            .database
            .write(move |tx| {
                if let Some(version) = roster {
                    store::use_roster(tx, &company, version)?;
                }
                store::answered(tx, &digest, &code, entry)
            })
            .await?;
        let detail = json!({ "bundle": kept.digest, "answer": answer.code, "roster": roster }).to_string();
        let subject = kept.incident.as_str();
        self.inner
            .audit
            .record(kept.home.as_str(), "unlock.answered", subject, &detail)
            .await;
        Ok(())
    }

    async fn unanswered(&self, kept: &Kept) -> Result<(), UnlockError> {
        let step = Step::UnlockUnanswered {
            bundle: kept.digest,
            lock: kept.lock.clone(),
            is_sent: kept.sent_at.is_some(),
        };
        let told = format!("unanswered {}", kept.digest);
        self.inner.dispatch.tell_of_unlock(&kept.incident, &step, told).await?;
        let digest = kept.digest;
        self.inner
            .database
            .write(move |tx| store::unanswered(tx, &digest))
            .await?;
        let detail = json!({ "bundle": kept.digest, "sent": kept.sent_at.is_some() }).to_string();
        let subject = kept.incident.as_str();
        self.inner
            .audit
            .record(kept.home.as_str(), "unlock.unanswered", subject, &detail)
            .await;
        Ok(())
    }
}

/// The newest answer to a bundle that was not seen before.
fn answer<'a>(kept: &Kept, entries: &'a [Entry]) -> Option<Answer<'a>> {
    entries
        .iter()
        .rev()
        .filter(|entry| entry.number > kept.entry)
        .find_map(|entry| match &entry.step {
            Step::Door {
                word: DoorWord::Answered { bundle, attested },
                answer,
            } if *bundle == kept.digest => Some(Answer {
                entry: entry.number,
                code: answer.as_deref().unwrap_or("unreadable"),
                attested,
            }),
            _ => None,
        })
}
