//! What changes, as it changes (server-sent events).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::presence::Stay;
use crate::desk::Desk;
use crate::door::{AtBoard, Failure, Seat, Street};
use crate::partner::Standing;

/// How often a quiet stream says that it is still there. Each time the session is looked at again, and the page redraws its
/// clocks.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The first change is told at once; those that come within this time after it are told together: a burst of alarms is two
/// looks at the board.
const GATHER: Duration = Duration::from_millis(100);

struct Following {
    desk: Desk,
    secret: String,
    changes: watch::Receiver<u64>,
    road: watch::Receiver<Standing>,
    beat: Instant,
    /// Before this moment changes are gathered.
    gather_until: Instant,
    is_over: bool,
    _stay: Stay,
}

/// `GET /board/events`: `change` when the board is another one, `goodbye` when the session has ended.
pub(super) async fn events(State(desk): State<Desk>, at: AtBoard) -> Result<Response, Failure> {
    follow(desk, at.seat)
}

/// `GET /duty/events`: the same for a guard's phone.
pub(crate) async fn street_events(State(desk): State<Desk>, at: Street) -> Result<Response, Failure> {
    follow(desk, at.seat)
}

fn follow(desk: Desk, seat: Seat) -> Result<Response, Failure> {
    let stay = desk.inner.presence.stay(&seat.viewer.staff);
    let stay = stay.ok_or(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-windows"))?;
    let changes = desk.inner.cases.changes();
    let road = desk.inner.partner.standing();
    let following = Following {
        desk,
        secret: seat.secret,
        changes,
        road,
        beat: Instant::now() + HEARTBEAT,
        gather_until: Instant::now(),
        is_over: false,
        _stay: stay,
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

impl Following {
    async fn next(&mut self) -> Option<Event> {
        if self.is_over {
            return None;
        }
        let shutdown = self.desk.inner.shutdown.clone();
        tokio::select! {
            () = shutdown.wait() => None,
            changed = self.changes.changed() => {
                changed.ok()?;
                sleep_until(self.gather_until).await;
                self.gather_until = Instant::now() + GATHER;
                self.changes.mark_unchanged();
                Some(Event::default().event("change").data("{}"))
            }
            changed = self.road.changed() => {
                changed.ok()?;
                Some(Event::default().event("change").data("{}"))
            }
            () = sleep_until(self.beat) => {
                self.beat = Instant::now() + HEARTBEAT;
                let still = self.desk.door.people.viewer_of_session(&self.secret).await;
                if matches!(still, Ok(Some(_))) {
                    return Some(Event::default().event("beat").data("{}"));
                }
                self.is_over = true;
                Some(Event::default().event("goodbye").data("{}"))
            }
        }
    }
}
