//! Schedules and history over the API.

use http::Method;
use serde_json::{Value, json};

use super::Api;

fn draft(api: &Api) -> Value {
    json!({
        "device": api.shutter, "property": "openCloseOperation", "value": "open", "weekdays": 31,
        "moment": { "at": "clock", "time": "07:00" }, "holidaysOff": true,
    })
}

#[tokio::test]
async fn a_schedule_is_made_changed_and_deleted() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let all = format!("/api/v1/homes/{}/schedules", api.home);
    let made = api.call(&who, Method::POST, &all, Some(draft(&api))).await;
    assert_eq!(made.status, 201);
    let one = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(made.json["moment"]["time"], "07:00:00");
    assert_eq!(made.json["pause"]["pause"], "running");

    let mut later = draft(&api);
    later["moment"] = json!({ "at": "sunrise", "offsetMinutes": -15 });
    let edit = json!({ "version": 1, "schedule": later });
    let edited = api.call(&who, Method::PUT, &one, Some(edit.clone())).await;
    assert_eq!((edited.status.as_u16(), &edited.json["version"]), (200, &json!(2)));
    let stale = api.call(&who, Method::PUT, &one, Some(edit)).await;
    assert_eq!(stale.status, 409);
    assert_eq!(stale.json["type"], "urn:problem:conflict");
    assert_eq!(stale.json["current"], edited.json, "the one that won is told");

    let next = api
        .get(&who, &format!("/api/v1/homes/{}/firings/next", api.home))
        .await
        .json;
    assert_eq!(next[0]["schedule"], made.json["id"]);
    let stale = api.call(&who, Method::DELETE, &format!("{one}?version=1"), None).await;
    assert_eq!(stale.status, 409);
    let gone = api.call(&who, Method::DELETE, &format!("{one}?version=2"), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(api.get(&who, &one).await.status, 404);
}

#[tokio::test]
async fn every_wrong_field_is_named_in_the_callers_language() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let all = format!("/api/v1/homes/{}/schedules", api.home);
    for (change, field) in [
        (json!({ "weekdays": 0 }), "weekdays"),
        (json!({ "weekdays": 900 }), "weekdays"),
        (json!({ "value": "stop" }), "value"),
        (json!({ "property": "openCloseStatus" }), "property"),
        (json!({ "device": api.other_shutter }), "device"),
        (json!({ "device": "dev_!" }), "device"),
        (json!({ "moment": { "at": "clock", "time": "07:00:30" } }), "moment"),
        (json!({ "moment": { "at": "sunset", "offsetMinutes": 500 } }), "moment"),
        (json!({ "holidayOff": true }), "holidayOff"),
    ] {
        let mut body = draft(&api);
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        for lang in ["ja", "en"] {
            let mut request = super::request(&who, Method::POST, &all, Some(body.clone()));
            request.headers_mut().insert("accept-language", lang.parse().unwrap());
            let answer = api.send(request).await;
            assert_eq!(answer.status, 422, "{field}");
            assert_eq!(answer.json["errors"][0]["field"], field, "{}", answer.json);
            assert_eq!(answer.headers["content-language"], lang);
            let message = answer.json["errors"][0]["message"].as_str().unwrap();
            let kana = message.chars().any(|letter| ('ぁ'..='ヿ').contains(&letter));
            assert_eq!(kana, lang == "ja", "{field}: {message}");
        }
    }
}

#[tokio::test]
async fn history_comes_in_pages() {
    let api = Api::new().await;
    let who = api.hanako().await;
    for number in 0..5 {
        let value = if number % 2 == 0 { "open" } else { "close" };
        let wish = json!({ "device": api.shutter, "property": "openCloseOperation", "value": value });
        let given = api
            .call(
                &who,
                Method::POST,
                &format!("/api/v1/homes/{}/commands", api.home),
                Some(wish),
            )
            .await;
        assert_eq!(given.status, 202);
    }
    let path = format!("/api/v1/homes/{}/history?limit=3", api.home);
    let mut seen = Vec::new();
    let mut next = Some(path.clone());
    while let Some(page) = next {
        let answer = api.get(&who, &page).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        seen.extend(
            answer.json["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["number"].as_u64().unwrap()),
        );
        next = answer.json["next"]
            .as_str()
            .map(|cursor| format!("{path}&before={cursor}"));
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable_by(|left, right| right.cmp(left));
    sorted.dedup();
    assert_eq!(seen, sorted, "newest first, nothing twice");
    assert!(seen.len() >= 5);
    for bad in ["before=h99999999999999999999", "before=x", "limit=0", "device=dev_!"] {
        let answer = api
            .get(&who, &format!("/api/v1/homes/{}/history?{bad}", api.home))
            .await;
        assert_eq!(answer.status, 422, "{bad}");
    }
}
