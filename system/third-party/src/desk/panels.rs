//! The panels of other makers: added and removed by an administrator, seen by supervisors too.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use tomori_look::{Field, Html, Input, Tone, badge, check};
use tomori_sia_dc09::Account;

use super::Desk;
use super::shell::{Place, page as shell_page, when, wrong};
use crate::door::{Failure, Fields, Office, Overseer, Say, Seat, Signed};
use crate::panels::model::Typed;
use crate::panels::{Panel, Policy};
use crate::people::Role;

/// Panels on a page: the newest page of a large company is found by its account.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "panels.html")]
struct PanelsPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    rows: Vec<Row>,
    count: String,
    more: String,
    may_change: bool,
    fields: Vec<Html>,
}

struct Row {
    account: String,
    name: String,
    address: String,
    policy: Html,
    supervision: String,
    heard: Html,
}

/// `GET /panels`
pub(super) async fn page(State(desk): State<Desk>, at: Overseer) -> Response {
    show(&desk, &at.seat, &Fields::default(), None)
}

fn row(desk: &Desk, say: Say, panel: &Panel) -> Row {
    let heard = desk.inner.receiver.heard(&panel.account);
    Row {
        account: panel.account.to_string(),
        name: panel.customer.name.clone(),
        address: panel.customer.address.clone(),
        policy: match panel.policy {
            Policy::Encrypted(_) => badge(Tone::Confirmed, &say.text("policy-encrypted")),
            Policy::Plain => badge(Tone::Attention, &say.text("policy-plain")),
        },
        supervision: panel.supervision.map_or_else(
            || say.text("supervision-none"),
            |span| say.with("supervision-every", &[("seconds", span.as_secs().into())]),
        ),
        heard: heard.map_or_else(
            || Html::text(&say.text("heard-never")),
            |at| when(desk, say).moment_html(at),
        ),
    }
}

fn show(desk: &Desk, seat: &Seat, given: &Fields, failure: Option<&Failure>) -> Response {
    let say = seat.say;
    let panels = desk.inner.panels.all();
    let more = panels.len().saturating_sub(SHOWN);
    let field = |name: &str, key: &str, hint: &str, required: bool| {
        let error = failure.and_then(|failure| failure.of_field(name, say));
        let hint = if hint.is_empty() { String::new() } else { say.text(hint) };
        let label = say.text(key);
        let field = Field::new(say.lang, name, &label, Input::Text)
            .value(if name == "key" { "" } else { given.get(name) })
            .hint(&hint)
            .error(error.as_deref());
        if required {
            field.required().html()
        } else {
            field.html()
        }
    };
    let body = Html::of(&PanelsPage {
        say,
        csrf: &seat.viewer.csrf,
        told: failure.map_or_else(Html::empty, |failure| wrong(failure, say)),
        rows: panels.iter().take(SHOWN).map(|panel| row(desk, say, panel)).collect(),
        count: say.with("panels-count", &[("count", panels.len().into())]),
        more: if more > 0 {
            say.with("panels-more", &[("count", more.into())])
        } else {
            String::new()
        },
        may_change: seat.viewer.role == Role::Administrator,
        fields: vec![
            field("account", "field-account", "field-account-hint", true),
            field("name", "field-customer", "", true),
            field("address", "field-address", "", false),
            field("notes", "field-notes", "", false),
            field("north", "field-north", "field-degrees-hint", false),
            field("east", "field-east", "", false),
            field("supervision", "field-supervision", "field-supervision-hint", false),
            field("key", "field-key", "field-key-hint", false),
            check(
                "plain",
                &say.text("field-plain"),
                Some(&say.text("field-plain-hint")),
                !given.get("plain").is_empty(),
            ),
        ],
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    shell_page(seat, Place::Panels, &say.text("place-panels"), body, status)
}

/// `POST /panels`
pub(super) async fn add(State(desk): State<Desk>, Signed { at, fields }: Signed<Office>) -> Result<Response, Failure> {
    let typed = Typed {
        account: fields.get("account"),
        name: fields.get("name"),
        address: fields.get("address"),
        notes: fields.get("notes"),
        north: fields.get("north"),
        east: fields.get("east"),
        key: fields.get("key"),
        is_plain: !fields.get("plain").is_empty(),
        supervision: fields.get("supervision"),
    };
    let panel = match typed.panel() {
        Ok(panel) => panel,
        Err(unfit) => {
            let failure = Failure::unfit(unfit.field, unfit.key);
            return Ok(show(&desk, &at.seat, &fields, Some(&failure)));
        }
    };
    match desk.inner.panels.add(&at.seat.viewer.staff, panel).await {
        Ok(()) => Ok(Redirect::to("/panels").into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            Ok(show(&desk, &at.seat, &fields, Some(&failure)))
        }
    }
}

/// `POST /panels/{account}/remove`
pub(super) async fn remove(
    State(desk): State<Desk>,
    Path(account): Path<String>,
    Signed { at, .. }: Signed<Office>,
) -> Result<Response, Failure> {
    let account: Account = account.parse().map_err(|_| Failure::not_found())?;
    desk.inner.panels.remove(&at.seat.viewer.staff, &account).await?;
    Ok(Redirect::to("/panels").into_response())
}
