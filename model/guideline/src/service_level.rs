//! The levels of T2-2 and how a service comes to one (2.2).

use crate::id::table;

table! {
    /// A level of the certification programme (T2-2).
    ServiceLevel is "サーティフィケーションレベル（表2-2）", "a level (T2-2)";
    1 One "★" | "1": "インターネットにつながる製品・サービス", "Products and services on the internet";
        "IoT分野に共通する11の要件を満たします。",
        "Meets the eleven requirements that all of IoT shares.";
    2 Two "★★" | "2": "快適さや利便性に関わる製品・サービス", "Products and services for comfort and convenience";
        "★に加えて、快適さや利便性のための機能が必要とする対策を行います。",
        "Beyond ★, takes the measures that functions for comfort and convenience need.";
    3 Three "★★★" | "3": "生命・財産に関わる製品・サービス", "Products and services that concern life and property";
        "★★に加えて、生命・財産に影響する資産を守るための対策を行います。",
        "Beyond ★★, takes the measures that protect assets on which life and property depend.";
}

impl ServiceLevel {
    /// The level of a service of the smart-home field, as 2.2 has it decided after the risk analysis: ★★★ when life or
    /// property is affected, otherwise ★★. Personal information alone leaves a service at ★★ (2.4.1); nothing in this
    /// field is less than ★★, because ★ is what both build on.
    #[must_use]
    pub const fn of_service(affects_life_or_property: bool) -> Self {
        if affects_life_or_property {
            Self::Three
        } else {
            Self::Two
        }
    }

    /// Whether a service of this level has to meet what `other` asks for: each level includes those below it.
    #[must_use]
    pub const fn includes(self, other: Self) -> bool {
        self.number() >= other.number()
    }
}
