//! Takes plans over: on the disk first, then in force, then told.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Mutex, watch};
use tomori_smart_home::event::What;
use tomori_smart_home::{Event, HomeId, HousePlan};

use super::model::{InForce, PlanFile, PlanRefused};
use crate::devices::Devices;
use crate::store::{Need, Store, StoreError};
use crate::timekeeping::Timekeeper;
use crate::vault::{Vault, VaultError};

/// The sealed file.
const PLAN: &str = "plan";

/// Why a plan is not in force.
#[derive(Debug, Error)]
pub enum PlanError {
    /// It is refused.
    #[error("the house plan is refused")]
    Refused(#[source] PlanRefused),
    /// It cannot be read from or written to the disk.
    #[error(transparent)]
    Vault(VaultError),
    /// That it is in force cannot be remembered.
    #[error("that the plan is in force cannot be remembered")]
    Store(#[source] StoreError),
}

/// The plan in force. Clones share it.
#[derive(Clone)]
pub(crate) struct PlanRoom {
    home: Option<HomeId>,
    vault: Vault,
    store: Store,
    lan: Devices,
    time: Timekeeper,
    in_force: Arc<watch::Sender<Option<Arc<InForce>>>>,
    taking: Arc<Mutex<()>>,
}

impl PlanRoom {
    /// Takes up the plan of the last run.
    pub(crate) fn open(
        home: Option<HomeId>,
        vault: Vault,
        store: Store,
        lan: Devices,
        time: Timekeeper,
    ) -> Result<Self, PlanError> {
        let file: Option<PlanFile> = vault.read(PLAN).map_err(PlanError::Vault)?;
        // A plan for another house is not ours, wherever it comes from.
        let file = file.filter(|file| home.as_ref() == Some(&file.plan.home));
        let in_force = file
            .map(InForce::restore)
            .transpose()
            .map_err(PlanError::Refused)?
            .map(Arc::new);
        if let Some(in_force) = &in_force {
            lan.set_equipment(in_force.plan().equipment.clone());
        }
        Ok(Self {
            home,
            vault,
            store,
            lan,
            time,
            in_force: Arc::new(watch::Sender::new(in_force)),
            taking: Arc::default(),
        })
    }

    /// The plan in force.
    pub(crate) fn in_force(&self) -> Option<Arc<InForce>> {
        self.in_force.borrow().clone()
    }

    /// The plan in force, as it changes.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Arc<InForce>>> {
        self.in_force.subscribe()
    }

    /// The version in force; 0 for none.
    pub(crate) fn version(&self) -> u64 {
        self.in_force().map_or(0, |in_force| in_force.plan().version)
    }

    /// Says that the plan is in force, when a crash kept the last run from saying so.
    pub(crate) async fn tell(&self) -> Result<(), PlanError> {
        let version = self.version();
        if self.store.look(|state| state.plan_version) == version {
            return Ok(());
        }
        let event = Event {
            at: self.time.now(),
            what: What::PlanApplied { version },
        };
        self.store
            .remember(vec![event.into()], Need::BestEffort)
            .await
            .map_err(PlanError::Store)
    }

    /// Takes over a plan from the platform; returns the version in force.
    pub(crate) async fn take(&self, plan: HousePlan) -> Result<u64, PlanError> {
        let _one = self.taking.lock().await;
        let previous = self.in_force();
        let Some(home) = &self.home else {
            return Ok(0);
        };
        let taken = InForce::take(plan, home, previous.as_deref(), self.time.now()).map_err(PlanError::Refused)?;
        let version = taken.plan().version;
        let (vault, file) = (self.vault.clone(), taken.file().clone());
        tokio::task::spawn_blocking(move || vault.write(PLAN, &file))
            .await
            .map_err(|_| PlanError::Store(StoreError::Closed))?
            .map_err(PlanError::Vault)?;
        self.lan.set_equipment(taken.plan().equipment.clone());
        self.in_force.send_replace(Some(Arc::new(taken)));
        self.tell().await?;
        tracing::info!(version, "a new house plan is in force");
        Ok(version)
    }
}
