//! The names of the metrics, in the order of the canonical text.

use serde::{Serialize, Serializer};

use super::base::{
    AttackComplexity, AttackVector, Impact, InformationImportance, LifeProperty, PrivilegesRequired, Scope,
    UserInteraction,
};
use super::environmental::Requirement;
use super::level::Level;
use super::temporal::{ExploitMaturity, RemediationLevel, ReportConfidence};
use crate::Text;

/// What is assessed: a metric of T3-15, of T3-24, or one of the three that 3.5.2 takes over from CVSS v3.0. `Ord` is
/// the order of the canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table below gives each its title")]
pub enum Metric {
    AttackVector,
    AttackComplexity,
    PrivilegesRequired,
    UserInteraction,
    Scope,
    Confidentiality,
    Integrity,
    Availability,
    LifeProperty,
    InformationImportance,
    ExploitMaturity,
    RemediationLevel,
    ReportConfidence,
    ConfidentialityRequirement,
    IntegrityRequirement,
    AvailabilityRequirement,
    ModifiedAttackVector,
    ModifiedAttackComplexity,
    ModifiedPrivilegesRequired,
    ModifiedUserInteraction,
    ModifiedScope,
    ModifiedConfidentiality,
    ModifiedIntegrity,
    ModifiedAvailability,
    ModifiedLifeProperty,
    ModifiedInformationImportance,
}

impl Metric {
    /// Every metric, in the order of the canonical text.
    pub const ALL: [Self; 26] = [
        Self::AttackVector,
        Self::AttackComplexity,
        Self::PrivilegesRequired,
        Self::UserInteraction,
        Self::Scope,
        Self::Confidentiality,
        Self::Integrity,
        Self::Availability,
        Self::LifeProperty,
        Self::InformationImportance,
        Self::ExploitMaturity,
        Self::RemediationLevel,
        Self::ReportConfidence,
        Self::ConfidentialityRequirement,
        Self::IntegrityRequirement,
        Self::AvailabilityRequirement,
        Self::ModifiedAttackVector,
        Self::ModifiedAttackComplexity,
        Self::ModifiedPrivilegesRequired,
        Self::ModifiedUserInteraction,
        Self::ModifiedScope,
        Self::ModifiedConfidentiality,
        Self::ModifiedIntegrity,
        Self::ModifiedAvailability,
        Self::ModifiedLifeProperty,
        Self::ModifiedInformationImportance,
    ];

    /// The metrics of the base value (T3-15), which every vector has.
    pub const BASE: [Self; 10] = [
        Self::AttackVector,
        Self::AttackComplexity,
        Self::PrivilegesRequired,
        Self::UserInteraction,
        Self::Scope,
        Self::Confidentiality,
        Self::Integrity,
        Self::Availability,
        Self::LifeProperty,
        Self::InformationImportance,
    ];

    /// The abbreviation of the notation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// Where its levels and weights are defined: a table of the guideline, or CVSS v3.0.
    #[must_use]
    pub const fn table(self) -> &'static str {
        self.row().1
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> Text {
        let (_, _, ja, en) = self.row();
        Text::new(ja, en)
    }

    /// Whether a vector must have it; the others may be left out or be X.
    #[must_use]
    pub const fn is_base(self) -> bool {
        (self as u8) < 10
    }

