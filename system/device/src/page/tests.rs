use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tomori_runtime::clock::ManualClock;
use tomori_runtime::entropy::SeededEntropy;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tower::ServiceExt as _;

use super::*;
use crate::config::HouseConfig;

/// The demo's house, on addresses and a port of the test's own, with a clock that stands still.
fn house(network: u8) -> (VirtualHouse, ManualClock, Trigger) {
    let mut config = HouseConfig::demo();
    config.port = 19_000 + u16::from(network) + u16::try_from(std::process::id() % 700).unwrap();
    config.multicast = Ipv4Addr::new(239, 192, 24, network);
    for node in &mut config.nodes {
        let [.., last] = node.address.octets();
        node.address = Ipv4Addr::new(127, 3, network, last);
    }
    let clock = ManualClock::new("2026-11-23T07:00:00Z".parse().unwrap());
    let (trigger, shutdown) = Shutdown::new();
    let entropy = Arc::new(SeededEntropy::new(1));
    let house = VirtualHouse::start(config, Arc::new(clock.clone()), entropy, shutdown).unwrap();
    (house, clock, trigger)
}

async fn ask(house: &VirtualHouse, request: Request<Body>) -> (StatusCode, String) {
    let response = router(house).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn get_text(house: &VirtualHouse, path: &str, language: &str) -> String {
    let request = Request::get(path).header("accept-language", language);
    let (status, body) = ask(house, request.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    body
}

async fn post_json(house: &VirtualHouse, path: &str, body: Value) -> (StatusCode, String) {
    let request = Request::post(path).header("content-type", "application/json");
    ask(house, request.body(Body::from(body.to_string())).unwrap()).await
}

async fn press(house: &VirtualHouse, path: &str, fields: &str, script: bool) -> (StatusCode, String) {
    let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    if script {
        request = request.header("tomori-part", "1");
    }
    ask(house, request.body(Body::from(fields.to_owned())).unwrap()).await
}

#[tokio::test]
async fn the_page_speaks_both_languages() {
    let (house, _clock, _trigger) = house(1);
    let ja = get_text(&house, "/", "ja").await;
    assert!(ja.contains("<html lang=\"ja\">") && ja.contains("仮想の家") && ja.contains("全閉"));
    let en = get_text(&house, "/", "en").await;
    assert!(en.contains("<html lang=\"en\">") && en.contains("Fully closed"));
    let wished = get_text(&house, "/?lang=en", "ja").await;
    assert!(wished.contains("Fully closed"));
    for page in [&ja, &en] {
        assert_eq!(page.matches("data-curtain=").count(), 4);
        assert_eq!(page.matches("class=\"card thing-card\"").count(), 9);
        assert!(!page.contains("style=\"") && !page.contains("<style") && !page.contains("onclick"));
        assert!(page.contains("<title id=\"vh-t\">") && page.contains("<desc id=\"vh-d\">"));
    }
}

#[tokio::test]
async fn no_text_is_a_key_and_none_lacks_an_argument() {
    let (house, _clock, _trigger) = house(2);
    for language in ["ja", "en"] {
        let page = get_text(&house, "/", language).await;
        for key in ["hand-", "line-", "column-", "facts-", "note-", "{ $"] {
            let shown = page
                .split('>')
                .filter_map(|part| part.split('<').next())
                .any(|text| text.contains(key));
            assert!(!shown, "{language}: {key}");
        }
    }
}

#[tokio::test]
async fn a_press_moves_the_shutter_with_and_without_script() {
    let (house, clock, _trigger) = house(3);
    let act = "/nodes/bedroom-shutter/hand?lang=en";
    let (status, _) = press(&house, act, "operation=open", true).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    clock.advance(Duration::from_secs(4));
    let page = get_text(&house, "/parts?lang=en", "ja").await;
    assert!(page.contains("Opening (40%)"), "{page}");
    assert!(page.contains("data-open=\"40\" data-travel=\"10000\" data-to=\"100\""));
    assert!(page.contains("data-say=\"Bedroom shutter: Opening\""));
    let (status, _) = press(&house, act, "operation=stop", false).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let page = get_text(&house, "/parts?lang=ja", "en").await;
    assert!(page.contains("途中で停止（40%）"));
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let (house, _clock, _trigger) = house(4);
    let (status, text) = press(&house, "/nodes/kitchen-light/hand?lang=en", "operation=open", true).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(text.contains("kitchen-light"));
    let (status, text) = press(&house, "/nodes/cellar/hand?lang=ja", "operation=open", true).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(text.contains("この家にありません"));
    let (status, _) = press(&house, "/nodes/kitchen-light/hand", "operation=dance", true).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = press(&house, "/nodes/kitchen-light/dance", "", true).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_door_in_json_does_all_of_it() {
    let (house, _clock, _trigger) = house(5);
    let shutter = "/api/nodes/living-shutter-south";
    for (act, body) in [
        ("hand", json!({"operation": "open"})),
        ("jam", json!({"jammed": true})),
        ("remote", json!({"permitted": false})),
        (
            "line",
            json!({"direction": "toDevice", "disturbance": "delay", "millis": 500, "frames": 3}),
        ),
        (
            "line",
            json!({"direction": "fromDevice", "disturbance": "drop", "frames": 2}),
        ),
        ("noise", json!({"datagrams": 2})),
    ] {
        let (status, body) = post_json(&house, &format!("{shutter}/{act}"), body).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{act}: {body}");
    }
    let seen: Value = serde_json::from_str(&get_text(&house, shutter, "en").await).unwrap();
    assert_eq!(seen["look"]["jammed"], true);
    assert_eq!(seen["look"]["remotePermitted"], false);
    assert_eq!(seen["disturbedFrames"], json!([3, 2]));
    assert_eq!(seen["fault"], 0x0402);
    assert_eq!(seen["endpoint"]["classCode"], 0x0263);
    let calm = Request::delete(format!("{shutter}/line")).body(Body::empty()).unwrap();
    assert_eq!(ask(&house, calm).await.0, StatusCode::NO_CONTENT);
    let (status, _) = post_json(&house, "/api/nodes/kitchen-light/power", json!({"on": false})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = post_json(
        &house,
        "/api/nodes/living-temperature/hand",
        json!({"operation": "temperature", "value": 28.5}),
    )
    .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let all: Value = serde_json::from_str(&get_text(&house, "/api/nodes", "en").await).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 9);
    assert_eq!(all[4]["look"], json!({"kind": "thermometer", "temperature": 28.5}));
    assert_eq!(all[5]["powered"], false);
    assert_eq!(get_text(&house, &format!("{shutter}/sets"), "en").await, "[]");
}

#[tokio::test]
async fn problems_are_documents_with_a_remedy() {
    let (house, _clock, _trigger) = house(6);
    let (status, body) = post_json(&house, "/api/nodes/cellar/power", json!({"on": true})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["type"], "urn:problem:no-such-node");
    let (status, body) = post_json(&house, "/api/nodes/kitchen-light/jam", json!({"jammed": true})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{body}");
    let (status, body) = post_json(&house, "/api/nodes/kitchen-light/power", json!({"on": "yes"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    let foreign = Request::post("/api/nodes/kitchen-light/power")
        .header("host", "127.0.0.1:1")
        .header("origin", "https://evil.example")
        .body(Body::from("{\"on\":true}"))
        .unwrap();
    assert_eq!(ask(&house, foreign).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn changes_arrive_as_events_and_end_with_the_house() {
    let (house, _clock, trigger) = house(7);
    let request = Request::get("/events").body(Body::empty()).unwrap();
    let response = router(&house).oneshot(request).await.unwrap();
    let mut events = response.into_body().into_data_stream();
    house.power("kitchen-light", false).unwrap();
    let event = tokio::time::timeout(Duration::from_secs(5), events.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let text = String::from_utf8(event.to_vec()).unwrap();
    assert!(
        text.contains("event: change") && text.contains("data: kitchen-light"),
        "{text}"
    );
    trigger.stop();
    let end = tokio::time::timeout(Duration::from_secs(5), events.next())
        .await
        .unwrap();
    assert!(end.is_none(), "{end:?}");
}

#[tokio::test]
async fn every_thing_is_drawn_in_every_state() {
    let (house, _clock, _trigger) = house(8);
    for (path, operation) in [
        ("kitchen-light", "on"),
        ("living-aircon", "on"),
        ("hall-motion", "appear"),
        ("hall-window", "appear"),
    ] {
        let act = format!("/nodes/{path}/hand");
        let (status, _) = press(&house, &act, &format!("operation={operation}"), true).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{path}");
    }
    house.power("child-shutter", false).unwrap();
    house.permit_remote("bedroom-shutter", false).unwrap();
    let page = get_text(&house, "/?lang=ja", "en").await;
    for drawn in [
        "class=\"glow\"",
        "class=\"breeze\"",
        "class=\"person\"",
        "class=\"intruder\"",
        "thing unpowered",
    ] {
        assert!(page.contains(drawn), "{drawn}");
    }
    for said in [
        "侵入を検知",
        "人がいます",
        "点灯（明るさ 100%）",
        "電源が切れています",
        "遠隔操作は機器側で禁止",
    ] {
        assert!(page.contains(said), "{said}");
    }
}
