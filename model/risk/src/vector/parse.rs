//! Reading a vector.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::error::{VectorError, position_of, quoted};
use super::{Base, Vector};
use crate::metric::{
    AttackComplexity, AttackVector, Impact, InformationImportance, Level, LifeProperty, Metric, PrivilegesRequired,
    Scope, UserInteraction,
};

/// The longest text that is read, in bytes. The longest vector has 157.
pub const LONGEST: usize = 512;

/// In which notation a vector was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// `SH:1.0/…`, ours.
    SmartHome,
    /// `CVSS:3.0/…`; LP and II are N unless they are given.
    Cvss30,
    /// `CVSS:3.1/…`, which is scored by the equations of the guideline, those of v3.0.
    Cvss31,
}

impl Notation {
    const ALL: [(Self, &'static str); 3] = [
        (Self::SmartHome, "SH:1.0"),
        (Self::Cvss30, "CVSS:3.0"),
        (Self::Cvss31, "CVSS:3.1"),
    ];
}

/// What a vector holds before its metrics are read. Nothing of it is left: a metric of the base that is missing is an
/// error, but for LP and II in a CVSS string, which are N.
const BLANK: Base = Base {
    attack_vector: AttackVector::Network,
    attack_complexity: AttackComplexity::Low,
    privileges_required: PrivilegesRequired::None,
    user_interaction: UserInteraction::None,
    scope: Scope::Unchanged,
    confidentiality: Impact::None,
    integrity: Impact::None,
    availability: Impact::None,
    life_property: LifeProperty::No,
    information_importance: InformationImportance::None,
};

/// The ten metrics of the base, as bits.
const BASE: u32 = (1 << 10) - 1;
/// LP and II, the guideline's own factors.
const FACTORS: u32 = bit(Metric::LifeProperty) | bit(Metric::InformationImportance);

const fn bit(metric: Metric) -> u32 {
    1 << metric as u32
}

impl Vector {
    /// Reads a vector, and tells in which notation it was written.
    ///
    /// # Errors
    /// The first thing that is wrong, with its position.
    pub fn parse(text: &str) -> Result<(Self, Notation), VectorError> {
        if text.len() > LONGEST {
            return Err(VectorError::TooLong);
        }
        let known = Notation::ALL
            .into_iter()
            .find_map(|(notation, prefix)| Some((notation, text.strip_prefix(prefix)?)))
            .filter(|(_, rest)| rest.starts_with('/'));
        let Some((notation, rest)) = known else {
            let found = text.split('/').next().unwrap_or_default();
            return Err(VectorError::Prefix { found: quoted(found) });
        };
        let mut vector = Self::new(BLANK);
        let mut seen = 0_u32;
        let mut rest = vector.take_in_order(rest.as_bytes(), &mut seen);
        while let [_slash, here @ ..] = rest {
            let wrong = |seen| stranger(text, text.len() - here.len(), seen);
            let Some((metric, takes_it, tail)) = vector.take(here) else {
                return Err(wrong(seen));
            };
            let bit = bit(metric);
            if seen & bit != 0 || !takes_it || !matches!(tail, [] | [b'/', ..]) {
                return Err(wrong(seen));
            }
            seen |= bit;
            rest = tail;
        }
        let needed = match notation {
            Notation::SmartHome => BASE,
            Notation::Cvss30 | Notation::Cvss31 => BASE & !FACTORS,
        };
        if seen & needed == needed {
            return Ok((vector, notation));
        }
        let missing = needed & !seen;
        let metrics = Metric::BASE.into_iter().filter(|metric| missing & bit(*metric) != 0);
        Err(VectorError::Missing {
            metrics: metrics.collect(),
            position: position_of(text, text.len()),
        })
    }
}

/// Both ways to take a metric off a text, from one table in the order of the canonical text.
macro_rules! takes {
    ($($name:literal $metric:ident $put:ident($($field:ident).+);)+) => {
        impl Vector {
            /// Sets the metric that a text begins with: which one, whether it takes the letter, and what follows.
            pub(super) fn take<'a>(&mut self, text: &'a [u8]) -> Option<(Metric, bool, &'a [u8])> {
                $(if let Some([letter, rest @ ..]) = text.strip_prefix(concat!($name, ":").as_bytes()) {
                    return Some((Metric::$metric, $put(&mut self.$($field).+, *letter), rest));
                })+
                None
            }

            /// Sets the metrics of a text as far as they stand in the order of the canonical text, which they mostly
            /// do: nothing has to be looked up then. Returns what follows, from its slash.
            fn take_in_order<'a>(&mut self, mut text: &'a [u8], seen: &mut u32) -> &'a [u8] {
                $(if let Some([letter, rest @ ..]) = text.strip_prefix(concat!("/", $name, ":").as_bytes())
                    && matches!(rest, [] | [b'/', ..])
                    && $put(&mut self.$($field).+, *letter)
                {
                    *seen |= bit(Metric::$metric);
                    text = rest;
                })+
                text
            }
        }
    };
}

