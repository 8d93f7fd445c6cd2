//! Commands: idempotent, followed to their end, and honest about it.

use http::{HeaderValue, Method};
use serde_json::{Value, json};
use tomori_smart_home::event::What;
use tomori_smart_home::{Event, GatewayId, Stage};

use super::{Answer, Api, request};

fn wish(api: &Api, value: &str) -> Value {
    json!({ "device": api.shutter, "property": "openCloseOperation", "value": value })
}

async fn give(api: &Api, who: &super::As, body: Value, headers: &[(&'static str, &str)]) -> Answer {
    let path = format!("/api/v1/homes/{}/commands", api.home);
    let mut request = request(who, Method::POST, &path, Some(body));
    for (name, value) in headers {
        request
            .headers_mut()
            .insert(*name, HeaderValue::from_str(value).unwrap());
    }
    api.send(request).await
}

#[tokio::test]
async fn the_same_key_means_the_same_wish() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let key = [("idempotency-key", "morning-1")];
    let first = give(&api, &who, wish(&api, "open"), &key).await;
    let again = give(&api, &who, wish(&api, "open"), &key).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (202, 202));
    assert_eq!(first.json["id"], again.json["id"]);
    let other = give(&api, &who, wish(&api, "close"), &key).await;
    assert_eq!(other.status, 409);
    assert_eq!(other.json["type"], "urn:problem:key-reused");
    assert_eq!(other.json["command"], first.json["id"]);
    let bad = give(&api, &who, wish(&api, "open"), &[("idempotency-key", "two words")]).await;
    assert_eq!(bad.json["errors"][0]["field"], "Idempotency-Key");
}

#[tokio::test]
async fn whoever_waits_gets_the_end() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let gateway = GatewayId::from_random([7; 10]);
    let connected = tomori_platform::device_state::Connected {
        connection: 1,
        gateway: gateway.clone(),
        software: "test 1".to_owned(),
        local_url: String::new(),
        plan_version: 1,
    };
    api.town.state.gateway_connected(&api.home, connected).await.unwrap();
    let house = async {
        let mut given = Vec::new();
        while given.is_empty() {
            given = api.town.state.take_for_delivery(&api.home).await.unwrap();
            tokio::task::yield_now().await;
        }
        let at = api.town.now();
        let stages = [Stage::Delivered, Stage::Executed, Stage::Observed];
        let events = stages.map(|stage| {
            let command = given[0].id.clone();
            Some(Event {
                at,
                what: What::CommandProgress { command, stage },
            })
        });
        api.town
            .state
            .store_batch(&api.home, &gateway, 1, events.to_vec(), true)
            .await
            .unwrap();
    };
    let (answer, ()) = tokio::join!(give(&api, &who, wish(&api, "open"), &[("prefer", "wait=20")]), house);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["stage"], "observed");
}

#[tokio::test]
async fn a_wish_that_no_house_can_meet_is_refused_at_once() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let ajar = give(&api, &who, wish(&api, "ajar"), &[]).await;
    assert_eq!(ajar.status, 422);
    assert_eq!(ajar.json["type"], "urn:problem:command-refused");
    assert_eq!(ajar.json["reason"]["why"], "valueOutOfRange");
    api.town
        .state
        .release(&api.home, &api.shutter, "op_test")
        .await
        .unwrap();
    let nobody = give(&api, &who, wish(&api, "open"), &[]).await;
    assert_eq!(nobody.status, 409);
    assert_eq!(nobody.json["reason"]["why"], "notAdopted");
}
