//! Keeps other sites of the same browser out. Nobody signs in here, so there is no session to protect; but a page
//! that somebody happens to have open elsewhere shall not be able to open the shutters.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT_LANGUAGE, HOST, ORIGIN};
use http::{HeaderMap, Method, StatusCode};
use tomori_runtime::http::Problem;
use tomori_runtime::i18n::Lang;

use super::say;

pub(super) async fn same_site(request: Request, next: Next) -> Response {
    if is_ours(request.method(), request.headers()) {
        return next.run(request).await;
    }
    let lang = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let lang = Lang::from_accept_language(lang);
    Problem::new(StatusCode::FORBIDDEN, "other-site", say(lang, "problem-origin", &[]))
        .detail(say(lang, "problem-origin-detail", &[]))
        .into_response()
}

fn is_ours(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST.as_str()).unwrap_or_default();
    // A name that an attacker's DNS points at this machine is not how people come here.
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_matches(['[', ']']);
    if !host.is_empty() && name != "localhost" && name.parse::<IpAddr>().is_err() {
        return false;
    }
    if method == Method::GET || method == Method::HEAD {
        return true;
    }
    let same_fetch = text("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let same_origin = text(ORIGIN.as_str())
        .is_none_or(|origin| origin.split_once("://").is_some_and(|(_, authority)| authority == host));
    same_fetch && same_origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| {
            let name: http::HeaderName = name.parse().unwrap();
            (name, http::HeaderValue::from_static(value))
        });
        is_ours(method, &headers.collect())
    }

    #[test]
    fn scripts_and_the_page_itself_come_in() {
        assert!(ours(&Method::POST, &[]));
        assert!(ours(&Method::POST, &[("host", "127.0.0.1:8091")]));
        assert!(ours(&Method::POST, &[("host", "[::1]:8091")]));
        assert!(ours(
            &Method::POST,
            &[
                ("host", "localhost:8091"),
                ("origin", "http://localhost:8091"),
                ("sec-fetch-site", "same-origin"),
            ],
        ));
    }

    #[test]
    fn another_site_stays_out() {
        let host = ("host", "127.0.0.1:8091");
        assert!(!ours(&Method::POST, &[host, ("origin", "https://evil.example")]));
        assert!(!ours(&Method::POST, &[host, ("origin", "null")]));
        assert!(!ours(&Method::DELETE, &[host, ("sec-fetch-site", "cross-site")]));
        assert!(!ours(&Method::GET, &[("host", "rebound.example:8091")]));
    }
}
