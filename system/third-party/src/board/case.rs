//! One case: what happened, what has to be done, its end.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use tomori_look::{Html, Moment, Tone, When, badge, choices, fragment, live, notice, timeline};
use tomori_smart_home::{CaseId, StaffId};

use super::list::{clock, names, owner, priority_word, what};
use super::{dispatch, emergency, messages, photos};
use crate::cases::{Case, CaseView, Entry, Kind, Outcome, Step, script};
use crate::desk::Desk;
use crate::desk::shell::{self, Place};
use crate::door::{AtBoard, Failure, Fields, Say, Seat, Signed};
use crate::unlock::pages::{refusal, unlock_part};

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage<'a> {
    say: Say,
    title: String,
    told: Html,
    live: Html,
    id: &'a str,
    csrf: &'a str,
    is_mine: bool,
    is_open: bool,
    /// Whether its door can be opened from afar.
    is_remote: bool,
    /// Whether it is a house of the platform.
    is_house: bool,
    outcomes: Html,
    note: &'a str,
    report: &'a str,
}

#[derive(Template)]
#[template(path = "case_part.html")]
struct Part<'a> {
    say: Say,
    id: &'a str,
    csrf: &'a str,
    what: Html,
    priority: String,
    owner: Html,
    clock: Html,
    unlock: Html,
    dispatch: Html,
    messages: Html,
    photos: Html,
    emergencies: Html,
    closed: Html,
    account: String,
    /// Where it is; `None` for who may not know, or while it is not disclosed.
    known: Option<Known>,
    is_house: bool,
    is_plain: bool,
    steps: Vec<StepRow>,
    is_mine: bool,
    may_take: bool,
    may_arrive: bool,
    happened: Html,
}

/// Where to go, and what helps there.
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) plan: String,
    pub(crate) notes: String,
    pub(crate) place: Option<(f64, f64)>,
    pub(crate) locks: Vec<(String, bool)>,
}

struct StepRow {
    word: &'static str,
    text: String,
    number: usize,
    done: Option<Html>,
}

/// `GET /cases/{case}`
pub(super) async fn page(State(desk): State<Desk>, at: AtBoard, Path(case): Path<String>) -> Result<Response, Failure> {
    show(&desk, &at.seat, &id(&case)?, &Fields::default(), None).await
}

/// `GET /cases/{case}/part`: what follows the truth.
pub(super) async fn part(State(desk): State<Desk>, at: AtBoard, Path(case): Path<String>) -> Result<Response, Failure> {
    let view = desk.inner.cases.case(&id(&case)?).await?;
    Ok(fragment(draw(&desk, &at.seat, &view).await?))
}

pub(super) fn id(text: &str) -> Result<CaseId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

