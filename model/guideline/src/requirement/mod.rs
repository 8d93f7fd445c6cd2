//! What is required: the requirements of a service (T6-3) and the secondary requirements of its parts (T6-4 to T6-8),
//! with their relation to other rules.
//!
//! An id reads as T6-2 has it: `R` or `SR`, the level, the part, the number; `SR3-H-4`. T6-5 writes its first twenty as
//! two ranges that refer to T6-4; here each has its own row.

mod app;
mod device;
mod gateway;
mod platform;
mod rules;
mod service;
mod third_party;

use crate::entry_point::EntryPoint;
use crate::id::{UnknownId, table};
use crate::service_level::ServiceLevel;
use crate::text::Text;

pub use rules::{Guide, Reference, References, Relation, Source};

table! {
    /// What a requirement binds (T6-2; the subject of T6-3 is the service itself, which T6-2 gives no letters).
    Subject is "要件の対象（表6-2）", "the subject of a requirement (T6-2)";
    1 Service "service": "サービス", "The service";
        "機器やシステムと、その運用をあわせたサービス全体です。",
        "The service as a whole, with the people who run it.";
    2 Platform "SP": "スマートホームサービス情報基盤", "Smart-home service platform";
        "EP①とEP②にあたる部分です。",
        "The part at EP1 and EP2.";
    3 ThirdParty "PP": "第三者サービス情報基盤", "Third-party service platform";
        "EP③とEP④にあたる部分です。",
        "The part at EP3 and EP4.";
    4 Gateway "H": "ホームゲートウェイ", "Home gateway";
        "EP⑤とEP⑥にあたる部分です。",
        "The part at EP5 and EP6.";
    5 Device "D": "スマートホーム対応機器群", "Smart-home devices";
        "EP⑦とEP⑧にあたる部分です。",
        "The part at EP7 and EP8.";
    6 App "A": "スマートフォンアプリ", "Smartphone app";
        "EP⑨とEP⑩にあたる部分です。",
        "The part at EP9 and EP10.";
}

impl Subject {
    /// The entry points whose threats the requirements of the subject answer (6.2.1 to 6.2.5); those of the service
    /// concern all.
    #[must_use]
    pub const fn entry_points(self) -> &'static [EntryPoint] {
        match self {
            Self::Service => EntryPoint::ALL,
            Self::Platform => &[EntryPoint::Ep1, EntryPoint::Ep2],
            Self::ThirdParty => &[EntryPoint::Ep3, EntryPoint::Ep4],
            Self::Gateway => &[EntryPoint::Ep5, EntryPoint::Ep6],
            Self::Device => &[EntryPoint::Ep7, EntryPoint::Ep8],
            Self::App => &[EntryPoint::Ep9, EntryPoint::Ep10],
        }
    }

    /// The part that answers for an entry point.
    #[must_use]
    pub const fn at(entry_point: EntryPoint) -> Self {
        match entry_point {
            EntryPoint::Ep1 | EntryPoint::Ep2 => Self::Platform,
            EntryPoint::Ep3 | EntryPoint::Ep4 => Self::ThirdParty,
            EntryPoint::Ep5 | EntryPoint::Ep6 => Self::Gateway,
            EntryPoint::Ep7 | EntryPoint::Ep8 => Self::Device,
            EntryPoint::Ep9 | EntryPoint::Ep10 => Self::App,
        }
    }

    /// The table of its requirements.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Service => "T6-3",
            Self::Platform => "T6-4",
            Self::ThirdParty => "T6-5",
            Self::Gateway => "T6-6",
            Self::Device => "T6-7",
            Self::App => "T6-8",
        }
    }
}

/// One row of T6-3 to T6-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// The guideline's id.
    pub id: &'static str,
    /// From which level on it holds.
    pub level: ServiceLevel,
    /// What it binds.
    pub subject: Subject,
    /// The guideline's title.
    pub title: Text,
    /// What is asked for, in our own words.
    pub about: Text,
    /// When it need not be met, or what may take its place.
    pub unless: Option<Text>,
    /// The documents that it says to follow.
    pub guides: &'static [Guide],
    /// How it stands to other rules.
    pub source: Source,
}

