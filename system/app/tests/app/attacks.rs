//! Attacks, each named for what it tries, after the guideline's threats for the app (T3-11 EP⑨: impersonation, leaking)
//! and for the information base's interfaces (T3-10 EP①: unauthorised access, tampering, impersonation).

use axum::http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tomori_app::port::{Happened, HistoryEntry};

use crate::client::{Client, ORIGIN, hanako, platform};
use crate::memory::{HANAKO, HOME, JIRO};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const OPEN: &[(&str, &str)] = &[("wish", "open"), ("key", KEY)];

async fn neighbour() -> Client {
    let mut client = platform();
    client.sign_in(JIRO).await;
    client
}

/// CSRF (T3-11 EP⑨ impersonation): another site posts a form in the resident's browser.
#[tokio::test]
async fn csrf_from_another_site_moves_no_shutter() {
    let client = hanako().await;
    for (origin, site) in [
        (Some("https://evil.example"), Some("cross-site")),
        (Some("https://evil.example"), None),
        (Some("https://sub.home.example"), Some("same-site")),
        (Some("null"), Some("cross-site")),
        (None, None),
        (None, Some("none")),
        (Some(ORIGIN), Some("cross-site")),
    ] {
        let mut attacker = client.clone().without("origin").without("sec-fetch-site");
        if let Some(origin) = origin {
            attacker = attacker.with("origin", origin);
        }
        if let Some(site) = site {
            attacker = attacker.with("sec-fetch-site", site);
        }
        let answer = attacker.post("/devices/dev_bed/commands", OPEN).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?} {site:?}");
        answer.says("何も変わっていません");
    }
    assert!(client.house.arrived().is_empty());
}

/// CSRF with a stolen or guessed token: each session has its own, and it is not the session's secret.
#[tokio::test]
async fn csrf_with_another_sessions_token_moves_no_shutter() {
    let mut client = hanako().await;
    let mut own = client.other();
    own.sign_in(JIRO).await;
    let session = client.cookies["__Host-tomori"].clone();
    let foreign = own.csrf.clone();
    for token in ["", "x", foreign.as_str(), session.as_str()] {
        client.csrf = token.to_owned();
        assert_eq!(
            client.post("/devices/dev_bed/commands", OPEN).await.status,
            StatusCode::FORBIDDEN,
            "{token}"
        );
    }
    assert!(client.house.arrived().is_empty());
    own.csrf = String::new();
    assert_eq!(
        own.post("/sign-out", &[]).await.status,
        StatusCode::FORBIDDEN,
        "not even signing somebody out"
    );
}

/// Login CSRF: another site signs the victim's browser in as the attacker.
#[tokio::test]
async fn csrf_at_sign_in_opens_no_session() {
    let mut client = platform()
        .with("origin", "https://evil.example")
        .with("sec-fetch-site", "cross-site");
    let answer = client
        .post_plain("/sign-in", &[("login", HANAKO), ("password", "x"), ("code", "1")])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(client.cookies.is_empty());
    assert_eq!(client.house.lock().wrong_tries, 0, "it was not even tried");
}

/// A link from another site (mail, search) must work although the strict cookie stays at home with it: the first page
/// leads on to itself, from here, and changes nothing.
#[tokio::test]
async fn a_link_from_elsewhere_leads_on_without_acting() {
    let mut client = platform().with("sec-fetch-site", "cross-site");
    let page = client.get("/schedules?told=saved").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("refresh"), "0; url=/schedules?told=saved");
    let page = client.get("//evil.example/").await;
    assert!(!page.header("refresh").contains("evil"), "{}", page.header("refresh"));
    let mut forged = platform().with("sec-fetch-site", "cross-site");
    assert_eq!(forged.post("/sign-out", &[]).await.status, StatusCode::FORBIDDEN);
}

/// Open redirect: a crafted `next` or `back` leads away after signing in.
#[tokio::test]
async fn an_address_cannot_lead_to_another_site() {
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/a\r\nset-cookie: x=y",
        "javascript:alert(1)",
    ] {
        let mut client = platform();
        let page = client
            .get(&format!(
                "/sign-in?next={}",
                utf8_percent_encode(next, NON_ALPHANUMERIC)
            ))
            .await;
        page.says("name=\"next\" value=\"/\"");
        let mut client = hanako().await;
        let fields = [("wish", "open"), ("key", KEY), ("back", next)];
        let answer = client.post("/devices/dev_bed/commands", &fields).await;
        assert_eq!(answer.to(), "/?told=sent#dev_bed");
        assert!(answer.headers.get("set-cookie").is_none());
    }
}

