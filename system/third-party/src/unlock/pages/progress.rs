//! The three signatures, drawn: who has signed, who is missing, how long there is, and what came of it.

use std::collections::HashMap;
use std::fmt::Write as _;

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use tomori_look::{Html, Icon, Tone, When, badge};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::unlock::Refusal;
use tomori_smart_home::{CaseId, StaffId};

use super::super::draft::{Draft, Part, State};
use crate::cases::Case;
use crate::desk::Desk;
use crate::desk::shell;
use crate::door::{Failure, Say, Seat};
use crate::people::Role;

#[derive(Template)]
#[template(path = "unlock_part.html")]
struct PartPage<'a> {
    say: Say,
    csrf: &'a str,
    /// In words, to be read out when it changes.
    state: String,
    drawn: Html,
    hint: String,
    /// Where to sign, and what the button says.
    sign: Option<(String, String)>,
    /// Whether everybody waits for this signature.
    is_next: bool,
    withdraw: Option<String>,
    past: Vec<Past>,
    wrong_codes: String,
}

struct Past {
    at: Html,
    state: Html,
}

/// The part of a case's page, or of a guard's, about opening the door. Empty where no door is opened from afar.
pub(crate) async fn part(desk: &Desk, seat: &Seat, case: &Case) -> Result<Html, Failure> {
    let say = seat.say;
    let when = shell::when(desk, say);
    let drafts = desk.inner.unlock.drafts(&case.id).await?;
    let house = desk.inner.unlock.house(&case.id).await?;
    if house.is_none() && drafts.is_empty() {
        return Ok(Html::empty());
    }
    let people = desk.door.people.all().await?.into_iter();
    let names: HashMap<StaffId, String> = people.map(|staff| (staff.id, staff.name)).collect();
    let is_open = case.closed_at.is_none();
    let open = drafts.first().filter(|draft| draft.state.is_open());
    let shown = open.or(drafts.first());
    let viewer = &seat.viewer;
    let is_owner = case.owner.as_ref() == Some(&viewer.staff);
    let state = open.map(|draft| draft.state);
    let is_driven = drafts.iter().any(|draft| draft.state.is_driven());
    let asks = |draft: &&Draft| {
        draft
            .request
            .as_ref()
            .is_some_and(|it| it.what.operator == viewer.staff)
    };
    let is_own_request = open.as_ref().is_some_and(asks);
    let path = |word: &str| format!("/cases/{}/unlock/{word}", case.id);
    let sign = match (viewer.role, state) {
        _ if !is_open || is_driven || house.is_none() => None,
        (Role::Guard, None) => Some(("/duty/arrival".to_owned(), say.text("sign-arrival-go"))),
        (Role::Guard, Some(State::Arrived | State::Requested)) => {
            Some(("/duty/arrival".to_owned(), say.text("sign-arrival-again")))
        }
        (Role::Supervisor, Some(State::Requested)) if !is_own_request => {
            Some((path("approval"), say.text("sign-approval-go")))
        }
        (Role::Operator | Role::Supervisor, Some(State::Arrived)) if is_owner => {
            Some((path("request"), say.text("sign-request-go")))
        }
        _ => None,
    };
    let hint = match (viewer.role, state) {
        _ if !is_open || is_driven => String::new(),
        (Role::Guard, None) => say.text("unlock-hint-guard"),
        (_, None) => say.text("unlock-hint-none"),
        (_, Some(State::Requested)) if is_own_request => say.text("sign-own-request"),
        _ => String::new(),
    };
    let may_withdraw = state.is_some_and(State::may_be_withdrawn)
        && match viewer.role {
            Role::Guard => open.is_some_and(|draft| draft.arrival.what.guard == viewer.staff),
            role => is_owner || role == Role::Supervisor,
        };
    let withdraw = match viewer.role {
        Role::Guard => "/duty/arrival/withdraw".to_owned(),
        _ => path("withdraw"),
    };
    let wrong = Refusal::CodeWrong.code();
    let wrong = drafts.iter().filter(|draft| draft.why.as_ref() == Some(&wrong)).count();
    let earlier = drafts.iter().skip(usize::from(shown.is_some()));
    Ok(Html::of(&PartPage {
        say,
        csrf: &viewer.csrf,
        state: shown.map(|draft| words(say, draft)).unwrap_or_default(),
        drawn: shown.map_or_else(Html::empty, |draft| draw(say, &when, &names, draft)),
        hint,
        sign,
        is_next: viewer.role != Role::Guard || open.is_none(),
        withdraw: may_withdraw.then_some(withdraw),
        past: earlier
            .map(|draft| Past {
                at: when.moment_html(draft.changed_at),
                state: badge(tone(draft.state), &words(say, draft)),
            })
            .collect(),
        wrong_codes: if wrong > 0 {
            say.with("unlock-wrong-codes", &[("count", wrong.into())])
        } else {
            String::new()
        },
    }))
}

/// What a line of the board says of a case's door: whose signature is missing, or that the gateway's answer is.
pub(crate) fn note(say: Say, waiting: &HashMap<CaseId, State>, case: &CaseId) -> Option<Html> {
    let (tone, key) = match waiting.get(case)? {
        State::Arrived => (Tone::Sent, "board-unlock-request"),
        State::Requested => (Tone::Attention, "board-unlock-approval"),
        _ => (Tone::Moving, "board-unlock-answer"),
    };
    Some(badge(tone, &say.text(key)))
}

