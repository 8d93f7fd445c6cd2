//! The three pages that say what is signed.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;
use tomori_look::{Html, When, choices};
use tomori_smart_home::unlock::GatewayCode;
use tomori_smart_home::{CaseId, StaffId};

use super::super::draft::{Draft, MINUTES, Part, State};
use super::super::port::House;
use super::progress;
use crate::board::case::whereabouts;
use crate::cases::Case;
use crate::desk::Desk;
use crate::desk::shell::{self, Place};
use crate::door::{Failure, Say, Seat};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The guard's.
    Arrival,
    /// The operator's.
    Request,
    /// The supervisor's.
    Approval,
}

#[derive(Template)]
#[template(path = "sign.html")]
struct SignPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    back: String,
    title: String,
    about: String,
    progress: Html,
    /// What is signed, in words.
    facts: Vec<(String, Html)>,
    /// Why nothing can be signed; empty when something can.
    closed: String,
    action: String,
    origin: &'a str,
    /// What of the form a person fills.
    fields: Html,
    /// The digest of what is shown.
    shown: Option<(&'static str, String)>,
    button: String,
    after: String,
}

impl Page {
    pub(super) fn part(self) -> Part {
        match self {
            Self::Arrival => Part::Arrival,
            Self::Request => Part::Request,
            Self::Approval => Part::Approval,
        }
    }

    fn title(self, say: Say) -> String {
        say.text(match self {
            Self::Arrival => "sign-arrival-title",
            Self::Request => "sign-request-title",
            Self::Approval => "sign-approval-title",
        })
    }
}

/// What the pages know.
struct Known<'a> {
    say: Say,
    seat: &'a Seat,
    when: When,
    names: HashMap<StaffId, String>,
    case: Case,
    house: Option<House>,
    /// Where it is, as far as whoever signs is to know.
    place: String,
    draft: Option<Draft>,
}

