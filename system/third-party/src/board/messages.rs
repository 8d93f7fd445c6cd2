//! What the owner of a case and the guard who is under way write to each other.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use tomori_look::{Html, Tone, When, badge};
use tomori_smart_home::{CaseId, StaffId};

use super::case;
use crate::desk::Desk;
use crate::dispatch::{Message, Mission, MissionState};
use crate::door::{AtBoard, Failure, Say, Seat, Signed};

#[derive(Template)]
#[template(path = "messages.html")]
struct Part<'a> {
    say: Say,
    csrf: &'a str,
    rows: Vec<Row>,
    /// What a screen reader says when it changes.
    news: String,
    is_guard: bool,
    may_write: bool,
    action: &'a str,
    label: String,
}

struct Row {
    number: i64,
    text: String,
    who: String,
    at: Html,
    state: Html,
    is_unread: bool,
}

/// Whose page it is.
pub(crate) struct Reader<'a> {
    /// Whether it is the guard's.
    pub(crate) is_guard: bool,
    /// Whether there is somebody to write to, and whoever reads may.
    pub(crate) may_write: bool,
    /// Where a new message goes.
    pub(crate) action: &'a str,
}

/// The messages of a mission.
pub(crate) fn listed(
    seat: &Seat,
    when: &When,
    names: &HashMap<StaffId, String>,
    messages: &[Message],
    reader: &Reader<'_>,
) -> Html {
    let say = seat.say;
    let rows = messages.iter().map(|message| Row {
        number: message.number,
        text: message.text.clone(),
        who: case::name_of(say, names, &message.who),
        at: when.moment_html(message.at),
        state: match (message.is_from_guard, message.read_at) {
            (true, _) => Html::empty(),
            (false, Some(at)) => {
                let at = when.minutes(at);
                badge(
                    Tone::Confirmed,
                    &say.with("message-read", &[("at", at.as_str().into())]),
                )
            }
            (false, None) => badge(Tone::Sent, &say.text("message-unread")),
        },
        is_unread: !message.is_from_guard && message.read_at.is_none(),
    });
    let newest = messages.iter().rev().find(|it| it.is_from_guard != reader.is_guard);
    Html::of(&Part {
        say,
        csrf: &seat.viewer.csrf,
        rows: rows.collect(),
        news: newest.map(|message| message.text.clone()).unwrap_or_default(),
        is_guard: reader.is_guard,
        may_write: reader.may_write,
        action: reader.action,
        label: say.text(if reader.is_guard {
            "field-reply"
        } else {
            "field-instruction"
        }),
    })
}

/// The part of a case's page: the messages of the newest mission that somebody said yes to.
pub(super) async fn draw(
    desk: &Desk,
    seat: &Seat,
    when: &When,
    names: &HashMap<StaffId, String>,
    missions: &[Mission],
    id: &CaseId,
    is_mine: bool,
) -> Result<Html, Failure> {
    let Some(mission) = missions.iter().rev().find(|mission| mission.accepted_at.is_some()) else {
        return Ok(Html::empty());
    };
    let messages = desk.inner.dispatch.messages(mission.number).await?;
    let hears = matches!(mission.state, MissionState::Accepted | MissionState::Arrived);
    let reader = Reader {
        is_guard: false,
        may_write: is_mine && hears,
        action: &format!("/cases/{id}/instructions"),
    };
    Ok(listed(seat, when, names, &messages, &reader))
}

/// `POST /cases/{case}/instructions`
pub(super) async fn instruct(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = case::id(&case)?;
    let done = desk.inner.dispatch.instruct(&at.seat.viewer, &id, fields.raw("text"));
    match done.await.map_err(Failure::from) {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(failure) if failure.status() == StatusCode::CONFLICT => {
            case::show(&desk, &at.seat, &id, &fields, Some(&failure)).await
        }
        Err(failure) => Err(failure),
    }
}
