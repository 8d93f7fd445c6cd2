//! What a person reads when something comes to nothing.

use http::StatusCode;

use super::super::roster::Unfit;
use super::super::service::UnlockError;
use crate::door::{Failure, logged};

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        let conflict = |slug: &'static str| Self::new(StatusCode::CONFLICT, slug);
        match error {
            UnlockError::NoParty => conflict("passkeys-no-party"),
            UnlockError::NotFresh => Self::new(StatusCode::FORBIDDEN, "not-fresh"),
            UnlockError::Spent => conflict("question-spent"),
            UnlockError::NotRegistered(why) => conflict("passkey-refused").because(why.ja(), why.to_string()),
            UnlockError::Taken => conflict("passkey-taken"),
            UnlockError::TooMany => conflict("too-many"),
            UnlockError::Name => Self::unfit("name", "unfit-passkey-name"),
            UnlockError::NotFound => Self::not_found(),
            UnlockError::Unfit(unfit) => match unfit {
                Unfit::NoRoot => conflict("roster-no-root"),
                Unfit::Unreadable => conflict("roster-unreadable"),
                Unfit::OtherRoot => conflict("roster-other-root"),
                Unfit::OtherCompany => conflict("roster-other-company"),
                Unfit::NotNewer(version) => {
                    conflict("roster-not-newer").because(version.to_string(), version.to_string())
                }
                Unfit::Expired(at) => conflict("roster-expired").because(at.to_string(), at.to_string()),
            },
            UnlockError::People(error) => error.into(),
            UnlockError::Seal(_) | UnlockError::Storage(_) => logged(&error),
        }
    }
}
