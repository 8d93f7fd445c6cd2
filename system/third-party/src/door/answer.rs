//! What a form that did its work is answered with.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};

/// Leads on to `next`; a script that stays on its page (`data-live-form`) hears 204, and what somebody was writing there stays.
pub(crate) fn done(headers: &HeaderMap, next: &str) -> Response {
    if headers.contains_key("tomori-part") {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to(next).into_response()
    }
}
