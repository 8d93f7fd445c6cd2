//! The three metrics of the present situation, which 3.5.2 (2) takes over from CVSS v3.0.

use super::level::levels;

levels! {
    /// 攻撃される可能性 E (CVSS v3.0, 2.2.1).
    ExploitMaturity {
        High = b'H', "H", "容易に攻撃可能", "high";
        Functional = b'F', "F", "攻撃可能", "functional";
        ProofOfConcept = b'P', "P", "実証可能", "proof of concept";
        Unproven = b'U', "U", "未実証", "unproven";
    }
}

levels! {
    /// 利用可能な対策のレベル RL (CVSS v3.0, 2.2.2).
    RemediationLevel {
        Unavailable = b'U', "U", "なし", "unavailable";
        Workaround = b'W', "W", "非公式", "workaround";
        TemporaryFix = b'T', "T", "暫定", "temporary fix";
        OfficialFix = b'O', "O", "正式", "official fix";
    }
}

levels! {
    /// 脆弱性情報の信頼性 RC (CVSS v3.0, 2.2.3).
    ReportConfidence {
        Confirmed = b'C', "C", "確認済", "confirmed";
        Reasonable = b'R', "R", "未確証", "reasonable";
        Unknown = b'U', "U", "未確認", "unknown";
    }
}

impl ExploitMaturity {
    /// The factor in hundredths (CVSS v3.0, 8.4).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::High => 100,
            Self::Functional => 97,
            Self::ProofOfConcept => 94,
            Self::Unproven => 91,
        }
    }
}

impl RemediationLevel {
    /// The factor in hundredths (CVSS v3.0, 8.4).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::Unavailable => 100,
            Self::Workaround => 97,
            Self::TemporaryFix => 96,
            Self::OfficialFix => 95,
        }
    }
}

impl ReportConfidence {
    /// The factor in hundredths (CVSS v3.0, 8.4).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::Confirmed => 100,
            Self::Reasonable => 96,
            Self::Unknown => 92,
        }
    }
}
