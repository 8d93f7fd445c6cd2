//! The ticker: instructs the house at the due moment (T2-4 step 2).
//!
//! Each firing is written down before anybody is told of it, under a key of schedule and date: a second look, another
//! process, a clock that goes back find the row and do nothing. What is written down and not settled when the process
//! is killed is settled by the next one: the command has the same id, so that it cannot happen twice.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::schedule::{Calendar, Firing};
use tomori_smart_home::{HomeId, Origin, Reason, Schedule};

use super::agenda::{Agenda, Come};
use super::model::{Judgement, Outlook, Standing};
use super::service::{KEEP, Service, ShutterError};
use super::store::{self, Kept, Written};
use crate::device_state::{NewCommand, StateError};

/// Firings that are written down in one transaction, and instructed together.
const AT_ONCE: usize = 500;
/// Homes that are instructed at the same time.
const SIDE_BY_SIDE: usize = 32;
/// How long to wait before an instruction that failed is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// The longest that the ticker sleeps; a clock that was set is noticed after that.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// How often old firings are let go.
const FORGET_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Schedules that are read in one step at the start.
const STEP: u32 = 1000;

impl Service {
    /// Watches the clock until the shutdown. Errors of the stores are logged and tried again: the gateways run the
    /// schedules in the meantime.
    pub async fn run(&self, shutdown: Shutdown) {
        let mut ticker = Ticker {
            service: self.clone(),
            agenda: Agenda::default(),
            looked: None,
            forgotten: None,
            stale: true,
        };
        loop {
            let sleep = match ticker.turn().await {
                Ok(sleep) => sleep,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "schedules cannot be run; trying again"
                    );
                    ticker.stale = true;
                    AGAIN_AFTER
                }
            };
            tokio::select! {
                () = shutdown.wait() => return,
                () = self.inner.wake.notified() => {}
                () = self.inner.clock.sleep(sleep) => {}
            }
        }
    }
}

struct Ticker {
    service: Service,
    agenda: Agenda,
    /// The clock at the last look.
    looked: Option<Timestamp>,
    /// When old firings were last forgotten.
    forgotten: Option<Timestamp>,
    /// The agenda has to be made anew.
    stale: bool,
}

impl Ticker {
    /// One look at the clock; how long to sleep after it.
    async fn turn(&mut self) -> Result<Duration, ShutterError> {
        let now = self.service.now();
        let went_back = self
            .looked
            .is_some_and(|looked| looked.duration_since(now) > Outlook::TOLERANCE);
        if self.stale || went_back {
            self.rebuild(now).await?;
        } else {
            self.take_changes(now).await?;
        }
        self.looked = Some(now);
        loop {
            let come = self.agenda.come(now, AT_ONCE);
            if come.is_empty() {
                break;
            }
            // Until they are written down they exist here only: a failure makes the agenda anew from the tables.
            self.stale = true;
            self.write_down(come, now).await?;
            self.stale = false;
        }
        self.forget(now).await?;
        let left = self.settle(now).await?;
        let watched = u64::try_from(self.agenda.len()).unwrap_or(u64::MAX);
        self.service.inner.counts.watched.store(watched, Ordering::Relaxed);
        let next = self
            .agenda
            .next_at()
            .map_or(LONGEST_SLEEP, |at| tomori_runtime::clock::until(self.service.now(), at));
        let next = if left { next.min(AGAIN_AFTER) } else { next };
        Ok(next.min(LONGEST_SLEEP))
    }

    /// Lets old firings go, once a day.
    async fn forget(&mut self, now: Timestamp) -> Result<(), ShutterError> {
        if self
            .forgotten
            .is_some_and(|last| now.duration_since(last) < FORGET_EVERY)
        {
            return Ok(());
        }
        let before = now.checked_sub(KEEP).unwrap_or(Timestamp::MIN);
        let database = &self.service.inner.database;
        database.write(move |tx| store::forget(tx, before)).await?;
        self.forgotten = Some(now);
        Ok(())
    }

    /// Makes the agenda from the tables.
    async fn rebuild(&mut self, now: Timestamp) -> Result<(), ShutterError> {
        let database = &self.service.inner.database;
        let stored = database.read(store::through).await?;
        let through = self.looked.max(stored);
        let outlook = Outlook::new(through, now);
        let anew = database
            .write(move |tx| {
                let anew = match outlook.judge_anew_after {
                    Some(after) => store::judge_anew(tx, after)?,
                    None => 0,
                };
                store::set_through(tx, outlook.from)?;
                Ok(anew)
            })
            .await?;
        if anew > 0 {
            tracing::warn!(
                firings = anew,
                "the clock went back; firings it had called missed are judged anew"
            );
        }
        self.service.take_changed();
        self.agenda = Agenda::default();
        let calendars = self.calendars().await?;
        let mut by_home: HashMap<HomeId, Vec<Kept>> = HashMap::new();
        let mut after = String::new();
        loop {
            let from = after.clone();
            let kept = database.read(move |reader| store::after(reader, &from, STEP)).await?;
            let Some(last) = kept.last() else { break };
            after = last.schedule.id.as_str().to_owned();
            for kept in kept {
                by_home.entry(kept.home.clone()).or_default().push(kept);
            }
        }
        for (home, kept) in by_home {
            match calendars.get(&home) {
                Some(calendar) => self.agenda.replace(&home, calendar, kept, outlook.from),
                None => tracing::error!(%home, "a home with schedules is not known; they do not run"),
            }
        }
        self.stale = false;
        tracing::info!(schedules = self.agenda.len(), "schedules are watched");
        Ok(())
    }

