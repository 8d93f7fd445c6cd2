//! The feed: in order, at least once, resumable; and what the company says comes into the incident's story.

use std::time::Duration;

use serde_json::{Value, json};
use tomori_partner_link::route;
use tomori_platform::services::dispatch::Step;
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::Hazard;
use tomori_smart_home::alarm::Did;

use super::Link;

fn numbers(page: &Value) -> Vec<u64> {
    let changes = page["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| change["number"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn the_feed_is_told_in_order_in_parts_and_as_a_stream_and_resumes_behind_a_number() {
    let mut link = Link::new().await;
    link.raise(1, 1, Hazard::Intrusion).await;
    let mut live = link.server.stream(0).await;
    assert_eq!(live.change().await.unwrap()["number"], 1);
    // What comes while somebody listens is told at once.
    link.raise(2, 1, Hazard::Fire).await;
    let second = live.change().await.unwrap();
    assert_eq!(
        (&second["number"], &second["incident"]["hazard"]),
        (&json!(2), &json!("fire"))
    );
    link.raise(3, 2, Hazard::Silence).await;
    drop(live);
    let mut again = link.server.stream(1).await;
    assert_eq!(again.change().await.unwrap()["number"], 2);
    assert_eq!(again.change().await.unwrap()["number"], 3);
    let page: Value = link
        .server
        .get("/v1/changes?after=0&most=2")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((numbers(&page), &page["hasMore"]), (vec![1, 2], &json!(true)));
    let page: Value = link.server.get("/v1/changes?after=2").await.json().await.unwrap();
    assert_eq!((numbers(&page), &page["hasMore"]), (vec![3], &json!(false)));
}

#[tokio::test]
async fn an_acknowledgement_is_kept_and_one_of_what_was_never_given_is_named() {
    let mut link = Link::new().await;
    link.raise(1, 1, Hazard::Intrusion).await;
    let put = |through: u64| link.server.put(route::ACKNOWLEDGEMENT, json!({ "through": through }));
    assert_eq!(put(1).await.status(), 204);
    let refused = put(2).await;
    assert_eq!(refused.status(), 422);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["errors"][0]["field"], "through");
    let company = link.world.services.dispatch.company(&link.company).await.unwrap();
    assert_eq!(company.acknowledged, 1);
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_there() {
    let link = Link::new().await;
    let mut live = link.server.stream(0).await;
    assert_eq!(live.next().await.unwrap().0, "heartbeat");
    link.clock.advance(Duration::from_secs(5));
    assert_eq!(live.next().await.unwrap().0, "heartbeat");
}

#[tokio::test]
async fn what_the_company_does_is_in_the_story_once_and_the_residents_see_it() {
    let mut link = Link::new().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let steps = route::of(route::STEPS, &incident);
    let did = json!({ "id": "case_1-1", "who": "佐藤", "at": link.clock.now(), "did": "guardSent" });
    for _ in 0..2 {
        assert_eq!(link.server.post(&steps, did.clone()).await.status(), 204);
    }
    let note = json!({ "id": "case_1-2", "who": "佐藤", "at": link.clock.now(), "note": "電話に出ません" });
    assert_eq!(link.server.post(&steps, note).await.status(), 204);
    let dispatch = &link.world.services.dispatch;
    let (known, entries) = dispatch.for_residents(&link.home, &incident).await.unwrap();
    assert!(known.answered_at.is_some());
    assert_eq!(entries.len(), 3, "{entries:?}");
    assert!(matches!(
        &entries[1].step,
        Step::Did {
            did: Did::GuardSent,
            ..
        }
    ));
    assert!(matches!(&entries[2].step, Step::Note { text, .. } if text == "電話に出ません"));
    let closing = json!({ "who": "佐藤", "closing": "falseAlarm", "report": "猫でした" });
    let path = route::of(route::CLOSING, &incident);
    for _ in 0..2 {
        assert_eq!(link.server.post(&path, closing.clone()).await.status(), 204);
    }
    let (known, entries) = dispatch.for_residents(&link.home, &incident).await.unwrap();
    assert!(!known.is_open());
    assert_eq!(entries.len(), 4);
}

#[tokio::test]
async fn what_the_contract_names_and_the_locks_are_disclosed_while_the_incident_is_open() {
    let mut link = Link::new().await;
    let lock = link.lock().await;
    let incident = link.raise(1, 1, Hazard::Intrusion).await;
    let path = route::of(route::DISCLOSURE, &incident);
    let told: Value = link
        .server
        .post(&path, json!({ "who": "佐藤" }))
        .await
        .json()
        .await
        .unwrap();
    assert!(told["address"].is_string() && told["name"].is_null(), "{told}");
    assert_eq!(told["locks"][0]["id"], lock.as_str());
    assert_eq!(told["locks"][0]["isTrusted"], false, "it does not prove itself");
    let closing = json!({ "who": "佐藤", "closing": "resolved", "report": "確認しました" });
    let closed = link.server.post(&route::of(route::CLOSING, &incident), closing).await;
    assert_eq!(closed.status(), 204);
    let refused = link.server.post(&path, json!({ "who": "佐藤" })).await;
    assert_eq!(refused.status(), 409);
}

/// The operator learns within the time that is set that a company's server is not heard, and that it is back.
#[tokio::test]
async fn a_company_that_is_not_heard_is_told_of_and_one_that_is_heard_again_is_not() {
    let link = Link::new().await;
    assert_eq!(link.server.beat(link.clock.now()).await.status(), 200);
    let supervision = &link.world.services.supervision;
    let heard_at = supervision.hearing(&link.company).at.unwrap();
    assert!(supervision.silent().is_empty());
    for _ in 0..16 {
        link.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    let until = tokio::time::Instant::now() + Duration::from_secs(20);
    while supervision.silent().is_empty() {
        assert!(tokio::time::Instant::now() < until, "nobody noticed");
        link.clock.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(supervision.silent(), [(link.company.clone(), heard_at)]);
    assert_eq!(link.server.beat(link.clock.now()).await.status(), 200);
    assert!(supervision.silent().is_empty());
}
