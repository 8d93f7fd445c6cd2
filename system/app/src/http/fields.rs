//! Forms: read in full, bounded, and only from our own pages.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tomori_runtime::http::is_own;

use super::App;
use super::refusal::Refusal;
use super::visitor::{Guest, Visitor};

/// No form here has as many fields.
const MOST_FIELDS: usize = 64;

/// The name of the field that carries the session's token.
pub(crate) const CSRF: &str = "csrf";

/// The fields of a form, in the order given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

/// A form of somebody signed in, which proves to come from a page of this session.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) visitor: Visitor,
    pub(crate) fields: Fields,
}

/// A form of anybody, which proves to come from one of our pages.
#[derive(Debug)]
pub(crate) struct Unsigned {
    pub(crate) guest: Guest,
    pub(crate) fields: Fields,
}

impl Fields {
    /// The first value of a field, trimmed; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of a field as it was given: passwords may begin with a space.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(given, _)| given == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    async fn read(request: Request<Body>) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, &())
            .await
            .map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Refusal::too_large(),
                _ => Refusal::unreadable(),
            })?;
        let fields: Vec<(String, String)> = form_fields(&bytes).ok_or(Refusal::unreadable())?;
        if fields.len() > MOST_FIELDS {
            return Err(Refusal::too_large());
        }
        Ok(Self(fields))
    }
}

/// `application/x-www-form-urlencoded`, strictly UTF-8.
pub(crate) fn form_fields(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&spaced)
            .decode_utf8()
            .ok()?
            .into_owned();
        // A null byte is in no text that a person writes.
        (!decoded.contains('\0')).then_some(decoded)
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Compares without telling by its time how much fits.
fn same(one: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

impl FromRequest<App> for Signed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let guest = match Guest::from_request_parts(&mut parts, app).await {
            Ok(guest) => guest,
            Err(never) => match never {},
        };
        if !is_own(&parts.headers, &parts.uri, app.options.public_origin.as_deref()) {
            return Err(guest.refuse(Refusal::foreign()).into_response());
        }
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        let fields = Fields::read(Request::from_parts(parts, body))
            .await
            .map_err(|refusal| visitor.refuse(refusal).into_response())?;
        if !same(fields.raw(CSRF), &visitor.csrf) {
            return Err(visitor.refuse(Refusal::foreign()).into_response());
        }
        Ok(Self { visitor, fields })
    }
}

impl FromRequest<App> for Unsigned {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let guest = match Guest::from_request_parts(&mut parts, app).await {
            Ok(guest) => guest,
            Err(never) => match never {},
        };
        if !is_own(&parts.headers, &parts.uri, app.options.public_origin.as_deref()) {
            return Err(guest.refuse(Refusal::foreign()).into_response());
        }
        let fields = Fields::read(Request::from_parts(parts, body))
            .await
            .map_err(|refusal| guest.refuse(refusal).into_response())?;
        Ok(Self { guest, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = form_fields("a=1&b=%E5%AF%9D%E5%AE%A4+x&b=2&c&=&a%3D=z".as_bytes()).unwrap();
        let expected: Vec<_> = [
            ("a", "1"),
            ("b", "寝室 x"),
            ("b", "2"),
            ("c", ""),
            ("", ""),
            ("a=", "z"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        assert_eq!(fields, expected);
    }

    #[test]
    fn what_is_no_text_is_no_form() {
        for bad in [&b"a=%ff"[..], b"a=\xff", b"a=%00"] {
            assert_eq!(form_fields(bad), None);
        }
        assert_eq!(
            form_fields(b"a=%zz"),
            Some(vec![("a".to_owned(), "%zz".to_owned())]),
            "browsers never write it"
        );
    }

    #[test]
    fn several_values_and_boxes() {
        let fields = Fields::of(&[("day", "0"), ("day", "3"), ("off", "yes"), ("name", "  x ")]);
        assert_eq!(fields.all("day").collect::<Vec<_>>(), ["0", "3"]);
        assert!(fields.ticked("off") && !fields.ticked("on"));
        assert_eq!((fields.get("name"), fields.raw("name")), ("x", "  x "));
    }
}
