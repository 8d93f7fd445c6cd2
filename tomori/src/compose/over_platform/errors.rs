//! The platform's errors in the app's words. What the app need not know goes to the log and nowhere else.

use std::error::Error;

use tomori_app::port::{CommandError, PairError, PasswordError, PortError, ScheduleError, ScheduleView, SignInError};
use tomori_platform::auth::people::password::{LONGEST, Refused, SHORTEST};
use tomori_platform::auth::people::{self, PeopleError};
use tomori_platform::device_state::StateError;
use tomori_platform::services::shutter::{self, MOST_IN_A_HOME, ShutterError};
use tomori_runtime::remedy::chain;

pub(super) fn unavailable(error: &dyn Error) -> PortError {
    PortError::Unavailable { why: chain(error) }
}

pub(super) fn people_error(error: PeopleError) -> PortError {
    match error {
        PeopleError::NotFound(_) | PeopleError::Malformed(_) => PortError::NotFound,
        other => unavailable(&other),
    }
}

pub(super) fn state_error(error: StateError) -> PortError {
    match error {
        StateError::NoSuchHome(_) | StateError::NoSuchDevice(_) | StateError::NoSuchCommand(_) => PortError::NotFound,
        other => unavailable(&other),
    }
}

pub(super) fn command_error(error: StateError) -> CommandError {
    match error {
        StateError::Refused { reason, .. } => CommandError::Refused { reason },
        other => CommandError::Port(state_error(other)),
    }
}

pub(super) fn sign_in_error(error: people::SignInError) -> SignInError {
    match error {
        people::SignInError::NotMatching => SignInError::Wrong,
        people::SignInError::Wait(wait) => SignInError::Locked { wait },
        other => SignInError::Port(unavailable(&other)),
    }
}

pub(super) fn password_error(error: PeopleError) -> PasswordError {
    match error {
        PeopleError::NotMatching => PasswordError::Wrong,
        PeopleError::Wait(wait) => PasswordError::Locked { wait },
        PeopleError::Password(Refused::TooShort) => PasswordError::TooShort { least: SHORTEST },
        PeopleError::Password(Refused::TooLong) => PasswordError::TooLong { most: LONGEST },
        PeopleError::Password(Refused::TooCommon | Refused::NamesItsOwner) => PasswordError::TooEasy,
        other => PasswordError::Port(people_error(other)),
    }
}

pub(super) fn schedule_error(error: ShutterError) -> ScheduleError {
    match error {
        ShutterError::NotFound(_) => ScheduleError::Port(PortError::NotFound),
        ShutterError::Refused(shutter::Refused::Conflict { current }) => ScheduleError::Conflict {
            current: Box::new(ScheduleView {
                schedule: *current,
                resident_name: None,
            }),
            by: None,
        },
        ShutterError::Refused(shutter::Refused::TooMany) => ScheduleError::TooMany { most: MOST_IN_A_HOME },
        ShutterError::Refused(refused) => ScheduleError::Invalid { field: refused.field() },
        ShutterError::State(error) => ScheduleError::Port(state_error(error)),
        other => ScheduleError::Port(unavailable(&other)),
    }
}

pub(super) fn pair_error(error: PeopleError) -> PairError {
    match error {
        PeopleError::TooMany { most, .. } => PairError::TooMany { most },
        other => PairError::Port(people_error(other)),
    }
}
