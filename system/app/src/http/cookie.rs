//! The few cookies: the session, the language, the home looked at.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::port::SignInMode;

/// Name of the session cookie. `__Host-` binds it to this host, to the whole path and to TLS; browsers enforce that.
/// Cookies know no ports: the gateway's has a name of its own, so that both sides can live on one host.
pub(crate) fn session_name(secure: bool, mode: SignInMode) -> &'static str {
    match (secure, mode) {
        (true, SignInMode::Password) => "__Host-tomori",
        (false, SignInMode::Password) => "tomori",
        (true, SignInMode::Paired) => "__Host-tomori-at-home",
        (false, SignInMode::Paired) => "tomori-at-home",
    }
}

/// Name of the cookie with the mark of a browser that its owner has signed in from before; it outlives the session.
pub(crate) fn device_name(secure: bool) -> &'static str {
    if secure {
        "__Host-tomori-device"
    } else {
        "tomori-device"
    }
}

/// How long a browser is known: a year.
pub(crate) const DEVICE_SECONDS: i64 = 365 * 24 * 3600;

/// Name of the cookie that remembers the language.
pub(crate) const LANG: &str = "tomori-lang";
/// Name of the cookie that remembers which of several homes is looked at.
pub(crate) const HOME: &str = "tomori-home";

/// A cookie's value. The first of several wins, as browsers send the most specific first.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value)
}

/// The session cookie: no script reads it, no other site sends it along.
pub(crate) fn session(name: &str, token: &str, seconds: i64) -> Option<HeaderValue> {
    // A token that would break out of the cookie is not set at all.
    let plain = token
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'"' | b'\\'));
    if !plain {
        tracing::error!("a session token has characters that no cookie carries");
        return None;
    }
    let secure_flag = if name.starts_with("__Host-") { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{secure_flag}",
        seconds.max(0)
    ))
    .ok()
}

/// A cookie for a preference, a year long. `value` is one of our own words or ids.
pub(crate) fn preference(secure: bool, name: &str, value: &str) -> Option<HeaderValue> {
    let secure_flag = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure_flag}"
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=1; tomori=abc; tomori-lang=en"),
        );
        headers.append(header::COOKIE, HeaderValue::from_static("tomori=second"));
        assert_eq!(read(&headers, "tomori"), Some("abc"));
        assert_eq!(read(&headers, LANG), Some("en"));
        assert_eq!(read(&headers, "omori"), None);
    }

    #[test]
    fn two_sides_on_one_host_keep_their_own_sessions() {
        for secure in [true, false] {
            assert_ne!(
                session_name(secure, SignInMode::Password),
                session_name(secure, SignInMode::Paired)
            );
        }
    }

    #[test]
    fn the_session_cookie_is_strict_and_out_of_reach_of_scripts() {
        let cookie = session("__Host-tomori", "abc", 60).unwrap();
        assert_eq!(
            cookie.to_str().unwrap(),
            "__Host-tomori=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure"
        );
        assert!(
            !session("tomori", "abc", 60)
                .unwrap()
                .to_str()
                .unwrap()
                .contains("Secure")
        );
        assert_eq!(session("tomori", "abc; Domain=evil", 60), None);
    }
}
