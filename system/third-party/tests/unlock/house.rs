//! A house in alarm whose door can be opened from afar, a guard at it, an operator who sees to it, and a supervisor.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::unlock::{
    IncidentOpened, Outcome, Receipt, Refusal, RefusalNotice, Role, Roster, Statement as _, UnixMillis,
};
use tomori_smart_home::{CaseId, DeviceId, GatewayId, HomeId, IncidentId};
use tomori_third_party::panels::Policy;
use tomori_third_party::people;
use tomori_third_party::unlock::{Draft, House, HouseError, Houses, Lock, State};
use tomori_unlock::{GatewayKey, UnlockBundle};

use super::company::{Colleague, Company, challenge};
use crate::board::walk::alarm;
use crate::world::Page;

/// What the panel at the door shows.
pub const CODE: u64 = 12_345_678;

/// Every case is of this house.
pub struct OneHouse(pub House);

#[async_trait]
impl Houses for OneHouse {
    async fn house(&self, _: &CaseId) -> Result<Option<House>, HouseError> {
        Ok(Some(self.0.clone()))
    }
}

pub struct Door {
    pub company: Company,
    pub guard: Colleague,
    pub operator: Colleague,
    pub supervisor: Colleague,
    pub opened: IncidentOpened,
    pub lock: DeviceId,
    pub plain_lock: DeviceId,
    pub case: CaseId,
    pub path: String,
    pub key: GatewayKey,
}

impl Door {
    pub async fn new() -> Self {
        let (lock, plain_lock) = (DeviceId::from_random([1; 10]), DeviceId::from_random([2; 10]));
        let opened = IncidentOpened {
            incident: IncidentId::from_random([3; 10]),
            home: HomeId::from_random([4; 10]),
            zone: "1階の窓".to_owned(),
            at: UnixMillis::of("2026-01-05T03:00:00Z".parse().unwrap()),
            nonce: [5; 32].into(),
        };
        let locks = [(&lock, "玄関", true), (&plain_lock, "勝手口", false)];
        let house = House {
            incident: opened.incident.clone(),
            home: opened.home.clone(),
            opened: Some(opened.clone()),
            locks: locks
                .into_iter()
                .map(|(id, name, is_trusted)| Lock {
                    id: id.clone(),
                    name: name.to_owned(),
                    is_trusted,
                })
                .collect(),
        };
        let company = Company::at(Arc::new(OneHouse(house))).await;
        let world = &company.world;
        world.panel("1234", Policy::Plain, None).await;
        let case: CaseId = alarm(world, "1234", 1, "NBA1").await.parse().unwrap();
        Self::at(company, case, opened, lock, plain_lock).await
    }

    /// A guard who is under way to a case, its operator, a supervisor, and a roster with the three.
    pub async fn at(
        company: Company,
        case: CaseId,
        opened: IncidentOpened,
        lock: DeviceId,
        plain_lock: DeviceId,
    ) -> Self {
        let mut guard = company.member(people::Role::Guard, "守 一郎", 1).await;
        let mut operator = company.member(people::Role::Operator, "管 次郎", 2).await;
        let supervisor = company.member(people::Role::Supervisor, "責 三郎", 3).await;
        let path = format!("/cases/{case}");
        assert_eq!(guard.browser.post("/duty", &[("duty", "on")]).await.status, 303);
        assert_eq!(operator.browser.post(&format!("{path}/take"), &[]).await.status, 303);
        let send = format!("{path}/send");
        let sent = operator.browser.post(&send, &[("guard", guard.id.as_str())]).await;
        assert_eq!(sent.status, 303);
        assert_eq!(
            guard
                .browser
                .post("/duty/mission", &[("answer", "accept")])
                .await
                .status,
            303
        );
        let door = Self {
            company,
            guard,
            operator,
            supervisor,
            opened,
            lock,
            plain_lock,
            case,
            path,
            key: GatewayKey::generate().unwrap(),
        };
        assert_eq!(door.company.bring(&door.roster(1)).await.status, 303);
        door
    }

    pub fn roster(&self, version: u64) -> Roster {
        self.company.roster(
            version,
            &[
                (&self.guard, &[Role::Guard]),
                (&self.operator, &[Role::Operator]),
                (&self.supervisor, &[Role::Operator, Role::Supervisor]),
            ],
        )
    }

