//! The small words of statements: digests, moments and the gateway's code.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cbor::{CborError, Reader, Writer};

/// SHA-256 of the one spelling of a statement. Made by whoever knows the algorithm; compared here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// A statement with a gateway's signature, as bytes to be carried (`tomori/unlock/attested`). Hexadecimal in text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Attestation(pub Vec<u8>);

/// Milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
///
/// A [`Timestamp`] has nanoseconds, which a spelling would have to carry or lose; what is signed has exactly this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(u64);

/// The number that the gateway shows at the door: eight digits, new every half minute.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GatewayCode(String);

/// Why a text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the gateway's code has {} digits", GatewayCode::DIGITS)]
pub struct NotACode;

impl Digest {
    pub(super) fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, CborError> {
        from.fixed().map(Self)
    }
}

impl UnixMillis {
    /// The last one, near the end of the year 9999, where [`Timestamp`] ends too.
    pub const LAST: Self = Self(253_402_207_200_000);

    /// The whole millisecond that `at` is in; before 1970 it is 0.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(u64::try_from(at.as_millisecond()).unwrap_or(0)).min(Self::LAST)
    }

    /// The moment so many milliseconds after 1970, if there is one.
    #[must_use]
    pub fn from_millis(millis: u64) -> Option<Self> {
        (millis <= Self::LAST.0).then_some(Self(millis))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> u64 {
        self.0
    }

    /// The same moment as a timestamp.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        i64::try_from(self.0)
            .ok()
            .and_then(|millis| Timestamp::from_millisecond(millis).ok())
            .unwrap_or(Timestamp::MAX)
    }

    pub(super) fn write(self, to: &mut Writer) {
        to.unsigned(self.0);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, CborError> {
        let given = from.unsigned()?;
        Self::from_millis(given).ok_or(CborError::Length {
            given,
            least: 0,
            most: Self::LAST.0,
        })
    }
}

impl GatewayCode {
    /// How many digits it has.
    pub const DIGITS: usize = 8;
    const MODULUS: u64 = 100_000_000;

    /// The code that a number stands for: its last eight digits.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        Self(format!("{:08}", number % Self::MODULUS))
    }

    /// The eight digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people read it aloud: two groups of four.
    #[must_use]
    pub fn spoken(&self) -> String {
        let (first, second) = self.0.split_at_checked(4).unwrap_or((&self.0, ""));
        format!("{first} {second}")
    }
}

/// As people type it: spaces and hyphens between the digits are left out.
impl FromStr for GatewayCode {
    type Err = NotACode;

    fn from_str(given: &str) -> Result<Self, NotACode> {
        if given.len() > 40 {
            return Err(NotACode);
        }
        let digits: String = given
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .collect();
        if digits.len() == Self::DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(NotACode)
        }
    }
}

impl TryFrom<String> for GatewayCode {
    type Error = NotACode;

    fn try_from(given: String) -> Result<Self, NotACode> {
        given.parse()
    }
}

impl From<GatewayCode> for String {
    fn from(code: GatewayCode) -> Self {
        code.0
    }
}

impl fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Attestation {
    /// The longest, in bytes.
    pub const MOST: usize = 2048;
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = from_hexadecimal(&String::deserialize(deserializer)?, 32);
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected 64 hexadecimal digits"))
    }
}

impl fmt::Display for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attestation({} bytes)", self.0.len())
    }
}

impl Serialize for Attestation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Attestation {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = from_hexadecimal(&String::deserialize(deserializer)?, Self::MOST);
        bytes
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected hexadecimal digits, two a byte, at most 2,048 bytes"))
    }
}

pub(super) fn write_hexadecimal(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Bytes of digits in lower case.
fn from_hexadecimal(text: &str, most: usize) -> Option<Vec<u8>> {
    let plain = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if !text.len().is_multiple_of(2) || text.len() / 2 > most || !text.bytes().all(plain) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = GatewayCode::from_number(1_200_345_678);
        assert_eq!(code.as_str(), "00345678");
        assert_eq!(code.spoken(), "0034 5678");
        for typed in ["00345678", "0034 5678", " 0034-5678 "] {
            assert_eq!(typed.parse(), Ok(code.clone()));
        }
        for wrong in ["0034567", "003456789", "0034567a", "００３４５６７８", ""] {
            assert_eq!(wrong.parse::<GatewayCode>(), Err(NotACode), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_a_whole_millisecond_and_reads_back() {
        let at: Timestamp = "2026-11-26T03:04:05.678999Z".parse().unwrap();
        let moment = UnixMillis::of(at);
        assert_eq!(moment.to_string(), "2026-11-26T03:04:05.678Z");
        assert_eq!(UnixMillis::of(moment.timestamp()), moment);
        assert_eq!(UnixMillis::of(Timestamp::MIN).millis(), 0);
        assert_eq!(UnixMillis::of(Timestamp::MAX), UnixMillis::LAST);
        assert_eq!(UnixMillis::of(UnixMillis::LAST.timestamp()), UnixMillis::LAST);
        assert_eq!(UnixMillis::from_millis(UnixMillis::LAST.millis() + 1), None);
    }

    #[test]
    fn digests_are_hexadecimal_to_people() {
        let digest = Digest([0xab; 32]);
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(text, format!("\"{}\"", "ab".repeat(32)));
        assert_eq!(serde_json::from_str::<Digest>(&text).unwrap(), digest);
        assert!(serde_json::from_str::<Digest>("\"AB\"").is_err());
        assert!(serde_json::from_str::<Digest>("\"abab\"").is_err());
        let attested = Attestation(vec![0, 255]);
        assert_eq!(serde_json::to_string(&attested).unwrap(), "\"00ff\"");
        assert_eq!(serde_json::from_str::<Attestation>("\"00ff\"").unwrap(), attested);
        assert!(serde_json::from_str::<Attestation>("\"0\"").is_err());
    }
}
