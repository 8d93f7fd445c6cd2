//! A draft: three statements on their way to becoming a bundle, and the bundle on its way to the gateway's answer. Pure.
//!
//! Nothing here opens a door. What is decided is what somebody may sign next, what a draft is called, and when it has ended.

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::unlock::{
    Arrival, NotThreePeople, Outcome, Refusal, Role, Statement, Trio, UnixMillis, UnlockApproval, UnlockRequest,
};
use tomori_smart_home::{CaseId, DeviceId, StaffId};
use tomori_unlock::{ARRIVAL_LIFE_MS, CLOCKS_DIFFER_MS, Signed, UnlockBundle};

/// For how many minutes an operator may ask.
pub(super) const MINUTES: [u8; 3] = [3, 5, 10];
/// Older arrivals start nothing: an operator and a supervisor need the rest of its life.
const LEAST_LEFT: SignedDuration = SignedDuration::from_secs(30);
/// So long after the end of a request an answer may still be on its way, beyond what the clocks may differ.
const GRACE_MS: i64 = 30_000;

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The guard's.
    Arrival,
    /// The operator's.
    Request,
    /// The supervisor's.
    Approval,
}

/// How a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The guard has signed.
    Arrived,
    /// The operator has too.
    Requested,
    /// All three have: there is a bundle, and it has to be sent.
    Approved,
    /// The platform has it.
    Sent,
    /// The platform refused to carry it.
    NotSent,
    /// The gateway opened the door.
    Opened,
    /// The gateway drove the lock, and the lock does not show that it opened.
    NotConfirmed,
    /// The gateway stopped while it was about to drive the lock.
    Interrupted,
    /// The gateway refused.
    Refused,
    /// It is over, and the gateway has not answered.
    NoAnswer,
    /// Somebody took it back before it was complete.
    Withdrawn,
    /// Its time ended before it was at the gateway.
    Expired,
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<S> {
    /// What was said.
    pub what: S,
    /// The same as bytes, and by which passkey.
    pub signed: Signed,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its number.
    pub number: i64,
    /// The case.
    pub case: CaseId,
    /// How it stands.
    pub state: State,
    /// Since when.
    pub changed_at: Timestamp,
    /// What the guard said.
    pub arrival: Said<Arrival>,
    /// What the operator asked for.
    pub request: Option<Said<UnlockRequest>>,
    /// What the supervisor approved.
    pub approval: Option<Said<UnlockApproval>>,
    /// Why it ended, as a refusal's code or in the words of the road.
    pub why: Option<String>,
}

/// What the gateway answered to a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It drove the lock.
    Driven(Outcome),
    /// It did not, and says why.
    Refused(Refusal),
}

/// Why somebody cannot sign that now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// There is nothing to which it would belong, or it was signed already.
    NotNow,
    /// It is about something else than what was shown.
    Changed,
    /// Its time has ended.
    Over,
    /// One person would take two parts.
    SamePerson,
}

impl Part {
    /// Each of them, in their order.
    pub const ALL: [Self; 3] = [Self::Arrival, Self::Request, Self::Approval];

    /// The role that it takes.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Arrival => Role::Guard,
            Self::Request => Role::Operator,
            Self::Approval => Role::Supervisor,
        }
    }

    /// The word in the table and in the audit log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::Request => "request",
            Self::Approval => "approval",
        }
    }
}

