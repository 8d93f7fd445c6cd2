//! The guard of a home, and its incidents, as its residents may see them.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tomori_smart_home::arming::{Code, Mode, Order, Wish};
use tomori_smart_home::{DeviceId, IncidentId};
use tomori_unlock::IncidentFile;

use super::{Api, shape};
use crate::device_state::{Guard, Reachability};
use crate::door::{Body, Control, Failure, HomeOf};
use crate::services::dispatch::Incident;

/// What the guard is to do: to arm in a mode, or to disarm with the code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    mode: Mode,
    #[serde(default)]
    bypass: BTreeSet<DeviceId>,
    #[serde(default)]
    code: Option<String>,
}

/// How the guard of a home stands, as its gateway told it last.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/guard", tag = "guard",
    params(("home" = String, Path, description = "The home.")),
    responses((status = 200, body = shape::Guard), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn guard(State(api): State<Api>, HomeOf { home, .. }: HomeOf) -> Result<Json<Guard>, Failure> {
    let guard = api.inner.state.guard(&home).await?;
    guard.map(Json).ok_or_else(Failure::not_found)
}

/// Arms, or disarms with the code; `mode` `disarmed` needs it. The order is on its way when this returns: what the house
/// makes of it stands in the guard's `answer` under the order's id, within 30 seconds or not at all.
#[utoipa::path(
    post, path = "/api/v1/homes/{home}/guard/orders", tag = "guard",
    params(("home" = String, Path, description = "The home.")),
    request_body = shape::NewOrder,
    responses((status = 202, body = shape::Order), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn order(
    State(api): State<Api>,
    Control(HomeOf { home, viewer, .. }): Control,
    Body(new): Body<NewOrder>,
) -> Result<Response, Failure> {
    let resident = viewer.resident().cloned().ok_or_else(Failure::not_found)?;
    let unfit = || Failure::unfit("code", "failure-field-expected", "6 – 8");
    let wish = match (new.mode, new.code) {
        (Mode::Disarmed, Some(code)) => Wish::Disarm {
            code: Code::new(&code).map_err(|_| unfit())?,
        },
        (Mode::Disarmed, None) => return Err(unfit()),
        (mode, _) if new.bypass.len() <= Order::MOST_BYPASSED => Wish::Arm {
            mode,
            bypass: new.bypass,
        },
        _ => return Err(Failure::unfit("bypass", "failure-field-expected", "0 – 50")),
    };
    // An order is not kept for a house that cannot be reached.
    let house = api.inner.state.house(&home).await?;
    if !matches!(house.gateway.reachability, Reachability::Reachable { .. }) {
        return Err(Failure::new(StatusCode::CONFLICT, "house-unreachable"));
    }
    let now = api.inner.dispatch.now();
    let order = Order {
        id: api.inner.dispatch.order_id(),
        resident,
        wish,
        expires_at: now.checked_add(Order::LIFETIME).unwrap_or(now),
    };
    let body = json!({ "id": order.id, "expiresAt": order.expires_at });
    let given = api.inner.dispatch.order(&home, order).await;
    given.map_err(|_| Failure::new(StatusCode::TOO_MANY_REQUESTS, "busy").retry_after(5))?;
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

/// The incidents of a home, the open ones first.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/incidents", tag = "guard",
    params(("home" = String, Path, description = "The home.")),
    responses((status = 200, body = Vec<shape::Incident>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn incidents(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
) -> Result<Json<Vec<Incident>>, Failure> {
    Ok(Json(api.inner.dispatch.of_home(&home).await?))
}

/// An incident and its timeline, oldest entry first.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/incidents/{incident}", tag = "guard",
    params(("home" = String, Path, description = "The home."), ("incident" = String, Path, description = "The incident.")),
    responses((status = 200, body = shape::IncidentStory), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn incident(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Path((_, incident)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let id: IncidentId = incident.parse().map_err(|_| Failure::not_found())?;
    let (incident, entries) = api.inner.dispatch.for_residents(&home, &id).await?;
    Ok(Json(json!({ "incident": incident, "entries": entries })))
}

/// Everything that was signed in an incident, to be checked with `tomori audit verify` by whoever holds the company's root
/// key and the gateway's. 404 while nothing was signed.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/incidents/{incident}/file", tag = "guard",
    params(("home" = String, Path, description = "The home."), ("incident" = String, Path, description = "The incident.")),
    responses((status = 200, body = shape::IncidentFile), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn record(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Path((_, incident)): Path<(String, String)>,
) -> Result<Json<IncidentFile>, Failure> {
    let id: IncidentId = incident.parse().map_err(|_| Failure::not_found())?;
    let record = api.inner.unlock.record_for_residents(&home, &id).await?;
    record.map(Json).ok_or_else(Failure::not_found)
}
