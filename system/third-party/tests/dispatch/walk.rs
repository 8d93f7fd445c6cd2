//! A guard is sent, and who comes next when one cannot go.

use std::time::Duration;

use tomori_third_party::people::Role;

use crate::board::walk::alarm;
use crate::world::{Browser, World};

const HOUSE: (&str, &str) = ("35.6800", "139.7600");

/// A house with a place, an alarm, its operator, and guards at distances.
pub struct Town {
    pub world: World,
    pub operator: Browser,
    pub path: String,
    pub guards: Vec<(String, Browser)>,
}

pub async fn town(places: &[(&str, &str)]) -> Town {
    let world = World::new().await;
    let (_, mut operator) = world.somebody(Role::Operator, "管制").await;
    let fields = [
        ("account", "1234"),
        ("name", "山田"),
        ("address", "東京都千代田区1-1"),
        ("north", HOUSE.0),
        ("east", HOUSE.1),
        ("plain", "yes"),
    ];
    assert_eq!(world.office.clone().post("/panels", &fields).await.status, 303);
    let mut guards = Vec::new();
    for (number, (north, east)) in places.iter().enumerate() {
        let (id, mut guard) = world.somebody(Role::Guard, &format!("警備{number}")).await;
        assert_eq!(guard.post("/duty", &[("duty", "on")]).await.status, 303);
        let place = [("north", *north), ("east", *east)];
        assert_eq!(guard.post("/duty/place", &place).await.status, 303);
        guards.push((id.to_string(), guard));
    }
    let path = format!("/cases/{}", alarm(&world, "1234", 1, "NBA1").await);
    assert_eq!(operator.post(&format!("{path}/take"), &[]).await.status, 303);
    Town {
        world,
        operator,
        path,
        guards,
    }
}

#[tokio::test]
async fn a_guard_goes_and_the_board_foresees_the_arrival() {
    let mut town = town(&[("35.7000", "139.7600"), ("35.6850", "139.7600")]).await;
    let page = town.operator.get(&town.path).await.text;
    let (near, far) = (page.find("name=\"guard\" value=\"").unwrap(), town.guards[1].0.as_str());
    assert!(
        page[near..].starts_with(&format!("name=\"guard\" value=\"{far}\"")),
        "the nearest first"
    );
    assert!(page.contains("<svg class=\"town\"") && page.contains("min"));
    let send = format!("{}/send", town.path);
    let guard = town.guards[1].0.clone();
    assert_eq!(
        town.operator.post(&send, &[("guard", guard.as_str())]).await.status,
        303
    );
    let phone = &mut town.guards[1].1;
    let asked = phone.get("/duty").await.text;
    assert!(
        asked.contains("Can you go?") && !asked.contains("千代田区"),
        "no address before a yes"
    );
    assert_eq!(phone.post("/duty/mission", &[("answer", "arrive")]).await.status, 409);
    assert_eq!(phone.post("/duty/mission", &[("answer", "accept")]).await.status, 303);
    let going = phone.get("/duty").await.text;
    assert!(going.contains("千代田区") && going.contains("geo:35.68,139.76"));
    assert_eq!(
        phone.post("/duty", &[("duty", "off")]).await.status,
        409,
        "not with a mission"
    );
    assert!(town.operator.get("/board").await.text.contains("on the way"));
    assert_eq!(phone.post("/duty/mission", &[("answer", "arrive")]).await.status, 303);
    assert!(town.operator.get("/board").await.text.contains("there in time"));
    assert_eq!(
        phone.post("/duty/mission", &[("answer", "done")]).await.status,
        409,
        "a report is missing"
    );
    let report = [("answer", "done"), ("report", "<b>Window</b> closed")];
    assert_eq!(phone.post("/duty/mission", &report).await.status, 303);
    assert!(
        !phone.get("/duty").await.text.contains("千代田区"),
        "nothing of the house is left on the phone"
    );
    let page = town.operator.get(&town.path).await.text;
    assert!(page.contains("Left the house") && !page.contains("<b>Window"));
}

#[tokio::test]
async fn after_a_no_and_after_silence_the_next_is_asked() {
    let mut town = town(&[
        ("35.6810", "139.7600"),
        ("35.6900", "139.7600"),
        ("35.7000", "139.7600"),
    ])
    .await;
    let send = format!("{}/send", town.path);
    let first = town.guards[0].0.clone();
    assert_eq!(
        town.operator.post(&send, &[("guard", first.as_str())]).await.status,
        303
    );
    assert_eq!(
        town.guards[0]
            .1
            .post("/duty/mission", &[("answer", "decline")])
            .await
            .status,
        303
    );
    assert!(town.guards[1].1.get("/duty").await.text.contains("Can you go?"));
    let mut changes = town.world.services.cases.changes();
    town.world.clock.advance(Duration::from_secs(61));
    // The mission is noted as not answered, and the next guard is asked: two changes.
    changes.changed().await.unwrap();
    while !town.guards[2].1.get("/duty").await.text.contains("Can you go?") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        town.guards[1]
            .1
            .post("/duty/mission", &[("answer", "accept")])
            .await
            .status,
        409,
        "a late yes is no yes"
    );
    assert_eq!(
        town.guards[2]
            .1
            .post("/duty/mission", &[("answer", "decline")])
            .await
            .status,
        303
    );
    assert!(
        town.operator
            .get(&town.path)
            .await
            .text
            .contains("No other guard is free")
    );
}

