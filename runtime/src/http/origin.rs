//! Whether a request that changes something comes from one of our own pages (T3-10 EP① なりすまし; CSRF).
//!
//! The session cookie is `SameSite=Strict`, and the browser must say that the request is same-origin. Programs with a
//! bearer token are not asked: no browser sends a token by itself.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};

/// Whether the browser vouches for the request. Silence is a no.
#[must_use]
pub fn is_own(headers: &HeaderMap, uri: &Uri, public_origin: Option<&str>) -> bool {
    let given = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = given("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = given(ORIGIN.as_str()) else {
        return site == Some("same-origin");
    };
    if let Some(public) = public_origin {
        return origin == public;
    }
    let host = given(HOST.as_str()).or_else(|| uri.authority().map(http::uri::Authority::as_str));
    let authority = origin.split_once("://").map(|(_, rest)| rest);
    matches!((authority, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn judge(pairs: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_own(&headers, &Uri::from_static("/operator/homes"), public)
    }

    /// T3-10 EP① なりすまし: a form on another site, in a sandbox, on a sister host or without a word of its origin.
    #[test]
    fn csrf_by_origin() {
        let host = ("host", "tomori.example:8443");
        let own = ("origin", "https://tomori.example:8443");
        assert!(judge(&[host, own], None));
        assert!(judge(&[host, ("sec-fetch-site", "same-origin")], None));
        for foreign in [
            vec![host],
            vec![host, ("origin", "null")],
            vec![host, ("origin", "https://evil.example")],
            vec![host, ("origin", "https://tomori.example:8443.evil.example")],
            vec![host, ("origin", "https://tomori.example")],
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
        let pairs = [("host", "10.0.0.7:80"), ("origin", "https://tomori.example")];
        assert!(judge(&pairs, Some("https://tomori.example")));
        assert!(!judge(&pairs, None));
    }
}
