//! Why the house did not do what it was asked. Each case has its page and its sentence in every language.

use std::time::Duration;

use thiserror::Error;
use tomori_smart_home::Reason;

use super::ScheduleView;

/// Why something could not be shown or done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PortError {
    /// There is no such thing, or it is not this viewer's.
    #[error("there is no such thing for this viewer")]
    NotFound,
    /// This side cannot do it; the other one can.
    #[error("not on this side")]
    NotHere,
    /// The store behind is away or too busy.
    #[error("the service cannot answer now: {why}")]
    Unavailable {
        /// For the log.
        why: String,
    },
}

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInError {
    /// Login, password or code is wrong; which one is not told.
    #[error("wrong login, password or code")]
    Wrong,
    /// Too many wrong tries.
    #[error("too many tries; again in {wait:?}")]
    Locked {
        /// How long to wait.
        wait: Duration,
    },
    /// The pairing link was used already, is too old or was taken back.
    #[error("the pairing link is worth nothing any more")]
    LinkSpent,
    /// Something else went wrong.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why a wish was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// It would come to nothing, for a reason that is known now.
    #[error("refused")]
    Refused {
        /// The reason.
        reason: Reason,
    },
    /// Something else went wrong.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why a schedule was not taken.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ScheduleError {
    /// Somebody else changed it since the viewer saw it. Nothing was overwritten.
    #[error("changed by somebody else")]
    Conflict {
        /// As it stands now.
        current: Box<ScheduleView>,
        /// Who changed it last, if that is known.
        by: Option<String>,
    },
    /// A field does not fit: `device`, `value`, `weekdays`, `moment` or `pause`.
    #[error("{field} does not fit")]
    Invalid {
        /// Which.
        field: &'static str,
    },
    /// The home has as many schedules as it can hold.
    #[error("too many schedules")]
    TooMany {
        /// How many that is.
        most: usize,
    },
    /// Something else went wrong.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why a phone was not paired.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PairError {
    /// The house has as many phones as it can hold.
    #[error("too many phones")]
    TooMany {
        /// How many that is.
        most: usize,
    },
    /// The gateway has never told its address in the house, so there is nothing to link to.
    #[error("the address of the house is not known")]
    AddressUnknown,
    /// Something else went wrong.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why a password stayed as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// The current one or the one-time code is wrong; which one is not told.
    #[error("the current password or the one-time code is wrong")]
    Wrong,
    /// Too many wrong tries.
    #[error("too many tries; again in {wait:?}")]
    Locked {
        /// How long to wait.
        wait: Duration,
    },
    /// The new one is shorter than the shortest allowed.
    #[error("the new password is too short")]
    TooShort {
        /// How many characters it needs.
        least: usize,
    },
    /// The new one is longer than the longest allowed.
    #[error("the new password is too long")]
    TooLong {
        /// How many bytes it may have.
        most: usize,
    },
    /// The new one is among those that are tried first, or says the person's own name.
    #[error("the new password is easy to guess")]
    TooEasy,
    /// Something else went wrong.
    #[error(transparent)]
    Port(#[from] PortError),
}
