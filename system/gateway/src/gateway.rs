//! The gateway put together: what is opened, what runs, what is closed, in which order.

use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::remedy::chain;
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::Event;
use tomori_smart_home::event::What;

use crate::arming::{self, ArmingRoom};
use crate::command::{Executor, Parts};
use crate::config::Config;
use crate::desk::{self, Desk};
use crate::devices::Devices;
use crate::lan::{Lan, LanError, LanEvent};
use crate::local::{Changes, House, HouseParts};
use crate::mqtt::{Mqtt, MqttError};
use crate::plan::{PlanError, PlanRoom};
use crate::schedule::Runner;
use crate::store::{Draft, Need, Store, StoreError};
use crate::timekeeping::Timekeeper;
use crate::unlock::{self, UnlockRoom};
use crate::uplink::{Away, Identity, Uplink, UplinkState};
use crate::vault::{Vault, VaultError};

/// Events from the network that are remembered together at most.
const TOGETHER: usize = 64;

/// The two times a gateway lives by (ADR 0003).
#[derive(Clone)]
pub struct Clocks {
    /// The time of the house: schedules, commands, reports.
    pub house: SharedClock,
    /// The time of the world: certificates.
    pub wall: SharedClock,
}

/// Why a gateway does not run.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// Its sealed files cannot be used.
    #[error(transparent)]
    Vault(VaultError),
    /// Its memory cannot be used.
    #[error(transparent)]
    Store(StoreError),
    /// The house plan on its disk cannot be used.
    #[error(transparent)]
    Plan(PlanError),
    /// It cannot take part in the house's network.
    #[error(transparent)]
    Lan(LanError),
    /// Its doors for devices that prove themselves cannot be opened.
    #[error(transparent)]
    Mqtt(MqttError),
}

/// A gateway, opened and not yet running.
pub struct Gateway {
    house: House,
    store: Store,
    executor: Executor,
    arming: ArmingRoom,
    plan: PlanRoom,
    time: Timekeeper,
    changes: Changes,
    networks: Vec<Network>,
    desk: (std::path::PathBuf, Desk),
    unlock: Option<UnlockRoom>,
    uplink: Option<(Uplink, Identity)>,
    inner_stop: (Trigger, Shutdown),
}

impl Clocks {
    /// One clock for both.
    #[must_use]
    pub fn same(clock: SharedClock) -> Self {
        Self {
            house: clock.clone(),
            wall: clock,
        }
    }
}

