//! The guard, answered from memory.

use async_trait::async_trait;
use tomori_app::port::{
    CloseError, CodesError, Given, GuardPort, GuardView, IncidentEntry, IncidentStep, IncidentStory, IncidentView,
    Link, NewCodes, OrderError, PortError, SignInMode, SignedRecord, Vantage, Viewer,
};
use tomori_smart_home::alarm::Closing;
use tomori_smart_home::arming::{Answer, Arming, Mode, Outcome, Phase, Security, Wish, Zone};
use tomori_smart_home::{Hazard, HomeId, IncidentId, OrderId, Trust};

use super::MemoryHouse;

/// The guard of one home, and its incidents.
pub(crate) struct Guard {
    pub(crate) view: GuardView,
    pub(crate) code: Option<String>,
    pub(crate) incidents: Vec<IncidentStory>,
}

/// A house with one zone that is not armed, and one incident that is open.
pub(crate) fn guard(now: jiff::Timestamp) -> Guard {
    let zone = Zone {
        id: "zone_windows".parse().unwrap(),
        name: "窓".to_owned(),
        modes: [Mode::Home, Mode::Away].into(),
        is_way_in: false,
        devices: vec!["dev_window".parse().unwrap()],
    };
    let incident = IncidentView {
        id: "inc_window".parse().unwrap(),
        hazard: Hazard::Intrusion,
        opened_at: now,
        closed: None,
        has_company: false,
        has_answered: false,
    };
    Guard {
        view: GuardView {
            arming: Some(Arming {
                mode: Mode::Disarmed,
                phase: Phase::Disarmed,
                since: now,
                bypassed: [].into(),
                obstacles: [].into(),
                low_battery: [].into(),
                incident: None,
                has_code: true,
                answer: None,
            }),
            security: Security {
                zones: vec![zone],
                ..Security::default()
            },
            gateway: Link::Up,
        },
        code: Some("135790".to_owned()),
        incidents: vec![IncidentStory {
            incident,
            entries: vec![IncidentEntry {
                at: now,
                what: IncidentStep::Alarm {
                    hazard: Hazard::Intrusion,
                    room: "居間".to_owned(),
                    name: "窓".to_owned(),
                    trust: Trust::Unauthenticated,
                },
            }],
        }],
    }
}

#[async_trait]
impl GuardPort for MemoryHouse {
    fn sets_codes(&self) -> bool {
        self.abilities.sign_in == SignInMode::Paired
    }

    async fn guard(&self, viewer: &Viewer, home: &HomeId) -> Result<GuardView, PortError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        let mut view = home.guard.view.clone();
        if let Vantage::Platform { gateway } = home.house.vantage {
            view.gateway = gateway;
        }
        Ok(view)
    }

    async fn order(&self, viewer: &Viewer, home: &HomeId, wish: Wish) -> Result<Given, OrderError> {
        let now = self.clock.now();
        let mut memory = self.lock();
        let number = memory.number();
        let known = memory.home(viewer, home)?;
        let at_home = self.abilities.sign_in == SignInMode::Paired;
        if !at_home && !matches!(known.house.vantage, Vantage::Platform { gateway: Link::Up }) {
            return Err(OrderError::HouseUnreachable);
        }
        let guard = &mut known.guard;
        let Some(arming) = &mut guard.view.arming else {
            return Err(OrderError::HouseUnreachable);
        };
        let outcome = match wish {
            Wish::Arm { mode, bypass } => {
                let in_the_way = arming.obstacles.iter().any(|one| !bypass.contains(&one.device));
                if in_the_way {
                    Outcome::NotReady
                } else {
                    (arming.mode, arming.phase, arming.since) = (mode, Phase::Armed, now);
                    arming.bypassed = bypass;
                    Outcome::Done
                }
            }
            Wish::Disarm { code } if guard.code.as_deref() == Some(code.digits()) => {
                (arming.mode, arming.phase, arming.since) = (Mode::Disarmed, Phase::Disarmed, now);
                Outcome::Done
            }
            Wish::Disarm { .. } => Outcome::WrongCode,
        };
        if at_home {
            return Ok(Given::Answered(outcome));
        }
        let order: OrderId = format!("ord_{number}").parse().unwrap();
        arming.answer = Some(Answer {
            order: order.clone(),
            outcome,
        });
        Ok(Given::Waiting(order))
    }

    async fn set_codes(&self, viewer: &Viewer, home: &HomeId, codes: NewCodes) -> Result<(), CodesError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        if codes.code == codes.duress {
            return Err(CodesError::Same);
        }
        let current = codes.current.as_ref().map(|code| code.digits().to_owned());
        if home.guard.code.is_some() && home.guard.code != current {
            return Err(CodesError::Wrong);
        }
        home.guard.code = Some(codes.code.digits().to_owned());
        Ok(())
    }

    async fn incidents(&self, viewer: &Viewer, home: &HomeId) -> Result<Vec<IncidentView>, PortError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        Ok(home
            .guard
            .incidents
            .iter()
            .map(|story| story.incident.clone())
            .collect())
    }

    async fn incident(&self, viewer: &Viewer, home: &HomeId, id: &IncidentId) -> Result<IncidentStory, PortError> {
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        let found = home.guard.incidents.iter().find(|story| story.incident.id == *id);
        found.cloned().ok_or(PortError::NotFound)
    }

    async fn record(&self, viewer: &Viewer, home: &HomeId, id: &IncidentId) -> Result<Option<SignedRecord>, PortError> {
        self.incident(viewer, home, id).await?;
        // Inside the house nothing of it is kept.
        Ok((!self.sets_codes()).then(|| SignedRecord {
            file: "{\"tomoriIncident\":1}".to_owned(),
            keys: vec!["BKEY".to_owned()],
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
        let now = self.clock.now();
        let mut memory = self.lock();
        let home = memory.home(viewer, home)?;
        let story = home.guard.incidents.iter_mut().find(|story| story.incident.id == *id);
        let story = story.ok_or(PortError::NotFound)?;
        if report.is_empty() {
            return Err(CloseError::Report);
        }
        if story.incident.has_company {
            return Err(CloseError::NotYours);
        }
        story.incident.closed = Some((now, closing));
        Ok(())
    }
}
