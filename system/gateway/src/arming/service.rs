//! Hears, decides, makes durable. An alarm is on the disk before anybody is told, and goes up as soon as it is there.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, watch};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::remedy::chain;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::arming::{Arming, Code, Order, Outcome, Wish};
use tomori_smart_home::event::What;
use tomori_smart_home::{Alarm, Event, Hazard, IncidentId};

use super::code::{Codes, CodesError, NewCodes, Verdict};
use super::guard::{Fresh, Guard, Heard};
use super::order::Road;
use crate::lan::LanEvent;
use crate::local::Changes;
use crate::plan::PlanRoom;
use crate::store::{Draft, Need, Note, Store, StoreError};
use crate::timekeeping::Timekeeper;

/// How often a refusing disk is tried again while an alarm waits for it.
const RETRY: Duration = Duration::from_secs(1);
/// The longest sleep: a clock that was set is noticed after this long at the latest.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// Lines that wait for the disk at most; what comes then is the newest state and no more alarms.
const MOST_WAITING: usize = 1_000;

/// What the guard works with.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) plan: PlanRoom,
    pub(crate) time: Timekeeper,
    pub(crate) entropy: SharedEntropy,
    pub(crate) changes: Changes,
}

/// The guard at work. Clones are the same one.
#[derive(Clone)]
pub(crate) struct ArmingRoom {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    room: Mutex<Room>,
    shown: watch::Sender<Arming>,
    wake: Notify,
}

struct Room {
    guard: Guard,
    /// What the platform was told last in this run.
    told: Option<Arming>,
    /// What the disk refused so far, in order.
    waiting: Vec<Draft>,
    /// Whether the guard is another than on the disk.
    is_unsaved: bool,
}

impl ArmingRoom {
    /// Takes the guard up where the last run left it.
    pub(crate) fn open(parts: Parts) -> Self {
        let mut guard = Guard::new(parts.store.look(|state| state.arming.clone()));
        if let Some(plan) = parts.plan.in_force() {
            guard.plan(plan.plan(), parts.time.now());
        }
        let shown = watch::Sender::new(guard.shown());
        let room = Mutex::new(Room {
            guard,
            told: None,
            waiting: Vec::new(),
            is_unsaved: false,
        });
        Self {
            inner: Arc::new(Inner {
                parts,
                room,
                shown,
                wake: Notify::new(),
            }),
        }
    }

    /// How the guard stands.
    pub(crate) fn shown(&self) -> Arming {
        self.inner.shown.borrow().clone()
    }

    /// The last alarms, newest first, without those that nobody in the house must see.
    pub(crate) fn alarms(&self) -> Vec<Alarm> {
        self.inner.parts.store.look(|state| {
            let recent = state.arming.recent.iter().rev();
            recent.filter(|alarm| alarm.hazard != Hazard::Duress).cloned().collect()
        })
    }

    /// Hears what the house's network told. On return, what became an alarm is durable and on its way.
    pub(crate) async fn hear(&self, event: &LanEvent) {
        let (device, heard) = match event {
            LanEvent::Reported {
                device,
                property,
                report,
            } => (device, Heard::Reported(property, &report.value)),
            LanEvent::Appeared { device } => (device, Heard::Appeared),
            LanEvent::Lost { device, .. } => (device, Heard::Lost),
            LanEvent::Impersonation { device, .. } => (device, Heard::Impersonated),
            LanEvent::MovedByHand { .. } | LanEvent::UnknownNode { .. } => return,
        };
        let mut room = self.inner.room.lock().await;
        if !room.guard.knows(device) {
            return;
        }
        let now = self.now();
        room.guard.hear(device, heard, now);
        self.settle(&mut room, now).await;
        self.inner.wake.notify_one();
    }

