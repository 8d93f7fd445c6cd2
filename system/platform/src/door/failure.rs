//! What a request comes to when it comes to nothing: one problem document (RFC 9457) for every error, in the caller's
//! language, naming the field and the remedy.
//!
//! A handler returns a [`Failure`]; it travels to the outermost layer ([`render`]), which knows the language. Errors
//! that nobody of us made (no such route, wrong method, body too large) are put into the same form there.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::Value;
use tomori_runtime::http::{PROBLEM_JSON, Problem};

use super::texts::{Say, lang_of};
use crate::auth::gateways::GatewayError;
use crate::auth::people::password::Refused as PasswordRefused;
use crate::auth::people::{PeopleError, SignInError, hashing::HasherError};
use crate::device_state::StateError;
use crate::services::dispatch::DispatchError;
use crate::services::shutter::{Refused, ShutterError};
use crate::services::unlock::UnlockError;
use tomori_smart_home::schedule::ScheduleError;

/// Why a request comes to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    status: StatusCode,
    /// Slug of the problem, and key of its texts (`failure-…`, `failure-…-detail`).
    slug: &'static str,
    fields: Vec<FieldFailure>,
    retry_after: Option<u64>,
    extra: Option<(&'static str, Value)>,
}

#[derive(Debug, Clone, PartialEq)]
struct FieldFailure {
    field: String,
    /// Key of its text (`failure-field-…`).
    key: &'static str,
    /// What would fit, or what the reader said; `$expected` in the text.
    expected: String,
}

impl Failure {
    /// A failure with a status and a slug that has texts.
    #[must_use]
    pub fn new(status: StatusCode, slug: &'static str) -> Self {
        Self {
            status,
            slug,
            fields: Vec::new(),
            retry_after: None,
            extra: None,
        }
    }

    /// There is no such thing, or it is not the caller's: the two look the same (IDOR).
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// Who calls is not known.
    #[must_use]
    pub fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised")
    }

    /// Something broke on our side; the log says what.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(5)
    }

    /// One field does not fit.
    #[must_use]
    pub fn unfit(field: impl Into<String>, key: &'static str, expected: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit").field(field, key, expected)
    }

    /// Names a field; `key` has a text.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, key: &'static str, expected: impl Into<String>) -> Self {
        self.fields.push(FieldFailure {
            field: field.into(),
            key,
            expected: expected.into(),
        });
        self
    }

    /// Seconds after which another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// One more member of the document.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: Value) -> Self {
        self.extra = Some((member, value));
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened, as a sentence.
    #[must_use]
    pub fn title(&self, say: Say) -> String {
        say.text(&format!("failure-{}", self.slug))
    }

    /// What is still true and what to do.
    #[must_use]
    pub fn detail(&self, say: Say) -> String {
        let wait = self.retry_after.unwrap_or(0);
        say.with(&format!("failure-{}-detail", self.slug), &[("seconds", wait.into())])
    }

    /// What is wrong with a field, if something is.
    #[must_use]
    pub fn of_field(&self, field: &str, say: Say) -> Option<String> {
        self.fields
            .iter()
            .find(|failure| failure.field == field)
            .map(|failure| failure.text(say))
    }

    fn document(&self, say: Say) -> Response {
        let mut problem = Problem::new(self.status, self.slug, self.title(say)).detail(self.detail(say));
        for failure in &self.fields {
            problem = problem.field(failure.field.clone(), failure.text(say));
        }
        if let Some(seconds) = self.retry_after {
            problem = problem.retry_after(seconds);
        }
        let extra = self.extra.clone();
        let mut response = problem.clone().into_response();
        if let (Some((member, value)), Ok(Value::Object(mut document))) = (extra, serde_json::to_value(&problem)) {
            document.insert(member.to_owned(), value);
            let headers = std::mem::take(response.headers_mut());
            response = (self.status, Value::Object(document).to_string()).into_response();
            *response.headers_mut() = headers;
            // The length of the body it was made for.
            response.headers_mut().remove(http::header::CONTENT_LENGTH);
        }
        response
    }
}

