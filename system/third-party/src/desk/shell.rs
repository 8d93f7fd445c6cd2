//! The page around every page, and the pages for what comes to nothing.

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use tomori_look::{Html, Icon, NavItem, Page, Tone, When, Width, notice};

use super::Desk;
use crate::door::{Anywhere, Failure, Say, Seat, lang_of};
use crate::people::Role;

/// The company's time.
pub(crate) const ZONE: &str = "Asia/Tokyo";

/// The places of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Board,
    Panels,
    People,
    Guards,
    Log,
    Duty,
    Passkeys,
    Roster,
}

impl Place {
    fn of(role: Role) -> &'static [Self] {
        match role {
            Role::Operator => &[Self::Board, Self::Passkeys],
            Role::Supervisor => &[Self::Board, Self::Guards, Self::Panels, Self::Log, Self::Passkeys],
            Role::Administrator => &[Self::People, Self::Roster, Self::Guards, Self::Panels, Self::Log],
            Role::Guard => &[Self::Duty, Self::Passkeys],
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Board => "/board",
            Self::Panels => "/panels",
            Self::People => "/people",
            Self::Guards => "/guards",
            Self::Log => "/log",
            Self::Duty => "/duty",
            Self::Passkeys => "/account/passkeys",
            Self::Roster => "/roster",
        }
    }

    fn label(self, say: Say) -> String {
        say.text(match self {
            Self::Board => "place-board",
            Self::Panels => "place-panels",
            Self::People => "place-people",
            Self::Guards => "place-guards",
            Self::Log => "place-log",
            Self::Duty => "place-duty",
            Self::Passkeys => "place-passkeys",
            Self::Roster => "place-roster",
        })
    }

    fn icon(self) -> Icon {
        match self {
            Self::Board => Icon::Attention,
            Self::Panels => Icon::House,
            Self::People => Icon::Settings,
            Self::Guards => Icon::Person,
            Self::Log => Icon::History,
            Self::Duty => Icon::Person,
            Self::Passkeys | Self::Roster => Icon::Key,
        }
    }
}

/// `GET /`: to the first place of one's role.
pub(super) async fn home(at: Anywhere) -> Response {
    Redirect::to(first_place(at.seat.viewer.role)).into_response()
}

/// Where somebody begins.
pub(crate) fn first_place(role: Role) -> &'static str {
    Place::of(role).first().map_or("/sign-in", |place| place.path())
}

/// A page of somebody who is signed in.
pub(crate) fn page(
    seat: &Seat,
    place: impl Into<Option<Place>>,
    title: &str,
    body: Html,
    status: StatusCode,
) -> Response {
    let say = seat.say;
    let place = place.into();
    let nav = Place::of(seat.viewer.role)
        .iter()
        .map(|other| NavItem {
            href: other.path(),
            label: other.label(say),
            icon: other.icon(),
            current: Some(*other) == place,
        })
        .collect();
    let aside = Html::trusted(format!(
        "<form class=\"who\" method=\"post\" action=\"/sign-out\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
         <span>{} <span class=\"soft small\">{}</span></span> <a class=\"button quiet\" href=\"/account/password\">{}</a> \
         <button class=\"quiet\">{}</button></form>",
        Html::text(&seat.viewer.csrf),
        Html::text(&seat.viewer.name),
        Html::text(&role_name(say, seat.viewer.role)),
        Html::text(&say.text("password-title")),
        Html::text(&say.text("sign-out"))
    ));
    let is_phone = place == Some(Place::Duty) || (place == Some(Place::Passkeys) && seat.viewer.role == Role::Guard);
    let (width, script) = if is_phone {
        (Width::Column, "street.js")
    } else {
        (Width::Desk, "board.js")
    };
    Page::new(say.lang, &say.text("app-name"), title, body)
        .nav(nav)
        .aside(aside)
        .width(width)
        .status(status)
        .script(crate::board::script(script))
        .script(crate::unlock::pages::script())
        .into_response()
}

/// A page of somebody who is not signed in.
pub(super) fn bare(say: Say, title: &str, body: Html, status: StatusCode) -> Response {
    Page::new(say.lang, &say.text("app-name"), title, body)
        .status(status)
        .into_response()
}

/// What a role is called.
pub(crate) fn role_name(say: Say, role: Role) -> String {
    say.text(&format!("role-{}", role.word()))
}

/// What came to nothing, above a form that is shown again.
pub(crate) fn wrong(failure: &Failure, say: Say) -> Html {
    let detail = Html::trusted(format!("<p>{}</p>", Html::text(&failure.detail(say))));
    notice(Tone::Attention, &failure.title(say), &detail)
}

/// Writes times.
pub(crate) fn when(desk: &Desk, say: Say) -> When {
    When::in_zone(say.lang, ZONE, desk.door.clock.now())
}

/// The outermost layer: whoever is not signed in is led to the door, and what comes to nothing has a page.
pub(super) async fn render(State(_): State<Desk>, request: Request, next: Next) -> Response {
    let say = Say::new(lang_of(request.headers()));
    let back = (*request.method() == Method::GET).then(|| request.uri().path().to_owned());
    let accepts = request.headers().get(header::ACCEPT);
    let wants_words = accepts.is_some_and(|accepts| accepts.as_bytes() == b"application/json");
    let mut response = next.run(request).await;
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let failure = response
        .extensions_mut()
        .remove::<Failure>()
        .unwrap_or_else(|| Failure::of_status(status));
    if wants_words {
        // A script asks, and says to the reader what it hears.
        let words = json!({ "title": failure.title(say), "detail": failure.detail(say) });
        return (failure.status(), Json(words)).into_response();
    }
    if failure.status() == StatusCode::UNAUTHORIZED {
        let next = back.unwrap_or_else(|| "/".to_owned());
        let next = utf8_percent_encode(&next, NON_ALPHANUMERIC);
        return Redirect::to(&format!("/sign-in?next={next}")).into_response();
    }
    let title = failure.title(say);
    let body = Html::trusted(format!(
        "<div class=\"answer\"><div class=\"answer-head\">{}<h1>{}</h1></div><p>{}</p>\
         <p><a class=\"button\" href=\"/\">{}</a></p></div>",
        Icon::Attention.svg(),
        Html::text(&title),
        Html::text(&failure.detail(say)),
        Html::text(&say.text("back-home"))
    ));
    bare(say, &title, body, failure.status())
}

/// A path of ours that somebody may be led to after signing in; anything else could lead to another site.
pub(super) fn own_path(given: &str) -> &str {
    let plain = given
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-'));
    if plain && given.starts_with('/') && !given.contains("//") {
        given
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T3-10 EP③ なりすまし: a link to the sign-in page cannot lead on to another site.
    #[test]
    fn open_redirect() {
        assert_eq!(own_path("/cases/case_1"), "/cases/case_1");
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/a//b",
            "/../..",
            "/x\r\nset-cookie: y",
            "/x?y",
        ] {
            assert_eq!(own_path(bad), "/", "{bad}");
        }
    }
}
