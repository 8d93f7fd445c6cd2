//! What an operator does in the first week, page by page.

use tomori_platform::auth::people::totp::{Step, code};
use tomori_runtime::clock::Clock as _;
use tomori_smart_home::event::What;
use tomori_smart_home::{Event, GatewayId, Hazard, HomeId};

use super::{Browser, Desk, between};
use crate::town::PASSWORD;
use crate::world::{World, config};

#[tokio::test]
async fn from_the_setup_code_to_the_desk() {
    let clock = tomori_runtime::clock::ManualClock::new(jiff::Timestamp::now());
    let world = World::with(config(), std::sync::Arc::new(clock.clone())).await;
    let invited = world.services.people.setup_code().await.unwrap().unwrap();
    let mut browser = Browser::new(&world);
    assert_eq!(browser.get("/operator/setup").await.location, "/welcome");
    let typed = invited.code.text().to_uppercase().replace('-', " ");
    let led = browser.post("/welcome", &[("code", &typed)]).await;
    assert_eq!(led.status, 303);
    let page = browser.get(&led.location).await;
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    assert!(page.text.contains("<svg"), "the QR code");
    let spelled: String = between(&page.text, "data-secret>", "<").split_whitespace().collect();
    let secret = data_encoding::BASE32_NOPAD.decode(spelled.as_bytes()).unwrap();
    let totp = code(&secret, Step::at(clock.now()));
    let mut form = vec![
        ("name", "運用 太郎"),
        ("email", "ops@example.com"),
        ("password", "short"),
        ("again", "short"),
        ("totp", totp.as_str()),
    ];
    let refused = browser.post(&led.location, &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("at least 10 characters"), "{}", refused.text);
    assert!(
        refused.text.contains("value=\"ops@example.com\""),
        "what was typed is still there"
    );
    assert!(!refused.text.contains("short\""), "a password is never sent back");
    form[3].1 = PASSWORD;
    form[2].1 = PASSWORD;
    let done = browser.post(&led.location, &form).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/operator"));
    let desk = browser.get("/operator").await;
    assert_eq!(desk.status, 200);
    assert!(desk.text.contains("No homes yet") && desk.text.contains("/operator/homes/new"));
    let spent = browser.get(&led.location).await;
    assert_eq!(spent.status, 404);
}

#[tokio::test]
async fn signing_in_and_out() {
    let mut desk = Desk::new().await;
    let mut browser = Browser::new(&desk.world);
    let led = browser.get("/operator/audit").await;
    assert_eq!(
        (led.status, led.location.as_str()),
        (303, "/operator/sign-in?next=%2Foperator%2Faudit")
    );
    let totp = desk.next_code();
    let wrong = [
        ("login", "ops@example.com"),
        ("password", "not the password"),
        ("code", totp.as_str()),
    ];
    let refused = browser.post("/operator/sign-in", &wrong).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.contains("You could not be signed in"));
    let right = [
        ("login", "ops@example.com"),
        ("password", PASSWORD),
        ("code", totp.as_str()),
        ("next", "/operator/audit"),
    ];
    let in_now = browser.post("/operator/sign-in", &right).await;
    assert_eq!((in_now.status, in_now.location.as_str()), (303, "/operator/audit"));
    let audit = browser.get("/operator/audit").await;
    assert!(
        audit.text.contains("sign-in refused") && audit.text.contains("signed in") && audit.text.contains("運用 太郎"),
        "{}",
        audit.text
    );
    let csrf = browser.csrf("/operator/account").await;
    let out = browser.post("/operator/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(out.location, "/operator/sign-in");
    assert_eq!(browser.get("/operator").await.status, 303);
    assert_eq!(
        desk.browser.get("/operator").await.status,
        200,
        "the other browser stays in"
    );
}