impl FieldFailure {
    fn text(&self, say: Say) -> String {
        say.with(self.key, &[("expected", self.expected.as_str().into())])
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"tomori\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The outermost layer of a door for programs: puts every error into the form of a problem document.
pub async fn render(request: Request, next: Next) -> Response {
    let say = Say::new(lang_of(request.headers()));
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let told = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(PROBLEM_JSON.as_bytes()));
    if told {
        return response;
    }
    let failure = response
        .extensions_mut()
        .remove::<Failure>()
        .unwrap_or_else(|| Failure::of_status(status));
    let mut document = failure.document(say);
    let language = HeaderValue::from_static(say.lang.tag());
    document.headers_mut().insert(http::header::CONTENT_LANGUAGE, language);
    for name in [WWW_AUTHENTICATE, ALLOW, HeaderName::from_static("set-cookie")] {
        for value in response.headers().get_all(&name) {
            document.headers_mut().append(name.clone(), value.clone());
        }
    }
    document
}

impl Failure {
    /// The failure that a bare status stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let slug = match status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "too-large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "not-json",
            StatusCode::UNAUTHORIZED => "unauthorised",
            status if status.is_client_error() => "bad-request",
            _ => "unavailable",
        };
        Self::new(status, slug)
    }
}

fn logged(error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(error, "a request could not be met");
    Failure::unavailable()
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error {
            StateError::NoSuchHome(_) | StateError::NoSuchDevice(_) | StateError::NoSuchCommand(_) => Self::not_found(),
            StateError::Unfit(unfit) => Self::unfit(unfit.field, "failure-field-other", unfit.why),
            StateError::Refused { reason, why } => {
                let status = match reason {
                    tomori_smart_home::Reason::Busy => StatusCode::TOO_MANY_REQUESTS,
                    tomori_smart_home::Reason::NotAdopted => StatusCode::CONFLICT,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                Self::new(status, "command-refused").with(
                    "reason",
                    serde_json::json!({ "why": reason_word(&reason), "text": why }),
                )
            }
            StateError::NodeTaken(device) => {
                Self::new(StatusCode::CONFLICT, "node-taken").with("device", device.as_str().into())
            }
            StateError::KeyReused(command) => {
                Self::new(StatusCode::CONFLICT, "key-reused").with("command", command.as_str().into())
            }
            StateError::ListFull(_) => Self::new(StatusCode::CONFLICT, "list-full"),
            StateError::Storage(_) => logged(&error),
        }
    }
}

fn reason_word(reason: &tomori_smart_home::Reason) -> String {
    match serde_json::to_value(reason) {
        Ok(value) => value.get("why").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Err(_) => String::new(),
    }
}

impl From<ShutterError> for Failure {
    fn from(error: ShutterError) -> Self {
        match error {
            ShutterError::NotFound(_) => Self::not_found(),
            ShutterError::State(error) => error.into(),
            ShutterError::Refused(Refused::Conflict { current }) => Self::new(StatusCode::CONFLICT, "conflict")
                .with("current", serde_json::to_value(&current).unwrap_or_default()),
            ShutterError::Refused(Refused::TooMany) => Self::new(StatusCode::CONFLICT, "too-many-schedules"),
            ShutterError::Refused(Refused::NotAShutter) => {
                Self::unfit("device", "failure-field-not-a-shutter", String::new())
            }
            ShutterError::Refused(Refused::Unfit(unfit)) => unfit.into(),
            ShutterError::Place(_) | ShutterError::Storage(_) => logged(&error),
        }
    }
}