    /// The metric with that abbreviation.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.code() == code)
    }

    /// The metric of the base that it re-assesses after measures.
    #[must_use]
    pub const fn modifies(self) -> Option<Self> {
        match self {
            Self::ModifiedAttackVector => Some(Self::AttackVector),
            Self::ModifiedAttackComplexity => Some(Self::AttackComplexity),
            Self::ModifiedPrivilegesRequired => Some(Self::PrivilegesRequired),
            Self::ModifiedUserInteraction => Some(Self::UserInteraction),
            Self::ModifiedScope => Some(Self::Scope),
            Self::ModifiedConfidentiality => Some(Self::Confidentiality),
            Self::ModifiedIntegrity => Some(Self::Integrity),
            Self::ModifiedAvailability => Some(Self::Availability),
            Self::ModifiedLifeProperty => Some(Self::LifeProperty),
            Self::ModifiedInformationImportance => Some(Self::InformationImportance),
            _ => None,
        }
    }

    /// What a level is called, by its letter.
    #[must_use]
    pub fn level_title(self, letter: &str) -> Option<Text> {
        self.levels()
            .into_iter()
            .find_map(|(code, title)| (code == letter).then_some(title))
    }

    /// The letters it takes, the worst first, with `X` at the end where it may be left out.
    #[must_use]
    pub fn letters(self) -> Vec<&'static str> {
        self.levels().into_iter().map(|(code, _)| code).collect()
    }

    fn levels(self) -> Vec<(&'static str, Text)> {
        fn of<L: Level>() -> Vec<(&'static str, Text)> {
            L::ALL.iter().map(|level| (level.code(), level.title())).collect()
        }
        let mut levels = match self.modifies().unwrap_or(self) {
            Self::AttackVector => of::<AttackVector>(),
            Self::AttackComplexity => of::<AttackComplexity>(),
            Self::PrivilegesRequired => of::<PrivilegesRequired>(),
            Self::UserInteraction => of::<UserInteraction>(),
            Self::Scope => of::<Scope>(),
            Self::LifeProperty => of::<LifeProperty>(),
            Self::InformationImportance => of::<InformationImportance>(),
            Self::ExploitMaturity => of::<ExploitMaturity>(),
            Self::RemediationLevel => of::<RemediationLevel>(),
            Self::ReportConfidence => of::<ReportConfidence>(),
            Self::ConfidentialityRequirement | Self::IntegrityRequirement | Self::AvailabilityRequirement => {
                of::<Requirement>()
            }
            _ => of::<Impact>(),
        };
        if !self.is_base() {
            levels.push(("X", Text::new("未評価", "not defined")));
        }
        levels
    }

    const fn row(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::AttackVector => ("AV", "T3-19", "攻撃元区分", "attack vector"),
            Self::AttackComplexity => ("AC", "T3-20", "攻撃条件の複雑さ", "attack complexity"),
            Self::PrivilegesRequired => ("PR", "T3-21", "攻撃に必要な特権レベル", "privileges required"),
            Self::UserInteraction => ("UI", "T3-22", "ユーザ関与レベル", "user interaction"),
            Self::Scope => ("S", "T3-23", "スコープ", "scope"),
            Self::Confidentiality => ("C", "T3-18", "機密性への影響", "impact on confidentiality"),
            Self::Integrity => ("I", "T3-18", "完全性への影響", "impact on integrity"),
            Self::Availability => ("A", "T3-18", "可用性への影響", "impact on availability"),
            Self::LifeProperty => ("LP", "T3-16", "生命・財産への影響", "impact on life and property"),
            Self::InformationImportance => ("II", "T3-17", "情報の重要度", "importance of the information"),
            Self::ExploitMaturity => ("E", "CVSS v3.0", "攻撃される可能性", "exploit code maturity"),
            Self::RemediationLevel => ("RL", "CVSS v3.0", "利用可能な対策のレベル", "remediation level"),
            Self::ReportConfidence => ("RC", "CVSS v3.0", "脆弱性情報の信頼性", "report confidence"),
            Self::ConfidentialityRequirement => ("CR", "T3-27", "機密性の要求度", "confidentiality requirement"),
            Self::IntegrityRequirement => ("IR", "T3-27", "完全性の要求度", "integrity requirement"),
            Self::AvailabilityRequirement => ("AR", "T3-27", "可用性の要求度", "availability requirement"),
            Self::ModifiedAttackVector => ("MAV", "T3-31", "緩和策後の攻撃元区分", "modified attack vector"),
            Self::ModifiedAttackComplexity => (
                "MAC",
                "T3-32",
                "緩和策後の攻撃条件の複雑さ",
                "modified attack complexity",
            ),
            Self::ModifiedPrivilegesRequired => (
                "MPR",
                "T3-33",
                "緩和策後の攻撃に必要な特権レベル",
                "modified privileges required",
            ),
            Self::ModifiedUserInteraction => (
                "MUI",
                "T3-34",
                "緩和策後のユーザ関与レベル",
                "modified user interaction",
            ),
            Self::ModifiedScope => ("MS", "T3-35", "緩和策後のスコープ", "modified scope"),
            Self::ModifiedConfidentiality => (
                "MC",
                "T3-28",
                "緩和策後の機密性への影響",
                "modified impact on confidentiality",
            ),
            Self::ModifiedIntegrity => (
                "MI",
                "T3-29",
                "緩和策後の完全性への影響",
                "modified impact on integrity",
            ),
            Self::ModifiedAvailability => (
                "MA",
                "T3-30",
                "緩和策後の可用性への影響",
                "modified impact on availability",
            ),
            Self::ModifiedLifeProperty => (
                "MLP",
                "T3-25",
                "緩和策後の生命・財産への影響",
                "modified impact on life and property",
            ),
            Self::ModifiedInformationImportance => (
                "MII",
                "T3-26",
                "緩和策後の情報の重要度",
                "modified importance of the information",
            ),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
