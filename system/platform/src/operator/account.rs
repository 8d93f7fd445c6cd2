//! The operator's own account: the password, and where the operator is signed in.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use tomori_look::{Field, Html, Input, When, browser_name, language_switch};
use zeroize::Zeroizing;

use super::Operator;
use super::desk::{Desk, Signed};
use super::homes::Asked;
use super::shell::{Told, ZONE, page as shell_page, wrong};
use crate::auth::people::{PeopleError, Proof};
use crate::door::{Carried, Failure, Say};

#[derive(Template)]
#[template(path = "operator/account.html")]
struct AccountPage<'a> {
    say: Say,
    csrf: &'a str,
    told: Html,
    language: Html,
    name: String,
    email: String,
    fields: Vec<Html>,
    sessions: Vec<Row>,
}

struct Row {
    id: String,
    agent: String,
    since: Html,
    seen: Html,
    own: bool,
}

/// `GET /operator/account`
pub(super) async fn page(
    State(operator): State<Operator>,
    desk: Desk,
    Carried(asked): Carried<Asked>,
) -> Result<Response, Failure> {
    let told = Told::html(&asked.told, desk.say);
    show(&operator, &desk, told, None).await
}

async fn show(operator: &Operator, desk: &Desk, told: Html, failure: Option<&Failure>) -> Result<Response, Failure> {
    let say = desk.say;
    let people = &operator.inner.people;
    let info = people.name_of(&desk.viewer.person).await?;
    let own = match &desk.viewer.proof {
        Proof::Session { id, .. } => id.as_str(),
        Proof::Token { .. } => "",
    };
    let when = When::in_zone(say.lang, ZONE, operator.door.clock().now());
    let sessions = people.sessions(&desk.viewer.person).await?;
    let field = |name: &str, key: &str, input: Input, hint: &str| {
        let label = say.text(key);
        let error = failure.and_then(|failure| failure.of_field(name, say));
        Field::new(say.lang, name, &label, input)
            .hint(hint)
            .error(error.as_deref())
            .required()
            .html()
    };
    let code_hint = say.text("field-code-hint");
    let body = Html::of(&AccountPage {
        say,
        csrf: &desk.csrf,
        told: failure.map_or(told, |failure| wrong(failure, say)),
        language: language_switch(say.lang, "/operator/language", "/operator/account"),
        name: info.name,
        email: info.email,
        fields: vec![
            field("current", "field-current-password", Input::CurrentPassword, ""),
            field("code", "field-code", Input::OneTimeCode, &code_hint),
            field("password", "field-new-password", Input::NewPassword, ""),
            field("again", "field-password-again", Input::NewPassword, ""),
        ],
        sessions: sessions
            .into_iter()
            .map(|session| Row {
                own: session.id == own,
                id: session.id,
                agent: browser_name(&session.agent),
                since: when.moment_html(session.created_at),
                seen: when.moment_html(session.seen_at),
            })
            .collect(),
    });
    let status = failure.map_or(StatusCode::OK, Failure::status);
    Ok(shell_page(desk, None, &say.text("desk-account"), body, status))
}

/// `POST /operator/account/password`
pub(super) async fn password(
    State(operator): State<Operator>,
    Signed { at: desk, fields }: Signed<Desk>,
) -> Result<Response, Failure> {
    let text = |name: &str| Zeroizing::new(fields.raw(name).chars().take(300).collect::<String>());
    if fields.raw("password") != fields.raw("again") {
        let failure = Failure::unfit("again", "failure-password-differs", "");
        return show(&operator, &desk, Html::empty(), Some(&failure)).await;
    }
    let people = &operator.inner.people;
    let changed = people
        .change_password(&desk.viewer, text("current"), fields.get("code"), text("password"))
        .await;
    match changed {
        Ok(()) => Ok(Told::PasswordChanged.lead_to("/operator/account")),
        Err(PeopleError::NotMatching) => {
            let failure = Failure::unfit("current", "failure-password-wrong", "");
            show(&operator, &desk, Html::empty(), Some(&failure)).await
        }
        Err(error) => {
            let failure = Failure::from(error);
            if failure.status().is_server_error() {
                return Err(failure);
            }
            show(&operator, &desk, Html::empty(), Some(&failure)).await
        }
    }
}

/// `POST /operator/account/sessions/{session}/end`
pub(super) async fn end_session(
    State(operator): State<Operator>,
    Path(session): Path<String>,
    Signed { at: desk, .. }: Signed<Desk>,
) -> Result<Response, Failure> {
    let people = &operator.inner.people;
    people.end_session(&desk.viewer.person, &session).await?;
    Ok(Told::SessionEnded.lead_to("/operator/account"))
}
