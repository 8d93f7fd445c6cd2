//! The control door in JSON, for scripts and tests.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tomori_runtime::http::Problem;
use tomori_runtime::i18n::{Arg, Lang};

use super::say;
use crate::appliance::Hand;
use crate::house::{EnrolThingError, NodeView, OperateError, VirtualHouse};
use crate::lan::line::{Direction, Disturbance};

pub(super) fn router() -> Router<VirtualHouse> {
    Router::new()
        .route("/api/nodes", get(all))
        .route("/api/nodes/{id}", get(one))
        .route("/api/nodes/{id}/sets", get(sets))
        .route("/api/nodes/{id}/words", get(words))
        .route("/api/nodes/{id}/hand", post(hand))
        .route("/api/nodes/{id}/jam", post(jam))
        .route("/api/nodes/{id}/power", post(power))
        .route("/api/nodes/{id}/remote", post(remote))
        .route("/api/nodes/{id}/condition", post(condition))
        .route("/api/nodes/{id}/enrol", post(enrol))
        .route("/api/nodes/{id}/line", post(disturb).delete(calm))
        .route("/api/nodes/{id}/noise", post(noise))
}

type Given<T> = Result<Json<T>, JsonRejection>;

async fn all(State(house): State<VirtualHouse>) -> Json<Vec<NodeView>> {
    Json(house.nodes())
}

async fn one(State(house): State<VirtualHouse>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(house.node(&id), &headers)
}

async fn sets(State(house): State<VirtualHouse>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(house.received_sets(&id), &headers)
}

async fn words(State(house): State<VirtualHouse>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(house.heard_words(&id), &headers)
}

async fn hand(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Hand>,
) -> Response {
    act(given, &headers, |hand| house.operate_by_hand(&id, hand))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jam {
    jammed: bool,
}

async fn jam(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Jam>,
) -> Response {
    act(given, &headers, |Jam { jammed }| house.jam(&id, jammed))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Power {
    on: bool,
}

async fn power(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Power>,
) -> Response {
    act(given, &headers, |Power { on }| house.power(&id, on))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remote {
    permitted: bool,
}

async fn remote(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Remote>,
) -> Response {
    act(given, &headers, |Remote { permitted }| {
        house.permit_remote(&id, permitted)
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Meddle {
    tampered: Option<bool>,
    battery_low: Option<bool>,
}

async fn condition(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Meddle>,
) -> Response {
    act(given, &headers, |wanted| {
        if let Some(tampered) = wanted.tampered {
            house.tamper(&id, tampered)?;
        }
        wanted.battery_low.map_or(Ok(()), |low| house.battery(&id, low))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enrol {
    gateway: String,
    code: String,
}

async fn enrol(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Enrol>,
) -> Response {
    let Enrol { gateway, code } = match given {
        Ok(Json(given)) => given,
        Err(rejection) => return unreadable(&rejection, &headers),
    };
    match house.enrol(&id, &gateway, &code).await {
        Ok(device) => Json(serde_json::json!({ "device": device })).into_response(),
        Err(EnrolThingError::Operate(error)) => problem(&error, lang(&headers)).into_response(),
        Err(EnrolThingError::Enrol(error)) => {
            let title = say(lang(&headers), "problem-enrol", &[]);
            Problem::new(StatusCode::CONFLICT, "not-enrolled", title)
                .detail(error.to_string())
                .into_response()
        }
    }
}

#[derive(Debug, Deserialize)]
struct Disturb {
    direction: Direction,
    #[serde(flatten)]
    disturbance: Disturbance,
    frames: usize,
}

async fn disturb(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Disturb>,
) -> Response {
    act(given, &headers, |wanted| {
        house.disturb(&id, wanted.direction, wanted.disturbance, wanted.frames)
    })
}

async fn calm(State(house): State<VirtualHouse>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    done(house.calm(&id), &headers)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Noise {
    datagrams: usize,
}

async fn noise(
    State(house): State<VirtualHouse>,
    Path(id): Path<String>,
    headers: HeaderMap,
    given: Given<Noise>,
) -> Response {
    act(given, &headers, |Noise { datagrams }| house.make_noise(&id, datagrams))
}

fn act<T>(given: Given<T>, headers: &HeaderMap, act: impl FnOnce(T) -> Result<(), OperateError>) -> Response {
    match given {
        Ok(Json(given)) => done(act(given), headers),
        Err(rejection) => unreadable(&rejection, headers),
    }
}

fn unreadable(rejection: &JsonRejection, headers: &HeaderMap) -> Response {
    Problem::new(rejection.status(), "body", say(lang(headers), "problem-body", &[]))
        .detail(rejection.body_text())
        .into_response()
}

fn done(result: Result<(), OperateError>, headers: &HeaderMap) -> Response {
    match result {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => problem(&error, lang(headers)).into_response(),
    }
}

fn answer<T: serde::Serialize>(result: Result<T, OperateError>, headers: &HeaderMap) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => problem(&error, lang(headers)).into_response(),
    }
}

fn problem(error: &OperateError, lang: Lang) -> Problem {
    let (status, slug, title, detail, id) = match error {
        OperateError::NoSuchNode(id) => (
            StatusCode::NOT_FOUND,
            "no-such-node",
            "problem-node",
            "problem-node-detail",
            id,
        ),
        OperateError::NotPossible(id) => (
            StatusCode::CONFLICT,
            "not-possible",
            "problem-possible",
            "problem-possible-detail",
            id,
        ),
    };
    Problem::new(status, slug, say(lang, title, &[])).detail(say(lang, detail, &[("id", Arg::from(id.clone()))]))
}

fn lang(headers: &HeaderMap) -> Lang {
    Lang::from_accept_language(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}
