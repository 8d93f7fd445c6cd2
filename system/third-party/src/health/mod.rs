//! How the server is: alive, ready, and in numbers, for those who run it (SR3-SP-5, SR3-SP-6).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, StatusCode, header};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use serde_json::json;
use tomori_runtime::http::Peer;

use crate::{cases, people, receiver};

/// What is looked at.
pub struct Needs {
    /// The people.
    pub people: people::Service,
    /// The cases.
    pub cases: cases::Service,
    /// The receiver.
    pub receiver: receiver::Service,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    what: &'static str,
}

/// The routes. `/healthz` and `/readyz` answer everybody; `/metrics` answers this computer only, and nobody whom a proxy
/// speaks for.
pub fn router(needs: Needs) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(needs))
}

async fn ready(State(needs): State<Arc<Needs>>) -> Response {
    let (people, cases) = (needs.people.check().await.is_ok(), needs.cases.check().await.is_ok());
    let word = |fine| if fine { "ok" } else { "failing" };
    let body = json!({ "ready": people && cases, "rooms": { "people": word(people), "cases": word(cases) } });
    let status = if people && cases {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body)).into_response()
}

fn is_from_here(request: &Request) -> bool {
    let here = request
        .extensions()
        .get::<Peer>()
        .is_some_and(|peer| peer.address.ip().to_canonical().is_loopback());
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    here && !proxied
}

async fn metrics(State(needs): State<Arc<Needs>>, request: Request) -> Response {
    if !is_from_here(&request) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut registry = Registry::with_prefix("tomori_third_party");
    let (now, refused) = (Family::<What, Gauge>::default(), Family::<What, Gauge>::default());
    registry.register(
        "now",
        "How many there are now, or have been since the start",
        now.clone(),
    );
    registry.register("frames_refused", "Frames refused since the start", refused.clone());
    let set = |family: &Family<What, Gauge>, what, value: u64| {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        family.get_or_create(&What { what }).set(value);
    };
    let tally = needs.receiver.tally();
    set(&now, "frames_acknowledged", tally.acknowledged);
    set(&now, "frames_repeated", tally.repeated);
    if let Ok(open) = needs.cases.check().await {
        set(&now, "cases_open", u64::try_from(open).unwrap_or(u64::MAX));
    }
    for (refusal, count) in tally.refused {
        set(&refused, refusal.word(), count);
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = encode(&mut text, &registry);
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
