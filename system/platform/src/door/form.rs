//! Forms: read in full, bounded.

use axum::extract::{Form, FromRequest, Request};
use http::StatusCode;

use super::failure::Failure;

/// No form here has as many fields.
const MOST_FIELDS: usize = 64;

/// The fields of a form, in the order given.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field, trimmed; empty when it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of a field as it was given: passwords may begin with a space.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(given, _)| given == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|rejection| match rejection.into_response_status() {
                StatusCode::PAYLOAD_TOO_LARGE => Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
                _ => Failure::new(StatusCode::BAD_REQUEST, "bad-request"),
            })?;
        if fields.len() > MOST_FIELDS {
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
        }
        Ok(Self(fields))
    }
}

/// The status that axum would answer with.
trait IntoResponseStatus {
    fn into_response_status(self) -> StatusCode;
}

impl<R: axum::response::IntoResponse> IntoResponseStatus for R {
    fn into_response_status(self) -> StatusCode {
        self.into_response().status()
    }
}