pub(super) async fn show(
    desk: &Desk,
    seat: &Seat,
    id: &CaseId,
    given: &Fields,
    failure: Option<&Failure>,
) -> Result<Response, Failure> {
    let say = seat.say;
    let view = desk.inner.cases.case(id).await?;
    let part = draw(desk, seat, &view).await?;
    let words: Vec<String> = Outcome::ALL.iter().map(|outcome| say.text(outcome.key())).collect();
    let options: Vec<(&str, &str, bool)> = Outcome::ALL
        .iter()
        .zip(&words)
        .map(|(outcome, word)| (outcome.word(), word.as_str(), given.get("outcome") == outcome.word()))
        .collect();
    let title = say.text(view.case.danger.key());
    let fragment = format!("/cases/{id}/part");
    let body = Html::of(&CasePage {
        say,
        told: failure.map_or_else(Html::empty, |failure| shell::wrong(failure, say)),
        live: live("/board/events", &fragment, &say.text("board-lost"), &part),
        id: id.as_str(),
        csrf: &seat.viewer.csrf,
        is_mine: view.case.owner.as_ref() == Some(&seat.viewer.staff),
        is_open: view.case.closed_at.is_none(),
        is_remote: desk.inner.unlock.house(id).await?.is_some(),
        is_house: view.case.source.panel().is_none(),
        outcomes: choices("outcome", &say.text("close-outcome"), false, &options, None),
        note: given.raw("note"),
        report: given.raw("report"),
        title: title.clone(),
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    Ok(shell::page(seat, Place::Board, &title, body, status))
}

async fn draw(desk: &Desk, seat: &Seat, view: &CaseView) -> Result<Html, Failure> {
    let say = seat.say;
    let case = &view.case;
    let when = shell::when(desk, say);
    let names = names(desk).await?;
    let mine = case.owner.as_ref() == Some(&seat.viewer.staff);
    let known = whereabouts(desk, case, mine).await?;
    let steps = script::steps(case.kind, case.danger);
    let done = |step: Step| {
        let ticked = view.steps.iter().find(|ticked| ticked.step == step)?;
        let name = name_of(say, &names, &ticked.who);
        Some(badge(Tone::Confirmed, &format!("{} {name}", when.seconds(ticked.at))))
    };
    let is_open = case.closed_at.is_none();
    let needs_guard = steps.contains(&Step::SendGuard);
    let around = desk.inner.dispatch.around(case).await?;
    Ok(Html::of(&Part {
        say,
        id: case.id.as_str(),
        csrf: &seat.viewer.csrf,
        what: what(say, case),
        priority: priority_word(say, case.danger.priority()),
        owner: owner(say, &names, case, mine),
        clock: clock(say, &when, case, &around.missions),
        unlock: unlock_part(desk, seat, case).await?,
        dispatch: if needs_guard {
            dispatch::draw(seat, &when, &names, case, &around, mine && is_open)
        } else {
            Html::empty()
        },
        messages: messages::draw(desk, seat, &when, &names, &around.missions, &case.id, mine && is_open).await?,
        photos: photos::draw(desk, say, &when, &names, &case.id).await?,
        emergencies: emergency::draw(desk, seat, &when, &names).await?,
        closed: if is_open {
            Html::empty()
        } else {
            notice(Tone::Confirmed, &say.text("case-is-closed"), &Html::empty())
        },
        account: case.source.name(),
        known,
        is_house: case.source.panel().is_none(),
        is_plain: case.is_plain,
        steps: steps
            .iter()
            .zip(1..)
            .map(|(step, number)| StepRow {
                word: step.word(),
                text: say.text(step.key()),
                number,
                done: done(*step),
            })
            .collect(),
        is_mine: mine && is_open,
        may_take: (!mine || case.is_offered) && case.may_take(&seat.viewer.staff, seat.viewer.role).is_ok(),
        may_arrive: mine && is_open && case.kind == Kind::Alarm && case.arrived_at.is_none(),
        happened: happened(say, &when, &names, &view.entries),
    }))
}

/// Key of who it was when it was nobody.
fn by_itself(what: &str) -> &'static str {
    match what {
        "unlockSent" | "unlockNotSent" | "unlockNoAnswer" | "unlockWithdrawn" | "unlockExpired" => "entry-by-server",
        _ => "entry-by-itself",
    }
}

/// Where a case is. A house's is told to those alone who may know: its owner, and the guard who goes there.
pub(crate) async fn whereabouts(desk: &Desk, case: &Case, may_know: bool) -> Result<Option<Known>, Failure> {
    if let Some(account) = case.source.panel() {
        let panel = desk.inner.panels.find(account);
        let customer = panel.map(|panel| panel.customer.clone()).unwrap_or_default();
        return Ok(Some(Known {
            name: customer.name,
            address: customer.address,
            plan: String::new(),
            notes: customer.notes,
            place: customer.place,
            locks: Vec::new(),
        }));
    }
    if !may_know {
        return Ok(None);
    }
    let disclosed = desk.inner.cases.disclosed(&case.id).await?;
    Ok(disclosed.map(|disclosed| Known {
        name: disclosed.name.unwrap_or_default(),
        address: disclosed.address.unwrap_or_default(),
        plan: disclosed.plan.unwrap_or_default(),
        notes: disclosed.entry_notes.unwrap_or_default(),
        place: disclosed.place.map(|place| (place.latitude, place.longitude)),
        locks: disclosed
            .locks
            .into_iter()
            .map(|lock| (lock.name, lock.is_trusted))
            .collect(),
    }))
}

pub(super) fn name_of(say: Say, names: &HashMap<StaffId, String>, who: &StaffId) -> String {
    names.get(who).map_or_else(|| say.text("owner-gone"), Clone::clone)
}

fn happened(say: Say, when: &When, names: &HashMap<StaffId, String>, entries: &[Entry]) -> Html {
    let moments: Vec<Moment> = entries
        .iter()
        .map(|entry| {
            let (key, tone) = match entry.what.as_str() {
                "alarm" => ("entry-alarm", Tone::Alarm),
                "fault" => ("entry-fault", Tone::Attention),
                "restored" => ("entry-restored", Tone::Resting),
                "lost" => ("entry-lost", Tone::Unknown),
                "back" => ("entry-back", Tone::Confirmed),
                "taken" => ("entry-taken", Tone::Held),
                "offered" => ("entry-offered", Tone::Attention),
                "left" => ("entry-left", Tone::Attention),
                "step" => ("entry-step", Tone::Confirmed),
                "arrived" => ("entry-arrived", Tone::Confirmed),
                "closed" => ("entry-closed", Tone::Confirmed),
                "disclosed" => ("entry-disclosed", Tone::Sent),
                "platformNote" => ("entry-platform-note", Tone::Sent),
                "platformClosed" => ("entry-platform-closed", Tone::Attention),
                "attested" => ("entry-attested", Tone::Resting),
                "doorWaits" => ("entry-door-waits", Tone::Unknown),
                "doorOpened" => ("entry-door-opened", Tone::Attention),
                "doorUnsure" => ("entry-door-unsure", Tone::Alarm),
                "doorRefused" => ("entry-door-refused", Tone::Alarm),
                "doorLocked" => ("entry-door-locked", Tone::Confirmed),
                "doorNotLocked" => ("entry-door-not-locked", Tone::Alarm),
                "doorLeftOpen" => ("entry-door-left-open", Tone::Alarm),
                "doorOther" => ("entry-door-other", Tone::Sent),
                "sent" => ("entry-sent", Tone::Sent),
                "accepted" => ("entry-accepted", Tone::Moving),
                "declined" => ("entry-declined", Tone::Attention),
                "timedOut" => ("entry-timed-out", Tone::Attention),
                "nobodyFree" => ("entry-nobody-free", Tone::Attention),
                "done" => ("entry-done", Tone::Confirmed),
                "unlockArrived" => ("entry-unlock-arrived", Tone::Sent),
                "unlockRequested" => ("entry-unlock-requested", Tone::Sent),
                "unlockApproved" => ("entry-unlock-approved", Tone::Sent),
                "unlockSent" => ("entry-unlock-sent", Tone::Moving),
                "unlockNotSent" => ("entry-unlock-not-sent", Tone::Attention),
                "unlockNoAnswer" => ("entry-unlock-no-answer", Tone::Unknown),
                "unlockWithdrawn" => ("entry-unlock-withdrawn", Tone::Resting),
                "unlockExpired" => ("entry-unlock-expired", Tone::Attention),
                "emergency" => ("entry-emergency", Tone::Alarm),
                "emergencySeen" => ("entry-emergency-seen", Tone::Held),
                "emergencyEnded" => ("entry-emergency-ended", Tone::Confirmed),
                "photo" => ("entry-photo", Tone::Moving),
                "instruction" => ("entry-instruction", Tone::Sent),
                "instructionRead" => ("entry-instruction-read", Tone::Confirmed),
                "reply" => ("entry-reply", Tone::Moving),
                _ => ("entry-note", Tone::Sent),
            };
            let mut words = vec![say.text(key)];
            let line = &entry.line;
            words.extend(line.danger.map(|danger| say.text(danger.key())));
            let step = line.step.as_deref();
            words.extend(step.and_then(Step::from_word).map(|step| say.text(step.key())));
            words.extend(step.and_then(Outcome::from_word).map(|outcome| say.text(outcome.key())));
            words.extend(line.guard.as_ref().map(|guard| name_of(say, names, guard)));
            if let Some(zone) = &line.zone {
                words.push(say.with("entry-zone", &[("zone", zone.as_str().into())]));
            }
            if let Some(area) = &line.area {
                words.push(say.with("entry-area", &[("area", area.as_str().into())]));
            }
            words.extend(line.code.clone());
            words.extend(line.refusal.as_deref().map(|code| refusal(say, code)));
            if entry.what != "lost" {
                words.extend(line.text.clone());
            }
            let who = entry
                .who
                .as_ref()
                .map_or_else(|| say.text(by_itself(&entry.what)), |who| name_of(say, names, who));
            Moment {
                time: when.moment_html(entry.at),
                tone,
                what: Html::trusted(format!(
                    "<p>{}</p><p class=\"soft small\">{}</p>",
                    Html::text(&words.join(" · ")),
                    Html::text(&who)
                )),
            }
        })
        .collect();
    timeline(&say.text("case-happened"), &moments)
}

/// Leads back to the case, or shows it again with what came to nothing.
async fn back(
    desk: &Desk,
    seat: &Seat,
    id: &CaseId,
    fields: &Fields,
    done: Result<(), crate::cases::CaseError>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status() != StatusCode::CONFLICT {
                return Err(failure);
            }
            show(desk, seat, id, fields, Some(&failure)).await
        }
    }
}

