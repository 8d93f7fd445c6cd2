//! Settings: language, home, password, sessions, paired phones.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tomori_look::{Field, Html, Input, When, Width, browser_name, language_switch};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::HomeId;

use super::fields::{Signed, Unsigned};
use super::refusal::Refusal;
use super::shell::{Place, Query, Segment, Told, go_on};
use super::sign_in::{LONGEST_CODE, code_of};
use super::visitor::Visitor;
use super::{App, cookie};
use crate::port::{PasswordChange, PasswordError, SessionView};
use crate::say::Say;

/// 128 characters of any script.
const LONGEST_PASSWORD: usize = 512;

struct SessionRow {
    id: String,
    agent: String,
    opened: Html,
    used: Html,
    current: bool,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    say: Say,
    told: Html,
    csrf: &'a str,
    name: &'a str,
    homes: Vec<(String, String, bool)>,
    language: Html,
    pair: bool,
    password: Option<PasswordParts>,
    sessions: Vec<SessionRow>,
    version: &'static str,
}

struct PasswordParts {
    current: Html,
    code: Html,
    new: Html,
    again: Html,
    open: bool,
}

/// What was wrong with a change of password.
#[derive(Default)]
struct Wrong {
    current: Option<String>,
    code: Option<String>,
    new: Option<String>,
    again: Option<String>,
}

impl Wrong {
    fn is_any(&self) -> bool {
        [&self.current, &self.code, &self.new, &self.again]
            .iter()
            .any(|wrong| wrong.is_some())
    }
}

/// `GET /settings`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    show(
        &app,
        &visitor,
        query.told(visitor.say),
        &Wrong::default(),
        StatusCode::OK,
    )
    .await
}

async fn show(app: &App, visitor: &Visitor, told: Html, wrong: &Wrong, status: StatusCode) -> Response {
    let abilities = app.port.abilities();
    let (viewer, say) = (&visitor.viewer, visitor.say);
    let house = match app.port.house(viewer, &visitor.home.id).await {
        Ok(house) => house,
        Err(error) => return visitor.refuse(error).into_response(),
    };
    let sessions = if abilities.sessions {
        match app.port.sessions(viewer).await {
            Ok(sessions) => sessions,
            Err(error) => return visitor.refuse(error).into_response(),
        }
    } else {
        Vec::new()
    };
    let when = When::in_zone(say.lang, &house.place.time_zone, app.port.wall_now());
    let body = Html::of(&SettingsPage {
        say,
        told,
        csrf: &visitor.csrf,
        name: &viewer.name,
        homes: if viewer.homes.len() > 1 {
            viewer
                .homes
                .iter()
                .map(|home| (home.id.to_string(), home.name.clone(), home.id == visitor.home.id))
                .collect()
        } else {
            Vec::new()
        },
        language: language_switch(say.lang, "/language", "/settings"),
        pair: abilities.pair,
        password: abilities.change_password.then(|| password_parts(say, wrong)),
        sessions: sessions
            .into_iter()
            .map(|session| session_row(visitor, session, &when))
            .collect(),
        version: env!("CARGO_PKG_VERSION"),
    });
    visitor.page_with(
        Place::Settings,
        &say.text("settings-title"),
        body,
        Width::Column,
        status,
    )
}

fn password_parts(say: Say, wrong: &Wrong) -> PasswordParts {
    let field = |name, label: String, input, error: &Option<String>| {
        Field::new(say.lang, name, &label, input).error(error.as_deref()).html()
    };
    PasswordParts {
        current: field(
            "current",
            say.text("field-current-password"),
            Input::CurrentPassword,
            &wrong.current,
        ),
        code: Field::new(say.lang, "code", &say.text("field-code"), Input::OneTimeCode)
            .hint(&say.text("field-code-hint"))
            .error(wrong.code.as_deref())
            .html(),
        new: field("new", say.text("field-new-password"), Input::NewPassword, &wrong.new),
        again: field(
            "again",
            say.text("field-again-password"),
            Input::NewPassword,
            &wrong.again,
        ),
        open: wrong.is_any(),
    }
}

