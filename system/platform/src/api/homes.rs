//! Homes and what is known of their devices.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use tomori_smart_home::{DeviceId, HomeId};

use super::{Api, shape};
use crate::device_state::DeviceState;
use crate::door::{Failure, HomeOf, ResidentOnly};

/// The caller's homes.
#[utoipa::path(
    get, path = "/api/v1/homes", tag = "homes",
    responses((status = 200, body = Vec<shape::Home>), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn list(
    State(api): State<Api>,
    ResidentOnly(_, viewer): ResidentOnly,
) -> Result<Json<Vec<Value>>, Failure> {
    let mut homes = Vec::with_capacity(viewer.homes.len());
    for home in &viewer.homes {
        homes.push(json!({ "id": home, "name": name(&api, home).await? }));
    }
    Ok(Json(homes))
}

/// A home, its gateway and its devices with all that is known of them.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}", tag = "homes",
    params(("home" = String, Path, description = "The home.")),
    responses((status = 200, body = shape::House), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn home(State(api): State<Api>, HomeOf { home, .. }: HomeOf) -> Result<Json<Value>, Failure> {
    let house = api.inner.state.house(&home).await?;
    Ok(Json(json!({
        "id": house.id,
        "name": name(&api, &home).await?,
        "place": house.place,
        "gateway": house.gateway,
        "devices": house.devices,
    })))
}

/// A device with all that is known of it.
#[utoipa::path(
    get, path = "/api/v1/homes/{home}/devices/{device}", tag = "homes",
    params(("home" = String, Path, description = "The home."), ("device" = String, Path, description = "The device.")),
    responses((status = 200, body = shape::Device), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(super) async fn device(
    State(api): State<Api>,
    HomeOf { home, .. }: HomeOf,
    Path((_, device)): Path<(String, String)>,
) -> Result<Json<DeviceState>, Failure> {
    let id: DeviceId = device.parse().map_err(|_| Failure::not_found())?;
    Ok(Json(api.inner.state.device(&home, &id).await?))
}

async fn name(api: &Api, home: &HomeId) -> Result<String, Failure> {
    let info = api.inner.personal.home(home).await;
    let info = info.map_err(crate::auth::people::PeopleError::from)?;
    Ok(info.map(|info| info.name).unwrap_or_default())
}
