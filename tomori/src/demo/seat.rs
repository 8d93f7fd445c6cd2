//! Somebody of the security company at a browser: signs in with password and code, reads pages, sends their forms. What
//! the demo does for people goes this way, through the same doors and checks as theirs.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tomori_runtime::clock::SharedClock;

use super::client::PATIENCE;
use super::paper::Account;
use super::seed::one_time_code;

const LARGEST: usize = 4 * 1024 * 1024;

/// A browser with somebody signed in.
pub(super) struct Seat {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    /// Its status.
    pub status: StatusCode,
    /// Where it leads on to; empty when it does not.
    pub location: String,
    /// What is on it.
    pub text: String,
}

impl Seat {
    /// Signs somebody in. Their one-time code of this half minute is used up by it.
    ///
    /// # Errors
    /// When the server does not answer or does not let them in.
    pub(super) async fn sign_in(address: SocketAddr, account: &Account, clock: &SharedClock) -> Result<Self> {
        let mut seat = Self::nobody(address);
        let code = one_time_code(&account.second_factor, clock.now()).context("the second factor cannot be read")?;
        let fields = [
            ("login", account.email.as_str()),
            ("password", account.password.as_str()),
            ("code", code.as_str()),
            ("next", "/"),
        ];
        let page = seat.exchange(Method::POST, "/sign-in", &fields, "text/html").await?;
        if page.status != StatusCode::SEE_OTHER {
            bail!("{} cannot sign in: {}", account.email, page.status);
        }
        let first = seat.get("/").await?.location;
        seat.get(&first).await?;
        Ok(seat)
    }

    /// A browser that nobody has signed in with.
    #[must_use]
    pub(super) fn nobody(address: SocketAddr) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address,
            cookies: BTreeMap::new(),
            csrf: String::new(),
        }
    }

    /// The origin that the browser shows, and that passkeys belong to.
    #[must_use]
    pub(super) fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn get(&mut self, path: &str) -> Result<Page> {
        let page = self.exchange(Method::GET, path, &[], "text/html").await?;
        if let Some((_, rest)) = page.text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        Ok(page)
    }

    /// Sends a form; it has to be taken.
    ///
    /// # Errors
    /// When the server does not answer, or shows the form again.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page> {
        let csrf = self.csrf.clone();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        let page = self.exchange(Method::POST, path, &fields, "text/html").await?;
        if page.status != StatusCode::SEE_OTHER {
            bail!("{path}: {}: {}", page.status, told(&page.text));
        }
        Ok(page)
    }

    /// What a page's script is answered.
    ///
    /// # Errors
    /// When the server does not answer, or refuses.
    pub(super) async fn ask(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Value> {
        let csrf = self.csrf.clone();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        let page = self.exchange(Method::POST, path, &fields, "application/json").await?;
        if page.status != StatusCode::OK {
            bail!("{path}: {}: {}", page.status, told(&page.text));
        }
        serde_json::from_str(&page.text).with_context(|| path.to_owned())
    }

    async fn exchange(&mut self, method: Method, path: &str, fields: &[(&str, &str)], accept: &str) -> Result<Page> {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(HOST, format!("localhost:{}", self.address.port()))
            .header(ORIGIN, self.origin())
            .header(ACCEPT, accept)
            .header(ACCEPT_LANGUAGE, "en")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(COOKIE, cookies.join("; "))
            .body(Full::new(Bytes::from(body)))?;
        let answer = tokio::time::timeout(PATIENCE, self.client.request(request))
            .await
            .with_context(|| format!("{path}: no answer"))??;
        let (head, body) = answer.into_parts();
        for cookie in head.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let read = Limited::new(body, LARGEST).collect();
        let bytes = tokio::time::timeout(PATIENCE, read)
            .await
            .with_context(|| format!("{path}: no answer"))?
            .map_err(|error| anyhow::anyhow!("{path}: {error}"))?;
        let location = head.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        Ok(Page {
            status: head.status,
            location: location.unwrap_or_default().to_owned(),
            text: String::from_utf8_lossy(&bytes.to_bytes()).into_owned(),
        })
    }
}

/// What a page or a problem document says when something does not fit.
fn told(text: &str) -> String {
    if let Ok(problem) = serde_json::from_str::<Value>(text) {
        let word = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        return format!("{}: {}", word("title"), word("detail"));
    }
    let from = text
        .find("class=\"notice")
        .map_or(text, |at| text.get(at..).unwrap_or(text));
    let mut plain = String::new();
    let mut is_tag = true;
    for letter in from.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => plain.push(letter),
            _ => {}
        }
        if plain.len() > 300 {
            break;
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_found() {
        let page = "<h1>Case</h1><p class=\"notice\" role=\"alert\"><b>No</b>,\n not yet</p>";
        assert_eq!(told(page), "No, not yet");
        assert_eq!(told(r#"{"title":"No","detail":"not yet"}"#), "No: not yet");
    }
}
