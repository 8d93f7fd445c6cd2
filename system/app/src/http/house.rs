//! The first screen: is my house all right? And the rooms with their devices.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tomori_look::picture::{Going, House, Room, Shade, Window};
use tomori_look::{Html, Icon, Tone, When, Width, empty_state, live};
use tomori_runtime::entropy;
use tomori_smart_home::DeviceKind;

use super::App;
use super::shell::{Place, Query};
use super::visitor::Visitor;
use crate::port::{DeviceView, GuardView, HouseView, Link, Vantage};
use crate::say::Say;
use crate::state::{Concern, Controls, DeviceState, Fact, Position, Standing, Verdict, device_state, verdict};

/// One device as the pages show it.
pub(crate) struct DeviceRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) kind: String,
    pub(crate) headline: String,
    pub(crate) badges: Html,
    pub(crate) last_known: Option<String>,
    pub(crate) pending: Option<String>,
    pub(crate) failed: Option<String>,
    pub(crate) spoken: String,
    pub(crate) controls: Html,
    pub(crate) blocked: Option<String>,
}

/// The buttons of a device.
#[derive(Template)]
#[template(path = "controls.html")]
struct ControlsForm<'a> {
    say: Say,
    id: &'a str,
    full_name: &'a str,
    csrf: &'a str,
    key: String,
    back: &'a str,
    shutter: bool,
    disabled: bool,
}

struct RoomCard {
    name: String,
    devices: Vec<DeviceRow>,
}

#[derive(Template)]
#[template(path = "house.html")]
struct HousePage<'a> {
    say: Say,
    told: Html,
    /// Where the guard stands, when the house has one: tone, sentence, where to look.
    guard: Option<(Tone, String, String)>,
    tone: Tone,
    answer: String,
    more: String,
    as_of: Html,
    concerns: Vec<(String, String)>,
    picture: Html,
    vantage: Option<String>,
    rooms: &'a [RoomCard],
    empty: Html,
}

/// A fresh idempotency key.
pub(crate) fn fresh_key(app: &App) -> String {
    data_encoding::HEXLOWER.encode(&entropy::bytes::<16>(&*app.options.entropy))
}

/// `GET /`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    let house = match app.port.house(&visitor.viewer, &visitor.home.id).await {
        Ok(house) => house,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let guard = match app.port.guard(&visitor.viewer, &visitor.home.id).await {
        Ok(guard) => guard,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let say = visitor.say;
    let now = app.port.now();
    let when = When::in_zone(say.lang, &house.place.time_zone, now);
    let verdict = verdict(&house, now);
    // A house in alarm is not well, however well its devices are.
    let in_alarm = guard.arming.as_ref().is_some_and(|arming| arming.incident.is_some());
    let rooms = rooms(&app, &visitor, &house, &when);
    let body = Html::of(&HousePage {
        say,
        told: query.told(say),
        guard: guard_line(say, &guard, &when),
        tone: if in_alarm { Tone::Alarm } else { verdict.tone() },
        answer: if in_alarm {
            say.with("answer-alarm", &[("name", house.name.clone().into())])
        } else {
            answer(say, &house, &verdict)
        },
        more: if in_alarm {
            say.text("answer-alarm-more")
        } else {
            answer_more(say, &verdict, &when)
        },
        as_of: when.moment_html(now),
        concerns: concerns(say, &verdict, &when),
        picture: picture(say, &house, &verdict, &when).svg(say.lang, "house"),
        vantage: vantage_note(say, &house.vantage, &when),
        rooms: &rooms,
        empty: if house.devices.is_empty() {
            empty_state(
                Icon::House,
                &say.text("house-empty-head"),
                &say.text("house-empty-text"),
                &Html::empty(),
            )
        } else {
            Html::empty()
        },
    });
    let body = live("/events", "/", &say.text("live-lost"), &body);
    visitor.page_with(Place::House, &house.name, body, Width::Broad, StatusCode::OK)
}

