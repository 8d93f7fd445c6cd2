//! Writing a schedule: the form, what it would do next, and what happens when two people write at once.

mod conflict;
mod form;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tomori_look::{Html, Tone, When, Width, fragment, notice};
use tomori_smart_home::DeviceKind;
use tomori_smart_home::schedule::Calendar;

use super::App;
use super::draft::{DraftForm, Wrong, next_firings};
use super::fields::Signed;
use super::refusal::Refusal;
use super::schedules::{find, refused};
use super::shell::{Place, Segment, Told, go_on};
use super::visitor::Visitor;
use crate::port::{Draft, HouseView, ScheduleError};
use crate::say::Say;
use conflict::conflict;
use form::{FormParts, parts};

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

#[derive(Template)]
#[template(path = "next_firings.html")]
struct NextFirings {
    say: Say,
    moments: Vec<Html>,
    unreadable: bool,
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
pub(crate) async fn page(State(app): State<App>, Segment(id): Segment, visitor: Visitor) -> Response {
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
pub(crate) async fn edit(State(app): State<App>, Segment(id): Segment, form: Signed) -> Response {
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
    visitor.page_with(Place::Schedules, &title, body, Width::Column, editing.status)
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