#[tokio::test]
async fn a_home_is_furnished() {
    let mut desk = Desk::new().await;
    let browser = &mut desk.browser;
    let csrf = browser.csrf("/operator/homes/new").await;
    let mut form = vec![
        ("csrf", csrf.as_str()),
        ("name", "灯の家"),
        ("address", "東京都千代田区"),
        ("timeZone", "Asia/Tokio"),
        ("latitude", "35.6812"),
        ("longitude", "139.7671"),
    ];
    let refused = browser.post("/operator/homes", &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("aria-invalid=\"true\""));
    form[3].1 = "Asia/Tokyo";
    let added = browser.post("/operator/homes", &form).await;
    assert_eq!(added.status, 303, "{}", added.text);
    let home = between(&added.location, "/operator/homes/", "?");
    let path = format!("/operator/homes/{home}");

    let line = [
        ("csrf", csrf.as_str()),
        ("kind", "electricRainDoor"),
        ("room", "居間"),
        ("device", "南の窓"),
        ("model", "ST-1"),
    ];
    assert_eq!(browser.post(&format!("{path}/devices"), &line).await.status, 303);
    let page = browser.get(&path).await.text;
    assert!(
        page.contains("居間 – 南の窓") && page.contains("No unknown node of this kind"),
        "{page}"
    );

    unknown_node(&desk.world, &home).await;
    let browser = &mut desk.browser;
    let page = browser.get(&path).await.text;
    assert!(page.contains("192.0.2.77"));
    let node = between(&page, "<option value=\"fe", "\"");
    let device = between(&page, &format!("{path}/devices/"), "/adopt");
    let adopted = browser
        .post(
            &format!("{path}/devices/{device}/adopt"),
            &[("csrf", &csrf), ("node", &format!("fe{node}"))],
        )
        .await;
    assert_eq!(adopted.location, format!("{path}?told=device-adopted"));
    let page = browser.get(&path).await.text;
    assert!(!page.contains("192.0.2.77"), "it is not unknown any more");

    let invited = browser
        .post(
            &format!("{path}/residents"),
            &[("csrf", &csrf), ("name", "花子"), ("email", "hanako@example.com")],
        )
        .await;
    assert_eq!(invited.status, 200);
    let link = between(&invited.text, "secret link-text\">http://", "<");
    let (_, welcome) = link.split_once('/').unwrap();
    let mut hanako = Browser::new(&desk.world);
    let page = hanako.get(&format!("/{welcome}")).await;
    assert!(page.text.contains("花子, choose a password") && page.text.contains("hanako@example.com"));
    let browser = &mut desk.browser;
    let taken = browser
        .post(
            &format!("{path}/residents"),
            &[("csrf", &csrf), ("name", "Jiro"), ("email", "ops@example.com")],
        )
        .await;
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("Somebody has this e-mail address already"));
}

async fn unknown_node(world: &World, home: &str) {
    let home: HomeId = home.parse().unwrap();
    let gateway = GatewayId::from_random([7; 10]);
    let connected = tomori_platform::device_state::Connected {
        connection: 1,
        gateway: gateway.clone(),
        software: "test 1".to_owned(),
        local_url: String::new(),
        plan_version: 1,
    };
    let state = &world.services.device_state;
    state.gateway_connected(&home, connected).await.unwrap();
    let at = world.clock.now();
    let what = What::UnknownNode {
        endpoint: crate::device_state::endpoint(9),
        address: "192.0.2.77".to_owned(),
    };
    let events = vec![Some(Event { at, what })];
    state.store_batch(&home, &gateway, 1, events, true).await.unwrap();
}

#[tokio::test]
async fn a_gateway_is_enrolled_by_the_code_of_the_page_and_revoked() {
    let mut desk = Desk::new().await;
    let home = desk.world.home().await;
    let path = format!("/operator/homes/{home}");
    let csrf = desk.browser.csrf(&path).await;
    let page = desk.browser.post(&format!("{path}/codes"), &[("csrf", &csrf)]).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["cache-control"], "no-store");
    let shown = between(&page.text, "class=\"secret\">", "<");
    assert!(page.text.contains("data-ends=") && page.text.contains("<svg"));
    let shown: tomori_gateway_link::EnrolmentCode = shown.parse().unwrap();
    let authority = desk.world.services.gateways.authority_fingerprint();
    assert!(authority.starts_with(shown.fingerprint_prefix()));
    let papers = desk.world.enrolled(&home).await;
    let page = desk.browser.get(&path).await.text;
    assert!(page.contains(&papers.gateway));
    let (one, other) = (papers.gateway.as_str(), "gw_never");
    let absent = desk
        .browser
        .post(&format!("{path}/gateways/{other}/revoke"), &[("csrf", &csrf)])
        .await;
    assert_eq!(absent.status, 404);
    let revoked = desk
        .browser
        .post(&format!("{path}/gateways/{one}/revoke"), &[("csrf", &csrf)])
        .await;
    assert_eq!(revoked.location, format!("{path}?told=gateway-revoked"));
    let page = desk.browser.get(&revoked.location).await.text;
    assert!(
        page.contains("The gateway was revoked.") && page.contains(">revoked<"),
        "{page}"
    );
}