pub(super) async fn show(
    desk: &Desk,
    seat: &Seat,
    case: &CaseId,
    page: Page,
    failure: Option<&Failure>,
) -> Result<Response, Failure> {
    let say = seat.say;
    let unlock = &desk.inner.unlock;
    let people = desk.door.people.all().await?.into_iter();
    let found = desk.inner.cases.case(case).await?.case;
    let known = Known {
        say,
        seat,
        when: shell::when(desk, say),
        names: people.map(|staff| (staff.id, staff.name)).collect(),
        place: place(desk, seat, &found, page).await?,
        case: found,
        house: unlock.house(case).await?,
        draft: unlock.open_draft(case).await?,
    };
    let base = match page {
        Page::Arrival => "/duty/arrival".to_owned(),
        Page::Request => format!("/cases/{case}/unlock/request"),
        Page::Approval => format!("/cases/{case}/unlock/approval"),
    };
    let title = page.title(say);
    let (place, back) = match page {
        Page::Arrival => (Place::Duty, "/duty".to_owned()),
        Page::Request | Page::Approval => (Place::Board, format!("/cases/{case}")),
    };
    let drawn = match &known.draft {
        Some(draft) => progress::draw(say, &known.when, &known.names, draft),
        None => Html::empty(),
    };
    let body = Html::of(&SignPage {
        say,
        csrf: &seat.viewer.csrf,
        told: failure.map_or_else(Html::empty, |failure| shell::wrong(failure, say)),
        back,
        about: say.text(match page {
            Page::Arrival => "sign-arrival-about",
            Page::Request => "sign-request-about",
            Page::Approval => "sign-approval-about",
        }),
        progress: if page == Page::Arrival { Html::empty() } else { drawn },
        facts: known.facts(page),
        closed: known.closed(page).map(|key| say.text(key)).unwrap_or_default(),
        origin: unlock.party().map_or("", |party| party.origin.as_str()),
        fields: known.fields(page),
        shown: known.shown(page),
        button: say.text(match page {
            Page::Arrival => "sign-arrival-do",
            Page::Request => "sign-request-do",
            Page::Approval => "sign-approval-do",
        }),
        after: say.text(match page {
            Page::Arrival => "sign-arrival-after",
            Page::Request => "sign-request-after",
            Page::Approval => "sign-approval-after",
        }),
        action: base,
        title: title.clone(),
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    Ok(shell::page(seat, place, &title, body, status))
}

impl Known<'_> {
    /// Why nothing can be signed here now.
    fn closed(&self, page: Page) -> Option<&'static str> {
        if self.case.closed_at.is_some() {
            return Some("case-is-closed");
        }
        let Some(house) = &self.house else {
            return Some("no-remote-unlock");
        };
        let state = self.draft.as_ref().map(|draft| draft.state);
        let own = &self.seat.viewer.staff;
        match (page, state) {
            (Page::Arrival, _) if house.opened.is_none() => Some("sign-no-word"),
            (Page::Arrival, Some(state)) if !state.may_be_withdrawn() => Some("sign-under-way"),
            (Page::Request, _) if self.case.owner.as_ref() != Some(own) => Some("sign-not-yours"),
            (Page::Request, Some(State::Arrived)) if !house.locks.iter().any(|lock| lock.is_trusted) => {
                Some("sign-no-lock")
            }
            (Page::Approval, Some(State::Requested)) if self.is_own_request() => Some("sign-own-request"),
            (Page::Arrival, _) | (Page::Request, Some(State::Arrived)) | (Page::Approval, Some(State::Requested)) => {
                None
            }
            (Page::Request, _) => Some("sign-no-arrival"),
            (Page::Approval, _) => Some("sign-no-request"),
        }
    }

    fn is_own_request(&self) -> bool {
        let request = self.draft.as_ref().and_then(|draft| draft.request.as_ref());
        request.is_some_and(|request| request.what.operator == self.seat.viewer.staff)
    }

    fn name(&self, staff: &StaffId) -> Html {
        let name = self.names.get(staff).cloned();
        Html::text(&name.unwrap_or_else(|| self.say.text("owner-gone")))
    }

    fn facts(&self, page: Page) -> Vec<(String, Html)> {
        let say = self.say;
        let mut facts = vec![(say.text("sign-house"), Html::text(&self.place))];
        let mut add = |key: &str, value: Html| facts.push((say.text(key), value));
        let Some(draft) = &self.draft else {
            if page == Page::Arrival {
                add("sign-guard", Html::text(&self.seat.viewer.name));
            }
            return facts;
        };
        let arrival = &draft.arrival.what;
        match page {
            Page::Arrival => add("sign-guard", Html::text(&self.seat.viewer.name)),
            Page::Request => {
                add("sign-guard", self.name(&arrival.guard));
                add("sign-arrived", self.when.moment_html(arrival.at.timestamp()));
            }
            Page::Approval => {
                if let Some(request) = &draft.request {
                    let lock = &request.what.lock;
                    let locks = self.house.as_ref().map_or(&[][..], |house| &house.locks);
                    let known = locks.iter().find(|known| known.id == *lock);
                    add(
                        "sign-lock",
                        Html::text(known.map_or(lock.as_str(), |known| &known.name)),
                    );
                    add("sign-guard", self.name(&arrival.guard));
                    add("sign-arrived", self.when.moment_html(arrival.at.timestamp()));
                    add("sign-operator", self.name(&request.what.operator));
                    add("sign-until", self.when.moment_html(request.what.expires_at.timestamp()));
                }
            }
        }
        facts
    }

    /// What of the form a person fills.
    fn fields(&self, page: Page) -> Html {
        let say = self.say;
        match page {
            Page::Arrival => Html::trusted(format!(
                "<div class=\"field\"><label for=\"f-code\">{}</label><p class=\"hint\" id=\"h-code\">{}</p>\
                 <input id=\"f-code\" name=\"code\" class=\"door-code\" inputmode=\"numeric\" autocomplete=\"off\" \
                 maxlength=\"20\" required pattern=\"[0-9]{{4}}[ \\-]?[0-9]{{4}}\" placeholder=\"{}\" \
                 aria-describedby=\"h-code\" data-grouped autofocus></div>",
                Html::text(&say.text("field-door-code")),
                Html::text(&say.text("field-door-code-hint")),
                GatewayCode::from_number(0).spoken().replace('0', "–")
            )),
            Page::Request => {
                let locks = self.house.as_ref().map_or(&[][..], |house| &house.locks);
                let trusted: Vec<_> = locks.iter().filter(|lock| lock.is_trusted).collect();
                let locks: Vec<(&str, &str, bool)> = trusted
                    .iter()
                    .map(|lock| (lock.id.as_str(), lock.name.as_str(), trusted.len() == 1))
                    .collect();
                let spans: Vec<(String, String)> = MINUTES
                    .iter()
                    .map(|minutes| {
                        let count = u64::from(*minutes);
                        (
                            minutes.to_string(),
                            say.with("sign-minutes", &[("count", count.into())]),
                        )
                    })
                    .collect();
                let spans: Vec<(&str, &str, bool)> = spans
                    .iter()
                    .map(|(value, word)| (value.as_str(), word.as_str(), value == "5"))
                    .collect();
                let mut fields = choices("lock", &say.text("sign-lock"), false, &locks, None);
                fields.push(&choices("minutes", &say.text("sign-how-long"), false, &spans, None));
                fields
            }
            Page::Approval => Html::empty(),
        }
    }

    fn shown(&self, page: Page) -> Option<(&'static str, String)> {
        let draft = self.draft.as_ref()?;
        let (name, digest) = match page {
            Page::Arrival => return None,
            Page::Request => ("arrival", draft.arrival.signed.digest()),
            Page::Approval => ("request", draft.request.as_ref()?.signed.digest()),
        };
        Some((name, BASE64URL_NOPAD.encode(&digest.0)))
    }
}

/// The house, as people call it.
/// The house, as whoever signs is to know it. What was disclosed is for the owner of the case, the guard who was sent, and the
/// supervisor who is to approve: they can only agree to what they can recognise.
async fn place(desk: &Desk, seat: &Seat, case: &Case, page: Page) -> Result<String, Failure> {
    let may_know = page != Page::Request || case.owner.as_ref() == Some(&seat.viewer.staff);
    let known = whereabouts(desk, case, may_know).await?;
    let words = known.map(|known| format!("{} {}", known.name, known.address));
    let words = words.unwrap_or_default().trim().to_owned();
    Ok(if words.is_empty() { case.source.name() } else { words })
}
