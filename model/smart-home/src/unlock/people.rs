//! Who takes part: roles, and three people who are three.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::StaffId;

/// What somebody at the security company may do. One person can have several; one case needs three persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Goes to the house (対処員).
    Guard,
    /// Takes alarms and asks for the door to be opened (管制員).
    Operator,
    /// Approves what an operator asks for (管制責任者).
    Supervisor,
    /// Keeps the company's people and keys; opens no door.
    Administrator,
}

/// Guard, operator and supervisor of one case: three different people.
///
/// There is no other way to make one than [`Trio::new`], and the gateway drives a lock for a `Trio` only. So nobody
/// approves their own request, whatever roles they have and whatever an earlier check forgot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trio {
    guard: StaffId,
    operator: StaffId,
    supervisor: StaffId,
}

/// Two of the three are one person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0} takes two parts in this case; guard, operator and supervisor must be three people")]
pub struct NotThreePeople(pub StaffId);

impl Role {
    /// Every role, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Guard, Self::Operator, Self::Supervisor, Self::Administrator];

    /// The number that stands for it in a roster.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Guard => 1,
            Self::Operator => 2,
            Self::Supervisor => 3,
            Self::Administrator => 4,
        }
    }

    /// The role of a number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// Its name, as files and the API spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
        }
    }

    /// What people call it, in Japanese.
    #[must_use]
    pub fn ja(self) -> &'static str {
        match self {
            Self::Guard => "対処員",
            Self::Operator => "管制員",
            Self::Supervisor => "管制責任者",
            Self::Administrator => "会社の管理者",
        }
    }
}

impl Trio {
    /// Three people, if they are three.
    ///
    /// # Errors
    /// When two of them are one person.
    pub fn new(guard: StaffId, operator: StaffId, supervisor: StaffId) -> Result<Self, NotThreePeople> {
        if supervisor == operator || supervisor == guard {
            return Err(NotThreePeople(supervisor));
        }
        if operator == guard {
            return Err(NotThreePeople(operator));
        }
        Ok(Self {
            guard,
            operator,
            supervisor,
        })
    }

    /// Who stands at the door.
    #[must_use]
    pub fn guard(&self) -> &StaffId {
        &self.guard
    }

    /// Who asked.
    #[must_use]
    pub fn operator(&self) -> &StaffId {
        &self.operator
    }

    /// Who approved.
    #[must_use]
    pub fn supervisor(&self) -> &StaffId {
        &self.supervisor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_people_are_three() {
        let [a, b, c] = [1, 2, 3].map(|number| StaffId::from_random([number; 10]));
        assert!(Trio::new(a.clone(), b.clone(), c.clone()).is_ok());
        for (guard, operator, supervisor) in [(&a, &b, &b), (&a, &b, &a), (&a, &a, &b), (&a, &a, &a)] {
            assert!(Trio::new(guard.clone(), operator.clone(), supervisor.clone()).is_err());
        }
    }

    #[test]
    fn roles_have_numbers_of_their_own() {
        for role in Role::ALL {
            assert_eq!(Role::from_number(role.number()), Some(role));
        }
        assert_eq!(Role::from_number(0), None);
    }
}
