//! What stands where, what is to be protected, and what is examined where.

use serde::Serialize;
use tomori_guideline::{AssetClass, AssetKind, EntryPoint, SystemBox, Threat};

use crate::Severity;
use crate::description::Words;

/// A component, with what it inherits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// Where it stands.
    pub entry_point: EntryPoint,
    /// Its box in T2-3.
    #[serde(rename = "box")]
    pub system_box: Option<SystemBox>,
    /// What it is a part of.
    pub part_of: Option<String>,
    /// Whether life or property can be reached from it.
    pub reaches_life_or_property: bool,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// One end.
    pub from: String,
    /// The other.
    pub to: String,
    /// The entry points on the way.
    pub entry_points: Vec<EntryPoint>,
    /// Whether `from` makes `to` act.
    pub commands: bool,
}

/// An entry point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryPointView {
    /// Which.
    pub entry_point: EntryPoint,
    /// What people call it.
    pub title: Words,
    /// Whether the service has anything here.
    pub present: bool,
    /// The components here.
    pub components: Vec<String>,
    /// The links here.
    pub links: Vec<String>,
    /// Whether personal information is here.
    pub personal: bool,
    /// Whether life or property can be reached from here.
    pub reaches_life_or_property: bool,
    /// The worst severity before measures; none when there is no threat.
    pub worst_before: Severity,
    /// And after.
    pub worst_after: Severity,
    /// How many threats come in here.
    pub threats: usize,
}

/// Something to protect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetView {
    /// Stable id: entry point, component or link, data or function.
    pub id: String,
    /// Where it is.
    pub entry_point: EntryPoint,
    /// At which component or link.
    pub holder: String,
    /// What people call it.
    pub name: Words,
    /// Its kind (T3-2).
    pub kind: AssetKind,
    /// Primary or secondary.
    pub class: AssetClass,
    /// Whether it is personal information.
    pub personal: bool,
}

/// One row of the coverage matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageRow {
    /// The row.
    pub entry_point: EntryPoint,
    /// Eleven cells, in the order of T3-3.
    pub cells: Vec<CoverageCell>,
}

/// One cell: threats, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageCell {
    /// The column.
    pub kind: Threat,
    /// The threats examined here.
    pub threats: Vec<String>,
    /// The worst severity of them before measures.
    pub worst_before: Option<Severity>,
    /// And after.
    pub worst_after: Option<Severity>,
    /// Why nothing, or not everything of T3-10 and T3-11, is examined here. Never empty when `threats` is.
    pub blanks: Vec<BlankView>,
}

/// Why something is not examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlankView {
    /// What kind of reason.
    pub reason: BlankReason,
    /// The row of T3-10 or T3-11 that is left out, if it is one.
    pub row: Option<String>,
    /// The reason.
    pub words: Words,
}

/// The kinds of reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlankReason {
    /// T3-4 does not list the kind at this entry point.
    NotInT34,
    /// The service has nothing at this entry point.
    NothingHere,
    /// What the row needs is not in the model.
    NeedAbsent,
    /// The author of the model says so.
    Excluded,
}
