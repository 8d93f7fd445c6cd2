//! What a request comes to when it comes to nothing. A handler returns a [`Failure`]; the outermost layer
//! (`desk::shell::render`) makes a page of it, in the reader's language.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tomori_runtime::i18n::Lang;
use tomori_runtime::sign_in::hashing::HasherError;
use tomori_runtime::sign_in::password::Refused as PasswordRefused;

use super::texts::Say;
use crate::cases::{CaseError, Refused};
use crate::dispatch::DispatchError;
use crate::emergency::EmergencyError;
use crate::panels::PanelError;
use crate::people::PeopleError;
use crate::photos::{NotAPicture, PhotoError};

/// Why a request comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    status: StatusCode,
    /// `failure-…` and `failure-…-detail` are its texts.
    slug: &'static str,
    field: Option<(&'static str, &'static str)>,
    wait: u64,
    /// The reason in words that another room chose, in Japanese and English.
    why: Option<(String, String)>,
}

impl Failure {
    /// A failure with a status and a slug that has texts.
    #[must_use]
    pub fn new(status: StatusCode, slug: &'static str) -> Self {
        Self {
            status,
            slug,
            field: None,
            wait: 0,
            why: None,
        }
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// Who calls is not known.
    #[must_use]
    pub fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised")
    }

    /// It is another role's work.
    #[must_use]
    pub fn other_role() -> Self {
        Self::new(StatusCode::FORBIDDEN, "other-role")
    }

    /// The form came from a page that is not ours.
    #[must_use]
    pub fn foreign_page() -> Self {
        Self::new(StatusCode::FORBIDDEN, "foreign-page")
    }

    /// One field does not fit; `key` has a text.
    #[must_use]
    pub fn unfit(field: &'static str, key: &'static str) -> Self {
        let mut failure = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit");
        failure.field = Some((field, key));
        failure
    }

    /// The failure that a bare status stands for.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let slug = match status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "too-large",
            StatusCode::UNAUTHORIZED => "unauthorised",
            status if status.is_client_error() => "bad-request",
            _ => "unavailable",
        };
        Self::new(status, slug)
    }

    /// With seconds to wait.
    #[must_use]
    pub fn wait(mut self, seconds: u64) -> Self {
        self.wait = seconds;
        self
    }

    /// With the reason in Japanese and in English.
    #[must_use]
    pub fn because(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.why = Some((ja.into(), en.into()));
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened.
    #[must_use]
    pub fn title(&self, say: Say) -> String {
        say.text(&format!("failure-{}", self.slug))
    }

    /// What is still true and what to do.
    #[must_use]
    pub fn detail(&self, say: Say) -> String {
        let key = format!("failure-{}-detail", self.slug);
        let why = self.why.as_ref().map_or("", |(ja, en)| match say.lang {
            Lang::Ja => ja.as_str(),
            Lang::En => en.as_str(),
        });
        say.with(&key, &[("seconds", self.wait.into()), ("why", why.into())])
    }

    /// What is wrong with a field, if something is.
    #[must_use]
    pub fn of_field(&self, name: &str, say: Say) -> Option<String> {
        self.field
            .filter(|(field, _)| *field == name)
            .map(|(_, key)| say.text(key))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) fn logged(error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(error, "a request could not be met");
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::NotFound(_) | PeopleError::Malformed(_) => Self::not_found(),
            PeopleError::Unfit { field, .. } => Self::unfit(
                field,
                if field == "name" {
                    "unfit-person-name"
                } else {
                    "unfit-email"
                },
            ),
            PeopleError::Password(refused) => Self::unfit(
                "password",
                match refused {
                    PasswordRefused::TooShort => "unfit-password-short",
                    PasswordRefused::TooLong => "unfit-password-long",
                    PasswordRefused::TooCommon => "unfit-password-common",
                    PasswordRefused::NamesItsOwner => "unfit-password-owner",
                },
            ),
            PeopleError::NotMatching => Self::new(StatusCode::UNAUTHORIZED, "not-matching"),
            PeopleError::LoginTaken => Self::unfit("email", "unfit-email-taken"),
            PeopleError::TooMany => Self::new(StatusCode::CONFLICT, "too-many"),
            PeopleError::LastAdministrator => Self::new(StatusCode::CONFLICT, "last-administrator"),
            PeopleError::Wait(wait) => Self::new(StatusCode::TOO_MANY_REQUESTS, "wait").wait(wait.as_secs().max(1)),
            PeopleError::Hasher(HasherError::Busy) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy"),
            PeopleError::Hasher(_) | PeopleError::Seal(_) | PeopleError::Storage(_) => logged(&error),
        }
    }
}

