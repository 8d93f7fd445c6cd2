//! A security company with real keys, and one incident.

use std::ops::{Deref, DerefMut};

use tomori_smart_home::unlock::{Arrival, CredentialId, IncidentOpened, UnixMillis, UnlockRequest};
use tomori_smart_home::{DeviceId, HomeId, IncidentId, Nonce, StaffId};
use tomori_unlock::rehearsal::Rehearsal;
use tomori_unlock::{Authenticator, Ceremony, Signed, UnlockBundle};

pub(crate) const RP_ID: &str = "guard.example";
pub(crate) const ORIGIN: &str = "https://guard.example";

pub(crate) struct Company(Rehearsal);

pub(crate) fn person(number: u8) -> StaffId {
    StaffId::from_random([number; 10])
}

pub(crate) fn guard() -> StaffId {
    person(1)
}

pub(crate) fn operator() -> StaffId {
    person(2)
}

pub(crate) fn supervisor() -> StaffId {
    person(3)
}

pub(crate) fn at(text: &str) -> UnixMillis {
    UnixMillis::of(text.parse().unwrap())
}

pub(crate) fn now() -> UnixMillis {
    at("2026-11-26T03:13:00Z")
}

pub(crate) fn passkey(number: u8) -> Authenticator {
    Authenticator::generate(CredentialId::new(&[number; 16]).unwrap()).unwrap()
}

pub(crate) fn ceremony() -> Ceremony {
    Ceremony::on(RP_ID, ORIGIN)
}

pub(crate) fn lock() -> DeviceId {
    DeviceId::from_random([7; 10])
}

pub(crate) fn opened() -> IncidentOpened {
    IncidentOpened {
        incident: IncidentId::from_random([4; 10]),
        home: HomeId::from_random([5; 10]),
        zone: "玄関".to_owned(),
        at: at("2026-11-26T03:00:00Z"),
        nonce: Nonce::from([6; 32]),
    }
}

pub(crate) fn arrival() -> Arrival {
    let opened = opened();
    Arrival {
        incident: opened.incident,
        home: opened.home,
        guard: guard(),
        nonce: opened.nonce,
        code: "0012 3456".parse().unwrap(),
        at: at("2026-11-26T03:12:00Z"),
    }
}

impl Company {
    pub(crate) fn new() -> Self {
        let mut company = Rehearsal::new(RP_ID, ORIGIN, now()).unwrap();
        company.roster.version = 7;
        Self(company)
    }

    pub(crate) fn arrive(&self) -> Signed {
        self.0.arrive(&arrival()).unwrap()
    }

    pub(crate) fn request(&self, signed: &Signed) -> UnlockRequest {
        self.0.request(&arrival(), signed, lock(), at("2026-11-26T03:18:00Z"))
    }

    pub(crate) fn ask(&self, request: &UnlockRequest) -> Signed {
        self.0.ask(request).unwrap()
    }

    pub(crate) fn approve(&self, request: &Signed) -> Signed {
        self.0.approve(request).unwrap()
    }

    pub(crate) fn bundle(&self) -> UnlockBundle {
        self.0.bundle(&arrival(), lock(), at("2026-11-26T03:18:00Z")).unwrap()
    }
}

impl Deref for Company {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.0
    }
}

impl DerefMut for Company {
    fn deref_mut(&mut self) -> &mut Rehearsal {
        &mut self.0
    }
}
