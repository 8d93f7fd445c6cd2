//! Bundles and rosters at the door.

use reqwest::Method;
use tomori_partner_link::{UnlockTaken, route};
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::unlock::{GatewayCode, IncidentOpened, Statement as _, UnixMillis};
use tomori_smart_home::{Hazard, IncidentId};
use tomori_unlock::rehearsal::Rehearsal;

use super::Link;

fn people(link: &Link) -> Rehearsal {
    let now = UnixMillis::of(link.clock.now());
    Rehearsal::new("guard.example", "https://guard.example", now).unwrap()
}

async fn bundle(link: &Link, incident: &IncidentId) -> Vec<u8> {
    let (people, now) = (people(link), UnixMillis::of(link.clock.now()));
    let opened = IncidentOpened {
        incident: incident.clone(),
        home: link.home.clone(),
        zone: "台所 窓".to_owned(),
        at: now,
        nonce: [1; 32].into(),
    };
    let arrival = people.arrival(&opened, GatewayCode::from_number(7), now);
    let end = UnixMillis::from_millis(now.millis() + 300_000).unwrap();
    people.bundle(&arrival, link.lock().await, end).unwrap().to_bytes()
}

#[tokio::test]
async fn a_bundle_and_a_roster_are_taken_as_they_were_signed() {
    let mut link = Link::new().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let people = people(&link);
    let roster = people.root.sign(&people.roster).to_bytes();
    let answer = link.server.hand_over(Method::PUT, route::ROSTER, roster.clone()).await;
    assert_eq!(answer.status(), 204);
    let kept = link.world.services.unlock.roster_version(&link.company).await;
    assert_eq!(kept.unwrap(), Some(1));
    let answer = link
        .server
        .hand_over(Method::PUT, route::ROSTER, vec![0; 600 * 1024])
        .await;
    assert_eq!(answer.status(), 422, "too large");
    let signed = bundle(&link, &incident).await;
    let path = route::of(route::UNLOCKS, &incident);
    for _ in 0..2 {
        let answer = link.server.hand_over(Method::POST, &path, signed.clone()).await;
        assert_eq!(answer.status(), 202);
        let taken: UnlockTaken = answer.json().await.unwrap();
        assert_eq!(taken.bundle, tomori_unlock::digest(&signed));
    }
    let carried = link.world.services.unlock.of_incident(&incident).await.unwrap();
    assert_eq!(carried.len(), 1);
}

/// T3-10 EP③ なりすまし, 改ざん: another company, another incident, and what is none.
#[tokio::test]
async fn a_bundle_goes_nowhere_but_to_its_own_incident() {
    let mut link = Link::new().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let second = link.raise(2, 2, Hazard::Intrusion).await;
    let (_, other) = link.other().await;
    let signed = bundle(&link, &incident).await;
    let path = route::of(route::UNLOCKS, &incident);
    let status = |answer: reqwest::Response| answer.status().as_u16();
    assert_eq!(status(other.hand_over(Method::POST, &path, signed.clone()).await), 404);
    let elsewhere = route::of(route::UNLOCKS, &second);
    let answer = link.server.hand_over(Method::POST, &elsewhere, signed.clone()).await;
    assert_eq!(status(answer), 422);
    let answer = link.server.hand_over(Method::POST, &path, b"bundle".to_vec()).await;
    assert_eq!(status(answer), 422);
    for one in [&incident, &second] {
        let carried = link.world.services.unlock.of_incident(one).await.unwrap();
        assert!(carried.is_empty());
    }
}