    /// Obeys an order of a resident, or does not. It is not done before it is durable.
    pub(crate) async fn order(&self, order: Order, road: Road) -> Outcome {
        let verdict = match &order.wish {
            Wish::Disarm { code } => self.verdict(code, road).await,
            Wish::Arm { .. } => None,
        };
        let mut room = self.inner.room.lock().await;
        let (before, waiting, now) = (room.guard.clone(), room.waiting.len(), self.now());
        let (outcome, alarms) = room.guard.order(&order, verdict, road, now, &mut || self.fresh());
        tracing::info!(order = %order.id, outcome = outcome.word(), "an order to the guard");
        match self.persist(&mut room, &before, alarms, now).await {
            Ok(()) => {
                self.inner.wake.notify_one();
                outcome
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "an order to the guard is not obeyed: it cannot be remembered");
                room.guard = before;
                room.waiting.truncate(waiting);
                Outcome::NotRemembered
            }
        }
    }

    /// The platform says that an incident is closed. The event that answers it is told as often as it is said.
    pub(crate) async fn closed(&self, incident: IncidentId) {
        let mut room = self.inner.room.lock().await;
        let (before, now) = (room.guard.clone(), self.now());
        room.guard.close(&incident);
        let what = What::IncidentClosed { incident };
        room.waiting.push(Event { at: now, what }.into());
        if let Err(error) = self.persist(&mut room, &before, Vec::new(), now).await {
            tracing::warn!(error = %chain(&error), "that an incident is closed is not remembered yet");
        }
    }

    /// Takes new codes from a resident inside the house.
    ///
    /// # Errors
    /// [`CodesError`]; the codes so far stay.
    pub(crate) async fn set_codes(&self, new: NewCodes) -> Result<(), CodesError> {
        if new.code == new.duress {
            return Err(CodesError::Same);
        }
        let verdict = match &new.current {
            Some(code) => self.verdict(code, Road::AtHome).await,
            None => None,
        };
        let codes = self.hashed(new.code, new.duress).await?;
        let mut room = self.inner.room.lock().await;
        let (before, now) = (room.guard.clone(), self.now());
        let done = room.guard.set_codes(codes, verdict, now);
        self.keep_codes(&mut room, before, now).await?;
        done
    }

    /// Takes new codes from the installer, whatever the codes were: a resident has lost them. Whether the house is armed does
    /// not change.
    ///
    /// # Errors
    /// When the two are the same, or the disk refuses.
    pub(crate) async fn replace_codes(&self, code: Code, duress: Code) -> Result<(), CodesError> {
        if code == duress {
            return Err(CodesError::Same);
        }
        let codes = self.hashed(code, duress).await?;
        let mut room = self.inner.room.lock().await;
        let (before, now) = (room.guard.clone(), self.now());
        room.guard.replace_codes(codes);
        self.keep_codes(&mut room, before, now).await?;
        tracing::info!("the installer has set new codes of the house");
        Ok(())
    }

    async fn hashed(&self, code: Code, duress: Code) -> Result<Codes, CodesError> {
        let salt = bytes(&*self.inner.parts.entropy);
        tokio::task::spawn_blocking(move || Codes::new(salt, &code, &duress))
            .await
            .map_err(|_| CodesError::NotRemembered)
    }

    async fn keep_codes(&self, room: &mut Room, before: Guard, now: Timestamp) -> Result<(), CodesError> {
        let kept = self.persist(room, &before, Vec::new(), now).await;
        kept.map_err(|error| {
            tracing::error!(error = %chain(&error), "new codes cannot be remembered");
            room.guard = before;
            CodesError::NotRemembered
        })
    }

    /// Watches the time and the plan until told to stop.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let Parts { plan, time, .. } = &self.inner.parts;
        let mut plan = plan.watch();
        loop {
            let in_force = plan.borrow_and_update().clone();
            let (next_look, is_waiting) = {
                let mut room = self.inner.room.lock().await;
                let now = self.now();
                if let Some(in_force) = in_force {
                    room.guard.plan(in_force.plan(), now);
                }
                self.settle(&mut room, now).await;
                (room.guard.next_look(), !room.waiting.is_empty())
            };
            let longest = if is_waiting { RETRY } else { LONGEST_SLEEP };
            tokio::select! {
                () = time.clock().sleep_until(next_look.unwrap_or(Timestamp::MAX)), if next_look.is_some() => {}
                () = tokio::time::sleep(longest) => {}
                () = self.inner.wake.notified() => {}
                changed = plan.changed() => if changed.is_err() { return },
                () = shutdown.wait() => return,
            }
        }
    }

    async fn settle(&self, room: &mut Room, now: Timestamp) {
        let before = room.guard.clone();
        let alarms = room.guard.settle(now, &mut || self.fresh());
        for alarm in &alarms {
            tracing::warn!(alarm = %alarm.id, incident = %alarm.incident, hazard = alarm.hazard.word(), "an alarm");
        }
        if let Err(error) = self.persist(room, &before, alarms, now).await {
            tracing::error!(error = %chain(&error), "an alarm waits for the disk");
            self.show(room);
        }
    }

    /// Makes durable what changed: the guard and the alarms it led to in one line. What the disk refuses waits, in order.
    async fn persist(
        &self,
        room: &mut Room,
        before: &Guard,
        alarms: Vec<Alarm>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let shown = room.guard.shown();
        let is_new = room.told.as_ref() != Some(&shown);
        room.is_unsaved |= room.guard.held != before.held;
        if room.waiting.len() < MOST_WAITING {
            let raised = alarms.into_iter().map(|alarm| Event {
                at: alarm.at,
                what: What::AlarmRaised { alarm },
            });
            room.waiting.extend(raised.map(Draft::from));
        }
        if room.waiting.is_empty() && !room.is_unsaved && !is_new {
            return Ok(());
        }
        let mut drafts = room.waiting.clone();
        let need = if room.is_unsaved || !drafts.is_empty() {
            drafts.push(Note::Arming(Box::new(room.guard.held.clone())).into());
            Need::Durable
        } else {
            Need::BestEffort
        };
        if is_new {
            let arming = shown.clone();
            drafts.push(
                Event {
                    at: now,
                    what: What::ArmingChanged { arming },
                }
                .into(),
            );
        }
        self.inner.parts.store.remember(drafts, need).await?;
        room.waiting.clear();
        room.is_unsaved = false;
        room.told = Some(shown);
        self.show(room);
        Ok(())
    }

    fn show(&self, room: &Room) {
        let shown = room.guard.shown();
        let changed = self.inner.shown.send_if_modified(|was| {
            let changed = *was != shown;
            *was = shown;
            changed
        });
        if changed {
            self.inner.parts.changes.tell();
        }
    }

    /// What a typed code is; `None` when none is taken now. Slow, and away from whoever waits for the guard.
    async fn verdict(&self, code: &Code, road: Road) -> Option<Verdict> {
        let codes = self.inner.room.lock().await.guard.codes(road, self.now())?;
        let code = code.clone();
        tokio::task::spawn_blocking(move || codes.verdict(&code)).await.ok()
    }

    fn fresh(&self) -> Fresh {
        let entropy = &*self.inner.parts.entropy;
        Fresh {
            alarm: bytes(entropy),
            incident: bytes(entropy),
            nonce: bytes(entropy),
        }
    }

    fn now(&self) -> Timestamp {
        self.inner.parts.time.now()
    }
}
