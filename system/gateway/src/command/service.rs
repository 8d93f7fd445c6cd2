//! The executor: takes commands, once each, and sees them through.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tomori_echonet_lite::class::{self, Access};
use tomori_runtime::remedy::chain;
use tomori_smart_home::event::What;
use tomori_smart_home::{Command, CommandId, DeviceId, DeviceKind, Event, Origin, Reason, Stage};

use super::case::Case;
use super::desk::Desk;
use super::model::{Circumstances, Decision, SAME_MOMENT, decide, end_of};
use super::need::Patience;
use super::showing::{Showing, part};
use crate::devices::Devices;
use crate::local::Changes;
use crate::plan::PlanRoom;
use crate::store::{Account, Draft, Need, Note, Store, StoreError};
use crate::timekeeping::{Timekeeper, Trust};

/// From where a command comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    /// From the platform, by its clock.
    Platform,
    /// From the gateway itself: a resident at home, or a schedule.
    House,
}

/// What became of a command at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is under way.
    UnderWay,
    /// It was seen before; nothing happens.
    Known,
    /// It ends here.
    Ended(Stage),
    /// It could not be remembered, so nobody acts on it.
    NotRemembered,
}

/// What the executor works with.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) lan: Devices,
    pub(crate) plan: PlanRoom,
    pub(crate) time: Timekeeper,
    pub(crate) patience: Patience,
    /// For how long a hand on the device wins.
    pub(crate) hold: SignedDuration,
    pub(crate) changes: Changes,
}

/// The executor. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Executor {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) parts: Parts,
    pub(super) desk: Desk,
    admission: tokio::sync::Mutex<()>,
    order: AtomicU64,
    tasks: Mutex<JoinSet<()>>,
    is_stopping: AtomicBool,
}

