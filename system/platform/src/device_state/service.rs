//! Loads, decides, persists, audits.

mod commands;
pub(super) mod equipment;
mod gateway;
mod guard;
mod upkeep;

pub use gateway::{BatchError, Connected};
pub use upkeep::Keep;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{broadcast, watch};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Activity, Database, DbError, Reader};
use tomori_runtime::entropy::SharedEntropy;
use tomori_smart_home::{CommandId, DeviceId, HomeId, Reason};

use super::model::house::Unfit;
use super::model::twin::quality;
use super::model::{
    Change, Changed, CommandRecord, Desired, DeviceState, GatewayState, HistoryPage, HomeSummary, House, Page,
    PropertyState,
};
use super::schema::MIGRATIONS;
use super::store::{self, twins::KnownDevice, twins::KnownReports};
use crate::audit::AuditLog;
use crate::house_plan::Doorbell;

/// Hints that a slow listener may fall behind by, before it has to read again.
const CHANGES: usize = 1024;

/// The state of every house. Clones are the same one.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    clock: SharedClock,
    entropy: SharedEntropy,
    audit: AuditLog,
    doorbell: Doorbell,
    changes: broadcast::Sender<Change>,
    /// Counts up whenever an alarm was stored.
    guard_news: watch::Sender<u64>,
    keep: Keep,
}

/// Why the state of a house cannot be told or changed.
#[derive(Debug, Error)]
pub enum StateError {
    /// There is no such home.
    #[error("there is no home {0}")]
    NoSuchHome(HomeId),
    /// The home has no such device.
    #[error("the home has no device {0}")]
    NoSuchDevice(DeviceId),
    /// The home has no such command.
    #[error("the home has no command {0}")]
    NoSuchCommand(CommandId),
    /// A field of a request does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A wish that can come to nothing, whatever the house says.
    #[error("the command is refused: {why}")]
    Refused {
        /// Why, for programs and for the texts of the app.
        reason: Reason,
        /// Why, in a sentence.
        why: String,
    },
    /// The node is already adopted for another device of the home.
    #[error("that node already belongs to device {0}; release it there first")]
    NodeTaken(DeviceId),
    /// The idempotency key or the id was used for another wish.
    #[error("that key was used for another command, {0}; take a new key for a new wish")]
    KeyReused(CommandId),
    /// The equipment list is full.
    #[error("the equipment list is full: it takes {0} devices")]
    ListFull(usize),
    /// Not stored.
    #[error("the state of the house cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room's database. Whoever was connected when it was last closed is not any more.
    ///
    /// # Errors
    /// [`DbError`], with the remedy.
    pub fn open(
        path: &Path,
        clock: SharedClock,
        entropy: SharedEntropy,
        audit: AuditLog,
        doorbell: Doorbell,
        keep: Keep,
    ) -> Result<Self, DbError> {
        let database = Database::open(path, MIGRATIONS)?;
        database.write_blocking(store::homes::all_disconnected)?;
        let (changes, _) = broadcast::channel(CHANGES);
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                clock,
                entropy,
                audit,
                doorbell,
                changes,
                guard_news: watch::Sender::new(0),
                keep,
            }),
        })
    }

    /// Every home, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn homes(&self) -> Result<Vec<HomeSummary>, StateError> {
        Ok(self.inner.database.read(store::homes::list).await?)
    }

    /// The house: its gateway, its devices and their twins.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn house(&self, home: &HomeId) -> Result<House, StateError> {
        let (id, now) = (home.clone(), self.inner.clock.now());
        self.inner
            .database
            .try_read(move |reader| {
                let (place, gateway) = known_home(reader, &id)?;
                let devices = device_states(reader, &id, None, &gateway, now)?;
                Ok(House {
                    id,
                    place,
                    gateway,
                    devices,
                })
            })
            .await
    }

    /// One device and its twin.
    ///
    /// # Errors
    /// When home or device do not exist.
    pub async fn device(&self, home: &HomeId, device: &DeviceId) -> Result<DeviceState, StateError> {
        let (home, device, now) = (home.clone(), device.clone(), self.inner.clock.now());
        self.inner
            .database
            .try_read(move |reader| {
                let (_, gateway) = known_home(reader, &home)?;
                device_states(reader, &home, Some(&device), &gateway, now)?
                    .pop()
                    .ok_or(StateError::NoSuchDevice(device))
            })
            .await
    }

    /// What happened, newest first.
    ///
    /// # Errors
    /// When the home does not exist.
    pub async fn history(&self, home: &HomeId, page: Page) -> Result<HistoryPage, StateError> {
        let home = home.clone();
        self.inner
            .database
            .try_read(move |reader| {
                known_home(reader, &home)?;
                Ok(store::history::page(reader, &home, &page)?)
            })
            .await
    }

    /// Tells what is different from now on. A receiver that lags loses hints, not facts: read again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// What the database has done, for metrics.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.inner.database.activity()
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    fn changed(&self, home: &HomeId, device: Option<DeviceId>, what: Changed) {
        // Nobody may be listening, and that is fine: it is in the store.
        let _ = self.inner.changes.send(Change {
            home: home.clone(),
            device,
            what,
        });
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("device_state::Service").finish_non_exhaustive()
    }
}

