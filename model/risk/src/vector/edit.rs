//! One change of a vector, as measures make them: `MAV:A`, `MC:L`, `MLP:N`.

use std::fmt;
use std::str::FromStr;

use super::Vector;
use super::error::{VectorError, quoted};
use super::parse::stranger;
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
        let known = text
            .split_once(':')
            .and_then(|(name, code)| Some((Metric::from_code(name)?, code)));
        known.map_or_else(|| Err(stranger(text, 0, 0)), |(metric, code)| Self::new(metric, code))
    }
}

impl Vector {
    /// The same vector with one metric changed.
    #[must_use]
    pub fn with(mut self, edit: Edit) -> Self {
        let text = edit.metric.code().bytes().chain([b':']).chain(edit.code.bytes());
        let mut place = [0; 5];
        place.iter_mut().zip(text).for_each(|(place, byte)| *place = byte);
        self.take(&place);
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
}
