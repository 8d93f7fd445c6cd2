//! What a gateway tells of a door stands in its incident's timeline, once, and as it was signed.

use tomori_platform::device_state::DoorWord;
use tomori_platform::services::dispatch::Step;
use tomori_smart_home::event::What;
use tomori_smart_home::unlock::{Attestation, Digest, Outcome, Receipt, Refusal, RefusalNotice, Statement, UnixMillis};
use tomori_smart_home::{DeviceId, Hazard, IncidentId};
use tomori_unlock::GatewayKey;

use super::Case;

fn signed<S: Statement>(statement: &S) -> Attestation {
    Attestation(GatewayKey::generate().unwrap().attest(statement).unwrap().to_bytes())
}

fn at() -> UnixMillis {
    UnixMillis::of("2026-11-23T06:00:00+09:00".parse().unwrap())
}

fn refusal(case: &Case, bundle: u8) -> What {
    What::UnlockAnswered {
        bundle: Digest([bundle; 32]),
        incident: Some(IncidentId::from_random([1; 10])),
        attested: signed(&RefusalNotice {
            home: case.home.clone(),
            gateway: case.gateway.clone(),
            bundle: Digest([bundle; 32]),
            why: Refusal::CodeWrong,
            at: at(),
        }),
    }
}

fn receipt(case: &Case, bundle: u8) -> What {
    What::UnlockAnswered {
        bundle: Digest([bundle; 32]),
        incident: Some(IncidentId::from_random([1; 10])),
        attested: signed(&Receipt {
            incident: IncidentId::from_random([1; 10]),
            home: case.home.clone(),
            gateway: case.gateway.clone(),
            lock: DeviceId::from_random([2; 10]),
            bundle: Digest([bundle; 32]),
            roster: 1,
            outcome: Outcome::Opened,
            at: at(),
        }),
    }
}

#[tokio::test]
async fn answers_of_the_gateway_are_told_to_the_company_once_and_in_order() {
    let mut case = Case::new().await;
    case.raise(1, 1, Hazard::Intrusion).await;
    let (refused, opened) = (refusal(&case, 1), receipt(&case, 2));
    let locked = What::Relocked {
        incident: IncidentId::from_random([1; 10]),
        lock: DeviceId::from_random([2; 10]),
        is_confirmed: true,
    };
    case.tell(vec![refused.clone(), opened.clone(), opened, refused, locked])
        .await;
    let changes = case.town.dispatch.changes_after(&case.company, 1, 100).await.unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|change| match &change.entry.step {
            Step::Door {
                answer: Some(answer), ..
            } => answer.as_str(),
            Step::Door {
                word: DoorWord::Relocked { is_confirmed: true, .. },
                ..
            } => "locked",
            step => panic!("{step:?}"),
        })
        .collect();
    assert_eq!(told, ["code-wrong", "opened", "locked"]);
}

/// T3-11 EP①, なりすまし: a gateway tells of a door in another home's incident.
#[tokio::test]
async fn a_gateway_tells_nothing_of_another_homes_door() {
    let mut case = Case::new().await;
    case.raise(1, 1, Hazard::Intrusion).await;
    let (elsewhere, _) = case.town.house(2).await;
    case.home = elsewhere;
    case.next = 1;
    case.gateway = tomori_smart_home::GatewayId::from_random([8; 10]);
    let forged = receipt(&case, 1);
    case.tell(vec![forged]).await;
    let changes = case.town.dispatch.changes_after(&case.company, 0, 100).await.unwrap();
    assert_eq!(changes.len(), 1, "the alarm and nothing else");
}
