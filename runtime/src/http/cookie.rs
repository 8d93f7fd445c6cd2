//! Cookies, read and written.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The value of a cookie by its name. The first of several wins, as browsers send the most specific first.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value)
}

/// The header that sets a cookie which no script reads and no other site sends along, for `seconds`; none makes the browser
/// forget it. `secure`: whether the browser sends it over TLS only.
#[must_use]
pub fn strict_cookie(name: &str, secure: bool, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let seconds = seconds.max(0);
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"
    ))
    .ok()
}
