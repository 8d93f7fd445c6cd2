//! The door of the desk.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use tomori_look::{Field, Html, Input, language_switch};
use tomori_runtime::http::{cookie, strict_cookie};
use zeroize::Zeroizing;

use super::Desk;
use super::shell::{bare, own_path, wrong};
use crate::door::{Anywhere, Carried, DoorState, Failure, Fields, FromWhere, Say, Signed, lang_of};
use crate::people::{SignIn, SignedIn};

const YEAR: i64 = 365 * 24 * 3600;

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

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Onward {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(super) async fn page(headers: HeaderMap, Carried(onward): Carried<Onward>) -> Response {
    let say = Say::new(lang_of(&headers));
    show(say, Html::empty(), own_path(&onward.next), "", StatusCode::OK)
}

fn show(say: Say, told: Html, next: &str, login: &str, status: StatusCode) -> Response {
    let label = |key: &str| say.text(key);
    let body = Html::of(&SignInPage {
        say,
        told,
        next,
        login: Field::new(say.lang, "login", &label("field-email"), Input::Login)
            .value(login)
            .required()
            .focus()
            .html(),
        password: Field::new(say.lang, "password", &label("field-password"), Input::CurrentPassword)
            .required()
            .html(),
        code: Field::new(say.lang, "code", &label("field-code"), Input::OneTimeCode)
            .hint(&label("field-code-hint"))
            .required()
            .html(),
        language: language_switch(say.lang, "/language", "/sign-in"),
        mark: tomori_look::mark(),
    });
    bare(say, &say.text("sign-in-title"), body, status)
}

/// `POST /sign-in`
pub(super) async fn sign_in(
    State(desk): State<Desk>,
    FromWhere(from): FromWhere,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    desk.door.is_own(&headers, &uri)?;
    desk.door.count_stranger(from)?;
    let names = desk.door.cookies();
    let say = Say::new(lang_of(&headers));
    let next = own_path(fields.get("next")).to_owned();
    let given = SignIn {
        login: fields.get("login").chars().take(300).collect(),
        password: Zeroizing::new(fields.raw("password").chars().take(300).collect()),
        totp: fields.get("code").to_owned(),
        from,
        known_browser: cookie(&headers, names.browser).map(str::to_owned),
        replaces: cookie(&headers, names.session).map(str::to_owned),
    };
    let login = given.login.clone();
    match desk.door.people.sign_in(given).await {
        Ok(signed_in) => Ok(enter(&desk.door, &signed_in, &next)),
        Err(error) => {
            let failure = Failure::from(error);
            Ok(show(say, wrong(&failure, say), &next, &login, failure.status()))
        }
    }
}

/// Leads somebody on who has signed in.
pub(super) fn enter(door: &DoorState, signed_in: &SignedIn, next: &str) -> Response {
    let names = door.cookies();
    let secure = door.door.secure_cookies;
    let seconds = signed_in.viewer.role.lifetime().absolute.as_secs();
    let mut response = Redirect::to(next).into_response();
    let cookies = [
        strict_cookie(names.session, secure, signed_in.session.text(), seconds),
        strict_cookie(names.browser, secure, signed_in.known_browser.text(), YEAR),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-out`: whoever leaves the desk offers their cases to the others.
pub(super) async fn sign_out(State(desk): State<Desk>, signed: Signed<Anywhere>) -> Result<Response, Failure> {
    let left = desk.door.people.sign_out(&signed.at.seat.secret).await?;
    if let Some((staff, true)) = left {
        desk.inner.cases.offer_all(&staff).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    if let Some(cookie) = strict_cookie(desk.door.cookies().session, desk.door.door.secure_cookies, "", 0) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /language`
pub(super) async fn language(
    State(desk): State<Desk>,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    desk.door.is_own(&headers, &uri)?;
    let mut response = Redirect::to(own_path(fields.get("next"))).into_response();
    if matches!(fields.get("lang"), "ja" | "en") {
        let secure = if desk.door.door.secure_cookies { "; Secure" } else { "" };
        let lang = fields.get("lang");
        let cookie = format!("tomori-lang={lang}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR}{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}