impl From<DispatchError> for Failure {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::NoSuchIncident(_) | DispatchError::NoSuchCompany(_) => Self::not_found(),
            DispatchError::Closed(_)
            | DispatchError::NoContract
            | DispatchError::NotYours(_)
            | DispatchError::Full(_) => Self::new(StatusCode::CONFLICT, "incident-not-open"),
            DispatchError::Unfit(unfit) => Self::unfit(unfit.field, "failure-field-other", unfit.why),
            DispatchError::Security(error) => Self::unfit(error.field, "failure-field-other", error.why),
            DispatchError::State(error) => error.into(),
            DispatchError::Personal(_) | DispatchError::Storage(_) => logged(&error),
        }
    }
}

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::Dispatch(error) => error.into(),
            UnlockError::State(error) => error.into(),
            UnlockError::Refused(_) | UnlockError::Roster(_) => {
                Self::unfit("bundle", "failure-field-other", error.to_string())
            }
            UnlockError::TooOften(wait) => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy").retry_after(wait.as_secs()),
            UnlockError::Full(_) => Self::new(StatusCode::CONFLICT, "incident-not-open"),
            UnlockError::Storage(_) => logged(&error),
        }
    }
}

impl From<ScheduleError> for Failure {
    fn from(unfit: ScheduleError) -> Self {
        let (key, expected) = match &unfit {
            ScheduleError::Weekdays { .. } => ("failure-field-weekdays", String::new()),
            ScheduleError::ClockSeconds { .. } => ("failure-field-minutes", String::new()),
            ScheduleError::Offset { .. } => ("failure-field-offset", String::new()),
            ScheduleError::Value { expected, .. } => ("failure-field-expected", (*expected).to_owned()),
            ScheduleError::Property { .. } => (
                "failure-field-expected",
                "openCloseOperation, degreeOfOpening".to_owned(),
            ),
            ScheduleError::PauseDate { .. } => ("failure-field-expected", "2000-01-01 – 2099-12-31".to_owned()),
            ScheduleError::TimeZone { .. } => ("failure-field-expected", "Asia/Tokyo".to_owned()),
            ScheduleError::Latitude => ("failure-field-expected", "-90 – 90".to_owned()),
            ScheduleError::Longitude => ("failure-field-expected", "-180 – 180".to_owned()),
            other => ("failure-field-other", other.to_string()),
        };
        Self::unfit(unfit.field(), key, expected)
    }
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::NotFound(_) | PeopleError::Malformed(_) => Self::not_found(),
            PeopleError::Unfit { field, why } => Self::unfit(field, "failure-field-expected", why),
            PeopleError::Password(refused) => {
                let key = match refused {
                    PasswordRefused::TooShort => "failure-password-too-short",
                    PasswordRefused::TooLong => "failure-password-too-long",
                    PasswordRefused::TooCommon => "failure-password-too-common",
                    PasswordRefused::NamesItsOwner => "failure-password-names-its-owner",
                };
                Self::unfit("password", key, String::new())
            }
            PeopleError::NotMatching => Self::new(StatusCode::UNAUTHORIZED, "not-matching"),
            PeopleError::LoginTaken => {
                Self::new(StatusCode::CONFLICT, "login-taken").field("email", "failure-login-taken", String::new())
            }
            PeopleError::TooMany { .. } => Self::new(StatusCode::CONFLICT, "too-many"),
            PeopleError::Wait(wait) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "wait").retry_after(wait.as_secs().max(1))
            }
            PeopleError::Hasher(HasherError::Busy) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(5),
            PeopleError::Hasher(_) | PeopleError::Seal(_) | PeopleError::Personal(_) | PeopleError::Storage(_) => {
                logged(&error)
            }
        }
    }
}

/// The gateways' room could not do it.
pub(crate) fn gateway_failure(error: GatewayError) -> Failure {
    match error {
        GatewayError::NoSuchGateway(_) => Failure::not_found(),
        GatewayError::Home(error) => error.into(),
        other => logged(&other),
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        PeopleError::from(error).into()
    }
}
