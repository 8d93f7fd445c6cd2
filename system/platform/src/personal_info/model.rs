//! What is personal. Pure.

use std::fmt;

use thiserror::Error;

/// What is personal about a home.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HomeInfo {
    /// How its residents call it, 1 to 60 characters.
    pub name: String,
    /// Postal address, at most 200 characters; may be empty.
    pub address: String,
}

/// What is personal about a resident or an operator.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PersonInfo {
    /// How the person is called, 1 to 60 characters.
    pub name: String,
    /// E-mail address, at most 254 characters; may be empty.
    pub email: String,
}

/// A text does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {why}")]
pub struct Unfit {
    /// Which field.
    pub field: &'static str,
    /// What would fit. Never the text itself.
    pub why: &'static str,
}

impl HomeInfo {
    /// As it is kept: without space around it.
    pub(super) fn checked(self) -> Result<Self, Unfit> {
        Ok(Self {
            name: text("name", &self.name, 1, 60, "needs 1 to 60 characters, all on one line")?,
            address: text(
                "address",
                &self.address,
                0,
                200,
                "takes at most 200 characters, all on one line",
            )?,
        })
    }
}

impl PersonInfo {
    /// As it is kept: without space around it.
    pub(super) fn checked(self) -> Result<Self, Unfit> {
        let why = "needs the form name@example.jp, at most 254 characters";
        let email = text("email", &self.email, 0, 254, why)?;
        let shaped = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !email.chars().any(char::is_whitespace)
        });
        if !email.is_empty() && !shaped {
            return Err(Unfit { field: "email", why });
        }
        Ok(Self {
            name: text("name", &self.name, 1, 60, "needs 1 to 60 characters, all on one line")?,
            email,
        })
    }
}

/// The form in which e-mail addresses are compared.
pub(super) fn comparable(email: &str) -> String {
    email.trim().to_lowercase()
}

fn text(field: &'static str, given: &str, least: usize, most: usize, why: &'static str) -> Result<String, Unfit> {
    let given = given.trim();
    let length = given.chars().take(most + 1).count();
    if (least..=most).contains(&length) && !given.chars().any(char::is_control) {
        Ok(given.to_owned())
    } else {
        Err(Unfit { field, why })
    }
}

// Personal information stays out of logs (SR3-SP-12): a debug print says only that there is some.
impl fmt::Debug for HomeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HomeInfo(…)")
    }
}

impl fmt::Debug for PersonInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonInfo(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, email: &str) -> PersonInfo {
        PersonInfo {
            name: name.to_owned(),
            email: email.to_owned(),
        }
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        let kept = person(" 灯 花子 ", " hanako@example.jp ").checked().unwrap();
        assert_eq!(
            (kept.name.as_str(), kept.email.as_str()),
            ("灯 花子", "hanako@example.jp")
        );
        assert!(person("灯", "").checked().is_ok());
        for bad in ["hanako", "@example.jp", "hanako@", "a b@example.jp", "a\n@b"] {
            assert_eq!(person("灯", bad).checked().unwrap_err().field, "email", "{bad}");
        }
        assert_eq!(person("", "").checked().unwrap_err().field, "name");
        assert_eq!(person(&"灯".repeat(61), "").checked().unwrap_err().field, "name");
    }

    #[test]
    fn nothing_personal_reaches_a_log() {
        let person = person("灯 花子", "hanako@example.jp");
        assert_eq!(format!("{person:?}"), "PersonInfo(…)");
        let error = self::person("灯", "hanako").checked().unwrap_err();
        assert!(!error.to_string().contains("hanako"));
    }
}
