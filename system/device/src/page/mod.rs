//! The house for people and scripts: a page that draws it, and a control door in JSON.
//!
//! The page works without script: every button is a form. With script it follows the truth (`live.js`), and the
//! shutters move as they move (`house.js`). The door has no lock: whoever reaches it can operate the house, which
//! is what it is for, so it belongs on an address of this machine only. Other sites in the same browser are kept out.

mod api;
mod drawing;
mod form;
mod guard;
mod item;
mod state;
mod view;
mod words;

use std::convert::Infallible;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt as _};
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use tomori_look::{Asset, Assets, Page, Width, fragment, language_switch, live};
use tomori_runtime::http::secure;
use tomori_runtime::i18n::Lang;

use crate::house::VirtualHouse;
pub(crate) use words::say;

static FILES: LazyLock<Assets> = LazyLock::new(|| {
    Assets::new(
        "/house",
        &[
            Asset {
                name: "house.css",
                mime: "text/css; charset=utf-8",
                body: include_bytes!("../../assets/house.css"),
            },
            Asset {
                name: "house.js",
                mime: "text/javascript; charset=utf-8",
                body: include_bytes!("../../assets/house.js"),
            },
        ],
    )
});

/// The page, its files (the design system's under `/look` among them), its events, and the control door under
/// `/api`. A server of its own serves it: the page lives at `/`.
///
/// | Path | What |
/// |---|---|
/// | `GET /` | the page; `?lang=ja` or `en`, else by `Accept-Language` |
/// | `GET /events` | server-sent events, `change` with a node's id at each change |
/// | `GET /api/nodes`, `/api/nodes/{id}` | how things stand |
/// | `GET /api/nodes/{id}/sets` | the frames that set something and reached the node |
/// | `POST /api/nodes/{id}/hand` | `{"operation":"open"}`, `{"operation":"temperature","value":25}` … |
/// | `POST /api/nodes/{id}/jam` | `{"jammed":true}` |
/// | `POST /api/nodes/{id}/power` | `{"on":false}` |
/// | `POST /api/nodes/{id}/remote` | `{"permitted":false}` |
/// | `POST /api/nodes/{id}/line` | `{"direction":"toDevice","disturbance":"delay","millis":500,"frames":3}` |
/// | `DELETE /api/nodes/{id}/line` | the line is calm again |
/// | `POST /api/nodes/{id}/noise` | `{"datagrams":20}` |
pub fn router(house: &VirtualHouse) -> Router {
    let pages = Router::new()
        .route("/", get(page))
        .route("/parts", get(parts))
        .route("/events", get(events))
        .route("/language", post(form::language))
        .route("/nodes/{id}/{act}", post(form::act))
        .merge(api::router())
        .with_state(house.clone())
        .layer(axum::middleware::from_fn(guard::same_site));
    secure(pages.merge(FILES.router()).merge(tomori_look::router()))
}

/// In which language, when the reader says it in the address.
#[derive(Debug, Deserialize)]
struct Wish {
    #[serde(default)]
    lang: String,
}

impl Wish {
    fn lang(&self, headers: &HeaderMap) -> Lang {
        self.lang.parse().unwrap_or_else(|_| {
            Lang::from_accept_language(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
        })
    }
}

async fn page(State(house): State<VirtualHouse>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    let lang = wish.lang(&headers);
    let title = house.name().get(lang).to_owned();
    let body = view::body(&house.nodes(), &title, lang);
    let followed = live(
        "/events",
        &format!("/parts?lang={lang}"),
        &say(lang, "live-lost", &[]),
        &body,
    );
    Page::new(
        lang,
        &say(lang, "product", &[]),
        &title,
        view::around(&title, FILES.path("house.css"), lang, &followed),
    )
    .width(Width::Desk)
    .home(&format!("/?lang={lang}"))
    .aside(language_switch(lang, "/language", "/"))
    .script(FILES.path("house.js"))
    .trusted_types()
    .into_response()
}

async fn parts(State(house): State<VirtualHouse>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    let lang = wish.lang(&headers);
    fragment(view::body(&house.nodes(), house.name().get(lang), lang))
}

async fn events(State(house): State<VirtualHouse>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let shutdown = house.shutdown();
    let changes = BroadcastStream::new(house.changes()).map(|change| {
        // Who fell behind has missed changes, and is told to look at everything.
        let node = change.map(|change| change.node).unwrap_or_default();
        Ok(Event::default().event("change").data(node))
    });
    let until_the_end = changes.take_until(async move { shutdown.wait().await });
    Sse::new(until_the_end).keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests;