    pub async fn ask_arrival(&mut self, code: &str) -> Page {
        self.guard.browser.ask("/duty/arrival/begin", &[("code", code)]).await
    }

    pub async fn arrive(&mut self, code: &str) -> Page {
        let asked = challenge(&self.ask_arrival(code).await);
        self.company
            .answer(&mut self.guard, "/duty/arrival", &asked, None)
            .await
    }

    pub async fn ask_request(&mut self, who: &Asker) -> Page {
        let (lock, arrival) = (self.lock.clone(), self.shown_arrival().await);
        let fields = [("lock", lock.as_str()), ("minutes", "5"), ("arrival", arrival.as_str())];
        let path = format!("{}/unlock/request/begin", self.path);
        who.of(self).browser.ask(&path, &fields).await
    }

    pub async fn request(&mut self) -> Page {
        let asked = challenge(&self.ask_request(&Asker::Operator).await);
        let path = format!("{}/unlock/request", self.path);
        self.company.answer(&mut self.operator, &path, &asked, None).await
    }

    pub async fn ask_approval(&mut self) -> Page {
        let shown = self.shown_request().await;
        let path = format!("{}/unlock/approval/begin", self.path);
        self.supervisor.browser.ask(&path, &[("request", shown.as_str())]).await
    }

    pub async fn approve(&mut self) -> Page {
        let asked = challenge(&self.ask_approval().await);
        let path = format!("{}/unlock/approval", self.path);
        self.company.answer(&mut self.supervisor, &path, &asked, None).await
    }

    pub async fn all_sign(&mut self) {
        assert_eq!(self.arrive("12345678").await.status, 303);
        assert_eq!(self.request().await.status, 303);
        assert_eq!(self.approve().await.status, 303);
    }

    /// The newest draft.
    pub async fn draft(&self) -> Draft {
        let drafts = self.company.world.services.unlock.drafts(&self.case).await.unwrap();
        drafts.into_iter().next().unwrap()
    }

    /// The digests that pages show and forms send back.
    pub async fn shown_arrival(&self) -> String {
        BASE64URL_NOPAD.encode(&self.draft().await.arrival.signed.digest().0)
    }

    pub async fn shown_request(&self) -> String {
        BASE64URL_NOPAD.encode(&self.draft().await.request.unwrap().signed.digest().0)
    }

    /// Waits until the newest draft is in a state.
    pub async fn until(&self, state: State) {
        for _ in 0..500 {
            if self.draft().await.state == state {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?} is not {state:?}", self.draft().await.state);
    }

    /// The bundle of the newest draft, as the platform got it.
    pub async fn carried(&self) -> UnlockBundle {
        self.until(State::Sent).await;
        let carried = self.company.platform.bundles.lock().unwrap().last().cloned().unwrap();
        UnlockBundle::from_bytes(&carried).unwrap()
    }

    pub async fn driven(&self, bundle: &UnlockBundle, outcome: Outcome) -> bool {
        let receipt = Receipt {
            incident: self.opened.incident.clone(),
            home: self.opened.home.clone(),
            gateway: GatewayId::from_random([1; 10]),
            lock: self.lock.clone(),
            bundle: bundle.digest(),
            roster: 1,
            outcome,
            at: UnixMillis::of(self.company.world.clock.now()),
        };
        self.tell(&receipt).await
    }

    pub async fn refused(&self, bundle: &UnlockBundle, why: Refusal) -> bool {
        let notice = RefusalNotice {
            home: self.opened.home.clone(),
            gateway: GatewayId::from_random([1; 10]),
            bundle: bundle.digest(),
            why,
            at: UnixMillis::of(self.company.world.clock.now()),
        };
        self.tell(&notice).await
    }

    async fn tell<S: tomori_smart_home::unlock::Statement>(&self, statement: &S) -> bool {
        let attested = self.key.attest(statement).unwrap().to_bytes();
        let unlock = &self.company.world.services.unlock;
        unlock.answered(&self.opened.incident, &attested).await.unwrap()
    }
}

/// Who asks for the door.
pub enum Asker {
    Operator,
    Supervisor,
}

impl Asker {
    pub fn of<'a>(&self, door: &'a mut Door) -> &'a mut Colleague {
        match self {
            Self::Operator => &mut door.operator,
            Self::Supervisor => &mut door.supervisor,
        }
    }
}
