//! Who somebody at the security company is, and for how long a session lives.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tomori_smart_home::StaffId;

/// What somebody does at the security company (T2-5). One role each: nobody approves what they requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sits at the board, takes cases, sends guards, requests an unlock (管制員).
    Operator,
    /// Approves, takes cases over, sees the log (管制責任者).
    Supervisor,
    /// Drives to the house (警備員).
    Guard,
    /// Keeps people and panels; touches no case (会社管理者).
    Administrator,
}

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Without a request.
    pub idle: SignedDuration,
    /// From sign-in, whatever happens.
    pub absolute: SignedDuration,
}

/// The times of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// Sign-in.
    pub created_at: Timestamp,
    /// The last request, as far as it was written down.
    pub seen_at: Timestamp,
}

/// The person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub staff: StaffId,
    /// What they do.
    pub role: Role,
    /// How they are called.
    pub name: String,
    /// Public id of the session.
    pub session: String,
    /// When they signed in, with password and second factor.
    pub since: Timestamp,
    /// What a form must send back (T3-10 EP③ なりすまし).
    pub csrf: String,
}

/// What an invitation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The first administrator of a new server (SR2-SP-1: there is no password that everybody knows).
    FirstAdministrator,
    /// Somebody new chooses a password and enrols a second factor.
    Join,
    /// Somebody who lost password or phone chooses both anew.
    Recover,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Operator, Self::Supervisor, Self::Guard, Self::Administrator];

    /// The word in tables, forms and the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Guard => "guard",
            Self::Administrator => "administrator",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// How long a session of this role lives: a shift, and for administrators half an hour without a request.
    #[must_use]
    pub fn lifetime(self) -> Lifetime {
        let idle = match self {
            Self::Operator | Self::Supervisor => SignedDuration::from_hours(2),
            Self::Guard => SignedDuration::from_hours(12),
            Self::Administrator => SignedDuration::from_mins(30),
        };
        Lifetime {
            idle,
            absolute: SignedDuration::from_hours(13),
        }
    }

    /// Whether this role works at the board.
    #[must_use]
    pub fn works_at_board(self) -> bool {
        matches!(self, Self::Operator | Self::Supervisor)
    }
}

impl SessionTimes {
    /// How seldom the last request is written down.
    pub const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);
    /// A session that begins later than this from now was made by a clock that was wrong.
    const FUTURE: SignedDuration = SignedDuration::from_hours(24);

    /// Whether the session has ended.
    #[must_use]
    pub fn is_over(self, lifetime: Lifetime, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= lifetime.idle
            || now.duration_since(self.created_at) >= lifetime.absolute
            || self.created_at.duration_since(now) > Self::FUTURE
    }

    /// Whether this request is to be written down.
    #[must_use]
    pub fn is_touch_due(self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= Self::TOUCH_EVERY
    }
}

impl Purpose {
    /// How long an invitation stands.
    #[must_use]
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::FirstAdministrator => SignedDuration::from_hours(24),
            Self::Join => SignedDuration::from_hours(7 * 24),
            Self::Recover => SignedDuration::from_hours(1),
        }
    }

    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FirstAdministrator => "firstAdministrator",
            Self::Join => "join",
            Self::Recover => "recover",
        }
    }

    /// The purpose of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::FirstAdministrator, Self::Join, Self::Recover]
            .into_iter()
            .find(|purpose| purpose.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_ends_and_an_administrator_who_left_is_signed_out() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let times = |created, seen| SessionTimes {
            created_at: at(created),
            seen_at: at(seen),
        };
        let administrator = Role::Administrator.lifetime();
        assert!(!times(0, 0).is_over(administrator, at(29 * 60)));
        assert!(times(0, 0).is_over(administrator, at(30 * 60)));
        let operator = Role::Operator.lifetime();
        assert!(!times(0, 12 * 3600).is_over(operator, at(13 * 3600 - 1)));
        assert!(times(0, 13 * 3600 - 60).is_over(operator, at(13 * 3600)));
        assert!(times(100 * 24 * 3600, 100 * 24 * 3600).is_over(operator, at(0)));
    }

    #[test]
    fn words_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("Operator"), None);
    }
}