fn session_row(visitor: &Visitor, session: SessionView, when: &When) -> SessionRow {
    SessionRow {
        agent: if session.agent.is_empty() {
            visitor.say.text("session-unnamed")
        } else {
            browser_name(&session.agent)
        },
        opened: when.day_and_minutes_html(session.opened_at),
        used: when.day_and_minutes_html(session.last_used_at),
        current: session.id == visitor.viewer.session,
        id: session.id,
    }
}

/// `POST /language`: of anybody, signed in or not.
pub(crate) async fn language(State(app): State<App>, headers: HeaderMap, form: Unsigned) -> Response {
    let Unsigned { guest, fields } = form;
    let Ok(lang) = fields.get("lang").parse::<Lang>() else {
        return guest.refuse(Refusal::unreadable()).into_response();
    };
    let secure = app.options.secure_cookies;
    if let Some(token) = cookie::read(&headers, app.session_cookie())
        && let Ok(Some(viewer)) = app.port.viewer(token).await
        && let Err(error) = app.port.set_language(&viewer, lang).await
    {
        // The cookie below still gives this browser what its person wishes.
        tracing::debug!(%error, "the language was not remembered");
    }
    let mut response = go_on(fields.get("next"), None);
    if let Some(cookie) = cookie::preference(secure, cookie::LANG, lang.tag()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /settings/home`
pub(crate) async fn home(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    let wished = fields.get("home").parse::<HomeId>().ok();
    let Some(home) = visitor
        .viewer
        .homes
        .iter()
        .find(|home| Some(&home.id) == wished.as_ref())
    else {
        return visitor.refuse(Refusal::not_found()).into_response();
    };
    let mut response = go_on("/", None);
    if let Some(cookie) = cookie::preference(app.options.secure_cookies, cookie::HOME, home.id.as_str()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /settings/password`
pub(crate) async fn password(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, fields } = form;
    if !app.port.abilities().change_password {
        return visitor.refuse(Refusal::not_here()).into_response();
    }
    let say = visitor.say;
    let (current, new, again) = (fields.raw("current"), fields.raw("new"), fields.raw("again"));
    let code = code_of(&fields);
    let mut wrong = Wrong {
        current: (current.is_empty() || current.len() > LONGEST_PASSWORD).then(|| say.text("wrong-password")),
        code: (code.is_empty() || code.len() > LONGEST_CODE).then(|| say.text("wrong-code")),
        new: (new.is_empty() || new.len() > LONGEST_PASSWORD).then(|| say.text("wrong-new-password")),
        again: (new != again).then(|| say.text("wrong-again-password")),
    };
    if wrong.is_any() {
        return show(&app, &visitor, Html::empty(), &wrong, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let given = PasswordChange {
        current: current.to_owned(),
        code,
        new: new.to_owned(),
    };
    match app.port.change_password(&visitor.viewer, given).await {
        Ok(()) => return go_on("/settings", Some(Told::PasswordChanged)),
        Err(PasswordError::Port(error)) => return visitor.refuse(error).into_response(),
        Err(PasswordError::Wrong) => {
            wrong.current = Some(say.text("password-wrong"));
            wrong.code = Some(say.text("password-wrong-code"));
        }
        Err(PasswordError::Locked { wait }) => wrong.current = Some(say.wait(wait)),
        Err(PasswordError::TooShort { least }) => {
            wrong.new = Some(say.with("password-too-short", &[("count", count(least).into())]));
        }
        Err(PasswordError::TooLong { most }) => {
            wrong.new = Some(say.with("password-too-long", &[("count", count(most).into())]));
        }
        Err(PasswordError::TooEasy) => wrong.new = Some(say.text("password-too-easy")),
    }
    show(&app, &visitor, Html::empty(), &wrong, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// `POST /settings/sessions/{session}/end`
pub(crate) async fn end_session(State(app): State<App>, Segment(session): Segment, form: Signed) -> Response {
    let Signed { visitor, .. } = form;
    if !app.port.abilities().sessions {
        return visitor.refuse(Refusal::not_here()).into_response();
    }
    let fits = (1..=64).contains(&session.len())
        && session
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if !fits {
        return visitor.refuse(Refusal::not_found()).into_response();
    }
    match app.port.end_session(&visitor.viewer, &session).await {
        Ok(()) => go_on("/settings", Some(Told::SessionEnded)),
        Err(error) => visitor.refuse(error).into_response(),
    }
}
