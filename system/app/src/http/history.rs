//! What happened, day by day, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use tomori_look::{Html, Icon, When, empty_state, timeline};
use tomori_smart_home::DeviceId;

use super::App;
use super::refusal::Refusal;
use super::shell::{Place, Query};
use super::visitor::Visitor;
use crate::port::HistoryEntry;
use crate::say::Say;

/// Lines a page holds.
const PAGE: usize = 50;
/// Longer than any cursor.
const LONGEST_CURSOR: usize = 128;

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    say: Say,
    days: Vec<(String, Html)>,
    older: Option<String>,
    newest: bool,
    device: Option<String>,
    empty: Html,
}

/// `GET /history`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    match render(&app, &visitor, &query).await {
        Ok(response) => response,
        Err(refusal) => visitor.refuse(refusal).into_response(),
    }
}

async fn render(app: &App, visitor: &Visitor, query: &Query) -> Result<Response, Refusal> {
    let device = match query.device.as_str() {
        "" => None,
        id => Some(id.parse::<DeviceId>().map_err(|_| Refusal::not_found())?),
    };
    let before = Some(query.before.as_str()).filter(|cursor| !cursor.is_empty());
    if before.is_some_and(|cursor| cursor.len() > LONGEST_CURSOR || !cursor.is_ascii()) {
        return Err(Refusal::unreadable());
    }
    let (viewer, home) = (&visitor.viewer, &visitor.home.id);
    let house = app.port.house(viewer, home).await?;
    let history = app.port.history(viewer, home, device.as_ref(), before, PAGE).await?;
    let say = visitor.say;
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.now());
    let name = device.as_ref().map(|id| {
        house
            .devices
            .iter()
            .find(|view| view.device.id == *id)
            .map_or_else(|| say.text("device-gone"), |view| say.device_name(&view.device))
    });
    let older = history.older.as_ref().map(|cursor| {
        let cursor = percent_encoding::utf8_percent_encode(cursor, percent_encoding::NON_ALPHANUMERIC);
        match &device {
            Some(device) => format!("/history?device={device}&before={cursor}"),
            None => format!("/history?before={cursor}"),
        }
    });
    let empty = if history.entries.is_empty() {
        empty_state(
            Icon::History,
            &say.text("history-empty-head"),
            &say.text("history-empty-text"),
            &Html::empty(),
        )
    } else {
        Html::empty()
    };
    let body = Html::of(&HistoryPage {
        say,
        days: days(say, &history.entries, &when),
        older,
        newest: before.is_none(),
        device: name,
        empty,
    });
    Ok(visitor.page(Place::History, &say.text("history-title"), body))
}

/// The entries under their days, in the home's zone.
fn days(say: Say, entries: &[HistoryEntry], when: &When) -> Vec<(String, Html)> {
    let mut days: Vec<(Date, Vec<tomori_look::Moment>)> = Vec::new();
    for entry in entries {
        let date = when.civil_date(entry.at);
        let moment = say.entry(entry, when);
        match days.last_mut() {
            Some((day, moments)) if *day == date => moments.push(moment),
            _ => days.push((date, vec![moment])),
        }
    }
    days.into_iter()
        .map(|(date, moments)| {
            let name = match (when.near_date(date), when.date(date)) {
                (near, full) if near == full => full,
                (near, full) => say.with("history-day", &[("near", near.into()), ("full", full.into())]),
            };
            let list = timeline(&name, &moments);
            (name, list)
        })
        .collect()
}
