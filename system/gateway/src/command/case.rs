//! The life of one command from "taken" to its end, without I/O: the case says what it needs next, the shell does it
//! and tells what came of it.
//!
//! Two laws hold wherever the machine is cut off: before the device is driven, the intent is durable together with
//! what the device showed; and after an interruption nobody drives before having looked. The property test beside
//! this file cuts it off everywhere and counts what the device felt.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_smart_home::{Command, DeviceKind, Origin, Reason, Stage};

use super::model::forbidden_now;
use super::need::{Heard, Intent, Moment, Need, Patience};
use super::showing::{Goal, Progress, Showing};

/// One command on its way.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    command: Command,
    goal: Goal,
    expires_at: Timestamp,
    patience: Patience,
    phase: Phase,
    attempts: u8,
    pause: Option<Timestamp>,
    superseded: bool,
    hand: Option<Timestamp>,
}

#[derive(Debug, Clone)]
enum Phase {
    Before,
    Intending(Intent),
    Ready(Intent),
    Doubt(Doubt),
    Executing,
    Confirming(Confirming),
    Ending(Stage),
    Ended,
}

/// Whether the device was driven is not known. Times are run time.
#[derive(Debug, Clone)]
struct Doubt {
    intent: Intent,
    crashed: bool,
    since: Timestamp,
    /// How old the intent was then, by the house's clock.
    age: SignedDuration,
}

/// The device was driven, and the result is awaited. Times are run time.
#[derive(Debug, Clone, Copy)]
struct Confirming {
    since: Timestamp,
    moved: bool,
    /// Since when it stands still where it should not.
    still_since: Option<Timestamp>,
}

enum Trace {
    Acted,
    Untouched,
    Changed,
    Faulty,
    Unknown,
}

impl Case {
    /// A command that was just taken. `expires_at` is its end by the house's clock.
    #[must_use]
    pub(crate) fn new(command: Command, kind: DeviceKind, expires_at: Timestamp, patience: Patience) -> Self {
        Self {
            goal: Goal::of(kind, &command),
            command,
            expires_at,
            patience,
            phase: Phase::Before,
            attempts: 0,
            pause: None,
            superseded: false,
            hand: None,
        }
    }

    /// Goes on after an interruption, from what was durable: the last intent, and when the device took the command if
    /// that was known.
    #[must_use]
    pub(crate) fn resumed(mut self, intent: Option<Intent>, executed_at: Option<Timestamp>, moment: Moment) -> Self {
        let Moment { now, run, .. } = moment;
        self.attempts = intent.as_ref().map_or(0, |intent| intent.attempt);
        self.phase = match (intent, executed_at) {
            (_, Some(executed_at)) => {
                let ago = now.duration_since(executed_at).max(SignedDuration::ZERO);
                Confirming::since(run.checked_sub(ago).unwrap_or(run))
            }
            (Some(intent), None) => Phase::Doubt(Doubt {
                age: now.duration_since(intent.at),
                intent,
                crashed: true,
                since: run,
            }),
            (None, None) => Phase::Before,
        };
        self
    }

    /// The command.
    #[must_use]
    pub(crate) fn command(&self) -> &Command {
        &self.command
    }

    /// Whether the device is certainly not driven by this case, now or before: the part is free for another.
    #[must_use]
    pub(crate) fn is_hands_off(&self) -> bool {
        matches!(
            self.phase,
            Phase::Executing | Phase::Confirming(_) | Phase::Ending(_) | Phase::Ended
        )
    }

    /// What is needed next.
    #[must_use]
    pub(crate) fn need(&self) -> Need {
        if let Some(until) = self.pause {
            return Need::Wait { until };
        }
        match &self.phase {
            Phase::Before => Need::Look {
                recent: match self.command.origin {
                    Origin::ResidentAtHome { .. } => Patience::RECENT_AT_HOME,
                    _ => Duration::ZERO,
                },
            },
            Phase::Intending(intent) => Need::Intend(intent.clone()),
            Phase::Ready(_) => Need::Drive,
            Phase::Doubt(_) | Phase::Confirming(_) => Need::Look { recent: Duration::ZERO },
            Phase::Executing => Need::Tell(Stage::Executed),
            Phase::Ending(stage) => Need::Tell(stage.clone()),
            Phase::Ended => Need::Nothing,
        }
    }

