//! `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tomori_runtime::http::Peer;

use super::metrics::Metrics;
use crate::auth::people;
use crate::device_state;
use crate::door::Failure;
use crate::link::Link;
use crate::partner::Supervision;
use crate::services::shutter;

/// What is looked at.
pub struct Needs {
    /// Residents and operators.
    pub people: people::Service,
    /// The shutter service.
    pub shutter: shutter::Service,
    /// The state of the houses.
    pub state: device_state::Service,
    /// The gateways' streams.
    pub link: Arc<Link>,
    /// Whether companies' servers are heard.
    pub supervision: Supervision,
    /// The numbers.
    pub metrics: Metrics,
}

/// The routes. `/healthz` and `/readyz` answer everybody; `/metrics` answers this computer only, and nobody whom a proxy
/// speaks for: numbers tell how many people live here and when they are awake.
pub fn router(needs: Needs) -> Router {
    let refusing = Router::new()
        .route("/metrics", get(metrics))
        .layer(axum::middleware::from_fn(crate::door::render));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .merge(refusing)
        .with_state(Arc::new(needs))
}

async fn ready(State(needs): State<Arc<Needs>>) -> Response {
    let people = needs.people.check().await.map_err(drop);
    let shutter = needs.shutter.check().await.map_err(drop);
    let state = needs.state.homes().await.map(drop).map_err(drop);
    let all = people.is_ok() && shutter.is_ok() && state.is_ok();
    let word = |result: Result<(), ()>| match result {
        Ok(()) => Value::from("ok"),
        Err(()) => Value::from("failing"),
    };
    let body = json!({
        "ready": all,
        "rooms": { "people": word(people), "shutter": word(shutter), "deviceState": word(state) },
    });
    let status = if all {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body)).into_response()
}

/// A request from this computer itself.
struct FromHere;

impl<S: Send + Sync> FromRequestParts<S> for FromHere {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let here = parts
            .extensions
            .get::<Peer>()
            .is_some_and(|peer| peer.address.ip().to_canonical().is_loopback());
        let proxied = [
            header::FORWARDED.as_str(),
            "x-forwarded-for",
            "x-real-ip",
            header::VIA.as_str(),
        ]
        .iter()
        .any(|name| parts.headers.contains_key(*name));
        if here && !proxied {
            Ok(Self)
        } else {
            Err(Failure::not_found())
        }
    }
}

async fn metrics(_: FromHere, State(needs): State<Arc<Needs>>) -> Response {
    let metrics = &needs.metrics;
    let activity = needs.state.activity();
    metrics.set("gateways_connected", u64::try_from(needs.link.connected()).unwrap_or(0));
    metrics.set("state_writes", activity.writes);
    metrics.set("state_write_groups", activity.groups);
    metrics.set(
        "state_writes_waiting",
        u64::try_from(activity.writes_waiting).unwrap_or(0),
    );
    let silent = needs.supervision.silent().len();
    metrics.set("companies_silent", u64::try_from(silent).unwrap_or(0));
    let tries = needs.people.tries();
    metrics.set("sign_ins", tries.let_in);
    metrics.set("sign_ins_refused", tries.refused);
    metrics.set("sign_ins_told_to_wait", tries.told_to_wait);
    metrics.set("sign_ins_turned_away", tries.turned_away);
    let firings = needs.shutter.tally();
    metrics.set("schedules_watched", firings.watched);
    metrics.set("firings_instructed", firings.instructed);
    metrics.set("firings_missed", firings.missed);
    metrics.set("firings_refused", firings.refused);
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], metrics.text()).into_response()
}