    async fn calendars(&self) -> Result<HashMap<HomeId, Calendar>, ShutterError> {
        let homes = self.service.inner.state.homes().await?;
        let mut calendars = HashMap::with_capacity(homes.len());
        for home in homes {
            calendars.insert(home.id, Calendar::new(&home.place)?);
        }
        Ok(calendars)
    }

    async fn take_changes(&mut self, now: Timestamp) -> Result<(), ShutterError> {
        let changed = self.service.take_changed();
        if changed.is_empty() {
            return Ok(());
        }
        // Taken, and not in the agenda yet: a failure on the way makes it anew from the tables.
        self.stale = true;
        let looked = self.looked.unwrap_or(now).min(now);
        for home in changed {
            let calendar = Calendar::new(&self.service.inner.state.house(&home).await?.place)?;
            let kept = self.service.kept(&home).await?;
            self.agenda.replace(&home, &calendar, kept, looked);
        }
        self.stale = false;
        Ok(())
    }

    async fn write_down(&self, come: Vec<Come>, now: Timestamp) -> Result<(), ShutterError> {
        let mut rows = Vec::with_capacity(come.len());
        for Come { kept, firing } in come {
            let standing = match Judgement::of(&firing, now) {
                Judgement::TooLate => Standing::Missed,
                Judgement::NotYet | Judgement::Instruct => Standing::Due,
            };
            rows.push(Written {
                home: kept.home,
                firing,
                schedule: kept.schedule,
                standing,
            });
        }
        let missed = self
            .service
            .inner
            .database
            .write(move |tx| {
                let mut missed = 0_u32;
                for row in &rows {
                    if store::write_down(tx, row)? && row.standing == Standing::Missed {
                        missed += 1;
                    }
                }
                if let Some(last) = rows.last() {
                    store::set_through(tx, last.firing.at)?;
                }
                Ok(missed)
            })
            .await?;
        self.service
            .inner
            .counts
            .missed
            .fetch_add(u64::from(missed), Ordering::Relaxed);
        if missed > 0 {
            tracing::warn!(
                firings = missed,
                "firings came too late to instruct; the gateways' own runs tell the truth"
            );
        }
        Ok(())
    }

    /// Instructs the homes whose firings are written down; whether some are left for another try.
    async fn settle(&self, now: Timestamp) -> Result<bool, ShutterError> {
        let database = &self.service.inner.database;
        let mut left = false;
        loop {
            let most = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
            let due = database.read(move |reader| store::due(reader, most)).await?;
            if due.is_empty() {
                return Ok(left);
            }
            let settled: Vec<(Firing, Option<Standing>)> = futures_util::stream::iter(due)
                .map(|written| self.instruct(written, now))
                .buffer_unordered(SIDE_BY_SIDE)
                .collect()
                .await;
            let done: Vec<(Firing, Standing)> = settled
                .iter()
                .filter_map(|(firing, standing)| standing.map(|standing| (firing.clone(), standing)))
                .collect();
            let counts = &self.service.inner.counts;
            for (_, standing) in &done {
                match standing {
                    Standing::Instructed => counts.instructed.fetch_add(1, Ordering::Relaxed),
                    Standing::Missed => counts.missed.fetch_add(1, Ordering::Relaxed),
                    Standing::Refused => counts.refused.fetch_add(1, Ordering::Relaxed),
                    Standing::Due => 0,
                };
            }
            left |= done.len() < settled.len();
            let progress = !done.is_empty();
            database
                .write(move |tx| {
                    done.iter()
                        .try_for_each(|(firing, standing)| store::settle(tx, firing, *standing))
                })
                .await?;
            if !progress {
                return Ok(true);
            }
        }
    }

    /// Instructs one home. `None` when it has to be tried again.
    async fn instruct(&self, written: Written, now: Timestamp) -> (Firing, Option<Standing>) {
        let Written {
            home, firing, schedule, ..
        } = written;
        let standing = match Judgement::of(&firing, now) {
            Judgement::TooLate => match self.service.command_of(&home, &firing).await {
                Ok(Some(_)) => Some(Standing::Instructed),
                Ok(None) => Some(Standing::Missed),
                Err(_) => None,
            },
            Judgement::NotYet | Judgement::Instruct => self.command(&home, &firing, schedule).await,
        };
        (firing, standing)
    }

    async fn command(&self, home: &HomeId, firing: &Firing, schedule: Schedule) -> Option<Standing> {
        let command = NewCommand {
            id: Firing::command_id(&firing.schedule, firing.date),
            device: schedule.device,
            property: schedule.property,
            value: schedule.value,
            origin: Origin::Schedule {
                schedule: firing.schedule.clone(),
                date: firing.date,
            },
            idempotency_key: None,
            expires_at: firing.at.checked_add(Schedule::GRACE).ok(),
        };
        match self.service.inner.state.command(home, command).await {
            Ok(_) => Some(Standing::Instructed),
            // The house ran it by itself in an earlier form of the schedule: that command is the truth of the day.
            Err(StateError::KeyReused(_)) => Some(Standing::Instructed),
            Err(
                StateError::Refused {
                    reason: Reason::Busy, ..
                }
                | StateError::Storage(_),
            ) => None,
            Err(error) => {
                let schedule = &firing.schedule;
                tracing::warn!(%home, %schedule, error = &error as &dyn std::error::Error, "a firing cannot be instructed");
                Some(Standing::Refused)
            }
        }
    }
}
