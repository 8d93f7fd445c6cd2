//! What the gateway remembers, as the sum of its records. Pure: the same records give the same state, whether they
//! are just written or read back after a crash.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Span, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use tomori_smart_home::event::What;
use tomori_smart_home::{Command, CommandId, DeviceId, Event, PropertyName, ScheduleId, Stage};

use super::record::{Draft, Note, Record};
use crate::arming::Held;
use crate::command::Intent;

/// Commands remembered at most.
pub(crate) const REMEMBERED: usize = 500;
/// How long after its end a command's id is remembered. After it the command's own expiry keeps it from acting.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);
/// How many of the newest commands are kept for the history, however old.
const HISTORY: usize = 50;
/// How many dates of firings are remembered for one schedule.
const DATES: usize = 14;

/// Everything known of one command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    /// The command.
    pub(crate) command: Command,
    /// When it was issued, by the house's clock.
    pub(crate) issued_at: Timestamp,
    /// Its end by the house's clock.
    pub(crate) expires_at: Timestamp,
    /// When the gateway took it.
    pub(crate) taken_at: Timestamp,
    /// Its stages, each with its time.
    pub(crate) stages: Vec<(Timestamp, Stage)>,
    /// The last attempt to drive, while the command is open.
    pub(crate) intent: Option<Intent>,
    /// Whether there ever was an attempt to drive.
    pub(crate) was_intended: bool,
}

/// What the gateway remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    /// The number of the next event.
    pub(crate) next_event: u64,
    /// The latest time of any event.
    pub(crate) latest: Option<Timestamp>,
    /// Whether the gateway runs, or ended without saying so.
    pub(crate) running: bool,
    /// The version of the plan that was last said to be applied.
    pub(crate) plan_version: u64,
    /// The commands.
    pub(crate) commands: BTreeMap<CommandId, Account>,
    /// The dates for which schedules fired or were missed.
    pub(crate) firings: BTreeMap<ScheduleId, BTreeSet<Date>>,
    /// Until when hand operation holds a device.
    pub(crate) holds: BTreeMap<DeviceId, Timestamp>,
    /// The guard of the house.
    #[serde(default)]
    pub(crate) arming: Held,
}

impl Account {
    /// The stage it is at.
    #[must_use]
    pub(crate) fn stage(&self) -> &Stage {
        self.stages.last().map_or(&Stage::Accepted, |(_, stage)| stage)
    }

    /// Whether something can still follow.
    #[must_use]
    pub(crate) fn is_open(&self) -> bool {
        !self.stage().is_final()
    }

    /// When the device took it.
    #[must_use]
    pub(crate) fn executed_at(&self) -> Option<Timestamp> {
        self.stages
            .iter()
            .find(|(_, stage)| *stage == Stage::Executed)
            .map(|(at, _)| *at)
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            next_event: 1,
            latest: None,
            running: false,
            plan_version: 0,
            commands: BTreeMap::new(),
            firings: BTreeMap::new(),
            holds: BTreeMap::new(),
            arming: Held::default(),
        }
    }
}

impl State {
    /// Takes in one record.
    pub(crate) fn apply(&mut self, record: &Record) {
        match record {
            Record::Event { number, event } => {
                self.next_event = self.next_event.max(number.saturating_add(1));
                self.event(event);
            }
            Record::Note(note) => self.note(note),
        }
    }

    /// Takes in what could not be written yet. Taking in its record later changes nothing but the numbering.
    pub(crate) fn remember(&mut self, draft: &Draft) {
        match draft {
            Draft::Event(event) => self.event(event),
            Draft::Note(note) => self.note(note),
        }
    }

