//! A browser, as far as the app can tell: cookies, origin, forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tomori_app::Options;
use tomori_runtime::clock::{ManualClock, SharedClock};
use tomori_runtime::entropy::SeededEntropy;
use tower::ServiceExt as _;

use crate::memory::people::one_time_code;
use crate::memory::{HANAKO, MemoryHouse, PASSWORD, TOTP_SECRET};

pub(crate) const HOST: &str = "home.example";
pub(crate) const ORIGIN: &str = "https://home.example";

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// One browser.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    pub(crate) house: Arc<MemoryHouse>,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<&'static str, String>,
    pub(crate) csrf: String,
}

pub(crate) fn clock() -> SharedClock {
    // Tuesday, 24 November 2026, 7:05 in Tokyo.
    Arc::new(ManualClock::new("2026-11-23T22:05:00Z".parse().unwrap()))
}

/// A browser at the platform, nobody signed in.
pub(crate) fn platform() -> Client {
    Client::new(MemoryHouse::platform(clock()))
}

/// A browser at the gateway, nobody signed in.
pub(crate) fn gateway() -> Client {
    Client::new(MemoryHouse::gateway(clock()))
}

/// A browser at the platform, somebody signed in.
pub(crate) async fn signed_in(login: &str) -> Client {
    let mut client = platform();
    client.sign_in(login).await;
    client
}

/// Hanako's browser.
pub(crate) async fn hanako() -> Client {
    signed_in(HANAKO).await
}

impl Client {
    pub(crate) fn new(house: Arc<MemoryHouse>) -> Self {
        let options = Options {
            entropy: Arc::new(SeededEntropy::new(7)),
            secure_cookies: true,
            public_origin: None,
        };
        let router = tomori_app::router(house.clone(), options)
            .merge(tomori_look::router())
            .fallback(tomori_app::not_found);
        let headers = BTreeMap::from([
            ("host", HOST.to_owned()),
            ("origin", ORIGIN.to_owned()),
            ("sec-fetch-site", "same-origin".to_owned()),
            ("accept-language", "ja".to_owned()),
        ]);
        Self {
            router,
            house,
            cookies: BTreeMap::new(),
            headers,
            csrf: String::new(),
        }
    }

    /// Another browser at the same house.
    pub(crate) fn other(&self) -> Self {
        Self {
            cookies: BTreeMap::new(),
            csrf: String::new(),
            ..self.clone()
        }
    }

    /// The same browser, reading in English.
    pub(crate) fn in_english(mut self) -> Self {
        self.headers.insert("accept-language", "en".to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) async fn sign_in(&mut self, login: &str) -> Answer {
        let code = one_time_code(TOTP_SECRET, self.house.clock().now());
        let answer = self
            .post("/sign-in", &[("login", login), ("password", PASSWORD), ("code", &code)])
            .await;
        // The token of the forms is on every page with a form.
        self.csrf = self.get("/settings").await.csrf();
        answer
    }

    /// Only the form, without looking at a page afterwards.
    pub(crate) async fn sign_in_only(&mut self) -> Answer {
        let code = one_time_code(TOTP_SECRET, self.house.clock().now());
        self.post(
            "/sign-in",
            &[("login", HANAKO), ("password", PASSWORD), ("code", &code)],
        )
        .await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Sends a form with the session's token.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_plain(path, &all).await
    }

    /// Sends a form as it is.
    pub(crate) async fn post_plain(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let body: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.send(Method::POST, path, Some(body.join("&").into_bytes())).await
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in &self.headers {
            // Browsers send `Origin` with what changes something.
            if method != Method::GET || *name != "origin" {
                request = request.header(*name, value);
            }
        }
        if !self.cookies.is_empty() {
            let line: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        self.remember(response.headers());
        let (parts, body) = response.into_parts();
        let is_stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream {
            String::new()
        } else {
            String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned()
        };
        let is_page = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        assert!(
            !is_page || !body.contains("{$"),
            "a text lacks what it mentions: {body}"
        );
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Opens a stream and keeps it open.
    pub(crate) async fn open(&self, path: &str) -> axum::response::Response {
        let mut request = Request::builder().uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let line: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::COOKIE, line.join("; "))
            .body(Body::empty())
            .unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    fn remember(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let line = cookie.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a redirect leads.
    pub(crate) fn to(&self) -> &str {
        assert!(self.status.is_redirection(), "{} {}", self.status, self.body);
        self.header("location")
    }

    /// The first hidden value of that name.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self
            .body
            .split_once(&mark)
            .unwrap_or_else(|| panic!("no {name} in {}", self.body))
            .1;
        rest.split_once('"').unwrap().0.to_owned()
    }

    pub(crate) fn csrf(&self) -> String {
        self.hidden("csrf")
    }

    /// Asserts that the page says something.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(
            self.body.contains(text),
            "the page does not say `{text}`:\n{}",
            self.body
        );
        self
    }

    /// Asserts that the page does not say something.
    #[track_caller]
    pub(crate) fn is_silent_about(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "the page says `{text}`:\n{}", self.body);
        self
    }

    /// The piece of the page of one key.
    pub(crate) fn part(&self, key: &str) -> &str {
        let mark = format!("data-part=\"{key}\"");
        let rest = self.body.split_once(&mark).unwrap_or_else(|| panic!("no part {key}")).1;
        rest.split_once("data-part=").map_or(rest, |(part, _)| part)
    }
}
