//! Login names.

use std::fmt;

use thiserror::Error;

/// Why a text is not a login name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is not an e-mail address: expected something@somewhere, at most 254 characters")]
pub struct LoginError {
    given: String,
}

/// A login name: an e-mail address in the spelling that is compared.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Login(String);

impl Login {
    /// Checks and takes an e-mail address. Capitals do not count, and neither do spaces around it.
    ///
    /// # Errors
    /// When it is not of the form `something@somewhere` or longer than 254 bytes.
    pub fn new(given: &str) -> Result<Self, LoginError> {
        let text = given.trim().to_lowercase();
        let fits = text.len() <= 254
            && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
            && text.split_once('@').is_some_and(|(name, place)| {
                !name.is_empty() && !place.is_empty() && !place.contains('@') && !place.starts_with('.')
            });
        if fits {
            Ok(Self(text))
        } else {
            Err(LoginError {
                given: given.chars().take(60).collect(),
            })
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Addresses are personal: they do not get into logs by accident.
        f.write_str("Login(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_are_compared_without_capitals() {
        assert_eq!(
            Login::new(" Hanako@Example.com ").unwrap().as_str(),
            "hanako@example.com"
        );
        for bad in [
            "",
            "hanako",
            "@example.com",
            "a@",
            "a b@c",
            "a@b@c",
            "a@.b",
            &"a@".repeat(200),
        ] {
            assert!(Login::new(bad).is_err(), "{bad}");
        }
        assert_eq!(format!("{:?}", Login::new("a@b").unwrap()), "Login(…)");
    }
}
