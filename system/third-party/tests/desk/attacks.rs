//! T3-10 EP③: what somebody in a browser can try.

use tomori_third_party::people::Role;

use crate::world::{Browser, World};

/// T3-10 EP③ なりすまし: a form on another site, without origin, and without the session's token.
#[tokio::test]
async fn csrf() {
    let world = World::new().await;
    let mut office = world.office.clone();
    let csrf = office.csrf().await;
    let fields = [
        ("name", "x"),
        ("email", "x@example.jp"),
        ("role", "administrator"),
        ("csrf", csrf.as_str()),
    ];
    for origin in [None, Some("https://evil.example"), Some("null")] {
        assert_eq!(
            office.post_from(origin, "/people", &fields).await.status,
            403,
            "{origin:?}"
        );
    }
    let own = office.origin.clone();
    let bare = [("name", "x"), ("email", "x@example.jp"), ("role", "administrator")];
    assert_eq!(office.post_from(Some(&own), "/people", &bare).await.status, 403);
    assert_eq!(world.services.people.all().await.unwrap().len(), 1);
}

/// T3-10 EP③ 不正アクセス: passwords are guessed; the answer is the same for names that exist and names that do not.
#[tokio::test]
async fn guessing() {
    let world = World::new().await;
    let mut browser = Browser::new(&world.addresses);
    let origin = browser.origin.clone();
    let mut told = Vec::new();
    for login in ["admin@example.jp", "nobody@example.jp"] {
        let fields = [("login", login), ("password", "guess-guess-guess"), ("code", "000000")];
        let page = browser.post_from(Some(&origin), "/sign-in", &fields).await;
        told.push((page.status, page.text.replace(login, "")));
    }
    assert_eq!(told[0], told[1]);
    let fields = [
        ("login", "admin@example.jp"),
        ("password", "guess-guess-guess"),
        ("code", "000000"),
    ];
    let mut last = 0;
    for _ in 0..8 {
        last = browser.post_from(Some(&origin), "/sign-in", &fields).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(
        world.office.clone().get("/people").await.status,
        200,
        "whoever is in stays in"
    );
}

/// T3-10 EP③ サービス不能: a form without end.
#[tokio::test]
async fn oversized_form() {
    let world = World::new().await;
    let (_, mut operator) = world.somebody(Role::Operator, "一郎").await;
    let origin = operator.origin.clone();
    let long = "x".repeat(100_000);
    let page = operator
        .post_from(Some(&origin), "/sign-in", &[("login", long.as_str())])
        .await;
    assert_eq!(page.status, 413);
}
