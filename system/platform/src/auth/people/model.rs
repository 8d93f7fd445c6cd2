//! Who somebody is, what they may do, and for how long.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tomori_runtime::i18n::Lang;
use tomori_smart_home::{HomeId, OperatorId, ResidentId};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Person {
    /// Somebody who lives in one or more homes.
    Resident(ResidentId),
    /// Somebody who runs the service.
    Operator(OperatorId),
}

/// What a person is to the service. A person has one role; an operator who is also a resident has two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sees and moves the things of their own homes.
    Resident,
    /// Installs, adopts, invites and revokes. Sees no resident's doings.
    Operator,
}

/// How far a token for the API reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Looks only.
    Read,
    /// Looks, commands and edits schedules.
    Control,
}

/// How somebody proved who they are in this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The cookie of a session.
    Session {
        /// Public id of the session; for the list of sessions.
        id: String,
        /// What a form must send back (T3-10 EP① なりすまし): it shows that the form came from our own page.
        csrf: String,
    },
    /// A bearer token.
    Token {
        /// Public id of the token.
        id: String,
        /// How far it reaches.
        scope: Scope,
    },
}

/// The person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub person: Person,
    /// The homes they live in, in the order of their ids; none for an operator.
    pub homes: Vec<HomeId>,
    /// The language they chose, if they did.
    pub lang: Option<Lang>,
    /// How that is known.
    pub proof: Proof,
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

/// What an invitation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// The first operator of a new platform (SR2-SP-1: there is no password that everybody knows).
    FirstOperator,
    /// A new person chooses a password and enrols a second factor.
    Join,
    /// A person who lost password or phone chooses both anew; everything they had opened is closed.
    Recover,
}

impl Person {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Resident(id) => id.as_str(),
            Self::Operator(id) => id.as_str(),
        }
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Resident(_) => Role::Resident,
            Self::Operator(_) => Role::Operator,
        }
    }

    /// The person with an id, whichever noun it is of.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        id.parse()
            .map(Self::Resident)
            .or_else(|_| id.parse().map(Self::Operator))
            .ok()
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Role {
    /// How long a session of this role lives. A resident's phone stays signed in while it is used; an operator
    /// signs in every day.
    #[must_use]
    pub fn lifetime(self) -> Lifetime {
        match self {
            Self::Resident => Lifetime {
                idle: SignedDuration::from_hours(14 * 24),
                absolute: SignedDuration::from_hours(90 * 24),
            },
            Self::Operator => Lifetime {
                idle: SignedDuration::from_mins(30),
                absolute: SignedDuration::from_hours(12),
            },
        }
    }
}

impl SessionTimes {
    /// How seldom the last request is written down: once a minute is enough, and a write for each would not be.
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

    /// When it ends if nothing more comes.
    #[must_use]
    pub fn ends_at(self, lifetime: Lifetime) -> Timestamp {
        let idle = self.seen_at.checked_add(lifetime.idle).unwrap_or(Timestamp::MAX);
        let absolute = self.created_at.checked_add(lifetime.absolute).unwrap_or(Timestamp::MAX);
        idle.min(absolute)
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
            Self::FirstOperator => SignedDuration::from_hours(24),
            Self::Join => SignedDuration::from_hours(7 * 24),
            Self::Recover => SignedDuration::from_hours(1),
        }
    }

    /// The word in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FirstOperator => "firstOperator",
            Self::Join => "join",
            Self::Recover => "recover",
        }
    }

    /// The purpose of a word in the table.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::FirstOperator, Self::Join, Self::Recover]
            .into_iter()
            .find(|purpose| purpose.word() == word)
    }
}

impl Scope {
    /// The word in the table and the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Control => "control",
        }
    }

    /// The scope of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Read, Self::Control]
            .into_iter()
            .find(|scope| scope.word() == word)
    }
}

impl Viewer {
    /// The resident, if it is one.
    #[must_use]
    pub fn resident(&self) -> Option<&ResidentId> {
        match &self.person {
            Person::Resident(id) => Some(id),
            Person::Operator(_) => None,
        }
    }

    /// The operator, if it is one.
    #[must_use]
    pub fn operator(&self) -> Option<&OperatorId> {
        match &self.person {
            Person::Operator(id) => Some(id),
            Person::Resident(_) => None,
        }
    }

    /// Whether the viewer lives in the home. Everything of a home is asked through this one door (IDOR).
    #[must_use]
    pub fn lives_in(&self, home: &HomeId) -> bool {
        self.resident().is_some() && self.homes.contains(home)
    }

    /// Whether the viewer's proof reaches far enough to change something.
    #[must_use]
    pub fn may_control(&self) -> bool {
        match &self.proof {
            Proof::Session { .. } => true,
            Proof::Token { scope, .. } => *scope == Scope::Control,
        }
    }

    /// The session's form token; `None` for bearers of a token, which no browser sends by itself.
    #[must_use]
    pub fn csrf(&self) -> Option<&str> {
        match &self.proof {
            Proof::Session { csrf, .. } => Some(csrf),
            Proof::Token { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn sessions_end_when_idle_and_in_any_case() {
        let lifetime = Role::Operator.lifetime();
        let times = |created, seen| SessionTimes {
            created_at: at(created),
            seen_at: at(seen),
        };
        assert!(!times(0, 0).is_over(lifetime, at(29 * 60)));
        assert!(times(0, 0).is_over(lifetime, at(30 * 60)));
        let twelve_hours = 12 * 3600;
        assert!(!times(0, twelve_hours - 60).is_over(lifetime, at(twelve_hours - 1)));
        assert!(times(0, twelve_hours - 60).is_over(lifetime, at(twelve_hours)));
        assert_eq!(times(0, twelve_hours - 60).ends_at(lifetime), at(twelve_hours));
    }

    #[test]
    fn a_session_from_a_wrong_clocks_future_is_over() {
        let lifetime = Role::Resident.lifetime();
        let made_in_the_future = SessionTimes {
            created_at: at(100 * 24 * 3600),
            seen_at: at(100 * 24 * 3600),
        };
        assert!(made_in_the_future.is_over(lifetime, at(0)));
        let corrected_by_a_minute = SessionTimes {
            created_at: at(60),
            seen_at: at(60),
        };
        assert!(!corrected_by_a_minute.is_over(lifetime, at(0)));
    }

    #[test]
    fn an_operator_lives_nowhere_and_a_resident_at_home_only() {
        let home = HomeId::from_random([1; 10]);
        let viewer = |person| Viewer {
            person,
            homes: vec![home.clone()],
            lang: None,
            proof: Proof::Token {
                id: "tok_1".to_owned(),
                scope: Scope::Read,
            },
        };
        let resident = viewer(Person::Resident(ResidentId::from_random([1; 10])));
        let operator = viewer(Person::Operator(OperatorId::from_random([1; 10])));
        assert!(resident.lives_in(&home));
        assert!(!resident.lives_in(&HomeId::from_random([2; 10])));
        assert!(!operator.lives_in(&home));
        assert!(!resident.may_control());
    }

    #[test]
    fn a_person_is_known_by_the_noun_of_the_id() {
        assert_eq!(Person::from_id("op_0123").unwrap().role(), Role::Operator);
        assert_eq!(Person::from_id("res_0123").unwrap().role(), Role::Resident);
        assert_eq!(Person::from_id("home_0123"), None);
    }
}
