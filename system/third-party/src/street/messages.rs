//! Instructions on the guard's phone: read, and answered.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use tomori_look::{Html, When};

use crate::board::{MessageReader, message_list, names};
use crate::desk::Desk;
use crate::dispatch::{Mission, MissionState};
use crate::door::{Failure, Seat, Signed, Street, done};

/// The messages of the mission, from the moment the guard has said yes.
pub(super) async fn draw(desk: &Desk, seat: &Seat, when: &When, mission: Option<&Mission>) -> Result<Html, Failure> {
    let Some(mission) = mission.filter(|mission| mission.state != MissionState::Offered) else {
        return Ok(Html::empty());
    };
    let messages = desk.inner.dispatch.messages(mission.number).await?;
    let reader = MessageReader {
        is_guard: true,
        may_write: true,
        action: "/duty/replies",
    };
    Ok(message_list(seat, when, &names(desk).await?, &messages, &reader))
}

/// `POST /duty/replies`
pub(super) async fn reply(
    State(desk): State<Desk>,
    Signed { at, fields }: Signed<Street>,
) -> Result<Response, Failure> {
    desk.inner.dispatch.reply(&at.seat.viewer, fields.raw("text")).await?;
    Ok(Redirect::to("/duty").into_response())
}

/// `POST /duty/instructions/{number}/read`
pub(super) async fn read(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    headers: HeaderMap,
    Signed { at, .. }: Signed<Street>,
) -> Result<Response, Failure> {
    let number: i64 = number.parse().map_err(|_| Failure::not_found())?;
    desk.inner.dispatch.read(&at.seat.viewer, number).await?;
    Ok(done(&headers, "/duty"))
}
