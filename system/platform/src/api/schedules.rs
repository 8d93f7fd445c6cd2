//! The shutter service.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use tomori_smart_home::{Schedule, ScheduleId};

use super::{Api, shape};
use crate::door::{Asked, Body, Control, Failure, HomeOf};
use crate::services::shutter::{Draft, Fired, NextFiring};

/// All of a schedule as it shall be, by somebody who saw `version`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Edit {
    version: u64,
    schedule: Draft,
}

/// The version that somebody saw.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    version: u64,
}

/// How many.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HowMany {
    limit: Option<u16>,
}

/// The schedules of a home, oldest first.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/schedules", tag = "schedules",
    params(("home" = String, Path, description = "The home.")),
    responses((status = 200, body = Vec<shape::Schedule>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn list(State(api): State<Api>, HomeOf { home, .. }: HomeOf) -> Result<Json<Vec<Schedule>>, Failure> {
    Ok(Json(api.inner.shutter.list(&home).await?))
}

/// A new schedule of the caller.
#[utoipa::path(
    post, path = "/api/v1/homes/{home}/schedules", tag = "schedules",
    params(("home" = String, Path, description = "The home.")),
    request_body = shape::NewSchedule,
    responses((status = 201, body = shape::Schedule), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn create(
    State(api): State<Api>,
    Control(HomeOf { home, resident, .. }): Control,
    Body(draft): Body<Draft>,
) -> Result<Response, Failure> {
    let schedule = api.inner.shutter.create(&home, &resident, draft).await?;
    let location = format!("/api/v1/homes/{home}/schedules/{}", schedule.id);
    let mut response = (StatusCode::CREATED, Json(schedule)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// A schedule.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/schedules/{schedule}", tag = "schedules",
    params(("home" = String, Path, description = "The home."), ("schedule" = String, Path, description = "The schedule.")),
    responses((status = 200, body = shape::Schedule), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn one(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Path((_, schedule)): Path<(String, String)>,
) -> Result<Json<Schedule>, Failure> {
    Ok(Json(api.inner.shutter.get(&home, &id(&schedule)?).await?))
}

/// Changes a schedule. When somebody else changed it since `version`, nothing is overwritten: 409, with the schedule as
/// it stands in `current`.
#[utoipa::path(
    put, path = "/api/v1/homes/{home}/schedules/{schedule}", tag = "schedules",
    params(("home" = String, Path, description = "The home."), ("schedule" = String, Path, description = "The schedule.")),
    request_body = shape::ScheduleEdit,
    responses(
        (status = 200, body = shape::Schedule),
        (status = 409, description = "Somebody else changed it first.", body = shape::Problem, content_type = "application/problem+json"),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn edit(
    State(api): State<Api>,
    Control(HomeOf { home, resident, .. }): Control,
    Path((_, schedule)): Path<(String, String)>,
    Body(edit): Body<Edit>,
) -> Result<Json<Schedule>, Failure> {
    let id = id(&schedule)?;
    let edited = api
        .inner
        .shutter
        .edit(&home, &resident, &id, edit.version, edit.schedule)
        .await;
    Ok(Json(edited?))
}

/// Deletes a schedule that was seen at `version`.
#[utoipa::path(
    delete, path = "/api/v1/homes/{home}/schedules/{schedule}", tag = "schedules",
    params(
        ("home" = String, Path, description = "The home."),
        ("schedule" = String, Path, description = "The schedule."),
        ("version" = u64, Query, description = "The version that was seen."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "Somebody else changed it first.", body = shape::Problem, content_type = "application/problem+json"),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn delete(
    State(api): State<Api>,
    Control(HomeOf { home, resident, .. }): Control,
    Path((_, schedule)): Path<(String, String)>,
    Asked(seen): Asked<Seen>,
) -> Result<StatusCode, Failure> {
    let id = id(&schedule)?;
    api.inner.shutter.delete(&home, &resident, &id, seen.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is going to happen: the next firing of each schedule, soonest first.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/firings/next", tag = "schedules",
    params(
        ("home" = String, Path, description = "The home."),
        ("limit" = Option<u16>, Query, description = "At most so many; 1 to 200, 20 when absent."),
    ),
    responses((status = 200, body = Vec<shape::NextFiring>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn next(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Asked(many): Asked<HowMany>,
) -> Result<Json<Vec<NextFiring>>, Failure> {
    let limit = usize::from(limit(&many)?);
    Ok(Json(api.inner.shutter.next_firings(&home, limit).await?))
}

/// What became of the newest firings, newest first.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/firings", tag = "schedules",
    params(
        ("home" = String, Path, description = "The home."),
        ("limit" = Option<u16>, Query, description = "At most so many; 1 to 200, 20 when absent."),
    ),
    responses((status = 200, body = Vec<shape::Fired>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn fired(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Asked(many): Asked<HowMany>,
) -> Result<Json<Vec<Fired>>, Failure> {
    let limit = limit(&many)?;
    Ok(Json(api.inner.shutter.firings(&home, limit).await?))
}

fn limit(many: &HowMany) -> Result<u16, Failure> {
    match many.limit {
        None => Ok(20),
        Some(limit @ 1..=200) => Ok(limit),
        Some(_) => Err(Failure::unfit("limit", "failure-field-expected", "1 – 200")),
    }
}

fn id(text: &str) -> Result<ScheduleId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}