    /// Takes in what came of the last need, or what happened meanwhile.
    pub(crate) fn hear(&mut self, heard: Heard, moment: Moment) {
        let Moment { now, run, .. } = moment;
        match heard {
            Heard::Superseded => self.superseded = true,
            Heard::Time | Heard::Shown(_) | Heard::Silent | Heard::NotFound => self.pause = None,
            _ => {}
        }
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        self.phase = match (phase, heard) {
            (Phase::Before, Heard::Shown(showing)) => self.before(showing, moment),
            (Phase::Before, Heard::Silent) => failed(Reason::DeviceUnreachable),
            (Phase::Before, Heard::NotFound) => self.not_found(moment),
            // Whoever waited looks again, and then hears why it is too late.
            (Phase::Before, Heard::Time) => Phase::Before,
            (Phase::Before, _) => self.too_late(now).unwrap_or(Phase::Before),
            (Phase::Intending(intent), Heard::Stored) => self.ready(intent, moment),
            (Phase::Intending(_), Heard::NotStored) => {
                // Without a durable intent nobody may act. The disk may come back before the command's time is over.
                self.wait(run);
                Phase::Before
            }
            (Phase::Ready(intent), Heard::Hand { .. } | Heard::Superseded) => self.ready(intent, moment),
            (Phase::Ready(_), Heard::Taken) => Phase::Executing,
            (Phase::Ready(intent), Heard::Unsure) => Phase::Doubt(Doubt {
                intent,
                crashed: false,
                since: run,
                age: SignedDuration::ZERO,
            }),
            (Phase::Ready(_), Heard::NotDriven(stage)) => Phase::Ending(stage),
            (Phase::Executing, Heard::Stored | Heard::NotStored) if self.superseded => failed(Reason::Superseded),
            (Phase::Executing, Heard::Hand { until }) => {
                self.hand = Some(until);
                Phase::Executing
            }
            (Phase::Executing, Heard::Stored | Heard::NotStored) => match self.hand {
                Some(until) => failed(Reason::HandOperation { until }),
                None => Confirming::since(run),
            },
            (Phase::Doubt(doubt), Heard::Shown(showing)) => self.doubt(doubt, &showing, moment),
            (Phase::Doubt(doubt), Heard::Silent | Heard::NotFound) => self.doubt_on(doubt, run),
            (Phase::Doubt(_) | Phase::Confirming(_), Heard::Hand { until }) => failed(Reason::HandOperation { until }),
            (Phase::Doubt(_) | Phase::Confirming(_), Heard::Superseded) => failed(Reason::Superseded),
            (Phase::Confirming(confirming), Heard::Shown(showing)) => self.confirm(confirming, &showing, run),
            (Phase::Confirming(confirming), Heard::Silent | Heard::NotFound) => {
                if run.duration_since(confirming.since) >= self.patience.confirm_within {
                    failed(Reason::DeviceUnreachable)
                } else {
                    self.wait(run);
                    Phase::Confirming(Confirming {
                        still_since: None,
                        ..confirming
                    })
                }
            }
            (Phase::Ending(_), Heard::Stored | Heard::NotStored) => Phase::Ended,
            (phase, _) => phase,
        };
        if matches!(self.phase, Phase::Ending(_) | Phase::Executing) {
            self.pause = None;
        }
    }

    fn before(&mut self, showing: Showing, moment: Moment) -> Phase {
        if let Some(end) = self.too_late(moment.now) {
            return end;
        }
        if let Some(reason) = forbidden_now(&self.command, moment.now, moment.hold_until, &showing) {
            return refused(reason);
        }
        Phase::Intending(Intent {
            at: moment.now,
            attempt: self.attempts.saturating_add(1),
            before: showing,
        })
    }

    /// After a start devices take a while to be found; in a house that was without power they start with the gateway.
    /// The command has its own time to wait for that, and when it is over the device is what it failed on.
    fn not_found(&mut self, moment: Moment) -> Phase {
        if self.superseded {
            return refused(Reason::Superseded);
        }
        if moment.now >= self.expires_at {
            return failed(Reason::DeviceUnreachable);
        }
        self.wait(moment.run);
        Phase::Before
    }

    /// The intent is durable. Storing it took time: what would have stopped the command before stops it now.
    fn ready(&mut self, intent: Intent, moment: Moment) -> Phase {
        if let Some(end) = self.too_late(moment.now) {
            return end;
        }
        if let Some(reason) = forbidden_now(&self.command, moment.now, moment.hold_until, &intent.before) {
            return refused(reason);
        }
        self.attempts = intent.attempt;
        Phase::Ready(intent)
    }

