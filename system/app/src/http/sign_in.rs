//! Signing in with login, password and one-time code (SR2-A-1), and signing out.

use std::net::IpAddr;
use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use tomori_look::{Field, Html, Input, Page, Tone, language_switch, notice};
use tomori_runtime::http::Peer;

use super::fields::{Fields, Signed, Unsigned};
use super::shell::{Query, Told, go_on, own_path};
use super::visitor::Guest;
use super::{App, FILES, cookie};
use crate::port::{Opened, SignIn, SignInError, SignInMode};
use crate::say::Say;

const LONGEST_LOGIN: usize = 254;
/// 128 characters of any script.
const LONGEST_PASSWORD: usize = 512;
pub(super) const LONGEST_CODE: usize = 12;
const LONGEST_AGENT: usize = 200;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    say: Say,
    told: Html,
    next: &'a str,
    login: Html,
    password: Html,
    code: Html,
    language: Html,
    mark: Html,
}

#[derive(Template)]
#[template(path = "sign_in_paired.html")]
struct PairedOnlyPage {
    say: Say,
    told: Html,
    language: Html,
    mark: Html,
}

/// What is wrong with the fields.
#[derive(Debug, Clone, Copy, Default)]
struct Missing {
    login: bool,
    password: bool,
    code: bool,
}

impl Say {
    /// How long to wait after too many tries.
    pub(crate) fn wait(self, wait: Duration) -> String {
        let minutes = i64::try_from(wait.as_secs().div_ceil(60)).unwrap_or(i64::MAX).max(1);
        self.with("locked", &[("minutes", minutes.into())])
    }
}

/// Where a request came from, if the server says so.
pub(crate) fn peer_address(peer: Option<Extension<Peer>>) -> Option<IpAddr> {
    peer.map(|Extension(peer)| peer.address.ip())
}

/// `GET /sign-in`
pub(crate) async fn page(State(app): State<App>, guest: Guest, query: Query) -> Response {
    let next = own_path(&query.next).unwrap_or("/");
    show(
        &app,
        &guest,
        query.told(guest.say),
        next,
        "",
        Missing::default(),
        StatusCode::OK,
    )
}

/// The sign-in page's address, with where to go afterwards.
pub(crate) fn sign_in_path(next: &str) -> String {
    format!(
        "/sign-in?next={}",
        percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC)
    )
}

fn show(
    app: &App,
    guest: &Guest,
    told: Html,
    next: &str,
    login: &str,
    missing: Missing,
    status: StatusCode,
) -> Response {
    let say = guest.say;
    let product = say.text("app-name");
    let title = say.text("sign-in-title");
    let here = if next == "/" {
        "/sign-in".to_owned()
    } else {
        sign_in_path(next)
    };
    let language = language_switch(say.lang, "/language", &here);
    let body = match app.port.abilities().sign_in {
        SignInMode::Paired => Html::of(&PairedOnlyPage {
            say,
            told,
            language,
            mark: tomori_look::mark(),
        }),
        SignInMode::Password => {
            let wrong = |is: bool, text: String| is.then_some(text);
            Html::of(&SignInPage {
                say,
                told,
                next,
                login: Field::new(say.lang, "login", &say.text("field-login"), Input::Login)
                    .value(login)
                    .error(wrong(missing.login, say.text("wrong-login")).as_deref())
                    .html(),
                password: Field::new(
                    say.lang,
                    "password",
                    &say.text("field-password"),
                    Input::CurrentPassword,
                )
                .error(wrong(missing.password, say.text("wrong-password")).as_deref())
                .html(),
                code: Field::new(say.lang, "code", &say.text("field-code"), Input::OneTimeCode)
                    .hint(&say.text("field-code-hint"))
                    .error(wrong(missing.code, say.text("wrong-code")).as_deref())
                    .html(),
                language,
                mark: tomori_look::mark(),
            })
        }
    };
    let manifest = format!("/manifest.webmanifest?lang={}", say.lang);
    Page::new(say.lang, &product, &title, body)
        .manifest(&manifest)
        .script(FILES.path("app.js"))
        .status(status)
        .trusted_types()
        .into_response()
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(app): State<App>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    form: Unsigned,
) -> Response {
    let Unsigned { guest, fields } = form;
    if app.port.abilities().sign_in == SignInMode::Paired {
        return guest.refuse(super::refusal::Refusal::not_here()).into_response();
    }
    let next = own_path(fields.get("next")).unwrap_or("/").to_owned();
    let login: String = fields.get("login").to_owned();
    let given = match given(&app, &fields, peer_address(peer), &headers) {
        Ok(given) => given,
        Err(missing) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&app, &guest, Html::empty(), &next, short(&login), missing, status);
        }
    };
    let say = guest.say;
    match app.port.sign_in(given).await {
        Ok(opened) => enter(&app, &opened, &next),
        Err(SignInError::Wrong | SignInError::LinkSpent) => {
            let more = Html::trusted(format!("<p>{}</p>", Html::text(&say.text("sign-in-wrong-more"))));
            let told = notice(Tone::Attention, &say.text("sign-in-wrong"), &more);
            show(
                &app,
                &guest,
                told,
                &next,
                short(&login),
                Missing::default(),
                StatusCode::FORBIDDEN,
            )
        }
        Err(SignInError::Locked { wait }) => {
            let told = notice(Tone::Attention, &say.wait(wait), &Html::empty());
            let status = StatusCode::TOO_MANY_REQUESTS;
            retry_after(
                show(&app, &guest, told, &next, short(&login), Missing::default(), status),
                wait,
            )
        }
        Err(SignInError::Port(error)) => guest.refuse(error).into_response(),
    }
}

