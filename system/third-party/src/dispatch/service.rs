//! Loads, decides, persists, audits.

mod crew;
mod messages;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::{CaseId, StaffId};

use super::model::{Mission, MissionState, Place, Ranked, rank};
use super::{skill, store};
use crate::cases::{self, Case, CaseError, written};
use crate::panels;
use crate::people::Viewer;

pub use messages::Message;

/// How often unanswered offers are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Dispatch. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The cases.
    pub cases: cases::Service,
    /// Where the houses are.
    pub panels: panels::Service,
    /// Where what happened is written down.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
}

struct Inner {
    database: Database,
    sealer: Sealer,
    needs: Needs,
}

/// Why somebody cannot be sent, or a guard cannot do that.
#[derive(Debug, Error)]
pub enum DispatchError {
    /// The guard is not on duty, is busy, or there is no such guard.
    #[error("this guard cannot be sent now")]
    NotFree,
    /// There is no mission, or it is not in a state in which this can be done.
    #[error("there is no mission with which this can be done")]
    NoMission,
    /// Leaving a house needs a report.
    #[error("a report is missing")]
    NoReport,
    /// Whoever says where they are has to be on duty.
    #[error("not on duty")]
    OffDuty,
    /// A message without words.
    #[error("there is nothing in it")]
    NoText,
    /// There are as many messages as a mission has.
    #[error("a mission has no more messages")]
    TooManyMessages,
    /// Something sealed cannot be opened, or not be sealed.
    #[error("a sealed text cannot be read or written")]
    Seal(#[from] SealError),
    /// The case.
    #[error("the case does not allow it")]
    Case(#[from] CaseError),
    /// The database failed.
    #[error("missions cannot be read or stored now")]
    Storage(#[from] DbError),
}

/// What is around a case.
#[derive(Debug, Clone)]
pub struct Around {
    /// Where its house is, when somebody knows.
    pub house: Option<Place>,
    /// The guards who were asked or sent, in order.
    pub missions: Vec<Mission>,
    /// The guards who can be sent, the best first.
    pub free: Vec<Ranked>,
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened or the key cannot be derived.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, DispatchError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        let sealer = needs.keys.derive("dispatch/message")?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                sealer,
                needs,
            }),
        })
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// What is around a case: its house, its missions, and the guards who can be sent, first who can what it asks for, the
    /// nearest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn around(&self, case: &Case) -> Result<Around, DispatchError> {
        let (needed, house) = (skill::needed(case.danger), self.house(case).await);
        let case = case.id.clone();
        let found = self.inner.database.read(move |reader| {
            let missions = store::of_case(reader, &case)?;
            let busy: Vec<StaffId> = store::open(reader)?.into_iter().map(|mission| mission.guard).collect();
            let free = rank(store::guards(reader)?, house, needed, &busy, &[]);
            Ok(Around { house, missions, free })
        });
        Ok(found.await?)
    }

    /// Every mission that is under way, to foresee arrivals.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn open_missions(&self) -> Result<Vec<Mission>, DispatchError> {
        Ok(self.inner.database.read(store::open).await?)
    }

    /// Where the house of a case is: a panel's as the office entered it, a house of the platform's as it was disclosed; `None`
    /// when nobody knows, or when what was disclosed cannot be read: a guard is sent without a distance, too.
    async fn house(&self, case: &Case) -> Option<Place> {
        let needs = &self.inner.needs;
        let (north, east) = match case.source.panel() {
            Some(account) => needs.panels.find(account)?.customer.place?,
            None => {
                let disclosed = needs.cases.disclosed(&case.id).await;
                let disclosed = disclosed.inspect_err(|error| {
                    tracing::warn!(case = %case.id, %error, "where the house is cannot be read");
                });
                let place = disclosed.ok()??.place?;
                (place.latitude, place.longitude)
            }
        };
        Place::new(north, east)
    }

    /// Asks a guard to go. Whoever was asked or under way before is called off.
    ///
    /// # Errors
    /// [`DispatchError::Case`] when the case is not the viewer's; [`DispatchError::NotFree`].
    pub async fn send(&self, viewer: &Viewer, case: &CaseId, guard: &StaffId) -> Result<(), DispatchError> {
        let view = self.inner.needs.cases.case(case).await?;
        view.case.may_work(&viewer.staff).map_err(CaseError::from)?;
        let (needed, house) = (skill::needed(view.case.danger), self.house(&view.case).await);
        let (wanted, to, now) = (guard.clone(), case.clone(), self.now());
        self.inner
            .database
            .try_write(move |tx| {
                let busy: Vec<StaffId> = store::open(tx)?.into_iter().map(|mission| mission.guard).collect();
                let free = rank(store::guards(tx)?, house, needed, &busy, &[]);
                let ranked = free.into_iter().find(|ranked| ranked.guard.staff == wanted);
                let ranked = ranked.ok_or(DispatchError::NotFree)?;
                for mission in store::of_case(tx, &to)? {
                    if mission.state.may_become(MissionState::CalledOff) {
                        store::set_state(tx, &mission, MissionState::CalledOff, now)?;
                    }
                }
                Ok::<(), DispatchError>(store::add(tx, &to, &wanted, travel(&ranked), now)?)
            })
            .await?;
        self.inner
            .needs
            .cases
            .tell(case, Some(&viewer.staff), "sent", about(guard))
            .await?;
        self.audit(viewer.staff.as_str(), "guard.sent", guard.as_str()).await;
        Ok(())
    }

    /// A guard answers, arrives, or is done. After a no the next one is asked.
    ///
    /// # Errors
    /// [`DispatchError::NoMission`] when that cannot be said now: a late yes is no yes.
    pub async fn answer(&self, viewer: &Viewer, state: MissionState, report: &str) -> Result<(), DispatchError> {
        let report = written(report);
        if state == MissionState::Done && report.is_empty() {
            return Err(DispatchError::NoReport);
        }
        let (staff, now) = (viewer.staff.clone(), self.now());
        let mission = self
            .inner
            .database
            .try_write(move |tx| {
                let mission = store::of_guard(tx, &staff)?.ok_or(DispatchError::NoMission)?;
                if !mission.state.may_become(state) || mission.is_overdue(now) {
                    return Err(DispatchError::NoMission);
                }
                store::set_state(tx, &mission, state, now)?;
                Ok(mission)
            })
            .await?;
        let cases = &self.inner.needs.cases;
        let guard = &viewer.staff;
        let line = cases::Line {
            text: Some(report).filter(|_| state == MissionState::Done),
            ..about(guard)
        };
        cases.tell(&mission.case, Some(guard), state.word(), line).await?;
        self.audit(guard.as_str(), "mission.answered", state.word()).await;
        if state == MissionState::Declined {
            self.ask_next(&mission.case).await?;
        }
        Ok(())
    }

    /// Calls off whoever was asked or is under way to a case that has ended. Whoever is at the house stays until they leave.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn call_off(&self, case: &CaseId) -> Result<(), DispatchError> {
        let (case, now) = (case.clone(), self.now());
        self.inner
            .database
            .write(move |tx| {
                for mission in store::of_case(tx, &case)? {
                    if mission.state.may_become(MissionState::CalledOff) {
                        store::set_state(tx, &mission, MissionState::CalledOff, now)?;
                    }
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// Calls off what a stop between two writes has left: nobody drives to a case that has ended.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    async fn mend(&self) -> Result<(), DispatchError> {
        for mission in self.open_missions().await? {
            let view = self.inner.needs.cases.case(&mission.case).await?;
            if view.case.closed_at.is_some() {
                self.call_off(&mission.case).await?;
            }
        }
        Ok(())
    }

    /// Asks the next guards where one has not answered, until the shutdown.
    pub async fn watch(self, shutdown: Shutdown) {
        if let Err(error) = self.mend().await {
            tracing::error!(error = &error as &dyn std::error::Error, "missions cannot be mended");
        }
        let clock = self.inner.needs.clock.clone();
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = clock.sleep_until(after(clock.now(), EVERY)) => {}
            }
            if let Err(error) = self.look().await {
                tracing::error!(error = &error as &dyn std::error::Error, "missions cannot be looked at");
            }
        }
    }

    async fn look(&self) -> Result<(), DispatchError> {
        let now = self.now();
        let overdue = self
            .inner
            .database
            .write(move |tx| {
                let missions = store::open(tx)?;
                let overdue: Vec<Mission> = missions.into_iter().filter(|mission| mission.is_overdue(now)).collect();
                for mission in &overdue {
                    store::set_state(tx, mission, MissionState::TimedOut, now)?;
                }
                Ok(overdue)
            })
            .await?;
        for mission in overdue {
            let word = MissionState::TimedOut.word();
            let cases = &self.inner.needs.cases;
            cases.tell(&mission.case, None, word, about(&mission.guard)).await?;
            self.ask_next(&mission.case).await?;
        }
        Ok(())
    }

    /// Asks the first guard of the list who has not been asked for this case yet, or tells that there is none.
    async fn ask_next(&self, case: &CaseId) -> Result<(), DispatchError> {
        let view = self.inner.needs.cases.case(case).await?;
        if view.case.closed_at.is_some() {
            return Ok(());
        }
        let (needed, house) = (skill::needed(view.case.danger), self.house(&view.case).await);
        let (to, now) = (case.clone(), self.now());
        let next = self
            .inner
            .database
            .write(move |tx| {
                let missions = store::of_case(tx, &to)?;
                if missions.iter().any(|mission| mission.state.is_open()) {
                    return Ok(None);
                }
                let asked: Vec<StaffId> = missions.into_iter().map(|mission| mission.guard).collect();
                let busy: Vec<StaffId> = store::open(tx)?.into_iter().map(|mission| mission.guard).collect();
                let ranked = rank(store::guards(tx)?, house, needed, &busy, &asked)
                    .into_iter()
                    .next();
                if let Some(ranked) = &ranked {
                    store::add(tx, &to, &ranked.guard.staff, travel(ranked), now)?;
                }
                Ok(Some(ranked.map(|ranked| ranked.guard.staff)))
            })
            .await?;
        let cases = &self.inner.needs.cases;
        match next {
            None => Ok(()),
            Some(Some(guard)) => Ok(cases.tell(case, None, "sent", about(&guard)).await?),
            Some(None) => Ok(cases.tell(case, None, "nobodyFree", cases::Line::default()).await?),
        }
    }

    /// Forgets the missions of a case whose time is over.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn forget_case(&self, case: &CaseId) -> Result<(), DispatchError> {
        let case = case.clone();
        let database = &self.inner.database;
        Ok(database.write(move |tx| store::forget_case(tx, &case)).await?)
    }

    fn now(&self) -> Timestamp {
        self.inner.needs.clock.now()
    }

    async fn audit(&self, who: &str, what: &'static str, subject: &str) {
        self.inner.needs.audit.record(who, what, subject, "{}").await;
    }
}

fn travel(ranked: &Ranked) -> Option<SignedDuration> {
    let estimate = ranked.estimate?;
    SignedDuration::try_from(estimate.time).ok()
}

fn about(guard: &StaffId) -> cases::Line {
    cases::Line {
        guard: Some(guard.clone()),
        ..cases::Line::default()
    }
}
