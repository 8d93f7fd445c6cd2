//! What is said when a message does not keep the contract.

use thiserror::Error;

/// A message that does not keep the contract: which field, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {why}")]
pub struct ContractError {
    /// The path of the field, `equipment[3].endpoint.instance`.
    pub field: String,
    /// What is wrong, and what would fit.
    pub why: String,
    /// Whether it may be a word of a newer contract: an absent choice or an enum value that this side does not know.
    /// A receiver skips (and acknowledges) an event of this kind; everything else it refuses.
    pub newer: bool,
}

impl ContractError {
    /// A field that breaks the contract.
    pub fn new(field: impl Into<String>, why: impl ToString) -> Self {
        Self {
            field: field.into(),
            why: why.to_string(),
            newer: false,
        }
    }

    /// A choice that is absent, or that a newer contract has and this one does not.
    pub fn unknown(field: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            why: "absent, or of a newer contract".to_owned(),
            newer: true,
        }
    }

    /// The same, seen from the message around it.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Self {
            field: format!("{outer}.{}", self.field),
            ..self
        }
    }
}
