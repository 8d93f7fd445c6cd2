//! What a person reads when something comes to nothing.

use http::StatusCode;

use super::super::draft::Denied;
use super::super::roster::Unfit;
use super::super::service::UnlockError;
use crate::door::{Failure, logged};

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        let conflict = |slug: &'static str| Self::new(StatusCode::CONFLICT, slug);
        match error {
            UnlockError::NoParty => conflict("passkeys-no-party"),
            UnlockError::NotFresh => conflict("not-fresh"),
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
            UnlockError::Code => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unlock-code"),
            UnlockError::NoWord => conflict("unlock-no-word"),
            UnlockError::NoHouse => conflict("unlock-no-house"),
            UnlockError::NoLock => conflict("unlock-no-lock"),
            UnlockError::NotSent => Self::new(StatusCode::FORBIDDEN, "unlock-not-sent"),
            UnlockError::NoPasskey => conflict("unlock-no-passkey"),
            UnlockError::Denied(Denied::NotNow) => conflict("unlock-not-now"),
            UnlockError::Denied(Denied::Changed) => conflict("unlock-changed"),
            UnlockError::Denied(Denied::Over) => conflict("unlock-over"),
            UnlockError::Denied(Denied::SamePerson) => Self::new(StatusCode::FORBIDDEN, "unlock-same-person"),
            UnlockError::Refused(refusal) => conflict("unlock-refused").because(refusal.ja(), refusal.en()),
            UnlockError::People(error) => error.into(),
            UnlockError::Case(error) => error.into(),
            UnlockError::Dispatch(error) => error.into(),
            UnlockError::House(_) | UnlockError::Seal(_) | UnlockError::Storage(_) => logged(&error),
        }
    }
}
