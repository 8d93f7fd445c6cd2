//! Drafts after they were signed: taken back, sent, answered, over.

use std::collections::HashMap;

use serde_json::json;
use tomori_smart_home::unlock::{Digest, Receipt, RefusalNotice, Statement as _};
use tomori_smart_home::{CaseId, IncidentId, StaffId};
use tomori_unlock::Attested;

use super::super::draft::{Answer, Denied, Draft, State};
use super::super::port::{House, RoadError};
use super::super::store;
use super::{Service, UnlockError};
use crate::cases::{CaseError, Line};
use crate::people::{Role, Viewer};

/// Drafts of a case that its page shows.
const SHOWN: usize = 12;
/// The longest word of the road that is kept.
const LONGEST_WHY: usize = 300;

impl Service {
    /// The house of a case, when its door can be opened from afar.
    ///
    /// # Errors
    /// When it cannot be told now.
    pub async fn house(&self, case: &CaseId) -> Result<Option<House>, UnlockError> {
        Ok(self.inner.needs.houses.house(case).await?)
    }

    /// The drafts of a case, the newest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn drafts(&self, case: &CaseId) -> Result<Vec<Draft>, UnlockError> {
        let case = case.clone();
        let database = &self.inner.database;
        Ok(database
            .read(move |reader| store::drafts::of_case(reader, &case, SHOWN))
            .await?)
    }

    /// The draft that people are working on.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn open_draft(&self, case: &CaseId) -> Result<Option<Draft>, UnlockError> {
        let case = case.clone();
        let database = &self.inner.database;
        Ok(database
            .read(move |reader| store::drafts::open_of(reader, &case))
            .await?)
    }

    /// The cases in which somebody or the gateway has something to do for a door.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn waiting(&self) -> Result<HashMap<CaseId, State>, UnlockError> {
        let open = self.inner.database.read(store::drafts::open).await?;
        Ok(open.into_iter().map(|draft| (draft.case, draft.state)).collect())
    }

    /// Takes a draft back: the guard who began it, whoever sees to the case, or a supervisor. What was sent cannot be called
    /// back.
    ///
    /// # Errors
    /// [`UnlockError::Denied`] when there is nothing to take back, [`UnlockError::Case`] when it is not theirs.
    pub async fn withdraw(&self, viewer: &Viewer, case: &CaseId) -> Result<(), UnlockError> {
        let draft = self.open_draft(case).await?.ok_or(Denied::NotNow)?;
        match viewer.role {
            Role::Guard if draft.arrival.what.guard != viewer.staff => return Err(UnlockError::NotSent),
            Role::Operator => {
                let found = self.inner.needs.cases.case(case).await?.case;
                found.may_work(&viewer.staff).map_err(CaseError::from)?;
            }
            _ => {}
        }
        self.end(case, Some(&viewer.staff)).await
    }

    /// A case has ended: what was not sent is taken back.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn case_closed(&self, case: &CaseId) -> Result<(), UnlockError> {
        match self.end(case, None).await {
            Ok(()) | Err(UnlockError::Denied(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Forgets what was signed for a case. The audit log keeps that it was.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget_case(&self, case: &CaseId) -> Result<(), UnlockError> {
        let case = case.clone();
        let database = &self.inner.database;
        Ok(database.write(move |tx| store::drafts::forget(tx, &case)).await?)
    }

    async fn end(&self, case: &CaseId, who: Option<&StaffId>) -> Result<(), UnlockError> {
        let (wanted, now) = (case.clone(), self.now());
        self.inner
            .database
            .try_write(move |tx| {
                let draft = store::drafts::open_of(tx, &wanted)?.ok_or(Denied::NotNow)?;
                let ended = draft.become_state(State::Withdrawn, now)?;
                store::drafts::put(tx, &ended)?;
                Ok::<(), UnlockError>(())
            })
            .await?;
        let by = who.map_or("server", StaffId::as_str);
        self.audit(by, "unlock.withdrawn", case.as_str(), json!({})).await;
        self.tell(case, who, "unlockWithdrawn", Line::default()).await
    }

    /// What the gateway answered, as it came with the feed: a signed receipt or refusal. Whose gateway's signature it is, the
    /// gateway's key would have to tell, which this server does not hold; `tomori audit verify` looks at it. `false` when it
    /// is no answer to a bundle of this server.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn answered(&self, incident: &IncidentId, attested: &[u8]) -> Result<bool, UnlockError> {
        let Ok(attested) = Attested::from_bytes(attested) else {
            return Ok(false);
        };
        let receipt = Receipt::from_bytes(&attested.statement).ok();
        let refusal = RefusalNotice::from_bytes(&attested.statement).ok();
        let (bundle, answer) = match (receipt, refusal) {
            (Some(receipt), _) if receipt.incident == *incident => (receipt.bundle, Answer::Driven(receipt.outcome)),
            (None, Some(refusal)) => (refusal.bundle, Answer::Refused(refusal.why)),
            _ => return Ok(false),
        };
        let (now, of) = (self.now(), incident.clone());
        let changed = self
            .inner
            .database
            .try_write(move |tx| {
                let found = store::drafts::of_bundle(tx, bundle)?;
                let Some(draft) = found.filter(|draft| draft.arrival.what.incident == of) else {
                    return Ok::<_, UnlockError>(None);
                };
                // The same answer told again changes nothing, nor does another refusal after the first.
                let Ok(mut answered) = draft.become_state(answer.state(), now) else {
                    return Ok(Some(None));
                };
                answered.why = answer.why();
                store::drafts::put(tx, &answered)?;
                Ok(Some(Some(answered)))
            })
            .await?;
        let Some(changed) = changed else {
            return Ok(false);
        };
        if let Some(draft) = changed {
            let detail = json!({ "incident": incident, "answer": draft.state.word(), "why": draft.why });
            self.audit("gateway", "unlock.answered", draft.case.as_str(), detail)
                .await;
            // The feed's own entry tells the story of the case; its pages have to look again.
            self.inner.needs.cases.changed();
        }
        Ok(true)
    }

    /// The platform says that a bundle is over and the gateway has not answered; `is_sent`: whether the gateway may have had
    /// it. `false` when it is no bundle of this server.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn unanswered(&self, incident: &IncidentId, bundle: Digest, is_sent: bool) -> Result<bool, UnlockError> {
        let of = incident.clone();
        let found = self
            .inner
            .database
            .read(move |reader| store::drafts::of_bundle(reader, bundle))
            .await?;
        let Some(draft) = found.filter(|draft| draft.arrival.what.incident == of) else {
            return Ok(false);
        };
        let next = if is_sent { State::NoAnswer } else { State::Expired };
        self.over(&draft, next).await?;
        Ok(true)
    }

    /// Sends what is complete, and ends what is over.
    pub(super) async fn look_at_drafts(&self) -> Result<(), UnlockError> {
        for draft in self.inner.database.read(store::drafts::open).await? {
            match draft.over(self.now()) {
                Some(next) => self.over(&draft, next).await?,
                None if draft.state == State::Approved => self.send(&draft).await?,
                None => {}
            }
        }
        Ok(())
    }

    async fn over(&self, draft: &Draft, next: State) -> Result<(), UnlockError> {
        if let Some(draft) = self.become_state(draft, next, None).await? {
            self.audit(
                "server",
                "unlock.ended",
                draft.case.as_str(),
                json!({ "state": next.word() }),
            )
            .await;
            self.tell(&draft.case, None, word(next), Line::default()).await?;
        }
        Ok(())
    }

    async fn send(&self, draft: &Draft) -> Result<(), UnlockError> {
        let Some(bundle) = draft.bundle() else {
            return Ok(());
        };
        let sent = self.inner.needs.road.send_bundle(&bundle.to_bytes()).await;
        let (next, why) = match sent {
            Ok(()) => (State::Sent, None),
            Err(error @ (RoadError::Refused(_) | RoadError::NoRoad)) => {
                let why: String = error.to_string().chars().take(LONGEST_WHY).collect();
                (State::NotSent, Some(why))
            }
            // It is tried again until it is over.
            Err(RoadError::Unreachable(why)) => {
                tracing::warn!(draft = draft.number, why, "a bundle did not reach the platform");
                return Ok(());
            }
        };
        if let Some(draft) = self.become_state(draft, next, why).await? {
            let detail = json!({ "state": next.word(), "bundle": bundle.digest(), "why": draft.why });
            self.audit("server", "unlock.sent", draft.case.as_str(), detail).await;
            self.tell(&draft.case, None, word(next), Line::default()).await?;
        }
        Ok(())
    }

    /// Changes a draft's state, unless it has become another one meanwhile.
    async fn become_state(
        &self,
        draft: &Draft,
        next: State,
        why: Option<String>,
    ) -> Result<Option<Draft>, UnlockError> {
        let (case, number, now) = (draft.case.clone(), draft.number, self.now());
        let changed = self
            .inner
            .database
            .write(move |tx| {
                let newest = store::drafts::of_case(tx, &case, SHOWN)?;
                let found = newest.into_iter().find(|found| found.number == number);
                let Some(Ok(mut draft)) = found.map(|found| found.become_state(next, now)) else {
                    return Ok(None);
                };
                draft.why = why;
                store::drafts::put(tx, &draft)?;
                Ok(Some(draft))
            })
            .await?;
        Ok(changed)
    }

    /// Writes into the case what happened; the pages that follow it hear of it.
    pub(super) async fn tell(
        &self,
        case: &CaseId,
        who: Option<&StaffId>,
        what: &'static str,
        line: Line,
    ) -> Result<(), UnlockError> {
        Ok(self.inner.needs.cases.tell(case, who, what, line).await?)
    }
}

/// What the case's story calls an end, or that it was sent. What people sign and what gateways answer is told elsewhere.
fn word(state: State) -> &'static str {
    match state {
        State::Sent => "unlockSent",
        State::NotSent => "unlockNotSent",
        State::NoAnswer => "unlockNoAnswer",
        _ => "unlockExpired",
    }
}
