//! The security requirements of a system (T3-27). The modified metrics take the levels of their base metrics
//! (T3-25, T3-26, T3-28 to T3-35).

use super::level::levels;

levels! {
    /// セキュリティ要求度 CR, IR, AR: how much this system depends on confidentiality, integrity, availability (T3-27).
    Requirement {
        High = b'H', "H", "高", "high";
        Medium = b'M', "M", "中", "medium";
        Low = b'L', "L", "低", "low";
    }
}

impl Requirement {
    /// The factor in hundredths (T3-27).
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        match self {
            Self::High => 150,
            Self::Medium => 100,
            Self::Low => 50,
        }
    }
}
