//! The cookies of sessions and known browsers. `__Host-` binds them to this host, to every path and to TLS.

use http::{HeaderMap, HeaderValue};
use tomori_runtime::http::strict_cookie;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieKind {
    /// The session of a resident; the app sets the same one, so that the API knows who is signed in there.
    Resident,
    /// The session of an operator. Apart, so that somebody who is both stays signed in as both.
    Operator,
    /// The mark of a browser that its owner has signed in from before; it outlives the session.
    KnownDevice,
}

impl CookieKind {
    /// The cookie's name.
    #[must_use]
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Resident, true) => "__Host-tomori",
            (Self::Resident, false) => "tomori",
            (Self::Operator, true) => "__Host-tomori-operator",
            (Self::Operator, false) => "tomori-operator",
            (Self::KnownDevice, true) => "__Host-tomori-device",
            (Self::KnownDevice, false) => "tomori-device",
        }
    }
}

/// A cookie's value.
#[must_use]
pub fn read(headers: &HeaderMap, kind: CookieKind, secure: bool) -> Option<&str> {
    tomori_runtime::http::cookie(headers, kind.name(secure))
}

/// The cookie of a session: no script reads it, no other site sends it along. `seconds` until it ends in any case.
#[must_use]
pub fn session(kind: CookieKind, secure: bool, secret: &str, seconds: i64) -> Option<HeaderValue> {
    cookie(kind, secure, secret, seconds)
}

/// The mark of a known browser, for a year.
#[must_use]
pub fn known_device(secure: bool, secret: &str) -> Option<HeaderValue> {
    cookie(CookieKind::KnownDevice, secure, secret, 365 * 24 * 3600)
}

/// The header that makes the browser forget a cookie.
#[must_use]
pub fn clear(kind: CookieKind, secure: bool) -> Option<HeaderValue> {
    cookie(kind, secure, "", 0)
}

fn cookie(kind: CookieKind, secure: bool, value: &str, seconds: i64) -> Option<HeaderValue> {
    strict_cookie(kind.name(secure), secure, value, seconds)
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    #[test]
    fn a_session_cookie_is_strict_and_out_of_reach_of_scripts() {
        let cookie = session(CookieKind::Operator, true, "tmrs_abc", 60).unwrap();
        assert_eq!(
            cookie.to_str().unwrap(),
            "__Host-tomori-operator=tmrs_abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure"
        );
    }

    #[test]
    fn cookies_are_told_apart() {
        let mut headers = HeaderMap::new();
        headers.insert(
            COOKIE,
            HeaderValue::from_static("a=1; tomori=resident; tomori-operator=op"),
        );
        assert_eq!(read(&headers, CookieKind::Resident, false), Some("resident"));
        assert_eq!(read(&headers, CookieKind::Operator, false), Some("op"));
        assert_eq!(read(&headers, CookieKind::KnownDevice, false), None);
        assert_eq!(read(&headers, CookieKind::Resident, true), None);
    }
}
