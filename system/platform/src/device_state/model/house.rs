//! Homes, their equipment, and the twin of each device.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::property::Source;
use tomori_smart_home::schedule::Place;
use tomori_smart_home::{CommandId, DeviceKind, Equipment, GatewayId, HomeId, PropertyName, PropertyValue};

use super::CommandRecord;

/// A home to be served. Its name and address are personal information and live there, not here.
#[derive(Debug, Clone, PartialEq)]
pub struct NewHome {
    /// IANA time zone, `Asia/Tokyo`.
    pub time_zone: String,
    /// Degrees north, −90 to 90; kept to 0.01° (SR3-SP-12: no more than the service needs).
    pub latitude: f64,
    /// Degrees east, −180 to 180; kept likewise.
    pub longitude: f64,
}

/// A line for the equipment list (設計図書).
#[derive(Debug, Clone, PartialEq)]
pub struct NewEquipment {
    /// What it is.
    pub kind: DeviceKind,
    /// The room, 1 to 40 characters.
    pub room: String,
    /// The name, 1 to 40 characters.
    pub name: String,
    /// The maker's product code, at most 80 characters.
    pub model: String,
    /// Where it answers, when it is known already.
    pub endpoint: Option<Endpoint>,
}

/// Whether something answers, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Reachability {
    /// Nothing was ever heard of it.
    Never,
    /// It answers.
    Reachable {
        /// Since when.
        since: Timestamp,
    },
    /// It does not answer.
    Unreachable {
        /// When it was last heard of.
        since: Timestamp,
    },
}

/// What the platform knows of a home's gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayState {
    /// The gateway that spoke last; `None` when none ever did.
    pub id: Option<GatewayId>,
    /// Whether it is connected.
    pub reachability: Reachability,
    /// Its software, as it says.
    pub software: String,
    /// Where residents reach it inside the house; empty when it has no such door.
    pub local_url: String,
    /// The version of the house plan it works by; 0 for none.
    pub plan_version: u64,
}

/// A home in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HomeSummary {
    /// The home.
    pub id: HomeId,
    /// Where it is.
    pub place: Place,
    /// When it was added.
    pub added_at: Timestamp,
    /// Its gateway.
    pub gateway: GatewayState,
    /// Lines on the equipment list.
    pub devices: u32,
    /// Of those, how many have no node yet.
    pub devices_waiting: u32,
    /// Of those, how many do not answer.
    pub devices_lost: u32,
    /// Nodes on the house's network that are not on the list.
    pub unknown_nodes: u32,
}

/// A home with its devices and their twins.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct House {
    /// The home.
    pub id: HomeId,
    /// Where it is.
    pub place: Place,
    /// Its gateway.
    pub gateway: GatewayState,
    /// Its devices, by room, then name.
    pub devices: Vec<DeviceState>,
}

/// A device and all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceState {
    /// Its line on the equipment list.
    #[serde(flatten)]
    pub equipment: Equipment,
    /// Whether it answers the gateway, by the gateway's last word.
    pub reachability: Reachability,
    /// Somebody operated it by hand, and remote wishes wait until then (guideline 4.2); `None` when that is past.
    pub hold_until: Option<Timestamp>,
    /// Its properties, by name.
    pub properties: BTreeMap<PropertyName, PropertyState>,
    /// The newest command for it, final or not.
    pub last_command: Option<CommandRecord>,
}

/// The two sides of a property: what was wished for, and what was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyState {
    /// What the newest command that is still under way wants.
    pub desired: Option<Desired>,
    /// What the device last said.
    pub reported: Option<Reported>,
    /// What the report is worth now.
    pub quality: Quality,
}

/// A wish that is under way.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Desired {
    /// The wanted value.
    pub value: PropertyValue,
    /// The command that wants it.
    pub command: CommandId,
    /// Since when.
    pub since: Timestamp,
}

/// A value that was read from the device.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    /// The value.
    pub value: PropertyValue,
    /// When the device said so, by the gateway's clock.
    pub at: Timestamp,
    /// When the platform stored it.
    pub stored_at: Timestamp,
    /// How the gateway came to know it.
    pub source: Source,
}

/// What a report is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "quality", rename_all = "camelCase")]
pub enum Quality {
    /// The device answers, the gateway is connected: this is how it is.
    Confirmed,
    /// The device answers again after an absence, and has not said this property again yet.
    Stale {
        /// Since when it is in doubt.
        since: Timestamp,
    },
    /// Nobody knows: the device or the gateway does not answer, or it never said.
    Unknown {
        /// Since when; `None` when it was never known.
        since: Option<Timestamp>,
    },
}

/// A node on the house's network that is not on the equipment list. It is never controlled (SR2-H-4 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownNode {
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Its network address, as the gateway saw it.
    pub address: String,
    /// When the gateway first told of it.
    pub first_seen: Timestamp,
    /// When the gateway last told of it.
    pub last_seen: Timestamp,
}