    fn doubt(&mut self, doubt: Doubt, showing: &Showing, moment: Moment) -> Phase {
        let Moment { now, run, hold_until } = moment;
        match self.trace(&doubt.intent.before, showing) {
            Trace::Acted => Phase::Executing,
            Trace::Faulty => failed(Reason::DeviceFault),
            Trace::Unknown => self.doubt_on(doubt, run),
            Trace::Changed => doubt.lost(Reason::NotConfirmed),
            Trace::Untouched => {
                let waited = run.duration_since(doubt.since);
                if waited < self.patience.start_within {
                    self.wait(run);
                    return Phase::Doubt(doubt);
                }
                // An old or dated-forward intent proves nothing: the device may have acted and been brought back.
                let age = doubt.age.saturating_add(waited);
                if doubt.crashed && (age >= self.patience.prove_within || doubt.age < SignedDuration::ZERO) {
                    return failed(Reason::Interrupted);
                }
                if let Some(end) = self.too_late(now) {
                    return end;
                }
                if let Some(reason) = forbidden_now(&self.command, now, hold_until, showing) {
                    return refused(reason);
                }
                if self.attempts >= self.patience.attempts {
                    return doubt.lost(Reason::DeviceUnreachable);
                }
                Phase::Intending(Intent {
                    at: now,
                    attempt: self.attempts.saturating_add(1),
                    before: showing.clone(),
                })
            }
        }
    }

    fn doubt_on(&mut self, doubt: Doubt, run: Timestamp) -> Phase {
        let silence = if doubt.crashed {
            self.patience.prove_within
        } else {
            self.patience.silent_for
        };
        if run.duration_since(doubt.since) >= silence {
            return doubt.lost(Reason::DeviceUnreachable);
        }
        self.wait(run);
        Phase::Doubt(doubt)
    }

    fn confirm(&mut self, confirming: Confirming, showing: &Showing, run: Timestamp) -> Phase {
        let Confirming {
            since,
            moved,
            still_since,
        } = confirming;
        let age = run.duration_since(since);
        let (moved, still_since) = match self.goal.progress(showing) {
            Progress::Reached => return Phase::Ending(Stage::Observed),
            Progress::Faulty => return failed(Reason::DeviceFault),
            Progress::Moving => (true, None),
            Progress::Elsewhere if moved || age >= self.patience.start_within => {
                // One look may fall between two movements; standing still takes a while.
                let still = still_since.unwrap_or(run);
                if run.duration_since(still) >= self.patience.look_every {
                    return failed(Reason::NotConfirmed);
                }
                (moved, Some(still))
            }
            Progress::Elsewhere | Progress::Unknown => (moved, None),
        };
        if age >= self.patience.confirm_within {
            return failed(Reason::NotConfirmed);
        }
        self.wait(run);
        Phase::Confirming(Confirming {
            since,
            moved,
            still_since,
        })
    }

    /// Whether what is shown now tells that the attempt reached the device.
    fn trace(&self, before: &Showing, now: &Showing) -> Trace {
        match self.goal.progress(now) {
            Progress::Reached | Progress::Moving => Trace::Acted,
            Progress::Faulty => Trace::Faulty,
            Progress::Unknown => Trace::Unknown,
            Progress::Elsewhere if self.is_unchanged(before, now) => Trace::Untouched,
            Progress::Elsewhere => Trace::Changed,
        }
    }

    fn is_unchanged(&self, before: &Showing, now: &Showing) -> bool {
        match &self.goal {
            Goal::Value(property, _) => before.get(property).is_some() && before.get(property) == now.get(property),
            _ => match (before.movement(), now.movement()) {
                // A shutter that was moved, however little, does not prove that it was not.
                (Some(was), Some(is)) if was == is && is.is_at_rest() => before.same_opening(now),
                (was, is) => was.is_some() && was == is,
            },
        }
    }

    fn too_late(&self, now: Timestamp) -> Option<Phase> {
        if self.superseded {
            Some(refused(Reason::Superseded))
        } else if now >= self.expires_at {
            Some(Phase::Ending(Stage::Expired))
        } else {
            None
        }
    }

    fn wait(&mut self, run: Timestamp) {
        self.pause = run.checked_add(self.patience.look_every).ok();
    }
}

impl Doubt {
    /// The doubt cannot be resolved. After a crash nobody knows why; otherwise there is a reason.
    fn lost(&self, reason: Reason) -> Phase {
        failed(if self.crashed { Reason::Interrupted } else { reason })
    }
}

impl Confirming {
    fn since(run: Timestamp) -> Phase {
        Phase::Confirming(Self {
            since: run,
            moved: false,
            still_since: None,
        })
    }
}

fn refused(reason: Reason) -> Phase {
    Phase::Ending(Stage::Refused { reason })
}

fn failed(reason: Reason) -> Phase {
    Phase::Ending(Stage::Failed { reason })
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
