//! The guard's page, for a phone: on duty or not, where one is, the mission, yes or no, arrived, done.

mod emergency;
mod messages;
mod photos;

pub(crate) use photos::jpeg;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue, StatusCode};
use tomori_look::{Html, Tone, badge, fragment, live};

use crate::board::case::{Known, whereabouts};
use crate::desk::Desk;
use crate::desk::shell::{self, Place as Nav};
use crate::dispatch::{MissionState, Place};
use crate::door::{Failure, Say, Seat, Signed, Street};
use crate::unlock::pages::{passkey_news, unlock_part};

#[derive(Template)]
#[template(path = "duty.html")]
struct DutyPage {
    say: Say,
    button: Html,
    news: Html,
    live: Html,
}

#[derive(Template)]
#[template(path = "duty_part.html")]
struct Part<'a> {
    say: Say,
    csrf: &'a str,
    is_on_duty: bool,
    duty: Html,
    placed: Html,
    mission: Option<Going>,
    unlock: Html,
    messages: Html,
    emergency: Html,
    photos: Html,
}

/// What a guard may know of a case, as long as they have its mission; the address from the moment they said yes.
struct Going {
    state: Html,
    danger: Html,
    is_offered: bool,
    is_under_way: bool,
    is_there: bool,
    name: String,
    address: String,
    plan: String,
    notes: String,
    /// `geo:` for the phone's own map.
    geo: String,
}

/// The routes.
pub(crate) fn routes() -> Router<Desk> {
    Router::new()
        .route("/duty", get(page).post(set_duty))
        .route("/duty/part", get(part))
        .route("/duty/events", get(crate::board::street_events))
        .route("/duty/place", post(set_place))
        .route("/duty/mission", post(answer))
        .route("/duty/photos", photos::route())
        .route("/duty/photos/{number}", get(photos::picture))
        .route("/duty/emergency", post(emergency::press))
        .route("/duty/replies", post(messages::reply))
        .route("/duty/instructions/{number}/read", post(messages::read))
}

/// `GET /duty`
async fn page(State(desk): State<Desk>, at: Street) -> Result<Response, Failure> {
    let say = at.seat.say;
    let part = draw(&desk, &at.seat).await?;
    let body = Html::of(&DutyPage {
        say,
        button: emergency::button(&desk, &at.seat),
        news: passkey_news(&desk, &at.seat).await?,
        live: live("/duty/events", "/duty/part", &say.text("board-lost"), &part),
    });
    let title = say.text("place-duty");
    let mut response = shell::page(&at.seat, Nav::Duty, &title, body, StatusCode::OK);
    // This page alone may ask the phone where it is, when the guard presses for it.
    let policy = HeaderValue::from_static("camera=(), geolocation=(self), microphone=(), payment=(), usb=()");
    let name = HeaderName::from_static("permissions-policy");
    response.headers_mut().insert(name, policy);
    Ok(response)
}

/// `GET /duty/part`
async fn part(State(desk): State<Desk>, at: Street) -> Result<Response, Failure> {
    Ok(fragment(draw(&desk, &at.seat).await?))
}

async fn draw(desk: &Desk, seat: &Seat) -> Result<Html, Failure> {
    let say = seat.say;
    let when = shell::when(desk, say);
    let (guard, mission) = desk.inner.dispatch.guard(&seat.viewer.staff).await?;
    let is_on_duty = guard.as_ref().is_some_and(|guard| guard.is_on_duty);
    let messages = messages::draw(desk, seat, &when, mission.as_ref()).await?;
    let photos = photos::draw(desk, seat, mission.as_ref()).await?;
    let mut unlock = Html::empty();
    let going = match mission {
        None => None,
        Some(mission) => {
            let case = desk.inner.cases.case(&mission.case).await?.case;
            let said_yes = mission.state != MissionState::Offered;
            if said_yes {
                unlock = unlock_part(desk, seat, &case).await?;
            }
            let known = whereabouts(desk, &case, said_yes).await?.filter(|_| said_yes);
            let place = known.as_ref().and_then(|known| known.place);
            let place = place.map(|(north, east)| format!("geo:{north},{east}"));
            let of = |pick: fn(&Known) -> &String| known.as_ref().map(pick).cloned().unwrap_or_default();
            Some(Going {
                state: badge(Tone::Moving, &say.text(mission_key(mission.state))),
                danger: badge(Tone::Alarm, &say.text(case.danger.key())),
                is_offered: mission.state == MissionState::Offered,
                is_under_way: mission.state == MissionState::Accepted,
                is_there: mission.state == MissionState::Arrived,
                name: of(|known| &known.name),
                address: of(|known| &known.address),
                plan: of(|known| &known.plan),
                notes: of(|known| &known.notes),
                geo: place.unwrap_or_default(),
            })
        }
    };
    Ok(Html::of(&Part {
        say,
        csrf: &seat.viewer.csrf,
        is_on_duty,
        duty: if is_on_duty {
            badge(Tone::Confirmed, &say.text("duty-on"))
        } else {
            badge(Tone::Resting, &say.text("duty-off"))
        },
        placed: guard
            .and_then(|guard| guard.placed_at)
            .map_or_else(|| Html::text(&say.text("duty-no-place")), |at| when.moment_html(at)),
        mission: going,
        unlock,
        messages,
        photos,
        emergency: emergency::draw(desk, seat, &when).await?,
    }))
}

/// Key of what a mission's state is called.
pub(crate) fn mission_key(state: MissionState) -> &'static str {
    match state {
        MissionState::Offered => "mission-offered",
        MissionState::Accepted => "mission-accepted",
        MissionState::Declined => "mission-declined",
        MissionState::TimedOut => "mission-timed-out",
        MissionState::CalledOff => "mission-called-off",
        MissionState::Arrived => "mission-arrived",
        MissionState::Done => "mission-done",
    }
}

/// `POST /duty`
async fn set_duty(State(desk): State<Desk>, Signed { at, fields }: Signed<Street>) -> Result<Response, Failure> {
    let is_on_duty = match fields.get("duty") {
        "on" => true,
        "off" => false,
        _ => return Err(Failure::new(StatusCode::BAD_REQUEST, "bad-request")),
    };
    desk.inner.dispatch.set_duty(&at.seat.viewer, is_on_duty).await?;
    Ok(Redirect::to("/duty").into_response())
}

/// `POST /duty/place`
async fn set_place(State(desk): State<Desk>, Signed { at, fields }: Signed<Street>) -> Result<Response, Failure> {
    let degrees = |name: &str| fields.get(name).parse::<f64>().ok();
    let place = degrees("north").zip(degrees("east"));
    let place = place.and_then(|(north, east)| Place::new(north, east));
    let place = place.ok_or(Failure::unfit("north", "unfit-degrees"))?;
    desk.inner.dispatch.set_place(&at.seat.viewer.staff, place).await?;
    Ok(Redirect::to("/duty").into_response())
}

/// `POST /duty/mission`
async fn answer(State(desk): State<Desk>, Signed { at, fields }: Signed<Street>) -> Result<Response, Failure> {
    let state = match fields.get("answer") {
        "accept" => MissionState::Accepted,
        "decline" => MissionState::Declined,
        "arrive" => MissionState::Arrived,
        "done" => MissionState::Done,
        _ => return Err(Failure::new(StatusCode::BAD_REQUEST, "bad-request")),
    };
    let report = fields.raw("report").to_owned();
    desk.inner.dispatch.answer(&at.seat.viewer, state, &report).await?;
    Ok(Redirect::to("/duty").into_response())
}
