//! Wishes, and what becomes of them.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use tomori_smart_home::{CommandId, DeviceId, HomeId, Origin, PropertyName, PropertyValue, ResidentId, Stage};

use super::{Api, shape};
use crate::device_state::{Changed, CommandRecord, NewCommand};
use crate::door::{Body, Control, Failure, HomeOf};

/// The longest that a request waits for the end of its command.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// One property of one device, as wished.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Wish {
    pub(super) device: DeviceId,
    pub(super) property: PropertyName,
    pub(super) value: PropertyValue,
}

/// Gives a command. 202 says that it is stored, not that anything moved; `Prefer: wait=10` waits for its end.
#[utoipa::path(
    post, path = "/api/v1/homes/{home}/commands", tag = "commands",
    params(
        ("home" = String, Path, description = "The home."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key means the same wish: it is done once. 1 to 64 visible ASCII characters."),
        ("Prefer" = Option<String>, Header, description = "`wait=10`: wait for the end, up to 25 s."),
    ),
    request_body = shape::NewCommand,
    responses(
        (status = 200, description = "The device shows the wanted value.", body = shape::Command),
        (status = 202, description = "Stored; `Location` tells how far it comes.", body = shape::Command),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn give(
    State(api): State<Api>,
    Control(HomeOf { home, resident, .. }): Control,
    headers: HeaderMap,
    Body(wish): Body<Wish>,
) -> Result<Response, Failure> {
    answer(&api, &home, &resident, wish, &headers).await
}

/// How far a command has come.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/commands/{command}", tag = "commands",
    params(("home" = String, Path, description = "The home."), ("command" = String, Path, description = "The command.")),
    responses((status = 200, body = shape::Command), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn one(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Path((_, command)): Path<(String, String)>,
) -> Result<Json<CommandRecord>, Failure> {
    let id: CommandId = command.parse().map_err(|_| Failure::not_found())?;
    Ok(Json(api.inner.state.command_record(&home, &id).await?))
}

/// Takes the wish and answers with the command.
pub(super) async fn answer(
    api: &Api,
    home: &HomeId,
    resident: &ResidentId,
    wish: Wish,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let new = NewCommand {
        id: None,
        device: wish.device,
        property: wish.property,
        value: wish.value,
        origin: Origin::Resident {
            resident: resident.clone(),
        },
        idempotency_key: idempotency_key(headers, resident)?,
        expires_at: None,
    };
    let mut changes = api.inner.state.changes();
    let mut record = api.inner.state.command(home, new).await?;
    if let Some(wait) = wait(headers) {
        let id = record.command.id.clone();
        let ended = async {
            while !record.stage.is_final() {
                match changes.recv().await {
                    Ok(change) if change.what == (Changed::Command { command: id.clone() }) => {}
                    Ok(_) => continue,
                    // Hints were lost: look anyway.
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return Ok(()),
                }
                record = api.inner.state.command_record(home, &id).await?;
            }
            Ok::<_, Failure>(())
        };
        if let Ok(ended) = tokio::time::timeout(wait, ended).await {
            ended?;
        }
    }
    let status = if record.stage == Stage::Observed {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    let location = format!("/api/v1/homes/{home}/commands/{}", record.command.id);
    let mut response = (status, Json(record)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The caller's key. It is kept together with who called: two residents of a home who choose the same key do not mean
/// the same wish.
fn idempotency_key(headers: &HeaderMap, resident: &ResidentId) -> Result<Option<String>, Failure> {
    let Some(given) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = given.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 64 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::unfit(
            "Idempotency-Key",
            "failure-field-expected",
            "[!-~]{1,64}",
        ));
    }
    Ok(Some(format!("{resident}/{key}")))
}

/// How long the caller wants to wait (RFC 7240).
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let prefers = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let seconds: u64 = prefers
        .flat_map(|line| line.split([',', ';']))
        .find_map(|wish| wish.trim().strip_prefix("wait=")?.parse().ok())?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT)).filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_heard_and_bounded() {
        let with = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", HeaderValue::from_static(text));
            wait(&headers)
        };
        assert_eq!(with("wait=10"), Some(Duration::from_secs(10)));
        assert_eq!(with("respond-async, wait=100000"), Some(LONGEST_WAIT));
        assert_eq!(with("wait=0"), None);
        assert_eq!(with("wait=soon"), None);
        assert_eq!(wait(&HeaderMap::new()), None);
    }

    #[test]
    fn a_key_is_its_callers_own() {
        let (hanako, jiro) = (ResidentId::from_random([1; 10]), ResidentId::from_random([2; 10]));
        let mut headers = HeaderMap::new();
        assert_eq!(idempotency_key(&headers, &hanako), Ok(None));
        headers.insert("idempotency-key", HeaderValue::from_static("morning"));
        let of = |resident| idempotency_key(&headers, resident).unwrap().unwrap();
        assert_ne!(of(&hanako), of(&jiro));
        assert!(of(&hanako).len() <= 128);
        for bad in ["", "two words", &"x".repeat(65)] {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", HeaderValue::from_str(bad).unwrap());
            assert!(idempotency_key(&headers, &hanako).is_err(), "{bad}");
        }
    }
}
