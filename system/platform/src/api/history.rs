//! What happened.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::{Api, shape};
use crate::device_state::{HistoryPage, Page};
use crate::door::{Asked, Failure, HomeOf};

/// Which part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    before: Option<String>,
    limit: Option<u16>,
    device: Option<String>,
}

/// What happened in a home, newest first.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/history", tag = "history",
    params(
        ("home" = String, Path, description = "The home."),
        ("before" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<u16>, Query, description = "At most so many; 1 to 200, 50 when absent."),
        ("device" = Option<String>, Query, description = "Only what concerns this device."),
    ),
    responses((status = 200, body = shape::HistoryPage), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn page(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Asked(part): Asked<Part>,
) -> Result<Json<HistoryPage>, Failure> {
    let limit = part.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Failure::unfit("limit", "failure-field-expected", "1 – 200"));
    }
    let before = part.before.map(|text| text.parse()).transpose();
    let before = before.map_err(|_| Failure::unfit("before", "failure-field-cursor", ""))?;
    let device = part.device.map(|text| text.parse()).transpose();
    let device = device.map_err(|_| Failure::unfit("device", "failure-field-expected", "dev_…"))?;
    if let Some(device) = &device {
        // A device of another home is as absent as one that never was.
        api.inner.state.device(&home, device).await?;
    }
    let page = Page { before, limit, device };
    Ok(Json(api.inner.state.history(&home, page).await?))
}
