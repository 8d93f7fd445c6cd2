//! Whether a request that changes something comes from one of our own pages (CSRF; T3-11 EP⑨ impersonation).
//!
//! Three walls stand behind each other: the session cookie is `SameSite=Strict`; the browser must say that the request
//! is same-origin (here); the form must carry the session's own token (`fields`).

use axum::http::{HeaderMap, Uri, header};

/// Whether the browser vouches for the request. No word from it at all is a no: every browser this app runs in sends
/// `Origin` with a form.
pub(crate) fn is_own(headers: &HeaderMap, uri: &Uri, public_origin: Option<&str>) -> bool {
    let given = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if given("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = given(header::ORIGIN.as_str()) else {
        // Without `Origin` only an explicit "same-origin" will do.
        return given("sec-fetch-site") == Some("same-origin");
    };
    if let Some(public) = public_origin {
        return origin == public;
    }
    let host = given(header::HOST.as_str()).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let authority = origin.split_once("://").map(|(_, rest)| rest);
    matches!((authority, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn judge(pairs: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_own(&headers, &Uri::from_static("/devices/dev_1/commands"), public)
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        let host = ("host", "home.example:8443");
        let own = ("origin", "https://home.example:8443");
        assert!(judge(&[host, own], None));
        assert!(judge(&[host, own, ("sec-fetch-site", "same-origin")], None));
        assert!(judge(&[host, ("sec-fetch-site", "same-origin")], None));
        for foreign in [
            vec![host],
            vec![host, ("origin", "null")],
            vec![host, ("origin", "https://evil.example")],
            vec![host, ("origin", "https://home.example:8443.evil.example")],
            vec![host, ("origin", "https://home.example")],
            vec![host, own, ("sec-fetch-site", "cross-site")],
            vec![host, own, ("sec-fetch-site", "same-site")],
            vec![host, ("sec-fetch-site", "none")],
            vec![own],
        ] {
            assert!(!judge(&foreign, None), "{foreign:?}");
        }
    }

    #[test]
    fn behind_a_proxy_the_published_origin_counts() {
        let pairs = [("host", "10.0.0.7:80"), ("origin", "https://home.example")];
        assert!(judge(&pairs, Some("https://home.example")));
        assert!(!judge(&pairs, None));
        assert!(!judge(
            &[("host", "home.example"), ("origin", "http://home.example")],
            Some("https://home.example")
        ));
    }
}
