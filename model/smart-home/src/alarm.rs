//! Alarms, and the incidents they belong to (T2-5 steps 1 to 3).
//!
//! The gateway alone raises an alarm, and it alone says to which incident the alarm belongs: one incident for each
//! cause, which every later alarm of the house joins while it is open. Everybody behind the gateway (platform, security
//! company, resident) uses its ids, so that a message told twice is one alarm.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{AlarmId, DeviceId, IncidentId};

/// What threatens the house or the people in it.
///
/// The order is that of the work: what comes first is looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Hazard {
    /// It burns (火災).
    Fire,
    /// Somebody disarmed under threat and said so with the duress code (脅迫). Nobody in the house must notice.
    Duress,
    /// Somebody pressed the emergency button (非常通報).
    Emergency,
    /// A pane broke (ガラス破壊).
    GlassBreak,
    /// Somebody came in while the house was armed (侵入).
    Intrusion,
    /// A sensor or a lock is being forced, or somebody speaks in its name (破壊・いたずら).
    Tamper,
    /// A sensor of an armed zone has fallen silent: cut, jammed or out of power (無応答).
    Silence,
}

/// What is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stake {
    /// People's lives.
    Life,
    /// Property.
    Property,
    /// Nothing is known to be lost, but the house may be blind.
    Watch,
}

impl Hazard {
    /// Every hazard, the most urgent first.
    pub const ALL: [Self; 7] = [
        Self::Fire,
        Self::Duress,
        Self::Emergency,
        Self::GlassBreak,
        Self::Intrusion,
        Self::Tamper,
        Self::Silence,
    ];

    /// What is at stake.
    #[must_use]
    pub fn stake(self) -> Stake {
        match self {
            Self::Fire | Self::Duress | Self::Emergency => Stake::Life,
            Self::GlassBreak | Self::Intrusion => Stake::Property,
            Self::Tamper | Self::Silence => Stake::Watch,
        }
    }

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fire => "fire",
            Self::Duress => "duress",
            Self::Emergency => "emergency",
            Self::GlassBreak => "glassBreak",
            Self::Intrusion => "intrusion",
            Self::Tamper => "tamper",
            Self::Silence => "silence",
        }
    }

    /// The hazard of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hazard| hazard.word() == word)
    }
}

/// Whether the message of a device can be proved to be its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trust {
    /// Anybody on the house's network could have sent it: plain ECHONET Lite (EP⑧). It may raise an alarm; the ★★★
    /// service never actuates such a device.
    Unauthenticated,
    /// The device proved itself by a certificate of the house's own authority.
    Authenticated,
}

impl Trust {
    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Authenticated => "authenticated",
        }
    }

    /// The trust of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Unauthenticated, Self::Authenticated]
            .into_iter()
            .find(|trust| trust.word() == word)
    }
}

/// Why a text or some bytes are not a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a nonce has 32 bytes: 64 hexadecimal digits in lower case")]
pub struct NonceError;