fn known_home(
    reader: &Reader<'_>,
    home: &HomeId,
) -> Result<(tomori_smart_home::schedule::Place, GatewayState), StateError> {
    store::homes::one(reader, home)?.ok_or_else(|| StateError::NoSuchHome(home.clone()))
}

fn device_states(
    reader: &Reader<'_>,
    home: &HomeId,
    only: Option<&DeviceId>,
    gateway: &GatewayState,
    now: jiff::Timestamp,
) -> Result<Vec<DeviceState>, StateError> {
    let devices = store::twins::devices(reader, home, only)?;
    let mut reports = store::twins::reports(reader, home, only)?;
    let open = store::commands::open(reader, home)?;
    let newest = match only {
        None => store::commands::newest(reader, home)?,
        Some(_) => devices
            .iter()
            .filter_map(|device| device.last_command.as_ref())
            .filter_map(|id| store::commands::one(reader, id).transpose())
            .collect::<Result<Vec<_>, _>>()?,
    };
    Ok(devices
        .into_iter()
        .map(|device| assemble(device, &mut reports, &open, &newest, gateway, now))
        .collect())
}

fn assemble(
    device: KnownDevice,
    reports: &mut KnownReports,
    open: &[CommandRecord],
    newest: &[CommandRecord],
    gateway: &GatewayState,
    now: jiff::Timestamp,
) -> DeviceState {
    let id = &device.equipment.device.id;
    let mut properties: BTreeMap<_, _> = reports
        .remove(id)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, (reported, event))| {
            let state = PropertyState {
                desired: None,
                quality: quality(gateway.reachability, device.liveness, Some((reported.at, event))),
                reported: Some(reported),
            };
            (name, state)
        })
        .collect();
    // Oldest first: the newest wish of each property is the one that stays.
    for record in open.iter().filter(|record| record.command.device == *id) {
        let state = properties
            .entry(record.command.property.clone())
            .or_insert_with(|| PropertyState {
                desired: None,
                reported: None,
                quality: quality(gateway.reachability, device.liveness, None),
            });
        state.desired = Some(Desired {
            value: record.command.value.clone(),
            command: record.command.id.clone(),
            since: record.command.issued_at,
        });
    }
    DeviceState {
        last_command: device
            .last_command
            .as_ref()
            .and_then(|last| newest.iter().find(|record| record.command.id == *last))
            .cloned(),
        reachability: device.liveness.reachability,
        hold_until: device.hold_until.filter(|until| *until > now),
        trust: device.equipment.trust(),
        equipment: device.equipment,
        properties,
    }
}
