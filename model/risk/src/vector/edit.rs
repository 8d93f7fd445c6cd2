//! One change of a vector, as measures make them: `MAV:A`, `MC:L`, `MLP:N`.

use std::fmt;
use std::str::FromStr;

use super::error::{VectorError, position_of, quoted};
use super::parse::pair;
use super::{Base, Modified, Requirements, Temporal, Vector};
use crate::metric::{Level, Metric};

/// A metric and the level it shall have. There is no edit with a level that the metric does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edit {
    metric: Metric,
    code: &'static str,
}

impl Edit {
    /// An edit of `metric` to the level with that letter.
    ///
    /// # Errors
    /// When the metric does not take that letter.
    pub fn new(metric: Metric, code: &str) -> Result<Self, VectorError> {
        let known = metric.letters().into_iter().find(|letter| *letter == code);
        known
            .map(|code| Self { metric, code })
            .ok_or_else(|| VectorError::Level {
                metric,
                position: 1,
                found: quoted(code),
            })
    }

    /// What it changes.
    #[must_use]
    pub const fn metric(self) -> Metric {
        self.metric
    }

    /// To which level: the letter.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.metric.code(), self.code)
    }
}

impl FromStr for Edit {
    type Err = VectorError;

    fn from_str(text: &str) -> Result<Self, VectorError> {
        let (metric, _) = pair(text, text, position_of(text, 0))?;
        let code = text.split_once(':').map_or("", |(_, code)| code);
        Self::new(metric, code)
    }
}

impl Vector {
    /// The same vector with one metric changed.
    #[must_use]
    pub fn with(mut self, edit: Edit) -> Self {
        if let Some(letter) = edit.code.bytes().next() {
            self.set(edit.metric, letter);
        }
        self
    }

    /// The letter of a metric, `X` where it is not defined.
    #[must_use]
    pub fn code(&self, metric: Metric) -> &'static str {
        fn of<L: Level>(level: Option<L>) -> &'static str {
            level.map_or("X", Level::code)
        }
        let Self {
            base,
            temporal,
            requirements,
            modified,
        } = self;
        match metric {
            Metric::AttackVector => base.attack_vector.code(),
            Metric::AttackComplexity => base.attack_complexity.code(),
            Metric::PrivilegesRequired => base.privileges_required.code(),
            Metric::UserInteraction => base.user_interaction.code(),
            Metric::Scope => base.scope.code(),
            Metric::Confidentiality => base.confidentiality.code(),
            Metric::Integrity => base.integrity.code(),
            Metric::Availability => base.availability.code(),
            Metric::LifeProperty => base.life_property.code(),
            Metric::InformationImportance => base.information_importance.code(),
            Metric::ExploitMaturity => of(temporal.exploit_maturity),
            Metric::RemediationLevel => of(temporal.remediation_level),
            Metric::ReportConfidence => of(temporal.report_confidence),
            Metric::ConfidentialityRequirement => of(requirements.confidentiality),
            Metric::IntegrityRequirement => of(requirements.integrity),
            Metric::AvailabilityRequirement => of(requirements.availability),
            Metric::ModifiedAttackVector => of(modified.attack_vector),
            Metric::ModifiedAttackComplexity => of(modified.attack_complexity),
            Metric::ModifiedPrivilegesRequired => of(modified.privileges_required),
            Metric::ModifiedUserInteraction => of(modified.user_interaction),
            Metric::ModifiedScope => of(modified.scope),
            Metric::ModifiedConfidentiality => of(modified.confidentiality),
            Metric::ModifiedIntegrity => of(modified.integrity),
            Metric::ModifiedAvailability => of(modified.availability),
            Metric::ModifiedLifeProperty => of(modified.life_property),
            Metric::ModifiedInformationImportance => of(modified.information_importance),
        }
    }

    /// Sets a metric by its letter; whether it takes that letter.
    #[inline]
    pub(super) fn set(&mut self, metric: Metric, letter: u8) -> bool {
        let Self {
            base,
            temporal,
            requirements,
            modified,
        } = self;
        if metric.is_base() {
            base.set(metric, letter)
        } else {
            temporal.set(metric, letter) || requirements.set(metric, letter) || modified.set(metric, letter)
        }
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

impl Base {
    #[inline]
    fn set(&mut self, metric: Metric, letter: u8) -> bool {
        match metric {
            Metric::AttackVector => put(&mut self.attack_vector, letter),
            Metric::AttackComplexity => put(&mut self.attack_complexity, letter),
            Metric::PrivilegesRequired => put(&mut self.privileges_required, letter),
            Metric::UserInteraction => put(&mut self.user_interaction, letter),
            Metric::Scope => put(&mut self.scope, letter),
            Metric::Confidentiality => put(&mut self.confidentiality, letter),
            Metric::Integrity => put(&mut self.integrity, letter),
            Metric::Availability => put(&mut self.availability, letter),
            Metric::LifeProperty => put(&mut self.life_property, letter),
            Metric::InformationImportance => put(&mut self.information_importance, letter),
            _ => false,
        }
    }
}

impl Temporal {
    #[inline]
    fn set(&mut self, metric: Metric, letter: u8) -> bool {
        match metric {
            Metric::ExploitMaturity => put_or_x(&mut self.exploit_maturity, letter),
            Metric::RemediationLevel => put_or_x(&mut self.remediation_level, letter),
            Metric::ReportConfidence => put_or_x(&mut self.report_confidence, letter),
            _ => false,
        }
    }
}

impl Requirements {
    #[inline]
    fn set(&mut self, metric: Metric, letter: u8) -> bool {
        match metric {
            Metric::ConfidentialityRequirement => put_or_x(&mut self.confidentiality, letter),
            Metric::IntegrityRequirement => put_or_x(&mut self.integrity, letter),
            Metric::AvailabilityRequirement => put_or_x(&mut self.availability, letter),
            _ => false,
        }
    }
}

impl Modified {
    #[inline]
    fn set(&mut self, metric: Metric, letter: u8) -> bool {
        match metric {
            Metric::ModifiedAttackVector => put_or_x(&mut self.attack_vector, letter),
            Metric::ModifiedAttackComplexity => put_or_x(&mut self.attack_complexity, letter),
            Metric::ModifiedPrivilegesRequired => put_or_x(&mut self.privileges_required, letter),
            Metric::ModifiedUserInteraction => put_or_x(&mut self.user_interaction, letter),
            Metric::ModifiedScope => put_or_x(&mut self.scope, letter),
            Metric::ModifiedConfidentiality => put_or_x(&mut self.confidentiality, letter),
            Metric::ModifiedIntegrity => put_or_x(&mut self.integrity, letter),
            Metric::ModifiedAvailability => put_or_x(&mut self.availability, letter),
            Metric::ModifiedLifeProperty => put_or_x(&mut self.life_property, letter),
            Metric::ModifiedInformationImportance => put_or_x(&mut self.information_importance, letter),
            _ => false,
        }
    }
}
