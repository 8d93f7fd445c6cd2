//! What has to be done when: the phases of a service (T5-1) and of a house (T5-7), and the tasks of each (T5-2 to T5-6,
//! T5-8 to T5-13).
//!
//! A task's id is its table and number: `T5-5/4`.

mod home;
mod service;

use crate::id::{UnknownId, table};
use crate::requirement::Guide;
use crate::service_level::ServiceLevel;
use crate::text::Text;

table! {
    /// Whose life it is (5.1, 5.3).
    Lifecycle is "ライフサイクル（5章）", "a lifecycle (chapter 5)";
    1 Service "service": "スマートホームサービスのライフサイクル", "Lifecycle of the service";
        "サービスを企画してから終えるまでの、五つのフェーズです。",
        "Five phases, from planning a service to ending it.";
    2 Home "home": "スマートホーム（住宅）のライフサイクル", "Lifecycle of the house";
        "住宅を設計してから解体するまでの、六つのフェーズです。",
        "Six phases, from designing a house to pulling it down.";
}

table! {
    /// A phase. Rows 1 to 5 are those of the service (T5-1), 6 to 11 those of the house (T5-7).
    Phase is "フェーズ（表5-1、表5-7）", "a phase (T5-1, T5-7)";
    1 Planning "planning": "サービス企画", "Service planning";
        "サービスの考え方、要件、ユースケースを定め、想定するシステムモデルでリスクを分析・評価します。",
        "Concept, requirements and use cases are settled, and risks analysed on the system model that is planned.";
    2 Building "building": "設計・製造", "Design and manufacture";
        "企画で決めたことにもとづき、システムと機器を設計、実装、製造します。外部への委託も含みます。",
        "Systems and devices are designed, implemented and made as planned, or commissioned from others.";
    3 Evaluation "evaluation": "評価", "Evaluation";
        "障害やインシデントが起きないよう、施工の担当者が設置を確かめ、使用機器を管理・監督します。",
        "Installers check what they installed and supervise the machines used, so that no failures or incidents follow.";
    4 Operation "operation": "運用・保守", "Operation and maintenance";
        "サービスを提供している間、運用と保守を行い、インシデントに対応します。",
        "While the service is provided it is run and maintained, and incidents are responded to.";
    5 Ending "ending": "サービス終了", "End of service";
        "利用者に知らせ、新しいサービスへの移行を手伝い、集めた個人情報を破棄します。",
        "Residents are told, moved to a new service, and the personal information collected is destroyed.";
    6 Design "design": "設計", "Design";
        "IoT設備を含めて住宅を設計します。",
        "The house is designed with its IoT equipment.";
    7 Construction "construction": "生産・施工", "Production and construction";
        "IoT設備を含めて住宅を生産し、施工します。",
        "The house is produced and built with its IoT equipment.";
    8 After "after": "アフター", "After handover";
        "家主が住み始めてから、情報を活用し、運用とメンテナンスを行います。",
        "The owner lives in the house; its information is used, it is operated and maintained.";
    9 Renovation "renovation": "リフォーム", "Renovation";
        "住宅を改修します。設計と施工にあたる作業は、表5-8と表5-9にも従います。",
        "The house is renovated; what is design and construction in that follows T5-8 and T5-9 too.";
    10 Resale "resale": "転売", "Resale";
        "住宅の家主が替わります。",
        "The house changes its owner.";
    11 Demolition "demolition": "解体", "Demolition";
        "住宅の使用を終え、解体します。",
        "The house is no longer used and is pulled down.";
}

impl Phase {
    /// Whose phase it is.
    #[must_use]
    pub const fn lifecycle(self) -> Lifecycle {
        if self.number() <= 5 {
            Lifecycle::Service
        } else {
            Lifecycle::Home
        }
    }

    /// The table of its tasks.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Planning => "T5-2",
            Self::Building => "T5-3",
            Self::Evaluation => "T5-4",
            Self::Operation => "T5-5",
            Self::Ending => "T5-6",
            Self::Design => "T5-8",
            Self::Construction => "T5-9",
            Self::After => "T5-10",
            Self::Renovation => "T5-11",
            Self::Resale => "T5-12",
            Self::Demolition => "T5-13",
        }
    }

    /// Its tasks, in order.
    pub fn tasks(self) -> impl Iterator<Item = &'static Task> {
        tasks().filter(move |task| task.phase == self)
    }
}

