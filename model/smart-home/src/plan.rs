//! The house plan: all the gateway needs to know in order to serve its house alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::arming::Security;
use crate::device::{DeviceKind, Equipment};
use crate::ids::{DeviceId, GrantId, HomeId, ResidentId};
use crate::schedule::{Place, Schedule, ScheduleError};

/// What does not fit in a house plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {why}")]
pub struct PlanError {
    /// Where, as a path: `equipment[3].endpoint.instance`.
    pub field: String,
    /// What is wrong, and what would fit.
    pub why: String,
}

impl PlanError {
    fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            why: why.into(),
        }
    }

    fn schedule(at: &str, error: &ScheduleError) -> Self {
        let text = error.to_string();
        let why = text.split_once(": ").map_or(text.as_str(), |(_, why)| why);
        Self::new(format!("{at}.{}", error.field()), why)
    }
}

/// The right of one paired phone to speak to the gateway directly (EP⑩).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Whose phone.
    pub resident: ResidentId,
    /// How that resident is called in the house; 1 to 80 characters.
    pub resident_name: String,
    /// SHA-256 of the secret that the phone holds; the secret itself is nowhere but on the phone.
    pub secret_sha256: Vec<u8>,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What the platform tells the gateway of its house. Sent whole, replaced whole, numbered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HousePlan {
    /// The house.
    pub home: HomeId,
    /// How it is called; 1 to 80 characters.
    pub home_name: String,
    /// Counts up with each change.
    pub version: u64,
    /// Where it is.
    pub place: Place,
    /// The equipment list (設計図書), at most 200 lines.
    pub equipment: Vec<Equipment>,
    /// The schedules, at most 200.
    pub schedules: Vec<Schedule>,
    /// The paired phones, at most 50.
    pub grants: Vec<Grant>,
    /// What is guarded when the house is armed.
    #[serde(default)]
    pub security: Security,
}

impl HousePlan {
    /// The most lines of the equipment list.
    pub const MOST_EQUIPMENT: usize = 200;
    /// The most schedules.
    pub const MOST_SCHEDULES: usize = 200;
    /// The most paired phones.
    pub const MOST_GRANTS: usize = 50;
    /// The longest name of a home or a resident, in characters.
    pub const LONGEST_NAME: usize = 80;

    /// Whether a gateway can work by this plan: counts and texts within bounds, no id and no endpoint twice, each
    /// endpoint of its device's class, each schedule for a shutter of this house.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self) -> Result<(), PlanError> {
        check_text("homeName", &self.home_name, 1, Self::LONGEST_NAME)?;
        self.place
            .check()
            .map_err(|error| PlanError::schedule("place", &error))?;
        check_count("equipment", self.equipment.len(), Self::MOST_EQUIPMENT)?;
        check_count("schedules", self.schedules.len(), Self::MOST_SCHEDULES)?;
        check_count("grants", self.grants.len(), Self::MOST_GRANTS)?;
        let kinds = self.check_equipment()?;
        self.check_schedules(&kinds)?;
        self.security
            .check(&self.equipment)
            .map_err(|error| PlanError::new(format!("security.{}", error.field), error.why))?;
        self.check_grants()
    }

    fn check_equipment(&self) -> Result<BTreeMap<&DeviceId, DeviceKind>, PlanError> {
        let mut kinds = BTreeMap::new();
        let mut endpoints = BTreeSet::new();
        for (index, equipment) in self.equipment.iter().enumerate() {
            let at = format!("equipment[{index}]");
            equipment
                .check()
                .map_err(|error| PlanError::new(format!("{at}.{}", error.field), error.why))?;
            let device = &equipment.device;
            if kinds.insert(&device.id, device.kind).is_some() {
                return Err(PlanError::new(
                    format!("{at}.id"),
                    format!("{} is on the list twice", device.id),
                ));
            }
            if let Some(endpoint) = &equipment.endpoint
                && !endpoints.insert(endpoint)
            {
                let why = "another device of the house is adopted there; release that one first";
                return Err(PlanError::new(format!("{at}.endpoint"), why));
            }
        }
        Ok(kinds)
    }

    fn check_schedules(&self, kinds: &BTreeMap<&DeviceId, DeviceKind>) -> Result<(), PlanError> {
        let mut ids = BTreeSet::new();
        for (index, schedule) in self.schedules.iter().enumerate() {
            let at = format!("schedules[{index}]");
            schedule.check().map_err(|error| PlanError::schedule(&at, &error))?;
            if !ids.insert(&schedule.id) {
                return Err(PlanError::new(
                    format!("{at}.id"),
                    format!("{} is in the plan twice", schedule.id),
                ));
            }
            if kinds.get(&schedule.device) != Some(&DeviceKind::ElectricRainDoor) {
                let why = format!("{} is not a shutter of this house", schedule.device);
                return Err(PlanError::new(format!("{at}.device"), why));
            }
        }
        Ok(())
    }

    fn check_grants(&self) -> Result<(), PlanError> {
        let mut ids = BTreeSet::new();
        for (index, grant) in self.grants.iter().enumerate() {
            let at = format!("grants[{index}]");
            check_text(
                &format!("{at}.residentName"),
                &grant.resident_name,
                1,
                Self::LONGEST_NAME,
            )?;
            if grant.secret_sha256.len() != 32 {
                return Err(PlanError::new(format!("{at}.secretSha256"), "a SHA-256 has 32 bytes"));
            }
            if !ids.insert(&grant.id) {
                return Err(PlanError::new(
                    format!("{at}.id"),
                    format!("{} is in the plan twice", grant.id),
                ));
            }
        }
        Ok(())
    }
}

fn check_count(field: &str, count: usize, most: usize) -> Result<(), PlanError> {
    if count <= most {
        Ok(())
    } else {
        Err(PlanError::new(
            field,
            format!("{count} are too many; a house has at most {most}"),
        ))
    }
}

pub(crate) fn check_text(field: &str, text: &str, least: usize, most: usize) -> Result<(), PlanError> {
    if text.chars().any(char::is_control) {
        return Err(PlanError::new(field, "control characters have no place here"));
    }
    if (least..=most).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(PlanError::new(field, format!("give {least} to {most} characters")))
    }
}