/// A draft: three signatures, the door, and the time that is left.
pub(super) fn draw(say: Say, when: &When, names: &HashMap<StaffId, String>, draft: &Draft) -> Html {
    let mut out = format!(
        "<div class=\"signing\"><ol class=\"signatures\" aria-label=\"{}\">",
        Html::text(&say.text("unlock-signatures"))
    );
    let name = |staff: &StaffId| names.get(staff).cloned().unwrap_or_else(|| say.text("owner-gone"));
    let request = draft.request.as_ref().map(|request| &request.what);
    let approval = draft.approval.as_ref().map(|approval| &approval.what);
    let signed = [
        (Part::Arrival, Some(name(&draft.arrival.what.guard))),
        (Part::Request, request.map(|request| name(&request.operator))),
        (Part::Approval, approval.map(|approval| name(&approval.supervisor))),
    ];
    let mut is_next = draft.state.may_be_withdrawn();
    for (part, who) in signed {
        let role = say.text(match part {
            Part::Arrival => "role-guard",
            Part::Request => "role-operator",
            Part::Approval => "role-supervisor",
        });
        let (state, icon, word) = match &who {
            Some(name) => ("done", Icon::Confirmed, name.clone()),
            None if is_next => {
                is_next = false;
                ("next", Icon::Key, say.text("unlock-missing"))
            }
            None => ("open", Icon::Resting, say.text("unlock-not-yet")),
        };
        // Writing into a string does not fail.
        let _ = write!(
            out,
            "<li data-state=\"{state}\">{}<span class=\"signature-role\">{}</span><span class=\"signature-who\">{}</span></li>",
            icon.svg(),
            Html::text(&role),
            Html::text(&word)
        );
    }
    let _ = write!(
        out,
        "<li data-state=\"{}\">{}<span class=\"signature-role\">{}</span><span class=\"signature-who\">{}</span></li></ol>{}</div>",
        if draft.state == State::Opened { "done" } else { "door" },
        tone(draft.state).icon().svg(),
        Html::text(&say.text("unlock-door")),
        Html::text(&words(say, draft)),
        clock(say, when, draft)
    );
    Html::trusted(out)
}

/// How long there is, as a ring that empties; nothing when nobody waits for anything.
fn clock(say: Say, when: &When, draft: &Draft) -> Html {
    if !draft.state.is_open() {
        return Html::empty();
    }
    let (now, end) = (when.now(), draft.ends_at());
    let left = end.duration_since(now).max(SignedDuration::ZERO);
    let begun = draft
        .request
        .as_ref()
        .map_or(draft.arrival.what.at.timestamp(), |_| draft.changed_at);
    let whole = end.duration_since(begun.min(now)).as_secs().max(1);
    let share = (left.as_secs() * 100 / whole).clamp(0, 100);
    Html::trusted(format!(
        "<p class=\"time-left\" data-until=\"{}\" data-now=\"{}\" data-whole=\"{whole}\">\
         <svg class=\"ring-clock\" viewBox=\"0 0 48 48\" aria-hidden=\"true\" focusable=\"false\">\
         <circle cx=\"24\" cy=\"24\" r=\"20\"/><circle class=\"left\" cx=\"24\" cy=\"24\" r=\"20\" pathLength=\"100\" \
         stroke-dasharray=\"{share} 100\" transform=\"rotate(-90 24 24)\"/></svg>\
         <span><span class=\"soft small\">{}</span> <strong class=\"figures\" data-left>{}:{:02}</strong></span></p>",
        millis(end),
        millis(now),
        Html::text(&say.text("unlock-left")),
        left.as_secs() / 60,
        left.as_secs() % 60
    ))
}

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// How a draft stands, in words.
pub(super) fn words(say: Say, draft: &Draft) -> String {
    let why = draft.why.as_deref().unwrap_or_default();
    let key = match draft.state {
        State::Arrived => "draft-arrived",
        State::Requested => "draft-requested",
        State::Approved => "draft-approved",
        State::Sent => "draft-sent",
        State::NotSent => "draft-not-sent",
        State::Opened => "draft-opened",
        State::NotConfirmed => "draft-not-confirmed",
        State::Interrupted => "draft-interrupted",
        State::Refused => return say.with("draft-refused", &[("why", refusal(say, why).into())]),
        State::NoAnswer => "draft-no-answer",
        State::Withdrawn if why == "replaced" => "draft-replaced",
        State::Withdrawn => "draft-withdrawn",
        State::Expired => "draft-expired",
    };
    say.text(key)
}

/// A refusal's words, by its code.
pub(crate) fn refusal(say: Say, code: &str) -> String {
    match (Refusal::from_code(code), say.lang) {
        (Some(refusal), Lang::Ja) => refusal.ja(),
        (Some(refusal), Lang::En) => refusal.en(),
        (None, _) => code.to_owned(),
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Arrived | State::Requested | State::Approved => Tone::Sent,
        State::Sent => Tone::Moving,
        State::Opened => Tone::Confirmed,
        State::NoAnswer => Tone::Unknown,
        State::Withdrawn => Tone::Resting,
        State::Refused => Tone::Prohibited,
        State::NotSent | State::NotConfirmed | State::Interrupted | State::Expired => Tone::Attention,
    }
}
