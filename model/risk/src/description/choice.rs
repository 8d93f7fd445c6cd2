//! Words to choose from: the guideline's tables, and a few of our own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use tomori_guideline::{
    Actor, AssetKind, EntryPoint, Interface, NonCyberThreat, Place, ServiceLevel, SystemBox, Target, Threat,
};

use crate::Severity;

/// A word out of a table.
pub trait Wordy: Copy + 'static {
    /// How the schema calls the table.
    const NAME: &'static str;

    /// Every row.
    fn all() -> &'static [Self];

    /// How a file names the row.
    fn word(self) -> &'static str;
}

/// A row of a table, named in a file by its id. An unknown word is refused with those that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word<T>(pub T);

impl<T: Wordy> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Wordy> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = String::deserialize(deserializer)?;
        let found = T::all().iter().find(|row| row.word() == given);
        found.map(|row| Self(*row)).ok_or_else(|| {
            let words: Vec<String> = T::all().iter().map(|row| format!("`{}`", row.word())).collect();
            // The form of serde's own message for a word that an `enum` does not have.
            de::Error::custom(format!(
                "unknown variant `{given}`, expected one of {}",
                words.join(", ")
            ))
        })
    }
}

impl<T: Wordy> JsonSchema for Word<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::all().iter().map(|row| row.word()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

/// Tables of the guideline, which bring their ids.
macro_rules! guideline_words {
    ($($table:ident),+) => {
        $(impl Wordy for $table {
            const NAME: &'static str = stringify!($table);

            fn all() -> &'static [Self] {
                Self::ALL
            }

            fn word(self) -> &'static str {
                self.id()
            }
        })+
    };
}

guideline_words!(
    Actor,
    AssetKind,
    EntryPoint,
    Interface,
    NonCyberThreat,
    Place,
    ServiceLevel,
    SystemBox,
    Target,
    Threat
);

impl Wordy for Severity {
    const NAME: &'static str = "Severity";

    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn word(self) -> &'static str {
        self.code()
    }
}

/// From where a component can be reached before any measure (T3-19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// From the internet.
    Internet,
    /// From the network it stands in.
    AdjacentNetwork,
    /// By somebody who is logged in, or at its console.
    Local,
    /// By touching it.
    Physical,
}

/// What a link runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// The internet.
    Internet,
    /// The network of the house.
    House,
    /// The network of one operator's servers.
    Internal,
    /// A line of its own, or no network at all (a cable from box to box).
    Dedicated,
}

/// What an effect harms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Harm {
    /// People.
    Life,
    /// What they own.
    Property,
}

/// What identifies or describes a living person (T3-17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalItem {
    /// Names.
    Name,
    /// Addresses of homes.
    Address,
    /// Telephone numbers and e-mail addresses.
    Contact,
    /// Dates of birth.
    BirthDate,
    /// Codes given to one person by a service or document.
    AssignedCode,
    /// Marks of the body turned into a code: face, fingerprint, voice.
    BodilyMark,
    /// Pictures and sound of people.
    Picture,
    /// When people are at home and how they live.
    DailyLife,
    /// Health.
    Health,
}
