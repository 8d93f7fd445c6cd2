//! Live events of a home (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tomori_smart_home::HomeId;

use super::feed::{Feed, Hint, Listening, Seat};
use super::{Api, shape};
use crate::door::{Failure, HomeOf, Knock};

/// How often a quiet stream says that it is still there. Each time the caller's right is looked at again.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Follows what changes in a home: `change` says where to look again (JSON), `resync` says to look everywhere (events
/// were lost, or the caller read too slowly), `goodbye` that the caller's right has ended. A comment comes every 15 s.
/// Whoever comes back with `Last-Event-ID` gets what was missed, as far as it is remembered.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/events", tag = "history",
    params(
        ("home" = String, Path, description = "The home."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event the caller had."),
    ),
    responses(
        (status = 200, description = "A stream that does not end by itself.", body = String, content_type = "text/event-stream"),
        (status = 429, description = "Too many streams.", body = shape::Problem, content_type = "application/problem+json"),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn stream(
    State(api): State<Api>,
    HomeOf { home, viewer, .. }: HomeOf,
    knock: Knock,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let Some(Listening { hints, missed, seat }) = api.inner.feed.listen(&viewer.person, last) else {
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-streams").retry_after(30));
    };
    let mut waiting = Vec::new();
    match missed {
        Some(missed) => waiting.extend(missed.into_iter().filter(|hint| hint.home == home).map(Item::Hint)),
        None => waiting.push(Item::Resync),
    }
    // Carries an id, so that whoever loses the line before anything happens can come back with it.
    waiting.push(Item::Hello);
    waiting.reverse();
    let following = Following {
        api,
        home,
        knock,
        hints,
        waiting,
        beat: Instant::now() + HEARTBEAT,
        over: false,
        _seat: seat,
    };
    let events = stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    let mut response = Sse::new(events).into_response();
    // Proxies must not hold events back.
    let name = HeaderName::from_static("x-accel-buffering");
    response.headers_mut().insert(name, HeaderValue::from_static("no"));
    Ok(response)
}

enum Item {
    Hello,
    Hint(Arc<Hint>),
    Resync,
}

struct Following {
    api: Api,
    home: HomeId,
    knock: Knock,
    hints: tokio::sync::broadcast::Receiver<Arc<Hint>>,
    waiting: Vec<Item>,
    beat: Instant,
    over: bool,
    _seat: Seat,
}

impl Following {
    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        if let Some(item) = self.waiting.pop() {
            return Some(event(&self.api.inner.feed, &item));
        }
        loop {
            tokio::select! {
                hint = self.hints.recv() => match hint {
                    Ok(hint) if hint.home == self.home => return Some(event(&self.api.inner.feed, &Item::Hint(hint))),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        // Too slow: told so and let go; the browser comes back by itself.
                        self.over = true;
                        return Some(event(&self.api.inner.feed, &Item::Resync));
                    }
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep_until(self.beat) => {
                    self.beat = Instant::now() + HEARTBEAT;
                    if !self.knock.still_lives_in(&self.api.door, &self.home).await {
                        self.over = true;
                        return Some(Event::default().event("goodbye").data("{}"));
                    }
                    return Some(Event::default().comment("still here"));
                }
            }
        }
    }
}

fn event(feed: &Feed, item: &Item) -> Event {
    match item {
        Item::Hello => Event::default().event("hello").id(feed.now()).data("{}"),
        Item::Resync => Event::default().event("resync").id(feed.now()).data("{}"),
        Item::Hint(hint) => {
            let data = serde_json::to_string(&hint.what).unwrap_or_else(|_| "{}".to_owned());
            Event::default().event("change").id(feed.id(hint.number)).data(data)
        }
    }
}
