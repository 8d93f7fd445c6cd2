//! The line over which a page hears that something changed. It carries no facts: the page asks for them, as the person
//! it belongs to.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _};

use super::App;
use super::visitor::Visitor;
use crate::port::{Change, HousePort};

/// A line ends after this long and the browser opens a new one: a session that ended meanwhile does not live on.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// How often a quiet line is checked: that it stands, and that its session does.
const CHECK_EVERY: Duration = Duration::from_secs(15);
/// Changes closer together than this are one.
const GATHER: Duration = Duration::from_millis(50);

/// `GET /events`
pub(crate) async fn stream(State(app): State<App>, visitor: Visitor) -> Response {
    let changes = app.port.changes(&visitor.viewer, &visitor.home.id);
    let events = follow(app.port, visitor.token, changes);
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(CHECK_EVERY).text("here"))
        .into_response();
    response
        .headers_mut()
        .insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    response
}

fn follow(
    port: std::sync::Arc<dyn HousePort>,
    token: String,
    changes: futures_util::stream::BoxStream<'static, Change>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let ends_at = tokio::time::Instant::now() + LONGEST;
    futures_util::stream::unfold((port, token, changes), move |(port, token, mut changes)| async move {
        loop {
            let heard = tokio::select! {
                change = changes.next() => Some(change?),
                () = tokio::time::sleep(CHECK_EVERY) => None,
                () = tokio::time::sleep_until(ends_at) => return None,
            };
            if heard.is_some() {
                gather(&mut changes).await;
            }
            // Whoever signed out, or was signed out, hears nothing more.
            if !matches!(port.viewer(&token).await, Ok(Some(_))) {
                return None;
            }
            if let Some(change) = heard {
                let about = change
                    .device
                    .map_or_else(|| "house".to_owned(), |device| device.to_string());
                return Some((Ok(Event::default().event("change").data(about)), (port, token, changes)));
            }
        }
    })
}

/// Takes what comes right behind a change, so that a shutter's busy second is one event.
async fn gather(changes: &mut futures_util::stream::BoxStream<'static, Change>) {
    let until = tokio::time::Instant::now() + GATHER;
    while let Ok(Some(_)) = tokio::time::timeout_at(until, changes.next()).await {}
}
