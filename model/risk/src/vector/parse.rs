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
            .find_map(|(notation, prefix)| Some((notation, text.strip_prefix(prefix)?)));
        let Some((notation, rest)) = known else {
            let found = text.split('/').next().unwrap_or_default();
            return Err(VectorError::Prefix { found: quoted(found) });
        };
        let mut vector = Self::new(BLANK);
        let wrong = |rest: &[u8], seen| stranger(text, text.len() - rest.len(), seen);
        let mut seen = 0_u32;
        let mut rest = rest.as_bytes();
        loop {
            let Some((metric, takes_it, tail)) = vector.take(rest) else {
                return Err(wrong(rest, seen));
            };
            let bit = bit(metric);
            if seen & bit != 0 || !takes_it {
                return Err(wrong(rest, seen));
            }
            seen |= bit;
            match tail {
                [] => break,
                [b'/', next @ ..] => rest = next,
                _ => return Err(wrong(rest, seen & !bit)),
            }
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

    /// Sets the metric that a text begins with: which one, whether it takes the letter, and what follows.
    #[inline(always)]
    pub(super) fn take<'a>(&mut self, text: &'a [u8]) -> Option<(Metric, bool, &'a [u8])> {
        let Self {
            base,
            temporal,
            requirements,
            modified,
        } = self;
        Some(match text {
            [b'A', b'V', b':', letter, rest @ ..] => {
                (Metric::AttackVector, put(&mut base.attack_vector, *letter), rest)
            }
            [b'A', b'C', b':', letter, rest @ ..] => (
                Metric::AttackComplexity,
                put(&mut base.attack_complexity, *letter),
                rest,
            ),
            [b'P', b'R', b':', letter, rest @ ..] => (
                Metric::PrivilegesRequired,
                put(&mut base.privileges_required, *letter),
                rest,
            ),
            [b'U', b'I', b':', letter, rest @ ..] => {
                (Metric::UserInteraction, put(&mut base.user_interaction, *letter), rest)
            }
            [b'S', b':', letter, rest @ ..] => (Metric::Scope, put(&mut base.scope, *letter), rest),
            [b'C', b':', letter, rest @ ..] => (Metric::Confidentiality, put(&mut base.confidentiality, *letter), rest),
            [b'I', b':', letter, rest @ ..] => (Metric::Integrity, put(&mut base.integrity, *letter), rest),
            [b'A', b':', letter, rest @ ..] => (Metric::Availability, put(&mut base.availability, *letter), rest),
            [b'L', b'P', b':', letter, rest @ ..] => {
                (Metric::LifeProperty, put(&mut base.life_property, *letter), rest)
            }
            [b'I', b'I', b':', letter, rest @ ..] => (
                Metric::InformationImportance,
                put(&mut base.information_importance, *letter),
                rest,
            ),
            [b'E', b':', letter, rest @ ..] => (
                Metric::ExploitMaturity,
                put_or_x(&mut temporal.exploit_maturity, *letter),
                rest,
            ),
            [b'R', b'L', b':', letter, rest @ ..] => (
                Metric::RemediationLevel,
                put_or_x(&mut temporal.remediation_level, *letter),
                rest,
            ),
            [b'R', b'C', b':', letter, rest @ ..] => (
                Metric::ReportConfidence,
                put_or_x(&mut temporal.report_confidence, *letter),
                rest,
            ),
            [b'C', b'R', b':', letter, rest @ ..] => (
                Metric::ConfidentialityRequirement,
                put_or_x(&mut requirements.confidentiality, *letter),
                rest,
            ),
            [b'I', b'R', b':', letter, rest @ ..] => (
                Metric::IntegrityRequirement,
                put_or_x(&mut requirements.integrity, *letter),
                rest,
            ),
            [b'A', b'R', b':', letter, rest @ ..] => (
                Metric::AvailabilityRequirement,
                put_or_x(&mut requirements.availability, *letter),
                rest,
            ),
            [b'M', b'A', b'V', b':', letter, rest @ ..] => (
                Metric::ModifiedAttackVector,
                put_or_x(&mut modified.attack_vector, *letter),
                rest,
            ),
            [b'M', b'A', b'C', b':', letter, rest @ ..] => (
                Metric::ModifiedAttackComplexity,
                put_or_x(&mut modified.attack_complexity, *letter),
                rest,
            ),
            [b'M', b'P', b'R', b':', letter, rest @ ..] => (
                Metric::ModifiedPrivilegesRequired,
                put_or_x(&mut modified.privileges_required, *letter),
                rest,
            ),
            [b'M', b'U', b'I', b':', letter, rest @ ..] => (
                Metric::ModifiedUserInteraction,
                put_or_x(&mut modified.user_interaction, *letter),
                rest,
            ),
            [b'M', b'S', b':', letter, rest @ ..] => {
                (Metric::ModifiedScope, put_or_x(&mut modified.scope, *letter), rest)
            }
            [b'M', b'C', b':', letter, rest @ ..] => (
                Metric::ModifiedConfidentiality,
                put_or_x(&mut modified.confidentiality, *letter),
                rest,
            ),
            [b'M', b'I', b':', letter, rest @ ..] => (
                Metric::ModifiedIntegrity,
                put_or_x(&mut modified.integrity, *letter),
                rest,
            ),
            [b'M', b'A', b':', letter, rest @ ..] => (
                Metric::ModifiedAvailability,
                put_or_x(&mut modified.availability, *letter),
                rest,
            ),
            [b'M', b'L', b'P', b':', letter, rest @ ..] => (
                Metric::ModifiedLifeProperty,
                put_or_x(&mut modified.life_property, *letter),
                rest,
            ),
            [b'M', b'I', b'I', b':', letter, rest @ ..] => (
                Metric::ModifiedInformationImportance,
                put_or_x(&mut modified.information_importance, *letter),
                rest,
            ),
            _ => return None,
        })
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
