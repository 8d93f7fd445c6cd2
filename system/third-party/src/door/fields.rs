//! Forms: read in full, bounded.

use std::convert::Infallible;

use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::response::IntoResponse as _;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::failure::Failure;

/// No form here has as many fields.
const MOST_FIELDS: usize = 32;

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
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let Form(fields) = form.map_err(|refused| match refused.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            _ => Failure::new(StatusCode::BAD_REQUEST, "bad-request"),
        })?;
        if fields.len() > MOST_FIELDS {
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
        }
        Ok(Self(fields))
    }
}

/// A query string of a page, as far as it can be read: a page is shown whatever its address carries.
#[derive(Debug, Clone, Default)]
pub struct Carried<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequestParts<S> for Carried<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let carried = Query::<T>::try_from_uri(&parts.uri);
        Ok(Self(carried.map(|Query(carried)| carried).unwrap_or_default()))
    }
}
