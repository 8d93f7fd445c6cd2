//! The page around every page of the desk, and the pages for what comes to nothing.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tomori_look::{Html, Icon, NavItem, Page, Tone, When, Width, notice};

use super::desk::Desk;
use super::{FILES, Operator};
use crate::door::{Failure, Say, lang_of};

/// Times on pages that are not of one home; homes tell theirs in their own zone.
pub(super) const ZONE: &str = "Asia/Tokyo";

/// The places of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Homes,
    Incidents,
    People,
    Audit,
}

/// What just happened, told once on the next page: a word in the address, so that nothing is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    HomeAdded,
    NameKept,
    GatewayRevoked,
    ResidentAdded,
    ResidentRemoved,
    DeviceAdded,
    DeviceAdopted,
    DeviceCertified,
    DeviceReleased,
    DeviceRemoved,
    OperatorRemoved,
    PasswordChanged,
    SessionEnded,
    GuardKept,
    CompanyAdded,
    CompanyRevoked,
    IncidentClosed,
}

impl Place {
    const ALL: [Self; 5] = [Self::Overview, Self::Homes, Self::Incidents, Self::People, Self::Audit];

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "/operator",
            Self::Homes => "/operator/homes",
            Self::Incidents => "/operator/incidents",
            Self::People => "/operator/people",
            Self::Audit => "/operator/audit",
        }
    }

    fn label(self, say: Say) -> String {
        say.text(match self {
            Self::Overview => "desk-overview",
            Self::Homes => "desk-homes",
            Self::Incidents => "desk-incidents",
            Self::People => "desk-people",
            Self::Audit => "desk-audit",
        })
    }

    fn icon(self) -> Icon {
        match self {
            Self::Overview => Icon::Attention,
            Self::Homes => Icon::House,
            Self::Incidents => Icon::Alarm,
            Self::People => Icon::Settings,
            Self::Audit => Icon::History,
        }
    }
}

impl Told {
    const ALL: [(Self, &'static str, &'static str); 17] = [
        (Self::HomeAdded, "home-added", "told-home-added"),
        (Self::NameKept, "name-kept", "told-name-kept"),
        (Self::GatewayRevoked, "gateway-revoked", "told-gateway-revoked"),
        (Self::ResidentAdded, "resident-added", "told-resident-added"),
        (Self::ResidentRemoved, "resident-removed", "told-resident-removed"),
        (Self::DeviceAdded, "device-added", "told-device-added"),
        (Self::DeviceAdopted, "device-adopted", "told-device-adopted"),
        (Self::DeviceCertified, "device-certified", "told-device-certified"),
        (Self::DeviceReleased, "device-released", "told-device-released"),
        (Self::DeviceRemoved, "device-removed", "told-device-removed"),
        (Self::OperatorRemoved, "operator-removed", "told-operator-removed"),
        (Self::PasswordChanged, "password-changed", "told-password-changed"),
        (Self::SessionEnded, "session-ended", "told-session-ended"),
        (Self::GuardKept, "guard-kept", "told-guard-kept"),
        (Self::CompanyAdded, "company-added", "told-company-added"),
        (Self::CompanyRevoked, "company-revoked", "told-company-revoked"),
        (Self::IncidentClosed, "incident-closed", "told-incident-closed"),
    ];

    /// Leads to a page that tells it.
    pub(super) fn lead_to(self, path: &str) -> Response {
        let word = Self::ALL
            .iter()
            .find(|(told, ..)| *told == self)
            .map_or("", |(_, word, _)| word);
        Redirect::to(&format!("{path}?told={word}")).into_response()
    }

    /// The message for a word in the address.
    pub(super) fn html(word: &str, say: Say) -> Html {
        match Self::ALL.iter().find(|(_, known, _)| *known == word) {
            Some((_, _, key)) => notice(Tone::Confirmed, &say.text(key), &Html::empty()),
            None => Html::empty(),
        }
    }
}

