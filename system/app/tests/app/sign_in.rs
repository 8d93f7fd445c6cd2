//! `/sign-in` and `/sign-out`.

use axum::http::StatusCode;

use crate::client::{gateway, hanako, platform};
use crate::memory::people::one_time_code;
use crate::memory::{HANAKO, PASSWORD, TOTP_SECRET};

#[tokio::test]
async fn three_proofs_open_a_session_in_a_strict_cookie() {
    let mut client = platform();
    let answer = client.sign_in(HANAKO).await;
    assert_eq!(answer.to(), "/");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-tomori=token-"), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    client.get("/").await.says("田中家");
}

#[tokio::test]
async fn one_goes_on_to_where_one_wanted() {
    let mut client = platform();
    assert_eq!(
        client.get("/devices/dev_bed").await.to(),
        "/sign-in?next=%2Fdevices%2Fdev%5Fbed"
    );
    client
        .get("/sign-in?next=%2Fdevices%2Fdev%5Fbed")
        .await
        .says("name=\"next\" value=\"/devices/dev_bed\"");
    // Choosing the language on the way loses nothing.
    let page = client.get("/sign-in?next=%2Fhistory").await;
    page.says("name=\"next\" value=\"/sign-in?next=%2Fhistory\"");
    let code = one_time_code(TOTP_SECRET, client.house.clock().now());
    let fields = [
        ("login", HANAKO),
        ("password", PASSWORD),
        ("code", code.as_str()),
        ("next", "/devices/dev_bed"),
    ];
    assert_eq!(client.post("/sign-in", &fields).await.to(), "/devices/dev_bed");
}

#[tokio::test]
async fn a_wrong_proof_does_not_tell_which_one_was_wrong() {
    let now = platform().house.clock().now();
    let code = one_time_code(TOTP_SECRET, now);
    let mut bodies = Vec::new();
    for (login, password, code) in [
        ("nobody", PASSWORD, code.as_str()),
        (HANAKO, "wrong", code.as_str()),
        (HANAKO, PASSWORD, "000000"),
    ] {
        let mut client = platform().in_english();
        let page = client
            .post("/sign-in", &[("login", login), ("password", password), ("code", code)])
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        page.says("You could not be signed in.").is_silent_about(PASSWORD);
        assert!(client.cookies.is_empty());
        bodies.push(page.body.replace("value=\"nobody\"", "value=\"hanako\""));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn empty_fields_are_named_in_both_languages() {
    let page = platform().post("/sign-in", &[("login", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("ログイン名かメールアドレスを書いてください。")
        .says("パスワードを書いてください。")
        .says("6桁の確認コードを書いてください。");
    let page = platform().in_english().post("/sign-in", &[("login", HANAKO)]).await;
    page.says("Write your password.")
        .says("value=\"hanako\"")
        .is_silent_about("Write your login");
}

#[tokio::test]
async fn codes_are_read_as_people_write_them() {
    let mut client = platform();
    let code = one_time_code(TOTP_SECRET, client.house.clock().now());
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let fields = [("login", HANAKO), ("password", PASSWORD), ("code", spaced.as_str())];
    assert_eq!(client.post("/sign-in", &fields).await.to(), "/");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_the_cookie() {
    let mut client = hanako().await;
    let mut thief = client.clone();
    assert_eq!(client.post("/sign-out", &[]).await.to(), "/sign-in?told=signed-out");
    assert!(!client.cookies.contains_key("__Host-tomori"));
    client
        .get("/sign-in?told=signed-out")
        .await
        .says("ログアウトしました。")
        .says("data-signed-out");
    assert_eq!(
        thief.get("/").await.to(),
        "/sign-in",
        "the token is worth nothing any more"
    );
}

#[tokio::test]
async fn the_gateway_knows_no_passwords() {
    let mut client = gateway().in_english();
    client
        .get("/sign-in")
        .await
        .says("This is the gateway of the house")
        .is_silent_about("type=\"password\"");
    let answer = client
        .post("/sign-in", &[("login", HANAKO), ("password", PASSWORD), ("code", "0")])
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
