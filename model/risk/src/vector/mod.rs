//! A vector: what was assessed of one threat. Its text is described in `docs/risk-notation.md`.

mod edit;
mod error;
mod parse;
mod write;

pub use edit::Edit;
pub use error::VectorError;
pub use parse::{LONGEST, Notation};

use crate::metric::{
    AttackComplexity, AttackVector, ExploitMaturity, Impact, InformationImportance, LifeProperty, PrivilegesRequired,
    RemediationLevel, ReportConfidence, Requirement, Scope, UserInteraction,
};

/// What was assessed of one threat: everything that its base value and its environmental value depend on (3.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Vector {
    /// The threat before measures (T3-15).
    pub base: Base,
    /// The present situation (CVSS v3.0); it counts in the environmental value.
    pub temporal: Temporal,
    /// What the system depends on (T3-27); it counts in the environmental value.
    pub requirements: Requirements,
    /// The threat after measures (T3-24), as far as it differs.
    pub modified: Modified,
}

/// The metrics of the base value (T3-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Base {
    /// 攻撃元区分 AV (T3-19).
    pub attack_vector: AttackVector,
    /// 攻撃条件の複雑さ AC (T3-20).
    pub attack_complexity: AttackComplexity,
    /// 攻撃に必要な特権レベル PR (T3-21).
    pub privileges_required: PrivilegesRequired,
    /// ユーザ関与レベル UI (T3-22).
    pub user_interaction: UserInteraction,
    /// スコープ S (T3-23).
    pub scope: Scope,
    /// 機密性への影響 C (T3-18).
    pub confidentiality: Impact,
    /// 完全性への影響 I (T3-18).
    pub integrity: Impact,
    /// 可用性への影響 A (T3-18).
    pub availability: Impact,
    /// 生命・財産への影響 LP (T3-16).
    pub life_property: LifeProperty,
    /// 情報の重要度 II (T3-17).
    pub information_importance: InformationImportance,
}

/// The present situation; `None` is X, not defined, and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Temporal {
    /// 攻撃される可能性 E.
    pub exploit_maturity: Option<ExploitMaturity>,
    /// 利用可能な対策のレベル RL.
    pub remediation_level: Option<RemediationLevel>,
    /// 脆弱性情報の信頼性 RC.
    pub report_confidence: Option<ReportConfidence>,
}

/// What the system depends on (T3-27); `None` is X and counts as medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Requirements {
    /// CR.
    pub confidentiality: Option<Requirement>,
    /// IR.
    pub integrity: Option<Requirement>,
    /// AR.
    pub availability: Option<Requirement>,
}

/// The threat after measures (T3-25, T3-26, T3-28 to T3-35); `None` is X: as in the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Modified {
    /// MAV (T3-31).
    pub attack_vector: Option<AttackVector>,
    /// MAC (T3-32).
    pub attack_complexity: Option<AttackComplexity>,
    /// MPR (T3-33).
    pub privileges_required: Option<PrivilegesRequired>,
    /// MUI (T3-34).
    pub user_interaction: Option<UserInteraction>,
    /// MS (T3-35).
    pub scope: Option<Scope>,
    /// MC (T3-28).
    pub confidentiality: Option<Impact>,
    /// MI (T3-29).
    pub integrity: Option<Impact>,
    /// MA (T3-30).
    pub availability: Option<Impact>,
    /// MLP (T3-25).
    pub life_property: Option<LifeProperty>,
    /// MII (T3-26).
    pub information_importance: Option<InformationImportance>,
}

impl Vector {
    /// A threat of which nothing but the base was assessed.
    #[must_use]
    pub fn new(base: Base) -> Self {
        Self {
            base,
            temporal: Temporal::default(),
            requirements: Requirements::default(),
            modified: Modified::default(),
        }
    }

    /// The metrics that hold after measures: the modified ones, and the base where nothing was modified.
    #[must_use]
    #[inline]
    pub fn after_measures(&self) -> Base {
        let (base, modified) = (&self.base, &self.modified);
        Base {
            attack_vector: modified.attack_vector.unwrap_or(base.attack_vector),
            attack_complexity: modified.attack_complexity.unwrap_or(base.attack_complexity),
            privileges_required: modified.privileges_required.unwrap_or(base.privileges_required),
            user_interaction: modified.user_interaction.unwrap_or(base.user_interaction),
            scope: modified.scope.unwrap_or(base.scope),
            confidentiality: modified.confidentiality.unwrap_or(base.confidentiality),
            integrity: modified.integrity.unwrap_or(base.integrity),
            availability: modified.availability.unwrap_or(base.availability),
            life_property: modified.life_property.unwrap_or(base.life_property),
            information_importance: modified.information_importance.unwrap_or(base.information_importance),
        }
    }
}
