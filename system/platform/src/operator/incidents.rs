//! Incidents of all homes, as the operator sees them: that there is one, how it went, and closing one that is nobody's.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use tomori_look::{Html, Tone, When, badge, timeline};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::alarm::{Closing, Did};
use tomori_smart_home::unlock::Refusal;
use tomori_smart_home::{Hazard, IncidentId, Trust};

use super::Operator;
use super::desk::{Desk, Signed};
use super::homes::Asked;
use super::shell::{Place, Told, ZONE, page as shell_page};
use crate::device_state::DoorWord;
use crate::door::{Carried, Failure, Say};
use crate::services::dispatch::{Actor, Incident, Step};

#[derive(Template)]
#[template(path = "operator/incidents.html")]
struct IncidentsPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    incidents: Vec<Row>,
    companies: Vec<(String, String)>,
}

struct Row {
    id: String,
    hazard: String,
    home: String,
    state: Html,
    opened: Html,
}

#[derive(Template)]
#[template(path = "operator/incident.html")]
struct IncidentPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    row: Row,
    nonce: String,
    story: Html,
    record: Option<Vec<String>>,
    closings: Vec<(&'static str, String)>,
}

/// `GET /operator/incidents`
pub(super) async fn list(
    State(operator): State<Operator>,
    desk: Desk,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let say = desk.say;
    let when = When::in_zone(say.lang, ZONE, operator.inner.clock.now());
    let incidents = operator.inner.dispatch.newest().await?;
    let body = Html::of(&IncidentsPage {
        say,
        csrf: &desk.csrf,
        told: Told::html(&asked.told, say),
        incidents: incidents.iter().map(|incident| row(say, incident, &when)).collect(),
        companies: operator
            .inner
            .dispatch
            .companies()
            .await?
            .into_iter()
            .map(|company| (company.id.to_string(), company.name))
            .collect(),
    });
    let title = say.text("desk-incidents");
    Ok(shell_page(&desk, Place::Incidents, &title, body, StatusCode::OK))
}

/// `GET /operator/incidents/{incident}`
pub(super) async fn page(
    State(operator): State<Operator>,
    desk: Desk,
    Path(incident): Path<String>,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let say = desk.say;
    let id: IncidentId = incident.parse().map_err(|_| Failure::not_found())?;
    let (incident, entries) = operator.inner.dispatch.any(&id).await?;
    let when = When::in_zone(say.lang, ZONE, operator.inner.clock.now());
    let moments: Vec<_> = entries
        .iter()
        .map(|entry| {
            let (tone, text) = step(say, &entry.step);
            tomori_look::Moment {
                time: when.moment_html(entry.at),
                tone,
                what: Html::text(&text),
            }
        })
        .collect();
    let closings = if incident.is_open() {
        Closing::ALL.as_slice()
    } else {
        &[]
    };
    let record = match operator.inner.unlock.record(&incident, &entries).await? {
        Some(_) => Some(keys(&operator, &incident).await?),
        None => None,
    };
    let title = hazard(say, incident.hazard);
    let body = Html::of(&IncidentPage {
        say,
        csrf: &desk.csrf,
        told: Told::html(&asked.told, say),
        row: row(say, &incident, &when),
        nonce: incident.nonce.to_string(),
        story: timeline(&say.text("incident-story"), &moments),
        record,
        closings: closings.iter().map(|one| (one.word(), closing(say, *one))).collect(),
    });
    Ok(shell_page(&desk, Place::Incidents, &title, body, StatusCode::OK))
}

/// `GET /operator/incidents/{incident}/file`
pub(super) async fn file(
    State(operator): State<Operator>,
    desk: Desk,
    Path(incident): Path<String>,
) -> Result<Response, Failure> {
    let id: IncidentId = incident.parse().map_err(|_| Failure::not_found())?;
    let (incident, entries) = operator.inner.dispatch.any(&id).await?;
    let record = operator.inner.unlock.record(&incident, &entries).await?;
    let record = record.ok_or_else(Failure::not_found)?;
    operator
        .inner
        .audit
        .record(
            desk.id.as_str(),
            "incident.exported",
            id.as_str(),
            incident.home.as_str(),
        )
        .await;
    let name = format!("attachment; filename=\"{id}.json\"");
    Ok(([(http::header::CONTENT_DISPOSITION, name)], axum::Json(record)).into_response())
}

/// The public keys that the gateways of the home have signed with.
async fn keys(operator: &Operator, incident: &Incident) -> Result<Vec<String>, Failure> {
    let keys = operator.inner.gateways.keys(&incident.home).await;
    let keys = keys.map_err(super::gateways::failure)?;
    Ok(keys.iter().map(crate::auth::gateways::KnownKey::text).collect())
}

