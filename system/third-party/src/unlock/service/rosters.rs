//! The roster: described, kept, sent.

use jiff::Timestamp;
use serde_json::json;
use tomori_smart_home::StaffId;
use tomori_smart_home::unlock::{Roster, Statement as _};
use tomori_unlock::SignedRoster;

use super::super::passkey::Passkey;
use super::super::port::RoadError;
use super::super::roster::{self, Change, Person, Warning};
use super::super::store::{self, rosters::Stored};
use super::{Service, UnlockError};
use crate::people::Viewer;

/// The longest word of the road that is kept.
const LONGEST_PROBLEM: usize = 300;

/// A roster that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The roster.
    pub roster: Roster,
    /// When it came here.
    pub kept_at: Timestamp,
    /// Who brought it.
    pub kept_by: StaffId,
    /// When the platform had it.
    pub sent_at: Option<Timestamp>,
    /// Why the platform does not have it.
    pub problem: Option<String>,
}

/// All that there is to know of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The one in force here.
    pub kept: Option<Kept>,
    /// What it changed against the one before.
    pub changes: Vec<Change>,
    /// What somebody should know.
    pub warnings: Vec<Warning>,
    /// Everybody's passkeys.
    pub passkeys: Vec<Passkey>,
}

impl Service {
    /// The pinned root, as people compare it.
    #[must_use]
    pub fn root(&self) -> Option<String> {
        self.inner.needs.company.root.map(|root| root.to_string())
    }

    /// The roster in force here.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn roster(&self) -> Result<Option<Roster>, UnlockError> {
        let newest = self
            .inner
            .database
            .read(|reader| store::rosters::newest(reader, 1))
            .await?;
        Ok(newest
            .first()
            .and_then(|stored| self.read(stored))
            .map(|kept| kept.roster))
    }

    /// A stored roster, if the pinned root signed it: another root means another beginning.
    fn read(&self, stored: &Stored) -> Option<Kept> {
        let root = self.inner.needs.company.root?;
        let roster = SignedRoster::from_bytes(&stored.signed).ok()?.open(&root).ok()?;
        Some(Kept {
            roster,
            kept_at: stored.kept_at,
            kept_by: stored.kept_by.clone(),
            sent_at: stored.sent_at,
            problem: stored.problem.clone(),
        })
    }

    /// All that there is to know of the roster.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn overview(&self) -> Result<Overview, UnlockError> {
        let newest = self
            .inner
            .database
            .read(|reader| store::rosters::newest(reader, 2))
            .await?;
        let mut kept = newest.iter().filter_map(|stored| self.read(stored));
        let (kept, before) = (kept.next(), kept.next());
        let passkeys = self.all_passkeys().await?;
        let roster = kept.as_ref().map(|kept| &kept.roster);
        let changes = roster.map(|roster| roster::changes(before.as_ref().map(|before| &before.roster), roster));
        let warnings = roster::warnings(roster, &passkeys, self.party(), self.now());
        Ok(Overview {
            changes: changes.unwrap_or_default(),
            warnings,
            passkeys,
            kept,
        })
    }

    /// The description to carry to the offline machine.
    ///
    /// # Errors
    /// When people or tables cannot be read.
    pub async fn describe(&self, viewer: &Viewer) -> Result<String, UnlockError> {
        let needs = &self.inner.needs;
        let people = needs.people.all().await?.into_iter().map(|staff| Person {
            id: staff.id,
            name: staff.name,
            role: staff.role,
        });
        let people: Vec<Person> = people.collect();
        let before = self.roster().await?;
        let passkeys = self.all_passkeys().await?;
        let text = roster::describe(
            &needs.company,
            self.party(),
            &people,
            &passkeys,
            before.as_ref(),
            self.now(),
        );
        let who = viewer.staff.as_str();
        self.audit(who, "roster.described", who, json!({})).await;
        Ok(text)
    }

    /// Keeps a signed roster and has it sent. Its version.
    ///
    /// # Errors
    /// [`UnlockError::Unfit`], with the reason.
    pub async fn keep_roster(&self, viewer: &Viewer, signed: Vec<u8>) -> Result<u64, UnlockError> {
        let (now, who) = (self.now(), viewer.staff.clone());
        let service = self.clone();
        let kept = self
            .inner
            .database
            .try_write(move |tx| {
                let newest = store::rosters::newest(tx, 1)?;
                let before = newest.first().and_then(|stored| service.read(stored));
                let before = before.as_ref().map(|before| &before.roster);
                let accepted = roster::accept(&signed, &service.inner.needs.company, before, now)?;
                // A version of another root may stand there: what it was is in the audit log.
                if newest.first().is_some_and(|stored| stored.version >= accepted.version) {
                    let version = newest.first().map_or(0, |stored| stored.version);
                    return Err(UnlockError::Unfit(roster::Unfit::NotNewer(version)));
                }
                let stored = Stored {
                    version: accepted.version,
                    signed,
                    kept_at: now,
                    kept_by: who,
                    sent_at: None,
                    problem: None,
                };
                store::rosters::add(tx, &stored)?;
                Ok(accepted)
            })
            .await;
        let who = viewer.staff.as_str();
        match kept {
            Ok(roster) => {
                let detail = json!({ "version": roster.version, "expiresAt": roster.expires_at.to_string() });
                self.audit(who, "roster.kept", roster.company.as_str(), detail).await;
                self.inner.news.notify_one();
                Ok(roster.version)
            }
            Err(UnlockError::Unfit(unfit)) => {
                let audit = &self.inner.needs.audit;
                audit
                    .record_refusal(who, "roster.refused", who, &unfit.to_string())
                    .await;
                Err(UnlockError::Unfit(unfit))
            }
            Err(error) => Err(error),
        }
    }

    /// Tries at once to send what the platform does not have.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn send_roster_again(&self, viewer: &Viewer) -> Result<(), UnlockError> {
        self.inner.database.write(store::rosters::again).await?;
        let who = viewer.staff.as_str();
        self.audit(who, "roster.sendAgain", who, json!({})).await;
        self.inner.news.notify_one();
        Ok(())
    }

    /// Sends the newest roster, when the platform does not have it.
    pub(super) async fn send_roster(&self) -> Result<(), UnlockError> {
        let now = self.now();
        let unsent = self
            .inner
            .database
            .read(move |reader| store::rosters::unsent(reader, now))
            .await?;
        let Some(stored) = unsent.filter(|stored| self.read(stored).is_some()) else {
            return Ok(());
        };
        let version = stored.version;
        let outcome = self.inner.needs.road.send_roster(&stored.signed).await;
        let problem = outcome.as_ref().err().map(shortened);
        let (now, noted) = (self.now(), problem.clone());
        self.inner
            .database
            .write(move |tx| store::rosters::tried(tx, version, now, noted.as_deref()))
            .await?;
        match problem {
            None => {
                let detail = json!({ "version": version });
                self.audit("server", "roster.sent", "platform", detail).await;
            }
            // Told once; that it goes on failing is on the page.
            Some(problem) if stored.problem.as_ref() != Some(&problem) => {
                let audit = &self.inner.needs.audit;
                audit
                    .record_refusal("server", "roster.notSent", "platform", &problem)
                    .await;
            }
            Some(_) => {}
        }
        Ok(())
    }
}

fn shortened(error: &RoadError) -> String {
    error.to_string().chars().take(LONGEST_PROBLEM).collect()
}
