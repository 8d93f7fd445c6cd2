//! Who hands over which part of a house plan.

use async_trait::async_trait;
use jiff::Timestamp;
use tomori_smart_home::arming::{Order, Security};
use tomori_smart_home::plan::Grant;
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{HomeId, IncidentId, Schedule};

use crate::auth::people;
use crate::house_plan::{Errands, Part, PartError, PlanParts, RosterMark, SignedRoster, WaitingBundle};
use crate::personal_info;
use crate::services::{dispatch, shutter, unlock};

pub(super) struct PlanSources {
    pub(super) personal_info: personal_info::Service,
    pub(super) people: people::Service,
    pub(super) shutter: shutter::Service,
    pub(super) dispatch: dispatch::Service,
    pub(super) unlock: unlock::Service,
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

    async fn roster(&self, home: &HomeId, carried: Option<&RosterMark>) -> Result<Option<SignedRoster>, PartError> {
        let roster = self.unlock.roster_for(home, carried).await;
        roster.map_err(|source| PartError {
            part: "the security company's roster",
            source: source.into(),
        })
    }

    async fn bundles(&self, home: &HomeId) -> Result<Vec<WaitingBundle>, PartError> {
        self.unlock.waiting(home).await.map_err(bundles)
    }

    fn now(&self) -> Timestamp {
        self.unlock.now()
    }

    async fn bundle_sent(&self, bundle: &Digest) -> Result<(), PartError> {
        self.unlock.sent(bundle).await.map_err(bundles)
    }
}

fn bundles(source: unlock::UnlockError) -> PartError {
    PartError {
        part: "bundles that wait",
        source: source.into(),
    }
}