fn rooms(app: &App, visitor: &Visitor, house: &HouseView, when: &When) -> Vec<RoomCard> {
    let mut rooms: Vec<RoomCard> = Vec::new();
    for device in &house.devices {
        let row = device_row(app, visitor, house, device, when, "/");
        match rooms.iter_mut().find(|room| room.name == device.device.room) {
            Some(room) => room.devices.push(row),
            None => rooms.push(RoomCard {
                name: device.device.room.clone(),
                devices: vec![row],
            }),
        }
    }
    rooms
}

/// One device in words, with its buttons; `back` is the page the buttons lead back to.
pub(crate) fn device_row(
    app: &App,
    visitor: &Visitor,
    house: &HouseView,
    view: &DeviceView,
    when: &When,
    back: &str,
) -> DeviceRow {
    let say = visitor.say;
    let state = device_state(view, &house.vantage, when.now());
    let full_name = say.device_name(&view.device);
    let blocked = state.blocked.filter(|_| state.controls != Controls::None);
    let id = view.device.id.to_string();
    let controls = match state.controls {
        Controls::None => Html::empty(),
        Controls::Shutter { .. } | Controls::Power => Html::of(&ControlsForm {
            say,
            id: &id,
            full_name: &full_name,
            csrf: &visitor.csrf,
            key: fresh_key(app),
            back,
            shutter: matches!(state.controls, Controls::Shutter { .. }),
            disabled: blocked.is_some(),
        }),
    };
    DeviceRow {
        name: view.device.name.clone(),
        kind: say.kind(view.device.kind),
        headline: say.headline(&state),
        badges: say.badges(view, &state, when),
        last_known: say.last_known(&state, when),
        pending: state.pending.map(|command| {
            say.with(
                "pending-line",
                &[
                    ("deed", say.command(&full_name, command).into()),
                    ("stage", say.stage(command, when).into()),
                ],
            )
        }),
        failed: state.failed.map(|command| {
            say.with(
                "failed-line",
                &[
                    ("deed", say.command(&full_name, command).into()),
                    ("why", say.stage(command, when).into()),
                ],
            )
        }),
        spoken: say.spoken(&view.device, &state, when),
        blocked: blocked.map(|blocked| say.blocked(blocked, when)),
        controls,
        full_name,
        id,
    }
}

fn answer(say: Say, house: &HouseView, verdict: &Verdict<'_>) -> String {
    let name = house.name.clone();
    match verdict {
        Verdict::Empty => say.with("answer-empty", &[("name", name.into())]),
        Verdict::Well => say.with("answer-well", &[("name", name.into())]),
        Verdict::Look(concerns) => {
            let count = i64::try_from(concerns.len()).unwrap_or(i64::MAX);
            say.with("answer-look", &[("name", name.into()), ("count", count.into())])
        }
        Verdict::Unseen { .. } => say.with("answer-unseen", &[("name", name.into())]),
    }
}

fn answer_more(say: Say, verdict: &Verdict<'_>, when: &When) -> String {
    match verdict {
        Verdict::Empty => say.text("answer-empty-more"),
        Verdict::Well => say.text("answer-well-more"),
        Verdict::Look(_) => say.text("answer-look-more"),
        Verdict::Unseen { since: Some(since) } => {
            say.with("answer-unseen-more", &[("since", when.moment(*since).into())])
        }
        Verdict::Unseen { since: None } => say.text("answer-never-seen-more"),
    }
}

/// Each concern as a sentence and where to look.
fn concerns(say: Say, verdict: &Verdict<'_>, when: &When) -> Vec<(String, String)> {
    let Verdict::Look(concerns) = verdict else {
        return Vec::new();
    };
    let place = |view: &DeviceView| format!("/devices/{}", view.device.id);
    concerns
        .iter()
        .map(|concern| match concern {
            Concern::Silent { device, since } => (
                say.with(
                    "concern-silent",
                    &[
                        ("name", say.device_name(&device.device).into()),
                        ("since", when.moment(*since).into()),
                    ],
                ),
                place(device),
            ),
            Concern::Fault { device } => (
                say.with("concern-fault", &[("name", say.device_name(&device.device).into())]),
                place(device),
            ),
            Concern::Failed { device, command } => {
                (say.command(&say.device_name(&device.device), command), place(device))
            }
            Concern::Notable { entry } => {
                let (_, what, _) = say.happened(entry, when);
                (
                    say.with(
                        "concern-notable",
                        &[("what", what.into()), ("at", when.moment(entry.at).into())],
                    ),
                    "/history".to_owned(),
                )
            }
        })
        .collect()
}

