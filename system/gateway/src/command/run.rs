//! Does for a case what it needs: reads and drives the device, writes to the store, waits.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tomori_runtime::remedy::chain;
use tomori_smart_home::property::{Source, name};
use tomori_smart_home::{Command, DeviceKind, Reason, Stage};

use super::case::Case;
use super::desk::Calls;
use super::need::{Heard, Moment, Need};
use super::service::{Inner, progress};
use super::showing::{Showing, evidence, is_stop, part};
use crate::lan::SetError;
use crate::store::{Need as Durability, Note};

impl Inner {
    /// Sees a case through to its end.
    pub(super) async fn see_through(
        self: &Arc<Self>,
        mut case: Case,
        kind: DeviceKind,
        order: u64,
        durability: Durability,
        calls: &Calls,
    ) {
        let command = case.command().clone();
        let hand = self.desk.hand(&command.device);
        // A stop waits for nobody.
        let mut holding = None;
        if !is_stop(&command) && !case.is_hands_off() {
            loop {
                tokio::select! {
                    biased;
                    guard = hand.lock() => {
                        holding = Some(guard);
                        break;
                    }
                    () = calls.heard() => if calls.is_superseded() { break },
                }
            }
        }
        loop {
            if calls.is_superseded() {
                case.hear(Heard::Superseded, self.moment(&command));
            }
            if let Some(until) = calls.take_hand() {
                case.hear(Heard::Hand { until }, self.moment(&command));
            }
            if case.is_hands_off() {
                holding = None;
                calls.let_go();
            }
            let heard = match case.need() {
                Need::Nothing => break,
                Need::Look { recent } => match self.look_unless_called(&command, kind, recent, calls).await {
                    Some(heard) => heard,
                    None => continue,
                },
                Need::Wait { until } => tokio::select! {
                    () = self.parts.time.sleep_until_run(until) => Heard::Time,
                    () = calls.heard() => Heard::Time,
                },
                Need::Intend(intent) => {
                    self.desk
                        .supersede_all(&command.device, &part(kind, &command.property), order);
                    let note = Note::Intended {
                        command: command.id.clone(),
                        intent,
                    };
                    match self.remember(vec![note.into()], durability).await {
                        Ok(()) => Heard::Stored,
                        Err(error) => {
                            tracing::warn!(command = %command.id, error = %chain(&error), "an intent is not remembered");
                            Heard::NotStored
                        }
                    }
                }
                Need::Drive => self.drive(&command).await,
                Need::Tell(stage) => self.tell(&command, stage).await,
            };
            case.hear(heard, self.moment(&command));
        }
        drop(holding);
    }

    /// Looks at the device; `None` when a hand or a newer wish is more urgent than the answer.
    async fn look_unless_called(
        &self,
        command: &Command,
        kind: DeviceKind,
        recent: Duration,
        calls: &Calls,
    ) -> Option<Heard> {
        let mut look = pin!(self.look_at(command, kind, recent));
        loop {
            tokio::select! {
                biased;
                heard = &mut look => return Some(heard),
                () = calls.heard() => if calls.is_urgent() { return None },
            }
        }
    }

    async fn look_at(&self, command: &Command, kind: DeviceKind, recent: Duration) -> Heard {
        let wanted = evidence(kind, &command.property);
        if !recent.is_zero()
            && let Some(showing) = self.known_lately(command, kind, recent)
        {
            return Heard::Shown(showing);
        }
        // The network is being searched; asking for a device that has no address yet would only search it more often.
        let known = self.parts.lan.known(&command.device);
        if known.is_some_and(|known| !known.alive && known.last_heard.is_none()) {
            return Heard::NotFound;
        }
        match self.parts.lan.read(&command.device, &wanted, Source::ReadBack).await {
            Ok(reports) => Heard::Shown(Showing(
                reports.into_iter().map(|(name, report)| (name, report.value)).collect(),
            )),
            Err(error) => {
                tracing::debug!(command = %command.id, %error, "the device is not read");
                Heard::Silent
            }
        }
    }

    /// What the device told of itself lately, when that is enough to act on.
    fn known_lately(&self, command: &Command, kind: DeviceKind, recent: Duration) -> Option<Showing> {
        let known = self.parts.lan.known(&command.device).filter(|known| known.alive)?;
        let now = self.parts.time.now();
        let oldest = now.checked_sub(SignedDuration::try_from(recent).ok()?).ok()?;
        let main = match kind {
            DeviceKind::ElectricRainDoor => name::open_close_status(),
            _ => command.property.clone(),
        };
        let is_fresh = known
            .reports
            .get(&main)
            .is_some_and(|report| (oldest..=now).contains(&report.at));
        is_fresh.then(|| {
            let wanted = evidence(kind, &command.property);
            Showing(
                known
                    .reports
                    .into_iter()
                    .filter(|(name, _)| wanted.contains(name))
                    .map(|(name, report)| (name, report.value))
                    .collect(),
            )
        })
    }

    /// Drives the device, once. Whatever is not certain is said to be uncertain.
    async fn drive(&self, command: &Command) -> Heard {
        let remote = command.origin.is_remote();
        let done = self
            .parts
            .lan
            .set(&command.device, &command.property, &command.value, remote)
            .await;
        let refused = |reason| Heard::NotDriven(Stage::Refused { reason });
        match done {
            Ok(()) => Heard::Taken,
            Err(SetError::Unreachable { maybe_acted: true }) => Heard::Unsure,
            Err(SetError::Unreachable { maybe_acted: false }) => Heard::NotDriven(Stage::Failed {
                reason: Reason::DeviceUnreachable,
            }),
            Err(SetError::NotAdopted) => refused(Reason::NotAdopted),
            Err(SetError::NotSettable) => refused(Reason::PropertyNotSettable),
            Err(SetError::OutOfRange) => refused(Reason::ValueOutOfRange),
            Err(SetError::Busy) => refused(Reason::Busy),
            Err(SetError::Refused) => refused(self.why_refused(command).await),
        }
    }

    /// A device that refuses may have been switched to "no remote operation" a moment ago.
    async fn why_refused(&self, command: &Command) -> Reason {
        let wanted = [name::remote_operation()];
        let read = self.parts.lan.read(&command.device, &wanted, Source::ReadBack).await;
        let forbids = read.is_ok_and(|reports| {
            Showing(reports.into_iter().map(|(name, report)| (name, report.value)).collect()).forbids_remote()
        });
        if forbids {
            Reason::ProhibitedAtDevice
        } else {
            Reason::DeviceRefused
        }
    }

    async fn tell(&self, command: &Command, stage: Stage) -> Heard {
        tracing::info!(command = %command.id, stage = stage.name(), "a command came further");
        let at = self.parts.time.now();
        let told = vec![progress(&command.id, stage, at)];
        // What happened, happened, whether the disk takes it or not.
        let remembered = self.remember(told, Durability::BestEffort).await;
        self.parts.changes.tell();
        match remembered {
            Ok(()) => Heard::Stored,
            Err(error) => {
                tracing::warn!(command = %command.id, error = %chain(&error), "a stage is not remembered");
                Heard::NotStored
            }
        }
    }

    pub(super) fn moment(&self, command: &Command) -> Moment {
        let hold_until = self.parts.store.look(|state| state.holds.get(&command.device).copied());
        Moment {
            now: self.parts.time.now(),
            run: self.parts.time.run(),
            hold_until,
        }
    }
}
