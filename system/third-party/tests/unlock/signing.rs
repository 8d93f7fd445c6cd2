//! Three people sign, each with a passkey of their own, over pages of this server.

use std::time::Duration;

use tomori_runtime::clock::Clock as _;
use tomori_smart_home::GatewayId;
use tomori_smart_home::unlock::{Digest, GatewayCode, Outcome, Receipt, Refusal, Statement as _, UnixMillis};
use tomori_third_party::unlock::{RoadError, State};
use tomori_unlock::{Authority, GatewayKey, UnlockBundle};

use super::house::{CODE, Door};

#[tokio::test]
async fn three_signatures_become_a_bundle_and_the_answer_is_told() {
    let mut door = Door::new().await;
    let duty = door.guard.browser.get("/duty").await.text;
    assert!(duty.contains("Sign my arrival"), "{duty}");
    // Typed as people type it.
    assert_eq!(door.arrive("1234 5678").await.location, "/duty");
    let page = door.operator.browser.get(&door.path).await.text;
    assert!(
        page.contains("waits for the operator") && page.contains("Ask for the door") && !page.contains("no remote")
    );
    let form = door
        .operator
        .browser
        .get(&format!("{}/unlock/request", door.path))
        .await
        .text;
    assert!(
        form.contains("玄関") && !form.contains("勝手口"),
        "only authenticated locks: {form}"
    );
    assert!(
        door.operator
            .browser
            .get("/board")
            .await
            .text
            .contains("unlock: request missing")
    );
    assert_eq!(door.request().await.location, door.path);
    assert!(
        door.supervisor
            .browser
            .get("/board")
            .await
            .text
            .contains("unlock: approval missing")
    );
    let form = door
        .supervisor
        .browser
        .get(&format!("{}/unlock/approval", door.path))
        .await
        .text;
    for told in ["玄関", "守 一郎", "管 次郎", "Counts until", "山田 1234"] {
        assert!(form.contains(told), "{told}: {form}");
    }
    assert_eq!(door.approve().await.location, door.path);
    let bundle = door.carried().await;
    let (arrival, request, _) = bundle.statements().unwrap();
    assert_eq!(
        (arrival.code, arrival.guard.clone()),
        (GatewayCode::from_number(CODE), door.guard.id.clone())
    );
    assert_eq!(request.lock, door.lock);
    // What the gateway will find.
    let roster = door.company.world.services.unlock.roster().await.unwrap().unwrap();
    let authority = Authority::of(&bundle, &roster).unwrap();
    authority.is_about(&door.opened).unwrap();
    authority
        .is_in_time(UnixMillis::of(door.company.world.clock.now()))
        .unwrap();
    door.until(State::Sent).await;
    assert!(
        door.operator
            .browser
            .get(&door.path)
            .await
            .text
            .contains("waiting for the gateway")
    );

    assert!(door.driven(&bundle, Outcome::Opened).await);
    door.until(State::Opened).await;
    assert!(door.driven(&bundle, Outcome::Opened).await, "told again");
    assert!(
        door.refused(&bundle, Refusal::Expired).await,
        "and no other answer after the first"
    );
    door.until(State::Opened).await;
    let page = door.operator.browser.get(&door.path).await.text;
    assert!(
        page.contains("unlocked, as the lock itself shows") && page.contains("Signed the approval"),
        "{page}"
    );
    assert!(
        door.guard
            .browser
            .get("/duty")
            .await
            .text
            .contains("unlocked, as the lock itself shows")
    );
    // For one incident the lock is driven once: nobody is asked to sign for a second time.
    assert!(!door.guard.browser.get("/duty").await.text.contains("/duty/arrival"));
    let refused = door.ask_arrival("12345678").await;
    assert!(
        refused.status == 409 && refused.text.contains("driven for this incident"),
        "{refused:?}"
    );
    let log = door.company.world.office.clone().get("/log").await.text;
    for told in [
        "unlock.arrived",
        "unlock.requested",
        "unlock.approved",
        "unlock.sent",
        "unlock.answered",
    ] {
        assert!(log.contains(told), "{told}");
    }
}

#[tokio::test]
async fn after_a_wrong_code_the_guard_signs_again() {
    let mut door = Door::new().await;
    for number in 1..=2 {
        door.all_sign().await;
        let bundle = door.carried().await;
        assert!(door.refused(&bundle, Refusal::CodeWrong).await);
        door.until(State::Refused).await;
        let page = door.guard.browser.get("/duty").await.text;
        assert!(page.contains("the gateway did not show this code then") && page.contains("Sign my arrival"));
        let told = if number == 1 { "One wrong code" } else { "2 wrong codes" };
        assert!(page.contains(told), "{page}");
    }
    // In Japanese the gateway's reason is Japanese.
    door.guard.browser.lang = "ja";
    assert!(
        door.guard
            .browser
            .get("/duty")
            .await
            .text
            .contains("その時刻にゲートウェイが示した番号ではありません")
    );
}

