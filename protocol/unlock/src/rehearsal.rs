//! A security company for rehearsals: a root, a guard, an operator and a supervisor with real keys in software.
//!
//! What it signs is checked by the same code as anything else. Tests mount their attacks with it, and the demo plays
//! its three people with it.

use std::collections::{BTreeMap, BTreeSet};

use tomori_smart_home::unlock::{
    Arrival, CredentialId, GatewayCode, IncidentOpened, Member, Role, Roster, UnixMillis, UnlockApproval, UnlockRequest,
};
use tomori_smart_home::{CompanyId, DeviceId, StaffId};

use crate::attested::AttestedError;
use crate::authenticator::{Authenticator, Ceremony};
use crate::bundle::{Signed, UnlockBundle};
use crate::roster::RootSigner;

/// Somebody of the company.
#[derive(Debug)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// With which passkey.
    pub key: Authenticator,
}

/// The company.
#[derive(Debug)]
pub struct Rehearsal {
    /// Its offline root.
    pub root: RootSigner,
    /// The guard.
    pub guard: Person,
    /// The operator.
    pub operator: Person,
    /// The supervisor.
    pub supervisor: Person,
    /// Its roster; version 1, unsigned.
    pub roster: Roster,
    /// How its people sign.
    pub ceremony: Ceremony,
}

impl Rehearsal {
    /// A company whose people sign on this page, and whose roster is in force for a day from `now`.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn new(rp_id: &str, origin: &str, now: UnixMillis) -> Result<Self, AttestedError> {
        const DAY_MS: u64 = 24 * 60 * 60 * 1000;
        let guard = Person::new(1)?;
        let operator = Person::new(2)?;
        let supervisor = Person::new(3)?;
        let roster = Roster {
            company: CompanyId::from_random([9; 10]),
            version: 1,
            issued_at: now,
            expires_at: UnixMillis::from_millis(now.millis().saturating_add(DAY_MS)).unwrap_or(now),
            rp_id: rp_id.to_owned(),
            origins: BTreeSet::from([origin.to_owned()]),
            members: BTreeMap::from([
                guard.member("守 一郎", Role::Guard),
                operator.member("管 次郎", Role::Operator),
                supervisor.member("責 三郎", Role::Supervisor),
            ]),
            revoked: BTreeSet::new(),
        };
        Ok(Self {
            root: RootSigner::generate().map_err(|_| AttestedError::Key)?,
            guard,
            operator,
            supervisor,
            roster,
            ceremony: Ceremony::on(rp_id, origin),
        })
    }

    /// What the guard says at the door.
    #[must_use]
    pub fn arrival(&self, opened: &IncidentOpened, code: GatewayCode, at: UnixMillis) -> Arrival {
        Arrival {
            incident: opened.incident.clone(),
            home: opened.home.clone(),
            guard: self.guard.id.clone(),
            nonce: opened.nonce,
            code,
            at,
        }
    }

    /// The guard signs an arrival.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn arrive(&self, arrival: &Arrival) -> Result<Signed, AttestedError> {
        self.guard.key.sign(arrival, &self.ceremony)
    }

    /// What the operator asks for.
    #[must_use]
    pub fn request(&self, arrival: &Arrival, signed: &Signed, lock: DeviceId, expires_at: UnixMillis) -> UnlockRequest {
        UnlockRequest {
            incident: arrival.incident.clone(),
            lock,
            guard: arrival.guard.clone(),
            operator: self.operator.id.clone(),
            arrival: signed.digest(),
            expires_at,
        }
    }

    /// The operator signs a request.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn ask(&self, request: &UnlockRequest) -> Result<Signed, AttestedError> {
        self.operator.key.sign(request, &self.ceremony)
    }

    /// The supervisor signs the approval of a request.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn approve(&self, request: &Signed) -> Result<Signed, AttestedError> {
        let approval = UnlockApproval {
            request: request.digest(),
            supervisor: self.supervisor.id.clone(),
        };
        self.supervisor.key.sign(&approval, &self.ceremony)
    }

    /// What three honest people make.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn bundle(
        &self,
        arrival: &Arrival,
        lock: DeviceId,
        expires_at: UnixMillis,
    ) -> Result<UnlockBundle, AttestedError> {
        let arrived = self.arrive(arrival)?;
        let request = self.ask(&self.request(arrival, &arrived, lock, expires_at))?;
        let approval = self.approve(&request)?;
        Ok(UnlockBundle {
            arrival: arrived,
            request,
            approval,
        })
    }
}

impl Person {
    fn new(number: u8) -> Result<Self, AttestedError> {
        let credential = CredentialId::new(&[number; 16]).ok_or(AttestedError::Key)?;
        Ok(Self {
            id: StaffId::from_random([number; 10]),
            key: Authenticator::generate(credential)?,
        })
    }

    fn member(&self, name: &str, role: Role) -> (StaffId, Member) {
        let member = Member {
            name: name.to_owned(),
            roles: BTreeSet::from([role]),
            passkeys: BTreeMap::from([(self.key.credential().clone(), *self.key.public())]),
        };
        (self.id.clone(), member)
    }
}
