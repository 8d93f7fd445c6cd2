//! The same over the real line: the platform's feed, its door for bundles, and the gateway's answer by the feed.

use std::time::Duration;

use serde_json::json;
use tomori_smart_home::unlock::{IncidentOpened, Outcome, Receipt, Statement as _, UnixMillis};
use tomori_smart_home::{DeviceId, GatewayId};
use tomori_third_party::unlock::State;
use tomori_unlock::{GatewayKey, UnlockBundle};

use super::company::Company;
use super::house::Door;
use crate::partner::Platform;

const INCIDENT: &str = "inc_000000000000000a";

async fn until<F: AsyncFnMut() -> bool>(what: &str, mut is_so: F) {
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(tokio::time::Instant::now() < end, "not within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A company on the line, with a case of a house of the platform.
async fn linked() -> (Door, Platform) {
    let company = Company::on_the_line().await;
    let world = &company.world;
    let platform = Platform::new(&world.clock).await;
    let address = platform.address.to_string();
    world.services.partner.enrol(&platform.code(), &address).await.unwrap();
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    let opened = IncidentOpened {
        incident: INCIDENT.parse().unwrap(),
        home: "home_000000000000000a".parse().unwrap(),
        zone: "台所".to_owned(),
        at: UnixMillis::of("2026-01-05T02:59:00Z".parse().unwrap()),
        nonce: [1; 32].into(),
    };
    let attested = GatewayKey::generate().unwrap().attest(&opened).unwrap().to_bytes();
    let attested = data_encoding::HEXLOWER.encode(&attested);
    let word = json!({ "step": "door", "word": { "door": "attested", "attested": attested } });
    platform.tell(INCIDENT, "intrusion", 2, word);
    until("acknowledged", async || platform.acknowledged() == 2).await;
    let case = world.services.cases.board(0, 1).await.unwrap().cases[0].id.clone();
    let lock: DeviceId = "dev_000000000000000c".parse().unwrap();
    let door = Door::at(company, case, opened, lock.clone(), lock).await;
    until("the locks are disclosed", async || {
        let house = door.company.world.services.unlock.house(&door.case).await.unwrap();
        house.is_some_and(|house| !house.locks.is_empty())
    })
    .await;
    (door, platform)
}

async fn carried(door: &Door, platform: &Platform) -> UnlockBundle {
    door.until(State::Sent).await;
    let said = platform.said();
    assert!(said.iter().any(|(what, _)| what == "roster"), "the roster went first");
    let (_, bytes) = said.iter().find(|(what, _)| what == "unlocks").unwrap();
    let bytes = data_encoding::HEXLOWER
        .decode(bytes.as_str().unwrap().as_bytes())
        .unwrap();
    UnlockBundle::from_bytes(&bytes).unwrap()
}

#[tokio::test]
async fn three_signatures_go_over_the_line_and_the_answer_comes_by_the_feed() {
    let (mut door, platform) = linked().await;
    door.all_sign().await;
    let bundle = carried(&door, &platform).await;
    let receipt = Receipt {
        incident: door.opened.incident.clone(),
        home: door.opened.home.clone(),
        gateway: GatewayId::from_random([1; 10]),
        lock: door.lock.clone(),
        bundle: bundle.digest(),
        roster: 1,
        outcome: Outcome::Opened,
        at: UnixMillis::of("2026-01-05T03:00:00Z".parse().unwrap()),
    };
    let attested = door.key.attest(&receipt).unwrap().to_bytes();
    let word = json!({
        "step": "door", "answer": "opened",
        "word": {
            "door": "answered", "bundle": bundle.digest(), "attested": data_encoding::HEXLOWER.encode(&attested)
        }
    });
    platform.tell(INCIDENT, "intrusion", 3, word);
    door.until(State::Opened).await;
    let page = door.operator.browser.get(&door.path).await.text;
    assert!(page.contains("unlocked, as the lock itself shows"));
    assert_eq!(
        page.matches("The gateway opened the door").count(),
        1,
        "one story of one answer"
    );
}

#[tokio::test]
async fn that_a_bundle_never_reached_the_gateway_comes_by_the_feed() {
    let (mut door, platform) = linked().await;
    door.all_sign().await;
    let bundle = carried(&door, &platform).await;
    let over = json!({
        "step": "unlockUnanswered", "bundle": bundle.digest(), "lock": door.lock, "isSent": false
    });
    platform.tell(INCIDENT, "intrusion", 3, over);
    door.until(State::Expired).await;
}