impl Gateway {
    /// Opens everything: the memory of the last run, the network, the plan. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the data directory was tampered with or the network cannot be used; each error names its remedy.
    pub async fn open(
        config: Config,
        data: DataDir,
        clocks: Clocks,
        entropy: SharedEntropy,
    ) -> Result<Self, GatewayError> {
        let folder = data.root().to_owned();
        let vault = Vault::open(data, entropy.clone()).map_err(GatewayError::Vault)?;
        let identity = Identity::load(&vault).map_err(GatewayError::Vault)?;
        let (store, found) = Store::open(vault.clone(), clocks.house.clone(), config.journal_bytes())
            .await
            .map_err(GatewayError::Store)?;
        if let Some(repair) = &found.repaired {
            tracing::warn!(%repair, "the journal's last line was cut off by a crash; it was never acknowledged");
        }
        let time = Timekeeper::new(clocks.house.clone());
        let inner_stop = Shutdown::new();
        let (lan, lan_events) = Lan::start(
            config.lan(),
            clocks.house.clone(),
            entropy.clone(),
            inner_stop.1.clone(),
        )
        .await
        .map_err(GatewayError::Lan)?;
        let mut networks = vec![Network {
            events: lan_events,
            mqtt: None,
        }];
        let home = identity.as_ref().map(|identity| identity.home.clone());
        let mqtt = match config.mqtt() {
            Some(settings) => {
                let (mqtt, events) = Mqtt::start(
                    settings,
                    home.clone(),
                    vault.clone(),
                    (clocks.house.clone(), clocks.wall.clone()),
                    entropy.clone(),
                    inner_stop.1.clone(),
                )
                .await
                .map_err(GatewayError::Mqtt)?;
                networks.push(Network {
                    events,
                    mqtt: Some(mqtt.clone()),
                });
                Some(mqtt)
            }
            None => None,
        };
        let lan = Devices::new(lan, mqtt.clone());
        let plan = PlanRoom::open(home.clone(), vault.clone(), store.clone(), lan.clone(), time.clone())
            .map_err(GatewayError::Plan)?;
        let started = Event {
            at: time.now(),
            what: What::GatewayStarted {
                software: crate::SOFTWARE.to_owned(),
                after_crash: found.after_crash,
            },
        };
        // A clock that starts in 1970 must not become the latest time that is known.
        store
            .remember(vec![started.into()], Need::BestEffort)
            .await
            .map_err(GatewayError::Store)?;
        plan.tell().await.map_err(GatewayError::Plan)?;
        let changes = Changes::default();
        let executor = Executor::new(Parts {
            store: store.clone(),
            lan: lan.clone(),
            plan: plan.clone(),
            time: time.clone(),
            patience: config.patience(),
            hold: config.hand_hold(),
            changes: changes.clone(),
        });
        let arming = ArmingRoom::open(arming::Parts {
            store: store.clone(),
            plan: plan.clone(),
            time: time.clone(),
            entropy: entropy.clone(),
            changes: changes.clone(),
        });
        let desk = Desk {
            mqtt,
            arming: arming.clone(),
        };
        let state = match &identity {
            None => UplinkState::NotEnrolled,
            Some(identity) if identity.revoked_at.is_some() => UplinkState::NeedsEnrolment { since: time.now() },
            Some(_) => UplinkState::Away {
                since: time.now(),
                why: Away::Starting,
            },
        };
        let state = watch::Sender::new(state);
        let door = watch::Sender::new(identity.as_ref().map(Identity::door));
        let unlock = match &identity {
            Some(identity) => {
                let parts = unlock::Parts::of_house(
                    (&identity.home, &identity.gateway),
                    &config.security_company,
                    &vault,
                    (&store, &plan, &time),
                    &lan,
                );
                Some(UnlockRoom::open(parts).map_err(GatewayError::Vault)?)
            }
            None => None,
        };
        let house = House::new(HouseParts {
            home,
            store: store.clone(),
            lan,
            plan: plan.clone(),
            time: time.clone(),
            executor: executor.clone(),
            unlock: unlock.clone(),
            arming: arming.clone(),
            entropy: entropy.clone(),
            uplink: state.subscribe(),
            door: door.subscribe(),
            health: store.health(),
            changes: changes.clone(),
        });
        let uplink = identity.zip(unlock.clone()).map(|(identity, unlock)| {
            let uplink = Uplink {
                vault,
                store: store.clone(),
                executor: executor.clone(),
                arming: arming.clone(),
                unlock,
                plan: plan.clone(),
                time: time.clone(),
                wall: clocks.wall,
                entropy,
                state,
                door,
                address: config.uplink.address.clone(),
                local_url: config.local_url(),
                local_names: config.local_names(),
            };
            (uplink, identity)
        });
        Ok(Self {
            house,
            store,
            executor,
            arming,
            plan,
            time,
            changes,
            networks,
            desk: (folder, desk),
            unlock,
            uplink,
            inner_stop,
        })
    }

    /// The house, for the app at home.
    #[must_use]
    pub fn house(&self) -> House {
        self.house.clone()
    }

