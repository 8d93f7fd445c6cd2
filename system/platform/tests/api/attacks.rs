//! Attacks on the API, each named for the attack.

use axum::body::Body;
use http::{HeaderValue, Method, Request};
use serde_json::json;
use tomori_smart_home::DeviceId;

use super::{Api, As, request};

/// T3-10 EP① 情報の暴露: with a true token, everything of another home is as absent as what never was: same status, same
/// words.
#[tokio::test]
async fn idor() {
    let api = Api::new().await;
    let jiro = api
        .token(&api.jiro.viewer.person, tomori_platform::auth::people::Scope::Control)
        .await;
    let who = api.hanako().await;
    let of_jiro = format!("/api/v1/homes/{}", api.other_home);
    let draft = json!({
        "device": api.other_shutter, "property": "openCloseOperation", "value": "open", "weekdays": 127,
        "moment": { "at": "clock", "time": "07:00" },
    });
    let wish = json!({ "device": api.other_shutter, "property": "openCloseOperation", "value": "open" });
    let schedule = api
        .call(
            &jiro,
            Method::POST,
            &format!("{of_jiro}/schedules"),
            Some(draft.clone()),
        )
        .await
        .json;
    let command = api
        .call(&jiro, Method::POST, &format!("{of_jiro}/commands"), Some(wish.clone()))
        .await
        .json;
    let phone = api
        .call(
            &jiro,
            Method::POST,
            &format!("{of_jiro}/phones"),
            Some(json!({ "label": "x" })),
        )
        .await
        .json;
    let (schedule, command) = (schedule["id"].as_str().unwrap(), command["id"].as_str().unwrap());
    let phone = phone["phone"]["id"].as_str().unwrap();
    let (own, absent) = (format!("/api/v1/homes/{}", api.home), DeviceId::from_random([99; 10]));
    let edit = json!({ "version": 1, "schedule": draft });
    let device = &api.other_shutter;
    let put = json!({ "openCloseOperation": "open" });
    // Theirs, by their own home and by ours, beside what never was.
    for (method, theirs, never, body) in [
        (
            Method::GET,
            of_jiro.clone(),
            "/api/v1/homes/home_never".to_owned(),
            None,
        ),
        (
            Method::GET,
            format!("{of_jiro}/history"),
            "/api/v1/homes/home_never/history".to_owned(),
            None,
        ),
        (
            Method::GET,
            format!("{of_jiro}/events"),
            "/api/v1/homes/home_never/events".to_owned(),
            None,
        ),
        (
            Method::GET,
            format!("{own}/devices/{device}"),
            format!("{own}/devices/{absent}"),
            None,
        ),
        (
            Method::GET,
            format!("/elapi/v1/devices/{device}"),
            format!("/elapi/v1/devices/{absent}"),
            None,
        ),
        (
            Method::GET,
            format!("/elapi/v1/devices/{device}/properties"),
            format!("/elapi/v1/devices/{absent}/properties"),
            None,
        ),
        (
            Method::PUT,
            format!("/elapi/v1/devices/{device}/properties/openCloseOperation"),
            format!("/elapi/v1/devices/{absent}/properties/openCloseOperation"),
            Some(put),
        ),
        (
            Method::GET,
            format!("{own}/schedules/{schedule}"),
            format!("{own}/schedules/sch_never"),
            None,
        ),
        (
            Method::GET,
            format!("{of_jiro}/schedules/{schedule}"),
            format!("{own}/schedules/sch_never"),
            None,
        ),
        (
            Method::DELETE,
            format!("{own}/schedules/{schedule}?version=1"),
            format!("{own}/schedules/sch_never?version=1"),
            None,
        ),
        (
            Method::GET,
            format!("{own}/commands/{command}"),
            format!("{own}/commands/cmd_never"),
            None,
        ),
        (
            Method::POST,
            format!("{own}/commands"),
            format!("{own}/devices/{absent}"),
            Some(wish),
        ),
        (
            Method::DELETE,
            format!("{own}/phones/{phone}"),
            format!("{own}/phones/grant_never"),
            None,
        ),
        (
            Method::GET,
            format!("{own}/history?device={device}"),
            format!("{own}/history?device={absent}"),
            None,
        ),
        (
            Method::PUT,
            format!("{of_jiro}/schedules/{schedule}"),
            format!("{own}/schedules/sch_never"),
            Some(edit),
        ),
    ] {
        let theirs_answer = api.call(&who, method.clone(), &theirs, body.clone()).await;
        let never_method = if never.contains("/devices/") && method == Method::POST {
            Method::GET
        } else {
            method
        };
        let never_body = if never_method == Method::GET { None } else { body };
        // An edit needs a device of one's own, so that it is the schedule that is absent.
        let never_body = never_body.map(|mut body| {
            if body["schedule"].is_object() {
                body["schedule"]["device"] = json!(api.shutter);
            }
            body
        });
        let never_answer = api.call(&who, never_method, &never, never_body).await;
        assert_eq!(theirs_answer.status, 404, "{theirs}");
        assert_eq!(theirs_answer.json, never_answer.json, "{theirs}");
    }
    let untouched = api.get(&jiro, &format!("{of_jiro}/schedules/{schedule}")).await;
    assert_eq!(untouched.json["version"], 1);
}