table! {
    /// Who acts. Chapter 5 addresses the service operator (5.1) and, for the house, the operator and the vendor who runs
    /// the systems (5.3); which of the four a task falls to is our reading of its text and of 1.3.
    Role is "役割（1.3、5章）", "a role (1.3, chapter 5)";
    1 ServiceOperator "service-operator": "サービス事業者", "Service operator";
        "利用者にサービスを提供し、全体に責任を持つ事業者です。",
        "The company that provides the service to residents and answers for the whole.";
    2 SystemVendor "system-vendor": "システム運用ベンダー", "System operations vendor";
        "情報基盤など、サービスのシステムの運用を担う事業者です。",
        "The company that runs the service's systems, such as the platform.";
    3 ThirdParty "third-party": "第三者サービス事業者", "Third-party service provider";
        "防犯や救命など、連携するサービスを提供する事業者です。",
        "A company whose service is joined, for security or emergencies.";
    4 Builder "builder": "住宅の設計・施工者", "Designers and builders of the house";
        "住宅を設計し、生産・施工し、監理・監督する人たちです。",
        "Those who design, produce, build and supervise the house.";
}

impl Lifecycle {
    /// Whom the guideline addresses with it (5.1, 5.3).
    #[must_use]
    pub const fn addressees(self) -> &'static [Role] {
        match self {
            Self::Service => &[Role::ServiceOperator],
            Self::Home => &[Role::ServiceOperator, Role::SystemVendor],
        }
    }
}

/// Where a task refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum See {
    /// Another task.
    Task(&'static str),
    /// All tasks of a phase.
    Phase(Phase),
    /// The secondary requirements (6.2).
    SecondaryRequirements,
}

/// One task of T5-2 to T5-13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// The stable id.
    pub id: &'static str,
    /// When.
    pub phase: Phase,
    /// The number in its table, from 1.
    pub number: u8,
    /// The guideline's title.
    pub title: Text,
    /// What is to be done, in our own words.
    pub about: Text,
    /// From which level on; ★★ unless the task says otherwise.
    pub level: ServiceLevel,
    /// Who acts, as we read it.
    pub role: Role,
    /// What the task refers to.
    pub see: &'static [See],
    /// The documents that it says to follow.
    pub guides: &'static [Guide],
    /// The requirements of T6-3 to T6-8 that ask for the same, as we see it: where an analyst finds them again.
    pub requirements: &'static [&'static str],
}

impl Task {
    /// The task of an id.
    ///
    /// # Errors
    /// [`UnknownId`] when there is no such task.
    pub fn by_id(id: &str) -> Result<&'static Self, UnknownId> {
        tasks().find(|task| task.id == id).ok_or_else(|| {
            let noun = Text::new("ライフサイクルの取組み（表5-2～表5-13）", "a task of T5-2 to T5-13");
            UnknownId::new(noun, id, "an id such as T5-5/4".to_owned())
        })
    }

    const fn level(mut self, level: ServiceLevel) -> Self {
        self.level = level;
        self
    }

    const fn by(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    const fn see(mut self, see: &'static [See]) -> Self {
        self.see = see;
        self
    }

    const fn guides(mut self, guides: &'static [Guide]) -> Self {
        self.guides = guides;
        self
    }

    const fn requirements(mut self, requirements: &'static [&'static str]) -> Self {
        self.requirements = requirements;
        self
    }
}

/// Every task, table by table: 7, 2, 3, 17 and 3 of the service, then 3, 7, 6, 2, 3 and 1 of the house.
pub fn tasks() -> impl Iterator<Item = &'static Task> {
    service::TASKS.iter().chain(&home::TASKS)
}

/// A row as the tables have it. The service operator acts unless [`Task::by`] says otherwise.
const fn task(phase: Phase, number: u8, id: &'static str, title: [&'static str; 2], about: [&'static str; 2]) -> Task {
    let ([title_ja, title_en], [ja, en]) = (title, about);
    Task {
        id,
        phase,
        number,
        title: Text::new(title_ja, title_en),
        about: Text::new(ja, en),
        level: ServiceLevel::Two,
        role: Role::ServiceOperator,
        see: &[],
        guides: &[],
        requirements: &[],
    }
}
