//! The terms of fig. 3-2 and fig. 3-3.

use serde::Serialize;

use crate::Text;

/// A term of the equations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// 調整前影響度.
    UnadjustedImpact,
    /// 影響度.
    Impact,
    /// 攻撃容易性.
    Exploitability,
    /// 基本値 before rounding.
    BaseBeforeRounding,
    /// 基本値.
    Base,
    /// 緩和策後調整前影響度.
    ModifiedUnadjustedImpact,
    /// 緩和策後影響度.
    ModifiedImpact,
    /// 緩和策後攻撃容易性.
    ModifiedExploitability,
    /// 緩和策後基本値 before rounding.
    ModifiedBaseBeforeRounding,
    /// 緩和策後基本値.
    ModifiedBase,
    /// 環境値 before rounding.
    EnvironmentalBeforeRounding,
    /// 環境値.
    Environmental,
}

impl Term {
    /// What it is called; the Japanese names are the guideline's.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Self::UnadjustedImpact => Text::new("調整前影響度", "impact before adjustment"),
            Self::Impact => Text::new("影響度", "impact"),
            Self::Exploitability => Text::new("攻撃容易性", "exploitability"),
            Self::BaseBeforeRounding => Text::new("基本値（切り上げ前）", "base value before rounding"),
            Self::Base => Text::new("基本値", "base value"),
            Self::ModifiedUnadjustedImpact => {
                Text::new("緩和策後調整前影響度", "impact before adjustment, after measures")
            }
            Self::ModifiedImpact => Text::new("緩和策後影響度", "impact after measures"),
            Self::ModifiedExploitability => Text::new("緩和策後攻撃容易性", "exploitability after measures"),
            Self::ModifiedBaseBeforeRounding => Text::new(
                "緩和策後基本値（切り上げ前）",
                "base value after measures, before rounding",
            ),
            Self::ModifiedBase => Text::new("緩和策後基本値", "base value after measures"),
            Self::EnvironmentalBeforeRounding => {
                Text::new("環境値（切り上げ前）", "environmental value before rounding")
            }
            Self::Environmental => Text::new("環境値", "environmental value"),
        }
    }
}
