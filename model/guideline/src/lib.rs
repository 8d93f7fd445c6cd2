//! The CCDS smart-home security guideline as data: its tables as types, each row with a stable id, a short title and our
//! own words in Japanese and English. `T3-10` is 表3-10 of the guideline. Sentences of the guideline are not here; they
//! are its authors'.
//!
//! A kind of thing is an `enum` with `ALL`, `title`, `about`, `Display` and `FromStr`; a longer table is a `static` whose
//! source looks like the table.
//!
//! Architecture invariant: this crate is pure and knows no numbers of the scoring (3.5.2); those are `model/risk`.

#![forbid(unsafe_code)]

pub mod actor;
pub mod asset;
pub mod coverage;
pub mod entry_point;
mod id;
pub mod interface;
pub mod lifecycle;
pub mod non_cyber;
pub mod place;
pub mod premise;
pub mod requirement;
pub mod service_level;
pub mod system_box;
pub mod target;
mod text;
pub mod threat;
pub mod threat_row;
pub mod use_case;

pub use actor::Actor;
pub use asset::{AssetClass, AssetKind, AssetRow, Holder};
pub use entry_point::EntryPoint;
pub use id::UnknownId;
pub use interface::Interface;
pub use lifecycle::{Lifecycle, Phase, Role, Task};
pub use non_cyber::NonCyberThreat;
pub use place::Place;
pub use premise::Premise;
pub use requirement::{Guide, Relation, Requirement, Subject};
pub use service_level::ServiceLevel;
pub use system_box::{Part, SystemBox};
pub use target::Target;
pub use text::{Language, Text};
pub use threat::Threat;
pub use threat_row::ThreatRow;
pub use use_case::UseCase;
