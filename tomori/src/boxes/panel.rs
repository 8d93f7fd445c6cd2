//! The panel at the door (T2-5 step 6): the number that a guard reads and signs, large, for whoever stands there.
//!
//! Architecture invariant: the number leaves the gateway by this page and by nothing else. It listens on an address of
//! this machine only, the display's, which the configuration sees to; no message to the platform has a place for it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Query, Request, State};
use axum::middleware::Next;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt as _};
use http::header::{ACCEPT_LANGUAGE, HOST};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_stream::wrappers::IntervalStream;
use tomori_gateway::{House, Panel};
use tomori_look::{Html, Icon, Page, Width, empty_state, fragment, language_switch, live, qr};
use tomori_runtime::http::{Door, secure, serve};
use tomori_runtime::i18n::Lang;
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::Limits;

use crate::words::say;

/// How often the page is told to look again: it counts seconds down.
const TICK: Duration = Duration::from_secs(1);
/// How often an address that somebody else holds is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// A display, and somebody who looks at it.
const LIMITS: Limits = Limits {
    handshake_timeout: Duration::from_secs(5),
    connections: 16,
    handshakes: 4,
    per_address: 16,
};

/// What the panel takes the number from.
trait Shown: Clone + Send + Sync + 'static {
    /// What is shown now; `None` while there is nothing to open.
    fn panel(&self) -> Option<Panel>;
}

impl Shown for House {
    fn panel(&self) -> Option<Panel> {
        Self::panel(self)
    }
}

