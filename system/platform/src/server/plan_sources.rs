//! Who hands over which part of a house plan.

use async_trait::async_trait;
use tomori_smart_home::arming::{Order, Security};
use tomori_smart_home::plan::Grant;
use tomori_smart_home::{HomeId, IncidentId, Schedule};

use crate::auth::people;
use crate::house_plan::{Errands, Part, PartError, PlanParts};
use crate::personal_info;
use crate::services::{dispatch, shutter};

pub(super) struct PlanSources {
    pub(super) personal_info: personal_info::Service,
    pub(super) people: people::Service,
    pub(super) shutter: shutter::Service,
    pub(super) dispatch: dispatch::Service,
}

#[async_trait]
impl PlanParts for PlanSources {
    async fn home_name(&self, home: &HomeId) -> Result<Part<String>, PartError> {
        self.personal_info
            .home_name_part(home)
            .await
            .map_err(|source| PartError {
                part: "the home's name",
                source: source.into(),
            })
    }

    async fn schedules(&self, home: &HomeId) -> Result<Part<Vec<Schedule>>, PartError> {
        self.shutter.plan_part(home).await.map_err(|source| PartError {
            part: "the schedules",
            source: source.into(),
        })
    }

    async fn grants(&self, home: &HomeId) -> Result<Part<Vec<Grant>>, PartError> {
        self.people.plan_part(home).await.map_err(|source| PartError {
            part: "the paired phones",
            source: source.into(),
        })
    }

    async fn security(&self, home: &HomeId) -> Result<Part<Security>, PartError> {
        self.dispatch.security_part(home).await.map_err(|source| PartError {
            part: "what the home is guarded by",
            source: source.into(),
        })
    }
}

#[async_trait]
impl Errands for PlanSources {
    fn orders(&self, home: &HomeId) -> Vec<Order> {
        self.dispatch.take_orders(home)
    }

    async fn closed_incidents(&self, home: &HomeId) -> Result<Vec<IncidentId>, PartError> {
        self.dispatch.closed_untold(home).await.map_err(|source| PartError {
            part: "closed incidents",
            source: source.into(),
        })
    }
}
