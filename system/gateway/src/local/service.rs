//! The handle by which the app at home asks and acts.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use tokio::sync::{broadcast, watch};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_smart_home::arming::{Arming, Order, Outcome, Wish};
use tomori_smart_home::{
    Alarm, Command, CommandId, DeviceId, GrantId, HomeId, HousePlan, OrderId, Origin, PropertyName, PropertyValue,
    Reason, ResidentId, Stage,
};

use super::view::{CommandView, DeviceView, HouseView, Resident};
use crate::arming::{ArmingRoom, CodesError, NewCodes, Road as GuardRoad};
use crate::command::{Executor, Road, Taken};
use crate::devices::Devices;
use crate::mqtt::Mqtt;
use crate::plan::PlanRoom;
use crate::schedule::next_firings;
use crate::store::{Health, Store};
use crate::timekeeping::Timekeeper;
use crate::unlock::{Panel, UnlockRoom};
use crate::uplink::{DoorIdentity, UplinkState};

/// Changes that a slow listener may miss before it is told to look at everything again.
const UNSEEN: usize = 16;
/// Commands in the history at most.
const HISTORY: usize = 200;

/// Tells everybody who listens that something changed.
#[derive(Debug, Clone)]
pub(crate) struct Changes(broadcast::Sender<()>);

/// What the house is made of.
pub(crate) struct HouseParts {
    pub(crate) home: Option<HomeId>,
    pub(crate) store: Store,
    pub(crate) lan: Devices,
    pub(crate) plan: PlanRoom,
    pub(crate) time: Timekeeper,
    pub(crate) executor: Executor,
    pub(crate) unlock: Option<UnlockRoom>,
    pub(crate) arming: ArmingRoom,
    pub(crate) entropy: SharedEntropy,
    pub(crate) uplink: watch::Receiver<UplinkState>,
    pub(crate) door: watch::Receiver<Option<DoorIdentity>>,
    pub(crate) health: watch::Receiver<Health>,
    pub(crate) changes: Changes,
}

/// The house, for the app at home. Clones are the same house.
#[derive(Clone)]
pub struct House {
    parts: Arc<HouseParts>,
}

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(UNSEEN))
    }
}

impl Changes {
    pub(crate) fn tell(&self) {
        // Nobody listens: nobody misses it.
        let _ = self.0.send(());
    }
}

impl House {
    pub(crate) fn new(parts: HouseParts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    /// The home this gateway serves; `None` before its enrolment.
    #[must_use]
    pub fn home(&self) -> Option<&HomeId> {
        self.parts.home.as_ref()
    }

    /// The house plan in force; `None` before the first one.
    #[must_use]
    pub fn plan(&self) -> Option<HousePlan> {
        self.parts.plan.in_force().map(|in_force| in_force.plan().clone())
    }

    /// What the panel at the door shows whoever stands there; `None` while there is no incident with a door to open.
    #[must_use]
    pub fn panel(&self) -> Option<Panel> {
        self.parts.unlock.as_ref().and_then(UnlockRoom::panel)
    }

    /// The house as it is now.
    #[must_use]
    pub fn view(&self) -> HouseView {
        let parts = &self.parts;
        let now = parts.time.now();
        let in_force = parts.plan.in_force();
        let plan = in_force.as_ref().map(|in_force| in_force.plan());
        let devices = plan.map(|plan| plan.equipment.as_slice()).unwrap_or_default();
        let schedules = plan.map(|plan| plan.schedules.clone()).unwrap_or_default();
        let next_firings = in_force.as_ref().map(|in_force| next_firings(in_force, now));
        HouseView {
            home_name: plan.map(|plan| plan.home_name.clone()).unwrap_or_default(),
            plan_version: plan.map_or(0, |plan| plan.version),
            time_zone: plan.map(|plan| plan.place.time_zone.clone()).unwrap_or_default(),
            devices: devices
                .iter()
                .map(|equipment| {
                    let known = parts.lan.known(&equipment.device.id).unwrap_or_default();
                    let (hold, under_way) = parts.store.look(|state| {
                        let hold = state.holds.get(&equipment.device.id).copied();
                        let under_way = parts
                            .executor
                            .on(&equipment.device.id)
                            .iter()
                            .filter_map(|id| state.commands.get(id))
                            .map(CommandView::from)
                            .collect();
                        (hold, under_way)
                    });
                    DeviceView {
                        equipment: equipment.clone(),
                        reports: known.reports,
                        is_alive: known.alive,
                        last_heard: known.last_heard,
                        hold_until: hold.filter(|until| now < *until),
                        under_way,
                    }
                })
                .collect(),
            schedules,
            next_firings: next_firings.unwrap_or_default(),
            uplink: parts.uplink.borrow().clone(),
            clock: parts.time.view(parts.store.look(|state| state.latest)),
            storage: parts.health.borrow().clone(),
        }
    }

    /// Sets a property of a device for a resident who is in the house. It returns once the command is remembered and
    /// under way; how it ends is seen in [`House::view`] and [`House::history`].
    ///
    /// # Errors
    /// When nobody acts on it.
    pub async fn command(
        &self,
        device: DeviceId,
        property: PropertyName,
        value: PropertyValue,
        resident: ResidentId,
    ) -> Result<Command, Reason> {
        let issued_at = self.parts.time.now();
        let command = Command {
            id: CommandId::from_random(bytes(&*self.parts.entropy)),
            device,
            property,
            value,
            origin: Origin::ResidentAtHome { resident },
            issued_at,
            expires_at: issued_at.checked_add(Command::LIFETIME).unwrap_or(issued_at),
        };
        match self.parts.executor.take(command.clone(), Road::House).await {
            Taken::UnderWay | Taken::Known => Ok(command),
            Taken::Ended(Stage::Refused { reason } | Stage::Failed { reason }) => Err(reason),
            // A command of this moment is not too late, unless the clock was set under it.
            Taken::Ended(_) => Err(Reason::ClockUncertain),
            // The disk refuses and memory is full of what waits for it.
            Taken::NotRemembered => Err(Reason::Busy),
        }
    }

    /// How the guard of the house stands.
    #[must_use]
    pub fn arming(&self) -> Arming {
        self.parts.arming.shown()
    }

    /// The last alarms, newest first; without those that nobody in the house must see.
    #[must_use]
    pub fn alarms(&self) -> Vec<Alarm> {
        self.parts.arming.alarms()
    }

    /// Arms or disarms for a resident who is in the house. On return it is done and durable, or it is not.
    pub async fn order(&self, wish: Wish, resident: ResidentId) -> Outcome {
        let now = self.parts.time.now();
        let order = Order {
            id: OrderId::from_random(bytes(&*self.parts.entropy)),
            resident,
            wish,
            expires_at: now.checked_add(Order::LIFETIME).unwrap_or(now),
        };
        self.parts.arming.order(order, GuardRoad::AtHome).await
    }

    /// Sets the codes for a resident who is in the house. Nowhere else can they be set.
    ///
    /// # Errors
    /// [`CodesError`]; the codes so far stay.
    pub async fn set_codes(&self, codes: NewCodes) -> Result<(), CodesError> {
        self.parts.arming.set_codes(codes).await
    }

    /// The number that the next event of this gateway gets. The platform knows everything once it has stored through the
    /// number before.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        *self.parts.store.tip().borrow()
    }

