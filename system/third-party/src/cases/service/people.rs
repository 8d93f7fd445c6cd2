//! What people do with a case.

use serde_json::json;
use tomori_smart_home::{CaseId, StaffId};

use super::super::model::{Case, Outcome, Refused};
use super::super::script::Step;
use super::super::store;
use super::{CaseError, Line, Service};
use crate::people::Viewer;

/// The longest note and report, in characters.
const LONGEST_TEXT: usize = 2_000;

impl Service {
    /// Makes a case somebody's.
    ///
    /// # Errors
    /// [`CaseError::Refused`] when it is somebody else's.
    pub async fn take(&self, viewer: &Viewer, id: &CaseId) -> Result<(), CaseError> {
        let (who, role) = (viewer.staff.clone(), viewer.role);
        self.work(viewer, id, "case.taken", move |_, _, case| {
            case.may_take(&who, role)?;
            case.owner = Some(who);
            case.is_offered = false;
            Ok(Some(("taken", Line::default())))
        })
        .await
    }

    /// Offers a case of one's own to everybody.
    ///
    /// # Errors
    /// [`CaseError::Refused`] when it is not theirs.
    pub async fn offer(&self, viewer: &Viewer, id: &CaseId) -> Result<(), CaseError> {
        let who = viewer.staff.clone();
        self.work(viewer, id, "case.offered", move |_, _, case| {
            case.may_work(&who)?;
            case.is_offered = true;
            Ok(Some(("offered", Line::default())))
        })
        .await
    }