/// T3-10 EP① なりすまし: another site's page cannot use the session of the one who looks at it.
#[tokio::test]
async fn csrf() {
    let api = Api::new().await;
    let wish = json!({ "device": api.shutter, "property": "openCloseOperation", "value": "open" });
    let path = format!("/api/v1/homes/{}/commands", api.home);
    let who = As::Session(api.hanako.session.clone());
    let foreign: [&[(&str, &str)]; 5] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "https://tomori.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://tomori.example"), ("sec-fetch-site", "same-site")],
        &[],
    ];
    for headers in foreign {
        let mut attack = request(&who, Method::POST, &path, Some(wish.clone()));
        attack.headers_mut().remove("origin");
        for (name, value) in headers {
            let name = http::HeaderName::try_from(*name).unwrap();
            attack.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        let answer = api.send(attack).await;
        assert_eq!(answer.json["type"], "urn:problem:foreign-page", "{headers:?}");
    }
    // What an HTML form can send without asking is no JSON.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let mut attack = request(&who, Method::POST, &path, Some(wish.clone()));
        attack
            .headers_mut()
            .insert("content-type", HeaderValue::from_static(kind));
        assert_eq!(api.send(attack).await.status, 415, "{kind}");
    }
    let own = api.call(&who, Method::POST, &path, Some(wish)).await;
    assert_eq!(own.status, 202);
}

/// T3-10 EP① サービス不能: bodies that are too large, half, nested without end, or of another kind.
#[tokio::test]
async fn oversized_and_malformed_bodies() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let path = format!("/api/v1/homes/{}/schedules", api.home);
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let deep_object = format!("{}1{}", "{\"device\":".repeat(5_000), "}".repeat(5_000));
    let large = format!("{{\"device\":\"{}\"}}", "x".repeat(70_000));
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("{}garbage", 422),
        ("\u{feff}{}", 400),
        (deep.as_str(), 422),
        (deep_object.as_str(), 422),
        (large.as_str(), 413),
        ("null", 422),
        ("\"text\"", 422),
    ] {
        let mut attack = request(&who, Method::POST, &path, None);
        attack
            .headers_mut()
            .insert("content-type", HeaderValue::from_static("application/json"));
        *attack.body_mut() = Body::from(body.to_owned());
        let answer = api.send(attack).await;
        assert_eq!(answer.status, status, "{body:.30}: {}", answer.json);
        assert!(answer.json["type"].as_str().unwrap().starts_with("urn:problem:"));
    }
    let mut bytes = request(&who, Method::POST, &path, None);
    bytes
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("application/json"));
    *bytes.body_mut() = Body::from(vec![0xff, 0xfe, 0x00]);
    assert_eq!(api.send(bytes).await.status, 400);
}

/// Errors that no handler made have the same form as all others.
#[tokio::test]
async fn wrong_addresses_and_methods_are_problem_documents() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let absent = api.get(&who, "/api/v1/nothing").await;
    assert_eq!(
        (absent.status.as_u16(), absent.json["type"].as_str()),
        (404, Some("urn:problem:not-found"))
    );
    let wrong = api.call(&who, Method::DELETE, "/api/v1/homes", None).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.json["type"].as_str()),
        (405, Some("urn:problem:method-not-allowed"))
    );
    assert!(wrong.headers["allow"].to_str().unwrap().contains("GET"));
    assert_eq!(wrong.headers["content-type"], "application/problem+json");
}

/// T3-10 EP① サービス不能: one caller's flood is answered with 429 and does not slow another caller down.
#[tokio::test]
async fn flood_of_one_caller() {
    let api = Api::new().await;
    let flood = api.hanako().await;
    let mut refused = None;
    for _ in 0..200 {
        let answer = api.get(&flood, "/api/v1/me").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a flood is refused");
    assert_eq!(refused.json["type"], "urn:problem:too-many-requests");
    assert!(refused.headers.contains_key("retry-after"));
    let other = api
        .token(&api.jiro.viewer.person, tomori_platform::auth::people::Scope::Read)
        .await;
    assert_eq!(api.get(&other, "/api/v1/me").await.status, 200);
}

/// T3-10 EP① 不正アクセス: tokens cannot be guessed at leisure.
#[tokio::test]
async fn guessed_tokens() {
    let api = Api::new().await;
    let mut last = 0;
    for number in 0..100 {
        let guess = As::Token(format!("tmra_{number:0>43}"));
        last = api.get(&guess, "/api/v1/me").await.status.as_u16();
    }
    assert_eq!(last, 429);
}

/// T3-10 EP① データ改ざん: a name with markup comes back as the text it is, in JSON that no browser takes for a page.
#[tokio::test]
async fn xss_through_device_names() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let name = "<script>alert(1)</script>";
    let shutter = tomori_platform::device_state::NewEquipment {
        name: name.to_owned(),
        ..crate::device_state::shutter(9)
    };
    api.town
        .state
        .add_equipment(&api.home, shutter, "op_test")
        .await
        .unwrap();
    let answer = api.get(&who, "/elapi/v1/devices").await;
    let names: Vec<&str> = answer.json["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&name));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
}

/// T3-10 EP① 不正アクセス: headers that are no headers, and a token in the wrong place.
#[tokio::test]
async fn strange_credentials() {
    let api = Api::new().await;
    let As::Token(token) = api.hanako().await else {
        unreachable!()
    };
    for given in [
        "",
        "Bearer",
        "Basic dGVzdA==",
        &format!("Token {token}"),
        &format!("Bearer {token}x"),
    ] {
        let request = Request::builder()
            .uri("/api/v1/me")
            .header("authorization", given)
            .body(Body::empty())
            .unwrap();
        assert_eq!(api.send(request).await.status, 401, "{given:.12}");
    }
    let in_the_address = Request::builder()
        .uri(format!("/api/v1/me?access_token={token}"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(api.send(in_the_address).await.status, 401);
    let lower_case = Request::builder()
        .uri("/api/v1/me")
        .header("authorization", format!("bearer {token}"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(api.send(lower_case).await.status, 200);
}