    /// One command and how far it has come.
    #[must_use]
    pub fn find(&self, command: &CommandId) -> Option<CommandView> {
        self.parts
            .store
            .look(|state| state.commands.get(command).map(CommandView::from))
    }

    /// The latest commands, newest first, at most 200: those of the last day, and a few before.
    #[must_use]
    pub fn history(&self) -> Vec<CommandView> {
        let mut accounts = self.parts.store.look(|state| {
            let mut accounts: Vec<_> = state
                .commands
                .values()
                .map(|account| (account.taken_at, CommandView::from(account)))
                .collect();
            accounts.sort_by_key(|(taken_at, _)| std::cmp::Reverse(*taken_at));
            accounts
        });
        accounts.truncate(HISTORY);
        accounts.into_iter().map(|(_, view)| view).collect()
    }

    /// The resident whose phone holds this grant, when the secret is right and the grant still counts.
    #[must_use]
    pub fn grant(&self, id: &GrantId, secret: &[u8]) -> Option<Resident> {
        let in_force = self.parts.plan.in_force()?;
        let grant = in_force.plan().grants.iter().find(|grant| grant.id == *id)?;
        let shown = digest(&SHA256, secret);
        let is_right = verify_slices_are_equal(shown.as_ref(), &grant.secret_sha256).is_ok();
        (is_right && self.parts.time.now() < grant.expires_at).then(|| Resident {
            id: grant.resident.clone(),
            name: grant.resident_name.clone(),
        })
    }

    /// Rings whenever the view or the history changed. Who missed some looks again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<()> {
        self.parts.changes.0.subscribe()
    }

    /// Rings for what changes without a command: the way to the platform, the disk, the plan.
    pub(crate) async fn ring_for_changes(&self) {
        let mut uplink = self.parts.uplink.clone();
        let mut health = self.parts.health.clone();
        let mut plan = self.parts.plan.watch();
        loop {
            let changed = tokio::select! {
                changed = uplink.changed() => changed,
                changed = health.changed() => changed,
                changed = plan.changed() => changed,
            };
            if changed.is_err() {
                return;
            }
            self.parts.changes.tell();
        }
    }

    /// The devices that prove themselves; `None` when the gateway has no door for them.
    #[must_use]
    pub fn mqtt(&self) -> Option<&Mqtt> {
        self.parts.lan.mqtt()
    }

    /// The certificate for the gateway's own door inside the house, as it is renewed; `None` before the enrolment.
    #[must_use]
    pub fn door(&self) -> watch::Receiver<Option<DoorIdentity>> {
        self.parts.door.clone()
    }
}