#[tokio::test]
async fn the_overview_tells_what_needs_somebody() {
    let mut desk = Desk::new().await;
    let home = desk.world.home().await;
    let shutter = desk.world.shutter(&home).await;
    unknown_node(&desk.world, home.as_str()).await;
    let what = What::Impersonation {
        device: shutter,
        address: "192.0.2.66".to_owned(),
    };
    let at = desk.world.clock.now();
    let gateway = GatewayId::from_random([7; 10]);
    let state = &desk.world.services.device_state;
    state
        .store_batch(&home, &gateway, 2, vec![Some(Event { at, what })], false)
        .await
        .unwrap();
    let mut page = String::new();
    for _ in 0..100 {
        page = desk.browser.get("/operator").await.text;
        if page.contains("192.0.2.66") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(page.contains("Impersonation") && page.contains("192.0.2.66"), "{page}");
    assert!(page.contains("Unknown node") && page.contains("One home. Gateways connected: 1."));
    let first = page.find("Impersonation").unwrap();
    assert!(first < page.find("Unknown node").unwrap(), "most pressing first");
    // T2-5 step 1: a house in alarm comes before everything else.
    let alarm = crate::dispatch::alarm(1, 1, Hazard::Intrusion, None);
    let link = format!("href=\"/operator/incidents/{}\"", alarm.incident);
    let what = What::AlarmRaised { alarm };
    desk.world
        .services
        .device_state
        .store_batch(&home, &gateway, 3, vec![Some(Event { at, what })], false)
        .await
        .unwrap();
    for _ in 0..100 {
        page = desk.browser.get("/operator").await.text;
        if page.contains(&link) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(
        page.contains("is in alarm: Intrusion") && page.contains("data-tone=\"alarm\""),
        "{page}"
    );
    assert!(page.find(&link).unwrap() < page.find("Impersonation").unwrap());
    desk.browser.lang = "ja";
    let page = desk.browser.get("/operator").await.text;
    assert!(page.contains("で警報が出ています") && page.contains("なりすまし") && page.contains("対応が必要なこと"));
}

#[tokio::test]
async fn every_page_speaks_both_languages_and_keeps_its_headers() {
    let mut desk = Desk::new().await;
    let home = desk.world.home().await;
    for lang in ["ja", "en"] {
        desk.browser.lang = lang;
        for path in [
            "/operator".to_owned(),
            "/operator/sign-in".to_owned(),
            "/operator/homes".to_owned(),
            "/operator/homes/new".to_owned(),
            format!("/operator/homes/{home}"),
            "/operator/people".to_owned(),
            "/operator/account".to_owned(),
            "/operator/audit".to_owned(),
            "/welcome".to_owned(),
        ] {
            let page = desk.browser.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.text.contains(&format!("<html lang=\"{lang}\">")), "{path}");
            let kana = page
                .text
                .chars()
                .filter(|letter| ('ぁ'..='ヿ').contains(letter))
                .count();
            // Names of Japanese people, and the switch between the languages, are Japanese on every page.
            assert_eq!(kana > 15, lang == "ja", "{path} in {lang}: {kana}");
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"),
                "{path}"
            );
            assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        }
        let absent = desk.browser.get("/operator/homes/home_never").await;
        assert_eq!(absent.status, 404);
    }
}

/// SR2-SP-3: a password that may be known to others is changed, and whatever it had opened elsewhere is closed.
#[tokio::test]
async fn an_operator_changes_the_password_and_lets_a_colleague_go() {
    let mut desk = Desk::new().await;
    let mut other = Browser::new(&desk.world);
    let totp = desk.next_code();
    let form = [
        ("login", "ops@example.com"),
        ("password", PASSWORD),
        ("code", totp.as_str()),
    ];
    assert_eq!(other.post("/operator/sign-in", &form).await.status, 303);
    let csrf = desk.browser.csrf("/operator/account").await;
    let new = crate::town::OTHER_PASSWORD;
    let code = desk.next_code();
    let mut change = [
        ("csrf", csrf.as_str()),
        ("current", "not the password"),
        ("code", code.as_str()),
        ("password", new),
        ("again", new),
    ];
    for (current, code) in [
        ("not the password", code.as_str()),
        (PASSWORD, "000000"),
        (PASSWORD, totp.as_str()),
    ] {
        (change[1].1, change[2].1) = (current, code);
        let refused = desk.browser.post("/operator/account/password", &change).await;
        assert!(
            refused
                .text
                .contains("Your present password or the one-time code is not right."),
            "{}",
            refused.text
        );
    }
    (change[1].1, change[2].1) = (PASSWORD, code.as_str());
    let changed = desk.browser.post("/operator/account/password", &change).await;
    assert_eq!(changed.location, "/operator/account?told=password-changed");
    assert_eq!(other.get("/operator").await.status, 303, "the other session has ended");

    let csrf = desk.browser.csrf("/operator/people").await;
    let invite = [("csrf", csrf.as_str()), ("name", "Jiro"), ("email", "jiro@example.com")];
    assert_eq!(desk.browser.post("/operator/people", &invite).await.status, 200);
    let page = desk.browser.get("/operator/people").await.text;
    let colleague = page
        .split("/operator/people/")
        .filter_map(|rest| rest.split_once("/remove"))
        .map(|(id, _)| id.to_owned())
        .find(|id| id.starts_with("op_"))
        .unwrap();
    assert_ne!(
        colleague,
        desk.operator.as_str(),
        "nobody is offered to remove themselves"
    );
    let own = format!("/operator/people/{}/remove", desk.operator);
    assert_eq!(desk.browser.post(&own, &[("csrf", &csrf)]).await.status, 409);
    let gone = desk
        .browser
        .post(&format!("/operator/people/{colleague}/remove"), &[("csrf", &csrf)])
        .await;
    assert_eq!(gone.location, "/operator/people?told=operator-removed");
    assert!(
        !desk
            .browser
            .get("/operator/people")
            .await
            .text
            .contains("jiro@example.com")
    );
}
