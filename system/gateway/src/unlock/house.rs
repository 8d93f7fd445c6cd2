//! What the room hears from the guard of the house, and tells its journal.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use tomori_runtime::remedy::chain;
use tomori_smart_home::event::What;
use tomori_smart_home::unlock::{Attestation, IncidentOpened, UnixMillis};
use tomori_smart_home::{Alarm, Event, GatewayId, HomeId, IncidentId};
use tomori_unlock::GatewayKey;

use super::bolt::Bolts;
use super::model::Standing;
use super::port::{Incidents, Journal, Told};
use super::service::Parts;
use crate::config::SecurityCompany;
use crate::devices::Devices;
use crate::plan::PlanRoom;
use crate::store::{Need, Store};
use crate::timekeeping::Timekeeper;
use crate::uplink::Identity;
use crate::vault::Vault;

/// The incidents of the house, as its guard holds them.
pub(crate) struct Guarded {
    pub(crate) home: HomeId,
    pub(crate) store: Store,
    pub(crate) plan: PlanRoom,
}

/// The gateway's journal.
pub(crate) struct Ledger {
    pub(crate) store: Store,
    pub(crate) time: Timekeeper,
}

impl Guarded {
    /// Where it began, as the residents call the place.
    fn zone(&self, first: Option<&Alarm>) -> String {
        let device = first.and_then(|alarm| alarm.device.as_ref());
        let plan = self.plan.in_force();
        let line = device.and_then(|device| plan.as_ref().and_then(|plan| plan.equipment(device)));
        match (line, first) {
            (Some(line), _) => format!("{} {}", line.device.room, line.device.name),
            (None, Some(alarm)) => alarm.hazard.word().to_owned(),
            (None, None) => "?".to_owned(),
        }
    }
}

impl Incidents for Guarded {
    fn standing(&self, incident: &IncidentId) -> Standing {
        let (open, first) = self.store.look(|state| {
            let first = state.arming.recent.iter().find(|alarm| alarm.incident == *incident);
            let open = state.arming.incident.clone().filter(|open| open.id == *incident);
            (open, first.cloned())
        });
        match open {
            Some(open) => Standing::Open(IncidentOpened {
                incident: open.id,
                home: self.home.clone(),
                zone: self.zone(first.as_ref()),
                at: UnixMillis::of(open.opened_at),
                nonce: open.nonce,
            }),
            None if first.is_some() => Standing::Closed,
            None => Standing::Unknown,
        }
    }

    fn open(&self) -> Option<IncidentOpened> {
        let open = self.store.look(|state| state.arming.incident.clone())?;
        match self.standing(&open.id) {
            Standing::Open(opened) => Some(opened),
            _ => None,
        }
    }

    fn shown(&self) -> Option<IncidentOpened> {
        // Whoever threatens a resident reads the panel too: an incident that nobody in the house must know of is not
        // shown there.
        let is_shown = self
            .store
            .look(|state| state.arming.incident.as_ref().is_some_and(|open| open.is_shown));
        self.open().filter(|_| is_shown)
    }
}

#[async_trait]
impl Journal for Ledger {
    async fn tell(&self, told: Told) -> bool {
        let what = match told {
            Told::Opened { incident, attested } => What::IncidentAttested {
                incident,
                attested: Attestation(attested),
            },
            Told::Answered {
                bundle,
                incident,
                attested,
            } => What::UnlockAnswered {
                bundle,
                incident,
                attested: Attestation(attested),
            },
            Told::Relocked {
                incident,
                lock,
                is_confirmed,
            } => What::Relocked {
                incident,
                lock,
                is_confirmed,
            },
            Told::LeftOpen { incident, lock } => What::DoorLeftOpen { incident, lock },
        };
        let event = Event {
            at: self.time.now(),
            what,
        };
        match self.store.remember(vec![event.into()], Need::Durable).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(error = %chain(&error), "what happened at the door is not in the journal yet");
                false
            }
        }
    }
}

impl Parts {
    /// The room's parts in a house that is put together.
    pub(crate) fn of_house(
        (home, gateway): (&HomeId, &GatewayId),
        company: &SecurityCompany,
        vault: &Vault,
        (store, plan, time): (&Store, &PlanRoom, &Timekeeper),
        devices: &Devices,
    ) -> Self {
        let (clock, memory, identity) = (time.clone(), store.clone(), vault.clone());
        Self {
            home: home.clone(),
            gateway: gateway.clone(),
            root: company.root(),
            vault: vault.clone(),
            time: time.clone(),
            trust: Box::new(move || clock.trust(memory.look(|state| state.latest))),
            // Read anew each time: the key is another one after each renewal.
            key: Box::new(move || {
                let identity = Identity::load(&identity).ok().flatten()?;
                let key = identity.key().ok()?;
                GatewayKey::from_der(&key.to_der()).ok()
            }),
            incidents: Arc::new(Guarded {
                home: home.clone(),
                store: store.clone(),
                plan: plan.clone(),
            }),
            locks: Arc::new(Bolts {
                devices: devices.clone(),
                plan: plan.clone(),
            }),
            journal: Arc::new(Ledger {
                store: store.clone(),
                time: time.clone(),
            }),
            news: store.tip(),
            relock_after: SignedDuration::from_secs(company.relock_after_s.into()),
            left_open_after: SignedDuration::from_secs(company.left_open_after_s.into()),
        }
    }
}
