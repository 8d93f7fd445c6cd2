//! Signing: the server asks, a passkey answers, and what it answered is looked at before it is kept.

use jiff::Timestamp;
use serde_json::json;
use tomori_smart_home::unlock::{
    Arrival, CredentialId, Digest, GatewayCode, PasskeyState, Refusal, Roster, Statement, UnixMillis, UnlockApproval,
    UnlockRequest,
};
use tomori_smart_home::{CaseId, DeviceId, StaffId};
use tomori_unlock::{Assertion, Authority, Signed, digest, signed_by};

use super::super::draft::{Denied, Draft, MINUTES, Part, Said, State};
use super::super::port::House;
use super::super::store::{self, questions::Question};
use super::{Service, UnlockError};
use crate::cases::{CaseError, Line, Refused};
use crate::dispatch::MissionState;
use crate::people::Viewer;

/// What somebody wants to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A guard: that they are at the door, which shows this.
    Arrival {
        /// The code, as they typed it.
        code: String,
    },
    /// An operator: that this lock be opened.
    Request {
        /// The lock.
        lock: DeviceId,
        /// For how many minutes.
        minutes: u8,
        /// SHA-256 of the arrival that was shown.
        arrival: Digest,
    },
    /// A supervisor: that this request may be done.
    Approval {
        /// SHA-256 of the request that was shown.
        request: Digest,
    },
}

/// What a browser is asked when somebody signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// SHA-256 of the statement.
    pub challenge: Digest,
    /// The relying party, as the roster names it.
    pub rp_id: String,
    /// The person's passkeys that count.
    pub passkeys: Vec<CredentialId>,
}

/// What a browser answered.
#[derive(Debug, Clone)]
pub struct Answered {
    /// To which question.
    pub challenge: Digest,
    /// The assertion.
    pub assertion: Assertion,
}

impl Wish {
    /// Which of the three it is.
    #[must_use]
    pub fn part(&self) -> Part {
        match self {
            Self::Arrival { .. } => Part::Arrival,
            Self::Request { .. } => Part::Request,
            Self::Approval { .. } => Part::Approval,
        }
    }
}

impl Service {
    /// Asks for a signature. The statement is kept before anybody signs it, for this session alone.
    ///
    /// # Errors
    /// Why the person cannot sign that now.
    pub async fn begin(&self, viewer: &Viewer, case: &CaseId, wish: Wish) -> Result<Asked, UnlockError> {
        let part = wish.part();
        let house = self.ground(viewer, case, part).await?;
        let roster = self.roster_in_force().await?;
        let passkeys = counting(&roster, &viewer.staff, part)?;
        let now = self.now();
        let statement = self.statement(viewer, case, &house, wish, now).await?;
        let question = Question {
            challenge: digest(&statement),
            session: viewer.session.clone(),
            purpose: part.word(),
            case: Some(case.clone()),
            statement: Some(statement),
            asked_at: now,
        };
        let challenge = question.challenge;
        let database = &self.inner.database;
        database.write(move |tx| store::questions::ask(tx, &question)).await?;
        Ok(Asked {
            challenge,
            rp_id: roster.rp_id,
            passkeys,
        })
    }

