//! Every device of the house, on whichever road it is: ECHONET Lite, or MQTT with a certificate. What is above asks
//! here and need not know the difference; what must know it looks at the equipment's trust.

use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, Equipment, PropertyName, PropertyValue, Report};

use crate::lan::{Known, Lan, ReadError, SetError};
use crate::mqtt::Mqtt;

/// Every device of the house. Clones are the same.
#[derive(Clone)]
pub(crate) struct Devices {
    lan: Lan,
    mqtt: Option<Mqtt>,
}

impl Devices {
    /// Both roads; the second only where it is configured.
    pub(crate) fn new(lan: Lan, mqtt: Option<Mqtt>) -> Self {
        Self { lan, mqtt }
    }

    /// The road of the devices that prove themselves.
    pub(crate) fn mqtt(&self) -> Option<&Mqtt> {
        self.mqtt.as_ref()
    }

    /// Replaces the equipment list.
    pub(crate) fn set_equipment(&self, equipment: Vec<Equipment>) {
        match &self.mqtt {
            Some(mqtt) => mqtt.set_equipment(&equipment),
            None => {
                let unheard = equipment.iter().filter(|line| line.certificate.is_some());
                for line in unheard {
                    tracing::warn!(device = %line.device.id, "it proves itself, and nobody listens: set devices.listen");
                }
            }
        }
        self.lan.set_equipment(equipment);
    }

    /// What is known of a device; `None` when it is not adopted.
    pub(crate) fn known(&self, device: &DeviceId) -> Option<Known> {
        self.proved(device).or_else(|| self.lan.known(device))
    }

    /// Sets one property by one request that is never repeated.
    ///
    /// # Errors
    /// See [`SetError`].
    pub(crate) async fn set(
        &self,
        device: &DeviceId,
        property: &PropertyName,
        value: &PropertyValue,
        remote: bool,
    ) -> Result<(), SetError> {
        match self.road(device) {
            Some(mqtt) => mqtt.set(device, property, value).await,
            None => self.lan.set(device, property, value, remote).await,
        }
    }

    /// Reads properties from the device itself.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub(crate) async fn read(
        &self,
        device: &DeviceId,
        properties: &[PropertyName],
        source: Source,
    ) -> Result<Vec<(PropertyName, Report)>, ReadError> {
        match self.road(device) {
            Some(mqtt) => mqtt.read(device, properties, source),
            None => self.lan.read(device, properties, source).await,
        }
    }

    /// Tells presence and every property again.
    pub(crate) fn tell_everything_again(&self) {
        self.lan.tell_everything_again();
        if let Some(mqtt) = &self.mqtt {
            mqtt.tell_everything_again();
        }
    }

    fn proved(&self, device: &DeviceId) -> Option<Known> {
        self.mqtt.as_ref().and_then(|mqtt| mqtt.known(device))
    }

    /// The MQTT road, when the device is on it.
    fn road(&self, device: &DeviceId) -> Option<&Mqtt> {
        self.mqtt.as_ref().filter(|mqtt| mqtt.known(device).is_some())
    }
}
