//! Attacks on the road of an unlock, each named for its row of T3-10.

use std::time::Duration;

use tomori_platform::services::dispatch::DispatchError;
use tomori_platform::services::unlock::UnlockError;
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::unlock::Refusal;

use super::{Door, elsewhere};
use crate::dispatch::operator;

/// T3-10 EP③, なりすまし: another company's server sends what it made up, or what it copied.
#[tokio::test]
async fn a_company_cannot_send_a_bundle_for_another_companys_incident() {
    let door = Door::new().await;
    let town = &door.case.town;
    let other = town.dispatch.add_company("別の警備", &operator()).await.unwrap();
    let refused = town.unlock.carry(&other, &door.bundle()).await.unwrap_err();
    let UnlockError::Dispatch(DispatchError::NoSuchIncident(_)) = refused else {
        panic!("{refused:?}");
    };
    assert!(town.unlock.of_incident(&door.incident).await.unwrap().is_empty());
    assert_eq!(door.steps().await, ["other"], "nor is it told");
}

/// T3-10 EP③, 改ざん: a bundle for one house in the case of another.
#[tokio::test]
async fn a_bundle_for_another_house_is_not_carried() {
    let door = Door::new().await;
    let (home, _) = door.case.town.house(2).await;
    let bundle = door.signed(&elsewhere(&door.opened(), home), 300);
    let refused = door.case.town.unlock.carry(&door.case.company, &bundle).await;
    assert!(matches!(refused.unwrap_err(), UnlockError::Refused(Refusal::OtherHome)));
}

/// T3-10 EP⑤, 不正アクセス: a case that is over, and a contract that is.
#[tokio::test]
async fn nobody_opens_a_door_for_an_incident_that_is_closed_or_a_contract_that_ended() {
    let door = Door::new().await;
    let town = &door.case.town;
    town.dispatch
        .set_contract(&door.case.home, None, &operator())
        .await
        .unwrap();
    let carry = || town.unlock.carry(&door.case.company, &[]);
    assert!(matches!(
        carry().await.unwrap_err(),
        UnlockError::Refused(Refusal::Unreadable)
    ));
    let bundle = door.bundle();
    let refused = town.unlock.carry(&door.case.company, &bundle).await.unwrap_err();
    assert!(matches!(refused, UnlockError::Dispatch(DispatchError::NoContract)));
    let guard = door.case.guard();
    let closed = town
        .dispatch
        .close_incident(&guard, &door.incident, Closing::Resolved, "終了");
    closed.await.unwrap();
    let refused = town.unlock.carry(&door.case.company, &bundle).await.unwrap_err();
    assert!(matches!(refused, UnlockError::Dispatch(DispatchError::Closed(_))));
}

/// T3-10 EP③, リプレイ: yesterday's bundle, and one that is to be worth something tomorrow.
#[tokio::test]
async fn a_bundle_of_another_time_is_not_carried() {
    let door = Door::new().await;
    let town = &door.case.town;
    let tomorrow = door.signed(&door.opened(), 24 * 3600);
    let refused = town.unlock.carry(&door.case.company, &tomorrow).await.unwrap_err();
    assert!(matches!(refused, UnlockError::Refused(Refusal::LivesTooLong)));
    let today = door.bundle();
    town.clock.advance(Duration::from_secs(300));
    let refused = town.unlock.carry(&door.case.company, &today).await.unwrap_err();
    assert!(matches!(refused, UnlockError::Refused(Refusal::Expired)));
}

/// T3-10 EP③, DoS: a company's server in wrong hands sends without end.
#[tokio::test]
async fn a_flood_of_bundles_is_bounded_by_the_minute_and_by_the_incident() {
    let door = Door::new().await;
    let (town, company) = (&door.case.town, &door.case.company);
    let mut taken = 0;
    for _ in 0..30 {
        for _ in 0..6 {
            match town.unlock.carry(company, &door.bundle()).await {
                Ok(_) => taken += 1,
                Err(UnlockError::Full(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        if taken < 20 {
            let refused = town.unlock.carry(company, &door.bundle()).await.unwrap_err();
            assert!(matches!(refused, UnlockError::TooOften(_) | UnlockError::Full(_)));
        }
        town.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(taken, 20);
}