    /// Everybody who has an open case that they do not offer.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn owners(&self) -> Result<Vec<StaffId>, CaseError> {
        Ok(self.inner.database.read(store::owners).await?)
    }

    /// Offers everything that somebody had: they left. What is theirs stays theirs until another takes it.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn offer_all(&self, who: &StaffId) -> Result<usize, CaseError> {
        let now = self.inner.clock.now();
        let (leaver, service) = (who.clone(), self.clone());
        let offered = self
            .inner
            .database
            .try_write(move |tx| {
                let mut offered = 0;
                for mut case in store::of_owner(tx, &leaver)? {
                    if !case.is_offered {
                        case.is_offered = true;
                        store::put(tx, &case)?;
                        service.enter(tx, &case.id, now, None, "left", &Line::default())?;
                        offered += 1;
                    }
                }
                Ok::<usize, CaseError>(offered)
            })
            .await?;
        if offered > 0 {
            self.changed();
            let detail = json!({ "cases": offered }).to_string();
            let audit = &self.inner.audit;
            audit.record("server", "cases.offered", who.as_str(), &detail).await;
        }
        Ok(offered)
    }

    /// Ticks a step of the script.
    ///
    /// # Errors
    /// [`CaseError::Refused`].
    pub async fn tick(&self, viewer: &Viewer, id: &CaseId, step: Step) -> Result<(), CaseError> {
        let who = viewer.staff.clone();
        let now = self.inner.clock.now();
        self.work(viewer, id, "case.step", move |tx, _, case| {
            case.may_tick(&who, step)?;
            let line = Line {
                step: Some(step.word().to_owned()),
                ..Line::default()
            };
            Ok(store::add_step(tx, &case.id, step, now, &who)?.then_some(("step", line)))
        })
        .await
    }

    /// Writes a note.
    ///
    /// # Errors
    /// [`CaseError::Refused`] when the case is not theirs or the note is empty.
    pub async fn note(&self, viewer: &Viewer, id: &CaseId, text: &str) -> Result<(), CaseError> {
        let (who, text) = (viewer.staff.clone(), written(text));
        self.work(viewer, id, "case.note", move |_, _, case| {
            case.may_work(&who)?;
            if text.is_empty() {
                return Err(CaseError::Refused(Refused::NoReport));
            }
            let line = Line {
                text: Some(text),
                ..Line::default()
            };
            Ok(Some(("note", line)))
        })
        .await
    }

    /// Somebody is at the house, as the owner of the case was told by voice.
    ///
    /// # Errors
    /// [`CaseError::Refused`] when the case is not theirs or somebody was there already.
    pub async fn arrived(&self, viewer: &Viewer, id: &CaseId) -> Result<(), CaseError> {
        let who = viewer.staff.clone();
        let now = self.inner.clock.now();
        self.work(viewer, id, "case.arrived", move |_, _, case| {
            case.may_work(&who)?;
            if case.arrived_at.is_some() {
                return Err(CaseError::Refused(Refused::Arrived));
            }
            case.arrived_at = Some(now);
            Ok(Some(("arrived", Line::default())))
        })
        .await
    }

    /// Notes what dispatch did with a guard. A closed case keeps what it has.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn tell(
        &self,
        id: &CaseId,
        who: Option<&StaffId>,
        what: &'static str,
        line: Line,
    ) -> Result<(), CaseError> {
        let now = self.inner.clock.now();
        let (wanted, who, service) = (id.clone(), who.cloned(), self.clone());
        self.inner
            .database
            .try_write(move |tx| {
                let mut case = store::by_id(tx, &wanted)?.ok_or(CaseError::NotFound)?;
                if case.closed_at.is_some() {
                    return Ok(());
                }
                if what == "arrived" && case.arrived_at.is_none() {
                    case.arrived_at = Some(now);
                }
                case.last_at = now;
                store::put(tx, &case)?;
                service.say(tx, &case, now, who.as_ref(), what, &line)?;
                service.enter(tx, &case.id, now, who.as_ref(), what, &line)
            })
            .await?;
        self.changed();
        Ok(())
    }

    /// Ends a case with a report.
    ///
    /// # Errors
    /// [`CaseError::Refused`], with the steps that are missing.
    pub async fn close(&self, viewer: &Viewer, id: &CaseId, outcome: Outcome, report: &str) -> Result<(), CaseError> {
        let (who, report) = (viewer.staff.clone(), written(report));
        let now = self.inner.clock.now();
        self.work(viewer, id, "case.closed", move |tx, service, case| {
            let done: Vec<Step> = store::steps(tx, &case.id)?.into_iter().map(|(step, ..)| step).collect();
            case.may_close(&who, &done, &report)?;
            let sealed = service.seal(&case.id, report.as_bytes())?;
            store::close(tx, &case.id, now, Some(outcome), sealed)?;
            case.closed_at = Some(now);
            let line = Line {
                step: Some(outcome.word().to_owned()),
                text: Some(report),
                ..Line::default()
            };
            Ok(Some(("closed", line)))
        })
        .await
    }

    /// Loads a case, lets `decide` change it, and writes it down with what happened.
    async fn work(
        &self,
        viewer: &Viewer,
        id: &CaseId,
        what: &'static str,
        decide: impl FnOnce(
            &mut tomori_runtime::db::Tx<'_>,
            &Service,
            &mut Case,
        ) -> Result<Option<(&'static str, Line)>, CaseError>
        + Send
        + 'static,
    ) -> Result<(), CaseError> {
        let now = self.inner.clock.now();
        let (wanted, who, service) = (id.clone(), viewer.staff.clone(), self.clone());
        let outcome = self
            .inner
            .database
            .try_write(move |tx| {
                let mut case = store::by_id(tx, &wanted)?.ok_or(CaseError::NotFound)?;
                let Some((word, line)) = decide(tx, &service, &mut case)? else {
                    return Ok(());
                };
                store::put(tx, &case)?;
                service.say(tx, &case, now, Some(&who), word, &line)?;
                service.enter(tx, &case.id, now, Some(&who), word, &line)
            })
            .await;
        let who = viewer.staff.as_str();
        match outcome {
            Ok(()) => {
                self.changed();
                self.inner.audit.record(who, what, id.as_str(), "{}").await;
                Ok(())
            }
            Err(CaseError::Refused(refused)) => {
                let why = format!("{what}: {refused:?}");
                let audit = &self.inner.audit;
                audit.record_refusal(who, "case.refused", id.as_str(), &why).await;
                Err(CaseError::Refused(refused))
            }
            Err(error) => Err(error),
        }
    }
}

impl From<Refused> for CaseError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// What a person wrote: without control characters but line ends, and not without end.
pub(crate) fn written(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = text
        .chars()
        .filter(|it| !it.is_control() || *it == '\n')
        .take(LONGEST_TEXT);
    kept.collect::<String>().trim().to_owned()
}
