//! Writing a schedule: the form, what it would do next, and what happens when two people write at once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tomori_look::{Field, Html, Input, Tone, When, check, choices, error_text, fragment, notice};
use tomori_smart_home::DeviceKind;
use tomori_smart_home::schedule::Calendar;

use super::App;
use super::draft::{DraftForm, Wrong, next_firings};
use super::fields::Signed;
use super::refusal::Refusal;
use super::schedules::{find, refused};
use super::shell::{Place, Told, go_on};
use super::visitor::Visitor;
use crate::port::{Draft, HouseView, ScheduleError, ScheduleView};
use crate::say::{DAYS, Deed, Say};

/// How many of the next moments the form shows.
const SHOWN_FIRINGS: usize = 5;

#[derive(Template)]
#[template(path = "editor.html")]
struct EditorPage<'a> {
    say: Say,
    csrf: &'a str,
    title: String,
    told: Html,
    action: String,
    version: Option<u64>,
    delete: Option<String>,
    fields: FormParts,
    next: Html,
}

/// The parts of the form, rendered.
struct FormParts {
    device: Html,
    deed: Html,
    degree: Html,
    at: Html,
    time: Html,
    side: Html,
    offset: Html,
    days: Html,
    off: Html,
    pause: Html,
    until: Html,
}

#[derive(Template)]
#[template(path = "next_firings.html")]
struct NextFirings {
    say: Say,
    moments: Vec<Html>,
    unreadable: bool,
}

#[derive(Template)]
#[template(path = "conflict.html")]
struct Conflict {
    say: Say,
    by: Option<String>,
    rows: Vec<(String, String, String)>,
}

/// What the editor shows.
struct Editing<'a> {
    form: &'a DraftForm,
    wrong: &'a [Wrong],
    told: Html,
    /// The schedule that is edited, and the version seen; `None` for a new one.
    existing: Option<(String, u64)>,
    status: StatusCode,
}

/// `GET /schedules/new`
pub(crate) async fn blank(State(app): State<App>, visitor: Visitor) -> Response {
    answer(&visitor, async {
        let house = house(&app, &visitor).await?;
        let first = shutters(&house)
            .next()
            .map_or_else(String::new, |view| view.device.id.to_string());
        let form = DraftForm::blank(&first);
        Ok(show(&app, &visitor, &house, Editing::plain(&form, None)))
    })
    .await
}

