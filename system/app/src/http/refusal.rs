//! Pages that say no: what happened, what is still true, what to do.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tomori_look::{Html, Page};
use tomori_runtime::i18n::Lang;

use crate::port::PortError;
use crate::say::Say;

/// A refusal, in no language yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    head: &'static str,
    text: &'static str,
    retry: Option<Duration>,
}

/// A refusal in a language, ready to be sent.
#[derive(Debug)]
pub(crate) struct RefusalPage {
    refusal: Refusal,
    say: Say,
    part: bool,
}

impl Refusal {
    const fn new(status: StatusCode, head: &'static str, text: &'static str) -> Self {
        Self {
            status,
            head,
            text,
            retry: None,
        }
    }

    pub(crate) const fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "refusal-not-found-head",
            "refusal-not-found-text",
        )
    }

    /// The address exists, and does something else.
    pub(crate) const fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "refusal-not-found-head",
            "refusal-not-found-text",
        )
    }

    pub(crate) const fn not_here() -> Self {
        Self::new(StatusCode::NOT_FOUND, "refusal-not-here-head", "refusal-not-here-text")
    }

    /// The request does not come from one of our pages, or its token is not this session's.
    pub(crate) const fn foreign() -> Self {
        Self::new(StatusCode::FORBIDDEN, "refusal-foreign-head", "refusal-foreign-text")
    }

    pub(crate) const fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "refusal-too-large-head",
            "refusal-too-large-text",
        )
    }

    pub(crate) const fn unreadable() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "refusal-unreadable-head",
            "refusal-unreadable-text",
        )
    }

    pub(crate) const fn signed_out() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "refusal-signed-out-head",
            "refusal-signed-out-text",
        )
    }

    pub(crate) const fn unavailable() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            head: "refusal-unavailable-head",
            text: "refusal-unavailable-text",
            retry: Some(Duration::from_secs(5)),
        }
    }

    /// In a language.
    pub(crate) fn page(self, lang: Lang) -> RefusalPage {
        RefusalPage {
            refusal: self,
            say: Say::new(lang),
            part: false,
        }
    }
}

impl RefusalPage {
    /// For a script that asked for a part only: one line of text.
    pub(crate) fn for_part(mut self, part: bool) -> Self {
        self.part = part;
        self
    }
}

impl From<PortError> for Refusal {
    fn from(error: PortError) -> Self {
        match error {
            PortError::NotFound => Self::not_found(),
            PortError::NotHere => Self::not_here(),
            PortError::Unavailable { why } => {
                tracing::warn!(why, "the app could not be answered");
                Self::unavailable()
            }
        }
    }
}

impl IntoResponse for RefusalPage {
    fn into_response(self) -> Response {
        let Self { refusal, say, part } = self;
        let (head, text) = (say.text(refusal.head), say.text(refusal.text));
        let mut response = if part {
            let mut response = (refusal.status, format!("{head} {text}")).into_response();
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        } else {
            let body = Html::trusted(format!(
                "<h1>{}</h1><p>{}</p><p><a class=\"button\" href=\"/\">{}</a></p>",
                Html::text(&head),
                Html::text(&text),
                Html::text(&say.text("refusal-home"))
            ));
            Page::new(say.lang, &say.text("app-name"), &head, body)
                .status(refusal.status)
                .trusted_types()
                .into_response()
        };
        if let Some(wait) = refusal.retry {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        response
    }
}
