//! Photos from the guard's phone: received in pieces, counted while they come, refused before they come where that can be
//! known (T3-10 EP③ サービス不能).

use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, post};
use futures_util::StreamExt as _;
use http::{HeaderValue, StatusCode, header};
use tomori_look::Html;

use crate::board::{Thumbnail, thumbnails};
use crate::desk::Desk;
use crate::dispatch::{Mission, MissionState};
use crate::door::{Failure, Say, Seat, Street};
use crate::photos::{LARGEST_FILE, MOST_PHOTOS};

/// A photo and the form around it.
const LARGEST_REQUEST: usize = LARGEST_FILE + 16 * 1024;
/// Of a form's own field; ours is 43 letters.
const LONGEST_TOKEN: usize = 100;
/// What is still read of a refused upload, and thrown away, so that the browser shows why and not that the line broke.
const LINGER: (usize, Duration) = (64 * 1024 * 1024, Duration::from_secs(10));

#[derive(Template)]
#[template(path = "photo_form.html")]
struct Part<'a> {
    say: Say,
    csrf: &'a str,
    photos: Vec<Thumbnail>,
    may_add: bool,
    left: String,
}

/// The photos of the mission, while the guard is at the house.
pub(super) async fn draw(desk: &Desk, seat: &Seat, mission: Option<&Mission>) -> Result<Html, Failure> {
    let Some(mission) = mission.filter(|mission| mission.state == MissionState::Arrived) else {
        return Ok(Html::empty());
    };
    let say = seat.say;
    let photos = desk.inner.photos.of_mission(mission.number).await?;
    let left = MOST_PHOTOS.saturating_sub(photos.len());
    Ok(Html::of(&Part {
        say,
        csrf: &seat.viewer.csrf,
        photos: thumbnails(say, "/duty/photos", &photos),
        may_add: left > 0,
        left: say.with("photos-left", &[("count", left.into())]),
    }))
}

/// The route that takes photos: this one alone reads more than a form.
pub(super) fn route() -> MethodRouter<Desk> {
    post(add).layer(DefaultBodyLimit::max(LARGEST_REQUEST))
}

/// `POST /duty/photos`
async fn add(State(desk): State<Desk>, request: Request) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let at = Street::from_request_parts(&mut parts, &desk).await?;
    desk.door.is_own(&parts.headers, &parts.uri)?;
    let length = parts.headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LARGEST_REQUEST as u64) {
        // Answered at once; what still comes goes nowhere.
        tokio::spawn(linger(body));
        return Err(too_large());
    }
    let viewer = &at.seat.viewer;
    let received = match desk.inner.photos.receive(viewer).await {
        Ok(received) => received,
        Err(error) => {
            tokio::spawn(linger(body));
            return Err(error.into());
        }
    };
    let request = Request::from_parts(parts, body);
    let form = Multipart::from_request(request, &desk).await;
    let mut form = form.map_err(|_| Failure::new(StatusCode::BAD_REQUEST, "bad-request"))?;
    // The token stands first in our own form: nothing of a foreign one is kept for a moment.
    let first = form.next_field().await.map_err(refused)?;
    let token = match first {
        Some(field) if field.name() == Some("csrf") => bounded(field, LONGEST_TOKEN).await?,
        _ => return Err(Failure::foreign_page()),
    };
    at.seat.is_signed(&String::from_utf8_lossy(&token))?;
    let second = form.next_field().await.map_err(refused)?;
    // The name that the file had, and what it calls itself, are nobody's business.
    let sent = match second {
        Some(field) if field.name() == Some("photo") => bounded(field, LARGEST_FILE).await?,
        _ => return Err(Failure::new(StatusCode::BAD_REQUEST, "bad-request")),
    };
    desk.inner.photos.add(viewer, sent).await?;
    drop(received);
    Ok(Redirect::to("/duty").into_response())
}

async fn bounded(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(refused)? {
        if read.len() + piece.len() > most {
            return Err(too_large());
        }
        read.extend_from_slice(&piece);
    }
    Ok(read)
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err")]
fn refused(error: MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        Failure::new(StatusCode::BAD_REQUEST, "bad-request")
    }
}

fn too_large() -> Failure {
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large")
}

async fn linger(body: Body) {
    let (most, within) = LINGER;
    let mut pieces = body.into_data_stream();
    let reading = async {
        let mut read = 0_usize;
        while let Some(Ok(piece)) = pieces.next().await {
            read = read.saturating_add(piece.len());
            if read > most {
                break;
            }
        }
    };
    // Whether it ended or ran out of time is the same.
    let _ = tokio::time::timeout(within, reading).await;
}

/// `GET /duty/photos/{number}`
pub(super) async fn picture(
    State(desk): State<Desk>,
    at: Street,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number: i64 = number.parse().map_err(|_| Failure::not_found())?;
    let guard = &at.seat.viewer.staff;
    Ok(jpeg(number, desk.inner.photos.own_picture(guard, number).await?))
}

/// A JPEG of ours. Whatever a browser thinks of it, it is a picture, and nothing in it runs.
pub(crate) fn jpeg(number: i64, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"photo-{number}.jpg\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