/// `GET /schedules/{schedule}`
pub(crate) async fn page(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Response {
    answer(&visitor, async {
        let house = house(&app, &visitor).await?;
        let found = find(&app, &visitor, &id).await?.schedule;
        let form = DraftForm::of(&found);
        Ok(show(
            &app,
            &visitor,
            &house,
            Editing::plain(&form, Some((found.id.to_string(), found.version))),
        ))
    })
    .await
}

/// `POST /schedules`
pub(crate) async fn create(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    answer(&visitor, async {
        let house = house(&app, &visitor).await?;
        let form = DraftForm::from_fields(&fields);
        let draft = match (fields.get("action"), form.read()) {
            ("preview", Ok(_)) => return Ok(show(&app, &visitor, &house, Editing::plain(&form, None))),
            (_, Ok(draft)) => draft,
            (_, Err(wrong)) => return Ok(show(&app, &visitor, &house, Editing::wrong(&form, &wrong, None))),
        };
        Ok(
            match app.port.create_schedule(&visitor.viewer, &visitor.home.id, draft).await {
                Ok(_) => go_on("/schedules", Some(Told::ScheduleSaved)),
                Err(error) => not_taken(&app, &visitor, &house, &form, None, error),
            },
        )
    })
    .await
}

/// `POST /schedules/{schedule}`
pub(crate) async fn edit(State(app): State<App>, Path(id): Path<String>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    answer(&visitor, async {
        let house = house(&app, &visitor).await?;
        let existing = find(&app, &visitor, &id).await?.schedule;
        let seen: u64 = fields.get("version").parse().map_err(|_| Refusal::unreadable())?;
        let form = DraftForm::from_fields(&fields);
        let known = Some((existing.id.to_string(), seen));
        let draft = match (fields.get("action"), form.read()) {
            ("preview", Ok(_)) => return Ok(show(&app, &visitor, &house, Editing::plain(&form, known))),
            (_, Ok(draft)) => draft,
            (_, Err(wrong)) => return Ok(show(&app, &visitor, &house, Editing::wrong(&form, &wrong, known))),
        };
        let (viewer, home) = (&visitor.viewer, &visitor.home.id);
        Ok(
            match app.port.edit_schedule(viewer, home, &existing.id, seen, draft).await {
                Ok(_) => go_on("/schedules", Some(Told::ScheduleSaved)),
                Err(error) => not_taken(&app, &visitor, &house, &form, known, error),
            },
        )
    })
    .await
}

/// `POST /schedules/preview`: the next moments of what the form says, as a part.
pub(crate) async fn preview(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    answer(&visitor, async {
        let house = house(&app, &visitor).await?;
        Ok(fragment(next(
            &app,
            &visitor,
            &house,
            DraftForm::from_fields(&fields).read().ok().as_ref(),
        )))
    })
    .await
}

async fn answer(visitor: &Visitor, work: impl Future<Output = Result<Response, Refusal>>) -> Response {
    work.await
        .unwrap_or_else(|refusal| visitor.refuse(refusal).into_response())
}

/// The house, if schedules can be changed on this side.
async fn house(app: &App, visitor: &Visitor) -> Result<HouseView, Refusal> {
    if !app.port.abilities().edit_schedules {
        return Err(Refusal::not_here());
    }
    Ok(app.port.house(&visitor.viewer, &visitor.home.id).await?)
}

fn shutters(house: &HouseView) -> impl Iterator<Item = &crate::port::DeviceView> {
    house
        .devices
        .iter()
        .filter(|view| view.device.kind == DeviceKind::ElectricRainDoor)
}

impl<'a> Editing<'a> {
    fn plain(form: &'a DraftForm, existing: Option<(String, u64)>) -> Self {
        Self {
            form,
            wrong: &[],
            told: Html::empty(),
            existing,
            status: StatusCode::OK,
        }
    }

    fn wrong(form: &'a DraftForm, wrong: &'a [Wrong], existing: Option<(String, u64)>) -> Self {
        Self {
            form,
            wrong,
            told: Html::empty(),
            existing,
            status: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

fn not_taken(
    app: &App,
    visitor: &Visitor,
    house: &HouseView,
    form: &DraftForm,
    existing: Option<(String, u64)>,
    error: ScheduleError,
) -> Response {
    let say = visitor.say;
    match error {
        ScheduleError::Invalid { field } => show(
            app,
            visitor,
            house,
            Editing::wrong(form, &[Wrong::of_port(field)], existing),
        ),
        ScheduleError::TooMany { most } => {
            let count = i64::try_from(most).unwrap_or(i64::MAX);
            let told = notice(
                Tone::Attention,
                &say.with("schedule-too-many", &[("count", count.into())]),
                &Html::trusted(format!("<p>{}</p>", Html::text(&say.text("schedule-too-many-more")))),
            );
            show(
                app,
                visitor,
                house,
                Editing {
                    told,
                    status: StatusCode::CONFLICT,
                    ..Editing::plain(form, existing)
                },
            )
        }
        ScheduleError::Conflict { current, by } => {
            let told = conflict(say, house, &current, form, by);
            // The form now stands on the other person's version: saving it again is a decision, and no accident.
            let existing = Some((current.schedule.id.to_string(), current.schedule.version));
            show(
                app,
                visitor,
                house,
                Editing {
                    told,
                    status: StatusCode::CONFLICT,
                    ..Editing::plain(form, existing)
                },
            )
        }
        error @ ScheduleError::Port(_) => refused(visitor, error),
    }
}

/// Both wishes next to each other, line by line where they differ.
fn conflict(say: Say, house: &HouseView, current: &ScheduleView, form: &DraftForm, by: Option<String>) -> Html {
    let mine = form.read().ok();
    let theirs = Draft::from(&current.schedule);
    let name = |draft: &Draft| {
        shutters(house)
            .find(|view| view.device.id == draft.device)
            .map_or_else(|| say.text("device-gone"), |view| say.device_name(&view.device))
    };
    let holidays = |draft: &Draft| {
        if draft.holidays_off {
            say.text("schedule-holidays-off")
        } else {
            say.text("schedule-holidays-on")
        }
    };
    let pause = |draft: &Draft| match draft.pause {
        tomori_smart_home::schedule::Pause::Running => say.text("pause-running"),
        tomori_smart_home::schedule::Pause::Paused => say.text("pause-paused"),
        tomori_smart_home::schedule::Pause::PausedUntil { date } => {
            say.with("pause-until", &[("date", date.to_string().into())])
        }
    };
    let lines = |draft: &Draft| {
        [
            (say.text("field-device"), name(draft)),
            (
                say.text("field-deed"),
                say.deed(Deed::of(&draft.property, &draft.value)),
            ),
            (say.text("field-at"), say.moment(draft.moment)),
            (say.text("field-days"), say.weekdays(draft.weekdays)),
            (say.text("field-off"), holidays(draft)),
            (say.text("field-pause"), pause(draft)),
        ]
    };
    let rows = mine.map_or_else(Vec::new, |mine| {
        lines(&theirs)
            .into_iter()
            .zip(lines(&mine))
            .filter(|((_, theirs), (_, mine))| theirs != mine)
            .map(|((label, theirs), (_, mine))| (label, theirs, mine))
            .collect()
    });
    Html::of(&Conflict { say, by, rows })
}

fn show(app: &App, visitor: &Visitor, house: &HouseView, editing: Editing<'_>) -> Response {
    let say = visitor.say;
    let draft = editing.form.read().ok();
    let (action, title) = match &editing.existing {
        Some((id, _)) => (format!("/schedules/{id}"), say.text("editor-edit")),
        None => ("/schedules".to_owned(), say.text("editor-new")),
    };
    let body = Html::of(&EditorPage {
        say,
        csrf: &visitor.csrf,
        title: title.clone(),
        told: if editing.wrong.is_empty() {
            editing.told
        } else {
            notice(Tone::Attention, &say.text("editor-wrong"), &Html::empty())
        },
        delete: editing
            .existing
            .as_ref()
            .map(|(id, _)| format!("/schedules/{id}/delete")),
        version: editing.existing.as_ref().map(|(_, version)| *version),
        action,
        fields: parts(say, house, editing.form, editing.wrong),
        next: next(app, visitor, house, draft.as_ref()),
    });
    visitor.page_with(Place::Schedules, &title, body, &[], editing.status)
}

fn next(app: &App, visitor: &Visitor, house: &HouseView, draft: Option<&Draft>) -> Html {
    let now = app.port.now();
    let when = When::in_zone(visitor.say.lang, &house.place.time_zone, now);
    let moments = draft
        .zip(Calendar::new(&house.place).ok())
        .map(|(draft, calendar)| next_firings(draft, &calendar, now, SHOWN_FIRINGS))
        .unwrap_or_default();
    Html::of(&NextFirings {
        say: visitor.say,
        moments: moments.into_iter().map(|at| when.day_and_minutes_html(at)).collect(),
        unreadable: draft.is_none(),
    })
}

fn parts(say: Say, house: &HouseView, form: &DraftForm, wrong: &[Wrong]) -> FormParts {
    let error = |what: Wrong| wrong.contains(&what).then(|| what.text(say));
    let devices: Vec<_> = shutters(house)
        .map(|view| (view.device.id.to_string(), say.device_name(&view.device)))
        .collect();
    let days: Vec<_> = (0_u8..)
        .zip(DAYS)
        .map(|(number, day)| (number.to_string(), tomori_look::when::weekday_short(say.lang, day)))
        .collect();
    let day_options: Vec<_> = days
        .iter()
        .map(|(number, name)| (number.as_str(), *name, form.days.contains(number)))
        .collect();
    let option = |name: &str, options: &[(&str, String)], chosen: &str, legend: String, error: Option<String>| {
        let options: Vec<_> = options
            .iter()
            .map(|(value, label)| (*value, label.as_str(), *value == chosen))
            .collect();
        choices(name, &legend, false, &options, error.as_deref())
    };
    let field = |name: &str, label: String, input: Input, value: &str, unit: Option<String>, error: Option<String>| {
        let mut field = Field::new(say.lang, name, &label, input)
            .value(value)
            .error(error.as_deref());
        if let Some(unit) = &unit {
            field = field.unit(unit);
        }
        field.html()
    };
    let deed_error = error(Wrong::Deed);
    let at_error = error(Wrong::At);
    FormParts {
        device: device_choice(say, &devices, form, error(Wrong::Device)),
        deed: option(
            "deed",
            &[
                ("open", say.text("deed-open")),
                ("close", say.text("deed-close")),
                ("position", say.text("deed-to-position")),
            ],
            &form.deed,
            say.text("field-deed"),
            deed_error,
        ),
        degree: field(
            "degree",
            say.text("field-degree"),
            Input::Number { min: 0, max: 100 },
            &form.degree,
            Some("%".to_owned()),
            error(Wrong::Degree),
        ),
        at: option(
            "at",
            &[
                ("clock", say.text("at-clock")),
                ("sunrise", say.text("moment-sunrise")),
                ("sunset", say.text("moment-sunset")),
            ],
            &form.at,
            say.text("field-at"),
            at_error,
        ),
        time: field(
            "time",
            say.text("field-time"),
            Input::Time,
            &form.time,
            None,
            error(Wrong::Time),
        ),
        side: option(
            "side",
            &[("before", say.text("side-before")), ("after", say.text("side-after"))],
            &form.side,
            say.text("field-side"),
            None,
        ),
        offset: field(
            "offset",
            say.text("field-offset"),
            Input::Number { min: 0, max: 180 },
            &form.offset,
            Some(say.text("unit-minutes")),
            error(Wrong::Offset),
        ),
        days: choices(
            "day",
            &say.text("field-days"),
            true,
            &day_options,
            error(Wrong::Days).as_deref(),
        ),
        off: check(
            "off",
            &say.text("field-off-check"),
            Some(&say.text("field-off-hint")),
            form.holidays_off,
        ),
        pause: option(
            "pause",
            &[
                ("running", say.text("pause-running")),
                ("paused", say.text("pause-paused")),
                ("until", say.text("pause-until-date")),
            ],
            &form.pause,
            say.text("field-pause"),
            error(Wrong::Pause),
        ),
        until: field(
            "until",
            say.text("field-until"),
            Input::Date,
            &form.until,
            None,
            error(Wrong::Until),
        ),
    }
}

/// Few shutters stand side by side; many are a list.
fn device_choice(say: Say, devices: &[(String, String)], form: &DraftForm, error: Option<String>) -> Html {
    if devices.len() <= 6 {
        let options: Vec<_> = devices
            .iter()
            .map(|(id, name)| (id.as_str(), name.as_str(), *id == form.device))
            .collect();
        return choices("device", &say.text("field-device"), false, &options, error.as_deref());
    }
    let mut out = format!(
        "<div class=\"field\"{}><label for=\"f-device\">{}</label>",
        if error.is_some() { " data-wrong" } else { "" },
        Html::text(&say.text("field-device"))
    );
    if let Some(error) = &error {
        out.push_str(error_text("device", error).as_str());
    }
    out.push_str("<select id=\"f-device\" name=\"device\"");
    if error.is_some() {
        out.push_str(" aria-invalid=\"true\" aria-describedby=\"e-device\"");
    }
    out.push('>');
    for (id, name) in devices {
        out.push_str(&format!(
            "<option value=\"{id}\"{}>{}</option>",
            if *id == form.device { " selected" } else { "" },
            Html::text(name)
        ));
    }
    out.push_str("</select></div>");
    Html::trusted(out)
}
