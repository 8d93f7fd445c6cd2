//! Live events.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Api, As, request};

/// One event: its name, its id and its data.
#[derive(Debug, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

struct Stream {
    body: BodyDataStream,
    rest: String,
}

impl Stream {
    async fn open(api: &Api, who: &As, last: Option<&str>) -> Self {
        let path = format!("/api/v1/homes/{}/events", api.home);
        let mut request = request(who, Method::GET, &path, None);
        if let Some(last) = last {
            request
                .headers_mut()
                .insert("last-event-id", HeaderValue::from_str(last).unwrap());
        }
        let response = api.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        Self {
            body: response.into_body().into_data_stream(),
            rest: String::new(),
        }
    }

    /// The next event; `None` at the end of the stream. Comments are left out.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let field = |name: &str| {
                    let line = block
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    line.unwrap_or_default().to_owned()
                };
                let event = Event {
                    name: field("event"),
                    id: field("id"),
                    data: serde_json::from_str(&field("data")).unwrap_or(Value::Null),
                };
                self.rest = rest.to_owned();
                if event.name.is_empty() {
                    continue;
                }
                return Some(event);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(5), self.body.next())
                .await
                .expect("silence")?;
            self.rest.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }
}

async fn move_shutter(api: &Api, home: &tomori_smart_home::HomeId, device: &tomori_smart_home::DeviceId) {
    let new = tomori_platform::device_state::NewCommand {
        id: None,
        device: device.clone(),
        property: tomori_smart_home::property::name::open_close_operation(),
        value: tomori_smart_home::PropertyValue::word("open"),
        origin: tomori_smart_home::Origin::Operator {
            operator: tomori_smart_home::OperatorId::from_random([1; 10]),
        },
        idempotency_key: None,
        expires_at: None,
    };
    api.town.state.command(home, new).await.unwrap();
}

#[tokio::test]
async fn changes_of_ones_own_home_are_told_and_no_others() {
    let api = Api::new().await;
    let mut stream = Stream::open(&api, &api.hanako().await, None).await;
    assert_eq!(stream.next().await.unwrap().name, "hello");
    move_shutter(&api, &api.other_home, &api.other_shutter).await;
    move_shutter(&api, &api.home, &api.shutter).await;
    let told = stream.next().await.unwrap();
    assert_eq!(told.name, "change");
    assert_eq!(told.data["home"], json!(api.home));
    assert_eq!(told.data["what"]["changed"], "command");
    let draft = json!({
        "device": api.shutter, "property": "openCloseOperation", "value": "open", "weekdays": 127,
        "moment": { "at": "clock", "time": "07:00" },
    });
    let path = format!("/api/v1/homes/{}/schedules", api.home);
    api.call(&api.hanako().await, Method::POST, &path, Some(draft)).await;
    assert_eq!(stream.next().await.unwrap().data["what"]["changed"], "schedules");
}

#[tokio::test]
async fn whoever_comes_back_gets_what_was_missed() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let mut stream = Stream::open(&api, &who, None).await;
    let hello = stream.next().await.unwrap();
    drop(stream);
    move_shutter(&api, &api.home, &api.shutter).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut back = Stream::open(&api, &who, Some(&hello.id)).await;
    assert_eq!(back.next().await.unwrap().name, "change");
    assert_eq!(back.next().await.unwrap().name, "hello");
    let mut stranger = Stream::open(&api, &who, Some("1-1")).await;
    assert_eq!(stranger.next().await.unwrap().name, "resync");
    assert_eq!(stranger.next().await.unwrap().name, "hello");
}

/// T3-10 EP① サービス不能: who does not read is told that events are lost, and let go.
#[tokio::test]
async fn a_slow_reader_is_let_go() {
    let api = Api::new().await;
    let mut stream = Stream::open(&api, &api.hanako().await, None).await;
    assert_eq!(stream.next().await.unwrap().name, "hello");
    for _ in 0..300 {
        api.town
            .state
            .release(&api.home, &api.shutter, "op_test")
            .await
            .unwrap();
        let endpoint = crate::device_state::endpoint(1);
        api.town
            .state
            .adopt(&api.home, &api.shutter, endpoint, "op_test")
            .await
            .unwrap();
    }
    let mut last = None;
    while let Some(event) = stream.next().await {
        last = Some(event.name);
    }
    assert_eq!(last.as_deref(), Some("resync"));
}

#[tokio::test]
async fn streams_of_one_person_are_bounded() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(Stream::open(&api, &who, None).await);
    }
    let path = format!("/api/v1/homes/{}/events", api.home);
    let refused = api.get(&who, &path).await;
    assert_eq!(refused.json["type"], "urn:problem:too-many-streams");
    held.pop();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(api.get(&who, &path).await.status, 200);
}

/// SR2-SP-2: a token that is revoked ends the streams it has opened.
#[tokio::test(start_paused = true)]
async fn a_revoked_token_ends_its_stream() {
    let api = Api::new().await;
    let new = tomori_platform::auth::people::NewToken {
        label: "test".to_owned(),
        scope: tomori_platform::auth::people::Scope::Read,
        days: 1,
    };
    let person = &api.hanako.viewer.person;
    let issued = api.town.people.issue_token(person, new).await.unwrap();
    let who = As::Token(issued.secret.text().to_owned());
    let path = format!("/api/v1/homes/{}/events", api.home);
    let response = api
        .router
        .clone()
        .oneshot(request(&who, Method::GET, &path, None))
        .await
        .unwrap();
    let mut body = response.into_body().into_data_stream();
    let text = |chunk: Option<Result<axum::body::Bytes, axum::Error>>| {
        String::from_utf8(chunk.unwrap().unwrap().to_vec()).unwrap()
    };
    assert!(text(body.next().await).contains("hello"));
    assert!(text(body.next().await).contains("still here"), "a heartbeat after 15 s");
    api.town.people.revoke_token(person, &issued.summary.id).await.unwrap();
    assert!(text(body.next().await).contains("goodbye"));
    assert!(body.next().await.is_none());
}
