//! Properties of devices, by the short names of the ECHONET Lite machine readable appendix
//! (`openCloseOperation`, `degreeOfOpening`, …), and what is known of their values.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is not a property name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is not a property name: expected 1 to 64 letters and digits, beginning with a small letter")]
pub struct PropertyNameError {
    given: String,
}

/// A property's short name, camelCase, 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PropertyName(String);

impl PropertyName {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// When the text is empty, longer than 64 characters or not camelCase ASCII.
    pub fn new(given: impl Into<String>) -> Result<Self, PropertyNameError> {
        let given = given.into();
        let fits = given.len() <= 64
            && given.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && given.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits {
            Ok(Self(given))
        } else {
            Err(PropertyNameError {
                given: given.chars().take(80).collect(),
            })
        }
    }

    /// A name that the code itself spells.
    #[must_use]
    pub fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PropertyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PropertyName {
    type Error = PropertyNameError;

    fn try_from(given: String) -> Result<Self, PropertyNameError> {
        Self::new(given)
    }
}

impl From<PropertyName> for String {
    fn from(name: PropertyName) -> Self {
        name.0
    }
}

/// Why a value cannot travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PropertyValueError {
    /// A number that is none, or infinite.
    #[error("a number must be finite")]
    NotFinite,
    /// A text that is too long.
    #[error("a text of {bytes} bytes is too long; give at most 256")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

/// A property's value in the form of the ECHONET Lite Web API: JSON true/false, number or word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PropertyValue {
    /// `true` / `false`.
    Boolean(bool),
    /// A whole or decimal number in the unit of the property (°C, %, W …).
    Number(f64),
    /// A word of an enumeration (`fullyOpen`), or a text; at most 256 bytes.
    Word(String),
}

impl PropertyValue {
    /// The longest word or text, in bytes.
    pub const LONGEST_WORD: usize = 256;

    /// Whether the value may be stored and sent.
    ///
    /// # Errors
    /// When a number is not finite or a text is longer than 256 bytes.
    pub fn check(&self) -> Result<(), PropertyValueError> {
        match self {
            Self::Number(number) if !number.is_finite() => Err(PropertyValueError::NotFinite),
            Self::Word(word) if word.len() > Self::LONGEST_WORD => {
                Err(PropertyValueError::TooLong { bytes: word.len() })
            }
            Self::Boolean(_) | Self::Number(_) | Self::Word(_) => Ok(()),
        }
    }

    /// A word of an enumeration.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self::Word(word.to_owned())
    }

    /// The word, if it is one.
    #[must_use]
    pub fn as_word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Boolean(_) | Self::Number(_) => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Boolean(_) | Self::Word(_) => None,
        }
    }
}

impl fmt::Display for PropertyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Word(value) => f.write_str(value),
        }
    }
}

/// How the gateway came to know a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The device announced it by itself (INF, INFC).
    Announced,
    /// The gateway asked in its regular round.
    Polled,
    /// The gateway asked right after it had set something.
    ReadBack,
}

/// A value that was read, and when. Absence of a report is a fact of its own ("unknown since").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The value.
    pub value: PropertyValue,
    /// When the device said so, by the gateway's clock.
    pub at: Timestamp,
    /// How it became known.
    pub source: Source,
}

/// Short names that the services use. The class tables of `protocol/echonet-lite` hold all of them.
pub mod name {
    use super::PropertyName;

    macro_rules! known {
        ($($(#[$doc:meta])* $function:ident = $name:literal;)*) => {
            $($(#[$doc])* #[must_use] pub fn $function() -> PropertyName { PropertyName::known($name) })*
        };
    }

    known! {
        /// 0x80 of every class: `true` on, `false` off.
        operation_status = "operationStatus";
        /// 0x88 of every class: `true` while a fault is present.
        fault_status = "faultStatus";
        /// 0x89 of every class: what the fault is.
        fault_description = "faultDescription";
        /// B1 of detectors (0x0002, 0x0003, 0x0007, 0x0019): `true` while something is detected.
        detection = "detection";
        /// 0x0029 B1: `open`, `close`.
        open_close_detection = "openCloseDetection";
        /// 0x0029 E0: `close`, `open`, or how far it is open in steps 1 to 8.
        open_status = "openStatus";
        /// 0x026F E3: `true` while the door is open.
        door_opened = "doorOpened";
        /// 0x026F E5: `normal`, `breakOpen`, `doorOpen`, `manualUnlocked`, `tampered`.
        alarm_status = "alarmStatus";
        /// 0x0263 E0: `open`, `close`, `stop`.
        open_close_operation = "openCloseOperation";
        /// 0x0263 E1: 0 to 100 %.
        degree_of_opening = "degreeOfOpening";
        /// 0x0263 E8: whether the device lets itself be operated from afar; `true` permitted, `false` prohibited.
        remote_operation = "remoteOperation";
        /// 0x0263 EA: `fullyOpen`, `fullyClosed`, `opening`, `closing`, `stoppedHalfway`.
        open_close_status = "openCloseStatus";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_plain_json() {
        let value: PropertyValue = serde_json::from_str("21.5").unwrap();
        assert_eq!(value, PropertyValue::Number(21.5));
        assert_eq!(
            serde_json::to_string(&PropertyValue::word("fullyOpen")).unwrap(),
            "\"fullyOpen\""
        );
    }

    #[test]
    fn values_are_bounded() {
        assert_eq!(
            PropertyValue::Number(f64::NAN).check(),
            Err(PropertyValueError::NotFinite)
        );
        assert_eq!(PropertyValue::Word("x".repeat(256)).check(), Ok(()));
        let long = PropertyValue::Word("x".repeat(257)).check();
        assert_eq!(long, Err(PropertyValueError::TooLong { bytes: 257 }));
    }

    #[test]
    fn names_are_camel_case() {
        assert!(PropertyName::new("openCloseStatus").is_ok());
        for bad in ["", "Open", "open-close", "開", &"a".repeat(65)] {
            assert!(PropertyName::new(bad).is_err(), "{bad}");
        }
    }
}