/// `POST /cases/{case}/take`
pub(super) async fn take(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let done = desk.inner.cases.take(&at.seat.viewer, &id).await;
    // Whoever sees to it has to know where it is; the platform writes down who asked.
    if done.is_ok() && desk.inner.cases.house(&id).await?.is_some() {
        desk.inner.partner.disclose_soon(&id, &at.seat.viewer.name);
    }
    back(&desk, &at.seat, &id, &fields, done).await
}

/// `POST /cases/{case}/disclosure`: asks the platform where it is, once more.
pub(super) async fn disclose(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let view = desk.inner.cases.case(&id).await?;
    let mine = view
        .case
        .may_work(&at.seat.viewer.staff)
        .map_err(crate::cases::CaseError::from);
    if mine.is_err() {
        return back(&desk, &at.seat, &id, &fields, mine).await;
    }
    match desk.inner.partner.disclose(&id, &at.seat.viewer.name).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(error) => {
            tracing::warn!(case = %id, %error, "where to go is not disclosed");
            let failure = Failure::new(StatusCode::CONFLICT, "not-disclosed");
            show(&desk, &at.seat, &id, &fields, Some(&failure)).await
        }
    }
}

/// `POST /cases/{case}/offer`
pub(super) async fn offer(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let done = desk.inner.cases.offer(&at.seat.viewer, &id).await;
    back(&desk, &at.seat, &id, &fields, done).await
}

