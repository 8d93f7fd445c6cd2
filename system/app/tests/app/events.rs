//! `/events`: what makes a page look again.

use std::time::Duration;

use axum::http::{StatusCode, header};
use http_body_util::BodyExt as _;
use tomori_smart_home::PropertyValue;

use crate::client::{hanako, platform};
use crate::memory::{HOME, JIRO, OTHER_HOME};

/// The next event of a stream, if one comes within a second.
async fn next(body: &mut axum::body::Body) -> Option<String> {
    loop {
        let frame = tokio::time::timeout(Duration::from_secs(1), body.frame())
            .await
            .ok()??;
        let text = String::from_utf8(frame.unwrap().into_data().ok()?.to_vec()).unwrap();
        if !text.starts_with(':') {
            return Some(text);
        }
    }
}

#[tokio::test]
async fn a_report_reaches_the_page_as_one_event_without_facts() {
    let client = hanako().await;
    let response = client.open("/events").await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = response.into_body();
    client
        .house
        .report("dev_bed", "openCloseStatus", PropertyValue::word("closing"));
    client
        .house
        .report("dev_bed", "degreeOfOpening", PropertyValue::Number(90.0));
    let event = next(&mut body).await.unwrap();
    assert!(event.contains("event: change"), "{event}");
    assert!(!event.contains("closing") && !event.contains("90"), "{event}");
    assert_eq!(next(&mut body).await, None, "both reports were one event");
}

#[tokio::test]
async fn another_house_is_not_heard() {
    let client = hanako().await;
    let mut neighbour = client.other();
    neighbour.sign_in(JIRO).await;
    let mut body = neighbour.open("/events").await.into_body();
    client.house.change(HOME, |_| {});
    assert_eq!(next(&mut body).await, None);
    client.house.change(OTHER_HOME, |_| {});
    assert!(next(&mut body).await.is_some());
}

#[tokio::test]
async fn whoever_signs_out_hears_nothing_more() {
    let mut client = hanako().await;
    let mut body = client.open("/events").await.into_body();
    client.post("/sign-out", &[]).await;
    client.house.change(HOME, |_| {});
    let ended = tokio::time::timeout(Duration::from_secs(1), body.frame())
        .await
        .unwrap();
    assert!(ended.is_none(), "the stream is closed");
}

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let mut client = platform();
    assert_eq!(client.get("/events").await.to(), "/sign-in?next=%2Fevents");
    let answer = client.with("tomori-part", "1").get("/events").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