    async fn statement(
        &self,
        viewer: &Viewer,
        case: &CaseId,
        house: &House,
        wish: Wish,
        now: Timestamp,
    ) -> Result<Vec<u8>, UnlockError> {
        let draft = self.open_draft(case).await?;
        match wish {
            Wish::Arrival { code } => {
                let code: GatewayCode = code.parse().map_err(|_| UnlockError::Code)?;
                let opened = house.opened.as_ref().ok_or(UnlockError::NoWord)?;
                let drafts = self.drafts(case).await?;
                if drafts.iter().any(|draft| draft.state.is_driven()) {
                    return Err(UnlockError::Refused(Refusal::NonceUsed));
                }
                if draft.is_some_and(|draft| !draft.state.may_be_withdrawn()) {
                    return Err(Denied::NotNow.into());
                }
                let arrival = Arrival {
                    incident: opened.incident.clone(),
                    home: opened.home.clone(),
                    guard: viewer.staff.clone(),
                    nonce: opened.nonce,
                    code,
                    at: UnixMillis::of(now),
                };
                Ok(arrival.to_bytes())
            }
            Wish::Request { lock, minutes, arrival } => {
                let draft = draft.ok_or(Denied::NotNow)?;
                if draft.arrival.signed.digest() != arrival {
                    return Err(Denied::Changed.into());
                }
                let is_there = house.locks.iter().any(|known| known.id == lock && known.is_trusted);
                if !is_there || !MINUTES.contains(&minutes) {
                    return Err(UnlockError::NoLock);
                }
                Ok(draft.ask(&viewer.staff, lock, minutes, now)?.to_bytes())
            }
            Wish::Approval { request } => {
                let draft = draft.ok_or(Denied::NotNow)?;
                let shown = draft.request.as_ref().map(|request| request.signed.digest());
                if shown != Some(request) {
                    return Err(Denied::Changed.into());
                }
                Ok(draft.approve(&viewer.staff, now)?.to_bytes())
            }
        }
    }