/// IDOR (T3-10 EP① unauthorised access): a resident of another house names things of this one.
#[tokio::test]
async fn idor_a_neighbour_sees_and_moves_nothing() {
    let mut jiro = neighbour().await;
    for path in [
        "/devices/dev_bed",
        "/schedules/sch_morning",
        "/schedules/sch_morning/delete",
        "/history?device=dev_bed",
    ] {
        let page = jiro.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.is_silent_about("寝室").is_silent_about("田中");
    }
    for (path, fields) in [
        ("/devices/dev_bed/commands", OPEN),
        ("/schedules/sch_morning/delete", &[("version", "3")][..]),
        ("/schedules/sch_morning/pause", &[("pause", "paused"), ("version", "3")]),
        ("/pair/grant_hanako/end", &[]),
        ("/settings/home", &[("home", HOME)]),
    ] {
        assert_eq!(jiro.post(path, fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(jiro.house.arrived().is_empty());
    let own = jiro.get("/").await;
    own.says("佐藤家").is_silent_about("田中");
}

/// IDOR by cookie: the home that is looked at is a preference, and no right.
#[tokio::test]
async fn idor_a_forged_home_cookie_opens_no_other_home() {
    let mut jiro = neighbour().await;
    for forged in [HOME, "home_", "../../etc", "home_a; drop"] {
        jiro.cookies.insert("tomori-home".to_owned(), forged.to_owned());
        jiro.get("/").await.says("佐藤家").is_silent_about("田中");
    }
}

/// IDOR on sessions: somebody ends another person's session by its name.
#[tokio::test]
async fn idor_no_one_ends_anothers_session() {
    let client = hanako().await;
    let mut jiro = client.other();
    jiro.sign_in(JIRO).await;
    assert_eq!(
        jiro.post("/settings/sessions/session1/end", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(client.clone().get("/").await.status, StatusCode::OK);
}

/// Stored XSS (T3-11 EP⑨ leaking): names carry markup on every page that shows them.
#[tokio::test]
async fn xss_in_names_stays_text_on_every_page() {
    const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut client = hanako().await;
    client.house.lock().people[0].name = EVIL.to_owned();
    client.house.change(HOME, |home| {
        home.house.name = EVIL.to_owned();
        for view in &mut home.house.devices {
            view.device.name = EVIL.to_owned();
            view.device.room = format!("{EVIL}{}", view.device.id);
        }
        for view in &mut home.schedules {
            view.resident_name = Some(EVIL.to_owned());
        }
        let first = home.history[0].clone();
        if let Happened::Command {
            mut device,
            mut command,
        } = first.what
        {
            device.name = EVIL.to_owned();
            device.room = EVIL.to_owned();
            command.who = tomori_app::port::Who::Resident {
                name: Some(EVIL.to_owned()),
                at_home: true,
            };
            home.history.insert(
                0,
                HistoryEntry {
                    at: first.at,
                    what: Happened::Command { device, command },
                },
            );
        }
        home.last_editor = Some(EVIL.to_owned());
    });
    for path in [
        "/",
        "/devices/dev_bed",
        "/schedules",
        "/schedules/new",
        "/schedules/sch_morning",
        "/schedules/sch_morning/delete",
        "/history",
        "/history?device=dev_bed",
        "/pair",
        "/settings",
    ] {
        let page = client.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.is_silent_about("<script>alert")
            .is_silent_about("<img")
            .says("&#60;script&#62;alert(1)");
    }
    let conflict = client
        .post(
            "/schedules/sch_morning",
            &[
                ("device", "dev_bed"),
                ("deed", "open"),
                ("at", "clock"),
                ("time", "7:00"),
                ("day", "1"),
                ("pause", "running"),
                ("version", "1"),
            ],
        )
        .await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    conflict
        .is_silent_about("<script>alert")
        .says("&#60;script&#62;alert(1)");
}

/// Reflected XSS: what comes in the address or a form comes back as text, or not at all.
#[tokio::test]
async fn xss_in_addresses_and_forms_comes_back_as_text() {
    const EVIL: &str = "\"><script>alert(1)</script>";
    let encoded = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let mut client = hanako().await;
    for path in [
        "/?told=",
        "/history?device=",
        "/history?before=",
        "/sign-in?next=",
        "/manifest.webmanifest?lang=",
    ] {
        client
            .get(&format!("{path}{encoded}"))
            .await
            .is_silent_about("<script>alert");
    }
    client
        .get(&format!("/{encoded}"))
        .await
        .is_silent_about("<script>alert");
    let form = [
        ("device", EVIL),
        ("deed", EVIL),
        ("time", EVIL),
        ("offset", EVIL),
        ("until", EVIL),
        ("at", EVIL),
    ];
    client
        .post("/schedules", &form)
        .await
        .is_silent_about("<script>alert")
        .says("&#60;script&#62;");
    client
        .post("/sign-in", &[("login", EVIL)])
        .await
        .is_silent_about("<script>alert");
}

/// Flooding with large forms (T3-10 EP① denial of service): refused at the bound, in words.
#[tokio::test]
async fn oversized_and_broken_bodies_are_refused_in_words() {
    let client = hanako().await.in_english();
    let large = format!("csrf={}&x={}", client.csrf, "a".repeat(17 * 1024)).into_bytes();
    let many = format!("csrf={}{}", client.csrf, "&a=b".repeat(100)).into_bytes();
    for (body, status, says) in [
        (large, StatusCode::PAYLOAD_TOO_LARGE, "Too large."),
        (many, StatusCode::PAYLOAD_TOO_LARGE, "Too large."),
        (b"csrf=%ff".to_vec(), StatusCode::BAD_REQUEST, "Not readable."),
        (b"\xff\xfe".to_vec(), StatusCode::BAD_REQUEST, "Not readable."),
    ] {
        let page = client
            .clone()
            .send(Method::POST, "/devices/dev_bed/commands", Some(body))
            .await;
        assert_eq!(page.status, status);
        page.says(says).says("Nothing has changed.");
    }
    assert!(client.house.arrived().is_empty());
}

/// Guessed or malformed session cookies (T3-11 EP⑨ unauthorised sign-in).
#[tokio::test]
async fn a_made_up_session_is_no_session() {
    for token in [
        "",
        "x",
        "token-1",
        &"a".repeat(10_000),
        "token-1-0123456789abcdef0123456789abcdeg",
    ] {
        let mut client = hanako().await;
        client.cookies.insert("__Host-tomori".to_owned(), token.to_owned());
        assert_eq!(client.get("/").await.to(), "/sign-in", "{token:.40}");
    }
    // The name without `__Host-` is not read where TLS is: a neighbour host could set that one.
    let mut client = hanako().await;
    let token = client.cookies.remove("__Host-tomori").unwrap();
    client.cookies.insert("tomori".to_owned(), token);
    assert_eq!(client.get("/").await.to(), "/sign-in");
}

/// Session fixation: a token that was there before signing in is not the one after it.
#[tokio::test]
async fn a_planted_session_cookie_is_replaced_at_sign_in() {
    let mut client = platform();
    client.cookies.insert("__Host-tomori".to_owned(), "planted".to_owned());
    client.sign_in(HANAKO).await;
    assert_ne!(client.cookies["__Host-tomori"], "planted");
}

/// Brute force (T3-11 EP⑨ unauthorised sign-in): the lockout of the port is told, with the time to wait.
#[tokio::test]
async fn brute_force_meets_the_lockout() {
    let mut client = platform().in_english();
    for _ in 0..5 {
        let answer = client
            .post(
                "/sign-in",
                &[("login", HANAKO), ("password", "guess"), ("code", "000000")],
            )
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let answer = client.sign_in_only().await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "600")
    );
    answer.says("Please wait about 10 min");
    assert!(client.cookies.is_empty());
}

/// A replayed form (T3-10 EP① tampering): the same key from the same resident acts once, whatever it says now.
#[tokio::test]
async fn a_replayed_form_acts_once() {
    let mut client = hanako().await;
    client.post("/devices/dev_bed/commands", OPEN).await;
    client
        .post("/devices/dev_bed/commands", &[("wish", "close"), ("key", KEY)])
        .await;
    assert_eq!(client.house.arrived().len(), 1);
}

/// Clickjacking and sniffing: no page is framed, no answer is guessed at.
#[tokio::test]
async fn no_page_can_be_framed() {
    for path in ["/sign-in", "/offline", "/nowhere"] {
        let page = platform().get(path).await;
        assert!(
            page.header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
    }
}

/// Addresses that are no text, or say a thing twice: answered in words, as if nothing had been said.
#[tokio::test]
async fn broken_addresses_are_answered_in_words() {
    let mut client = hanako().await.in_english();
    for (path, status) in [
        ("/?told=%ff", StatusCode::OK),
        ("/?told=sent&told=saved", StatusCode::OK),
        ("/history?before=%00", StatusCode::OK),
        ("/devices/%ff", StatusCode::NOT_FOUND),
        ("/schedules/%00", StatusCode::NOT_FOUND),
    ] {
        let page = client.get(path).await;
        assert_eq!(page.status, status, "{path}");
        page.says("</html>");
    }
    let page = client.get("/sign-out").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    page.says("Not found.");
}
