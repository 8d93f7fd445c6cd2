//! `/devices/{device}` and its commands.

use axum::http::StatusCode;
use tomori_smart_home::{PropertyValue, Reason};

use crate::client::hanako;
use crate::memory::HOME;

const KEY: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_device_tells_all_that_is_known_of_it() {
    let page = hanako().await.in_english().get("/devices/dev_west").await;
    page.says("<h1>西のシャッター</h1>")
        .says("60% open")
        .says("How far open")
        .says("Remote operation");
    page.says("type=\"range\"").says("value=\"60\"");
    let air = hanako().await.in_english().get("/devices/dev_air").await;
    air.says("Room temperature")
        .says("21.5\u{a0}℃")
        .is_silent_about("type=\"range\"");
}

#[tokio::test]
async fn a_button_works_without_script_and_leads_back() {
    let mut client = hanako().await;
    let answer = client
        .post(
            "/devices/dev_bed/commands",
            &[("wish", "close"), ("key", KEY), ("back", "/")],
        )
        .await;
    assert_eq!(answer.to(), "/?told=sent#dev_bed");
    client
        .get("/?told=sent")
        .await
        .says("送信しました。動いたかどうかは、機器からの報告で表示します。");
    let arrived = client.house.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].wish.property.as_str(), "openCloseOperation");
    assert_eq!(arrived[0].wish.value, PropertyValue::word("close"));
}

#[tokio::test]
async fn a_script_gets_a_short_answer_and_no_page() {
    let mut client = hanako().await.with("tomori-part", "1");
    let answer = client
        .post("/devices/dev_bed/commands", &[("wish", "close"), ("key", KEY)])
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    client.house.lock().refuse_commands = Some(Reason::ProhibitedAtDevice);
    let answer = client
        .post(
            "/devices/dev_bed/commands",
            &[("wish", "open"), ("key", "another-key-of-16+".trim_end_matches('+'))],
        )
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        answer.body,
        "送信しませんでした。 機器の設定で遠隔操作が禁止されています。"
    );
}

#[tokio::test]
async fn a_refused_wish_is_told_with_its_reason() {
    let mut client = hanako().await.in_english();
    client.house.lock().refuse_commands = Some(Reason::HandOperation {
        until: "2026-11-23T22:15:00Z".parse().unwrap(),
    });
    let page = client
        .post("/devices/dev_bed/commands", &[("wish", "open"), ("key", KEY)])
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.says("This was not sent.")
        .says("(until 7:15:00)")
        .says("The device has not moved.");
    assert!(client.house.arrived().is_empty());
}

#[tokio::test]
async fn the_same_press_twice_is_one_wish() {
    let mut client = hanako().await;
    for _ in 0..3 {
        client
            .post("/devices/dev_bed/commands", &[("wish", "close"), ("key", KEY)])
            .await;
    }
    assert_eq!(client.house.arrived().len(), 1);
}

#[tokio::test]
async fn every_page_brings_a_fresh_key() {
    let mut client = hanako().await;
    let (one, other) = (client.get("/").await.hidden("key"), client.get("/").await.hidden("key"));
    assert_ne!(one, other);
    assert_eq!(one.len(), 32);
}

#[tokio::test]
async fn a_position_is_a_whole_number_of_percent() {
    let mut client = hanako().await;
    client
        .post(
            "/devices/dev_bed/commands",
            &[("wish", "position"), ("degree", "30"), ("key", KEY)],
        )
        .await;
    assert_eq!(client.house.arrived()[0].wish.value, PropertyValue::Number(30.0));
    for degree in ["", "101", "-1", "3.5", "x"] {
        let answer = client
            .post(
                "/devices/dev_bed/commands",
                &[("wish", "position"), ("degree", degree), ("key", KEY)],
            )
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{degree}");
    }
    assert_eq!(client.house.arrived().len(), 1);
}

#[tokio::test]
async fn a_device_without_a_position_offers_none() {
    let mut client = hanako().await;
    client.house.device("dev_bed", |view| {
        view.known.retain(|known| known.property.as_str() != "degreeOfOpening")
    });
    client
        .get("/devices/dev_bed")
        .await
        .is_silent_about("type=\"range\"")
        .says("value=\"open\"");
}

#[tokio::test]
async fn a_busy_service_says_so_and_what_is_still_true() {
    let mut client = hanako().await.in_english();
    client.house.lock().unavailable = true;
    let page = client.get("/devices/dev_bed").await;
    assert_eq!(
        (page.status, page.header("retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "5")
    );
    page.says("Schedules in the house go on.");
}

#[tokio::test]
async fn a_device_that_is_gone_is_not_found() {
    let mut client = hanako().await;
    client.house.change(HOME, |home| {
        home.house.devices.retain(|view| view.device.id.as_str() != "dev_bed")
    });
    assert_eq!(client.get("/devices/dev_bed").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get("/devices/not-an-id").await.status, StatusCode::NOT_FOUND);
}
