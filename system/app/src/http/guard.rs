//! The guard of the house: how it stands, arming, disarming, and the codes.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use tomori_look::{Field, Html, Icon, Input, Tone, When, Width, badge, choices, empty_state, live, notice};
use tomori_smart_home::arming::{Arming, Code, Mode, Order, Outcome, Phase, Wish};
use tomori_smart_home::{DeviceId, OrderId};

use super::App;
use super::fields::{Fields, Signed};
use super::shell::{Place, Query, Told, go_on};
use super::visitor::Visitor;
use crate::port::{CodesError, Given, GuardView, HouseView, Link, NewCodes, OrderError};
use crate::say::Say;

#[derive(Template)]
#[template(path = "guard.html")]
struct GuardPage {
    say: Say,
    told: Html,
    csrf: String,
    /// Where the guard stands, in a word of its tone.
    tone: Tone,
    stands: String,
    badges: Html,
    obstacles: Vec<Obstacle>,
    low_battery: Vec<String>,
    bypassed: Vec<String>,
    /// The modes that can be armed now.
    modes: Vec<(&'static str, String)>,
    disarm: Option<Html>,
    incident: Option<String>,
    codes: Option<CodesForm>,
    empty: Html,
}

/// A sensor that stands in the way.
struct Obstacle {
    id: String,
    text: String,
}

struct CodesForm {
    current: Option<Html>,
    code: Html,
    duress: Html,
    open: bool,
}

impl GuardPage {
    /// What may be left out this time.
    fn bypass(&self) -> Html {
        let boxes: Vec<_> = self
            .obstacles
            .iter()
            .map(|obstacle| (obstacle.id.as_str(), obstacle.text.as_str(), false))
            .collect();
        choices("bypass", &self.say.text("guard-obstacles-bypass"), true, &boxes, None)
    }
}

/// `GET /guard`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    let told = query.told(visitor.say);
    show(&app, &visitor, &query.order, told, None, StatusCode::OK).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    order: &str,
    told: Html,
    wrong: Option<&str>,
    status: StatusCode,
) -> Response {
    let (viewer, home, say) = (&visitor.viewer, &visitor.home.id, visitor.say);
    let found = async {
        Ok::<_, crate::port::PortError>((app.port.house(viewer, home).await?, app.port.guard(viewer, home).await?))
    };
    let (house, guard) = match found.await {
        Ok(found) => found,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.now());
    let order = order.parse::<OrderId>().ok();
    let mut body = body(app, visitor, &house, &guard, &when);
    body.told = match (told.is_empty(), &order) {
        (true, Some(order)) => answer(say, order, &guard),
        _ => told,
    };
    if let Some(wrong) = wrong {
        body.told = notice(Tone::Attention, wrong, &Html::empty());
        if let Some(codes) = &mut body.codes {
            codes.open = true;
        }
    }
    let path = match &order {
        Some(order) => format!("/guard?order={order}"),
        None => "/guard".to_owned(),
    };
    let body = live("/events", &path, &say.text("live-lost"), &Html::of(&body));
    visitor.page_with(Place::Guard, &say.text("guard-title"), body, Width::Column, status)
}

fn body(app: &App, visitor: &Visitor, house: &HouseView, guard: &GuardView, when: &When) -> GuardPage {
    let say = visitor.say;
    let name = |device: &DeviceId| {
        let known = house.devices.iter().find(|view| view.device.id == *device);
        known.map_or_else(|| say.text("device-gone"), |view| say.device_name(&view.device))
    };
    let arming = guard.arming.as_ref();
    let is_known = guard.gateway == Link::Up && arming.is_some();
    let (tone, stands) = match arming {
        Some(arming) if is_known => say.guard(arming, when),
        _ => (Tone::Unknown, say.text("guard-unknown")),
    };
    let is_disarmed = arming.is_some_and(|arming| arming.phase == Phase::Disarmed);
    let has_code = arming.is_some_and(|arming| arming.has_code);
    let guarded = |mode: &Mode| guard.security.zones.iter().any(|zone| zone.modes.contains(mode));
    let modes = if is_known && is_disarmed && has_code {
        Mode::ARMED
            .into_iter()
            .filter(guarded)
            .map(|mode| (mode.word(), say.mode(mode)))
            .collect()
    } else {
        Vec::new()
    };
    let field = |name: &'static str, label: String, input| Field::new(say.lang, name, &label, input).html();
    GuardPage {
        say,
        told: Html::empty(),
        csrf: visitor.csrf.clone(),
        tone,
        stands,
        badges: badges(say, guard, when),
        obstacles: arming.filter(|_| is_known).map_or_else(Vec::new, |arming| {
            let of = arming.obstacles.iter();
            of.map(|obstacle| Obstacle {
                id: obstacle.device.to_string(),
                text: say.with(
                    "guard-obstacle",
                    &[
                        ("name", name(&obstacle.device).into()),
                        ("fault", say.guard_fault(obstacle.fault).into()),
                    ],
                ),
            })
            .collect()
        }),
        low_battery: arming.map_or_else(Vec::new, |arming| arming.low_battery.iter().map(name).collect()),
        bypassed: arming.map_or_else(Vec::new, |arming| arming.bypassed.iter().map(name).collect()),
        modes,
        disarm: (is_known && !is_disarmed).then(|| field("code", say.text("field-guard-code"), Input::CurrentPassword)),
        incident: arming
            .and_then(|arming| arming.incident.as_ref())
            .map(|incident| format!("/incidents/{incident}")),
        codes: app.port.sets_codes().then(|| CodesForm {
            current: has_code.then(|| field("current", say.text("field-guard-current"), Input::CurrentPassword)),
            code: field("code", say.text("field-guard-new"), Input::NewPassword),
            duress: field("duress", say.text("field-guard-duress"), Input::NewPassword),
            open: !has_code,
        }),
        empty: if guard.security.zones.is_empty() {
            empty_state(
                Icon::Alarm,
                &say.text("guard-empty-head"),
                &say.text("guard-empty-text"),
                &Html::empty(),
            )
        } else {
            Html::empty()
        },
    }
}

