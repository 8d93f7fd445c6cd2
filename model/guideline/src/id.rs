//! Ids, and the macro that makes a table of the guideline a type.

use thiserror::Error;

use crate::text::Text;

/// How much of a wrong id an error repeats, in characters.
const LONGEST_GIVEN: usize = 60;

/// Why a text is not an id of a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is not {}: expected {expected}", noun.en)]
pub struct UnknownId {
    /// What was expected, with its table: "an entry point (T3-4)".
    pub noun: Text,
    /// What was given, cut to 60 characters.
    pub given: String,
    /// The ids that exist, or an example where they are many.
    pub expected: String,
}

impl UnknownId {
    pub(crate) fn new(noun: Text, given: &str, expected: String) -> Self {
        let given = given.chars().take(LONGEST_GIVEN).collect();
        Self { noun, given, expected }
    }
}

/// A table whose rows are known one by one. Each row reads
/// `number Variant "id" | "other spelling" : "見出し", "title"; "説明", "what it means";`
/// and the type gets `ALL` in the order of the guideline, `number`, `id`, `title`, `about`, `Display` and `FromStr` by
/// id, and the same for serde.
macro_rules! table {
    (
        $(#[$doc:meta])* $name:ident is $noun_ja:literal, $noun_en:literal;
        $($number:literal $variant:ident $id:literal $(| $alias:literal)* :
            $ja:literal, $en:literal; $about_ja:literal, $about_en:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $(#[doc = $ja] $variant,)+ }

        impl $name {
            /// Every row, in the order of the guideline.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number of the row in its table, from 1.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The stable id.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The short title.
            #[must_use]
            pub const fn title(self) -> $crate::Text {
                match self { $(Self::$variant => $crate::Text::new($ja, $en),)+ }
            }

            /// What the row means, in our own words.
            #[must_use]
            pub const fn about(self) -> $crate::Text {
                match self { $(Self::$variant => $crate::Text::new($about_ja, $about_en),)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.id())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownId;

            fn from_str(given: &str) -> Result<Self, Self::Err> {
                match given {
                    $($id $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownId::new(
                        $crate::Text::new($noun_ja, $noun_en),
                        given,
                        [$($id),+].join(", "),
                    )),
                }
            }
        }

        $crate::id::serde_by_id!($name);
    };
}

/// Serialisation as the id, for a type with `Display` and `FromStr`.
macro_rules! serde_by_id {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let given = <String as serde::Deserialize>::deserialize(deserializer)?;
                given.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use {serde_by_id, table};