/// `POST /operator/incidents/{incident}/close`
pub(super) async fn close(
    State(operator): State<Operator>,
    Path(incident): Path<String>,
    Signed { at, fields }: Signed<Desk>,
) -> Result<Response, Failure> {
    let id: IncidentId = incident.parse().map_err(|_| Failure::not_found())?;
    let closing = Closing::from_word(fields.get("closing"));
    let closing = closing.ok_or_else(|| Failure::unfit("closing", "failure-field-missing", ""))?;
    let actor = Actor::Operator(at.id);
    let dispatch = &operator.inner.dispatch;
    dispatch
        .close_incident(&actor, &id, closing, fields.get("report"))
        .await?;
    Ok(Told::IncidentClosed.lead_to(&format!("/operator/incidents/{id}")))
}

fn row(say: Say, incident: &Incident, when: &When) -> Row {
    Row {
        id: incident.id.to_string(),
        hazard: hazard(say, incident.hazard),
        home: incident.home.to_string(),
        state: match incident.closed {
            None => badge(Tone::Alarm, &say.text("incident-open")),
            Some(closed) => badge(Tone::Resting, &self::closing(say, closed.closing)),
        },
        opened: when.moment_html(incident.opened_at),
    }
}

fn step(say: Say, step: &Step) -> (Tone, String) {
    match step {
        // Which sensor it was is what residents do at home, and on no page here.
        Step::Alarm { alarm, .. } => {
            let source = match alarm.trust {
                Trust::Authenticated => "trust-authenticated",
                Trust::Unauthenticated => "trust-unauthenticated",
            };
            (
                Tone::Alarm,
                format!("{} – {}", hazard(say, alarm.hazard), say.text(source)),
            )
        }
        Step::Disclosed { to, .. } => (Tone::Sent, format!("{} – {to}", say.text("step-disclosed"))),
        Step::UnlockAsked { is_away, .. } => {
            let key = if *is_away {
                "step-unlock-waits"
            } else {
                "step-unlock-asked"
            };
            (Tone::Sent, say.text(key))
        }
        Step::UnlockUnanswered { is_sent, .. } => {
            let key = if *is_sent {
                "step-unlock-unanswered"
            } else {
                "step-unlock-unsent"
            };
            (Tone::Alarm, say.text(key))
        }
        Step::Door { word, answer } => door(say, word, answer.as_deref()),
        Step::Did { by, did } => (Tone::Confirmed, format!("{} – {by}", say.text(deed(*did)))),
        Step::Note { by, .. } => (Tone::Confirmed, format!("{} – {by}", say.text("step-note"))),
        Step::Closed { by, closing, report } => (
            Tone::Resting,
            format!("{} – {by}: {report}", self::closing(say, *closing)),
        ),
    }
}

/// Key of what a company did.
fn deed(did: Did) -> &'static str {
    match did {
        Did::Taken => "did-taken",
        Did::GuardSent => "did-guard-sent",
        Did::GuardUnderWay => "did-guard-under-way",
        Did::GuardArrived => "did-guard-arrived",
        Did::GuardLeft => "did-guard-left",
    }
}

/// What the gateway told of the door.
fn door(say: Say, word: &DoorWord, answer: Option<&str>) -> (Tone, String) {
    let (tone, key) = match (word, answer) {
        (DoorWord::Attested { .. }, _) => (Tone::Resting, "step-attested"),
        (DoorWord::Answered { .. }, Some("opened")) => (Tone::Attention, "step-opened"),
        (DoorWord::Answered { .. }, Some("notConfirmed" | "interrupted") | None) => (Tone::Alarm, "step-unsure"),
        (DoorWord::Answered { .. }, Some(code)) => {
            let refused = say.text("step-refused");
            let why = Refusal::from_code(code).map(|why| match say.lang {
                Lang::Ja => why.ja(),
                Lang::En => why.en(),
            });
            return (
                Tone::Alarm,
                why.map_or(refused.clone(), |why| format!("{refused} – {why}")),
            );
        }
        (DoorWord::Relocked { is_confirmed, .. }, _) if *is_confirmed => (Tone::Confirmed, "step-locked"),
        (DoorWord::Relocked { .. }, _) => (Tone::Alarm, "step-not-locked"),
        (DoorWord::LeftOpen { .. }, _) => (Tone::Alarm, "step-left-open"),
    };
    (tone, say.text(key))
}

pub(super) fn hazard(say: Say, hazard: Hazard) -> String {
    say.text(match hazard {
        Hazard::Fire => "hazard-fire",
        Hazard::Duress => "hazard-duress",
        Hazard::Emergency => "hazard-emergency",
        Hazard::GlassBreak => "hazard-glass-break",
        Hazard::Tamper => "hazard-tamper",
        Hazard::Silence => "hazard-silence",
        _ => "hazard-intrusion",
    })
}

fn closing(say: Say, closing: Closing) -> String {
    say.text(match closing {
        Closing::FalseAlarm => "closing-false-alarm",
        Closing::Test => "closing-test",
        Closing::HandedOver => "closing-handed-over",
        _ => "closing-resolved",
    })
}
