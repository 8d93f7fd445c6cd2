//! Headers that every answer carries, so that no page has to remember them (SR3-SP-3).

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY as CSP, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

use super::Peer;

/// Nothing comes from anywhere but ourselves, nothing is inline, nobody frames us.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const LARGEST_BODY: usize = 64 * 1024;

/// Adds the safe headers to every answer of the router and bounds bodies to 64 KiB. A header that a route has set
/// stays as it is.
pub fn secure(router: Router) -> Router {
    router
        .layer(from_fn(add_headers))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

async fn add_headers(request: Request, next: Next) -> Response {
    let over_tls = request.extensions().get::<Peer>().is_some_and(|peer| peer.tls);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let unless_set = |headers: &mut HeaderMap, name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    unless_set(headers, CSP, CONTENT_SECURITY_POLICY);
    unless_set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(headers, X_FRAME_OPTIONS, "DENY");
    unless_set(headers, REFERRER_POLICY, "same-origin");
    unless_set(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    unless_set(
        headers,
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    unless_set(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    // Pages show the state of somebody's house: they belong into no cache. Assets say otherwise themselves.
    unless_set(headers, CACHE_CONTROL, "no-store");
    if over_tls {
        unless_set(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
