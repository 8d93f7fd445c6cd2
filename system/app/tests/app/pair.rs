//! `/pair`: a phone and the house, once.

use axum::http::StatusCode;

use crate::client::{Client, gateway, hanako};
use crate::memory::{HANAKO, HOME};

fn linked() -> Client {
    let client = gateway().in_english();
    let resident = format!("res_{HANAKO}").parse().unwrap();
    client
        .house
        .lock()
        .links
        .insert("secret1-0123456789abcdefghijkl".to_owned(), resident);
    client
}

#[tokio::test]
async fn a_link_is_shown_once_as_text_and_as_a_picture() {
    let mut client = hanako().await.in_english();
    let page = client.post("/pair", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("https://127.0.0.1:8443/pair#secret2-0123456789abcdefghijkl")
        .says("class=\"qr\"")
        .says("7:20:00");
    page.says("data-house-address=\"https://127.0.0.1:8443\"")
        .says("5A:11:0C:7E");
    assert_eq!(page.header("cache-control"), "no-store");
    client
        .get("/pair")
        .await
        .says("Paired phones")
        .is_silent_about("secret2");
}

#[tokio::test]
async fn the_secret_opens_the_gateway_once() {
    let mut first = linked();
    first.get("/pair").await.says("data-redeem").is_silent_about("csrf");
    let answer = first
        .post("/pair/redeem", &[("secret", "secret1-0123456789abcdefghijkl")])
        .await;
    assert_eq!(answer.to(), "/");
    first.get("/").await.says("田中家");
    let mut second = first.other();
    let page = second
        .post("/pair/redeem", &[("secret", "secret1-0123456789abcdefghijkl")])
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.says("worth nothing any more");
    assert!(second.cookies.is_empty());
}

#[tokio::test]
async fn both_sides_on_one_host_show_the_same_house_to_one_phone() {
    let mut phone = hanako().await.in_english();
    let secret = phone.post("/pair", &[]).await.body.split_once("/pair#").unwrap().1
        [.."secret2-0123456789abcdefghijkl".len()]
        .to_owned();
    let mut at_home = Client::new(phone.house.at_home()).in_english();
    // Cookies know no ports: the phone brings the platform's session along.
    at_home.cookies = phone.cookies.clone();
    assert_eq!(at_home.get("/").await.to(), "/sign-in", "which opens nothing here");
    assert_eq!(at_home.post("/pair/redeem", &[("secret", &secret)]).await.to(), "/");
    at_home.get("/").await.says("directly to the gateway");
    phone.cookies = at_home.cookies.clone();
    phone
        .get("/")
        .await
        .says("田中家 is all right")
        .is_silent_about("directly to the gateway");
    let csrf = at_home.get("/").await.csrf();
    let wish = [("csrf", csrf.as_str()), ("wish", "close"), ("key", "0123456789abcdef")];
    assert_eq!(
        at_home.post_plain("/devices/dev_bed/commands", &wish).await.to(),
        "/?told=sent#dev_bed"
    );
    phone.get("/devices/dev_bed").await.says("asked to close");
    at_home.get("/history").await.says("by 田中 花子 (at home)");
}

#[tokio::test]
async fn people_paste_the_whole_link_too() {
    let mut client = linked();
    let link = "https://127.0.0.1:8443/pair#secret1-0123456789abcdefghijkl";
    assert_eq!(client.post("/pair/redeem", &[("secret", link)]).await.to(), "/");
}

#[tokio::test]
async fn nothing_and_too_much_are_refused() {
    let mut client = linked();
    for secret in [String::new(), "x".repeat(300)] {
        let page = client.post("/pair/redeem", &[("secret", &secret)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_pairing_can_be_taken_back() {
    let mut client = hanako().await.in_english();
    client.get("/pair").await.says("田中 花子’s phone").says("(you)");
    assert_eq!(
        client.post("/pair/grant_hanako/end", &[]).await.to(),
        "/pair?told=phone-ended"
    );
    client
        .get("/pair?told=phone-ended")
        .await
        .says("no longer paired")
        .says("None yet.");
    assert_eq!(
        client.post("/pair/grant_hanako/end", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_house_without_an_address_or_with_too_many_phones_says_so() {
    let mut client = hanako().await.in_english();
    for _ in 0..3 {
        client.post("/pair", &[]).await;
    }
    let page = client.post("/pair", &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.says("A house holds 4 paired phones at most.");
    client.house.change(HOME, |home| home.address = None);
    client.post("/pair", &[]).await.says("is not known yet");
}

#[tokio::test]
async fn each_side_offers_only_what_it_can() {
    let mut at_gateway = linked();
    at_gateway
        .post("/pair/redeem", &[("secret", "secret1-0123456789abcdefghijkl")])
        .await;
    at_gateway
        .get("/settings")
        .await
        .is_silent_about("/settings/password")
        .is_silent_about("href=\"/pair\"");
    at_gateway.csrf = at_gateway.get("/settings").await.csrf();
    assert_eq!(at_gateway.post("/pair", &[]).await.status, StatusCode::NOT_FOUND);
    let mut at_platform = hanako().await;
    assert_eq!(
        at_platform.post("/pair/redeem", &[("secret", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
}
