//! What is going to happen, and what became of what was.

use serde::Serialize;
use tomori_smart_home::schedule::{Calendar, Firing};
use tomori_smart_home::{DeviceId, HomeId, PropertyName, PropertyValue, Schedule};

use super::model::Standing;
use super::service::{Service, ShutterError};
use super::store;
use crate::device_state::{CommandRecord, StateError};

/// A firing to come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NextFiring {
    /// When, and for which date.
    #[serde(flatten)]
    pub firing: Firing,
    /// What is going to happen.
    pub device: DeviceId,
    /// The property that will be set.
    pub property: PropertyName,
    /// To what.
    pub value: PropertyValue,
}

/// A firing that was, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fired {
    /// When, and for which date.
    #[serde(flatten)]
    pub firing: Firing,
    /// The schedule in the form it had then.
    pub schedule_then: Schedule,
    /// What the platform did.
    pub standing: Standing,
    /// The command, whoever gave it: the truth about the shutter.
    pub command: Option<CommandRecord>,
}

impl Service {
    /// What is going to happen in a home, soonest first: for each schedule its next firing.
    ///
    /// # Errors
    /// When the home does not exist or the tables cannot be read.
    pub async fn next_firings(&self, home: &HomeId, most: usize) -> Result<Vec<NextFiring>, ShutterError> {
        let calendar = Calendar::new(&self.inner.state.house(home).await?.place)?;
        let (of, now) = (home.clone(), self.now());
        let mut next = self
            .inner
            .database
            .read(move |reader| {
                let mut next = Vec::new();
                for kept in store::of_home(reader, &of)? {
                    let mut after = now.max(kept.since);
                    while let Some(firing) = calendar.next_firing(&kept.schedule, after) {
                        // A schedule fires once a date: one that was moved to later in the day after it had fired
                        // begins on its next day.
                        if store::last_date(reader, &kept.schedule.id, firing.date)? < Some(firing.date) {
                            next.push((firing, kept.schedule));
                            break;
                        }
                        after = firing.at;
                    }
                }
                Ok(next)
            })
            .await?;
        next.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(next
            .into_iter()
            .take(most)
            .map(|(firing, schedule)| NextFiring {
                firing,
                device: schedule.device,
                property: schedule.property,
                value: schedule.value,
            })
            .collect())
    }

    /// What became of the newest firings of a home, newest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn firings(&self, home: &HomeId, most: u16) -> Result<Vec<Fired>, ShutterError> {
        let of = home.clone();
        let written = self
            .inner
            .database
            .read(move |reader| store::firings(reader, &of, u32::from(most)))
            .await?;
        let mut fired = Vec::with_capacity(written.len());
        for written in written {
            let command = self.command_of(home, &written.firing).await?;
            fired.push(Fired {
                firing: written.firing,
                schedule_then: written.schedule,
                // The gateway may have run it by itself while the platform was away; its command is the truth.
                standing: match (written.standing, &command) {
                    (Standing::Missed, Some(_)) => Standing::Instructed,
                    (standing, _) => standing,
                },
                command,
            });
        }
        Ok(fired)
    }

    /// The command of a firing, if anybody ever gave it.
    pub(super) async fn command_of(
        &self,
        home: &HomeId,
        firing: &Firing,
    ) -> Result<Option<CommandRecord>, ShutterError> {
        let Some(id) = Firing::command_id(&firing.schedule, firing.date) else {
            return Ok(None);
        };
        match self.inner.state.command_record(home, &id).await {
            Ok(record) => Ok(Some(record)),
            Err(StateError::NoSuchCommand(_) | StateError::NoSuchHome(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
