//! People come, sign in and go.

use std::time::Duration;

use tomori_runtime::clock::Clock as _;
use tomori_runtime::sign_in::totp::{Step, code};
use tomori_third_party::people::Role;

use crate::world::{Browser, PASSWORD, World};

#[tokio::test]
async fn from_invitation_to_sign_in() {
    let world = World::new().await;
    let mut office = world.office.clone();
    let fields = [("name", "管制 一郎"), ("email", "one@example.jp"), ("role", "operator")];
    let page = office.post("/people", &fields).await;
    assert_eq!(page.status, 200);
    let invitation = page
        .text
        .split("data-secret>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        office.post("/people", &fields).await.status,
        422,
        "the address is taken"
    );

    let mut browser = Browser::new(&world.addresses);
    let path = format!("/welcome/{invitation}");
    let welcome = browser.get(&path).await.text;
    let spelled = welcome.split("data-secret>").nth(1).unwrap().split('<').next().unwrap();
    let spelled: String = spelled.chars().filter(|letter| *letter != ' ').collect();
    let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
    let origin = browser.origin.clone();
    let now = |world: &World| code(&secret, Step::at(world.clock.now()));
    let given = now(&world);
    let short = [("password", "short"), ("again", "short"), ("totp", given.as_str())];
    assert_eq!(browser.post_from(Some(&origin), &path, &short).await.status, 422);
    let good = [("password", PASSWORD), ("again", PASSWORD), ("totp", given.as_str())];
    let entered = browser.post_from(Some(&origin), &path, &good).await;
    assert_eq!((entered.status, entered.location.as_str()), (303, "/board"));
    assert_eq!(browser.get("/board").await.status, 200);
    assert_eq!(browser.get(&path).await.status, 404, "the code works once");

    assert_eq!(browser.post("/sign-out", &[]).await.status, 303);
    assert_eq!(browser.get("/board").await.location, "/sign-in?next=%2Fboard");
    world.clock.advance(Duration::from_secs(30));
    let given = now(&world);
    let sign_in = |password: &'static str, given: String| {
        [
            ("login".to_owned(), "one@example.jp".to_owned()),
            ("password".to_owned(), password.to_owned()),
            ("code".to_owned(), given),
            ("next".to_owned(), "/board".to_owned()),
        ]
    };
    let form = sign_in("not this one 47", given.clone());
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(browser.post_from(Some(&origin), "/sign-in", &form).await.status, 401);
    let form = sign_in(PASSWORD, given);
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        browser.post_from(Some(&origin), "/sign-in", &form).await.location,
        "/board"
    );
    assert_eq!(
        browser.post_from(Some(&origin), "/sign-in", &form).await.status,
        401,
        "a code works once"
    );
}

#[tokio::test]
async fn the_last_administrator_stays_and_whoever_goes_is_out() {
    let world = World::new().await;
    let mut office = world.office.clone();
    let own = format!("/people/{}/remove", world.administrator);
    assert_eq!(office.post(&own, &[]).await.status, 409);
    let (id, mut operator) = world.somebody(Role::Operator, "一郎").await;
    assert_eq!(operator.get("/board").await.status, 200);
    assert_eq!(office.post(&format!("/people/{id}/remove"), &[]).await.status, 303);
    assert_eq!(operator.get("/board").await.status, 303, "signed out at once");
    assert!(world.services.people.setup_code().await.unwrap().is_none());
}

#[tokio::test]
async fn health_tells_strangers_little() {
    let world = World::new().await;
    let mut browser = Browser::new(&world.addresses);
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    assert!(browser.get("/readyz").await.text.contains("\"ready\":true"));
    assert!(browser.get("/metrics").await.text.contains("frames_acknowledged"));
}

#[tokio::test]
async fn the_audit_chain_holds() {
    let world = World::new().await;
    world.somebody(Role::Operator, "一郎").await;
    let verified = tomori_third_party::server::verify_audit(&world.folder()).unwrap();
    assert!(verified.entries >= 4);
}