    /// When the newest command for this part of the device that was driven was issued, of those issued by `until`: one
    /// that claims a later moment is from before the clock was set back, and says nothing of the order of wishes.
    #[must_use]
    pub(crate) fn newest_driven(
        &self,
        device: &DeviceId,
        is_same_part: impl Fn(&PropertyName) -> bool,
        until: Timestamp,
    ) -> Option<Timestamp> {
        self.commands
            .values()
            .filter(|account| account.was_intended)
            .filter(|account| account.command.device == *device && is_same_part(&account.command.property))
            .map(|account| account.issued_at)
            .filter(|issued_at| *issued_at <= until)
            .max()
    }

    /// Whether a firing was settled.
    #[must_use]
    pub(crate) fn is_settled(&self, schedule: &ScheduleId, date: Date) -> bool {
        self.firings.get(schedule).is_some_and(|dates| dates.contains(&date))
    }

    /// Whether one more command can be remembered without forgetting one that could still act.
    #[must_use]
    pub(crate) fn has_room(&self, now: Timestamp) -> bool {
        self.commands.len() < REMEMBERED
            || self
                .commands
                .values()
                .any(|account| !account.is_open() && now >= account.expires_at)
    }

    fn event(&mut self, event: &Event) {
        self.latest = Some(self.latest.map_or(event.at, |latest| latest.max(event.at)));
        match &event.what {
            What::GatewayStarted { .. } => self.running = true,
            What::PlanApplied { version } => self.plan_version = *version,
            What::HandOperation { device, hold_until } => {
                self.holds.retain(|_, until| *until > event.at);
                self.holds.insert(device.clone(), *hold_until);
            }
            What::CommandProgress { command, stage } => {
                if let Some(account) = self.commands.get_mut(command)
                    && (account.stages.is_empty() || account.stage().may_become(stage))
                {
                    account.stages.push((event.at, stage.clone()));
                    if stage.is_final() {
                        account.intent = None;
                    }
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, note: &Note) {
        match note {
            Note::Taken {
                command,
                issued_at,
                expires_at,
                at,
            } => {
                self.forget(*at);
                self.commands.entry(command.id.clone()).or_insert_with(|| Account {
                    command: command.clone(),
                    issued_at: *issued_at,
                    expires_at: *expires_at,
                    taken_at: *at,
                    stages: Vec::new(),
                    intent: None,
                    was_intended: false,
                });
            }
            Note::Intended { command, intent } => {
                if let Some(account) = self.commands.get_mut(command).filter(|account| account.is_open()) {
                    account.intent = Some(intent.clone());
                    account.was_intended = true;
                }
            }
            Note::Settled { schedule, date } => {
                let dates = self.firings.entry(schedule.clone()).or_default();
                dates.insert(*date);
                while dates.len() > DATES {
                    dates.pop_first();
                }
                // Schedules that were deleted are forgotten with the dates they last fired for.
                let stale = date.saturating_sub(Span::new().days(30));
                self.firings
                    .retain(|_, dates| dates.last().is_some_and(|last| *last >= stale));
            }
            Note::Numbering { next } => self.next_event = self.next_event.max(*next),
            Note::ClockAgreed { at } => self.latest = Some(*at),
            Note::Arming(held) => self.arming = (**held).clone(),
            Note::Stopped { .. } => self.running = false,
        }
    }

    /// Forgets what can never act again: long over, or just over when there is no room.
    fn forget(&mut self, now: Timestamp) {
        if self.commands.len() < HISTORY {
            return;
        }
        let newest: BTreeSet<Timestamp> = self.commands.values().map(|account| account.taken_at).collect();
        let kept_from = newest.iter().rev().nth(HISTORY - 1).copied();
        self.commands.retain(|_, account| {
            account.is_open()
                || kept_from.is_none_or(|from| account.taken_at >= from)
                || now.duration_since(account.expires_at) < MARGIN
        });
        while self.commands.len() >= REMEMBERED {
            let oldest = self
                .commands
                .iter()
                .filter(|(_, account)| !account.is_open() && now >= account.expires_at)
                .min_by_key(|(_, account)| account.expires_at)
                .map(|(id, _)| id.clone());
            match oldest {
                Some(id) => self.commands.remove(&id),
                None => return,
            };
        }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
