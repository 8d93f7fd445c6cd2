//! Attacks on incidents, each named for its row of T3-10 or T3-11.

use tomori_platform::services::dispatch::{Actor, DispatchError};
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::event::What;
use tomori_smart_home::{GatewayId, Hazard, IncidentId, ResidentId};

use super::{Case, alarm, operator, window};

/// T3-10 EP③, 情報漏えい: another company asks for what is not its case.
#[tokio::test]
async fn a_company_gets_nothing_of_another_companys_incident() {
    let mut case = Case::new().await;
    let other = case.town.dispatch.add_company("別の警備", &operator()).await.unwrap();
    case.raise(1, 1, Hazard::Intrusion).await;
    let incident = IncidentId::from_random([1; 10]);
    let dispatch = &case.town.dispatch;
    assert!(dispatch.changes_after(&other, 0, 100).await.unwrap().is_empty());
    for refused in [
        dispatch.case(&other, &incident).await.map(drop),
        dispatch.disclose(&other, "誰か", &incident).await.map(drop),
        dispatch
            .close_incident(
                &Actor::Company {
                    company: other.clone(),
                    who: "誰か".to_owned(),
                },
                &incident,
                Closing::Resolved,
                "終わり",
            )
            .await,
    ] {
        assert!(matches!(refused.unwrap_err(), DispatchError::NoSuchIncident(_)));
    }
}

/// T3-10 EP③, 情報漏えい: the contract has ended, the incident has not.
#[tokio::test]
async fn a_company_whose_contract_ended_is_told_no_address() {
    let mut case = Case::new().await;
    case.raise(1, 1, Hazard::Intrusion).await;
    case.town
        .dispatch
        .set_contract(&case.home, None, &operator())
        .await
        .unwrap();
    let incident = IncidentId::from_random([1; 10]);
    let refused = case.town.dispatch.disclose(&case.company, "佐藤", &incident).await;
    assert!(matches!(refused.unwrap_err(), DispatchError::NoContract));
}

/// T3-11 EP①, なりすまし: a gateway speaks of another home's incident.
#[tokio::test]
async fn a_gateway_cannot_put_an_alarm_into_another_homes_incident() {
    let mut case = Case::new().await;
    case.raise(1, 1, Hazard::Intrusion).await;
    let (elsewhere, _) = case.town.house(2).await;
    let theirs = case
        .town
        .state
        .add_equipment(&elsewhere, window(), "op_test")
        .await
        .unwrap();
    let at = case.town.now();
    let forged = What::AlarmRaised {
        alarm: alarm(2, 1, Hazard::Fire, Some(&theirs)),
    };
    let events = vec![Some(tomori_smart_home::Event { at, what: forged })];
    let gateway = GatewayId::from_random([8; 10]);
    let stored = case.town.state.store_batch(&elsewhere, &gateway, 1, events, false);
    stored.await.unwrap();
    while !case.town.dispatch.take_in().await.unwrap() {}
    let (incident, entries) = case
        .town
        .dispatch
        .case(&case.company, &IncidentId::from_random([1; 10]))
        .await
        .unwrap();
    assert_eq!((incident.hazard, entries.len()), (Hazard::Intrusion, 1));
    assert!(case.town.dispatch.of_home(&elsewhere).await.unwrap().is_empty());
}

/// T3-10 EP⑨, 脅迫: whoever threatens a resident looks at the resident's phone.
#[tokio::test]
async fn a_duress_alarm_is_on_no_screen_of_the_residents_while_it_is_open() {
    let mut case = Case::new().await;
    let silent = alarm(1, 1, Hazard::Duress, None);
    case.tell(vec![What::AlarmRaised { alarm: silent }]).await;
    let dispatch = &case.town.dispatch;
    let incident = IncidentId::from_random([1; 10]);
    assert!(dispatch.of_home(&case.home).await.unwrap().is_empty());
    let refused = dispatch.for_residents(&case.home, &incident).await.unwrap_err();
    assert!(matches!(refused, DispatchError::NoSuchIncident(_)));
    assert_eq!(dispatch.changes_after(&case.company, 0, 9).await.unwrap().len(), 1);
    // What was seen already stays seen, without the duress.
    case.raise(2, 1, Hazard::Intrusion).await;
    let dispatch = &case.town.dispatch;
    let (_, entries) = dispatch.for_residents(&case.home, &incident).await.unwrap();
    assert_eq!(entries.len(), 1);
    dispatch
        .close_incident(&case.guard(), &incident, Closing::HandedOver, "警察へ")
        .await
        .unwrap();
    let (_, entries) = dispatch.for_residents(&case.home, &incident).await.unwrap();
    assert_eq!(entries.len(), 3, "afterwards they read all of it");
}

/// T3-10 EP⑤, 不正アクセス: a resident's account in wrong hands calls the guard off.
#[tokio::test]
async fn a_resident_does_not_close_what_a_company_deals_with() {
    let mut case = Case::new().await;
    case.raise(1, 1, Hazard::Intrusion).await;
    let actor = Actor::Resident(ResidentId::from_random([2; 10]));
    let incident = IncidentId::from_random([1; 10]);
    let refused = case
        .town
        .dispatch
        .close_incident(&actor, &incident, Closing::FalseAlarm, "何でもない")
        .await;
    assert!(matches!(refused.unwrap_err(), DispatchError::NotYours(_)));
}
