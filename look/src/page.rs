//! The shell of every page: head, skip link, header with the mark, navigation, main part, and the headers that
//! keep foreign script and style out.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tomori_runtime::i18n::Lang;

use crate::html::Html;
use crate::icon::Icon;
use crate::mark::mark;
use crate::words::{Word, word};

/// What a page may load and where it may send forms: itself only. No inline script or style, no frames around it,
/// no plug-ins (EP⑨: a name that carries markup stays text, and would not run even if it did not).
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

const TRUSTED_TYPES: &str = "; require-trusted-types-for 'script'; trusted-types tomori-live tomori-app";

/// One place the navigation leads to.
#[derive(Debug, Clone)]
pub struct NavItem<'a> {
    /// Where.
    pub href: &'a str,
    /// Its word, in the reader's language.
    pub label: String,
    /// Its picture.
    pub icon: Icon,
    /// Whether the reader is there now.
    pub current: bool,
}

/// How wide the main part may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// A column to read: about 44 characters of Japanese, one decision.
    #[default]
    Column,
    /// Two columns of cards.
    Broad,
    /// A desk: boards, tables, two columns.
    Desk,
}

/// A whole page.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    lang: Lang,
    product: &'a str,
    title: &'a str,
    body: Html,
    nav: Vec<NavItem<'a>>,
    aside: Html,
    manifest: Option<&'a str>,
    scripts: Vec<&'a str>,
    width: Width,
    status: StatusCode,
    trusted_types: bool,
    home: &'a str,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Shell<'a> {
    lang: &'static str,
    product: &'a str,
    title: &'a str,
    body: &'a Html,
    nav: &'a [NavItem<'a>],
    aside: &'a Html,
    manifest: Option<&'a str>,
    scripts: &'a [&'a str],
    width: &'static str,
    home: &'a str,
    mark: Html,
    style: &'static str,
    live: &'static str,
    icon: &'static str,
    touch_icon: &'static str,
    skip: &'static str,
    nav_label: &'static str,
}

impl Width {
    fn class(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Broad => "broad",
            Self::Desk => "desk",
        }
    }
}

impl<'a> Page<'a> {
    /// A page with nothing but its main part. `product` is the name in the header (`Tomori 灯守`), `title` what the
    /// page is about; the body brings its own `<h1>`.
    #[must_use]
    pub fn new(lang: Lang, product: &'a str, title: &'a str, body: Html) -> Self {
        Self {
            lang,
            product,
            title,
            body,
            nav: Vec::new(),
            aside: Html::empty(),
            manifest: None,
            scripts: Vec::new(),
            width: Width::Column,
            status: StatusCode::OK,
            trusted_types: false,
            home: "/",
        }
    }

    /// With a navigation; at the bottom of a phone, in the header of a desk.
    #[must_use]
    pub fn nav(mut self, nav: Vec<NavItem<'a>>) -> Self {
        self.nav = nav;
        self
    }

    /// With something at the end of the header: the language switch, who is signed in.
    #[must_use]
    pub fn aside(mut self, aside: Html) -> Self {
        self.aside = aside;
        self
    }

    /// With a web app manifest.
    #[must_use]
    pub fn manifest(mut self, path: &'a str) -> Self {
        self.manifest = Some(path);
        self
    }

    /// With one more ES module, by its path. `live.js` is always there.
    #[must_use]
    pub fn script(mut self, path: &'a str) -> Self {
        self.scripts.push(path);
        self
    }

    /// As wide as a desk.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// With a status other than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With the mark leading elsewhere than to `/`.
    #[must_use]
    pub fn home(mut self, path: &'a str) -> Self {
        self.home = path;
        self
    }

    /// Scripts of this page go through the Trusted Types policies `tomori-live` and `tomori-app`, and no other road
    /// from text to markup is open to them.
    #[must_use]
    pub fn trusted_types(mut self) -> Self {
        self.trusted_types = true;
        self
    }

    /// The page as markup.
    #[must_use]
    pub fn render(&self) -> Html {
        Html::of(&Shell {
            lang: self.lang.tag(),
            product: self.product,
            title: self.title,
            body: &self.body,
            nav: &self.nav,
            aside: &self.aside,
            manifest: self.manifest,
            scripts: &self.scripts,
            width: self.width.class(),
            home: self.home,
            mark: mark(),
            style: crate::path("look.css"),
            live: crate::path("live.js"),
            icon: crate::path("mark.svg"),
            touch_icon: crate::path("apple-touch-icon.png"),
            skip: word(self.lang, Word::SkipToContent),
            nav_label: word(self.lang, Word::Navigation),
        })
    }
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let policy = if self.trusted_types {
            format!("{CONTENT_SECURITY_POLICY}{TRUSTED_TYPES}")
        } else {
            CONTENT_SECURITY_POLICY.to_owned()
        };
        html_response(self.status, self.render(), &policy)
    }
}

/// Markup that is a part of a page, fetched by `live.js`, with the same headers as a page.
#[must_use]
pub fn fragment(body: Html) -> Response {
    html_response(StatusCode::OK, body, CONTENT_SECURITY_POLICY)
}

fn html_response(status: StatusCode, body: Html, policy: &str) -> Response {
    let mut response = (status, body.into_string()).into_response();
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 8] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page<'static> {
        Page::new(Lang::Ja, "Tomori 灯守", "お家 <1>", Html::trusted("<h1>お家</h1>")).nav(vec![NavItem {
            href: "/",
            label: "お家".to_owned(),
            icon: Icon::House,
            current: true,
        }])
    }

    #[test]
    fn a_page_names_its_language_its_title_and_where_the_reader_is() {
        let markup = page().render().into_string();
        assert!(markup.starts_with("<!doctype html>\n<html lang=\"ja\">"));
        assert!(markup.contains("<title>お家 &#60;1&#62; – Tomori 灯守</title>"));
        assert!(markup.contains("aria-current=\"page\""));
        assert!(markup.contains("<h1>お家</h1>"));
    }

    #[test]
    fn nothing_inline_runs_and_nothing_foreign_loads() {
        let markup = page().script("/app/app.js").render().into_string();
        assert!(!markup.contains("style="), "inline style");
        assert!(!markup.contains("<style"));
        for script in markup.split("<script").skip(1) {
            assert!(script.starts_with(" type=\"module\" src=\"/"), "{script:.60}");
        }
        let response = page().trusted_types().into_response();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("require-trusted-types-for 'script'"));
        assert!(!policy.contains("unsafe"));
    }
}
