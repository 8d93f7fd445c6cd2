//! The caller, and where the caller is signed in.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Api, shape};
use crate::auth::people::{Proof, SessionSummary};
use crate::door::{Caller, Failure, may_control};

/// Who the caller is.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "access",
    responses((status = 200, body = shape::Me), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn me(State(api): State<Api>, Caller(viewer): Caller) -> Result<Json<Value>, Failure> {
    let info = api.inner.people.name_of(&viewer.person).await?;
    let proof = match &viewer.proof {
        Proof::Session { .. } => "session",
        Proof::Token { scope, .. } => scope.word(),
    };
    Ok(Json(json!({
        "id": viewer.person.id(),
        "role": viewer.person.role(),
        "name": info.name,
        "homes": viewer.homes,
        "proof": proof,
    })))
}

/// The caller's sessions, the one used last first.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "access",
    responses((status = 200, body = Vec<shape::Session>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn list(State(api): State<Api>, Caller(viewer): Caller) -> Result<Json<Vec<SessionSummary>>, Failure> {
    Ok(Json(api.inner.people.sessions(&viewer.person).await?))
}

/// Ends a session of the caller.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{session}", tag = "access",
    params(("session" = String, Path, description = "The session's id.")),
    responses((status = 204, description = "It opens nothing any more."), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn end(
    State(api): State<Api>,
    Caller(viewer): Caller,
    Path(session): Path<String>,
) -> Result<StatusCode, Failure> {
    may_control(&viewer)?;
    api.inner.people.end_session(&viewer.person, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
