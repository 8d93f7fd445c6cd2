//! What the platform knows of each house, and the decisions about it. Pure.

pub(super) mod batch;
pub(super) mod command;
pub(super) mod guard;
pub(super) mod history;
pub(super) mod house;
pub(super) mod twin;

pub use command::{CommandRecord, NewCommand};
pub use guard::{DoorWord, Guard, GuardEntry, GuardWhat};
pub use history::{Cursor, Happened, HistoryEntry, HistoryPage, Page};
pub use house::{
    Desired, DeviceState, GatewayState, HomeSummary, House, NewEquipment, NewHome, PropertyState, Quality,
    Reachability, Reported, UnknownNode,
};

use serde::Serialize;
use tomori_smart_home::{CommandId, DeviceId, HomeId};

/// Something that is now different. It says where to look again, not what is there: whoever missed some of them
/// loses nothing by reading once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The home.
    pub home: HomeId,
    /// The device, when it concerns one.
    pub device: Option<DeviceId>,
    /// What is different.
    pub what: Changed,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "changed", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Changed {
    /// The device's reports, its reachability or its hold.
    Twin,
    /// A command came further.
    Command {
        /// Which.
        command: CommandId,
    },
    /// The gateway came or went.
    Gateway,
    /// The equipment list, or the nodes that are not on it.
    Equipment,
    /// The guard of the house.
    Guard,
    /// The history has a new entry that concerns no twin (an alarm, a missed firing).
    History,
}