impl State {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::Arrived,
        Self::Requested,
        Self::Approved,
        Self::Sent,
        Self::NotSent,
        Self::Opened,
        Self::NotConfirmed,
        Self::Interrupted,
        Self::Refused,
        Self::NoAnswer,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Sent => "sent",
            Self::NotSent => "notSent",
            Self::Opened => "opened",
            Self::NotConfirmed => "notConfirmed",
            Self::Interrupted => "interrupted",
            Self::Refused => "refused",
            Self::NoAnswer => "noAnswer",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether people or the gateway still have something to do.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Arrived | Self::Requested | Self::Approved | Self::Sent)
    }

    /// Whether somebody can still take it back: what may be at the platform cannot be called back.
    #[must_use]
    pub fn may_be_withdrawn(self) -> bool {
        matches!(self, Self::Arrived | Self::Requested)
    }

    /// Whether the gateway has answered.
    #[must_use]
    pub fn is_answered(self) -> bool {
        matches!(
            self,
            Self::Opened | Self::NotConfirmed | Self::Interrupted | Self::Refused
        )
    }

    /// Whether the gateway has driven the lock, or was about to: for this incident it does so once.
    #[must_use]
    pub fn is_driven(self) -> bool {
        matches!(self, Self::Opened | Self::NotConfirmed | Self::Interrupted)
    }

    /// Whether one state may follow another. An answer of the gateway is the truth, however late it comes.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Arrived => matches!(next, Self::Requested | Self::Withdrawn | Self::Expired),
            Self::Requested => matches!(next, Self::Approved | Self::Withdrawn | Self::Expired),
            Self::Approved => next.is_answered() || matches!(next, Self::Sent | Self::NotSent | Self::Expired),
            Self::Sent => next.is_answered() || matches!(next, Self::NoAnswer | Self::Expired),
            // The platform may say later that the gateway never had it.
            Self::NoAnswer => next.is_answered() || next == Self::Expired,
            // Whether the platform had it, only the platform knows: its word may have been lost.
            Self::NotSent | Self::Expired => next.is_answered(),
            // What hinders for a moment is told as a refusal. The same bundle may be with the gateway a second time, and
            // then be driven: the receipt says what happened.
            Self::Refused => next.is_driven(),
            Self::Opened | Self::NotConfirmed | Self::Interrupted | Self::Withdrawn => false,
        }
    }
}

impl Answer {
    /// The state that it makes.
    #[must_use]
    pub fn state(self) -> State {
        match self {
            Self::Driven(Outcome::Opened) => State::Opened,
            Self::Driven(Outcome::NotConfirmed) => State::NotConfirmed,
            Self::Driven(Outcome::Interrupted) => State::Interrupted,
            Self::Refused(_) => State::Refused,
        }
    }

    /// Why, where it was refused.
    #[must_use]
    pub fn why(self) -> Option<String> {
        match self {
            Self::Driven(_) => None,
            Self::Refused(refusal) => Some(refusal.code()),
        }
    }
}

impl<S: Statement> Said<S> {
    /// What bytes with a signature say, if they are a statement of this kind.
    #[must_use]
    pub fn read(signed: Signed) -> Option<Self> {
        let what = S::from_bytes(&signed.statement).ok()?;
        Some(Self { what, signed })
    }
}

