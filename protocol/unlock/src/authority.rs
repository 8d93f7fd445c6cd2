//! From a bundle and a roster to authority: three people of this roster said these words, and the words hang together.

use tomori_smart_home::StaffId;
use tomori_smart_home::unlock::{
    Arrival, CredentialId, Digest, Doubt, IncidentOpened, PasskeyState, Refusal, Role, Roster, Trio, UnixMillis,
    UnlockRequest,
};

use crate::assertion::check;
use crate::bundle::{Signed, UnlockBundle};

/// A request lives so long at most, in milliseconds: 10 minutes. An operator who asks for more asks for a key.
pub const LONGEST_LIFE_MS: u64 = 10 * 60 * 1000;
/// An arrival counts for so long, in milliseconds: 15 minutes, in which a supervisor can be found.
pub const ARRIVAL_LIFE_MS: u64 = 15 * 60 * 1000;
/// The clocks of call centre and gateway may differ by so much, in milliseconds: 30 seconds, a step of the code.
pub const CLOCKS_DIFFER_MS: u64 = 30 * 1000;

/// A bundle that was believed. There is no other way to one than [`Authority::of`].
///
/// It says who said what. Whether it is about this incident and in time is asked of it; that the incident is still open
/// and that the code was shown, only the gateway knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    bundle: Digest,
    roster: u64,
    roster_expires_at: UnixMillis,
    trio: Trio,
    arrival: Arrival,
    request: UnlockRequest,
    counted: [Counted; 3],
}

/// How often a passkey had signed, by its own count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The passkey.
    pub credential: CredentialId,
    /// Its count; 0 when it does not count.
    pub counter: u32,
}

impl Authority {
    /// Believes a bundle, if this roster gives reason to. The roster's own signature and expiry are the caller's.
    ///
    /// # Errors
    /// The first reason not to.
    pub fn of(bundle: &UnlockBundle, roster: &Roster) -> Result<Self, Refusal> {
        let (arrival, request, approval) = bundle.statements().map_err(|_| Refusal::Unreadable)?;
        let counted = [
            signed_by(Role::Guard, &arrival.guard, &bundle.arrival, roster)?,
            signed_by(Role::Operator, &request.operator, &bundle.request, roster)?,
            signed_by(Role::Supervisor, &approval.supervisor, &bundle.approval, roster)?,
        ];
        // The approval fixes the request, the request fixes the arrival: nobody's signature can be lent to other words.
        if approval.request != bundle.request.digest() {
            return Err(Refusal::OtherRequest);
        }
        if request.arrival != bundle.arrival.digest() {
            return Err(Refusal::OtherArrival);
        }
        if request.incident != arrival.incident {
            return Err(Refusal::OtherIncident);
        }
        if request.guard != arrival.guard {
            return Err(Refusal::OtherGuard);
        }
        let trio = Trio::new(arrival.guard.clone(), request.operator.clone(), approval.supervisor)
            .map_err(|_| Refusal::SamePerson)?;
        Ok(Self {
            bundle: bundle.digest(),
            roster: roster.version,
            roster_expires_at: roster.expires_at,
            trio,
            arrival,
            request,
            counted,
        })
    }

    /// Whether it is about this incident: its house, its id, its nonce.
    ///
    /// # Errors
    /// The first that is another's.
    pub fn is_about(&self, opened: &IncidentOpened) -> Result<(), Refusal> {
        if self.arrival.home != opened.home {
            return Err(Refusal::OtherHome);
        }
        if self.arrival.incident != opened.incident {
            return Err(Refusal::IncidentUnknown);
        }
        if self.arrival.nonce != opened.nonce {
            return Err(Refusal::NonceWrong);
        }
        Ok(())
    }

    /// Whether one may act on it at `now`, by the clock of whoever acts. Ends are not included: at `expires_at` it is
    /// too late.
    ///
    /// # Errors
    /// What is over, or not yet.
    pub fn is_in_time(&self, now: UnixMillis) -> Result<(), Refusal> {
        let (now, arrived, end) = (now.millis(), self.arrival.at.millis(), self.request.expires_at.millis());
        if now >= self.roster_expires_at.millis() {
            return Err(Refusal::RosterExpired);
        }
        if now >= end {
            return Err(Refusal::Expired);
        }
        if end.saturating_sub(now) > LONGEST_LIFE_MS.saturating_add(CLOCKS_DIFFER_MS) {
            return Err(Refusal::LivesTooLong);
        }
        if arrived > now.saturating_add(CLOCKS_DIFFER_MS) {
            return Err(Refusal::ArrivalAhead);
        }
        if now.saturating_sub(arrived) >= ARRIVAL_LIFE_MS {
            return Err(Refusal::ArrivalStale);
        }
        Ok(())
    }

    /// SHA-256 of the bundle.
    #[must_use]
    pub fn bundle(&self) -> Digest {
        self.bundle
    }

    /// The version of the roster that gave the reason.
    #[must_use]
    pub fn roster(&self) -> u64 {
        self.roster
    }

    /// The three people.
    #[must_use]
    pub fn trio(&self) -> &Trio {
        &self.trio
    }

    /// What the guard said.
    #[must_use]
    pub fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    /// What the operator asked for and the supervisor approved.
    #[must_use]
    pub fn request(&self) -> &UnlockRequest {
        &self.request
    }

    /// How often each passkey had signed: guard, operator, supervisor.
    #[must_use]
    pub fn counted(&self) -> &[Counted; 3] {
        &self.counted
    }
}

/// Whether `signed` is signed by `person`, who has this role on the roster. [`Authority::of`] asks this three times; a page
/// that takes one signature asks it early, to say at once what the gateway would refuse.
///
/// # Errors
/// [`Refusal::Signature`], with the first doubt.
pub fn signed_by(by: Role, person: &StaffId, signed: &Signed, roster: &Roster) -> Result<Counted, Refusal> {
    let because = |doubt| Refusal::Signature { by, doubt };
    let credential = &signed.assertion.credential;
    let passkey = match roster.passkey(credential) {
        PasskeyState::Good(passkey) => passkey,
        PasskeyState::Revoked => return Err(because(Doubt::RevokedPasskey)),
        PasskeyState::Unknown => return Err(because(Doubt::UnknownPasskey)),
    };
    if passkey.person != person {
        return Err(because(Doubt::SomebodyElse));
    }
    if !passkey.member.roles.contains(&by) {
        return Err(because(Doubt::WrongRole));
    }
    let witnessed = check(&signed.assertion, &signed.digest(), passkey.key, roster).map_err(because)?;
    Ok(Counted {
        credential: credential.clone(),
        counter: witnessed.counter,
    })
}
