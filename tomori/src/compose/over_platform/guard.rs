//! The guard, from afar: orders go to the gateway, and what became of them comes back with how the guard stands.

use async_trait::async_trait;
use tomori_app::port::{
    CloseError, CodesError, DoorStep, Given, GuardPort, GuardView, IncidentEntry, IncidentStep, IncidentStory,
    IncidentView, NewCodes, OrderError, PortError, SignedRecord, Viewer,
};
use tomori_platform::auth::gateways::KnownKey;
use tomori_platform::device_state::DoorWord;
use tomori_platform::services::dispatch::{Actor, DispatchError, Incident, Step};
use tomori_platform::services::unlock::UnlockError;
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::arming::{Order, Wish};
use tomori_smart_home::unlock::Refusal;
use tomori_smart_home::{HomeId, IncidentId};

use super::errors::{state_error, unavailable};
use super::{AppOverPlatform, house, lives_in};

#[async_trait]
impl GuardPort for AppOverPlatform {
    fn sets_codes(&self) -> bool {
        false
    }

    async fn guard(&self, viewer: &Viewer, home: &HomeId) -> Result<GuardView, PortError> {
        lives_in(viewer, home)?;
        let state = &self.services.device_state;
        let known = state.house(home).await.map_err(state_error)?;
        let guard = state.guard(home).await.map_err(state_error)?;
        let security = self.services.dispatch.security(home).await.map_err(dispatch_error)?;
        Ok(GuardView {
            arming: guard.map(|guard| guard.arming),
            security,
            gateway: house::link(&known.gateway),
        })
    }

    async fn order(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<Given, OrderError> {
        lives_in(viewer, home)?;
        let known = self.services.device_state.house(home).await.map_err(state_error)?;
        if house::link(&known.gateway) != tomori_app::port::Link::Up {
            return Err(OrderError::HouseUnreachable);
        }
        let now = self.house_clock.now();
        let order = Order {
            id: self.services.dispatch.order_id(),
            resident: viewer.resident.clone(),
            wish,
            expires_at: now.checked_add(Order::LIFETIME).unwrap_or(now),
        };
        let id = order.id.clone();
        self.services
            .dispatch
            .order(home, order)
            .await
            .map_err(|_| OrderError::Busy)?;
        Ok(Given::Waiting(id))
    }

    async fn set_codes(&self, _viewer: &Viewer, _home: &HomeId, _codes: NewCodes) -> Result<(), CodesError> {
        Err(CodesError::Port(PortError::NotHere))
    }

    async fn incidents(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<IncidentView>, PortError> {
        lives_in(viewer, home)?;
        let incidents = self.services.dispatch.of_home(home).await.map_err(dispatch_error)?;
        Ok(incidents.iter().map(incident).collect())
    }

    async fn incident(&self, viewer: &Viewer, home: &HomeId, id: &IncidentId) -> Result<IncidentStory, PortError> {
        lives_in(viewer, home)?;
        let (found, entries) = self
            .services
            .dispatch
            .for_residents(home, id)
            .await
            .map_err(dispatch_error)?;
        Ok(IncidentStory {
            incident: incident(&found),
            entries: entries
                .into_iter()
                .map(|entry| IncidentEntry {
                    at: entry.at,
                    what: step(entry.step),
                })
                .collect(),
        })
    }

    async fn record(&self, viewer: &Viewer, home: &HomeId, id: &IncidentId) -> Result<Option<SignedRecord>, PortError> {
        lives_in(viewer, home)?;
        let record = self.services.unlock.record_for_residents(home, id).await;
        let record = record.map_err(|error| match error {
            UnlockError::Dispatch(error) => dispatch_error(error),
            other => unavailable(&other),
        })?;
        let Some(record) = record else { return Ok(None) };
        let keys = self
            .services
            .gateways
            .keys(home)
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(Some(SignedRecord {
            file: serde_json::to_string_pretty(&record).map_err(|error| unavailable(&error))?,
            keys: keys.iter().map(KnownKey::text).collect(),
        }))
    }

    async fn close_incident(
        &self,
        viewer: &Viewer,
        home: &HomeId,
        id: &IncidentId,
        closing: Closing,
        report: &str,
    ) -> Result<(), CloseError> {
        lives_in(viewer, home)?;
        let dispatch = &self.services.dispatch;
        // Theirs to see is theirs to close, unless a company deals with it.
        dispatch.for_residents(home, id).await.map_err(dispatch_error)?;
        let actor = Actor::Resident(viewer.resident.clone());
        match dispatch.close_incident(&actor, id, closing, report).await {
            Ok(()) => Ok(()),
            Err(DispatchError::NotYours(_)) => Err(CloseError::NotYours),
            Err(DispatchError::Unfit(_)) => Err(CloseError::Report),
            Err(error) => Err(CloseError::Port(dispatch_error(error))),
        }
    }
}

fn incident(incident: &Incident) -> IncidentView {
    IncidentView {
        id: incident.id.clone(),
        hazard: incident.hazard,
        opened_at: incident.opened_at,
        closed: incident.closed.map(|closed| (closed.at, closed.closing)),
        has_company: incident.company.is_some(),
        has_answered: incident.answered_at.is_some(),
    }
}

fn step(step: Step) -> IncidentStep {
    match step {
        Step::Alarm { alarm, room, name } => IncidentStep::Alarm {
            hazard: alarm.hazard,
            room,
            name,
            trust: alarm.trust,
        },
        Step::Disclosed { .. } => IncidentStep::Disclosed,
        Step::UnlockAsked { is_away: false, .. } => IncidentStep::Door(DoorStep::Asked),
        Step::UnlockAsked { is_away: true, .. } => IncidentStep::Door(DoorStep::Waits),
        Step::UnlockUnanswered { is_sent: true, .. } => IncidentStep::Door(DoorStep::Unanswered),
        Step::UnlockUnanswered { is_sent: false, .. } => IncidentStep::Door(DoorStep::NeverSent),
        Step::Door { word, answer } => IncidentStep::Door(door(&word, answer)),
        Step::Did { did, .. } => IncidentStep::Did(did),
        Step::Note { text, .. } => IncidentStep::Note { text },
        Step::Closed { closing, report, .. } => IncidentStep::Closed { closing, report },
    }
}

fn door(word: &DoorWord, answer: Option<String>) -> DoorStep {
    match word {
        DoorWord::Attested { .. } => DoorStep::Attested,
        DoorWord::Answered { .. } => match answer.as_deref() {
            Some("opened") => DoorStep::Opened,
            Some("notConfirmed" | "interrupted") | None => DoorStep::Unsure,
            Some(code) => DoorStep::Refused(Refusal::from_code(code)),
        },
        DoorWord::Relocked { is_confirmed: true, .. } => DoorStep::Locked,
        DoorWord::Relocked {
            is_confirmed: false, ..
        } => DoorStep::NotLocked,
        DoorWord::LeftOpen { .. } => DoorStep::LeftOpen,
    }
}

fn dispatch_error(error: DispatchError) -> PortError {
    match error {
        DispatchError::NoSuchIncident(_) | DispatchError::NoSuchCompany(_) => PortError::NotFound,
        DispatchError::State(error) => state_error(error),
        other => unavailable(&other),
    }
}
