//! Who is on duty, where they are, and what they can do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tomori_smart_home::StaffId;

use super::super::model::{Guard, Mission, MissionState, Place};
use super::super::skill::Skill;
use super::super::store;
use super::{DispatchError, Service};
use crate::people::Viewer;

impl Service {
    /// A guard goes on or off duty. Off duty nobody knows where they are.
    ///
    /// # Errors
    /// [`DispatchError::NotFree`] when they have a mission and want to go.
    pub async fn set_duty(&self, viewer: &Viewer, is_on_duty: bool) -> Result<(), DispatchError> {
        let staff = viewer.staff.clone();
        self.inner
            .database
            .try_write(move |tx| {
                if !is_on_duty && store::of_guard(tx, &staff)?.is_some() {
                    return Err(DispatchError::NotFree);
                }
                Ok(store::set_duty(tx, &staff, is_on_duty)?)
            })
            .await?;
        let what = if is_on_duty { "guard.onDuty" } else { "guard.offDuty" };
        self.audit(viewer.staff.as_str(), what, viewer.staff.as_str()).await;
        Ok(())
    }

    /// A guard says where they are.
    ///
    /// # Errors
    /// [`DispatchError::OffDuty`].
    pub async fn set_place(&self, staff: &StaffId, place: Place) -> Result<(), DispatchError> {
        let (staff, now) = (staff.clone(), self.now());
        let database = &self.inner.database;
        match database
            .write(move |tx| store::set_place(tx, &staff, place, now))
            .await?
        {
            true => Ok(()),
            false => Err(DispatchError::OffDuty),
        }
    }

    /// A guard as they stand, and the mission that keeps them busy.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn guard(&self, staff: &StaffId) -> Result<(Option<Guard>, Option<Mission>), DispatchError> {
        let staff = staff.clone();
        let found = self.inner.database.read(move |reader| {
            let guard = store::guards(reader)?.into_iter().find(|guard| guard.staff == staff);
            Ok((guard, store::of_guard(reader, &staff)?))
        });
        Ok(found.await?)
    }

    /// What everybody can do, of whom something is known.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn skills(&self) -> Result<BTreeMap<StaffId, BTreeSet<Skill>>, DispatchError> {
        Ok(self.inner.database.read(store::skills).await?)
    }

    /// Says what a guard can do, in place of what was said before.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn set_skills(
        &self,
        by: &StaffId,
        guard: &StaffId,
        skills: BTreeSet<Skill>,
    ) -> Result<(), DispatchError> {
        let words: Vec<&str> = skills.iter().map(|skill| skill.word()).collect();
        let detail = json!({ "skills": words }).to_string();
        let staff = guard.clone();
        self.inner
            .database
            .write(move |tx| store::set_skills(tx, &staff, &skills))
            .await?;
        let audit = &self.inner.needs.audit;
        audit.record(by.as_str(), "guard.skills", guard.as_str(), &detail).await;
        Ok(())
    }

    /// Somebody has left the company: nobody knows where they are or what they can do, and nobody sends them. Where they
    /// were going, the next one is asked.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget_guard(&self, staff: &StaffId) -> Result<(), DispatchError> {
        let (gone, now) = (staff.clone(), self.now());
        let left = self
            .inner
            .database
            .write(move |tx| {
                store::forget_guard(tx, &gone)?;
                let Some(mission) = store::of_guard(tx, &gone)? else {
                    return Ok(None);
                };
                let goes = mission.state.may_become(MissionState::CalledOff);
                let last = if goes {
                    MissionState::CalledOff
                } else {
                    MissionState::Done
                };
                store::set_state(tx, &mission, last, now)?;
                Ok(goes.then_some(mission.case))
            })
            .await?;
        match left {
            Some(case) => self.ask_next(&case).await,
            None => Ok(()),
        }
    }
}