#[derive(Clone)]
struct Board<S> {
    shown: S,
    shutdown: Shutdown,
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

/// Serves the panel until the shutdown.
pub(super) async fn keep_open(listen: SocketAddr, house: House, shutdown: Shutdown) {
    let listener = loop {
        match TcpListener::bind(listen).await {
            Ok(listener) => break listener,
            Err(error) => {
                tracing::error!(%listen, %error, "nothing can listen for the panel at the door; stop the program that holds the address, or change security_company.panel")
            }
        }
        tokio::select! {
            () = tokio::time::sleep(TRY_AGAIN) => {}
            () = shutdown.wait() => return,
        }
    };
    tracing::info!(%listen, "the panel at the door is served");
    let door = Door {
        listener,
        tls: None,
        limits: LIMITS,
    };
    serve(door, router(house, shutdown.clone()), shutdown).await;
}

/// The page at `/`, and what it lives from.
fn router<S: Shown>(shown: S, shutdown: Shutdown) -> Router {
    let pages = Router::new()
        .route("/", get(page::<S>))
        .route("/parts", get(parts::<S>))
        .route("/events", get(events::<S>))
        .route("/language", post(language))
        .with_state(Board { shown, shutdown })
        .layer(axum::middleware::from_fn(named_by_address));
    secure(pages.merge(tomori_look::router()))
}

async fn page<S: Shown>(State(board): State<Board<S>>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    let lang = wish.lang(&headers);
    let title = say(lang, "panel-title", &[]);
    let lost = say(lang, "panel-lost", &[]);
    let body = body(board.shown.panel(), lang);
    let followed = live("/events", &format!("/parts?lang={lang}"), &lost, &body);
    let body = Html::trusted(format!("<h1>{}</h1>{followed}", Html::text(&title)));
    Page::new(lang, "Tomori 灯守", &title, body)
        .width(Width::Broad)
        .home(&format!("/?lang={lang}"))
        .aside(language_switch(lang, "/language", "/"))
        .trusted_types()
        .into_response()
}

async fn parts<S: Shown>(State(board): State<Board<S>>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    fragment(body(board.shown.panel(), wish.lang(&headers)))
}

async fn events<S: Shown>(State(board): State<Board<S>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let Board { shown, shutdown } = board;
    let mut was_shown = false;
    let ticks = IntervalStream::new(tokio::time::interval(TICK)).filter_map(move |_| {
        let is_shown = shown.panel().is_some();
        // Nothing changes on a panel that shows nothing.
        let is_new = is_shown || std::mem::replace(&mut was_shown, is_shown);
        was_shown = is_shown;
        std::future::ready(is_new.then(|| Ok(Event::default().event("change").data("panel"))))
    });
    let until_the_end = ticks.take_until(async move { shutdown.wait().await });
    Sse::new(until_the_end).keep_alive(KeepAlive::default())
}

#[derive(Debug, Deserialize)]
struct Chosen {
    lang: String,
}

async fn language(Form(chosen): Form<Chosen>) -> Redirect {
    let lang: Lang = chosen.lang.parse().unwrap_or_default();
    Redirect::to(&format!("/?lang={lang}"))
}

/// A name that an attacker's DNS points at this machine is not how people come here (T3-10 EP⑨).
async fn named_by_address(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_matches(['[', ']']);
    if name == "localhost" || name.parse::<IpAddr>().is_ok() {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

fn body(panel: Option<Panel>, lang: Lang) -> Html {
    let word = |key: &str| say(lang, key, &[]);
    let Some(panel) = panel else {
        let empty = empty_state(
            Icon::House,
            &word("panel-none-head"),
            &word("panel-none-text"),
            &Html::empty(),
        );
        return Html::trusted(format!("<section class=\"card\" data-part=\"panel\">{empty}</section>"));
    };
    let seconds = panel.left_ms.div_ceil(1000);
    let left = say(lang, "panel-left", &[("seconds", seconds.into())]);
    // Somebody who cannot see the panel hears each new number once, digit by digit, and not each second.
    let spoken: Vec<String> = panel.code.chars().map(|digit| digit.to_string()).collect();
    let picture = qr(lang, &panel.code.replace(' ', ""), &word("panel-qr")).unwrap_or_else(|_| Html::empty());
    Html::trusted(format!(
        "<section class=\"card\" data-part=\"panel\" data-say=\"{}\"><p>{}</p>\
         <p class=\"panel-code\" data-code=\"{code}\">{code}</p>\
         <p><progress max=\"30\" value=\"{seconds}\" aria-hidden=\"true\"></progress> {}</p>{picture}\
         <p class=\"soft small\">{} <span class=\"ident\">{}</span></p></section>",
        Html::text(spoken.join(" ").trim()),
        Html::text(&word("panel-read")),
        Html::text(&left),
        Html::text(&word("panel-incident")),
        Html::text(panel.incident.as_str()),
        code = Html::text(&panel.code),
    ))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Clone)]
    struct Fixed(Option<Panel>);

    impl Shown for Fixed {
        fn panel(&self) -> Option<Panel> {
            self.0.clone()
        }
    }

    fn open() -> Fixed {
        Fixed(Some(Panel {
            incident: "inc_1".parse().unwrap(),
            code: "0034 5678".to_owned(),
            left_ms: 12_001,
        }))
    }

    async fn get(shown: Fixed, host: &str, path: &str) -> (StatusCode, String) {
        let (_trigger, shutdown) = Shutdown::new();
        let request = Request::builder().uri(path).header(HOST, host).body(Body::empty());
        let answer = router(shown, shutdown).oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_number_is_shown_with_the_seconds_it_has_left() {
        let (status, page) = get(open(), "127.0.0.1:9443", "/?lang=en").await;
        assert_eq!(status, 200);
        assert!(page.contains("data-code=\"0034 5678\""), "{page}");
        assert!(page.contains("13 more seconds"), "{page}");
        assert!(page.contains("<svg"), "a picture for a phone");
        let (_, part) = get(open(), "localhost", "/parts?lang=ja").await;
        assert!(part.contains("あと 13 秒"), "{part}");
    }

    #[tokio::test]
    async fn without_an_incident_there_is_no_number() {
        let (status, page) = get(Fixed(None), "127.0.0.1", "/?lang=en").await;
        assert_eq!(status, 200);
        assert!(!page.contains("data-code"), "{page}");
        assert!(page.contains("There is no number"), "{page}");
    }

    /// T3-10 EP⑨, なりすまし: a page elsewhere whose name is pointed at the display reads the number.
    #[tokio::test]
    async fn a_page_of_another_name_does_not_read_the_number() {
        for host in ["rebound.example", "rebound.example:9443", ""] {
            let (status, page) = get(open(), host, "/parts").await;
            assert_eq!(status, 421, "{host}");
            assert!(!page.contains("0034"));
        }
    }
}
