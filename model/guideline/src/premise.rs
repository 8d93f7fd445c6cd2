//! What the guideline's own calculations of the two sample services assume: the notes under T3-38, T3-40 and T3-41.
//!
//! The tables themselves were pictures and are not in the copy we work from; T3-39 has no notes in it.

use crate::id::table;
use crate::use_case::UseCase;

table! {
    /// An assumption of the sample calculations. The guideline does not number them; the order is that of first mention.
    Premise is "リスク計算の前提（表3-38～表3-41）", "a premise of T3-38 to T3-41";
    1 DevicesHoldNoPersonalInformation "devices-hold-no-personal-information": "機器は個人情報を持たない", "Devices hold no personal information";
        "シャッターのユースケースにもとづき、対応機器群は個人情報をためることも送ることもないとします。",
        "After the use case, the devices of the shutter service neither store nor send personal information.";
    2 ImpactLow "impact-low": "対策後のC・I・Aへの影響は「低」", "Impact on C, I and A is low after measures";
        "要件または要求事項を満たすことを前提に、機密性・完全性・可用性への緩和策後の影響を「低」とします。",
        "Provided that the requirements or secondary requirements are met, the impact on confidentiality, integrity and availability is low after measures.";
    3 LifeAndPropertySpared "life-and-property-spared": "対策後の生命・財産への影響は「なし」", "No effect on life and property after measures";
        "要件または要求事項を満たすことを前提に、生命・財産への緩和策後の影響を「なし」とします。",
        "Provided that the requirements or secondary requirements are met, life and property are not affected after measures.";
    4 InformationUnchanged "information-unchanged": "対策後も情報の重要度は変えない", "Importance of information stays after measures";
        "対策をしても守るべき資産はなくならないため、情報の重要度の値は対策前のままとします。",
        "Measures do not make the assets go away; the importance of information keeps the value it had before.";
}

/// One of the four tables of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Calculation {
    /// Its name: `T3-38`.
    pub table: &'static str,
    /// The service that it calculates.
    pub use_case: UseCase,
    /// Whether it is the one after measures.
    pub after_measures: bool,
    /// The notes that stand under it, in their order.
    pub premises: &'static [Premise],
}

/// The tables of results: each service before and after measures.
pub static CALCULATIONS: [Calculation; 4] = [
    Calculation {
        table: "T3-38",
        use_case: UseCase::Shutter,
        after_measures: false,
        premises: &[Premise::DevicesHoldNoPersonalInformation],
    },
    Calculation {
        table: "T3-39",
        use_case: UseCase::Dispatch,
        after_measures: false,
        premises: &[],
    },
    Calculation {
        table: "T3-40",
        use_case: UseCase::Shutter,
        after_measures: true,
        premises: &[
            Premise::DevicesHoldNoPersonalInformation,
            Premise::ImpactLow,
            Premise::LifeAndPropertySpared,
            Premise::InformationUnchanged,
        ],
    },
    Calculation {
        table: "T3-41",
        use_case: UseCase::Dispatch,
        after_measures: true,
        premises: &[
            Premise::ImpactLow,
            Premise::LifeAndPropertySpared,
            Premise::InformationUnchanged,
        ],
    },
];
