//! The locks of the house, on the road of the devices that prove themselves.

use std::time::Duration;

use async_trait::async_trait;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::unlock::Outcome;
use tomori_smart_home::{DeviceId, DeviceKind, PropertyName, PropertyValue, Trust};

use super::model::{LockStanding, Permit};
use super::port::Locks;
use crate::devices::Devices;
use crate::lan::SetError;
use crate::plan::PlanRoom;

/// How long a lock has to show what it was told. Bolts take a second or two.
const SHOW_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The locks of the house.
pub(crate) struct Bolts {
    pub(crate) devices: Devices,
    pub(crate) plan: PlanRoom,
}

impl Bolts {
    /// Tells the lock once, and waits until it shows that; whether it does. `None` when nothing was sent.
    async fn turn(&self, lock: &DeviceId, locked: bool) -> Option<bool> {
        let value = PropertyValue::Boolean(locked);
        match self.devices.set(lock, &bolt(), &value, true).await {
            // Whether it acted is seen at the lock.
            Ok(()) | Err(SetError::Unreachable { maybe_acted: true }) => {}
            Err(SetError::Refused) => return Some(false),
            Err(error) => {
                tracing::warn!(%lock, %error, "the lock was not told anything");
                return None;
            }
        }
        // People wait at a door in real time, however fast the house's clock runs.
        let shown = async {
            while self.shows(lock, bolt()).await != Some(locked) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        Some(tokio::time::timeout(SHOW_WITHIN, shown).await.is_ok())
    }

    async fn shows(&self, lock: &DeviceId, property: PropertyName) -> Option<bool> {
        let read = self.devices.read(lock, &[property], Source::ReadBack).await.ok()?;
        match &read.first()?.1.value {
            PropertyValue::Boolean(value) => Some(*value),
            _ => None,
        }
    }
}

#[async_trait]
impl Locks for Bolts {
    fn standing(&self, device: &DeviceId) -> LockStanding {
        let in_force = self.plan.in_force();
        let Some(line) = in_force.as_ref().and_then(|plan| plan.equipment(device)) else {
            return LockStanding::Unknown;
        };
        if line.device.kind != DeviceKind::ElectricLock {
            return LockStanding::NotALock;
        }
        if line.trust() != Some(Trust::Authenticated) {
            return LockStanding::Unauthenticated;
        }
        match self.devices.known(device) {
            Some(known) if known.alive => LockStanding::Ready,
            _ => LockStanding::Unreachable,
        }
    }

    async fn unlock(&self, permit: &Permit) -> Option<Outcome> {
        let is_shown = self.turn(permit.lock(), false).await?;
        Some(if is_shown {
            Outcome::Opened
        } else {
            Outcome::NotConfirmed
        })
    }

    async fn lock(&self, lock: &DeviceId) -> bool {
        self.turn(lock, true).await == Some(true)
    }

    fn door_is_open(&self, lock: &DeviceId) -> Option<bool> {
        let known = self.devices.known(lock).filter(|known| known.alive)?;
        match known.reports.get(&name::door_opened())?.value {
            PropertyValue::Boolean(open) => Some(open),
            _ => None,
        }
    }
}

/// `true` is locked.
fn bolt() -> PropertyName {
    PropertyName::known("mainElectricLock")
}
