//! Tokens: issued, made anew, revoked (SR2-SP-2).

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{Api, shape};
use crate::auth::people::{self, IssuedToken, Proof, Scope, SignIn, TokenSummary, Viewer};
use crate::door::{Body, Caller, Failure, FromWhere};

/// A wish for a token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    label: String,
    scope: Scope,
    #[serde(default = "quarter")]
    days: u16,
}

/// A wish for a token by somebody without a session.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByPassword {
    login: String,
    password: String,
    totp: String,
    token: NewToken,
}

/// Somebody who is signed in with password and second factor.
pub(super) struct BySession(Viewer);

impl FromRequestParts<Api> for BySession {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Failure> {
        let Caller(viewer) = Caller::from_request_parts(parts, api).await?;
        by_session(&viewer)?;
        Ok(Self(viewer))
    }
}

fn quarter() -> u16 {
    90
}

impl From<NewToken> for people::NewToken {
    fn from(new: NewToken) -> Self {
        Self {
            label: new.label,
            scope: new.scope,
            days: new.days,
        }
    }
}

/// The caller's tokens, newest first.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "access",
    responses((status = 200, body = Vec<shape::Token>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn list(State(api): State<Api>, Caller(viewer): Caller) -> Result<Json<Vec<TokenSummary>>, Failure> {
    by_session(&viewer)?;
    Ok(Json(api.inner.people.tokens(&viewer.person).await?))
}

/// A new token of somebody who is signed in. A token makes no tokens.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "access",
    request_body = shape::NewToken,
    responses((status = 201, body = shape::IssuedToken), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn issue(
    State(api): State<Api>,
    BySession(viewer): BySession,
    Body(new): Body<NewToken>,
) -> Result<Response, Failure> {
    let issued = api.inner.people.issue_token(&viewer.person, new.into()).await?;
    Ok(told_once(StatusCode::CREATED, &issued))
}

/// A new token for whoever presents e-mail address, password and one-time code; for programs without a browser.
#[utoipa::path(
    post, path = "/api/v1/tokens/by-password", tag = "access", security(()),
    request_body = shape::NewTokenByPassword,
    responses(
        (status = 201, body = shape::IssuedToken),
        (status = 401, description = "They do not belong together.", body = shape::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries.", body = shape::Problem, content_type = "application/problem+json"),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn by_password(
    State(api): State<Api>,
    FromWhere(from): FromWhere,
    headers: HeaderMap,
    Body(wish): Body<ByPassword>,
) -> Result<Response, Failure> {
    api.door.count_stranger(from)?;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let sign_in = SignIn {
        login: wish.login,
        password: Zeroizing::new(wish.password),
        totp: wish.totp,
        from,
        agent: agent.unwrap_or_default().to_owned(),
        known_device: None,
        replaces: None,
    };
    let issued = api.inner.people.issue_token_for(sign_in, wish.token.into()).await?;
    Ok(told_once(StatusCode::CREATED, &issued))
}

/// Revokes a token; it opens nothing from now on. A token may revoke itself.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{token}", tag = "access",
    params(("token" = String, Path, description = "The token's id.")),
    responses((status = 204, description = "It opens nothing any more."), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn revoke(
    State(api): State<Api>,
    Caller(viewer): Caller,
    Path(token): Path<String>,
) -> Result<StatusCode, Failure> {
    itself_or_session(&viewer, &token)?;
    api.inner.people.revoke_token(&viewer.person, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a token another secret; the one before opens nothing from now on. A token may do that to itself.
#[utoipa::path(
    post, path = "/api/v1/tokens/{token}/reissue", tag = "access",
    params(("token" = String, Path, description = "The token's id.")),
    responses((status = 200, body = shape::IssuedToken), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn reissue(
    State(api): State<Api>,
    Caller(viewer): Caller,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    itself_or_session(&viewer, &token)?;
    let issued = api.inner.people.reissue_token(&viewer.person, &token).await?;
    Ok(told_once(StatusCode::OK, &issued))
}

fn told_once(status: StatusCode, issued: &IssuedToken) -> Response {
    let body = json!({ "secret": issued.secret.text(), "token": issued.summary });
    (status, Json(body)).into_response()
}

fn by_session(viewer: &Viewer) -> Result<(), Failure> {
    match viewer.proof {
        Proof::Session { .. } => Ok(()),
        Proof::Token { .. } => Err(Failure::new(StatusCode::FORBIDDEN, "session-only")),
    }
}

fn itself_or_session(viewer: &Viewer, token: &str) -> Result<(), Failure> {
    match &viewer.proof {
        Proof::Token { id, .. } if id == token => Ok(()),
        _ => by_session(viewer),
    }
}
