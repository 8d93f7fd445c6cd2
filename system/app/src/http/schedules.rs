//! The schedules of the house, side by side; resting, waking and deleting one.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tomori_look::{Html, Icon, Tone, When, badge, empty_state};
use tomori_smart_home::schedule::{Calendar, Pause};
use tomori_smart_home::{Schedule, ScheduleId};

use super::App;
use super::fields::Signed;
use super::refusal::Refusal;
use super::shell::{Place, Query, Segment, Told, go_on};
use super::visitor::Visitor;
use crate::port::{Draft, HouseView, ScheduleError, ScheduleView};
use crate::say::{Deed, Say};

struct Row {
    id: String,
    version: u64,
    moment: String,
    deed: String,
    device: String,
    days: String,
    holidays_off: bool,
    who: Option<String>,
    rests: Option<Html>,
    paused: bool,
    next: Option<Html>,
}

#[derive(Template)]
#[template(path = "schedules.html")]
struct SchedulesPage<'a> {
    say: Say,
    told: Html,
    csrf: &'a str,
    rows: Vec<Row>,
    editable: bool,
    empty: Html,
    zone: String,
}

#[derive(Template)]
#[template(path = "schedule_delete.html")]
struct DeletePage<'a> {
    say: Say,
    csrf: &'a str,
    id: String,
    version: u64,
    line: String,
}

impl From<&Schedule> for Draft {
    fn from(schedule: &Schedule) -> Self {
        Self {
            device: schedule.device.clone(),
            property: schedule.property.clone(),
            value: schedule.value.clone(),
            weekdays: schedule.weekdays,
            moment: schedule.moment,
            holidays_off: schedule.holidays_off,
            pause: schedule.pause,
        }
    }
}

/// `GET /schedules`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    match list(&app, &visitor, &query).await {
        Ok(response) => response,
        Err(refusal) => visitor.refuse(refusal).into_response(),
    }
}

async fn list(app: &App, visitor: &Visitor, query: &Query) -> Result<Response, Refusal> {
    let house = app.port.house(&visitor.viewer, &visitor.home.id).await?;
    let mut schedules = app.port.schedules(&visitor.viewer, &visitor.home.id).await?;
    let say = visitor.say;
    let now = app.port.now();
    let when = When::in_zone(say.lang, &house.place.time_zone, now);
    let calendar = Calendar::new(&house.place).ok();
    let next = |view: &ScheduleView| {
        calendar
            .as_ref()
            .and_then(|calendar| next_of(calendar, &view.schedule, now))
    };
    // What happens next comes first; what rests comes last.
    schedules.sort_by_key(|view| (next(view).is_none(), next(view), view.schedule.id.clone()));
    let rows: Vec<_> = schedules
        .iter()
        .map(|view| row(say, &house, view, next(view), &when))
        .collect();
    let editable = app.port.abilities().edit_schedules;
    let empty = if rows.is_empty() {
        empty_state(
            Icon::Clock,
            &say.text("schedules-empty-head"),
            &say.text("schedules-empty-text"),
            &Html::empty(),
        )
    } else {
        Html::empty()
    };
    let body = Html::of(&SchedulesPage {
        say,
        told: query.told(say),
        csrf: &visitor.csrf,
        rows,
        editable,
        empty,
        zone: when.zone_name().to_owned(),
    });
    Ok(visitor.page(Place::Schedules, &say.text("schedules-title"), body))
}

fn next_of(calendar: &Calendar, schedule: &Schedule, now: Timestamp) -> Option<Timestamp> {
    calendar.next_firing(schedule, now).map(|firing| firing.at)
}

fn row(say: Say, house: &HouseView, view: &ScheduleView, next: Option<Timestamp>, when: &When) -> Row {
    let schedule = &view.schedule;
    Row {
        id: schedule.id.to_string(),
        version: schedule.version,
        moment: say.moment(schedule.moment),
        deed: say.deed(Deed::of(&schedule.property, &schedule.value)),
        device: device_name(say, house, schedule),
        days: say.weekdays(schedule.weekdays),
        holidays_off: schedule.holidays_off,
        who: view.resident_name.clone(),
        rests: say.pause(schedule.pause, when).map(|text| badge(Tone::Resting, &text)),
        paused: say.pause(schedule.pause, when).is_some(),
        next: next.map(|at| when.day_and_minutes_html(at)),
    }
}