#[tokio::test]
async fn a_forecast_that_is_too_late_is_said_before_it_is() {
    let mut town = town(&[("35.7600", "139.7600")]).await;
    town.world.clock.advance(Duration::from_secs(60));
    let send = format!("{}/send", town.path);
    let guard = town.guards[0].0.clone();
    assert_eq!(
        town.operator.post(&send, &[("guard", guard.as_str())]).await.status,
        303
    );
    assert_eq!(
        town.guards[0]
            .1
            .post("/duty/mission", &[("answer", "accept")])
            .await
            .status,
        303
    );
    assert!(town.operator.get("/board").await.text.contains("will be late"));
}

#[tokio::test]
async fn only_the_owner_sends_and_only_who_is_free_is_sent() {
    let mut town = town(&[("35.6810", "139.7600")]).await;
    let (_, mut other) = town.world.somebody(Role::Operator, "別人").await;
    let send = format!("{}/send", town.path);
    let guard = town.guards[0].0.clone();
    assert_eq!(other.post(&send, &[("guard", guard.as_str())]).await.status, 409);
    assert_eq!(town.guards[0].1.post("/duty", &[("duty", "off")]).await.status, 303);
    assert_eq!(
        town.operator.post(&send, &[("guard", guard.as_str())]).await.status,
        409
    );
    let place = [("north", "35.0"), ("east", "139.0")];
    assert_eq!(
        town.guards[0].1.post("/duty/place", &place).await.status,
        409,
        "off duty nobody asks where"
    );
}

/// Whoever is under way to a case that has ended turns round, and knows no address any more.
#[tokio::test]
async fn the_end_of_a_case_calls_the_guard_off() {
    let mut town = town(&[("35.6810", "139.7600")]).await;
    let guard = town.guards[0].0.clone();
    let send = format!("{}/send", town.path);
    assert_eq!(
        town.operator.post(&send, &[("guard", guard.as_str())]).await.status,
        303
    );
    assert_eq!(
        town.guards[0]
            .1
            .post("/duty/mission", &[("answer", "accept")])
            .await
            .status,
        303
    );
    for step in ["callHouse", "sendGuard", "tellCustomer"] {
        let path = format!("{}/steps", town.path);
        assert_eq!(town.operator.post(&path, &[("step", step)]).await.status, 303);
    }
    let report = [("outcome", "falseAlarm"), ("report", "The customer had come home.")];
    assert_eq!(
        town.operator
            .post(&format!("{}/close", town.path), &report)
            .await
            .status,
        303
    );
    assert!(!town.guards[0].1.get("/duty").await.text.contains("千代田区"));
    assert_eq!(
        town.guards[0]
            .1
            .post("/duty/mission", &[("answer", "arrive")])
            .await
            .status,
        409
    );
    assert_eq!(town.guards[0].1.post("/duty", &[("duty", "off")]).await.status, 303);
}

/// The server stops after a case has ended and before its guard was called off: it mends that when it starts.
#[tokio::test]
async fn a_mission_of_a_case_that_has_ended_is_called_off_at_the_start() {
    let mut town = town(&[("35.6810", "139.7600")]).await;
    let guard = town.guards[0].0.clone();
    let send = format!("{}/send", town.path);
    town.operator.post(&send, &[("guard", guard.as_str())]).await;
    let yes = [("answer", "accept")];
    assert_eq!(town.guards[0].1.post("/duty/mission", &yes).await.status, 303);
    for step in ["callHouse", "sendGuard", "tellCustomer"] {
        let path = format!("{}/steps", town.path);
        assert_eq!(town.operator.post(&path, &[("step", step)]).await.status, 303);
    }
    // The room alone: what the page does afterwards does not happen.
    let services = &town.world.services;
    let session = &town.operator.cookies[0].1;
    let viewer = services.people.viewer_of_session(session).await.unwrap().unwrap();
    let id = town.path.trim_start_matches("/cases/").parse().unwrap();
    let outcome = tomori_third_party::cases::Outcome::FalseAlarm;
    services
        .cases
        .close(&viewer, &id, outcome, "The customer had come home.")
        .await
        .unwrap();
    assert_eq!(services.dispatch.open_missions().await.unwrap().len(), 1);

    let world = town.world.restart().await;
    let mut tries = 0;
    while !world.services.dispatch.open_missions().await.unwrap().is_empty() {
        tries += 1;
        assert!(tries < 500, "nobody has called the guard off");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