#[tokio::test]
async fn what_is_not_complete_can_be_taken_back_and_what_is_sent_cannot() {
    let mut door = Door::new().await;
    assert_eq!(door.guard.browser.post("/duty/arrival/withdraw", &[]).await.status, 409);
    assert_eq!(door.arrive("12345678").await.status, 303);
    assert_eq!(door.guard.browser.post("/duty/arrival/withdraw", &[]).await.status, 303);
    assert_eq!(door.draft().await.state, State::Withdrawn);
    assert_eq!(door.arrive("12345678").await.status, 303);
    assert_eq!(door.request().await.status, 303);
    let withdraw = format!("{}/unlock/withdraw", door.path);
    assert_eq!(door.supervisor.browser.post(&withdraw, &[]).await.status, 303);
    door.all_sign().await;
    door.until(State::Sent).await;
    assert_eq!(door.operator.browser.post(&withdraw, &[]).await.status, 409);
    assert_eq!(door.ask_arrival("12345678").await.status, 409, "the gateway has it");
    // Nobody answers: that is what is told, and a late answer is the truth all the same.
    let bundle = door.carried().await;
    door.company.world.clock.advance(Duration::from_secs(5 * 60 + 61));
    door.until(State::NoAnswer).await;
    assert!(
        door.operator
            .browser
            .get(&door.path)
            .await
            .text
            .contains("whether it opened is not known")
    );
    assert!(door.driven(&bundle, Outcome::NotConfirmed).await);
    door.until(State::NotConfirmed).await;
}

#[tokio::test]
async fn a_road_that_is_cut_is_tried_again_and_survives_a_restart() {
    let mut door = Door::new().await;
    door.company
        .platform
        .answers(Some(RoadError::Unreachable("cut".to_owned())));
    door.all_sign().await;
    assert_eq!(door.draft().await.state, State::Approved);
    assert!(door.operator.browser.get(&door.path).await.text.contains("being sent"));
    let company = door.company;
    let world = company.world.restart().await;
    company.platform.answers(None);
    world.clock.advance(Duration::from_secs(1));
    for _ in 0..500 {
        if !company.platform.bundles.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let carried = company.platform.bundles.lock().unwrap().clone();
    assert!(!carried.is_empty() && UnlockBundle::from_bytes(&carried[0]).is_ok());
    drop(world);
}

#[tokio::test]
async fn a_bundle_that_the_platform_refuses_is_told_of() {
    let mut door = Door::new().await;
    door.company
        .platform
        .answers(Some(RoadError::Refused("the incident is closed".to_owned())));
    door.all_sign().await;
    door.until(State::NotSent).await;
    assert!(
        door.operator
            .browser
            .get(&door.path)
            .await
            .text
            .contains("the platform did not take it")
    );
    // The guard can begin anew.
    assert_eq!(door.arrive("12345678").await.status, 303);
}

/// The platform knows whether the gateway may have had it: only then does somebody have to look at the door.
#[tokio::test]
async fn a_bundle_that_never_reached_the_gateway_is_told_apart_from_one_without_an_answer() {
    let mut door = Door::new().await;
    door.all_sign().await;
    let bundle = door.carried().await.digest();
    let unlock = door.company.world.services.unlock.clone();
    let incident = door.opened.incident.clone();
    assert!(!unlock.unanswered(&incident, Digest([9; 32]), true).await.unwrap());
    assert!(unlock.unanswered(&incident, bundle, true).await.unwrap());
    door.until(State::NoAnswer).await;
    assert!(unlock.unanswered(&incident, bundle, false).await.unwrap());
    door.until(State::Expired).await;
    assert!(door.operator.browser.get(&door.path).await.text.contains("out of time"));
}

/// Answers that are none of ours, for another incident, or no statement at all.
#[tokio::test]
async fn answers_to_nothing_change_nothing() {
    let mut door = Door::new().await;
    door.all_sign().await;
    let bundle = door.carried().await;
    door.until(State::Sent).await;
    let unlock = door.company.world.services.unlock.clone();
    let key = GatewayKey::generate().unwrap();
    let receipt = |incident: &tomori_smart_home::IncidentId, bundle: Digest| Receipt {
        incident: incident.clone(),
        home: door.opened.home.clone(),
        gateway: GatewayId::from_random([1; 10]),
        lock: door.lock.clone(),
        bundle,
        roster: 1,
        outcome: Outcome::Opened,
        at: UnixMillis::of(door.company.world.clock.now()),
    };
    let other = tomori_smart_home::IncidentId::from_random([8; 10]);
    let own = door.opened.incident.clone();
    for (incident, statement) in [
        (&own, receipt(&own, Digest([1; 32]))),
        (&own, receipt(&other, bundle.digest())),
        (&other, receipt(&other, bundle.digest())),
    ] {
        let attested = key.attest(&statement).unwrap().to_bytes();
        assert!(!unlock.answered(incident, &attested).await.unwrap());
    }
    assert!(!unlock.answered(&own, b"nothing").await.unwrap());
    assert!(
        !unlock
            .answered(&own, &key.attest(&door.opened).unwrap().to_bytes())
            .await
            .unwrap()
    );
    assert_eq!(door.draft().await.state, State::Sent);
}