impl Draft {
    /// When nobody acts on it any more.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let arrival = plus(self.arrival.what.at, ARRIVAL_LIFE_MS);
        let end = self.request.as_ref().map(|request| request.what.expires_at);
        end.map_or(arrival, |end| end.min(arrival)).timestamp()
    }

    /// What time has made of it.
    #[must_use]
    pub fn over(&self, now: Timestamp) -> Option<State> {
        let next = match self.state {
            State::Arrived | State::Requested | State::Approved if now >= self.ends_at() => State::Expired,
            State::Sent => {
                let late = SignedDuration::from_millis(GRACE_MS.saturating_add_unsigned(CLOCKS_DIFFER_MS));
                let end = self.ends_at().checked_add(late).unwrap_or(Timestamp::MAX);
                (now >= end).then_some(State::NoAnswer)?
            }
            _ => return None,
        };
        Some(next)
    }

    /// What an operator asks for, `minutes` long at most.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn ask(
        &self,
        operator: &StaffId,
        lock: DeviceId,
        minutes: u8,
        now: Timestamp,
    ) -> Result<UnlockRequest, Denied> {
        self.is_at(State::Arrived, now)?;
        let arrival = &self.arrival.what;
        if arrival.guard == *operator {
            return Err(Denied::SamePerson);
        }
        let end = self.ends_at();
        if end.duration_since(now) < LEAST_LEFT {
            return Err(Denied::Over);
        }
        let minutes = SignedDuration::from_mins(i64::from(minutes));
        let until = now.checked_add(minutes).unwrap_or(end).min(end);
        Ok(UnlockRequest {
            incident: arrival.incident.clone(),
            lock,
            guard: arrival.guard.clone(),
            operator: operator.clone(),
            arrival: self.arrival.signed.digest(),
            expires_at: UnixMillis::of(until),
        })
    }

    /// What a supervisor approves: the request as it was signed, and nobody their own.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn approve(&self, supervisor: &StaffId, now: Timestamp) -> Result<UnlockApproval, Denied> {
        self.is_at(State::Requested, now)?;
        let request = self.request.as_ref().ok_or(Denied::NotNow)?;
        let digest = request.signed.digest();
        let approved = request.what.approve(digest, supervisor.clone());
        approved.map_err(|NotThreePeople(_)| Denied::SamePerson)
    }

    /// With the operator's signature.
    ///
    /// # Errors
    /// [`Denied::Changed`] when it is a request for something else.
    pub fn requested(mut self, request: Said<UnlockRequest>, now: Timestamp) -> Result<Self, Denied> {
        self.is_at(State::Arrived, now)?;
        let arrival = &self.arrival.what;
        let asked = &request.what;
        if asked.arrival != self.arrival.signed.digest()
            || (&asked.incident, &asked.guard) != (&arrival.incident, &arrival.guard)
        {
            return Err(Denied::Changed);
        }
        if asked.operator == arrival.guard {
            return Err(Denied::SamePerson);
        }
        self.request = Some(request);
        if now >= self.ends_at() {
            return Err(Denied::Over);
        }
        self.become_state(State::Requested, now)
    }

    /// With the supervisor's signature: three people, and complete.
    ///
    /// # Errors
    /// [`Denied::Changed`] when it approves something else, [`Denied::SamePerson`].
    pub fn approved(mut self, approval: Said<UnlockApproval>, now: Timestamp) -> Result<Self, Denied> {
        self.is_at(State::Requested, now)?;
        let request = self.request.as_ref().ok_or(Denied::NotNow)?;
        if approval.what.request != request.signed.digest() {
            return Err(Denied::Changed);
        }
        let (guard, operator) = (request.what.guard.clone(), request.what.operator.clone());
        Trio::new(guard, operator, approval.what.supervisor.clone()).map_err(|_| Denied::SamePerson)?;
        self.approval = Some(approval);
        self.become_state(State::Approved, now)
    }

    /// In another state, if that may follow.
    ///
    /// # Errors
    /// [`Denied::NotNow`].
    pub fn become_state(mut self, next: State, now: Timestamp) -> Result<Self, Denied> {
        if !self.state.may_become(next) {
            return Err(Denied::NotNow);
        }
        self.state = next;
        self.changed_at = now;
        Ok(self)
    }

    /// The bundle, when all three have signed.
    #[must_use]
    pub fn bundle(&self) -> Option<UnlockBundle> {
        Some(UnlockBundle {
            arrival: self.arrival.signed.clone(),
            request: self.request.as_ref()?.signed.clone(),
            approval: self.approval.as_ref()?.signed.clone(),
        })
    }

    fn is_at(&self, state: State, now: Timestamp) -> Result<(), Denied> {
        if self.state != state {
            return Err(Denied::NotNow);
        }
        match self.over(now) {
            None => Ok(()),
            Some(_) => Err(Denied::Over),
        }
    }
}

fn plus(at: UnixMillis, millis: u64) -> UnixMillis {
    UnixMillis::from_millis(at.millis().saturating_add(millis)).unwrap_or(UnixMillis::LAST)
}

#[cfg(test)]
mod tests;