/// A page of the desk.
pub(super) fn page(
    desk: &Desk,
    place: impl Into<Option<Place>>,
    title: &str,
    body: Html,
    status: StatusCode,
) -> Response {
    let say = desk.say;
    let place = place.into();
    let nav = Place::ALL
        .into_iter()
        .map(|other| NavItem {
            href: other.path(),
            label: other.label(say),
            icon: other.icon(),
            current: Some(other) == place,
        })
        .collect();
    let aside = Html::trusted(format!(
        "<a class=\"account\" href=\"/operator/account\">{}<span>{}</span></a>",
        Icon::Person.svg(),
        Html::text(&say.text("desk-account"))
    ));
    Page::new(say.lang, &say.text("desk-name"), title, body)
        .nav(nav)
        .aside(aside)
        .home("/operator")
        .width(Width::Broad)
        .status(status)
        .script(FILES.path("countdown.js"))
        .into_response()
}

/// A page of somebody who is not signed in.
pub(super) fn bare(say: Say, title: &str, body: Html, status: StatusCode) -> Response {
    Page::new(say.lang, &say.text("desk-name"), title, body)
        .home("/operator")
        .status(status)
        .into_response()
}

/// What came to nothing, above a form that is shown again.
pub(super) fn wrong(failure: &Failure, say: Say) -> Html {
    let detail = Html::trusted(format!("<p>{}</p>", Html::text(&failure.detail(say))));
    notice(Tone::Attention, &failure.title(say), &detail)
}

/// Writes times in a zone.
pub(super) fn when(operator: &Operator, say: Say, zone: &str) -> When {
    When::in_zone(say.lang, zone, operator.inner.clock.now())
}

/// The outermost layer of the desk: whoever is not signed in is led to the door, and what comes to nothing has a page.
pub(super) async fn render(State(_): State<Operator>, request: Request, next: Next) -> Response {
    let say = Say::new(lang_of(request.headers()));
    let back = (*request.method() == Method::GET).then(|| request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if page {
        return response;
    }
    let failure = response
        .extensions_mut()
        .remove::<Failure>()
        .unwrap_or_else(|| Failure::of_status(status));
    if failure.status() == StatusCode::UNAUTHORIZED {
        let next = back.unwrap_or_else(|| "/operator".to_owned());
        let next = utf8_percent_encode(&next, NON_ALPHANUMERIC);
        return Redirect::to(&format!("/operator/sign-in?next={next}")).into_response();
    }
    let title = failure.title(say);
    let body = Html::trusted(format!(
        "<div class=\"answer\"><div class=\"answer-head\">{}<h1>{}</h1></div><p>{}</p>\
         <p><a class=\"button\" href=\"/operator\">{}</a></p></div>",
        Icon::Attention.svg(),
        Html::text(&title),
        Html::text(&failure.detail(say)),
        Html::text(&say.text("back-to-desk"))
    ));
    bare(say, &title, body, failure.status())
}

/// A path of the desk, or of the pages that lead to it, that somebody may be led to after signing in or choosing a
/// language; anything else could lead to another site.
pub(super) fn own_path(given: &str) -> &str {
    let plain = given
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-'));
    let ours = ["/operator", "/welcome"].iter().any(|own| {
        given
            .strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if plain && ours && !given.contains("//") {
        given
    } else {
        "/operator"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T3-10 EP① なりすまし: a link to the sign-in page cannot lead on to another site.
    #[test]
    fn open_redirect() {
        for ours in [
            "/operator/homes/home_1",
            "/operator",
            "/welcome",
            "/welcome/0123456789abcdef",
        ] {
            assert_eq!(own_path(ours), ours);
        }
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/operator//evil.example",
            "/operator/../..",
            "/operatorevil",
            "/welcome//evil.example",
            "/operator/\r\nset-cookie: x",
            "/operator?x",
        ] {
            assert_eq!(own_path(bad), "/operator", "{bad}");
        }
    }
}
