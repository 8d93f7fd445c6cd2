//! The feed: in parts, as a stream, acknowledged; and who is there.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::watch;
use tomori_partner_link::{Acknowledgement, Beat, Change, Heartbeat, MOST_CHANGES, Page};
use tomori_runtime::clock::after;
use tomori_smart_home::CompanyId;

use super::Partner;
use super::caller::Caller;
use super::words;
use crate::door::{Asked, Body, Failure};

/// Live streams of one company at the same time: its servers, and one that has not noticed its end.
const MOST_STREAMS: usize = 4;
/// Changes that a stream reads at once.
const READ: u32 = 50;

/// Which part of the feed.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Which {
    after: Option<u64>,
    most: Option<u32>,
}

/// `GET /v1/changes`
pub(super) async fn changes(
    State(partner): State<Partner>,
    caller: Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Page>, Failure> {
    let most = which.most.unwrap_or(100);
    if !(1..=MOST_CHANGES).contains(&most) {
        return Err(Failure::unfit("most", "failure-field-expected", "1 – 500"));
    }
    let dispatch = &partner.inner.needs.dispatch;
    let after = which.after.unwrap_or(0);
    let found = dispatch.changes_after(&caller.company, after, most).await?;
    let through = found.last().map_or(after, |change| change.number);
    let has_more = dispatch.company(&caller.company).await?.changes > through;
    Ok(Json(Page {
        changes: found.into_iter().map(words::change).collect(),
        has_more,
    }))
}

/// `PUT /v1/acknowledgement`
pub(super) async fn acknowledge(
    State(partner): State<Partner>,
    caller: Caller,
    Body(ack): Body<Acknowledgement>,
) -> Result<StatusCode, Failure> {
    let dispatch = &partner.inner.needs.dispatch;
    let given = dispatch.company(&caller.company).await?.changes;
    if ack.through > given {
        return Err(Failure::unfit(
            "through",
            "failure-field-expected",
            format!("0 – {given}"),
        ));
    }
    dispatch.acknowledge(&caller.company, ack.through).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /v1/heartbeat`
pub(super) async fn heartbeat(
    State(partner): State<Partner>,
    caller: Caller,
    Body(beat): Body<Heartbeat>,
) -> Json<Beat> {
    let at = partner.inner.needs.clock.now();
    let off = beat.at.duration_since(at).abs();
    if off.as_secs() >= 30 {
        tracing::warn!(company = %caller.company, seconds = off.as_secs(), "the company's clock is wrong, or ours");
    }
    Json(Beat { at })
}

/// How many streams each company has.
#[derive(Debug, Clone, Default)]
pub(super) struct Streams(Arc<Mutex<BTreeMap<CompanyId, usize>>>);

/// A stream's place; freed when it is dropped.
struct Place {
    streams: Streams,
    company: CompanyId,
}

struct Following {
    partner: Partner,
    caller: Caller,
    told: watch::Receiver<u64>,
    ended: watch::Receiver<u64>,
    /// Everything through it has been sent.
    cursor: u64,
    waiting: VecDeque<Change>,
    /// Whether there may be something that was not looked at.
    is_stale: bool,
    beat_at: Timestamp,
    is_over: bool,
    _place: Place,
}

/// `GET /v1/changes/stream`
pub(super) async fn stream(
    State(partner): State<Partner>,
    caller: Caller,
    Asked(which): Asked<Which>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let cursor = match headers.get("last-event-id") {
        None => which.after.unwrap_or(0),
        Some(text) => {
            let number = text.to_str().ok().and_then(|text| text.parse().ok());
            number.ok_or_else(|| Failure::unfit("Last-Event-ID", "failure-field-expected", "a number"))?
        }
    };
    let place = partner.inner.streams.take(&caller.company);
    let place = place.ok_or(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-streams"))?;
    let needs = &partner.inner.needs;
    let following = Following {
        told: needs.dispatch.told(),
        ended: needs.companies.ended(),
        cursor,
        waiting: VecDeque::new(),
        is_stale: true,
        // The first word comes at once: whoever listens knows that it is heard.
        beat_at: needs.clock.now(),
        is_over: false,
        caller,
        _place: place,
        partner,
    };
    let events = stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    Ok(Sse::new(events).into_response())
}

impl Following {
    /// The next event; `None` ends the stream: its holder has no right to it any more, or was told goodbye.
    async fn next(&mut self) -> Option<Event> {
        let partner = self.partner.clone();
        let needs = &partner.inner.needs;
        loop {
            if self.is_over || (self.ended.has_changed().unwrap_or(true) && !self.is_still_admitted().await) {
                return None;
            }
            if let Some(change) = self.waiting.pop_front() {
                self.cursor = change.number;
                return event("change", &change).map(|event| event.id(change.number.to_string()));
            }
            if self.is_stale {
                self.is_stale = false;
                self.told.mark_unchanged();
                match needs
                    .dispatch
                    .changes_after(&self.caller.company, self.cursor, READ)
                    .await
                {
                    Ok(found) => self.waiting.extend(found.into_iter().map(words::change)),
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "the feed cannot be read");
                        return None;
                    }
                }
                self.is_stale = !self.waiting.is_empty();
                continue;
            }
            tokio::select! {
                () = needs.shutdown.wait() => {
                    self.is_over = true;
                    return event("goodbye", &serde_json::json!({}));
                }
                told = self.told.changed() => {
                    told.ok()?;
                    self.is_stale = true;
                }
                // Looked at with the next turn.
                ended = self.ended.changed() => {
                    ended.ok()?;
                    if !self.is_still_admitted().await {
                        return None;
                    }
                }
                () = needs.clock.sleep_until(self.beat_at) => {
                    let at = needs.clock.now();
                    self.beat_at = after(at, needs.beat);
                    // A certificate also ends by itself.
                    if !self.is_still_admitted().await {
                        return None;
                    }
                    return event("heartbeat", &Beat { at });
                }
            }
        }
    }

    async fn is_still_admitted(&mut self) -> bool {
        self.ended.mark_unchanged();
        self.partner.admit(&self.caller.certificate).await.is_ok()
    }
}

/// What cannot be spelled ends the stream; nothing of ours cannot.
fn event(name: &str, content: &impl serde::Serialize) -> Option<Event> {
    Event::default().event(name).json_data(content).ok()
}

impl Streams {
    fn take(&self, company: &CompanyId) -> Option<Place> {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = streams.entry(company.clone()).or_default();
        if *count >= MOST_STREAMS {
            return None;
        }
        *count += 1;
        drop(streams);
        Some(Place {
            streams: self.clone(),
            company: company.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&self.company) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                streams.remove(&self.company);
            }
        }
    }
}
