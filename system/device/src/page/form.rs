//! What the page's buttons do.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tomori_runtime::i18n::{Arg, Lang};

use super::{Wish, say};
use crate::appliance::Hand;
use crate::house::{OperateError, VirtualHouse};
use crate::lan::line::{Direction, Disturbance};

/// How late a delayed frame of the page is.
const LATE_MILLIS: u32 = 3_000;
/// How much noise one press makes.
const NOISE: usize = 20;

#[derive(Debug, Deserialize)]
pub(super) struct Language {
    lang: String,
}

/// The language switch: back to the page, in the chosen language.
pub(super) async fn language(Form(chosen): Form<Language>) -> Redirect {
    let lang: Lang = chosen.lang.parse().unwrap_or_default();
    Redirect::to(&format!("/?lang={lang}"))
}

/// The fields of all forms; each form has some.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    operation: String,
    value: String,
    trouble: String,
    disturbance: String,
    direction: String,
    frames: String,
    r#do: String,
}

/// Why a press came to nothing.
enum Refusal {
    Operate(OperateError),
    Body,
}

impl From<OperateError> for Refusal {
    fn from(error: OperateError) -> Self {
        Self::Operate(error)
    }
}

pub(super) async fn act(
    State(house): State<VirtualHouse>,
    Path((id, act)): Path<(String, String)>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let lang = wish.lang(&headers);
    let done = match act.as_str() {
        "hand" => hand(&fields.operation)
            .ok_or(Refusal::Body)
            .and_then(|hand| Ok(house.operate_by_hand(&id, hand)?)),
        "temperature" => temperature(&fields.value)
            .ok_or(Refusal::Body)
            .and_then(|hand| Ok(house.operate_by_hand(&id, hand)?)),
        "trouble" => trouble(&house, &id, &fields.trouble),
        "line" => line(&house, &id, &fields),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let by_script = headers.contains_key("tomori-part");
    match done {
        Ok(()) if by_script => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => Redirect::to(&format!("/?lang={lang}#node-{id}")).into_response(),
        Err(refusal) => refused(&refusal, lang),
    }
}

/// A sentence, in a status that tells a program too.
fn refused(refusal: &Refusal, lang: Lang) -> Response {
    let (status, text) = match refusal {
        Refusal::Body => (StatusCode::UNPROCESSABLE_ENTITY, say(lang, "problem-body", &[])),
        Refusal::Operate(OperateError::NoSuchNode(id)) => (
            StatusCode::NOT_FOUND,
            say(lang, "problem-node-detail", &[("id", Arg::from(id.clone()))]),
        ),
        Refusal::Operate(OperateError::NotPossible(id)) => (
            StatusCode::CONFLICT,
            say(lang, "problem-possible-detail", &[("id", Arg::from(id.clone()))]),
        ),
    };
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn hand(operation: &str) -> Option<Hand> {
    Some(match operation {
        "open" => Hand::Open,
        "stop" => Hand::Stop,
        "close" => Hand::Close,
        "on" => Hand::On,
        "off" => Hand::Off,
        "appear" => Hand::Detected(true),
        "leave" => Hand::Detected(false),
        "lock" => Hand::Lock,
        "unlock" => Hand::Unlock,
        "doorOpen" => Hand::Door(true),
        "doorClose" => Hand::Door(false),
        _ => return None,
    })
}

fn temperature(value: &str) -> Option<Hand> {
    let degrees: f64 = value.trim().parse().ok()?;
    degrees.is_finite().then_some(Hand::Temperature(degrees))
}

fn trouble(house: &VirtualHouse, id: &str, trouble: &str) -> Result<(), Refusal> {
    match trouble {
        "jam" => house.jam(id, true)?,
        "unjam" => house.jam(id, false)?,
        "prohibit" => house.permit_remote(id, false)?,
        "permit" => house.permit_remote(id, true)?,
        "powerOff" => house.power(id, false)?,
        "powerOn" => house.power(id, true)?,
        "tamper" => house.tamper(id, true)?,
        "untamper" => house.tamper(id, false)?,
        "batteryLow" => house.battery(id, true)?,
        "batteryNew" => house.battery(id, false)?,
        "noise" => house.make_noise(id, NOISE)?,
        _ => return Err(Refusal::Body),
    }
    Ok(())
}

fn line(house: &VirtualHouse, id: &str, fields: &Fields) -> Result<(), Refusal> {
    if fields.r#do == "calm" {
        return Ok(house.calm(id)?);
    }
    let disturbance = match fields.disturbance.as_str() {
        "drop" => Disturbance::Drop,
        "duplicate" => Disturbance::Duplicate,
        "delay" => Disturbance::Delay { millis: LATE_MILLIS },
        "reorder" => Disturbance::Reorder,
        _ => return Err(Refusal::Body),
    };
    let direction = match fields.direction.as_str() {
        "toDevice" => Direction::ToDevice,
        "fromDevice" => Direction::FromDevice,
        _ => return Err(Refusal::Body),
    };
    let frames: usize = fields.frames.trim().parse().map_err(|_| Refusal::Body)?;
    Ok(house.disturb(id, direction, disturbance, frames)?)
}
