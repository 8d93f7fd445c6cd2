//! The page around every page of the app.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use tomori_look::{Html, Icon, NavItem, Page, Tone, Width, notice};

use super::fields::form_fields;
use super::visitor::Visitor;
use super::{App, FILES};
use crate::say::Say;

/// The places of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    House,
    Guard,
    Schedules,
    History,
    Settings,
}

/// What just happened, told once on the next page: a word in the address, so that nothing is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Sent,
    ScheduleSaved,
    ScheduleDeleted,
    ScheduleGone,
    PhoneEnded,
    PasswordChanged,
    SessionEnded,
    SignedOut,
    GuardDone,
    CodesSet,
    IncidentClosed,
}

impl Place {
    const ALL: [Self; 5] = [Self::House, Self::Guard, Self::Schedules, Self::History, Self::Settings];

    fn path(self) -> &'static str {
        match self {
            Self::House => "/",
            Self::Guard => "/guard",
            Self::Schedules => "/schedules",
            Self::History => "/history",
            Self::Settings => "/settings",
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::House => Icon::House,
            Self::Guard => Icon::Alarm,
            Self::Schedules => Icon::Clock,
            Self::History => Icon::History,
            Self::Settings => Icon::Settings,
        }
    }

    fn label(self, say: Say) -> String {
        match self {
            Self::House => say.text("nav-house"),
            Self::Guard => say.text("nav-guard"),
            Self::Schedules => say.text("nav-schedules"),
            Self::History => say.text("nav-history"),
            Self::Settings => say.text("nav-settings"),
        }
    }
}

impl Told {
    const ALL: [Self; 11] = [
        Self::Sent,
        Self::ScheduleSaved,
        Self::ScheduleDeleted,
        Self::ScheduleGone,
        Self::PhoneEnded,
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::SignedOut,
        Self::GuardDone,
        Self::CodesSet,
        Self::IncidentClosed,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::ScheduleSaved => "saved",
            Self::ScheduleDeleted => "deleted",
            Self::ScheduleGone => "gone",
            Self::PhoneEnded => "phone-ended",
            Self::PasswordChanged => "password-changed",
            Self::SessionEnded => "session-ended",
            Self::SignedOut => "signed-out",
            Self::GuardDone => "guard-done",
            Self::CodesSet => "codes-set",
            Self::IncidentClosed => "incident-closed",
        }
    }

    /// What a word in the address means.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|told| told.word() == word)
    }

    /// The message.
    pub(crate) fn html(self, say: Say) -> Html {
        let (tone, text) = match self {
            Self::Sent => (Tone::Sent, say.text("told-sent")),
            Self::ScheduleSaved => (Tone::Confirmed, say.text("told-schedule-saved")),
            Self::ScheduleDeleted => (Tone::Confirmed, say.text("told-schedule-deleted")),
            Self::ScheduleGone => (Tone::Attention, say.text("told-schedule-gone")),
            Self::PhoneEnded => (Tone::Confirmed, say.text("told-phone-ended")),
            Self::PasswordChanged => (Tone::Confirmed, say.text("told-password-changed")),
            Self::SessionEnded => (Tone::Confirmed, say.text("told-session-ended")),
            Self::SignedOut => (Tone::Confirmed, say.text("told-signed-out")),
            Self::GuardDone => (Tone::Confirmed, say.text("outcome-done")),
            Self::CodesSet => (Tone::Confirmed, say.text("told-codes-set")),
            Self::IncidentClosed => (Tone::Confirmed, say.text("told-incident-closed")),
        };
        notice(tone, &text, &Html::empty())
    }
}

/// What a page's address may carry. Whatever else it carries, or carries in a broken form, is not read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(crate) told: String,
    pub(crate) next: String,
    pub(crate) before: String,
    pub(crate) device: String,
    pub(crate) order: String,
    pub(crate) lang: String,
}

