//! What a person at home gets to see.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tomori_smart_home::{Command, CommandId, Equipment, PropertyName, Report, ResidentId, Schedule, ScheduleId, Stage};

use crate::store::{Account, Health};
use crate::timekeeping::ClockView;
use crate::uplink::UplinkState;

/// The house at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HouseView {
    /// How the home is called; empty before the first plan.
    pub home_name: String,
    /// The version of the house plan in force; 0 for none.
    pub plan_version: u64,
    /// The home's time zone, IANA; empty before the first plan.
    pub time_zone: String,
    /// The devices, in the order of the equipment list.
    pub devices: Vec<DeviceView>,
    /// The schedules in force.
    pub schedules: Vec<Schedule>,
    /// The next moment of each schedule that has one.
    pub next_firings: BTreeMap<ScheduleId, Timestamp>,
    /// The way to the platform.
    pub uplink: UplinkState,
    /// The clock.
    pub clock: ClockView,
    /// The disk.
    pub storage: Health,
}

/// One device at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Its line on the equipment list.
    #[serde(flatten)]
    pub equipment: Equipment,
    /// The last report of each property.
    pub reports: BTreeMap<PropertyName, Report>,
    /// Whether it answers. If not, its reports are of the past.
    pub is_alive: bool,
    /// When it was last heard.
    pub last_heard: Option<Timestamp>,
    /// Until when hand operation holds it; `None` when it does not.
    pub hold_until: Option<Timestamp>,
    /// The commands under way, oldest first.
    pub under_way: Vec<CommandView>,
}

/// A command and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandView {
    /// The command.
    #[serde(flatten)]
    pub command: Command,
    /// Its stages, each with its time.
    pub stages: Vec<(Timestamp, Stage)>,
}

/// Who holds a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resident {
    /// Who.
    pub id: ResidentId,
    /// How they are called in the house.
    pub name: String,
}

impl CommandView {
    /// How far it has come.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        self.stages.last().map_or(&Stage::Accepted, |(_, stage)| stage)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &CommandId {
        &self.command.id
    }
}

impl From<&Account> for CommandView {
    fn from(account: &Account) -> Self {
        Self {
            command: account.command.clone(),
            stages: account.stages.clone(),
        }
    }
}
