//! Bundles and rosters of a security company on their way to its homes' gateways.

mod attacks;
mod rosters;

use std::time::Duration;

use tomori_platform::device_state::DoorWord;
use tomori_platform::services::dispatch::Step;
use tomori_platform::services::unlock::Standing;
use tomori_smart_home::event::What;
use tomori_smart_home::unlock::{
    Attestation, Digest, GatewayCode, IncidentOpened, Outcome, Receipt, Refusal, RefusalNotice, Statement, UnixMillis,
};
use tomori_smart_home::{DeviceId, Hazard, HomeId, IncidentId};
use tomori_unlock::GatewayKey;
use tomori_unlock::rehearsal::Rehearsal;

use crate::dispatch::Case;

/// A case with an open incident, and the three people of its company.
pub struct Door {
    pub case: Case,
    pub people: Rehearsal,
    pub incident: IncidentId,
}

impl Door {
    pub async fn new() -> Self {
        let mut case = Case::new().await;
        case.raise(1, 1, Hazard::Intrusion).await;
        let now = UnixMillis::of(case.town.now());
        Self {
            case,
            people: Rehearsal::new("guard.example", "https://guard.example", now).unwrap(),
            incident: IncidentId::from_random([1; 10]),
        }
    }

    pub fn opened(&self) -> IncidentOpened {
        IncidentOpened {
            incident: self.incident.clone(),
            home: self.case.home.clone(),
            zone: "台所 窓".to_owned(),
            at: UnixMillis::of(self.case.town.now()),
            nonce: [1; 32].into(),
        }
    }

    /// What three people sign for an incident, living for so many seconds.
    pub fn signed(&self, opened: &IncidentOpened, seconds: u64) -> Vec<u8> {
        let now = UnixMillis::of(self.case.town.now());
        let arrival = self.people.arrival(opened, GatewayCode::from_number(7), now);
        let end = UnixMillis::from_millis(now.millis() + seconds * 1000).unwrap();
        let lock = DeviceId::from_random([2; 10]);
        self.people.bundle(&arrival, lock, end).unwrap().to_bytes()
    }

    pub fn bundle(&self) -> Vec<u8> {
        self.signed(&self.opened(), 300)
    }

    pub async fn standing(&self) -> Standing {
        let carried = self.case.town.unlock.of_incident(&self.incident).await.unwrap();
        carried.last().unwrap().standing.clone()
    }

    /// The gateway answers.
    pub async fn answer(&mut self, bundle: Digest, why: Option<Refusal>) {
        let (home, gateway) = (self.case.home.clone(), self.case.gateway.clone());
        let at = UnixMillis::of(self.case.town.now());
        let key = GatewayKey::generate().unwrap();
        let attested = match why {
            Some(why) => key.attest(&RefusalNotice {
                home,
                gateway,
                bundle,
                why,
                at,
            }),
            None => key.attest(&Receipt {
                incident: self.incident.clone(),
                home,
                gateway,
                lock: DeviceId::from_random([2; 10]),
                bundle,
                roster: 1,
                outcome: Outcome::Opened,
                at,
            }),
        };
        let what = What::UnlockAnswered {
            bundle,
            incident: Some(self.incident.clone()),
            attested: Attestation(attested.unwrap().to_bytes()),
        };
        self.case.tell(vec![what]).await;
    }

    pub async fn steps(&self) -> Vec<&'static str> {
        let (_, entries) = self.case.town.dispatch.any(&self.incident).await.unwrap();
        entries
            .iter()
            .map(|entry| match &entry.step {
                Step::UnlockAsked { is_away: true, .. } => "waits",
                Step::UnlockAsked { is_away: false, .. } => "asked",
                Step::UnlockUnanswered { is_sent: true, .. } => "no answer",
                Step::UnlockUnanswered { is_sent: false, .. } => "never sent",
                Step::Door {
                    word: DoorWord::Answered { .. },
                    ..
                } => "answered",
                _ => "other",
            })
            .collect()
    }
}

pub fn elsewhere(opened: &IncidentOpened, home: HomeId) -> IncidentOpened {
    IncidentOpened { home, ..opened.clone() }
}