/// How it is known, and since when.
fn badges(say: Say, guard: &GuardView, when: &When) -> Html {
    let Some(arming) = &guard.arming else {
        return badge(Tone::Unknown, &say.text("guard-never-told"));
    };
    match guard.gateway {
        // It was never armed: there is no moment since when.
        Link::Up if arming.since == Timestamp::UNIX_EPOCH => Html::empty(),
        Link::Up => badge(
            Tone::Confirmed,
            &say.with("guard-since", &[("since", when.moment(arming.since).into())]),
        ),
        Link::Down { since } => badge(
            Tone::Unknown,
            &say.with("standing-unknown", &[("since", when.moment(since).into())]),
        ),
        Link::Never => badge(Tone::Unknown, &say.text("guard-never-told")),
    }
}

/// What became of an order, or that the house has not answered yet.
fn answer(say: Say, order: &OrderId, guard: &GuardView) -> Html {
    let answered = guard.arming.as_ref().and_then(|arming: &Arming| arming.answer.as_ref());
    let (tone, text) = match answered.filter(|answer| answer.order == *order) {
        Some(answer) => say.outcome(answer.outcome),
        None => (Tone::Sent, say.text("order-waiting")),
    };
    notice(tone, &text, &Html::empty())
}

/// `POST /guard/arm`
pub(crate) async fn arm(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let mode = Mode::from_word(fields.get("mode")).filter(|mode| *mode != Mode::Disarmed);
    let bypass: Option<BTreeSet<DeviceId>> = fields.all("bypass").map(|id| id.parse().ok()).collect();
    match (mode, bypass) {
        (Some(mode), Some(bypass)) if bypass.len() <= Order::MOST_BYPASSED => {
            give(&app, &visitor, Wish::Arm { mode, bypass }).await
        }
        _ => visitor.refuse(super::refusal::Refusal::unreadable()).into_response(),
    }
}

/// `POST /guard/disarm`
pub(crate) async fn disarm(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    match Code::new(fields.get("code")) {
        Ok(code) => give(&app, &visitor, Wish::Disarm { code }).await,
        Err(_) => wrong(&app, &visitor, &visitor.say.text("wrong-guard-code")).await,
    }
}

async fn give(app: &App, visitor: &Visitor, wish: Wish) -> Response {
    let say = visitor.say;
    match app.port.order(&visitor.viewer, &visitor.home.id, wish).await {
        Ok(Given::Answered(Outcome::Done)) => go_on("/guard", Some(Told::GuardDone)),
        Ok(Given::Answered(outcome)) => wrong(app, visitor, &say.outcome(outcome).1).await,
        // What becomes of it the page tells; until then it says that it waits.
        Ok(Given::Waiting(order)) => Redirect::to(&format!("/guard?order={order}")).into_response(),
        Err(OrderError::Port(error)) => visitor.refuse(error).into_response(),
        Err(OrderError::HouseUnreachable) => wrong(app, visitor, &say.text("blocked-house-unreachable")).await,
        Err(OrderError::Busy) => wrong(app, visitor, &say.text("order-busy")).await,
    }
}

/// `POST /guard/codes`
pub(crate) async fn codes(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let say = visitor.say;
    if !app.port.sets_codes() {
        return visitor.refuse(super::refusal::Refusal::not_here()).into_response();
    }
    let Some(codes) = new_codes(&fields) else {
        return wrong(&app, &visitor, &say.text("wrong-guard-code")).await;
    };
    let text = match app.port.set_codes(&visitor.viewer, &visitor.home.id, codes).await {
        Ok(()) => return go_on("/guard", Some(Told::CodesSet)),
        Err(CodesError::Port(error)) => return visitor.refuse(error).into_response(),
        Err(CodesError::Same) => say.text("codes-same"),
        Err(CodesError::Wrong) => say.text("outcome-wrong-code"),
        Err(CodesError::Locked) => say.text("outcome-locked"),
    };
    wrong(&app, &visitor, &text).await
}

fn new_codes(fields: &Fields) -> Option<NewCodes> {
    let current = fields.get("current");
    Some(NewCodes {
        code: Code::new(fields.get("code")).ok()?,
        duress: Code::new(fields.get("duress")).ok()?,
        current: match current {
            "" => None,
            current => Some(Code::new(current).ok()?),
        },
    })
}

async fn wrong(app: &App, visitor: &Visitor, text: &str) -> Response {
    show(
        app,
        visitor,
        "",
        Html::empty(),
        Some(text),
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await
}