impl From<PanelError> for Failure {
    fn from(error: PanelError) -> Self {
        match error {
            PanelError::NotFound => Self::not_found(),
            PanelError::Taken => Self::unfit("account", "unfit-account-taken"),
            PanelError::TooMany => Self::new(StatusCode::CONFLICT, "too-many"),
            PanelError::Seal(_) | PanelError::Storage(_) => logged(&error),
        }
    }
}

impl From<DispatchError> for Failure {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::NotFree => Self::new(StatusCode::CONFLICT, "guard-not-free"),
            DispatchError::NoMission => Self::new(StatusCode::CONFLICT, "no-mission"),
            DispatchError::NoReport => Self::new(StatusCode::CONFLICT, "case-no-report"),
            DispatchError::OffDuty => Self::new(StatusCode::CONFLICT, "off-duty"),
            DispatchError::NoText => Self::new(StatusCode::CONFLICT, "no-text"),
            DispatchError::TooManyMessages => Self::new(StatusCode::CONFLICT, "too-many-messages"),
            DispatchError::Case(error) => error.into(),
            DispatchError::Seal(_) | DispatchError::Storage(_) => logged(&error),
        }
    }
}

impl From<EmergencyError> for Failure {
    fn from(error: EmergencyError) -> Self {
        match error {
            EmergencyError::NotFound => Self::not_found(),
            EmergencyError::NotSeen => Self::new(StatusCode::CONFLICT, "emergency-not-seen"),
            EmergencyError::NoNote => Self::new(StatusCode::CONFLICT, "no-text"),
            EmergencyError::Seal(_) | EmergencyError::Storage(_) => logged(&error),
        }
    }
}

impl From<PhotoError> for Failure {
    fn from(error: PhotoError) -> Self {
        let unfit = |slug| Self::new(StatusCode::UNPROCESSABLE_ENTITY, slug);
        match error {
            PhotoError::NotFound => Self::not_found(),
            PhotoError::NotThere => Self::new(StatusCode::CONFLICT, "photo-not-there"),
            PhotoError::TooMany => Self::new(StatusCode::CONFLICT, "photo-too-many"),
            PhotoError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "photo-busy"),
            PhotoError::NotAPicture(NotAPicture::Kind) => unfit("photo-kind"),
            PhotoError::NotAPicture(NotAPicture::TooLarge) => unfit("photo-pixels"),
            PhotoError::NotAPicture(NotAPicture::Broken) => unfit("photo-broken"),
            PhotoError::Dispatch(error) => error.into(),
            PhotoError::Seal(_) | PhotoError::Storage(_) => logged(&error),
        }
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NotFound => Self::not_found(),
            CaseError::Refused(refused) => Self::new(
                StatusCode::CONFLICT,
                match refused {
                    Refused::Closed => "case-closed",
                    Refused::Owned => "case-owned",
                    Refused::NotYours => "case-not-yours",
                    Refused::StepsMissing(_) => "case-steps",
                    Refused::NoSuchStep => "case-no-step",
                    Refused::NoReport => "case-no-report",
                    Refused::Arrived => "case-arrived",
                },
            ),
            CaseError::Seal(_) | CaseError::Storage(_) => logged(&error),
        }
    }
}
