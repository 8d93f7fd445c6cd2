//! Where the environmental equations reward what is worse.
//!
//! 3.5.2 (2) keeps a property of CVSS v3.0: with the scope changed, the impact has its top where 緩和策後調整前影響度 is
//! about 0.895 (48.75 × (x − 0.02)^14 = 7.52) and falls from there to 0.915. And where only one low impact of low
//! requirement is left (x = 0.11), a changed scope counts for less than an unchanged one.

use serde::Serialize;

use crate::Text;
use crate::metric::Metric;
use crate::score::{Uncapped, score};
use crate::vector::{Edit, Vector};

/// A milder level with which the environmental value would be higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reversal {
    /// The metric.
    pub metric: Metric,
    /// The letter of its level now; that of the base where it is X.
    pub level: &'static str,
    /// The letter of the milder level.
    pub milder: &'static str,
    /// The uncapped environmental value now.
    pub uncapped: Uncapped,
    /// The uncapped environmental value with the milder level.
    pub uncapped_with_milder: Uncapped,
    /// Why.
    pub why: Why,
}

/// Why a milder level counts for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Scope changed, and the impact past its top.
    PastTheTop,
    /// The scope of a very small impact.
    SmallImpact,
}

impl Why {
    /// The reason, for people.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::PastTheTop => Text::new(
                "スコープ変更ありの影響度の式は、緩和策後調整前影響度が約 0.895 を超えると小さくなります",
                "with the scope changed, the impact falls where the impact before adjustment exceeds about 0.895",
            ),
            Self::SmallImpact => Text::new(
                "緩和策後調整前影響度が 0.11 のときは、スコープ変更ありの影響度が変更なしより小さくなります",
                "where the impact before adjustment is 0.11, a changed scope counts for less than an unchanged one",
            ),
        }
    }
}

/// Every milder level that would raise the environmental value of the vector.
pub(super) fn of(vector: &Vector) -> Vec<Reversal> {
    let uncapped = score(vector).environmental.uncapped;
    let mut found = Vec::new();
    for metric in Metric::ALL.into_iter().filter(|metric| !metric.is_base()) {
        let level = match (vector.code(metric), metric.modifies()) {
            ("X", Some(base)) => vector.code(base),
            // An undefined requirement counts as medium; E, RL and RC are worst when undefined.
            ("X", None) if metric.letters().contains(&"M") => "M",
            ("X", None) => continue,
            (code, _) => code,
        };
        let letters = metric.letters().into_iter().filter(|letter| *letter != "X");
        for milder in letters.skip_while(|letter| *letter != level).skip(1) {
            let Ok(edit) = Edit::new(metric, milder) else { continue };
            let uncapped_with_milder = score(&vector.with(edit)).environmental.uncapped;
            if uncapped_with_milder > uncapped {
                found.push(Reversal {
                    metric,
                    level,
                    milder,
                    uncapped,
                    uncapped_with_milder,
                    why: if metric == Metric::ModifiedScope {
                        Why::SmallImpact
                    } else {
                        Why::PastTheTop
                    },
                });
            }
        }
    }
    found
}
