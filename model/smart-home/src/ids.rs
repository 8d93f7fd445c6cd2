//! Identifiers. One prefix a noun, so that an id in a log says what it names.
//!
//! An id is `prefix_` and 1 to 40 characters of `0-9a-z`. A fresh one is made from ten random bytes that the
//! caller brings: 16 characters of Crockford base 32 in lower case.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LONGEST_BODY: usize = 40;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is not a {noun} id: expected `{prefix}_` and 1 to 40 characters of 0-9 and a-z")]
pub struct IdError {
    /// The noun that was expected.
    pub noun: &'static str,
    /// The prefix that was expected.
    pub prefix: &'static str,
    /// What was given, cut to 60 characters.
    pub given: String,
}

fn body_from_random(random: [u8; 10]) -> String {
    let mut bits = 0_u32;
    let mut held = 0_u32;
    let mut text = String::with_capacity(16);
    for byte in random {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            let digit = usize::try_from((bits >> held) & 31).unwrap_or(0);
            text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
        }
        bits &= (1 << held) - 1;
    }
    text
}

fn parse(given: &str, noun: &'static str, prefix: &'static str) -> Result<String, IdError> {
    let body = given.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let fits = body.is_some_and(|body| {
        (1..=LONGEST_BODY).contains(&body.len())
            && body
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    });
    if fits {
        Ok(given.to_owned())
    } else {
        Err(IdError {
            noun,
            prefix,
            given: given.chars().take(60).collect(),
        })
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A fresh id from ten random bytes.
            #[must_use]
            pub fn from_random(random: [u8; 10]) -> Self {
                Self(format!("{}_{}", $prefix, body_from_random(random)))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(given: &str) -> Result<Self, IdError> {
                parse(given, $noun, $prefix).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(given: String) -> Result<Self, IdError> {
                given.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A home: one dwelling (住宅) that one gateway serves.
    HomeId, "home", "home"
);
id!(
    /// A home gateway (ホームゲートウェイ).
    GatewayId, "gateway", "gw"
);
id!(
    /// A device of a home (住設機器, センサー機器), given when the equipment list names it.
    DeviceId, "device", "dev"
);
id!(
    /// A person who lives in a home (利用者).
    ResidentId, "resident", "res"
);
id!(
    /// A person who runs the service (運用者).
    OperatorId, "operator", "op"
);
id!(
    /// A schedule that a resident set.
    ScheduleId, "schedule", "sch"
);
id!(
    /// One wish to change one property of one device.
    CommandId, "command", "cmd"
);
id!(
    /// A security company (防犯サービス事業者).
    CompanyId, "company", "comp"
);
id!(
    /// Somebody who works at a security company.
    StaffId, "staff", "staff"
);
id!(
    /// What a security company has to see to: one line of its board (案件).
    CaseId, "case", "case"
);
id!(
    /// The right of one paired phone to speak to the gateway inside the house (EP⑩).
    GrantId, "grant", "grant"
);
id!(
    /// An incident (事案): one cause for concern in one home, from its first alarm until somebody closes it. The gateway
    /// gives it.
    IncidentId, "incident", "inc"
);
id!(
    /// One alarm of one sensor (発報). The gateway gives it; end to end it is what tells a repeated message from a second
    /// alarm.
    AlarmId, "alarm", "alm"
);
id!(
    /// A zone of sensors that are guarded together (警戒ゾーン).
    ZoneId, "zone", "zone"
);
id!(
    /// One order of a resident to the guard of the house: to arm or to disarm.
    OrderId, "order", "ord"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_id_parses_back() {
        let id = HomeId::from_random([0xff; 10]);
        assert_eq!(id.as_str(), "home_zzzzzzzzzzzzzzzz");
        assert_eq!(id.as_str().parse::<HomeId>(), Ok(id));
    }

    #[test]
    fn an_id_of_another_noun_is_refused_by_name() {
        let refused = "gw_0123".parse::<HomeId>().unwrap_err();
        assert_eq!(refused.noun, "home");
        assert!(refused.to_string().contains("gw_0123"));
    }

    #[test]
    fn bodies_are_bounded_and_plain() {
        for bad in ["home_", "home_A", "home_a/b", "home", "", "home_é"] {
            assert!(bad.parse::<HomeId>().is_err(), "{bad}");
        }
        assert!(format!("home_{}", "a".repeat(40)).parse::<HomeId>().is_ok());
        assert!(format!("home_{}", "a".repeat(41)).parse::<HomeId>().is_err());
    }
}
