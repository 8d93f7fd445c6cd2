//! Incidents: what threatened the house, and what became of it.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tomori_look::{Html, Icon, Moment, Tone, When, Width, badge, empty_state, live, timeline};
use tomori_smart_home::IncidentId;
use tomori_smart_home::alarm::Closing;

use super::App;
use super::fields::Signed;
use super::refusal::Refusal;
use super::shell::{Place, Query, Segment, Told, go_on};
use super::visitor::Visitor;
use crate::port::{CloseError, IncidentView, PortError, SignedRecord};
use crate::say::Say;

#[derive(Template)]
#[template(path = "incidents.html")]
struct IncidentsPage {
    say: Say,
    incidents: Vec<Row>,
    empty: Html,
}

struct Row {
    href: String,
    hazard: String,
    badge: Html,
    opened: Html,
}

#[derive(Template)]
#[template(path = "incident.html")]
struct IncidentPage {
    say: Say,
    told: Html,
    csrf: String,
    id: String,
    hazard: String,
    badge: Html,
    story: Html,
    record: Option<SignedRecord>,
    closings: Vec<(&'static str, String)>,
}

/// `GET /incidents`
pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Response {
    let (viewer, home, say) = (&visitor.viewer, &visitor.home.id, visitor.say);
    let found = async {
        Ok::<_, PortError>((
            app.port.house(viewer, home).await?,
            app.port.incidents(viewer, home).await?,
        ))
    };
    let (house, incidents) = match found.await {
        Ok(found) => found,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.now());
    let body = Html::of(&IncidentsPage {
        say,
        empty: if incidents.is_empty() {
            empty_state(
                Icon::Confirmed,
                &say.text("incidents-empty-head"),
                &say.text("incidents-empty-text"),
                &Html::empty(),
            )
        } else {
            Html::empty()
        },
        incidents: incidents
            .iter()
            .map(|incident| Row {
                href: format!("/incidents/{}", incident.id),
                hazard: say.hazard(incident.hazard),
                badge: standing(say, incident),
                opened: when.moment_html(incident.opened_at),
            })
            .collect(),
    });
    let body = live("/events", "/incidents", &say.text("live-lost"), &body);
    visitor.page(Place::Guard, &say.text("incidents-title"), body)
}

/// `GET /incidents/{incident}`
pub(crate) async fn page(
    State(app): State<App>,
    Segment(incident): Segment,
    visitor: Visitor,
    query: Query,
) -> Response {
    let told = query.told(visitor.say);
    match show(&app, &visitor, &incident, told, StatusCode::OK).await {
        Ok(response) => response,
        Err(refusal) => visitor.refuse(refusal).into_response(),
    }
}

async fn show(
    app: &App,
    visitor: &Visitor,
    incident: &str,
    told: Html,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let (viewer, home, say) = (&visitor.viewer, &visitor.home.id, visitor.say);
    let id: IncidentId = incident.parse().map_err(|_| Refusal::not_found())?;
    let house = app.port.house(viewer, home).await?;
    let story = app.port.incident(viewer, home, &id).await?;
    let record = app.port.record(viewer, home, &id).await?;
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.now());
    let moments: Vec<Moment> = story
        .entries
        .iter()
        .map(|entry| {
            let (tone, what, more) = say.incident_step(&entry.what);
            let what = if more.is_empty() {
                Html::text(&what)
            } else {
                Html::trusted(format!(
                    "<p>{}</p><p class=\"soft small\">{}</p>",
                    Html::text(&what),
                    Html::text(&more)
                ))
            };
            Moment {
                time: when.moment_html(entry.at),
                tone,
                what,
            }
        })
        .collect();
    let is_ours = story.incident.closed.is_none() && !story.incident.has_company;
    let closings = if is_ours { Closing::ALL.as_slice() } else { &[] };
    let title = say.hazard(story.incident.hazard);
    let body = Html::of(&IncidentPage {
        say,
        told,
        csrf: visitor.csrf.clone(),
        id: id.to_string(),
        hazard: title.clone(),
        badge: standing(say, &story.incident),
        story: timeline(&say.text("incident-story"), &moments),
        record,
        closings: closings
            .iter()
            .map(|closing| (closing.word(), say.closing(*closing)))
            .collect(),
    });
    let body = live("/events", &format!("/incidents/{id}"), &say.text("live-lost"), &body);
    Ok(visitor.page_with(Place::Guard, &title, body, Width::Column, status))
}

/// `GET /incidents/{incident}/file`
pub(crate) async fn file(State(app): State<App>, Segment(incident): Segment, visitor: Visitor) -> Response {
    let Ok(id) = incident.parse::<IncidentId>() else {
        return visitor.refuse(Refusal::not_found()).into_response();
    };
    match app.port.record(&visitor.viewer, &visitor.home.id, &id).await {
        Ok(Some(record)) => {
            let name = format!("attachment; filename=\"{id}.json\"");
            let headers = [
                (header::CONTENT_TYPE, "application/json".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (headers, record.file).into_response()
        }
        Ok(None) => visitor.refuse(Refusal::not_found()).into_response(),
        Err(error) => visitor.refuse(error).into_response(),
    }
}

/// `POST /incidents/{incident}/close`
pub(crate) async fn close(State(app): State<App>, Segment(incident): Segment, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let Ok(id) = incident.parse::<IncidentId>() else {
        return visitor.refuse(Refusal::not_found()).into_response();
    };
    let Some(closing) = Closing::from_word(fields.get("closing")) else {
        return visitor.refuse(Refusal::unreadable()).into_response();
    };
    let (viewer, home) = (&visitor.viewer, &visitor.home.id);
    let closed = app
        .port
        .close_incident(viewer, home, &id, closing, fields.get("report"));
    let text = match closed.await {
        Ok(()) => return go_on(&format!("/incidents/{id}"), Some(Told::IncidentClosed)),
        Err(CloseError::Port(error)) => return visitor.refuse(error).into_response(),
        Err(CloseError::NotYours) => visitor.say.text("incident-not-yours"),
        Err(CloseError::Report) => visitor.say.text("incident-report-wrong"),
    };
    let told = tomori_look::notice(Tone::Attention, &text, &Html::empty());
    match show(&app, &visitor, &incident, told, StatusCode::UNPROCESSABLE_ENTITY).await {
        Ok(response) => response,
        Err(refusal) => visitor.refuse(refusal).into_response(),
    }
}

fn standing(say: Say, incident: &IncidentView) -> Html {
    match incident.closed {
        Some((_, closing)) => badge(Tone::Resting, &say.closing(closing)),
        None if incident.has_answered => badge(Tone::Alarm, &say.text("incident-open-answered")),
        None if incident.has_company => badge(Tone::Alarm, &say.text("incident-open-company")),
        None => badge(Tone::Alarm, &say.text("incident-open")),
    }
}