impl Executor {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                desk: Desk::default(),
                admission: tokio::sync::Mutex::default(),
                order: AtomicU64::new(1),
                tasks: Mutex::default(),
                is_stopping: AtomicBool::new(false),
            }),
        }
    }

    /// Takes a command from the platform. What becomes of it is told in events; a second delivery is answered by where
    /// the command stands.
    pub(crate) async fn take_from_platform(&self, command: Command) {
        let id = command.id.clone();
        if self.take(command, Road::Platform).await != Taken::Known {
            return;
        }
        let Parts { store, time, .. } = &self.inner.parts;
        let stage = store.look(|state| state.commands.get(&id).map(|account| account.stage().clone()));
        if let Some(stage) = stage
            && let Err(error) = store
                .remember(vec![progress(&id, stage, time.now())], Need::BestEffort)
                .await
        {
            tracing::warn!(command = %id, error = %chain(&error), "where a command stands is not told again");
        }
    }

    /// Takes a command, decides, and begins. On return the decision is durable.
    pub(crate) async fn take(&self, command: Command, road: Road) -> Taken {
        let Parts { store, time, .. } = &self.inner.parts;
        // One at a time: of two deliveries of the same command the second must see that the first was taken.
        let _one = self.inner.admission.lock().await;
        if self.inner.is_stopping.load(Ordering::Relaxed) {
            return Taken::NotRemembered;
        }
        if store.look(|state| state.commands.contains_key(&command.id)) {
            return Taken::Known;
        }
        let now = time.now();
        let (issued_at, expires_at, trust) = match road {
            // The platform's times are the platform's; whoever brings them has just shown its clock.
            Road::Platform => (
                time.ours(command.issued_at),
                time.ours(end_of(&command)),
                Trust::Certain,
            ),
            Road::House => (
                command.issued_at,
                end_of(&command),
                time.trust(store.look(|state| state.latest)),
            ),
        };
        let plan = self.inner.parts.plan.in_force();
        let equipment = plan.as_ref().and_then(|plan| plan.equipment(&command.device));
        let kind = equipment.map(|equipment| equipment.device.kind);
        let known = self.inner.known(&command.device);
        let (in_house, on_device) = self.inner.desk.count(&command.device);
        let soon = now.checked_add(SAME_MOMENT).unwrap_or(Timestamp::MAX);
        let (newest_driven, hold_until, has_room) = store.look(|state| {
            let same_part =
                |property: &_| kind.is_some_and(|kind| part(kind, property) == part(kind, &command.property));
            (
                state.newest_driven(&command.device, same_part, soon),
                state.holds.get(&command.device).copied(),
                state.has_room(now),
            )
        });
        let circumstances = Circumstances {
            now,
            trust,
            issued_at,
            expires_at,
            equipment,
            settable: kind.map_or(Ok(()), |kind| settable(kind, &command)),
            hold_until,
            showing: &known,
            newest_driven,
            in_house,
            on_device,
        };
        let decision = if has_room {
            decide(&command, &circumstances)
        } else {
            Decision::Refuse(Reason::Busy)
        };
        let stage = match &decision {
            Decision::Take => Stage::Delivered,
            Decision::Expire => Stage::Expired,
            Decision::Refuse(reason) => Stage::Refused { reason: reason.clone() },
        };
        let mut drafts: Vec<Draft> = Vec::with_capacity(4);
        if road == Road::House {
            let what = What::CommandIssued {
                command: command.clone(),
            };
            drafts.push(Event { at: now, what }.into());
        }
        if has_room {
            drafts.push(
                Note::Taken {
                    command: command.clone(),
                    issued_at,
                    expires_at,
                    at: now,
                }
                .into(),
            );
        }
        if let Origin::Schedule { schedule, date } = &command.origin {
            let (schedule, date) = (schedule.clone(), *date);
            drafts.push(Note::Settled { schedule, date }.into());
        }
        drafts.push(progress(&command.id, stage.clone(), now));
        let need = match road {
            Road::Platform => Need::Durable,
            Road::House => Need::BestEffort,
        };
        if let Err(error) = store.remember(drafts, need).await {
            tracing::warn!(command = %command.id, error = %chain(&error), "a command is not taken: it cannot be remembered");
            return Taken::NotRemembered;
        }
        tracing::info!(command = %command.id, device = %command.device, stage = stage.name(), "a command came");
        self.inner.parts.changes.tell();
        match (decision, kind) {
            (Decision::Take, Some(kind)) => {
                let case = Case::new(command, kind, expires_at, self.inner.parts.patience);
                self.begin(case, kind, need, true);
                Taken::UnderWay
            }
            _ => Taken::Ended(stage),
        }
    }

    /// Takes up what the last run left open.
    pub(crate) async fn resume(&self) {
        let Parts { store, time, plan, .. } = &self.inner.parts;
        let now = time.now();
        let mut open: Vec<Account> = store.look(|state| {
            state
                .commands
                .values()
                .filter(|account| account.is_open())
                .cloned()
                .collect()
        });
        open.sort_by_key(|account| account.taken_at);
        let plan = plan.in_force();
        let trust = time.trust(store.look(|state| state.latest));
        for account in open {
            // Without a clock nobody can tell whether a command that never began is too late.
            if trust == Trust::Uncertain && account.intent.is_none() && account.executed_at().is_none() {
                let reason = Reason::ClockUncertain;
                let told = progress(&account.command.id, Stage::Refused { reason }, now);
                if let Err(error) = store.remember(vec![told], Need::BestEffort).await {
                    tracing::warn!(error = %chain(&error), "the end of a command is not remembered");
                }
                continue;
            }
            let kind = plan
                .as_ref()
                .and_then(|plan| plan.equipment(&account.command.device))
                .map_or(DeviceKind::ElectricRainDoor, |equipment| equipment.device.kind);
            let executed_at = account.executed_at();
            let need = match account.command.origin {
                Origin::Resident { .. } | Origin::Operator { .. } => Need::Durable,
                Origin::ResidentAtHome { .. } | Origin::Schedule { .. } => Need::BestEffort,
            };
            let is_new_to_device = account.intent.is_none();
            let moment = self.inner.moment(&account.command);
            let case = Case::new(account.command, kind, account.expires_at, self.inner.parts.patience).resumed(
                account.intent,
                executed_at,
                moment,
            );
            self.begin(case, kind, need, is_new_to_device);
        }
    }

    /// Somebody operated a device by hand.
    pub(crate) async fn moved_by_hand(&self, device: DeviceId, at: Timestamp) {
        let hold_until = at.checked_add(self.inner.parts.hold).unwrap_or(at);
        let what = What::HandOperation {
            device: device.clone(),
            hold_until,
        };
        let remembered = self.inner.remember(vec![Event { at, what }.into()], Need::BestEffort);
        if let Err(error) = remembered.await {
            tracing::warn!(%device, error = %chain(&error), "a hand on a device is not remembered");
        }
        self.inner.desk.hand_on(&device, hold_until);
        self.inner.parts.changes.tell();
    }

    /// There is news of a device.
    pub(crate) fn news(&self, device: &DeviceId) {
        self.inner.desk.news(device);
    }

    /// Somebody forgot how the house stands: presence and every property are told again.
    pub(crate) fn tell_everything_again(&self) {
        self.inner.parts.lan.tell_everything_again();
    }

    /// The house's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.parts.time.now()
    }

    /// The commands under way for a device, oldest first.
    pub(crate) fn on(&self, device: &DeviceId) -> Vec<CommandId> {
        self.inner.desk.on(device)
    }

    /// Takes nothing more and drops everything under way. What is durable is taken up by the next run.
    pub(crate) async fn stop(&self) {
        let _one = self.inner.admission.lock().await;
        self.inner.is_stopping.store(true, Ordering::Relaxed);
        let mut tasks = std::mem::take(&mut *self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }

    fn begin(&self, case: Case, kind: DeviceKind, need: Need, supersedes: bool) {
        let order = self.inner.order.fetch_add(1, Ordering::Relaxed);
        let command = case.command();
        let part = part(kind, &command.property);
        if supersedes {
            self.inner.desk.supersede_waiting(&command.device, &part, order);
        }
        let calls = self
            .inner
            .desk
            .enter(command.id.clone(), command.device.clone(), part, order);
        let inner = Arc::clone(&self.inner);
        let mut tasks = self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let id = case.command().id.clone();
            inner.see_through(case, kind, order, need, &calls).await;
            inner.desk.leave(&id);
            inner.parts.changes.tell();
        });
    }
}

impl Inner {
    pub(super) async fn remember(&self, drafts: Vec<Draft>, need: Need) -> Result<(), StoreError> {
        self.parts.store.remember(drafts, need).await
    }

    /// What is known of a device, however old.
    fn known(&self, device: &DeviceId) -> Showing {
        let reports = self
            .parts
            .lan
            .known(device)
            .map(|known| known.reports)
            .unwrap_or_default();
        Showing(reports.into_iter().map(|(name, report)| (name, report.value)).collect())
    }
}

/// The event that a command came further.
pub(super) fn progress(command: &CommandId, stage: Stage, at: Timestamp) -> Draft {
    Draft::Event(Event {
        at,
        what: What::CommandProgress {
            command: command.clone(),
            stage,
        },
    })
}

/// Whether the class tables know the property, let it be set, and have bytes for the value.
fn settable(kind: DeviceKind, command: &Command) -> Result<(), Reason> {
    let spec = class::lookup(kind.class_code())
        .and_then(|class| class.by_name(command.property.as_str()))
        .filter(|spec| spec.set != Access::No)
        .ok_or(Reason::PropertyNotSettable)?;
    spec.encode(&command.value)
        .map(|_| ())
        .map_err(|_| Reason::ValueOutOfRange)
}
