//! The door of the desk.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use tomori_look::{Field, Html, Input, language_switch};
use zeroize::Zeroizing;

use super::Operator;
use super::desk::{Desk, Signed};
use super::shell::{bare, own_path, wrong};
use crate::auth::people::{Role, SignIn};
use crate::door::{
    Carried, CookieKind, Failure, Fields, FromWhere, Say, clear, is_own, known_device_cookie, lang_of, read,
    session_cookie,
};

#[derive(Template)]
#[template(path = "operator/sign_in.html")]
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

/// `GET /operator/sign-in`
pub(super) async fn page(headers: HeaderMap, Carried(onward): Carried<Onward>) -> Response {
    let say = Say::new(lang_of(&headers));
    show(say, Html::empty(), own_path(&onward.next), "", StatusCode::OK)
}

fn show(say: Say, told: Html, next: &str, login: &str, status: StatusCode) -> Response {
    let (label_login, label_password, label_code) = (
        say.text("field-login"),
        say.text("field-password"),
        say.text("field-code"),
    );
    let body = Html::of(&SignInPage {
        say,
        told,
        next,
        login: Field::new(say.lang, "login", &label_login, Input::Login)
            .value(login)
            .required()
            .focus()
            .html(),
        password: Field::new(say.lang, "password", &label_password, Input::CurrentPassword)
            .required()
            .html(),
        code: Field::new(say.lang, "code", &label_code, Input::OneTimeCode)
            .hint(&say.text("field-code-hint"))
            .required()
            .html(),
        language: language_switch(say.lang, "/operator/language", "/operator/sign-in"),
        mark: tomori_look::mark(),
    });
    bare(say, &say.text("sign-in-title"), body, status)
}

/// `POST /operator/sign-in`
pub(super) async fn sign_in(
    State(operator): State<Operator>,
    FromWhere(from): FromWhere,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    let door = operator.door.door();
    if !is_own(&headers, &uri, door.public_origin.as_deref()) {
        return Err(Failure::new(StatusCode::FORBIDDEN, "foreign-page"));
    }
    operator.door.count_stranger(from)?;
    let secure = door.secure_cookies;
    let say = Say::new(lang_of(&headers));
    let next = own_path(fields.get("next")).to_owned();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let cookie = |kind| read(&headers, kind, secure).map(str::to_owned);
    let given = SignIn {
        login: fields.get("login").chars().take(300).collect(),
        password: Zeroizing::new(fields.raw("password").chars().take(300).collect()),
        totp: fields.get("code").to_owned(),
        from,
        agent: agent.unwrap_or_default().to_owned(),
        known_device: cookie(CookieKind::KnownDevice),
        replaces: cookie(CookieKind::Operator),
    };
    let login = given.login.clone();
    let signed_in = match operator.inner.people.sign_in_as(given, Role::Operator).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            let failure = Failure::from(error);
            return Ok(show(say, wrong(&failure, say), &next, &login, failure.status()));
        }
    };
    let seconds = signed_in.viewer.person.role().lifetime().absolute.as_secs();
    let mut response = Redirect::to(&next).into_response();
    let cookies = [
        session_cookie(CookieKind::Operator, secure, signed_in.session.text(), seconds),
        known_device_cookie(secure, signed_in.known_device.text()),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /operator/sign-out`
pub(super) async fn sign_out(
    State(operator): State<Operator>,
    headers: HeaderMap,
    Signed { at: _, fields: _ }: Signed<Desk>,
) -> Result<Response, Failure> {
    let secure = operator.door.door().secure_cookies;
    if let Some(secret) = read(&headers, CookieKind::Operator, secure) {
        operator.inner.people.sign_out(secret).await?;
    }
    let mut response = Redirect::to("/operator/sign-in").into_response();
    if let Some(cookie) = clear(CookieKind::Operator, secure) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /operator/language`
pub(super) async fn language(
    State(operator): State<Operator>,
    headers: HeaderMap,
    uri: http::Uri,
    fields: Fields,
) -> Result<Response, Failure> {
    let door = operator.door.door();
    if !is_own(&headers, &uri, door.public_origin.as_deref()) {
        return Err(Failure::new(StatusCode::FORBIDDEN, "foreign-page"));
    }
    let mut response = Redirect::to(own_path(fields.get("next"))).into_response();
    if matches!(fields.get("lang"), "ja" | "en") {
        let secure = if door.secure_cookies { "; Secure" } else { "" };
        let cookie = format!(
            "tomori-lang={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}",
            fields.get("lang")
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}
