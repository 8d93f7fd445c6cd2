//! Every route, asked by everybody, against a golden table: what changes here changes who may do what.
//!
//! `UPDATE_GOLDEN=1 cargo test -p tomori-app` writes the table anew; look at its difference before you keep it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::Method;

use crate::client::{Client, platform, signed_in};
use crate::memory::{HANAKO, JIRO};

/// A route, an address of it in the first home, and the fields its form needs besides the token.
struct Asked {
    method: Method,
    route: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

const fn get(route: &'static str, path: &'static str) -> Asked {
    Asked {
        method: Method::GET,
        route,
        path,
        fields: &[],
    }
}

const fn post(route: &'static str, path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Asked {
    Asked {
        method: Method::POST,
        route,
        path,
        fields,
    }
}

const SCHEDULE: &[(&str, &str)] = &[
    ("device", "dev_bed"),
    ("deed", "close"),
    ("at", "clock"),
    ("time", "21:00"),
    ("day", "0"),
    ("pause", "running"),
    ("version", "3"),
];

const ROUTES: &[Asked] = &[
    get("/", "/"),
    get("/events", "/events"),
    get("/devices/{device}", "/devices/dev_bed"),
    post(
        "/devices/{device}/commands",
        "/devices/dev_bed/commands",
        &[("wish", "open"), ("key", KEY)],
    ),
    get("/schedules", "/schedules"),
    post("/schedules", "/schedules", SCHEDULE),
    get("/schedules/new", "/schedules/new"),
    post("/schedules/preview", "/schedules/preview", SCHEDULE),
    get("/schedules/{schedule}", "/schedules/sch_morning"),
    post("/schedules/{schedule}", "/schedules/sch_morning", SCHEDULE),
    post(
        "/schedules/{schedule}/pause",
        "/schedules/sch_morning/pause",
        &[("pause", "paused"), ("version", "3")],
    ),
    get("/schedules/{schedule}/delete", "/schedules/sch_morning/delete"),
    post(
        "/schedules/{schedule}/delete",
        "/schedules/sch_morning/delete",
        &[("version", "3")],
    ),
    get("/guard", "/guard"),
    post("/guard/arm", "/guard/arm", &[("mode", "away")]),
    post("/guard/disarm", "/guard/disarm", &[("code", "135790")]),
    post(
        "/guard/codes",
        "/guard/codes",
        &[("code", "135790"), ("duress", "135791")],
    ),
    get("/incidents", "/incidents"),
    get("/incidents/{incident}", "/incidents/inc_window"),
    get("/incidents/{incident}/file", "/incidents/inc_window/file"),
    post(
        "/incidents/{incident}/close",
        "/incidents/inc_window/close",
        &[("closing", "falseAlarm"), ("report", "猫")],
    ),
    get("/history", "/history?device=dev_bed"),
    get("/pair", "/pair"),
    post("/pair", "/pair", &[]),
    post("/pair/redeem", "/pair/redeem", &[("secret", "nothing")]),
    post("/pair/{grant}/end", "/pair/grant_hanako/end", &[]),
    get("/sign-in", "/sign-in"),
    post(
        "/sign-in",
        "/sign-in",
        &[("login", "nobody"), ("password", "x"), ("code", "000000")],
    ),
    post("/sign-out", "/sign-out", &[]),
    post("/language", "/language", &[("lang", "en"), ("next", "/")]),
    get("/settings", "/settings"),
    post("/settings/home", "/settings/home", &[("home", "home_a")]),
    post(
        "/settings/password",
        "/settings/password",
        &[
            ("current", "a calm light at night"),
            // The code of the moment in which these tests stand.
            ("code", "487760"),
            ("new", "an even calmer light"),
            ("again", "an even calmer light"),
        ],
    ),
    post(
        "/settings/sessions/{session}/end",
        "/settings/sessions/session1/end",
        &[],
    ),
    get("/manifest.webmanifest", "/manifest.webmanifest"),
    get("/sw.js", "/sw.js"),
    get("/offline", "/offline"),
];

async fn ask(client: &mut Client, asked: &Asked, token: bool) -> String {
    let answer = match (&asked.method, token) {
        (&Method::GET, _) => client.get(asked.path).await,
        (_, true) => client.post(asked.path, asked.fields).await,
        (_, false) => client.post_plain(asked.path, asked.fields).await,
    };
    let place = answer
        .headers
        .get("location")
        .map_or_else(String::new, |to| format!(" {}", to.to_str().unwrap()));
    format!("{}{place}", answer.status.as_u16())
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let mut table =
        String::from("route | signed out | lives there | lives elsewhere | without the token | from another site\n");
    for asked in ROUTES {
        // Each question to a house of its own, so that no answer depends on the one before.
        let mut out = platform();
        let mut resident = signed_in(HANAKO).await;
        // The session named in the routes is somebody else's to the neighbour.
        let mut neighbour = signed_in(HANAKO).await.other();
        neighbour.sign_in(JIRO).await;
        let mut tokenless = signed_in(HANAKO).await;
        let mut foreign = signed_in(HANAKO)
            .await
            .with("origin", "https://evil.example")
            .with("sec-fetch-site", "cross-site");
        let _ = writeln!(
            table,
            "{} {} | {} | {} | {} | {} | {}",
            asked.method,
            asked.route,
            ask(&mut out, asked, true).await,
            ask(&mut resident, asked, true).await,
            ask(&mut neighbour, asked, true).await,
            ask(&mut tokenless, asked, false).await,
            ask(&mut foreign, asked, true).await,
        );
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/app/matrix.golden");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &table).unwrap();
    }
    let kept = std::fs::read_to_string(golden).unwrap();
    for (kept, now) in kept.lines().zip(table.lines()) {
        assert_eq!(kept, now);
    }
    assert_eq!(kept.lines().count(), table.lines().count());
}

#[test]
fn every_route_is_in_the_table() {
    let source = include_str!("../../src/http/mod.rs");
    let mut mounted = BTreeSet::new();
    for rest in source.split(".route(").skip(1) {
        let (path, rest) = rest.trim_start().trim_start_matches('"').split_once('"').unwrap();
        let handlers = rest.split(".route(").next().unwrap().split(".layer(").next().unwrap();
        for (method, word) in [("GET", "get("), ("POST", "post(")] {
            if handlers.contains(word) {
                mounted.insert(format!("{method} {path}"));
            }
        }
    }
    let asked: BTreeSet<_> = ROUTES
        .iter()
        .map(|asked| format!("{} {}", asked.method, asked.route))
        .collect();
    assert_eq!(mounted, asked);
    assert!(asked.len() > 25);
}
