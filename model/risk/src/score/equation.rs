//! The equations of fig. 3-2 and fig. 3-3, as the guideline prints them.

use super::decimal::Decimal;
use crate::metric::Scope;

/// 調整前影響度 = 1 − (1 − C) × (1 − I) × (1 − A), where after measures each of C, I, A is MC × CR, MI × IR, MA × AR.
pub(crate) fn unadjusted_impact(confidentiality: &Decimal, integrity: &Decimal, availability: &Decimal) -> Decimal {
    let one = Decimal::new(1, 0);
    let kept = &(&(&one - confidentiality) * &(&one - integrity)) * &(&one - availability);
    &one - &kept
}

/// The most that 緩和策後調整前影響度 can be: 0.915.
pub(crate) fn most_unadjusted_impact() -> Decimal {
    Decimal::new(915, 3)
}

/// 影響度 before LP and II:
/// 6.42 × x, or with the scope changed 7.52 × (x − 0.029) − 3.25 × (x − 0.02)^15.
pub(crate) fn impact(scope: Scope, unadjusted: &Decimal) -> Decimal {
    match scope {
        Scope::Unchanged => &Decimal::new(642, 2) * unadjusted,
        Scope::Changed => {
            let line = &Decimal::new(752, 2) * &(unadjusted - &Decimal::new(29, 3));
            let curve = &Decimal::new(325, 2) * &(unadjusted - &Decimal::new(2, 2)).pow(15);
            &line - &curve
        }
    }
}

/// 攻撃容易性 = 8.22 × AV × AC × PR × UI.
pub(crate) fn exploitability(weights: [u32; 4]) -> Decimal {
    let weights = weights.into_iter().map(Decimal::hundredths);
    weights.fold(Decimal::new(822, 2), |product, weight| &product * &weight)
}

/// What the sum of impact and exploitability is multiplied by: 1, or with the scope changed 1.08.
pub(crate) fn breadth(scope: Scope) -> Decimal {
    match scope {
        Scope::Unchanged => Decimal::new(1, 0),
        Scope::Changed => Decimal::new(108, 2),
    }
}
