//! Guards who need help, above everything else on every page of the board.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use tomori_look::{Html, When};
use tomori_smart_home::StaffId;

use super::case;
use crate::desk::Desk;
use crate::door::{AtBoard, Failure, Say, Seat, Signed, done};

#[derive(Template)]
#[template(path = "emergencies.html")]
struct Part<'a> {
    say: Say,
    csrf: &'a str,
    rows: Vec<Row>,
    loud: usize,
    /// What a screen reader says when it changes.
    news: String,
}

struct Row {
    number: i64,
    name: String,
    at: Html,
    presses: String,
    case: String,
    geo: String,
    place: String,
    seen: String,
    is_loud: bool,
    is_first: bool,
}

/// What stands above the board; there even when it is empty, so that it can come without anything else changing.
pub(super) async fn draw(
    desk: &Desk,
    seat: &Seat,
    when: &When,
    names: &HashMap<StaffId, String>,
) -> Result<Html, Failure> {
    let say = seat.say;
    let open = desk.inner.emergency.all().await?;
    let first = open.iter().find(|it| it.seen.is_none()).map(|it| it.number);
    let rows: Vec<Row> = open
        .iter()
        .map(|it| Row {
            number: it.number,
            name: case::name_of(say, names, &it.staff),
            at: when.moment_html(it.last_at),
            presses: if it.presses > 1 {
                say.with("emergency-presses", &[("count", it.presses.into())])
            } else {
                String::new()
            },
            case: it.case.as_ref().map(ToString::to_string).unwrap_or_default(),
            geo: it
                .detail
                .place
                .map(|(north, east, _)| format!("geo:{north},{east}"))
                .unwrap_or_default(),
            place: it.detail.place.map_or_else(
                || say.text("emergency-no-place"),
                |(north, east, at)| {
                    let (place, at) = (format!("{north}, {east}"), when.minutes(at));
                    let words = [("place", place.as_str().into()), ("at", at.as_str().into())];
                    say.with("emergency-place", &words)
                },
            ),
            seen: it.seen.as_ref().map_or_else(String::new, |(by, at)| {
                let (name, at) = (case::name_of(say, names, by), when.minutes(*at));
                let words = [("name", name.as_str().into()), ("at", at.as_str().into())];
                say.with("emergency-seen", &words)
            }),
            is_loud: it.seen.is_none(),
            is_first: first == Some(it.number),
        })
        .collect();
    let loud = rows.iter().filter(|row| row.is_loud);
    let news: Vec<String> = loud
        .clone()
        .map(|row| format!("{} {}", say.text("emergency-title"), row.name))
        .collect();
    Ok(Html::of(&Part {
        say,
        csrf: &seat.viewer.csrf,
        loud: loud.count(),
        rows,
        news: news.join(". "),
    }))
}

/// `POST /emergencies/{number}/acknowledge`
pub(super) async fn acknowledge(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    headers: HeaderMap,
    Signed { at, .. }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let number: i64 = number.parse().map_err(|_| Failure::not_found())?;
    desk.inner.emergency.acknowledge(&at.seat.viewer, number).await?;
    Ok(done(&headers, "/board"))
}

/// `POST /emergencies/{number}/end`
pub(super) async fn end(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let number: i64 = number.parse().map_err(|_| Failure::not_found())?;
    let emergency = &desk.inner.emergency;
    emergency.end(&at.seat.viewer, number, fields.raw("note")).await?;
    Ok(Redirect::to("/board").into_response())
}
