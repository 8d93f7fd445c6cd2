//! One device: all that is known of it, its buttons, what happened lately. And the wishes themselves.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tomori_look::{Html, When, Width, live, number, timeline};
use tomori_smart_home::property::name;
use tomori_smart_home::{DeviceId, PropertyValue, Trust};

use super::App;
use super::fields::{Fields, Signed};
use super::house::{DeviceRow, device_row, fresh_key};
use super::refusal::Refusal;
use super::shell::{Place, Query, Segment, Told, go_on_at};
use super::visitor::Visitor;
use crate::port::{CommandError, DeviceView, Wish};
use crate::say::Say;
use crate::state::{Controls, Fact, device_state};

/// Lines of history on a device's page.
const RECENT: usize = 8;

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage {
    say: Say,
    told: Html,
    row: DeviceRow,
    room: String,
    facts: Vec<(String, Html)>,
    position: Option<PositionForm>,
    recent: Html,
    csrf: String,
}

struct PositionForm {
    key: String,
    degree: u8,
    disabled: bool,
}

/// `GET /devices/{device}`
pub(crate) async fn page(State(app): State<App>, Segment(device): Segment, visitor: Visitor, query: Query) -> Response {
    match render(&app, &visitor, &device, &query).await {
        Ok(response) => response,
        Err(refusal) => visitor.refuse(refusal).into_response(),
    }
}

async fn render(app: &App, visitor: &Visitor, device: &str, query: &Query) -> Result<Response, Refusal> {
    let id: DeviceId = device.parse().map_err(|_| Refusal::not_found())?;
    let house = app.port.house(&visitor.viewer, &visitor.home.id).await?;
    let view = house
        .devices
        .iter()
        .find(|view| view.device.id == id)
        .ok_or(Refusal::not_found())?;
    let history = app
        .port
        .history(&visitor.viewer, &visitor.home.id, Some(&id), None, RECENT)
        .await?;
    let say = visitor.say;
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.now());
    let path = format!("/devices/{id}");
    let state = device_state(view, &house.vantage, when.now());
    let position = matches!(state.controls, Controls::Shutter { position: true }).then(|| PositionForm {
        key: fresh_key(app),
        degree: match state.fact {
            Some((Fact::Shutter(_, Some(degree)), _)) => degree,
            _ => 50,
        },
        disabled: state.blocked.is_some(),
    });
    let moments: Vec<_> = history
        .entries
        .iter()
        .map(|entry| {
            let mut moment = say.entry(entry, &when);
            moment.time = when.moment_html(entry.at);
            moment
        })
        .collect();
    let row = device_row(app, visitor, &house, view, &when, &path);
    let title = row.full_name.clone();
    let body = Html::of(&DevicePage {
        say,
        told: query.told(say),
        room: view.device.room.clone(),
        facts: facts(say, view, &when),
        position,
        recent: if moments.is_empty() {
            Html::trusted(format!(
                "<p class=\"soft\">{}</p>",
                Html::text(&say.text("device-no-history"))
            ))
        } else {
            timeline(&say.text("device-recent"), &moments)
        },
        csrf: visitor.csrf.clone(),
        row,
    });
    let body = live("/events", &path, &say.text("live-lost"), &body);
    Ok(visitor.page(Place::House, &title, body))
}

/// What a device reported besides its main fact, where a person understands it.
fn facts(say: Say, view: &DeviceView, when: &When) -> Vec<(String, Html)> {
    let trust = view.trust.map(|trust| {
        let key = match trust {
            Trust::Authenticated => "trust-authenticated-why",
            Trust::Unauthenticated => "trust-unauthenticated-why",
        };
        (say.text("property-trust"), Html::text(&say.text(key)))
    });
    let reported = view.known.iter().filter_map(|known| {
        let (label, value) = match (known.property.as_str(), &known.report.value) {
            ("degreeOfOpening", PropertyValue::Number(degree)) => {
                (say.text("property-degree"), number::percent(*degree))
            }
            ("remoteOperation", PropertyValue::Boolean(true)) => {
                (say.text("property-remote"), say.text("property-remote-permitted"))
            }
            ("remoteOperation", PropertyValue::Boolean(false)) => {
                (say.text("property-remote"), say.text("property-remote-prohibited"))
            }
            ("faultStatus", PropertyValue::Boolean(true)) => {
                (say.text("property-fault"), say.text("property-fault-present"))
            }
            ("faultStatus", PropertyValue::Boolean(false)) => {
                (say.text("property-fault"), say.text("property-fault-none"))
            }
            ("roomTemperature", PropertyValue::Number(degrees)) => {
                (say.text("property-room-temperature"), number::celsius(*degrees))
            }
            ("targetTemperature", PropertyValue::Number(degrees)) => {
                (say.text("property-target-temperature"), number::celsius(*degrees))
            }
            ("brightness", PropertyValue::Number(share)) => (say.text("property-brightness"), number::percent(*share)),
            _ => return None,
        };
        let shown = format!(
            "{} <span class=\"soft small\">{}</span>",
            Html::text(&value),
            when.moment_html(known.report.at)
        );
        Some((label, Html::trusted(shown)))
    });
    trust.into_iter().chain(reported).collect()
}

