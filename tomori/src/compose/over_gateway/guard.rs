//! The guard, inside the house: the gateway obeys or does not, and says so at once.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tomori_app::port::{
    CloseError, CodesError, Given, GuardPort, GuardView, IncidentEntry, IncidentStep, IncidentStory, IncidentView,
    Link, NewCodes, OrderError, PortError, Viewer,
};
use tomori_gateway::CodesError as HouseCodesError;
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::arming::Wish;
use tomori_smart_home::{Alarm, HomeId, HousePlan, IncidentId};

use super::AppOverGateway;

#[async_trait]
impl GuardPort for AppOverGateway {
    fn sets_codes(&self) -> bool {
        true
    }

    async fn guard(&self, _viewer: &Viewer, home: &HomeId) -> Result<GuardView, PortError> {
        let plan = self.own_plan(home)?;
        Ok(GuardView {
            arming: Some(self.house.arming()),
            security: plan.security,
            gateway: Link::Up,
        })
    }

    async fn order(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<Given, OrderError> {
        self.own_plan(home)?;
        Ok(Given::Answered(self.house.order(wish, viewer.resident.clone()).await))
    }

    async fn set_codes(&self, _viewer: &Viewer, home: &HomeId, codes: NewCodes) -> Result<(), CodesError> {
        self.own_plan(home)?;
        let codes = tomori_gateway::NewCodes {
            code: codes.code,
            duress: codes.duress,
            current: codes.current,
        };
        self.house.set_codes(codes).await.map_err(|error| match error {
            HouseCodesError::Same => CodesError::Same,
            HouseCodesError::WrongCode => CodesError::Wrong,
            HouseCodesError::Locked => CodesError::Locked,
            HouseCodesError::NotRemembered => CodesError::Port(PortError::Unavailable { why: error.to_string() }),
        })
    }

    async fn incidents(&self, _viewer: &Viewer, home: &HomeId) -> Result<Vec<IncidentView>, PortError> {
        let plan = self.own_plan(home)?;
        Ok(stories(&plan, &self.house.alarms())
            .into_iter()
            .map(|story| story.incident)
            .collect())
    }

    async fn incident(&self, _viewer: &Viewer, home: &HomeId, id: &IncidentId) -> Result<IncidentStory, PortError> {
        let plan = self.own_plan(home)?;
        stories(&plan, &self.house.alarms())
            .into_iter()
            .find(|story| story.incident.id == *id)
            .ok_or(PortError::NotFound)
    }

    async fn close_incident(
        &self,
        _viewer: &Viewer,
        _home: &HomeId,
        _id: &IncidentId,
        _closing: Closing,
        _report: &str,
    ) -> Result<(), CloseError> {
        // What became of it is written down on the platform.
        Err(CloseError::Port(PortError::NotHere))
    }
}

/// The last alarms, by incident, the newest first. How an incident ended is known on the platform; inside the house the
/// alarms are.
fn stories(plan: &HousePlan, alarms: &[Alarm]) -> Vec<IncidentStory> {
    let mut stories: BTreeMap<&IncidentId, IncidentStory> = BTreeMap::new();
    // Oldest first, as a story goes.
    for alarm in alarms.iter().rev() {
        let story = stories.entry(&alarm.incident).or_insert_with(|| IncidentStory {
            incident: IncidentView {
                id: alarm.incident.clone(),
                hazard: alarm.hazard,
                opened_at: alarm.at,
                closed: None,
                has_company: true,
                has_answered: false,
            },
            entries: Vec::new(),
        });
        story.incident.hazard = story.incident.hazard.min(alarm.hazard);
        let line = plan
            .equipment
            .iter()
            .find(|line| Some(&line.device.id) == alarm.device.as_ref());
        story.entries.push(IncidentEntry {
            at: alarm.at,
            what: IncidentStep::Alarm {
                hazard: alarm.hazard,
                room: line.map(|line| line.device.room.clone()).unwrap_or_default(),
                name: line.map(|line| line.device.name.clone()).unwrap_or_default(),
                trust: alarm.trust,
            },
        });
    }
    let mut stories: Vec<IncidentStory> = stories.into_values().collect();
    stories.sort_by_key(|story| std::cmp::Reverse(story.incident.opened_at));
    stories
}
