//! Phones that are paired with the gateway inside the house (EP⑩).

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tomori_smart_home::GrantId;

use super::{Api, shape};
use crate::auth::people::GrantSummary;
use crate::door::{Body, Control, Failure, HomeOf};

/// A phone to be paired.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPhone {
    label: String,
}

/// The paired phones of a home.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/phones", tag = "phones",
    params(("home" = String, Path, description = "The home.")),
    responses((status = 200, body = Vec<shape::Phone>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn list(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
) -> Result<Json<Vec<GrantSummary>>, Failure> {
    Ok(Json(api.inner.people.grants(&home).await?))
}

/// Pairs a phone. The secret is told this once; the gateway knows its digest as soon as it has the new plan.
#[utoipa::path(
    post, path = "/api/v1/homes/{home}/phones", tag = "phones",
    params(("home" = String, Path, description = "The home.")),
    request_body = shape::NewPhone,
    responses((status = 201, body = shape::PairedPhone), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn pair(
    State(api): State<Api>,
    Control(HomeOf { home, viewer, .. }): Control,
    Body(new): Body<NewPhone>,
) -> Result<Response, Failure> {
    let issued = api.inner.people.issue_grant(&viewer, &home, &new.label).await?;
    let body = json!({ "secret": issued.secret.text(), "phone": issued.summary });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Unpairs a phone; any resident of the home may.
#[utoipa::path(
    delete, path = "/api/v1/homes/{home}/phones/{phone}", tag = "phones",
    params(("home" = String, Path, description = "The home."), ("phone" = String, Path, description = "The phone.")),
    responses((status = 204, description = "It is gone."), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn unpair(
    State(api): State<Api>,
    Control(HomeOf { home, viewer, .. }): Control,
    Path((_, phone)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    let id: GrantId = phone.parse().map_err(|_| Failure::not_found())?;
    api.inner.people.revoke_grant(&viewer, &home, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