/// `POST /cases/{case}/send`
pub(super) async fn send(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let guard: StaffId = fields.get("guard").parse().map_err(|_| Failure::not_found())?;
    match desk.inner.dispatch.send(&at.seat.viewer, &id, &guard).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status() != StatusCode::CONFLICT {
                return Err(failure);
            }
            show(&desk, &at.seat, &id, &fields, Some(&failure)).await
        }
    }
}

/// `POST /cases/{case}/steps`
pub(super) async fn step(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let step = Step::from_word(fields.get("step")).ok_or(Failure::new(StatusCode::BAD_REQUEST, "bad-request"))?;
    let done = desk.inner.cases.tick(&at.seat.viewer, &id, step).await;
    back(&desk, &at.seat, &id, &fields, done).await
}

/// `POST /cases/{case}/notes`
pub(super) async fn note(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let done = desk.inner.cases.note(&at.seat.viewer, &id, fields.raw("note")).await;
    back(&desk, &at.seat, &id, &fields, done).await
}

/// `POST /cases/{case}/arrived`
pub(super) async fn arrived(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let done = desk.inner.cases.arrived(&at.seat.viewer, &id).await;
    back(&desk, &at.seat, &id, &fields, done).await
}

/// `POST /cases/{case}/close`
pub(super) async fn close(
    State(desk): State<Desk>,
    Path(case): Path<String>,
    Signed { at, fields }: Signed<AtBoard>,
) -> Result<Response, Failure> {
    let id = id(&case)?;
    let Some(outcome) = Outcome::from_word(fields.get("outcome")) else {
        let failure = Failure::new(StatusCode::CONFLICT, "case-no-outcome");
        return show(&desk, &at.seat, &id, &fields, Some(&failure)).await;
    };
    let cases = &desk.inner.cases;
    let done = cases.close(&at.seat.viewer, &id, outcome, fields.raw("report")).await;
    match done {
        Ok(()) => {
            desk.inner.dispatch.call_off(&id).await?;
            desk.inner.unlock.case_closed(&id).await?;
            Ok(Redirect::to("/board").into_response())
        }
        refused => back(&desk, &at.seat, &id, &fields, refused).await,
    }
}
