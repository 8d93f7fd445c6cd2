//! From the platform's feed to the board and back.

use std::time::Duration;

use serde_json::json;
use tomori_smart_home::unlock::{IncidentOpened, Statement as _, UnixMillis};
use tomori_third_party::cases::{Case, Danger, Source};
use tomori_third_party::people::Role;
use tomori_unlock::GatewayKey;

use super::Platform;
use crate::world::World;

const INCIDENT: &str = "inc_000000000000000a";

/// Waits until something is so; real sockets are in between, so the time is real.
async fn until<F: AsyncFnMut() -> bool>(what: &str, mut is_so: F) {
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(tokio::time::Instant::now() < end, "not within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn linked() -> (World, Platform) {
    let world = World::new().await;
    let platform = Platform::new(&world.clock).await;
    let address = platform.address.to_string();
    let company = world.services.partner.enrol(&platform.code(), &address).await.unwrap();
    assert_eq!(company.as_str(), "comp_000000000000000a");
    (world, platform)
}

async fn cases(world: &World) -> Vec<Case> {
    world.services.cases.board(0, 100).await.unwrap().cases
}

async fn entries(world: &World, case: &Case, what: &str) -> usize {
    let view = world.services.cases.case(&case.id).await.unwrap();
    view.entries.iter().filter(|entry| entry.what == what).count()
}

#[tokio::test]
async fn an_alarm_of_a_house_is_on_the_board_once_and_acknowledged_after_it_is_stored() {
    let (world, platform) = linked().await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    let board = cases(&world).await;
    assert_eq!(board.len(), 1);
    assert!(matches!(&board[0].source, Source::House { incident, .. } if incident.as_str() == INCIDENT));
    assert_eq!(board[0].danger, Danger::Intrusion);
    // A further zone joins the case, and the worst danger decides.
    platform.alarm(INCIDENT, 2, "fire", "居間", "火災");
    // Another incident of the same home is another case.
    platform.alarm("inc_000000000000000b", 1, "silence", "", "");
    until("acknowledged", async || platform.acknowledged() == 3).await;
    let board = cases(&world).await;
    assert_eq!((board.len(), board[0].danger, board[0].alarms), (2, Danger::Fire, 2));
}

/// At least once on the line is exactly once here: across our stop, and a platform that begins from the beginning.
#[tokio::test]
async fn what_is_told_again_is_there_once() {
    let (world, platform) = linked().await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    *platform.book.forgets.lock().unwrap() = true;
    let world = world.restart().await;
    platform.alarm(INCIDENT, 2, "intrusion", "居間", "窓");
    until("acknowledged", async || platform.acknowledged() == 2).await;
    let board = cases(&world).await;
    assert_eq!((board.len(), board[0].alarms), (1, 2));
    assert_eq!(entries(&world, &board[0], "alarm").await, 2);
}

/// The gateway is away when three people have signed: the case says that the door waits, and says nothing where it does not.
#[tokio::test]
async fn signatures_that_wait_for_the_house_are_said_to_wait() {
    let (world, platform) = linked().await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    for (at, is_away) in [(2, false), (3, true)] {
        let asked = json!({
            "step": "unlockAsked", "bundle": "ab".repeat(32), "lock": "dev_000000000000000a",
            "until": "2026-01-05T03:10:00Z", "isAway": is_away
        });
        platform.tell(INCIDENT, "intrusion", at, asked);
        until("acknowledged", async || platform.acknowledged() == at).await;
        let case = cases(&world).await.remove(0);
        assert_eq!(entries(&world, &case, "doorWaits").await, usize::from(is_away));
    }
}

/// A night of many alarms: they are acknowledged together, and a platform that puts a word off is asked again. The line stands.
#[tokio::test]
async fn many_alarms_at_once_do_not_break_the_line() {
    let (world, platform) = linked().await;
    let (_, mut owner) = world.somebody(Role::Operator, "管制 一郎").await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    let id = cases(&world).await[0].id.clone();
    for at in 2..=300 {
        platform.alarm(INCIDENT, at, "intrusion", "台所", "窓");
    }
    *platform.book.is_busy.lock().unwrap() = 2;
    owner.post(&format!("/cases/{id}/take"), &[]).await;
    until("acknowledged", async || platform.acknowledged() == 300).await;
    let did = |said: &(String, serde_json::Value)| said.0 == "steps";
    until("said", async || platform.said().iter().any(did)).await;
    let count = *platform.book.acknowledgements.lock().unwrap();
    assert!(count < 100, "{count} acknowledgements of 300 changes");
    assert_eq!(*platform.book.streams.lock().unwrap(), 1, "the line was never lost");
    assert_eq!(cases(&world).await[0].alarms, 300);
}

/// An alarm is on the board although what came right behind it cannot be read.
#[tokio::test]
async fn what_cannot_be_read_takes_no_alarm_with_it() {
    let (world, platform) = linked().await;
    platform.book.garbled();
    until("it is on the board", async || cases(&world).await.len() == 1).await;
}

/// A platform that was put back has fewer changes than we know: its feed is read anew, and what is here stays there once.
#[tokio::test]
async fn a_platform_that_was_put_back_is_heard_from_its_beginning() {
    let (world, platform) = linked().await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    platform.alarm(INCIDENT, 2, "intrusion", "居間", "窓");
    until("acknowledged", async || platform.acknowledged() == 2).await;
    let world_folder = world.restart();
    platform.book.put_back(1);
    let world = world_folder.await;
    platform.alarm("inc_000000000000000b", 1, "fire", "居間", "火災");
    until("the new one", async || cases(&world).await.len() == 2).await;
    let board = cases(&world).await;
    assert_eq!((board[0].danger, board[1].alarms), (Danger::Fire, 2));
}

#[tokio::test]
async fn what_people_do_is_told_once_and_in_order_whatever_is_away() {
    let (world, mut platform) = linked().await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    let id = cases(&world).await[0].id.clone();
    let (_, mut operator) = world.somebody(Role::Operator, "管制 一郎").await;
    let path = format!("/cases/{id}");
    operator.post(&format!("{path}/take"), &[]).await;
    until("taken", async || {
        platform.said().iter().any(|(what, _)| what == "steps")
    })
    .await;
    platform.fall().await;
    operator
        .post(&format!("{path}/notes"), &[("note", "電話に出ません")])
        .await;
    operator.post(&format!("{path}/arrived"), &[]).await;
    for step in ["callHouse", "callPolice", "sendGuard", "tellCustomer"] {
        operator.post(&format!("{path}/steps"), &[("step", step)]).await;
    }
    let closing = [("outcome", "falseAlarm"), ("report", "猫でした")];
    assert_eq!(operator.post(&format!("{path}/close"), &closing).await.status, 303);
    let world = world.restart().await;
    platform.stand().await;
    until("closed", async || {
        platform.said().iter().any(|(what, _)| what == "closing")
    })
    .await;
    let said = platform.said();
    let told: Vec<_> = said.iter().filter(|(what, _)| what != "disclosure").collect();
    let words: Vec<String> = told
        .iter()
        .map(|(what, said)| match what.as_str() {
            "closing" => said["closing"].to_string(),
            _ if said["note"].is_string() => said["note"].to_string(),
            _ => said["did"].to_string(),
        })
        .collect();
    assert_eq!(
        words,
        ["\"taken\"", "\"電話に出ません\"", "\"guardArrived\"", "\"falseAlarm\""]
    );
    assert!(told.iter().all(|(_, said)| said["who"] == "管制 一郎"));
    until("nothing waits", async || {
        world.services.cases.first_word().await.unwrap().is_none()
    })
    .await;
}

#[tokio::test]
async fn where_it_is_only_the_owner_and_the_guard_get_to_know_and_nobody_after_the_case() {
    let (world, platform) = linked().await;
    platform.alarm(INCIDENT, 1, "emergency", "", "");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    let id = cases(&world).await[0].id.clone();
    let (_, mut owner) = world.somebody(Role::Operator, "管制 一郎").await;
    let (_, mut other) = world.somebody(Role::Operator, "管制 二郎").await;
    let (guard_id, mut guard) = world.somebody(Role::Guard, "対処 三郎").await;
    let path = format!("/cases/{id}");
    assert!(!owner.get(&path).await.text.contains("no remote unlock"));
    owner.post(&format!("{path}/take"), &[]).await;
    until("disclosed", async || {
        world.services.cases.disclosed(&id).await.unwrap().is_some()
    })
    .await;
    let page = owner.get(&path).await.text;
    assert!(page.contains("東京都千代田区1-1") && page.contains("犬がいます") && page.contains("proves itself"));
    assert!(!other.get(&path).await.text.contains("東京都千代田区"));
    let house = world.services.cases.house(&id).await.unwrap().unwrap();
    assert!(house.locks[0].is_trusted && house.opened.is_none());
    guard.post("/duty", &[("duty", "on")]).await;
    owner
        .post(&format!("{path}/send"), &[("guard", guard_id.as_str())])
        .await;
    assert!(!guard.get("/duty").await.text.contains("東京都千代田区"));
    guard.post("/duty/mission", &[("answer", "accept")]).await;
    assert!(guard.get("/duty").await.text.contains("東京都千代田区1-1"));
    let done = ["callHouse", "callPolice", "callFire", "sendGuard", "tellCustomer"];
    for step in done {
        owner.post(&format!("{path}/steps"), &[("step", step)]).await;
    }
    let closing = [("outcome", "real"), ("report", "確認しました")];
    assert_eq!(owner.post(&format!("{path}/close"), &closing).await.status, 303);
    assert!(world.services.cases.disclosed(&id).await.unwrap().is_none());
    assert!(!owner.get(&path).await.text.contains("東京都千代田区"));
}

/// Guards are ranked by their way to the house as soon as the platform has said where it is.
#[tokio::test]
async fn the_nearest_guard_comes_first_once_the_house_is_known() {
    let (world, platform) = linked().await;
    let (_, mut owner) = world.somebody(Role::Operator, "管制 一郎").await;
    let mut guards = Vec::new();
    for (name, north) in [("対処 遠", "35.80"), ("対処 近", "35.70")] {
        let (id, mut guard) = world.somebody(Role::Guard, name).await;
        guard.post("/duty", &[("duty", "on")]).await;
        guard.post("/duty/place", &[("north", north), ("east", "139.76")]).await;
        guards.push(id);
    }
    platform.alarm(INCIDENT, 1, "emergency", "", "");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    let path = format!("/cases/{}", cases(&world).await[0].id);
    let page = owner.get(&path).await.text;
    assert!(!page.contains("class=\"town\""), "nobody knows where");
    owner.post(&format!("{path}/take"), &[]).await;
    until("ranked", async || {
        owner.get(&path).await.text.contains("class=\"town\"")
    })
    .await;
    let page = owner.get(&path).await.text;
    let at = |guard| page.find(&format!("name=\"guard\" value=\"{guard}\"")).unwrap();
    assert!(at(&guards[1]) < at(&guards[0]), "the nearer first");
    // 0.01 degrees north are 1.1 km, and the road is longer.
    assert!(page.contains("1.6 km") && page.contains("17.1 km"), "{page}");
}

#[tokio::test]
async fn the_gateways_word_is_read_and_what_ends_at_the_platform_is_shown() {
    let (world, platform) = linked().await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    let opened = IncidentOpened {
        incident: INCIDENT.parse().unwrap(),
        home: "home_000000000000000a".parse().unwrap(),
        zone: "台所".to_owned(),
        at: UnixMillis::of("2026-01-05T03:00:00Z".parse().unwrap()),
        nonce: [1; 32].into(),
    };
    let attested = GatewayKey::generate().unwrap().attest(&opened).unwrap().to_bytes();
    let attested = data_encoding::HEXLOWER.encode(&attested);
    let word = json!({ "step": "door", "word": { "door": "attested", "attested": attested } });
    platform.tell(INCIDENT, "intrusion", 2, word);
    let closed = json!({ "step": "closed", "by": "op_1", "closing": "falseAlarm", "report": "住人が解除" });
    platform.tell(INCIDENT, "intrusion", 3, closed);
    until("acknowledged", async || platform.acknowledged() == 3).await;
    let id = cases(&world).await[0].id.clone();
    let house = world.services.cases.house(&id).await.unwrap().unwrap();
    assert_eq!(house.opened, Some(opened));
    let (_, mut operator) = world.somebody(Role::Operator, "管制 一郎").await;
    assert!(operator.get("/board").await.text.contains("closed at the platform"));
    assert!(operator.get(&format!("/cases/{id}")).await.text.contains("住人が解除"));
}

/// T3-10 EP④ サービス不能: whoever cuts the line does not do so unnoticed.
#[tokio::test]
async fn a_platform_that_is_not_heard_is_told_of_on_the_board_until_it_is_heard() {
    let (world, mut platform) = linked().await;
    let (_, mut operator) = world.somebody(Role::Operator, "管制 一郎").await;
    platform.alarm(INCIDENT, 1, "intrusion", "台所", "窓");
    until("acknowledged", async || platform.acknowledged() == 1).await;
    assert!(!operator.get("/board").await.text.contains("has not been heard"));
    platform.fall().await;
    let mut standing = world.services.partner.standing();
    until("lost", async || {
        world.clock.advance(Duration::from_secs(1));
        standing.borrow_and_update().lost_since.is_some()
    })
    .await;
    let board = operator.get("/board").await.text;
    assert!(board.contains("has not been heard since") && !board.contains("data-road=\"\""));
    platform.stand().await;
    until("heard", async || standing.borrow_and_update().lost_since.is_none()).await;
    assert!(!operator.get("/board").await.text.contains("has not been heard"));
}

/// T3-10 EP④ なりすまし: whoever stands in the platform's place gets neither the secret of a code nor a word.
#[tokio::test]
async fn an_impostor_of_the_platform_learns_nothing() {
    let world = World::new().await;
    let platform = Platform::new(&world.clock).await;
    let impostor = Platform::new(&world.clock).await;
    let address = impostor.address.to_string();
    let refused = world.services.partner.enrol(&platform.code(), &address).await;
    assert!(refused.is_err());
    assert_eq!(*impostor.book.enrolments.lock().unwrap(), 0, "it was asked nothing");
    assert!(!world.services.partner.standing().borrow().is_enrolled);
}
