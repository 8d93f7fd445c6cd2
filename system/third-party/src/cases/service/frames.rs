//! What panels of other makers tell: alarms, faults, and that they fall silent.

use jiff::{SignedDuration, Timestamp};
use tomori_runtime::db::{DbError, Tx};
use tomori_runtime::entropy::bytes;
use tomori_sia_dc09::{Account, Meaning, Phase, Signal};
use tomori_smart_home::CaseId;

use super::super::model::{Case, Danger, Kind, MOST_OPEN, Source};
use super::super::store;
use super::{CaseError, Line, Service, Taken, Told};

/// A frame that comes again within this time is the same one: a panel repeats until it is answered.
const SAME_STAMPED: SignedDuration = SignedDuration::from_mins(10);
/// Without a time in it, two frames alike may be two alarms: a panel that started again counts from one.
const SAME_UNSTAMPED: SignedDuration = SignedDuration::from_secs(90);

impl Service {
    /// Takes the events of a frame. When this returns [`Taken::Stored`], they are on the disk.
    ///
    /// # Errors
    /// When they cannot be stored: the frame must not be acknowledged.
    pub async fn take_frame(&self, told: Told) -> Result<Taken, CaseError> {
        let now = self.inner.clock.now();
        let mut work = Vec::with_capacity(told.signals.len());
        for signal in &told.signals {
            let fresh = CaseId::from_random(bytes(self.inner.entropy.as_ref()));
            work.push((Meaning::of(&signal.code), line_of(signal), fresh));
        }
        let service = self.clone();
        let taken = self
            .inner
            .database
            .try_write(move |tx| {
                let window = if told.is_stamped { SAME_STAMPED } else { SAME_UNSTAMPED };
                // What leads to no case needs no memory: an open or close told twice changes nothing.
                if !store::remember(tx, told.digest, now, window)? {
                    return Ok(Taken::Again);
                }
                let source = Source::Panel(told.account.clone());
                let mut cases = Vec::new();
                for (meaning, line, fresh) in work {
                    match service.take_signal(tx, &source, told.is_plain, meaning, line, fresh, now)? {
                        Some(Ok(case)) => cases.push(case),
                        Some(Err(Full)) => return Err(TakeError::Full),
                        None => {}
                    }
                }
                cases.dedup();
                Ok(Taken::Stored(cases))
            })
            .await;
        match taken {
            Ok(taken) => {
                if matches!(&taken, Taken::Stored(cases) if !cases.is_empty()) {
                    self.changed();
                }
                Ok(taken)
            }
            Err(TakeError::Full) => Ok(Taken::Full),
            Err(TakeError::Case(error)) => Err(error),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one event, and all that is known of it")]
    fn take_signal(
        &self,
        tx: &mut Tx<'_>,
        source: &Source,
        is_plain: bool,
        meaning: Meaning,
        line: Line,
        fresh: CaseId,
        now: Timestamp,
    ) -> Result<Option<Result<CaseId, Full>>, CaseError> {
        let text = store::source_text(source);
        let (kind, what) = match meaning.phase {
            Phase::Alarm => (Kind::Alarm, "alarm"),
            Phase::Fault => (Kind::Fault, "fault"),
            Phase::Restored => {
                let alarm = store::open_of(tx, &text, Kind::Alarm)?;
                let open = match alarm {
                    Some(case) => Some(case),
                    None => store::open_of(tx, &text, Kind::Fault)?,
                };
                let Some(mut case) = open else { return Ok(None) };
                case.restored_at = Some(now);
                case.last_at = now;
                store::put(tx, &case)?;
                self.enter(tx, &case.id, now, None, "restored", &line)?;
                return Ok(Some(Ok(case.id)));
            }
            Phase::Notice => return Ok(None),
        };
        let danger = Danger::from(meaning.hazard);
        let case = match store::open_of(tx, &text, kind)? {
            Some(mut case) => {
                case.join(danger, is_plain, now);
                store::put(tx, &case)?;
                case
            }
            None => {
                if store::open_count(tx)? >= MOST_OPEN {
                    return Ok(Some(Err(Full)));
                }
                let case = Case {
                    is_plain,
                    ..Case::opened(fresh, source.clone(), kind, danger, now)
                };
                store::add(tx, &case)?;
                case
            }
        };
        self.enter(tx, &case.id, now, None, what, &line)?;
        Ok(Some(Ok(case.id)))
    }

    /// A panel is not heard any more: a line of its own on the board, once.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn lost(&self, account: &Account, since: Timestamp) -> Result<(), CaseError> {
        let now = self.inner.clock.now();
        let source = Source::Panel(account.clone());
        let fresh = CaseId::from_random(bytes(self.inner.entropy.as_ref()));
        let service = self.clone();
        let opened = self
            .inner
            .database
            .try_write(move |tx| {
                if store::open_of(tx, &store::source_text(&source), Kind::Silence)?.is_some() {
                    return Ok::<_, CaseError>(false);
                }
                let case = Case::opened(fresh, source, Kind::Silence, Danger::Silence, now);
                store::add(tx, &case)?;
                let line = Line {
                    text: Some(since.to_string()),
                    ..Line::default()
                };
                service.enter(tx, &case.id, now, None, "lost", &line)?;
                Ok(true)
            })
            .await?;
        if opened {
            self.changed();
            let audit = &self.inner.audit;
            audit.record("server", "panel.lost", account.as_str(), "{}").await;
        }
        Ok(())
    }

    /// A panel is heard again. A line that nobody has taken ends by itself; one that somebody sees to stays theirs.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn back(&self, account: &Account) -> Result<(), CaseError> {
        let now = self.inner.clock.now();
        let text = store::source_text(&Source::Panel(account.clone()));
        let service = self.clone();
        let found = self
            .inner
            .database
            .try_write(move |tx| {
                let Some(mut case) = store::open_of(tx, &text, Kind::Silence)? else {
                    return Ok::<_, CaseError>(false);
                };
                case.restored_at = Some(now);
                case.last_at = now;
                store::put(tx, &case)?;
                service.enter(tx, &case.id, now, None, "back", &Line::default())?;
                if case.owner.is_none() {
                    let report = service.seal(&case.id, b"")?;
                    store::close(tx, &case.id, now, None, report)?;
                }
                Ok(true)
            })
            .await?;
        if found {
            self.changed();
            let audit = &self.inner.audit;
            audit.record("server", "panel.back", account.as_str(), "{}").await;
        }
        Ok(())
    }
}

/// There is no room for another case.
struct Full;

enum TakeError {
    Full,
    Case(CaseError),
}

impl From<CaseError> for TakeError {
    fn from(error: CaseError) -> Self {
        Self::Case(error)
    }
}

impl From<DbError> for TakeError {
    fn from(error: DbError) -> Self {
        Self::Case(error.into())
    }
}

fn line_of(signal: &Signal) -> Line {
    Line {
        code: Some(signal.code.text()),
        area: signal.area.clone(),
        zone: signal.zone.clone(),
        text: signal.text.clone(),
        danger: Some(Danger::from(Meaning::of(&signal.code).hazard)),
        step: None,
        guard: None,
        refusal: None,
    }
}
