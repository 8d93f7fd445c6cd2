//! Bodies and queries, read with every bound and every error named.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::failure::Failure;

/// A JSON body of type `T`.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

/// A query string of type `T`.
#[derive(Debug, Clone)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|refused| {
            if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
            } else {
                Failure::new(StatusCode::BAD_REQUEST, "bad-request")
            }
        })?;
        parse(&bytes).map(Self)
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

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads a body. What is no JSON (or nested deeper than 128) is malformed; JSON of another shape is unfit, and the
/// field is named by its path.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if !inner.is_data() {
            let place = format!("{}:{}", inner.line(), inner.column());
            return Failure::new(StatusCode::BAD_REQUEST, "malformed").field("", "failure-field-malformed", place);
        }
        unfit(&path, &inner.to_string())
    })?;
    reader.end().map_err(|error| {
        let place = format!("{}:{}", error.line(), error.column());
        Failure::new(StatusCode::BAD_REQUEST, "malformed").field("", "failure-field-malformed", place)
    })?;
    Ok(value)
}

/// Serde's message in our words.
fn unfit(path: &str, message: &str) -> Failure {
    let plain = message.rsplit_once(" at line ").map_or(message, |(plain, _)| plain);
    let quoted = plain.split('`').nth(1).unwrap_or_default();
    let under = |name: &str| match path {
        "." | "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if plain.starts_with("unknown field") {
        let known: Vec<&str> = plain.split('`').skip(3).step_by(2).collect();
        return Failure::unfit(under(quoted), "failure-field-unknown", known.join(", "));
    }
    if plain.starts_with("missing field") {
        return Failure::unfit(under(quoted), "failure-field-missing", String::new());
    }
    let field = if path == "." { "" } else { path };
    let expected = plain.split_once("expected ").map_or(plain, |(_, rest)| rest);
    Failure::unfit(field, "failure-field-expected", expected.replace('`', ""))
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let asked = Query::<T>::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|refused| {
            let text = refused.body_text();
            let plain = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest).to_owned();
            match plain.split_once(": ") {
                Some((field, why)) if field.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    Failure::unfit(field, "failure-field-expected", why.replace('`', ""))
                }
                _ => unfit("", &plain),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tomori_runtime::i18n::Lang;

    use super::super::texts::Say;
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "only the errors are looked at")]
    struct Outer {
        inner: Inner,
        holidays_off: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors are looked at")]
    struct Inner {
        count: u8,
    }

    fn field(text: &str, field: &str) -> Option<String> {
        parse::<Outer>(text.as_bytes())
            .unwrap_err()
            .of_field(field, Say::new(Lang::En))
    }

    #[test]
    fn a_wrong_field_is_named_by_its_path() {
        assert!(field(r#"{"inner":{"count":1}}"#, "holidaysOff").is_some());
        assert!(field(r#"{"inner":{"count":300},"holidaysOff":true}"#, "inner.count").is_some());
        assert!(field(r#"{"inner":{"count":1,"more":2},"holidaysOff":true}"#, "inner.more").is_some());
        let unknown = field(r#"{"inner":{"count":1},"holidayOff":true}"#, "holidayOff").unwrap();
        assert!(unknown.contains("inner, holidaysOff"), "{unknown}");
    }

    /// T3-10 EP① サービス不能: half a body, two bodies, no JSON, and JSON that is nested without end.
    #[test]
    fn malformed_bodies() {
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        for bad in ["", "{", "{}{}", "nonsense", "{\"inner\":", deep.as_str(), "\u{0}"] {
            let failure = parse::<Outer>(bad.as_bytes()).unwrap_err();
            assert!(failure.status().is_client_error(), "{bad:.20}");
        }
        assert_eq!(
            parse::<Vec<serde_json::Value>>(deep.as_bytes()).unwrap_err().status(),
            StatusCode::BAD_REQUEST
        );
    }
}
