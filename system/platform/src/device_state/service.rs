//! Loads, decides, persists, audits.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::broadcast;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{CommandId, DeviceId, HomeId};

use super::model::{
    Change, CommandRecord, DeviceState, HistoryPage, HomeSummary, House, NewCommand, NewEquipment, NewHome, Page,
    UnknownNode,
};

/// The state of every house.
#[derive(Debug, Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    changes: broadcast::Sender<Change>,
}

/// Why the state of a house cannot be told or changed.
#[derive(Debug, Error)]
pub enum StateError {
    /// There is no such home.
    #[error("there is no home {0}")]
    NoSuchHome(HomeId),
    /// The home has no such device.
    #[error("the home has no device {0}")]
    NoSuchDevice(DeviceId),
    /// The home has no such command.
    #[error("the home has no command {0}")]
    NoSuchCommand(CommandId),
    /// A field of a request does not fit.
    #[error("{field}: {why}")]
    Unfit {
        /// Which field.
        field: &'static str,
        /// What is wrong with it and what would fit.
        why: String,
    },
    /// The node is already adopted for another device of the home.
    #[error("that node already belongs to device {0}; release it there first")]
    NodeTaken(DeviceId),
    /// The idempotency key was used for another wish.
    #[error("that idempotency key was used for another command; take a new key for a new wish")]
    KeyReused(CommandId),
    /// Too much is under way for the home, or too many things are on its list.
    #[error("{0}")]
    TooMany(&'static str),
    /// Not stored.
    #[error("the state of the house cannot be read or stored now")]
    Storage,
}

impl Service {
    /// Every home, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn homes(&self) -> Result<Vec<HomeSummary>, StateError> {
        Err(StateError::Storage)
    }

    /// Adds a home.
    ///
    /// # Errors
    /// When its place does not fit, or the store fails.
    pub async fn add_home(&self, _new: NewHome, _by: &str) -> Result<HomeId, StateError> {
        Err(StateError::Storage)
    }

    /// Adds a line to the equipment list.
    ///
    /// # Errors
    /// When the home does not exist, a text does not fit, the node is taken, or the list is full (200).
    pub async fn add_equipment(&self, _home: &HomeId, _new: NewEquipment, _by: &str) -> Result<DeviceId, StateError> {
        Err(StateError::Storage)
    }

    /// Adopts a node for a device: from now on the gateway controls it.
    ///
    /// # Errors
    /// When home or device do not exist, the class does not fit the device's kind, or the node is taken.
    pub async fn adopt(
        &self,
        _home: &HomeId,
        _device: &DeviceId,
        _endpoint: Endpoint,
        _by: &str,
    ) -> Result<(), StateError> {
        Err(StateError::Storage)
    }

    /// Takes the node away from a device; it stays on the list.
    ///
    /// # Errors
    /// When home or device do not exist.
    pub async fn release(&self, _home: &HomeId, _device: &DeviceId, _by: &str) -> Result<(), StateError> {
        Err(StateError::Storage)
    }

    /// Takes a device off the list.
    ///
    /// # Errors
    /// When home or device do not exist.
    pub async fn remove_equipment(&self, _home: &HomeId, _device: &DeviceId, _by: &str) -> Result<(), StateError> {
        Err(StateError::Storage)
    }

    /// Nodes on the house's network that are not on the list, newest first.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn unknown_nodes(&self, _home: &HomeId) -> Result<Vec<UnknownNode>, StateError> {
        Err(StateError::Storage)
    }

    /// The house: its gateway, its devices and their twins.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn house(&self, _home: &HomeId) -> Result<House, StateError> {
        Err(StateError::Storage)
    }

    /// One device and its twin.
    ///
    /// # Errors
    /// When home or device do not exist.
    pub async fn device(&self, _home: &HomeId, _device: &DeviceId) -> Result<DeviceState, StateError> {
        Err(StateError::Storage)
    }

    /// Takes a wish: durable before it answers, and idempotent by id and by key.
    ///
    /// # Errors
    /// When the device is unknown or has no node, the property cannot be set, the value does not fit, the key was
    /// used for something else, or too much is under way.
    pub async fn command(&self, _home: &HomeId, _new: NewCommand) -> Result<CommandRecord, StateError> {
        Err(StateError::Storage)
    }

    /// One command.
    ///
    /// # Errors
    /// When the home has no such command.
    pub async fn command_record(&self, _home: &HomeId, _id: &CommandId) -> Result<CommandRecord, StateError> {
        Err(StateError::Storage)
    }

    /// What happened, newest first.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn history(&self, _home: &HomeId, _page: Page) -> Result<HistoryPage, StateError> {
        Err(StateError::Storage)
    }

    /// Tells what is different from now on. A receiver that lags loses hints, not facts: read again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }
}
