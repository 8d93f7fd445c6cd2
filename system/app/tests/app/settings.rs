//! `/settings` and `/language`.

use axum::http::StatusCode;
use tomori_runtime::i18n::Lang;

use crate::client::{Answer, Client, hanako, platform};
use crate::memory::people::one_time_code;
use crate::memory::{HANAKO, OTHER_HOME, PASSWORD, TOTP_SECRET};

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

fn code(client: &Client) -> String {
    one_time_code(TOTP_SECRET, client.house.clock().now())
}

async fn change(client: &mut Client, current: &str, code: &str, new: &str, again: &str) -> Answer {
    let fields = [("current", current), ("code", code), ("new", new), ("again", again)];
    client.post("/settings/password", &fields).await
}

#[tokio::test]
async fn a_password_is_changed_with_both_factors_only() {
    let mut client = hanako().await.in_english();
    let right = code(&client);
    let right = right.as_str();
    let not_right = "Your current password or the code is not right.";
    for (current, code, new, again, says) in [
        ("", right, NEW, NEW, "Write your password."),
        (PASSWORD, "", NEW, NEW, "Write the six-digit code."),
        (PASSWORD, "1234567890123", NEW, NEW, "Write the six-digit code."),
        ("wrong", right, NEW, NEW, not_right),
        (PASSWORD, "000000", NEW, NEW, not_right),
        (PASSWORD, right, "", "", "Write a new password."),
        (PASSWORD, right, NEW, "another", "The two new passwords differ."),
        (PASSWORD, right, "short", "short", "Use at least 12 characters."),
        (PASSWORD, right, "passwordpassword", "passwordpassword", "easy to guess"),
    ] {
        let page = change(&mut client, current, code, new, again).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        page.says(says)
            .says("aria-invalid")
            .is_silent_about(PASSWORD)
            .is_silent_about(NEW);
    }
    let mut phone = client.other();
    phone.sign_in(HANAKO).await;
    // Codes are read in groups.
    let grouped = format!("{} {}", &right[..3], &right[3..]);
    let answer = change(&mut client, PASSWORD, &grouped, NEW, NEW).await;
    assert_eq!(answer.to(), "/settings?told=password-changed");
    assert_eq!(phone.get("/").await.to(), "/sign-in", "the other browser is signed out");
    client
        .get("/settings?told=password-changed")
        .await
        .says("your other devices are signed out");
}

#[tokio::test]
async fn too_many_wrong_tries_at_a_new_password_have_to_wait() {
    for (lang, says) in [("en", "Please wait about 10 min"), ("ja", "10分ほど待ってから")] {
        let mut client = hanako().await.with("accept-language", lang);
        for _ in 0..5 {
            change(&mut client, PASSWORD, "000000", NEW, NEW).await;
        }
        let right = code(&client);
        let page = change(&mut client, PASSWORD, &right, NEW, NEW).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.says(says);
    }
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