takes! {
    "AV" AttackVector put(base.attack_vector);
    "AC" AttackComplexity put(base.attack_complexity);
    "PR" PrivilegesRequired put(base.privileges_required);
    "UI" UserInteraction put(base.user_interaction);
    "S" Scope put(base.scope);
    "C" Confidentiality put(base.confidentiality);
    "I" Integrity put(base.integrity);
    "A" Availability put(base.availability);
    "LP" LifeProperty put(base.life_property);
    "II" InformationImportance put(base.information_importance);
    "E" ExploitMaturity put_or_x(temporal.exploit_maturity);
    "RL" RemediationLevel put_or_x(temporal.remediation_level);
    "RC" ReportConfidence put_or_x(temporal.report_confidence);
    "CR" ConfidentialityRequirement put_or_x(requirements.confidentiality);
    "IR" IntegrityRequirement put_or_x(requirements.integrity);
    "AR" AvailabilityRequirement put_or_x(requirements.availability);
    "MAV" ModifiedAttackVector put_or_x(modified.attack_vector);
    "MAC" ModifiedAttackComplexity put_or_x(modified.attack_complexity);
    "MPR" ModifiedPrivilegesRequired put_or_x(modified.privileges_required);
    "MUI" ModifiedUserInteraction put_or_x(modified.user_interaction);
    "MS" ModifiedScope put_or_x(modified.scope);
    "MC" ModifiedConfidentiality put_or_x(modified.confidentiality);
    "MI" ModifiedIntegrity put_or_x(modified.integrity);
    "MA" ModifiedAvailability put_or_x(modified.availability);
    "MLP" ModifiedLifeProperty put_or_x(modified.life_property);
    "MII" ModifiedInformationImportance put_or_x(modified.information_importance);
}

impl FromStr for Vector {
    type Err = VectorError;

    fn from_str(text: &str) -> Result<Self, VectorError> {
        Self::parse(text).map(|(vector, _)| vector)
    }
}

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is wrong with the part of a vector that begins at `offset`, after the metrics `seen`.
pub(super) fn stranger(text: &str, offset: usize, seen: u32) -> VectorError {
    let position = position_of(text, offset);
    let part = text.get(offset..).unwrap_or_default();
    let part = part.split('/').next().unwrap_or_default();
    let Some((name, level)) = part.split_once(':') else {
        let found = quoted(part);
        return VectorError::Malformed { position, found };
    };
    match Metric::from_code(name) {
        None => VectorError::Unknown {
            position,
            found: quoted(name),
        },
        Some(metric) if seen & bit(metric) != 0 => VectorError::Duplicate { metric, position },
        Some(metric) => VectorError::Level {
            metric,
            position,
            found: quoted(level),
        },
    }
}

#[inline]
fn put<L: Level>(field: &mut L, letter: u8) -> bool {
    L::from_letter(letter).map(|level| *field = level).is_some()
}

#[inline]
fn put_or_x<L: Level>(field: &mut Option<L>, letter: u8) -> bool {
    let level = L::from_letter(letter);
    *field = level;
    level.is_some() || letter == b'X'
}
