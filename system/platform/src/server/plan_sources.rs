//! Who hands over which part of a house plan.

use async_trait::async_trait;
use tomori_smart_home::plan::Grant;
use tomori_smart_home::{HomeId, Schedule};

use crate::house_plan::{Part, PartError, PlanParts};
use crate::personal_info;

pub(super) struct PlanSources {
    pub(super) personal_info: personal_info::Service,
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

    async fn schedules(&self, _home: &HomeId) -> Result<Part<Vec<Schedule>>, PartError> {
        Ok(Part {
            version: 0,
            content: Vec::new(),
        })
    }

    async fn grants(&self, _home: &HomeId) -> Result<Part<Vec<Grant>>, PartError> {
        Ok(Part {
            version: 0,
            content: Vec::new(),
        })
    }
}
