//! Putting a house plan together.

use thiserror::Error;
use tokio::sync::Mutex;
use tomori_smart_home::{DeviceKind, HomeId, HousePlan, Schedule};

use crate::device_state::{self, StateError};
use crate::house_plan::{Part, PartError, PlanParts};

const SHARDS: usize = 64;

/// Composes plans.
pub(super) struct Composer {
    equipment: device_state::Service,
    parts: std::sync::Arc<dyn PlanParts>,
    /// A plan's version is the sum of its parts' versions. Two compositions of one home at the same time could read
    /// the parts interleaved, and come to one sum with different contents; one at a time cannot.
    shards: Vec<Mutex<()>>,
}

/// A plan cannot be composed now.
#[derive(Debug, Error)]
pub(super) enum ComposeError {
    #[error("the equipment list cannot be read for the house plan")]
    Equipment(#[from] StateError),
    #[error(transparent)]
    Part(#[from] PartError),
}

impl Composer {
    pub(super) fn new(equipment: device_state::Service, parts: std::sync::Arc<dyn PlanParts>) -> Self {
        Self {
            equipment,
            parts,
            shards: (0..SHARDS).map(|_| Mutex::new(())).collect(),
        }
    }

    pub(super) async fn compose(&self, home: &HomeId) -> Result<HousePlan, ComposeError> {
        let shard = home
            .as_str()
            .bytes()
            .fold(0_usize, |sum, byte| sum.wrapping_mul(31) ^ usize::from(byte))
            % SHARDS;
        let _one_at_a_time = match self.shards.get(shard) {
            Some(shard) => Some(shard.lock().await),
            None => None,
        };
        let equipment = self.equipment.equipment_part(home).await?;
        let name = self.parts.home_name(home).await?;
        let schedules = self.parts.schedules(home).await?;
        let grants = self.parts.grants(home).await?;
        let security = self.parts.security(home).await?;
        // A house without a name yet is called by its id; the plan needs one.
        let home_name = match name.content.is_empty() {
            true => home.to_string(),
            false => name.content,
        };
        // A schedule whose shutter was taken off the list fires nowhere. A plan that names it would be refused by the
        // gateway, with all that is right in it.
        let shutter = |schedule: &Schedule| {
            equipment
                .content
                .equipment
                .iter()
                .any(|line| line.device.id == schedule.device && line.device.kind == DeviceKind::ElectricRainDoor)
        };
        let schedules = Part {
            version: schedules.version,
            content: schedules.content.into_iter().filter(shutter).collect(),
        };
        Ok(HousePlan {
            home: home.clone(),
            home_name,
            version: [
                equipment.version,
                name.version,
                schedules.version,
                grants.version,
                security.version,
            ]
            .into_iter()
            .fold(0, u64::saturating_add),
            place: equipment.content.place,
            // Likewise a sensor that was taken off the list guards nothing.
            security: security.content.of_equipment(&equipment.content.equipment),
            equipment: equipment.content.equipment,
            schedules: schedules.content,
            grants: grants.content,
        })
    }
}
