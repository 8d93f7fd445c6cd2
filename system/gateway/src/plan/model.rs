//! The house plan in force: sealed on disk, replaced whole, and ready for the schedule runner.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_smart_home::plan::PlanError;
use tomori_smart_home::schedule::{Calendar, ScheduleError};
use tomori_smart_home::{DeviceId, Equipment, HomeId, HousePlan, Schedule, ScheduleId};

/// Why a plan is not taken over. The plan in force stays.
#[derive(Debug, Error)]
pub enum PlanRefused {
    /// It is for another house (T3-11 EP⑤, tampering; the gateway's home comes from its certificate).
    #[error("the plan is for {given}, and this gateway serves {ours}")]
    OtherHome {
        /// The home it names.
        given: HomeId,
        /// Ours.
        ours: HomeId,
    },
    /// It is older than the one in force.
    #[error("the plan has version {given}, and version {in_force} is in force")]
    Older {
        /// Its version.
        given: u64,
        /// The version in force.
        in_force: u64,
    },
    /// It breaks a bound.
    #[error("the plan does not hold together")]
    Bounds(#[source] PlanError),
    /// Its place makes no calendar.
    #[error("the plan's place has no calendar")]
    Place(#[source] ScheduleError),
}

/// A plan as it lies on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanFile {
    /// The plan.
    pub(crate) plan: HousePlan,
    /// Since when each schedule is as it is. A firing before that was never this schedule's.
    pub(crate) since: BTreeMap<ScheduleId, Timestamp>,
}

/// The plan in force.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    file: PlanFile,
    calendar: Calendar,
}

impl InForce {
    /// Takes over a plan that came from the platform at `now`, after `previous`.
    ///
    /// # Errors
    /// When it is for another home, older than the one in force, or breaks a bound.
    pub(crate) fn take(
        plan: HousePlan,
        ours: &HomeId,
        previous: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, PlanRefused> {
        if plan.home != *ours {
            return Err(PlanRefused::OtherHome {
                given: plan.home,
                ours: ours.clone(),
            });
        }
        if let Some(previous) = previous.filter(|previous| plan.version < previous.plan().version) {
            return Err(PlanRefused::Older {
                given: plan.version,
                in_force: previous.plan().version,
            });
        }
        plan.check().map_err(PlanRefused::Bounds)?;
        let since = plan
            .schedules
            .iter()
            .map(|schedule| {
                let unchanged = previous.and_then(|previous| previous.unchanged_since(schedule));
                (schedule.id.clone(), unchanged.unwrap_or(now))
            })
            .collect();
        Self::restore(PlanFile { plan, since })
    }

    /// Takes a plan up again from the disk.
    ///
    /// # Errors
    /// When its place makes no calendar.
    pub(crate) fn restore(file: PlanFile) -> Result<Self, PlanRefused> {
        let calendar = Calendar::new(&file.plan.place).map_err(PlanRefused::Place)?;
        Ok(Self { file, calendar })
    }

    /// The plan.
    #[must_use]
    pub(crate) fn plan(&self) -> &HousePlan {
        &self.file.plan
    }

    /// As it is to be written.
    #[must_use]
    pub(crate) fn file(&self) -> &PlanFile {
        &self.file
    }

    /// The calendar of its place.
    #[must_use]
    pub(crate) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Since when a schedule is as it is.
    #[must_use]
    pub(crate) fn since(&self, schedule: &ScheduleId) -> Option<Timestamp> {
        self.file.since.get(schedule).copied()
    }

    /// The line of the equipment list.
    #[must_use]
    pub(crate) fn equipment(&self, device: &DeviceId) -> Option<&Equipment> {
        self.plan()
            .equipment
            .iter()
            .find(|equipment| equipment.device.id == *device)
    }

    fn unchanged_since(&self, schedule: &Schedule) -> Option<Timestamp> {
        let ours = self.plan().schedules.iter().find(|ours| ours.id == schedule.id)?;
        let same_firings = ours.weekdays == schedule.weekdays
            && ours.moment == schedule.moment
            && ours.holidays_off == schedule.holidays_off
            && ours.pause == schedule.pause;
        same_firings.then(|| self.since(&schedule.id)).flatten()
    }
}
