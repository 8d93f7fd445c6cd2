//! The shell: sockets, the clock and the callers.

use tokio::sync::mpsc;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, Equipment, PropertyName, PropertyValue, Report};

use super::{Counters, Known, LanConfig, LanError, LanEvent, ReadError, SetError};

/// The gateway's node on the house's network. Clones are the same node.
#[derive(Clone)]
pub struct Lan;

impl Lan {
    /// Opens the sockets, introduces the gateway and asks who is there.
    ///
    /// # Errors
    /// When a setting does not fit or the sockets cannot be opened.
    pub async fn start(
        config: LanConfig,
        _clock: SharedClock,
        _entropy: SharedEntropy,
        _shutdown: Shutdown,
    ) -> Result<(Self, mpsc::Receiver<LanEvent>), LanError> {
        config.check()?;
        let (_, events) = mpsc::channel(config.events);
        Ok((Self, events))
    }

    /// Replaces the equipment list: what is on it with an endpoint is controlled, all else is not.
    pub fn set_equipment(&self, _equipment: Vec<Equipment>) {}

    /// Sets one property by one request that is never repeated.
    ///
    /// # Errors
    /// See [`SetError`].
    pub async fn set(
        &self,
        _device: &DeviceId,
        _property: &PropertyName,
        _value: &PropertyValue,
        _remote: bool,
    ) -> Result<(), SetError> {
        Err(SetError::NotAdopted)
    }

    /// Reads properties from the device itself.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn read(
        &self,
        _device: &DeviceId,
        _properties: &[PropertyName],
        _source: Source,
    ) -> Result<Vec<(PropertyName, Report)>, ReadError> {
        Err(ReadError::NotAdopted)
    }

    /// What is known of an adopted device; `None` when it is not adopted.
    #[must_use]
    pub fn known(&self, _device: &DeviceId) -> Option<Known> {
        None
    }

    /// Asks everybody who is there, now.
    pub fn search(&self) {}

    /// What went in and out so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters::default()
    }
}