#[tokio::test]
async fn a_bundle_waits_for_its_gateway_and_its_end_is_told() {
    let door = Door::new().await;
    let unlock = &door.case.town.unlock;
    let bundle = door.bundle();
    let digest = unlock.carry(&door.case.company, &bundle).await.unwrap();
    assert_eq!(digest, tomori_unlock::digest(&bundle));
    assert_eq!(door.standing().await, Standing::Waiting);
    assert!(unlock.settle().await.unwrap());
    door.case.town.clock.advance(Duration::from_secs(300));
    assert_eq!(door.standing().await, Standing::NoAnswer);
    door.case.town.clock.advance(Duration::from_secs(15));
    assert!(!unlock.settle().await.unwrap());
    assert!(!unlock.settle().await.unwrap());
    assert_eq!(door.steps().await, ["other", "waits", "never sent"]);
}

#[tokio::test]
async fn the_same_bundle_twice_is_one() {
    let door = Door::new().await;
    let unlock = &door.case.town.unlock;
    let bundle = door.bundle();
    let first = unlock.carry(&door.case.company, &bundle).await.unwrap();
    assert_eq!(unlock.carry(&door.case.company, &bundle).await.unwrap(), first);
    assert_eq!(unlock.of_incident(&door.incident).await.unwrap().len(), 1);
    assert_eq!(door.steps().await, ["other", "waits"]);
}

#[tokio::test]
async fn an_answer_ends_the_waiting_and_an_answer_that_may_change_can_be_asked_for_again() {
    let mut door = Door::new().await;
    let unlock = door.case.town.unlock.clone();
    let (company, bundle) = (door.case.company.clone(), door.bundle());
    let digest = unlock.carry(&company, &bundle).await.unwrap();
    door.answer(digest, Some(Refusal::LockUnreachable)).await;
    unlock.settle().await.unwrap();
    let answered = |answer: &str| Standing::Answered {
        answer: answer.to_owned(),
    };
    assert_eq!(door.standing().await, answered("lock-unreachable"));
    unlock.carry(&company, &bundle).await.unwrap();
    unlock.settle().await.unwrap();
    assert_eq!(
        door.standing().await,
        Standing::Waiting,
        "the old answer is not the new one"
    );
    door.case.town.clock.advance(Duration::from_secs(1));
    door.answer(digest, None).await;
    unlock.settle().await.unwrap();
    assert_eq!(door.standing().await, answered("opened"));
    unlock.carry(&company, &bundle).await.unwrap();
    assert_eq!(door.standing().await, answered("opened"), "what is done is done");
}

/// A gateway that had the bundle twice refused it for a moment's reason, and drove the second time.
#[tokio::test]
async fn a_receipt_after_a_passing_refusal_is_what_counts() {
    let mut door = Door::new().await;
    let unlock = door.case.town.unlock.clone();
    let digest = unlock.carry(&door.case.company, &door.bundle()).await.unwrap();
    let answered = |answer: &str| Standing::Answered {
        answer: answer.to_owned(),
    };
    for (why, told) in [(Some(Refusal::LockUnreachable), "lock-unreachable"), (None, "opened")] {
        door.answer(digest, why).await;
        unlock.settle().await.unwrap();
        assert_eq!(door.standing().await, answered(told));
        door.case.town.clock.advance(Duration::from_secs(1));
    }
    // Nothing follows what was driven.
    door.answer(digest, Some(Refusal::LockUnreachable)).await;
    unlock.settle().await.unwrap();
    assert_eq!(door.standing().await, answered("opened"));
}

#[tokio::test]
async fn a_bundle_survives_a_restart_and_is_answered_after_it() {
    let mut door = Door::new().await;
    let digest = door
        .case
        .town
        .unlock
        .carry(&door.case.company, &door.bundle())
        .await
        .unwrap();
    door.case.town.close().await;
    door.case.town = door.case.town.reopen();
    assert_eq!(door.standing().await, Standing::Waiting);
    door.answer(digest, None).await;
    door.case.town.unlock.settle().await.unwrap();
    assert!(matches!(door.standing().await, Standing::Answered { .. }));
}