/// Where the guard stands; nothing for a house without zones where nothing ever happened.
fn guard_line(say: Say, guard: &GuardView, when: &When) -> Option<(Tone, String, String)> {
    let arming = guard.arming.as_ref()?;
    let incident = arming.incident.as_ref();
    if guard.security.zones.is_empty() && incident.is_none() {
        return None;
    }
    // An alarm that came is known, also when nothing more comes.
    let (tone, text) = if guard.gateway == Link::Up || incident.is_some() {
        say.guard(arming, when)
    } else {
        (Tone::Unknown, say.text("guard-unknown"))
    };
    let href = incident.map_or_else(|| "/guard".to_owned(), |incident| format!("/incidents/{incident}"));
    Some((tone, text, href))
}

/// Where this is seen from, when that is worth a word.
fn vantage_note(say: Say, vantage: &Vantage, when: &When) -> Option<String> {
    match vantage {
        Vantage::Platform { .. } => None,
        Vantage::Home { platform: Link::Up } => Some(say.text("vantage-home")),
        Vantage::Home {
            platform: Link::Down { since },
        } => Some(say.with("vantage-home-alone", &[("since", when.moment(*since).into())])),
        Vantage::Home { platform: Link::Never } => Some(say.text("vantage-home-never")),
    }
}

/// The house as a picture, drawn from reports only.
fn picture(say: Say, house: &HouseView, verdict: &Verdict<'_>, when: &When) -> House {
    let mut rooms: Vec<Room> = Vec::new();
    let mut description = Vec::new();
    for view in &house.devices {
        let state = device_state(view, &house.vantage, when.now());
        let at = match rooms.iter().position(|room| room.name == view.device.room) {
            Some(at) => at,
            None => {
                rooms.push(Room {
                    name: view.device.room.clone(),
                    light: None,
                    windows: Vec::new(),
                });
                rooms.len() - 1
            }
        };
        let Some(room) = rooms.get_mut(at) else { continue };
        match view.device.kind {
            DeviceKind::ElectricRainDoor => {
                room.windows.push(window(view, &state));
                description.push(say.spoken(&view.device, &state, when));
            }
            DeviceKind::GeneralLighting => {
                if let (Standing::Confirmed { .. } | Standing::Sent { .. }, Some((Fact::Power(on), _))) =
                    (state.standing, state.fact)
                {
                    room.light = Some(room.light.unwrap_or(false) || on);
                }
                description.push(say.spoken(&view.device, &state, when));
            }
            _ => {}
        }
    }
    House {
        title: say.with("picture-title", &[("name", house.name.clone().into())]),
        description: description.join(" "),
        lamp: matches!(verdict, Verdict::Well),
        rooms,
    }
}

fn window(view: &DeviceView, state: &DeviceState<'_>) -> Window {
    let is_known = matches!(
        state.standing,
        Standing::Confirmed { .. } | Standing::Moving { .. } | Standing::Sent { .. } | Standing::Fault { .. }
    );
    let shade = match state.fact {
        Some((Fact::Shutter(position, degree), _)) if is_known => Shade::Shutter(match (position, degree) {
            (Position::Open, _) => 100,
            (Position::Closed, _) => 0,
            (_, Some(degree)) => degree,
            (_, None) => 50,
        }),
        _ => Shade::Unknown,
    };
    Window {
        key: view.device.id.to_string(),
        shade,
        going: match state.standing {
            Standing::Moving { opening: true, .. } => Some(Going::Up),
            Standing::Moving { opening: false, .. } => Some(Going::Down),
            _ => None,
        },
        marked: matches!(state.standing, Standing::Fault { .. }) || state.failed.is_some(),
    }
}
