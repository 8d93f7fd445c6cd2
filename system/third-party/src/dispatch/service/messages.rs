//! Instructions to the guard who is under way, and what the guard answers. Each is also in the story of the case.

use jiff::Timestamp;
use tomori_runtime::seal::SealError;
use tomori_smart_home::{CaseId, StaffId};

use super::super::model::{Mission, MissionState};
use super::super::store::{self, StoredMessage};
use super::{DispatchError, Service};
use crate::cases::{self, CaseError, written};
use crate::people::Viewer;

/// Messages of a mission; who needs more, telephones.
const MOST: usize = 100;

/// A message of a mission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub number: i64,
    /// Whether the guard wrote it.
    pub is_from_guard: bool,
    /// Who wrote it.
    pub who: StaffId,
    /// When.
    pub at: Timestamp,
    /// When the guard said that they have read it.
    pub read_at: Option<Timestamp>,
    /// The words.
    pub text: String,
}

impl Service {
    /// The messages of a mission, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn messages(&self, mission: i64) -> Result<Vec<Message>, DispatchError> {
        let stored = self
            .inner
            .database
            .read(move |reader| store::messages(reader, mission))
            .await?;
        let open = |stored: StoredMessage| {
            let plain = self.inner.sealer.open(&stored.text, bound(mission).as_bytes())?;
            Ok(Message {
                number: stored.number,
                is_from_guard: stored.is_from_guard,
                who: stored.who,
                at: stored.at,
                read_at: stored.read_at,
                text: String::from_utf8_lossy(&plain).into_owned(),
            })
        };
        stored.into_iter().map(open).collect()
    }

    /// Tells the guard who is under way or at the house what to do.
    ///
    /// # Errors
    /// [`DispatchError::Case`] when the case is not the viewer's; [`DispatchError::NoMission`] when nobody has said yes.
    pub async fn instruct(&self, viewer: &Viewer, case: &CaseId, text: &str) -> Result<(), DispatchError> {
        let view = self.inner.needs.cases.case(case).await?;
        view.case.may_work(&viewer.staff).map_err(CaseError::from)?;
        let wanted = case.clone();
        let missions = self.inner.database.read(move |reader| store::of_case(reader, &wanted));
        let mission = missions
            .await?
            .into_iter()
            .find(hears)
            .ok_or(DispatchError::NoMission)?;
        self.write(viewer, &mission, false, "instruction", text).await
    }

    /// The guard answers.
    ///
    /// # Errors
    /// [`DispatchError::NoMission`] when they are neither under way nor at a house.
    pub async fn reply(&self, viewer: &Viewer, text: &str) -> Result<(), DispatchError> {
        let mission = self.heard_by(&viewer.staff).await?;
        self.write(viewer, &mission, true, "reply", text).await
    }

    /// The guard has read an instruction. Saying it twice changes nothing.
    ///
    /// # Errors
    /// [`DispatchError::NoMission`] when it is not an instruction of their mission.
    pub async fn read(&self, viewer: &Viewer, number: i64) -> Result<(), DispatchError> {
        let mission = self.heard_by(&viewer.staff).await?;
        let (of, now) = (mission.number, self.now());
        let is_new = self
            .inner
            .database
            .try_write(move |tx| {
                let messages = store::messages(tx, of)?;
                let found = messages.into_iter().find(|it| it.number == number && !it.is_from_guard);
                let message = found.ok_or(DispatchError::NoMission)?;
                if message.read_at.is_none() {
                    store::set_read(tx, number, now)?;
                }
                Ok::<bool, DispatchError>(message.read_at.is_none())
            })
            .await?;
        if is_new {
            let cases = &self.inner.needs.cases;
            let line = cases::Line::default();
            let guard = Some(&viewer.staff);
            cases.tell(&mission.case, guard, "instructionRead", line).await?;
            self.audit(viewer.staff.as_str(), "mission.instructionRead", mission.case.as_str())
                .await;
        }
        Ok(())
    }

    async fn heard_by(&self, guard: &StaffId) -> Result<Mission, DispatchError> {
        let guard = guard.clone();
        let found = self
            .inner
            .database
            .read(move |reader| store::of_guard(reader, &guard))
            .await?;
        found.filter(hears).ok_or(DispatchError::NoMission)
    }

    async fn write(
        &self,
        viewer: &Viewer,
        mission: &Mission,
        is_from_guard: bool,
        what: &'static str,
        text: &str,
    ) -> Result<(), DispatchError> {
        let text = written(text);
        if text.is_empty() {
            return Err(DispatchError::NoText);
        }
        let message = StoredMessage {
            number: 0,
            is_from_guard,
            who: viewer.staff.clone(),
            at: self.now(),
            read_at: None,
            text: self.seal(mission.number, &text)?,
        };
        let of = mission.number;
        // The phone first: if the second write fails, whoever sent it is told so and sends it again.
        self.inner
            .database
            .try_write(move |tx| {
                if store::messages(tx, of)?.len() >= MOST {
                    return Err(DispatchError::TooManyMessages);
                }
                Ok(store::add_message(tx, of, &message)?)
            })
            .await?;
        let line = cases::Line {
            text: Some(text),
            guard: (!is_from_guard).then(|| mission.guard.clone()),
            ..cases::Line::default()
        };
        let cases = &self.inner.needs.cases;
        cases.tell(&mission.case, Some(&viewer.staff), what, line).await?;
        let word = if is_from_guard {
            "mission.reply"
        } else {
            "mission.instruction"
        };
        self.audit(viewer.staff.as_str(), word, mission.case.as_str()).await;
        Ok(())
    }

    fn seal(&self, mission: i64, text: &str) -> Result<Vec<u8>, SealError> {
        let inner = &self.inner;
        let entropy = inner.needs.entropy.as_ref();
        inner.sealer.seal(text.as_bytes(), bound(mission).as_bytes(), entropy)
    }
}

/// What a sealed text is bound to.
fn bound(mission: i64) -> String {
    format!("mission/{mission}")
}

/// Whether the guard has said yes and is not done: before, they know no address, and afterwards nothing.
fn hears(mission: &Mission) -> bool {
    matches!(mission.state, MissionState::Accepted | MissionState::Arrived)
}
