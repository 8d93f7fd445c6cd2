//! Parse, call, render.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tomori_echonet_lite::class;
use tomori_smart_home::{DeviceId, HomeId, PropertyName, PropertyValue};

use super::model::{self, NotSettable};
use crate::api::commands::{self, Wish};
use crate::api::{Api, shape};
use crate::auth::people::Viewer;
use crate::device_state::{DeviceState, Quality, StateError};
use crate::door::{Asked, Body, Failure, ResidentOnly};

/// Devices that a page has when nobody says otherwise, as in the consortium's guideline.
const PAGE: usize = 25;
/// Devices that a page has at most.
const LARGEST_PAGE: usize = 200;

/// Which devices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::api) struct Which {
    home: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

/// The versions of the ECHONET Lite Web API.
#[utoipa::path(
    get, path = "/elapi", tag = "elapi",
    responses((status = 200, body = shape::ElapiVersions), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(in crate::api) async fn versions(_: ResidentOnly) -> Json<Value> {
    Json(json!({ "versions": [{ "id": "v1", "status": "CURRENT", "updated": "2026-11-23T00:00:00Z" }] }))
}

/// What the version offers.
#[utoipa::path(
    get, path = "/elapi/v1", tag = "elapi",
    responses((status = 200, body = shape::ElapiServices), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(in crate::api) async fn services(
    State(api): State<Api>,
    ResidentOnly(_, viewer): ResidentOnly,
) -> Result<Json<Value>, Failure> {
    let total = all(&api, &viewer, None).await?.len();
    let descriptions = json!({ "ja": "機器", "en": "Devices" });
    Ok(Json(
        json!({ "v1": [{ "name": "devices", "descriptions": descriptions, "total": total }] }),
    ))
}

/// The devices of the caller's homes.
#[utoipa::path(
    get, path = "/elapi/v1/devices", tag = "elapi",
    params(
        ("home" = Option<String>, Query, description = "Only devices of this home."),
        ("limit" = Option<usize>, Query, description = "At most so many; 1 to 200, 25 when absent."),
        ("offset" = Option<usize>, Query, description = "Leave out so many."),
    ),
    responses((status = 200, body = shape::ElapiDevices), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(in crate::api) async fn devices(
    State(api): State<Api>,
    ResidentOnly(_, viewer): ResidentOnly,
    Asked(which): Asked<Which>,
) -> Result<Json<Value>, Failure> {
    let limit = which.limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Failure::unfit("limit", "failure-field-expected", "1 – 200"));
    }
    let offset = which.offset.unwrap_or(0);
    let all = all(&api, &viewer, which.home.as_deref()).await?;
    let has_more = all.len() > offset.saturating_add(limit);
    let devices: Vec<Value> = all
        .iter()
        .skip(offset)
        .take(limit)
        .map(|(home, device)| listed(home, device))
        .collect();
    Ok(Json(
        json!({ "devices": devices, "hasMore": has_more, "limit": limit, "offset": offset }),
    ))
}

/// What a device is and which properties it has.
#[utoipa::path(
    get, path = "/elapi/v1/devices/{device}", tag = "elapi",
    params(("device" = String, Path, description = "The device.")),
    responses((status = 200, body = shape::ElapiDescription), (status = "4XX", body = shape::Problem, content_type = "application/problem+json"))
)]
pub(in crate::api) async fn device(
    State(api): State<Api>,
    ResidentOnly(_, viewer): ResidentOnly,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let (_, device) = find(&api, &viewer, &id).await?;
    let reported: Vec<&PropertyName> = device
        .properties
        .iter()
        .filter(|(_, state)| state.reported.is_some())
        .map(|(name, _)| name)
        .collect();
    Ok(Json(model::description(device.equipment.device.kind, &reported)))
}

/// All values of a device that are known now.
#[utoipa::path(
    get, path = "/elapi/v1/devices/{device}/properties", tag = "elapi",
    params(("device" = String, Path, description = "The device.")),
    responses(
        (status = 200, description = "Values by property. What is not known now is left out.", body = std::collections::BTreeMap<String, shape::Value>),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::api) async fn properties(
    State(api): State<Api>,
    ResidentOnly(_, viewer): ResidentOnly,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let (_, device) = find(&api, &viewer, &id).await?;
    let known: Map<String, Value> = device
        .properties
        .iter()
        .filter(|(_, state)| !matches!(state.quality, Quality::Unknown { .. }))
        .filter_map(|(name, state)| {
            let reported = state.reported.as_ref()?;
            Some((name.as_str().to_owned(), json!(reported.value)))
        })
        .collect();
    Ok(Json(Value::Object(known)))
}