    /// Runs until told to stop, then closes cleanly.
    ///
    /// # Errors
    /// None today: everything that can fail for good fails in [`Gateway::open`].
    pub async fn run(self, shutdown: Shutdown) -> Result<(), GatewayError> {
        let (trigger, inner) = self.inner_stop;
        let mut tasks = JoinSet::new();
        for network in self.networks {
            tasks.spawn(witness(
                network,
                self.store.clone(),
                self.executor.clone(),
                self.arming.clone(),
                self.changes.clone(),
            ));
        }
        let (folder, desk) = self.desk;
        tasks.spawn(desk::sit(folder, desk, inner.clone()));
        tasks.spawn(self.arming.clone().run(inner.clone()));
        if let Some(unlock) = self.unlock.clone() {
            tasks.spawn(unlock.run(inner.clone()));
        }
        self.executor.resume().await;
        let runner = Runner {
            store: self.store.clone(),
            plan: self.plan.clone(),
            time: self.time.clone(),
            executor: self.executor.clone(),
            changes: self.changes.clone(),
        };
        tasks.spawn(runner.run(inner.clone()));
        tasks.spawn(ring(self.house.clone(), inner.clone()));
        if let Some((uplink, identity)) = self.uplink {
            tasks.spawn(uplink.run(identity, inner));
        }
        shutdown.wait().await;
        // Commands first: a network that is gone must not look to them like devices that do not answer.
        self.executor.stop().await;
        trigger.stop();
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the gateway ended badly");
            }
        }
        self.store.close().await;
        Ok(())
    }
}

/// What one kind of network tells.
struct Network {
    events: mpsc::Receiver<LanEvent>,
    /// Who wants to know how far it was taken in.
    mqtt: Option<Mqtt>,
}

/// Remembers what the network tells, and passes on what concerns commands under way. The guard hears it first: an alarm
/// is durable and on its way before the report that led to it.
async fn witness(mut network: Network, store: Store, executor: Executor, arming: ArmingRoom, changes: Changes) {
    let mut heard = Vec::with_capacity(TOGETHER);
    while network.events.recv_many(&mut heard, TOGETHER).await > 0 {
        let mut drafts: Vec<Draft> = Vec::with_capacity(heard.len());
        let mut concerned = Vec::new();
        let mut hands = Vec::new();
        for event in &heard {
            arming.hear(event).await;
        }
        if let Some(mqtt) = &network.mqtt {
            mqtt.taken_in(heard.len());
        }
        for event in heard.drain(..) {
            let (at, what) = match event {
                LanEvent::Reported {
                    device,
                    property,
                    report,
                } => {
                    concerned.push(device.clone());
                    let at = report.at;
                    let what = What::PropertyReported {
                        device,
                        property,
                        report,
                    };
                    (Some(at), what)
                }
                LanEvent::Appeared { device } => {
                    concerned.push(device.clone());
                    (None, What::DeviceAppeared { device })
                }
                LanEvent::Lost { device, last_heard } => (None, What::DeviceLost { device, last_heard }),
                LanEvent::MovedByHand { device, at } => {
                    hands.push((device, at));
                    continue;
                }
                LanEvent::UnknownNode { endpoint, address } => {
                    let address = address.to_string();
                    (None, What::UnknownNode { endpoint, address })
                }
                LanEvent::Impersonation { device, address } => {
                    let address = address.to_string();
                    (None, What::Impersonation { device, address })
                }
            };
            let at = at.unwrap_or_else(|| executor.now());
            drafts.push(Event { at, what }.into());
        }
        concerned.dedup();
        if !drafts.is_empty()
            && let Err(error) = store.remember(drafts, Need::BestEffort).await
        {
            tracing::warn!(error = %chain(&error), "what the network told is not remembered");
        }
        for device in &concerned {
            executor.news(device);
        }
        for (device, at) in hands {
            executor.moved_by_hand(device, at).await;
        }
        changes.tell();
    }
}

/// Rings for what changes by itself: the way to the platform, the disk, the plan.
async fn ring(house: House, shutdown: Shutdown) {
    tokio::select! {
        () = house.ring_for_changes() => {}
        () = shutdown.wait() => {}
    }
}
