//! Runs the schedules: sleeps until the next moment, looks whether the clock was set, fires.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::remedy::chain;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::event::What;
use tomori_smart_home::schedule::Firing;
use tomori_smart_home::{Command, Event};

use super::model::{Due, due, next_firings};
use crate::command::{Executor, Road, Taken};
use crate::local::Changes;
use crate::plan::{InForce, PlanRoom};
use crate::store::{Need, Note, Store};
use crate::timekeeping::{Timekeeper, Trust};

/// The longest sleep: a clock that was set is noticed after this long at the latest.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// The runner.
pub(crate) struct Runner {
    pub(crate) store: Store,
    pub(crate) plan: PlanRoom,
    pub(crate) time: Timekeeper,
    pub(crate) executor: Executor,
    pub(crate) changes: Changes,
}

impl Runner {
    /// Runs until told to stop.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut plan = self.plan.watch();
        // What is settled is remembered, so looking back far does no harm; it finds what an absence missed.
        let mut through = Timestamp::MIN;
        let mut was_believed = true;
        // Counted once and kept until it comes, the plan changes or the clock is set.
        let mut next: Option<Timestamp> = None;
        loop {
            if let Some(jump) = self.time.look() {
                self.jumped(jump).await;
                next = None;
            }
            let now = self.time.now();
            let is_believed = self.time.trust(self.store.look(|state| state.latest)) == Trust::Certain;
            if is_believed != was_believed {
                was_believed = is_believed;
                self.changes.tell();
                if is_believed {
                    tracing::info!("the clock is believed again; schedules go on");
                } else {
                    tracing::warn!(%now, "the clock shows a time that cannot be; schedules wait until it is set");
                }
            }
            let in_force = plan.borrow_and_update().clone();
            let mut wake = Timestamp::MAX;
            if let Some(in_force) = in_force.filter(|_| is_believed) {
                // After the clock went back, moments that lie ahead again are looked at again; those that fired are
                // settled and stay so.
                self.fire(&in_force, through.min(now), now).await;
                through = now;
                let counted = next.filter(|next| now < *next);
                let upcoming = counted.unwrap_or_else(|| {
                    next_firings(&in_force, now)
                        .into_values()
                        .min()
                        .unwrap_or(Timestamp::MAX)
                });
                next = Some(upcoming);
                wake = wake.min(upcoming);
            }
            tokio::select! {
                () = self.time.clock().sleep_until(wake) => {}
                // A clock that is set back shows `wake` only after it has made up for that.
                () = self.time.clock().sleep(LONGEST_SLEEP) => {}
                changed = plan.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    // A new plan may hold a schedule that was due within its grace; only those of its own time count.
                    through = Timestamp::MIN;
                    next = None;
                }
                () = shutdown.wait() => return,
            }
        }
    }

    async fn fire(&self, plan: &InForce, after: Timestamp, now: Timestamp) {
        let found = self
            .store
            .look(|state| due(plan, |schedule, date| state.is_settled(schedule, date), after, now));
        for (firing, what) in found {
            match what {
                Due::Run(command) => self.run_one(firing, *command).await,
                Due::Missed => self.missed(firing, now).await,
            }
        }
    }

    async fn run_one(&self, firing: Firing, command: Command) {
        match self.executor.take(command, Road::House).await {
            // The platform was first with the same command: the firing has taken place all the same.
            Taken::Known => self.settle(firing).await,
            Taken::NotRemembered => {
                tracing::error!(schedule = %firing.schedule, "a firing cannot be remembered; it is tried again while its grace lasts");
            }
            Taken::UnderWay | Taken::Ended(_) => {}
        }
    }

    async fn missed(&self, firing: Firing, now: Timestamp) {
        tracing::warn!(schedule = %firing.schedule, date = %firing.date, "a firing was missed");
        let event = Event {
            at: now,
            what: What::FiringMissed {
                schedule: firing.schedule.clone(),
                date: firing.date,
            },
        };
        self.remember(vec![event.into(), settled(firing)]).await;
        self.changes.tell();
    }

    async fn settle(&self, firing: Firing) {
        self.remember(vec![settled(firing)]).await;
    }

    async fn jumped(&self, jump: SignedDuration) {
        let seconds = jump.as_secs();
        tracing::warn!(seconds, "the clock was set");
        let event = Event {
            at: self.time.now(),
            what: What::ClockJumped { seconds },
        };
        self.remember(vec![event.into()]).await;
    }

    async fn remember(&self, drafts: Vec<crate::store::Draft>) {
        if let Err(error) = self.store.remember(drafts, Need::BestEffort).await {
            tracing::warn!(error = %chain(&error), "what the schedules did is not remembered");
        }
    }
}

fn settled(firing: Firing) -> crate::store::Draft {
    Note::Settled {
        schedule: firing.schedule,
        date: firing.date,
    }
    .into()
}
