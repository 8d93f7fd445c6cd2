//! The nouns of a service: who, what, where, and what connects them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tomori_guideline::{Actor as Who, AssetKind, EntryPoint, Interface, SystemBox};

use super::{Exposure, Harm, Network, PersonalItem, Word, Words};

/// Somebody who connects or uses things (T3-7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Stable id.
    pub id: String,
    /// What people call them.
    pub name: Words,
    /// Their row in T3-7.
    pub who: Word<Who>,
    /// The components they touch.
    #[serde(default)]
    pub uses: Vec<String>,
}

/// Information that is held or carried (T3-2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// Its kind in T3-2, which says whether it is a primary or a secondary asset.
    pub kind: Word<AssetKind>,
    /// What in it identifies or describes a living person (T3-17); empty when nothing does.
    #[serde(default)]
    pub personal: Vec<PersonalItem>,
}

/// Something that can happen to life or property when a component is misused (T3-16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Stable id.
    pub id: String,
    /// What happens, in a few words.
    pub name: Words,
    /// What is harmed.
    pub harms: Vec<Harm>,
    /// The components whose misuse or silence has this effect. Whatever commands or informs them can cause it too.
    pub through: Vec<String>,
}

/// One box of the system model, placed on an entry point (T2-3, T3-4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// The entry point where it is attacked. Needed unless it is a part of something that has one.
    pub entry_point: Option<Word<EntryPoint>>,
    /// Its box in T2-3, if it is one of them.
    #[serde(rename = "box")]
    pub system_box: Option<Word<SystemBox>>,
    /// The component it is a part of; its entry point, exposure and authentication are taken from there unless said
    /// here.
    pub part_of: Option<String>,
    /// The data it holds.
    #[serde(default)]
    pub holds: Vec<String>,
    /// What it can be reached by (T3-6).
    #[serde(default)]
    pub interfaces: Vec<Word<Interface>>,
    /// From where it can be reached before any measure (T3-19).
    pub exposure: Option<Exposure>,
    /// Whether a storage device can be plugged in (USB and the like).
    #[serde(default)]
    pub storage_port: bool,
    /// The name of the circle that shares one authentication (T3-23); its own id when absent.
    pub authentication: Option<String>,
}

/// A line between two components.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Stable id.
    pub id: String,
    /// What people call it; made of its ends when absent.
    pub name: Option<Words>,
    /// The component at one end; the one that commands or informs the other when only one does.
    pub from: String,
    /// The component at the other end.
    pub to: String,
    /// The entry points on the way: EP2, EP4, EP6, EP8 or EP10. A line inside one box has none.
    #[serde(default)]
    pub entry_points: Vec<Word<EntryPoint>>,
    /// What it runs over.
    pub network: Network,
    /// What it is made of (T3-6).
    #[serde(default)]
    pub interfaces: Vec<Word<Interface>>,
    /// The data on it.
    #[serde(default)]
    pub carries: Vec<String>,
    /// Whether what `from` says makes `to` act: commands, or readings that decide. Effects travel along such lines.
    #[serde(default)]
    pub commands: bool,
}

/// Something the service does for people (T2-4, T2-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseCase {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// Its steps, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// One step of a use case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What happens.
    pub action: Words,
    /// Who does it, if a person does.
    pub actor: Option<String>,
    /// The components that take part.
    #[serde(default)]
    pub components: Vec<String>,
    /// The links it goes over.
    #[serde(default)]
    pub links: Vec<String>,
}
