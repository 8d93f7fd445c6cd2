//! The threats in detail: every row of T3-10 (EP① to EP④) and T3-11 (EP⑤ to EP⑩).
//!
//! A row is one line of values: connection, who, whom at ★★, whom at ★★★, where. T3-10 has 22. T3-11 has 33, for 25
//! cases: eight cases of the house have two lines, one for the function that is hurt first and one for the service that
//! then fails. A row's id is its entry point and the number of its case there, with `a` or `b` where a case has two
//! lines: `EP1-4`, `EP5-1b`.
//!
//! How we read what is not clear:
//! * 上記以外の有線通信/無線通信 are rows 3 and 10 of T3-6. In a cell such as "Wi-Fi, 上記以外の無線通信" the words
//!   could also mean everything but the Wi-Fi just named; [`ThreatRow::comes_in_by`] reads them so, because a Bluetooth
//!   device would otherwise have no threats.
//! * 保守用/IF is 保守用 I/F of T3-9.
//! * At EP⑧ and EP⑩ the case of disclosure speaks of a path over the internet, as EP⑥ does; the path is the one inside
//!   the house.
//! * EP⑧ stands across a page break, which puts the end of its assets beside the connection of `EP8-1b`.

mod home;
mod platform;

use crate::actor::Actor;
use crate::asset::AssetKind;
use crate::entry_point::EntryPoint;
use crate::id::UnknownId;
use crate::interface::Interface;
use crate::place::Place;
use crate::service_level::ServiceLevel;
use crate::target::Target;
use crate::text::Text;
use crate::threat::Threat;

/// One row of T3-10 or T3-11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreatRow {
    /// The stable id.
    pub id: &'static str,
    /// Where the attack comes in.
    pub entry_point: EntryPoint,
    /// What kind it is (T3-3).
    pub threat: Threat,
    /// The case, in our own words.
    pub example: Text,
    /// By which connections it comes (T3-6).
    pub interfaces: &'static [Interface],
    /// Who connects (T3-7).
    pub who: Actor,
    /// What is harmed in a ★★ service (T3-8).
    pub whom_two: &'static [Target],
    /// What is harmed in a ★★★ service (T3-8).
    pub whom_three: &'static [Target],
    /// Where it happens (T3-9).
    pub place: Place,
}

impl ThreatRow {
    /// The row of an id.
    ///
    /// # Errors
    /// [`UnknownId`] when there is no such row.
    pub fn by_id(id: &str) -> Result<&'static Self, UnknownId> {
        threat_rows().find(|row| row.id == id).ok_or_else(|| {
            let noun = Text::new("脅威の詳細（表3-10、表3-11）", "a row of T3-10 or T3-11");
            UnknownId::new(noun, id, "an id such as EP1-4 or EP5-1b".to_owned())
        })
    }

    /// The table of the row.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        if self.entry_point.number() <= 4 {
            "T3-10"
        } else {
            "T3-11"
        }
    }

    /// The case that the row is a line of: `EP5-1` for `EP5-1a` and `EP5-1b`.
    #[must_use]
    pub fn case(&self) -> &'static str {
        self.id.trim_end_matches(['a', 'b'])
    }

    /// What is harmed in a service of a level (T3-8). The tables have no values for ★, which they build on; it reads as
    /// ★★.
    #[must_use]
    pub const fn whom(&self, level: ServiceLevel) -> &'static [Target] {
        match level {
            ServiceLevel::Three => self.whom_three,
            ServiceLevel::One | ServiceLevel::Two => self.whom_two,
        }
    }

    /// Whether the row names life and property for a service of the level: what LP asks for (T3-16).
    #[must_use]
    pub fn affects_life_or_property(&self, level: ServiceLevel) -> bool {
        self.whom(level).contains(&Target::LifeAndProperty)
    }

    /// Whether the row names information for a service of the level. That the information is personal, which II asks
    /// for (T3-17), depends on the service: see [`at_risk`] and the premises of T3-38. `EP1-9` and
    /// `EP3-9` are about software meant for updates.
    #[must_use]
    pub fn affects_information(&self, level: ServiceLevel) -> bool {
        self.whom(level).contains(&Target::Information)
    }

    /// Whether the threat can come in by a connection: one that the row names, or any wired or wireless one where it
    /// names the others.
    #[must_use]
    pub fn comes_in_by(&self, interface: Interface) -> bool {
        let others = if interface.is_wireless() {
            Interface::OtherWireless
        } else {
            Interface::OtherWired
        };
        self.interfaces.contains(&interface) || self.interfaces.contains(&others)
    }
}