impl Requirement {
    /// The requirement of an id.
    ///
    /// # Errors
    /// [`UnknownId`] when there is no such requirement.
    pub fn by_id(id: &str) -> Result<&'static Self, UnknownId> {
        requirements().find(|row| row.id == id).ok_or_else(|| {
            let noun = Text::new("要件・要求事項（表6-3～表6-8）", "a requirement of T6-3 to T6-8");
            UnknownId::new(noun, id, "an id such as R3-5 or SR3-H-4".to_owned())
        })
    }

    /// Whether a certified service has to meet it itself (6.1). Secondary requirements (6.2) may be met by another part
    /// of the service instead, if the analysis of threats shows that the whole then holds.
    #[must_use]
    pub const fn is_mandatory(&self) -> bool {
        matches!(self.subject, Subject::Service)
    }

    /// The requirement that says what this one asks for: the platform's for the third party's (T6-5), else itself.
    #[must_use]
    pub fn substance(&'static self) -> &'static Self {
        match self.source {
            Source::SameAs(id) => Self::by_id(id).unwrap_or(self),
            Source::Own(_) | Source::LevelTwo => self,
        }
    }

    /// How what it asks for stands to other rules; none where it asks for the whole of ★★ (R3-1, SR3-…-1).
    #[must_use]
    pub fn references(&'static self) -> Option<&'static References> {
        match &self.substance().source {
            Source::Own(references) => Some(references),
            Source::SameAs(_) | Source::LevelTwo => None,
        }
    }

    const fn unless(mut self, ja: &'static str, en: &'static str) -> Self {
        self.unless = Some(Text::new(ja, en));
        self
    }

    const fn guides(mut self, guides: &'static [Guide]) -> Self {
        self.guides = guides;
        self
    }
}

/// Every requirement, table by table: 17 of T6-3, 20 of T6-4, 22 of T6-5, 15 of T6-6, 10 of T6-7, 3 of T6-8.
pub fn requirements() -> impl Iterator<Item = &'static Requirement> {
    let home = gateway::ROWS.iter().chain(&device::ROWS).chain(&app::ROWS);
    service::ROWS
        .iter()
        .chain(&platform::ROWS)
        .chain(&third_party::ROWS)
        .chain(home)
}

/// What a part of a service of a level has to meet: the requirements of the level and of those below it.
pub fn requirements_for(subject: Subject, level: ServiceLevel) -> impl Iterator<Item = &'static Requirement> {
    requirements().filter(move |row| row.subject == subject && level.includes(row.level))
}

/// A row as the tables have it: id, title, what is asked for, relation to UK, SB-327 and CPSF.
const fn row(
    (level, subject): (ServiceLevel, Subject),
    id: &'static str,
    [title_ja, title_en]: [&'static str; 2],
    [ja, en]: [&'static str; 2],
    [uk, sb327, cpsf]: [Reference; 3],
) -> Requirement {
    let (title, about) = (Text::new(title_ja, title_en), Text::new(ja, en));
    let source = Source::Own(References { uk, sb327, cpsf });
    Requirement {
        id,
        level,
        subject,
        title,
        about,
        unless: None,
        guides: &[],
        source,
    }
}

/// A row of ★★★ that asks for everything of ★★.
const fn all_of_two(
    subject: Subject,
    id: &'static str,
    title_ja: &'static str,
    [ja, en]: [&'static str; 2],
) -> Requirement {
    let title = Text::new(title_ja, "Meet the requirements of ★★");
    let (level, about) = (ServiceLevel::Three, Text::new(ja, en));
    Requirement {
        id,
        level,
        subject,
        title,
        about,
        unless: None,
        guides: &[],
        source: Source::LevelTwo,
    }
}
