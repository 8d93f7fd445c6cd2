//! The metrics of the base value (T3-15) and their weights.

use super::level::levels;

levels! {
    /// 攻撃元区分 AV: from where the attack is possible (T3-19).
    AttackVector {
        Network = b'N', "N", "ネットワーク", "network";
        Adjacent = b'A', "A", "隣接", "adjacent network";
        Local = b'L', "L", "ローカル", "local";
        Physical = b'P', "P", "物理", "physical";
    }
}

levels! {
    /// 攻撃条件の複雑さ AC: whether the attack needs conditions that others bring about (T3-20).
    AttackComplexity {
        Low = b'L', "L", "低", "low";
        High = b'H', "H", "高", "high";
    }
}

levels! {
    /// 攻撃に必要な特権レベル PR: which rights the attacker needs beforehand (T3-21).
    PrivilegesRequired {
        None = b'N', "N", "不要", "none";
        Low = b'L', "L", "低", "low";
        High = b'H', "H", "高", "high";
    }
}

levels! {
    /// ユーザ関与レベル UI: whether a user has to do something (T3-22).
    UserInteraction {
        None = b'N', "N", "不要", "none";
        Required = b'R', "R", "要", "required";
    }
}

levels! {
    /// スコープ S: whether the attack reaches beyond what shares its authentication (T3-23).
    Scope {
        Changed = b'C', "C", "変更あり", "changed";
        Unchanged = b'U', "U", "変更なし", "unchanged";
    }
}

levels! {
    /// 機密性・完全性・可用性への影響 C, I, A: how much of the information or service is hit (T3-18).
    Impact {
        High = b'H', "H", "高", "high";
        Low = b'L', "L", "低", "low";
        None = b'N', "N", "なし", "none";
    }
}

levels! {
    /// 生命・財産への影響 LP: whether life or property can be hurt (T3-16).
    LifeProperty {
        Yes = b'Y', "Y", "あり", "yes";
        No = b'N', "N", "なし", "no";
    }
}

levels! {
    /// 情報の重要度 II: whether the information is personal in the sense of the law (T3-17).
    InformationImportance {
        High = b'H', "H", "高", "high";
        None = b'N', "N", "なし", "none";
    }
}

impl AttackVector {
    /// The weight in hundredths (T3-19).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::Network => 85,
            Self::Adjacent => 62,
            Self::Local => 55,
            Self::Physical => 20,
        }
    }
}

impl AttackComplexity {
    /// The weight in hundredths (T3-20).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::Low => 77,
            Self::High => 44,
        }
    }
}

impl PrivilegesRequired {
    /// The weight in hundredths, which depends on the scope (T3-21).
    #[must_use]
    pub const fn hundredths(self, scope: Scope) -> u32 {
        match (self, scope) {
            (Self::None, _) => 85,
            (Self::Low, Scope::Unchanged) => 62,
            (Self::Low, Scope::Changed) => 68,
            (Self::High, Scope::Unchanged) => 27,
            (Self::High, Scope::Changed) => 50,
        }
    }
}

impl UserInteraction {
    /// The weight in hundredths (T3-22).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::None => 85,
            Self::Required => 62,
        }
    }
}

impl Impact {
    /// The weight in hundredths (T3-18).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::High => 56,
            Self::Low => 22,
            Self::None => 0,
        }
    }
}

impl LifeProperty {
    /// The factor in hundredths (T3-16).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::Yes => 150,
            Self::No => 100,
        }
    }
}

impl InformationImportance {
    /// The factor in hundredths (T3-17).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::High => 120,
            Self::None => 100,
        }
    }
}
