//! What makes the pages an app: the manifest, the service worker, the page for the time without a line.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tomori_look::{Html, Page};
use tomori_runtime::i18n::Lang;

use super::FILES;
use super::shell::Query;
use super::visitor::Guest;
use crate::say::Say;

const SERVICE_WORKER: &str = include_str!("../../assets/sw.js");

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    say: Say,
}

/// `GET /manifest.webmanifest?lang=ja`
pub(crate) async fn manifest(guest: Guest, query: Query) -> Response {
    let say = Say::new(query.lang.parse::<Lang>().unwrap_or(guest.say.lang));
    let icon = |name: &str, sizes: &str, mime: &str, purpose: &str| serde_json::json!({ "src": tomori_look::path(name), "sizes": sizes, "type": mime, "purpose": purpose });
    let shortcut = |name: String, url: &str| {
        serde_json::json!({
            "name": name,
            "url": url,
            "icons": [icon("icon-192.png", "192x192", "image/png", "any")],
        })
    };
    let manifest = serde_json::json!({
        "id": "/",
        "name": say.text("manifest-name"),
        "short_name": say.text("manifest-short-name"),
        "description": say.text("manifest-description"),
        "lang": say.lang.tag(),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf9f3",
        "theme_color": "#1b1f45",
        "categories": ["lifestyle", "utilities"],
        "icons": [
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
            icon("icon-maskable-512.png", "512x512", "image/png", "maskable"),
            icon("mark.svg", "any", "image/svg+xml", "any"),
            icon("mark-maskable.svg", "any", "image/svg+xml", "maskable"),
        ],
        "shortcuts": [
            shortcut(say.text("nav-schedules"), "/schedules"),
            shortcut(say.text("nav-history"), "/history"),
        ],
    });
    let mut response = manifest.to_string().into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/manifest+json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// `GET /sw.js`: the worker, with the list of files of this very build in front. A new build is a new worker.
pub(crate) async fn service_worker() -> Response {
    let files: Vec<&str> = tomori_look::paths().chain(FILES.paths()).collect();
    let script = format!("const FILES = {};\n{SERVICE_WORKER}", serde_json::json!(files));
    let mut response = script.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/javascript; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// `GET /offline`: kept on the phone. It holds nothing of anybody; what the phone remembers, its script fills in.
pub(crate) async fn offline(guest: Guest) -> Response {
    let say = guest.say;
    let product = say.text("app-name");
    let title = say.text("offline-title");
    Page::new(say.lang, &product, &title, Html::of(&OfflinePage { say }))
        .script(FILES.path("offline.js"))
        .trusted_types()
        .into_response()
}