/// The one part of a path that names a thing; empty, and so nobody's name, when it is no text.
#[derive(Debug, Clone)]
pub(crate) struct Segment(pub(crate) String);

impl FromRequestParts<App> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Infallible> {
        let mut query = Self::default();
        let fields = form_fields(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
        for (name, value) in fields {
            let place = match name.as_str() {
                "told" => &mut query.told,
                "next" => &mut query.next,
                "before" => &mut query.before,
                "device" => &mut query.device,
                "order" => &mut query.order,
                "lang" => &mut query.lang,
                _ => continue,
            };
            *place = value;
        }
        Ok(query)
    }
}

impl FromRequestParts<App> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let name = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(name.map_or_else(|_| String::new(), |Path(name)| name)))
    }
}

impl Query {
    /// What just happened, as markup; nothing when nothing did.
    pub(crate) fn told(&self, say: Say) -> Html {
        Told::from_word(&self.told).map_or_else(Html::empty, |told| told.html(say))
    }
}

/// Goes on to one of our own pages and tells there what happened.
pub(crate) fn go_on(path: &str, told: Option<Told>) -> Response {
    go_on_at(path, told, "")
}

/// The same, to a place on that page.
pub(crate) fn go_on_at(path: &str, told: Option<Told>, anchor: &str) -> Response {
    let path = own_path(path).unwrap_or("/");
    let told = told.map_or_else(String::new, |told| {
        format!("{}told={}", if path.contains('?') { "&" } else { "?" }, told.word())
    });
    let anchor = if anchor.is_empty() {
        String::new()
    } else {
        format!("#{anchor}")
    };
    Redirect::to(&format!("{path}{told}{anchor}")).into_response()
}

/// A path on this server, and nothing that leads away from it: no scheme, no `//host`, no backslash, no control.
pub(crate) fn own_path(given: &str) -> Option<&str> {
    let rest = given.strip_prefix('/')?;
    let plain = given.len() <= 512
        && !rest.starts_with('/')
        && given
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'#' | b'@'));
    plain.then_some(given)
}

impl Visitor {
    /// A page of the app for this visitor.
    pub(crate) fn page(&self, place: Place, title: &str, body: Html) -> Response {
        self.page_with(place, title, body, Width::Column, StatusCode::OK)
    }

    /// The same, wider or with another status.
    pub(crate) fn page_with(
        &self,
        place: Place,
        title: &str,
        body: Html,
        width: Width,
        status: StatusCode,
    ) -> Response {
        let say = self.say;
        let nav = Place::ALL
            .into_iter()
            .map(|item| NavItem {
                href: item.path(),
                label: item.label(say),
                icon: item.icon(),
                current: item == place,
            })
            .collect();
        let aside = Html::trusted(format!(
            "<span class=\"soft small\">{}</span>",
            Html::text(&self.home.name)
        ));
        let product = say.text("app-name");
        let manifest = format!("/manifest.webmanifest?lang={}", say.lang);
        Page::new(say.lang, &product, title, body)
            .nav(nav)
            .aside(aside)
            .manifest(&manifest)
            .script(FILES.path("app.js"))
            .width(width)
            .status(status)
            .trusted_types()
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_on_to() {
        for own in ["/", "/schedules", "/history?before=abc&device=dev_1", "/devices/dev_1"] {
            assert_eq!(own_path(own), Some(own));
        }
        for foreign in [
            "",
            "schedules",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/a\r\nx: y",
            "/é",
            "/x#y",
            "/@evil",
        ] {
            assert_eq!(own_path(foreign), None, "{foreign}");
        }
        assert_eq!(own_path(&format!("/{}", "a".repeat(600))), None);
    }

    #[test]
    fn each_word_of_an_address_means_one_thing() {
        for told in Told::ALL {
            assert_eq!(Told::from_word(told.word()), Some(told));
        }
        assert_eq!(Told::from_word("<script>"), None);
    }
}