/// One value.
#[utoipa::path(
    get, path = "/elapi/v1/devices/{device}/properties/{property}", tag = "elapi",
    params(
        ("device" = String, Path, description = "The device."),
        ("property" = String, Path, description = "The property's short name."),
    ),
    responses(
        (status = 200, description = "The value, under the property's name.", body = std::collections::BTreeMap<String, shape::Value>,
            headers(
                ("tomori-quality" = String, description = "`confirmed`, or `stale` after an absence of the device."),
                ("tomori-reported-at" = String, description = "When the device said so."),
            )),
        (status = 503, description = "The value is not known now.", body = shape::Problem, content_type = "application/problem+json"),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::api) async fn property(
    State(api): State<Api>,
    ResidentOnly(_, viewer): ResidentOnly,
    Path((id, property)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (_, device) = find(&api, &viewer, &id).await?;
    let property = PropertyName::new(property).map_err(|_| Failure::not_found())?;
    let of_class = class::lookup(device.equipment.device.kind.class_code())
        .and_then(|class| class.by_name(property.as_str()))
        .is_some();
    let state = device.properties.get(&property);
    if !of_class && state.is_none() {
        return Err(Failure::not_found());
    }
    let unknown = || Failure::new(StatusCode::SERVICE_UNAVAILABLE, "value-unknown");
    let state = state.ok_or_else(unknown)?;
    let quality = match state.quality {
        Quality::Confirmed => "confirmed",
        Quality::Stale { .. } => "stale",
        Quality::Unknown { .. } => return Err(unknown()),
    };
    let reported = state.reported.as_ref().ok_or_else(unknown)?;
    let mut response = Json(json!({ property.as_str(): reported.value })).into_response();
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("tomori-quality"),
        HeaderValue::from_static(quality),
    );
    if let Ok(at) = HeaderValue::from_str(&reported.at.to_string()) {
        headers.insert(HeaderName::from_static("tomori-reported-at"), at);
    }
    Ok(response)
}

/// Sets one property: a command that travels to the house. 202 says that it is stored, not that anything moved;
/// `Prefer: wait=10` waits that many seconds (25 at most) for its end.
#[utoipa::path(
    put, path = "/elapi/v1/devices/{device}/properties/{property}", tag = "elapi",
    params(
        ("device" = String, Path, description = "The device."),
        ("property" = String, Path, description = "The property's short name."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key means the same wish: it is done once. 1 to 64 visible ASCII characters."),
        ("Prefer" = Option<String>, Header, description = "`wait=10`: wait for the end, up to 25 s."),
    ),
    request_body(content = std::collections::BTreeMap<String, shape::Value>, description = "The wanted value, under the property's name."),
    responses(
        (status = 200, description = "The device shows the wanted value.", body = shape::Command),
        (status = 202, description = "Stored; `Location` tells how far it comes.", body = shape::Command),
        (status = "4XX", body = shape::Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::api) async fn set_property(
    State(api): State<Api>,
    ResidentOnly(resident, viewer): ResidentOnly,
    Path((id, property)): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<Map<String, Value>>,
) -> Result<Response, Failure> {
    crate::door::may_control(&viewer)?;
    let (home, device) = find(&api, &viewer, &id).await?;
    let property = PropertyName::new(property).map_err(|_| Failure::not_found())?;
    let value = match body.iter().next() {
        Some((name, value)) if body.len() == 1 && name == property.as_str() => value.clone(),
        _ => {
            return Err(Failure::unfit(
                "",
                "failure-field-expected",
                format!("{{\"{property}\": …}}"),
            ));
        }
    };
    let value: PropertyValue = serde_json::from_value(value)
        .map_err(|_| Failure::unfit(property.as_str(), "failure-field-expected", "true, false, 1, \"open\""))?;
    match model::settable(device.equipment.device.kind, &property, &value) {
        Ok(()) => {}
        Err(NotSettable::NoProperty) => return Err(Failure::not_found()),
        Err(NotSettable::ReadOnly) => return Err(Failure::unfit(property.as_str(), "failure-field-not-settable", "")),
        Err(NotSettable::Lock) => return Err(Failure::unfit(property.as_str(), "failure-field-lock", "")),
        Err(NotSettable::Value { expected }) => {
            return Err(Failure::unfit(property.as_str(), "failure-field-expected", expected));
        }
    }
    let wish = Wish {
        device: device.equipment.device.id,
        property,
        value,
    };
    commands::answer(&api, &home, &resident, wish, &headers).await
}

/// The devices of the viewer's homes, or of one of them.
async fn all(api: &Api, viewer: &Viewer, only: Option<&str>) -> Result<Vec<(HomeId, DeviceState)>, Failure> {
    let homes: Vec<&HomeId> = match only {
        Some(text) => {
            let home = viewer.homes.iter().find(|home| home.as_str() == text);
            vec![home.ok_or_else(Failure::not_found)?]
        }
        None => viewer.homes.iter().collect(),
    };
    let mut devices = Vec::new();
    for home in homes {
        let house = api.inner.state.house(home).await?;
        devices.extend(house.devices.into_iter().map(|device| (home.clone(), device)));
    }
    Ok(devices)
}

async fn find(api: &Api, viewer: &Viewer, id: &str) -> Result<(HomeId, DeviceState), Failure> {
    let id: DeviceId = id.parse().map_err(|_| Failure::not_found())?;
    for home in &viewer.homes {
        match api.inner.state.device(home, &id).await {
            Ok(device) => return Ok((home.clone(), device)),
            Err(StateError::NoSuchDevice(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::not_found())
}

fn listed(home: &HomeId, device: &DeviceState) -> Value {
    let said = |property: PropertyName| {
        let reported = device.properties.get(&property)?.reported.as_ref()?;
        reported.value.as_word().map(str::to_owned)
    };
    let code = said(PropertyName::known("manufacturer"));
    let maker = match &code {
        Some(code) => json!({ "ja": format!("メーカー {code}"), "en": format!("Maker {code}") }),
        None => json!({ "ja": "不明", "en": "Unknown" }),
    };
    let release = said(PropertyName::known("protocol")).unwrap_or_default();
    let equipment = &device.equipment.device;
    json!({
        "id": equipment.id,
        "deviceType": equipment.kind.short_name(),
        "protocol": { "type": "ECHONET Lite", "version": release },
        "manufacturer": { "code": format!("0x{}", code.as_deref().unwrap_or("000000")), "descriptions": maker },
        "home": home,
        "room": equipment.room,
        "name": equipment.name,
    })
}
