//! Whether the lock may be driven. Pure: everything it depends on is an argument.
//!
//! [`decide`] is the only way to a [`Permit`], and a [`Permit`] is what the lock's driver asks for. So there is no road to
//! an authenticated lock that does not pass here (T3-10 EP①, EP③, EP⑤; SR3-H-4).

use serde::{Deserialize, Serialize};
use tomori_smart_home::DeviceId;
use tomori_smart_home::unlock::{Digest, IncidentOpened, Outcome, Refusal, UnixMillis};
use tomori_unlock::Authority;

use crate::timekeeping::Trust;

/// Wrong codes that one incident bears. Of 10⁸ codes three count at a moment: five guesses hit one in 6.7 million.
pub(crate) const MOST_WRONG_CODES: u32 = 5;

/// How an incident stands with the guard of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none with this id.
    Unknown,
    /// It is over.
    Closed,
    /// It is open.
    Open(IncidentOpened),
}

/// How a device stands with the equipment list and the house's network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockStanding {
    /// It is not on the list.
    Unknown,
    /// It is something else.
    NotALock,
    /// It does not prove who it is (EP⑧).
    Unauthenticated,
    /// It does not answer.
    Unreachable,
    /// It proves who it is, and answers.
    Ready,
}

/// What the gateway remembers of an incident's door. On the disk before anything is done because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    /// Wrong codes so far.
    pub(crate) wrong_codes: u32,
    /// That the lock was driven, or was about to be.
    pub(crate) driven: Option<Driven>,
    /// When anything of this last changed.
    pub(crate) at: UnixMillis,
}

/// That the lock was driven, or was about to be: from now on this incident's nonce is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Driven {
    /// SHA-256 of the bundle.
    pub(crate) bundle: Digest,
    /// Which lock.
    pub(crate) lock: DeviceId,
    /// The version of the roster it was checked against.
    pub(crate) roster: u64,
    /// When.
    pub(crate) at: UnixMillis,
    /// What came of it; `None` until that is known.
    pub(crate) outcome: Option<Outcome>,
    /// When the lock is to be locked again; `None` when it is.
    pub(crate) relock_at: Option<UnixMillis>,
}

/// All that a decision looks at.
#[derive(Debug)]
pub(crate) struct Circumstances<'a> {
    /// The gateway's time.
    pub(crate) now: UnixMillis,
    /// Whether that time can be believed.
    pub(crate) trust: Trust,
    /// How the incident that the bundle names stands.
    pub(crate) incident: &'a Standing,
    /// What is remembered of its door.
    pub(crate) attempt: Option<&'a Attempt>,
    /// How the lock that the bundle names stands.
    pub(crate) lock: LockStanding,
    /// Whether the code of the arrival was shown when the arrival says.
    pub(crate) code_was_shown: bool,
}

/// That one lock may be driven once, for one bundle. Only [`decide`] makes it, and it cannot be copied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Permit {
    authority: Authority,
}

/// Decides about authority that was never acted on.
///
/// # Errors
/// The first reason against it. The code is looked at last: a wrong one costs an attempt, and attempts shall be spent
/// by people who could otherwise open.
pub(crate) fn decide(authority: Authority, house: &Circumstances<'_>) -> Result<Permit, Refusal> {
    if house.trust == Trust::Uncertain {
        return Err(Refusal::ClockUncertain);
    }
    let opened = match house.incident {
        Standing::Unknown => return Err(Refusal::IncidentUnknown),
        Standing::Closed => return Err(Refusal::IncidentClosed),
        Standing::Open(opened) => opened,
    };
    authority.is_about(opened)?;
    let attempt = house.attempt;
    if attempt.is_some_and(|attempt| attempt.driven.is_some()) {
        return Err(Refusal::NonceUsed);
    }
    authority.is_in_time(house.now)?;
    match house.lock {
        LockStanding::Unknown => return Err(Refusal::LockUnknown),
        LockStanding::NotALock => return Err(Refusal::NotALock),
        LockStanding::Unauthenticated => return Err(Refusal::LockUnauthenticated),
        LockStanding::Unreachable => return Err(Refusal::LockUnreachable),
        LockStanding::Ready => {}
    }
    if attempt.is_some_and(|attempt| attempt.wrong_codes >= MOST_WRONG_CODES) {
        return Err(Refusal::CodeExhausted);
    }
    if !house.code_was_shown {
        return Err(Refusal::CodeWrong);
    }
    Ok(Permit { authority })
}

impl Permit {
    /// What it rests on.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Which lock.
    pub(crate) fn lock(&self) -> &DeviceId {
        &self.authority.request().lock
    }

    /// Whether it is still worth anything: the disk may have been slow.
    ///
    /// # Errors
    /// What is over.
    pub(crate) fn is_in_time(&self, now: UnixMillis) -> Result<(), Refusal> {
        self.authority.is_in_time(now)
    }
}
