//! Tokens over the API (SR2-SP-2).

use http::Method;
use serde_json::json;
use tomori_platform::auth::people::Scope;

use super::{Api, As};
use crate::town::PASSWORD;

#[tokio::test]
async fn a_program_gets_a_token_by_password_and_code_and_gives_it_back() {
    let api = Api::new().await;
    let wish = json!({
        "login": api.hanako.email, "password": PASSWORD, "totp": api.town.next_code(&api.hanako.secret),
        "token": { "label": "nightly script", "scope": "control", "days": 7 },
    });
    let path = "/api/v1/tokens/by-password";
    let issued = api.call(&As::Nobody, Method::POST, path, Some(wish.clone())).await;
    assert_eq!(issued.status, 201, "{}", issued.json);
    let replayed = api.call(&As::Nobody, Method::POST, path, Some(wish)).await;
    assert_eq!(replayed.status, 401);
    assert_eq!(replayed.json["type"], "urn:problem:not-matching");

    let who = As::Token(issued.json["secret"].as_str().unwrap().to_owned());
    let id = issued.json["token"]["id"].as_str().unwrap();
    let me = api.get(&who, "/api/v1/me").await.json;
    assert_eq!((&me["role"], &me["proof"]), (&json!("resident"), &json!("control")));
    let anew = api
        .call(&who, Method::POST, &format!("/api/v1/tokens/{id}/reissue"), None)
        .await;
    assert_eq!(anew.status, 200);
    assert_eq!(
        api.get(&who, "/api/v1/me").await.status,
        401,
        "the secret before opens nothing"
    );
    let who = As::Token(anew.json["secret"].as_str().unwrap().to_owned());
    let gone = api
        .call(&who, Method::DELETE, &format!("/api/v1/tokens/{id}"), None)
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(api.get(&who, "/api/v1/me").await.status, 401);
}

/// T3-10 EP① 不正アクセス: who has stolen a token cannot make more of them, nor a stronger one.
#[tokio::test]
async fn a_token_makes_no_tokens() {
    let api = Api::new().await;
    let who = api.hanako().await;
    let wish = json!({ "label": "more", "scope": "control" });
    let made = api.call(&who, Method::POST, "/api/v1/tokens", Some(wish)).await;
    assert_eq!(made.json["type"], "urn:problem:session-only");
    assert_eq!(api.get(&who, "/api/v1/tokens").await.status, 403);
    let reader = api.token(&api.hanako.viewer.person, Scope::Read).await;
    let wish = json!({ "device": api.shutter, "property": "openCloseOperation", "value": "open" });
    let given = api
        .call(
            &reader,
            Method::POST,
            &format!("/api/v1/homes/{}/commands", api.home),
            Some(wish),
        )
        .await;
    assert_eq!(given.json["type"], "urn:problem:read-only");
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let api = Api::new().await;
    let who = As::Session(api.hanako.session.clone());
    let sessions = api.get(&who, "/api/v1/sessions").await.json;
    let id = sessions[0]["id"].as_str().unwrap();
    let ended = api
        .call(&who, Method::DELETE, &format!("/api/v1/sessions/{id}"), None)
        .await;
    assert_eq!(ended.status, 204);
    assert_eq!(api.get(&who, "/api/v1/sessions").await.status, 401);
}