/// N0: 32 random bytes that the gateway draws for one incident. Whoever signs for this incident signs this, so that a
/// signature of another day is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Nonce {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Nonce {
    type Error = NonceError;

    fn try_from(bytes: &[u8]) -> Result<Self, NonceError> {
        bytes.try_into().map(Self).map_err(|_| NonceError)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Nonce {
    type Err = NonceError;

    fn from_str(given: &str) -> Result<Self, NonceError> {
        let plain = given.len() == 64 && given.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !plain {
            return Err(NonceError);
        }
        let bytes: Vec<u8> = (0..given.len())
            .step_by(2)
            .filter_map(|at| given.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        Self::try_from(bytes.as_slice())
    }
}

impl TryFrom<String> for Nonce {
    type Error = NonceError;

    fn try_from(given: String) -> Result<Self, NonceError> {
        given.parse()
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        nonce.to_string()
    }
}

/// One alarm (発報), as the gateway raised it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    /// Its id. A second alarm with the same id is the same alarm told again.
    pub id: AlarmId,
    /// The incident it belongs to: the one it opened, or the one that was open.
    pub incident: IncidentId,
    /// N0 of that incident; the same in each of its alarms.
    pub nonce: Nonce,
    /// What threatens.
    pub hazard: Hazard,
    /// The device that noticed; `None` for a duress code, which somebody typed.
    pub device: Option<DeviceId>,
    /// Whether that device's message can be proved to be its own. A duress code was checked by the gateway itself and
    /// counts as authenticated.
    pub trust: Trust,
    /// When, by the gateway's clock.
    pub at: Timestamp,
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Closing {
    /// Somebody went there and dealt with it (対処済み).
    Resolved,
    /// There was nothing (誤報).
    FalseAlarm,
    /// It was a test that had been announced (試験).
    Test,
    /// Police, fire brigade or ambulance took over (引継ぎ).
    HandedOver,
}

impl Closing {
    /// Every way to end.
    pub const ALL: [Self; 4] = [Self::Resolved, Self::FalseAlarm, Self::Test, Self::HandedOver];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::FalseAlarm => "falseAlarm",
            Self::Test => "test",
            Self::HandedOver => "handedOver",
        }
    }

    /// The ending of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|closing| closing.word() == word)
    }
}

/// What a security company did in an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Did {
    /// Somebody sees to it (受理).
    Taken,
    /// A guard was sent (出動指示).
    GuardSent,
    /// The guard is under way (出動).
    GuardUnderWay,
    /// The guard is at the house (到着).
    GuardArrived,
    /// The guard has left the house (離脱).
    GuardLeft,
}

impl Did {
    /// Everything that can be done.
    pub const ALL: [Self; 5] = [
        Self::Taken,
        Self::GuardSent,
        Self::GuardUnderWay,
        Self::GuardArrived,
        Self::GuardLeft,
    ];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::GuardSent => "guardSent",
            Self::GuardUnderWay => "guardUnderWay",
            Self::GuardArrived => "guardArrived",
            Self::GuardLeft => "guardLeft",
        }
    }

    /// What was done, of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|did| did.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_are_those_of_json() {
        for hazard in Hazard::ALL {
            assert_eq!(Hazard::from_word(hazard.word()), Some(hazard));
            assert_eq!(serde_json::to_value(hazard).unwrap(), hazard.word());
        }
        for closing in Closing::ALL {
            assert_eq!(Closing::from_word(closing.word()), Some(closing));
            assert_eq!(serde_json::to_value(closing).unwrap(), closing.word());
        }
        for did in Did::ALL {
            assert_eq!(Did::from_word(did.word()), Some(did));
            assert_eq!(serde_json::to_value(did).unwrap(), did.word());
        }
        for trust in [Trust::Unauthenticated, Trust::Authenticated] {
            assert_eq!(Trust::from_word(trust.word()), Some(trust));
            assert_eq!(serde_json::to_value(trust).unwrap(), trust.word());
        }
    }

    #[test]
    fn lives_come_before_property_and_property_before_doubt() {
        let stakes: Vec<Stake> = Hazard::ALL.into_iter().map(Hazard::stake).collect();
        assert!(stakes.is_sorted());
        assert!(Hazard::ALL.is_sorted());
    }

    #[test]
    fn a_nonce_is_sixty_four_digits() {
        let nonce = Nonce::from([0xab; 32]);
        assert_eq!(nonce.to_string().parse(), Ok(nonce));
        assert_eq!(nonce.to_string(), "ab".repeat(32));
        for bad in ["", &"AB".repeat(32), &"ab".repeat(31), &"zz".repeat(32)] {
            assert!(bad.parse::<Nonce>().is_err(), "{bad}");
        }
        assert_eq!(Nonce::try_from([1_u8; 31].as_slice()), Err(NonceError));
    }
}