fn device_name(say: Say, house: &HouseView, schedule: &Schedule) -> String {
    house
        .devices
        .iter()
        .find(|view| view.device.id == schedule.device)
        .map_or_else(|| say.text("device-gone"), |view| say.device_name(&view.device))
}

/// A schedule in one line: `7:00 寝室 シャッターを開ける（平日）`.
pub(crate) fn line(say: Say, house: &HouseView, schedule: &Schedule) -> String {
    say.with(
        "schedule-line",
        &[
            ("moment", say.moment(schedule.moment).into()),
            ("device", device_name(say, house, schedule).into()),
            ("deed", say.deed(Deed::of(&schedule.property, &schedule.value)).into()),
            ("days", say.weekdays(schedule.weekdays).into()),
        ],
    )
}

/// The schedule an address names, among those the viewer may see.
pub(crate) async fn find(app: &App, visitor: &Visitor, id: &str) -> Result<ScheduleView, Refusal> {
    let id: ScheduleId = id.parse().map_err(|_| Refusal::not_found())?;
    let schedules = app.port.schedules(&visitor.viewer, &visitor.home.id).await?;
    schedules
        .into_iter()
        .find(|view| view.schedule.id == id)
        .ok_or(Refusal::not_found())
}

/// `POST /schedules/{schedule}/pause`
pub(crate) async fn pause(State(app): State<App>, Segment(id): Segment, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let pause = match fields.get("pause") {
        "paused" => Pause::Paused,
        "running" => Pause::Running,
        _ => return visitor.refuse(Refusal::unreadable()).into_response(),
    };
    let (Ok(version), view) = (fields.get("version").parse::<u64>(), find(&app, &visitor, &id).await) else {
        return visitor.refuse(Refusal::unreadable()).into_response();
    };
    let view = match view {
        Ok(view) => view,
        Err(refusal) => return visitor.refuse(refusal).into_response(),
    };
    let draft = Draft {
        pause,
        ..Draft::from(&view.schedule)
    };
    let (viewer, home) = (&visitor.viewer, &visitor.home.id);
    match app
        .port
        .edit_schedule(viewer, home, &view.schedule.id, version, draft)
        .await
    {
        Ok(_) => go_on("/schedules", Some(Told::ScheduleSaved)),
        // Resting or waking changes one thing only: the page shows how the schedule stands, and the person looks again.
        Err(ScheduleError::Conflict { .. }) => go_on("/schedules", Some(Told::ScheduleGone)),
        Err(error) => refused(&visitor, error),
    }
}

/// `GET /schedules/{schedule}/delete`
pub(crate) async fn ask_delete(State(app): State<App>, Segment(id): Segment, visitor: Visitor) -> Response {
    let found = match find(&app, &visitor, &id).await {
        Ok(view) => view,
        Err(refusal) => return visitor.refuse(refusal).into_response(),
    };
    let house = match app.port.house(&visitor.viewer, &visitor.home.id).await {
        Ok(house) => house,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let say = visitor.say;
    let body = Html::of(&DeletePage {
        say,
        csrf: &visitor.csrf,
        id: found.schedule.id.to_string(),
        version: found.schedule.version,
        line: line(say, &house, &found.schedule),
    });
    visitor.page(Place::Schedules, &say.text("schedule-delete-head"), body)
}

/// `POST /schedules/{schedule}/delete`
pub(crate) async fn delete(State(app): State<App>, Segment(id): Segment, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let Ok(id) = id.parse::<ScheduleId>() else {
        return visitor.refuse(Refusal::not_found()).into_response();
    };
    let Ok(version) = fields.get("version").parse::<u64>() else {
        return visitor.refuse(Refusal::unreadable()).into_response();
    };
    match app
        .port
        .delete_schedule(&visitor.viewer, &visitor.home.id, &id, version)
        .await
    {
        Ok(()) => go_on("/schedules", Some(Told::ScheduleDeleted)),
        Err(ScheduleError::Conflict { .. }) => go_on("/schedules", Some(Told::ScheduleGone)),
        Err(error) => refused(&visitor, error),
    }
}

/// What is left when a schedule was not taken for a reason that no form shows.
pub(crate) fn refused(visitor: &Visitor, error: ScheduleError) -> Response {
    let refusal = match error {
        ScheduleError::Port(error) => Refusal::from(error),
        ScheduleError::Conflict { .. } | ScheduleError::Invalid { .. } | ScheduleError::TooMany { .. } => {
            Refusal::unreadable()
        }
    };
    visitor.refuse(refusal).into_response()
}