/// `POST /devices/{device}/commands`
pub(crate) async fn command(State(app): State<App>, Segment(device): Segment, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let Ok(device) = device.parse::<DeviceId>() else {
        return visitor.refuse(Refusal::not_found()).into_response();
    };
    let Some(wish) = wish(device.clone(), &fields) else {
        return visitor.refuse(Refusal::unreadable()).into_response();
    };
    match app.port.command(&visitor.viewer, &visitor.home.id, wish).await {
        Ok(_) if visitor.part => StatusCode::NO_CONTENT.into_response(),
        Ok(_) => go_on_at(fields.get("back"), Some(Told::Sent), device.as_str()),
        Err(CommandError::Refused { reason }) => refused(&app, &visitor, &device, &reason).await,
        Err(CommandError::Port(error)) => visitor.refuse(error).into_response(),
    }
}

/// A wish that was not taken: told at once, next to the button or on a page of its own.
async fn refused(app: &App, visitor: &Visitor, device: &DeviceId, reason: &tomori_smart_home::Reason) -> Response {
    let say = visitor.say;
    let zone = match app.port.house(&visitor.viewer, &visitor.home.id).await {
        Ok(house) => house.place.time_zone,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let why = say.reason(reason, &When::in_zone(say.lang, &zone, app.port.now()));
    let head = say.text("command-refused-head");
    if visitor.part {
        let mut response = (StatusCode::CONFLICT, format!("{head} {why}")).into_response();
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return response;
    }
    let body = Html::trusted(format!(
        "<h1>{}</h1><p>{}</p><p>{}</p><p><a class=\"button\" href=\"/devices/{device}\">{}</a></p>",
        Html::text(&head),
        Html::text(&why),
        Html::text(&say.text("command-refused-still")),
        Html::text(&say.text("command-refused-back"))
    ));
    visitor.page_with(Place::House, &head, body, Width::Column, StatusCode::CONFLICT)
}

/// Reads a wish from a form; `None` for what none of our forms sends.
fn wish(device: DeviceId, fields: &Fields) -> Option<Wish> {
    let key = fields.get("key");
    let key_fits = (16..=64).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let (property, value) = match fields.get("wish") {
        word @ ("open" | "close" | "stop") => (name::open_close_operation(), PropertyValue::word(word)),
        "position" => {
            let degree: u8 = fields.get("degree").parse().ok()?;
            if degree > 100 {
                return None;
            }
            (name::degree_of_opening(), PropertyValue::Number(f64::from(degree)))
        }
        "on" => (name::operation_status(), PropertyValue::Boolean(true)),
        "off" => (name::operation_status(), PropertyValue::Boolean(false)),
        _ => return None,
    };
    key_fits.then(|| Wish {
        device,
        property,
        value,
        key: key.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn read(pairs: &[(&str, &str)]) -> Option<(String, PropertyValue)> {
        let wish = wish(DeviceId::from_random([0; 10]), &Fields::of(pairs))?;
        Some((wish.property.to_string(), wish.value))
    }

    #[test]
    fn wishes_are_the_ones_our_buttons_send() {
        assert_eq!(
            read(&[("wish", "open"), ("key", KEY)]),
            Some(("openCloseOperation".to_owned(), PropertyValue::word("open")))
        );
        assert_eq!(
            read(&[("wish", "position"), ("degree", "30"), ("key", KEY)]),
            Some(("degreeOfOpening".to_owned(), PropertyValue::Number(30.0)))
        );
        for bad in [
            vec![("wish", "open")],
            vec![("wish", "open"), ("key", "short")],
            vec![("wish", "open"), ("key", "0123456789abcdef;DROP")],
            vec![("wish", "explode"), ("key", KEY)],
            vec![("wish", "position"), ("degree", "101"), ("key", KEY)],
            vec![("wish", "position"), ("degree", "-1"), ("key", KEY)],
            vec![("wish", "position"), ("key", KEY)],
        ] {
            assert_eq!(read(&bad), None, "{bad:?}");
        }
    }
}