/// Every row, in the order of the tables: 22 of T3-10, then 33 of T3-11.
pub fn threat_rows() -> impl Iterator<Item = &'static ThreatRow> {
    platform::ROWS.iter().chain(&home::ROWS)
}

/// The rows of one cell of T3-4.
pub fn rows_of(entry_point: EntryPoint, threat: Threat) -> impl Iterator<Item = &'static ThreatRow> {
    threat_rows().filter(move |row| row.entry_point == entry_point && row.threat == threat)
}

/// The assets that T3-10 and T3-11 put at risk at an entry point, primary before secondary. They sum T3-2 up, with
/// three differences: the gateway's (EP⑤) and the devices' (EP⑦) personal information is not made to depend on what they
/// can do, and the devices have keys.
#[must_use]
pub const fn at_risk(entry_point: EntryPoint) -> &'static [AssetKind] {
    use AssetKind::{
        AppFunction, ControlSignal, Credentials, DataOnPath, DeviceState, Function, Keys, PersonalIfImplemented,
        PersonalInformation, PhoneInformation, SecurityFunction, SensorData, SettingsAndLogs, UpdateSoftware,
    };
    match entry_point {
        EntryPoint::Ep1 => &[
            SecurityFunction,
            SettingsAndLogs,
            DeviceState,
            PersonalInformation,
            UpdateSoftware,
            Credentials,
            Keys,
        ],
        EntryPoint::Ep3 => &[
            Function,
            SettingsAndLogs,
            DeviceState,
            PersonalInformation,
            Credentials,
            Keys,
        ],
        EntryPoint::Ep5 => &[Function, SettingsAndLogs, PersonalInformation, Credentials, Keys],
        EntryPoint::Ep7 => &[
            Function,
            ControlSignal,
            SensorData,
            PersonalInformation,
            Credentials,
            Keys,
        ],
        EntryPoint::Ep8 => &[
            DataOnPath,
            ControlSignal,
            SensorData,
            PersonalIfImplemented,
            Credentials,
        ],
        EntryPoint::Ep9 => &[AppFunction, ControlSignal, PhoneInformation, Credentials],
        EntryPoint::Ep2 | EntryPoint::Ep4 | EntryPoint::Ep6 | EntryPoint::Ep10 => &[DataOnPath],
    }
}

/// The case of a row, from which the row is finished by [`Case::row`].
#[derive(Clone, Copy)]
struct Case {
    entry_point: EntryPoint,
    threat: Threat,
    example: Text,
}

const fn case(entry_point: EntryPoint, threat: Threat, ja: &'static str, en: &'static str) -> Case {
    Case {
        entry_point,
        threat,
        example: Text::new(ja, en),
    }
}

impl Case {
    /// Columns as in the tables: connection, who, whom (★★, ★★★), where.
    const fn row(
        self,
        id: &'static str,
        interfaces: &'static [Interface],
        who: Actor,
        [whom_two, whom_three]: [&'static [Target]; 2],
        place: Place,
    ) -> ThreatRow {
        let Self {
            entry_point,
            threat,
            example,
        } = self;
        ThreatRow {
            id,
            entry_point,
            threat,
            example,
            interfaces,
            who,
            whom_two,
            whom_three,
            place,
        }
    }
}

/// What a row harms, at ★★ and at ★★★.
mod whom {
    use crate::target::Target::{self, Information, IotFunction, LifeAndProperty, Other, PrimaryFunction, Service};

    type Whom = [&'static [Target]; 2];

    pub(super) const SERVICE_LIFE: Whom = [&[Service], &[LifeAndProperty]];
    pub(super) const INFORMATION: Whom = [&[Information], &[Information]];
    pub(super) const PRIMARY: Whom = [&[PrimaryFunction], &[PrimaryFunction]];
    pub(super) const PRIMARY_INFORMATION: Whom = [&[PrimaryFunction, Information], &[PrimaryFunction, Information]];
    pub(super) const IOT: Whom = [&[IotFunction], &[IotFunction]];
    pub(super) const OTHER: Whom = [&[Other], &[Other]];
}