/// What is shown again of a login that may be of any length.
fn short(login: &str) -> &str {
    if login.len() <= LONGEST_LOGIN { login } else { "" }
}

/// The one-time code, however it was grouped.
pub(super) fn code_of(fields: &Fields) -> String {
    let code = fields.get("code").chars();
    code.filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect()
}

fn given(app: &App, fields: &Fields, from: Option<IpAddr>, headers: &HeaderMap) -> Result<SignIn, Missing> {
    let login = fields.get("login");
    let password = fields.raw("password");
    let code = code_of(fields);
    let missing = Missing {
        login: login.is_empty() || login.len() > LONGEST_LOGIN,
        password: password.is_empty() || password.len() > LONGEST_PASSWORD,
        code: code.is_empty() || code.len() > LONGEST_CODE,
    };
    if missing.login || missing.password || missing.code {
        return Err(missing);
    }
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map_or_else(String::new, |agent| agent.chars().take(LONGEST_AGENT).collect());
    Ok(SignIn {
        login: login.to_owned(),
        password: password.to_owned(),
        code,
        from,
        agent,
        known_device: cookie::read(headers, app.device_cookie()).map(str::to_owned),
        replaces: cookie::read(headers, app.session_cookie()).map(str::to_owned),
    })
}

/// Goes in: the cookie is set, the browser goes on.
pub(crate) fn enter(app: &App, opened: &Opened, next: &str) -> Response {
    let seconds = opened.expires_at.duration_since(app.port.wall_now()).as_secs();
    let mut response = Redirect::to(next).into_response();
    let Some(cookie) = cookie::session(app.session_cookie(), &opened.token, seconds) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    let mark = opened.known_device.as_deref();
    if let Some(cookie) = mark.and_then(|mark| cookie::session(app.device_cookie(), mark, cookie::DEVICE_SECONDS)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Says when to come back.
pub(crate) fn retry_after(mut response: Response, wait: Duration) -> Response {
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    response
}

/// `POST /sign-out`
pub(crate) async fn sign_out(State(app): State<App>, form: Signed) -> Response {
    let Signed { visitor, .. } = form;
    if let Err(error) = app.port.sign_out(&visitor.token).await {
        return visitor.refuse(error).into_response();
    }
    let mut response = go_on("/sign-in", Some(Told::SignedOut));
    if let Some(cookie) = cookie::session(app.session_cookie(), "", 0) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
