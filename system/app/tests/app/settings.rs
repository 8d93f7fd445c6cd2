//! `/settings` and `/language`.

use axum::http::StatusCode;
use tomori_runtime::i18n::Lang;

use crate::client::{hanako, platform};
use crate::memory::{HANAKO, OTHER_HOME, PASSWORD};

const NEW: &str = "an even calmer light";

#[tokio::test]
async fn a_language_is_chosen_signed_out_too_and_remembered() {
    let mut client = platform();
    client.get("/sign-in").await.says("<html lang=\"ja\">");
    assert_eq!(
        client
            .post("/language", &[("lang", "en"), ("next", "/sign-in")])
            .await
            .to(),
        "/sign-in"
    );
    client.get("/sign-in").await.says("<html lang=\"en\">").says("Sign in");
    let mut client = hanako().await;
    client.post("/language", &[("lang", "en"), ("next", "/settings")]).await;
    client.get("/settings").await.says("<html lang=\"en\">");
    let remembered = client
        .house
        .lock()
        .people
        .iter()
        .find(|person| person.login == HANAKO)
        .unwrap()
        .lang;
    assert_eq!(remembered, Some(Lang::En));
    assert_eq!(
        client.post("/language", &[("lang", "fr")]).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_only() {
    let mut client = hanako().await.in_english();
    for (current, new, again, says) in [
        ("", NEW, NEW, "Write your password."),
        ("wrong", NEW, NEW, "This is not your current password."),
        (PASSWORD, "", "", "Write a new password."),
        (PASSWORD, NEW, "another", "The two new passwords differ."),
        (PASSWORD, "short", "short", "Use at least 12 characters."),
        (PASSWORD, "passwordpassword", "passwordpassword", "easy to guess"),
    ] {
        let page = client
            .post(
                "/settings/password",
                &[("current", current), ("new", new), ("again", again)],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        page.says(says)
            .says("aria-invalid")
            .is_silent_about(PASSWORD)
            .is_silent_about(NEW);
    }
    let answer = client
        .post(
            "/settings/password",
            &[("current", PASSWORD), ("new", NEW), ("again", NEW)],
        )
        .await;
    assert_eq!(answer.to(), "/settings?told=password-changed");
}

#[tokio::test]
async fn sessions_are_listed_and_can_be_ended() {
    let mut client = hanako().await.in_english().with(
        "user-agent",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1",
    );
    let mut phone = client.other();
    phone.sign_in(HANAKO).await;
    let page = client.get("/settings").await;
    page.says("(this one)")
        .says("Safari – iPhone")
        .says("/settings/sessions/session2/end");
    assert_eq!(
        client.post("/settings/sessions/session2/end", &[]).await.to(),
        "/settings?told=session-ended"
    );
    assert_eq!(phone.get("/").await.to(), "/sign-in");
    assert_eq!(client.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn somebody_with_two_homes_chooses() {
    let mut client = hanako().await;
    client.get("/settings").await.is_silent_about("/settings/home");
    client.house.lock().people[0].homes.push(OTHER_HOME.parse().unwrap());
    client.get("/settings").await.says("佐藤家");
    assert_eq!(client.post("/settings/home", &[("home", OTHER_HOME)]).await.to(), "/");
    client
        .get("/")
        .await
        .says("佐藤家は大丈夫です")
        .is_silent_about("dev_bed");
    // The home is taken away again: the cookie opens nothing.
    client.house.lock().people[0].homes.pop();
    client.get("/").await.says("田中家は大丈夫です");
}
