//! Commands as the platform keeps them.

use jiff::Timestamp;
use serde::Serialize;
use tomori_smart_home::{Command, CommandId, DeviceId, HomeId, Origin, PropertyName, PropertyValue, Stage};

/// A wish to change a property.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommand {
    /// The id, when whoever wishes derives it (a schedule's firing); a fresh one otherwise.
    pub id: Option<CommandId>,
    /// The device.
    pub device: DeviceId,
    /// The property.
    pub property: PropertyName,
    /// The wanted value.
    pub value: PropertyValue,
    /// Who wants it.
    pub origin: Origin,
    /// The caller's key: the same key in the same home returns the first command, and nothing happens twice.
    /// 1 to 128 visible ASCII characters.
    pub idempotency_key: Option<String>,
    /// From when on nobody acts on it; [`Command::LIFETIME`] from now when absent, at most one hour.
    pub expires_at: Option<Timestamp>,
}

/// A command and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandRecord {
    /// The home.
    pub home: HomeId,
    /// The command.
    #[serde(flatten)]
    pub command: Command,
    /// How far it has come.
    #[serde(flatten)]
    pub stage: Stage,
    /// When it was first handed to the gateway; not yet proof that the gateway has it.
    pub sent_at: Option<Timestamp>,
    /// When the gateway stored it, by the gateway's clock.
    pub delivered_at: Option<Timestamp>,
    /// When the device took it, by the gateway's clock.
    pub executed_at: Option<Timestamp>,
    /// When it came to its end, good or bad.
    pub ended_at: Option<Timestamp>,
}