    /// Takes a signature: over the statement that was kept, by a passkey of this person, on the roster, in the role. The
    /// gateway will look at all of it again.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn sign(
        &self,
        viewer: &Viewer,
        case: &CaseId,
        part: Part,
        answered: Answered,
    ) -> Result<(), UnlockError> {
        let outcome = self.try_signing(viewer, case, part, answered).await;
        let who = viewer.staff.as_str();
        match &outcome {
            Ok(draft) => {
                let (what, word) = match part {
                    Part::Arrival => ("unlock.arrived", "unlockArrived"),
                    Part::Request => ("unlock.requested", "unlockRequested"),
                    Part::Approval => ("unlock.approved", "unlockApproved"),
                };
                let detail = json!({ "incident": draft.arrival.what.incident, "draft": draft.number });
                self.audit(who, what, case.as_str(), detail).await;
                self.tell(case, Some(&viewer.staff), word, Line::default()).await?;
                if part == Part::Approval {
                    self.inner.news.notify_one();
                }
            }
            Err(error @ (UnlockError::Spent | UnlockError::Refused(_) | UnlockError::Denied(_))) => {
                let why = match error {
                    UnlockError::Refused(refusal) => refusal.code(),
                    error => format!("{}: {error}", part.word()),
                };
                let audit = &self.inner.needs.audit;
                audit.record_refusal(who, "unlock.notSigned", case.as_str(), &why).await;
            }
            Err(_) => {}
        }
        outcome.map(drop)
    }

    async fn try_signing(
        &self,
        viewer: &Viewer,
        case: &CaseId,
        part: Part,
        answered: Answered,
    ) -> Result<Draft, UnlockError> {
        let now = self.now();
        let (session, about) = (viewer.session.clone(), case.clone());
        // The question is gone whatever the answer is: each is looked at once.
        let statement = self
            .inner
            .database
            .write(move |tx| store::questions::answer(tx, answered.challenge, &session, part.word(), Some(&about), now))
            .await?;
        let statement = statement.ok_or(UnlockError::Spent)?;
        self.ground(viewer, case, part).await?;
        let roster = self.roster_in_force().await?;
        let signed = Signed {
            statement,
            assertion: answered.assertion,
        };
        signed_by(part.role(), &viewer.staff, &signed, &roster).map_err(UnlockError::Refused)?;
        if part == Part::Arrival {
            self.note_arrival(viewer, case).await?;
        }
        let case = case.clone();
        self.inner
            .database
            .try_write(move |tx| {
                let draft = store::drafts::open_of(tx, &case)?;
                match part {
                    Part::Arrival => {
                        let arrival = Said::<Arrival>::read(signed).ok_or(UnlockError::Spent)?;
                        if let Some(draft) = draft {
                            let mut earlier = draft.become_state(State::Withdrawn, now)?;
                            earlier.why = Some("replaced".to_owned());
                            store::drafts::put(tx, &earlier)?;
                        }
                        store::drafts::add(tx, &case, &arrival, now)?;
                    }
                    Part::Request => {
                        let request = Said::<UnlockRequest>::read(signed).ok_or(UnlockError::Spent)?;
                        let draft = draft.ok_or(Denied::NotNow)?.requested(request, now)?;
                        store::drafts::put(tx, &draft)?;
                    }
                    Part::Approval => {
                        let approval = Said::<UnlockApproval>::read(signed).ok_or(UnlockError::Spent)?;
                        let draft = draft.ok_or(Denied::NotNow)?.approved(approval, now)?;
                        authority(&draft, &roster, now)?;
                        store::drafts::put(tx, &draft)?;
                    }
                }
                store::drafts::open_of(tx, &case)?.ok_or(UnlockError::NotFound)
            })
            .await
    }

    /// What has to hold before somebody signs for a case: it is open, of a house whose door can be opened from afar, and
    /// theirs to sign for.
    async fn ground(&self, viewer: &Viewer, case: &CaseId, part: Part) -> Result<House, UnlockError> {
        let needs = &self.inner.needs;
        let found = needs.cases.case(case).await?.case;
        if found.closed_at.is_some() {
            return Err(CaseError::Refused(Refused::Closed).into());
        }
        match part {
            Part::Arrival => {
                let mission = needs.dispatch.guard(&viewer.staff).await?.1;
                let is_sent = mission.is_some_and(|mission| {
                    mission.case == *case && matches!(mission.state, MissionState::Accepted | MissionState::Arrived)
                });
                if !is_sent {
                    return Err(UnlockError::NotSent);
                }
            }
            Part::Request => found.may_work(&viewer.staff).map_err(CaseError::from)?,
            Part::Approval => {}
        }
        self.house(case).await?.ok_or(UnlockError::NoHouse)
    }

    /// Whoever signs that they are there, is there.
    async fn note_arrival(&self, viewer: &Viewer, case: &CaseId) -> Result<(), UnlockError> {
        let dispatch = &self.inner.needs.dispatch;
        let mission = dispatch.guard(&viewer.staff).await?.1;
        let is_new = mission.is_some_and(|it| it.case == *case && it.state == MissionState::Accepted);
        if is_new {
            dispatch.answer(viewer, MissionState::Arrived, "").await?;
        }
        Ok(())
    }

    async fn roster_in_force(&self) -> Result<Roster, UnlockError> {
        let roster = self.roster().await?.ok_or(UnlockError::Refused(Refusal::NoRoster))?;
        if roster.expires_at.timestamp() <= self.now() {
            return Err(UnlockError::Refused(Refusal::RosterExpired));
        }
        Ok(roster)
    }
}

/// What the gateway would say of the three, were it asked now.
fn authority(draft: &Draft, roster: &Roster, now: Timestamp) -> Result<(), UnlockError> {
    let bundle = draft.bundle().ok_or(Denied::NotNow)?;
    let authority = Authority::of(&bundle, roster).map_err(UnlockError::Refused)?;
    authority.is_in_time(UnixMillis::of(now)).map_err(UnlockError::Refused)
}

/// The passkeys with which somebody can sign this.
fn counting(roster: &Roster, staff: &StaffId, part: Part) -> Result<Vec<CredentialId>, UnlockError> {
    let member = roster.members.get(staff).ok_or(UnlockError::NoPasskey)?;
    let counts = |id: &&CredentialId| matches!(roster.passkey(id), PasskeyState::Good(_));
    let passkeys: Vec<CredentialId> = member.passkeys.keys().filter(counts).cloned().collect();
    if passkeys.is_empty() {
        return Err(UnlockError::NoPasskey);
    }
    if !member.roles.contains(&part.role()) {
        let by = part.role();
        let doubt = tomori_smart_home::unlock::Doubt::WrongRole;
        return Err(UnlockError::Refused(Refusal::Signature { by, doubt }));
    }
    Ok(passkeys)
}
