//! Who stands at the door: the session behind the cookie, the language, the home looked at.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use tomori_look::{Html, Page};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::HomeId;

use super::refusal::{Refusal, RefusalPage};
use super::sign_in::sign_in_path;
use super::{App, cookie};
use crate::port::{HomeName, Viewer};
use crate::say::Say;

/// Longer than any token; more is not even asked for.
const LONGEST_TOKEN: usize = 256;

/// Somebody signed in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) viewer: Viewer,
    pub(crate) home: HomeName,
    pub(crate) say: Say,
    pub(crate) csrf: String,
    /// Whether a script asked, which wants a line of text rather than a page when something is refused.
    pub(crate) part: bool,
    pub(crate) token: String,
}

/// Anybody, with their language.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    pub(crate) say: Say,
    pub(crate) part: bool,
}

impl Visitor {
    /// A refusal in this visitor's language and form.
    pub(crate) fn refuse(&self, refusal: impl Into<Refusal>) -> RefusalPage {
        refusal.into().page(self.say.lang).for_part(self.part)
    }
}

impl Guest {
    /// A refusal in this guest's language and form.
    pub(crate) fn refuse(&self, refusal: impl Into<Refusal>) -> RefusalPage {
        refusal.into().page(self.say.lang).for_part(self.part)
    }
}

/// The language: chosen in this browser, else chosen by the person elsewhere, else as the browser prefers.
pub(crate) fn lang_of(headers: &HeaderMap, viewer: Option<&Viewer>) -> Lang {
    cookie::read(headers, cookie::LANG)
        .and_then(|tag| tag.parse().ok())
        .or_else(|| viewer.and_then(|viewer| viewer.lang))
        .unwrap_or_else(|| {
            Lang::from_accept_language(
                headers
                    .get(header::ACCEPT_LANGUAGE)
                    .and_then(|value| value.to_str().ok()),
            )
        })
}

/// The token that forms of a session carry. Made from the session's own secret, so that nothing is stored, and not
/// leading back to it.
pub(crate) fn csrf_of(token: &str) -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    context.update(b"tomori app csrf\0");
    context.update(token.as_bytes());
    data_encoding::BASE64URL_NOPAD.encode(context.finish().as_ref())
}

/// Whether a script asked for a part (`live.js` and `app.js` say so).
pub(crate) fn wants_part(headers: &HeaderMap) -> bool {
    headers.contains_key("tomori-part")
}

fn home_of(headers: &HeaderMap, viewer: &Viewer) -> Option<HomeName> {
    let wished = cookie::read(headers, cookie::HOME).and_then(|id| id.parse::<HomeId>().ok());
    viewer
        .homes
        .iter()
        .find(|home| Some(&home.id) == wished.as_ref())
        .or_else(|| viewer.homes.first())
        .cloned()
}

/// The session cookie is not sent with a click on another site's link (`SameSite=Strict`): to the server such a visitor
/// looks signed out. This page, loaded from the other site, goes on to the same address by itself, now from here.
fn bounce(parts: &Parts, lang: Lang) -> Option<Response> {
    let from_elsewhere = parts
        .headers
        .get("sec-fetch-site")
        .is_some_and(|site| site.as_bytes() == b"cross-site" || site.as_bytes() == b"same-site");
    if parts.method != Method::GET || !from_elsewhere {
        return None;
    }
    let say = Say::new(lang);
    let path = Html::text(
        parts
            .uri
            .path_and_query()
            .map_or("/", axum::http::uri::PathAndQuery::as_str),
    );
    let body = Html::trusted(format!(
        "<h1>{}</h1><p><a class=\"button primary\" href=\"{path}\">{}</a></p>",
        Html::text(&say.text("bounce-head")),
        Html::text(&say.text("bounce-go"))
    ));
    let mut response = Page::new(lang, &say.text("app-name"), &say.text("bounce-head"), body).into_response();
    if let Ok(refresh) = HeaderValue::from_str(&format!(
        "0; url={}",
        parts
            .uri
            .path_and_query()
            .map_or("/", axum::http::uri::PathAndQuery::as_str)
    )) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    Some(response)
}

/// To the sign-in page and back here afterwards.
fn to_sign_in(parts: &Parts) -> Response {
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    if parts.method != Method::GET || path == "/" {
        return Redirect::to("/sign-in").into_response();
    }
    Redirect::to(&sign_in_path(path)).into_response()
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let guest_lang = lang_of(&parts.headers, None);
        let part = wants_part(&parts.headers);
        let name = app.session_cookie();
        let token = cookie::read(&parts.headers, name).filter(|token| token.len() <= LONGEST_TOKEN);
        let viewer = match token {
            Some(token) => app
                .port
                .viewer(token)
                .await
                .map_err(|error| Refusal::from(error).page(guest_lang).for_part(part).into_response())?,
            None => None,
        };
        let Some((viewer, token)) = viewer.zip(token) else {
            if part {
                return Err(Refusal::signed_out().page(guest_lang).for_part(true).into_response());
            }
            if token.is_none()
                && let Some(response) = bounce(parts, guest_lang)
            {
                return Err(response);
            }
            return Err(to_sign_in(parts));
        };
        let lang = lang_of(&parts.headers, Some(&viewer));
        let Some(home) = home_of(&parts.headers, &viewer) else {
            return Err(Refusal::not_found().page(lang).for_part(part).into_response());
        };
        Ok(Self {
            home,
            say: Say::new(lang),
            csrf: csrf_of(token),
            part,
            token: token.to_owned(),
            viewer,
        })
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self {
            say: Say::new(lang_of(&parts.headers, None)),
            part: wants_part(&parts.headers),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_token_differs_by_session_and_does_not_show_it() {
        assert_ne!(csrf_of("one"), csrf_of("two"));
        assert_eq!(csrf_of("one"), csrf_of("one"));
        assert_eq!(csrf_of("one").len(), 43);
    }
}
