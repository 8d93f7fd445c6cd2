//! Reading a vector.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::error::{VectorError, position_of, quoted};
use super::{Base, Vector};
use crate::metric::{
    AttackComplexity, AttackVector, Impact, InformationImportance, LifeProperty, Metric, PrivilegesRequired, Scope,
    UserInteraction,
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
        (Self::SmartHome, "SH:1.0/"),
        (Self::Cvss30, "CVSS:3.0/"),
        (Self::Cvss31, "CVSS:3.1/"),
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
            .find_map(|(notation, prefix)| Some((notation, prefix, text.strip_prefix(prefix)?)));
        let Some((notation, prefix, rest)) = known else {
            let found = text.split('/').next().unwrap_or_default();
            return Err(VectorError::Prefix { found: quoted(found) });
        };
        let mut vector = Self::new(BLANK);
        let mut seen = 0_u32;
        let mut offset = prefix.len();
        for part in rest.split('/') {
            let (metric, letter) = pair(part, text, offset)?;
            let bit = 1_u32 << metric as u32;
            if seen & bit != 0 {
                let position = position_of(text, offset);
                return Err(VectorError::Duplicate { metric, position });
            }
            seen |= bit;
            if !vector.set(metric, letter) {
                return Err(level(metric, part, text, offset));
            }
            offset += part.len() + 1;
        }
        let needed = |metric: Metric| match metric {
            Metric::LifeProperty | Metric::InformationImportance => notation == Notation::SmartHome,
            _ => metric.is_base(),
        };
        let missing = |metric: &Metric| needed(*metric) && seen & (1 << *metric as u32) == 0;
        let metrics: Vec<Metric> = Metric::BASE.into_iter().filter(missing).collect();
        if metrics.is_empty() {
            Ok((vector, notation))
        } else {
            let position = position_of(text, text.len());
            Err(VectorError::Missing { metrics, position })
        }
    }
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

/// Reads `METRIC:LETTER`, which stands at `offset` of `text`.
pub(super) fn pair(part: &str, text: &str, offset: usize) -> Result<(Metric, u8), VectorError> {
    match part.as_bytes() {
        [b'A', b'V', b':', letter] => Ok((Metric::AttackVector, *letter)),
        [b'A', b'C', b':', letter] => Ok((Metric::AttackComplexity, *letter)),
        [b'P', b'R', b':', letter] => Ok((Metric::PrivilegesRequired, *letter)),
        [b'U', b'I', b':', letter] => Ok((Metric::UserInteraction, *letter)),
        [b'S', b':', letter] => Ok((Metric::Scope, *letter)),
        [b'C', b':', letter] => Ok((Metric::Confidentiality, *letter)),
        [b'I', b':', letter] => Ok((Metric::Integrity, *letter)),
        [b'A', b':', letter] => Ok((Metric::Availability, *letter)),
        [b'L', b'P', b':', letter] => Ok((Metric::LifeProperty, *letter)),
        [b'I', b'I', b':', letter] => Ok((Metric::InformationImportance, *letter)),
        [b'E', b':', letter] => Ok((Metric::ExploitMaturity, *letter)),
        [b'R', b'L', b':', letter] => Ok((Metric::RemediationLevel, *letter)),
        [b'R', b'C', b':', letter] => Ok((Metric::ReportConfidence, *letter)),
        [b'C', b'R', b':', letter] => Ok((Metric::ConfidentialityRequirement, *letter)),
        [b'I', b'R', b':', letter] => Ok((Metric::IntegrityRequirement, *letter)),
        [b'A', b'R', b':', letter] => Ok((Metric::AvailabilityRequirement, *letter)),
        [b'M', b'A', b'V', b':', letter] => Ok((Metric::ModifiedAttackVector, *letter)),
        [b'M', b'A', b'C', b':', letter] => Ok((Metric::ModifiedAttackComplexity, *letter)),
        [b'M', b'P', b'R', b':', letter] => Ok((Metric::ModifiedPrivilegesRequired, *letter)),
        [b'M', b'U', b'I', b':', letter] => Ok((Metric::ModifiedUserInteraction, *letter)),
        [b'M', b'S', b':', letter] => Ok((Metric::ModifiedScope, *letter)),
        [b'M', b'C', b':', letter] => Ok((Metric::ModifiedConfidentiality, *letter)),
        [b'M', b'I', b':', letter] => Ok((Metric::ModifiedIntegrity, *letter)),
        [b'M', b'A', b':', letter] => Ok((Metric::ModifiedAvailability, *letter)),
        [b'M', b'L', b'P', b':', letter] => Ok((Metric::ModifiedLifeProperty, *letter)),
        [b'M', b'I', b'I', b':', letter] => Ok((Metric::ModifiedInformationImportance, *letter)),
        _ => Err(stranger(part, text, offset)),
    }
}

/// What is wrong with a part that is no metric with one letter.
fn stranger(part: &str, text: &str, offset: usize) -> VectorError {
    let position = position_of(text, offset);
    match part.split_once(':') {
        None => VectorError::Malformed {
            position,
            found: quoted(part),
        },
        Some((name, _)) => match Metric::from_code(name) {
            None => VectorError::Unknown {
                position,
                found: quoted(name),
            },
            Some(metric) => level(metric, part, text, offset),
        },
    }
}

fn level(metric: Metric, part: &str, text: &str, offset: usize) -> VectorError {
    VectorError::Level {
        metric,
        position: position_of(text, offset),
        found: quoted(part.split_once(':').map_or("", |(_, found)| found)),
    }
}
