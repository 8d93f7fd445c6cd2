//! Cases of houses of the platform: what its feed tells becomes cases.

use jiff::Timestamp;
use tomori_partner_link::{Change, Disclosed, Door, Step as Told};
use tomori_runtime::db::Tx;
use tomori_runtime::entropy::bytes;
use tomori_smart_home::unlock::{IncidentOpened, Statement as _};
use tomori_smart_home::{CaseId, CompanyId, DeviceId, HomeId, IncidentId, Trust};
use tomori_unlock::Attested;

use super::super::house_store as houses;
use super::super::model::{Case, Danger, Kind, MOST_OPEN, Source};
use super::super::store;
use super::{CaseError, Line, Service};

/// The house of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// The incident, as its gateway calls it.
    pub incident: IncidentId,
    /// The home.
    pub home: HomeId,
    /// What the gateway signed of the incident; `None` until it has come. Whether it is that gateway's, only whoever knows
    /// its key can tell: the gateway itself checks what is made of it.
    pub opened: Option<IncidentOpened>,
    /// The locks, as far as they were disclosed.
    pub locks: Vec<Lock>,
}

/// A lock of a house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Its id.
    pub id: DeviceId,
    /// How the residents call it, with its room.
    pub name: String,
    /// Whether it proves itself by a certificate; no other is ever opened from afar.
    pub is_trusted: bool,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenChange {
    /// It is on the disk, and so is its number.
    Stored,
    /// It was there already.
    Again,
    /// There are changes before it that are not here; everything through this number is.
    Gap(u64),
    /// There is no room for another case.
    Full,
}

impl Service {
    /// Through which change the feed of a company is stored; 0 for another company's than before.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    pub async fn feed_through(&self, company: &CompanyId) -> Result<u64, CaseError> {
        let company = company.clone();
        let through = self.inner.database.write(move |tx| match houses::feed(tx)? {
            Some((known, through, _)) if known == company => Ok(through),
            _ => houses::begin_feed(tx, &company).map(|()| 0),
        });
        Ok(through.await?)
    }

    /// Whether a change is the one that was stored last, as the platform tells it now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn is_last(&self, change: &Change) -> Result<bool, CaseError> {
        let stored = self.inner.database.read(houses::feed).await?;
        Ok(stored.is_some_and(|(_, through, last)| through == change.number && last == name(change)))
    }

    /// The platform's feed is not the one that is stored here: it was put back. Its feed is read again from its beginning; what
    /// is here already stays there once.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn feed_begins_again(&self, company: &CompanyId) -> Result<(), CaseError> {
        let company = company.clone();
        Ok(self
            .inner
            .database
            .write(move |tx| houses::begin_feed(tx, &company))
            .await?)
    }

    /// Takes a change of the platform's feed. When this returns [`TakenChange::Stored`], the change and its number are on the
    /// disk, in one step: neither is ever there without the other.
    ///
    /// # Errors
    /// When it cannot be stored: the change must not be acknowledged.
    pub async fn take_change(&self, company: &CompanyId, change: Change) -> Result<TakenChange, CaseError> {
        let now = self.inner.clock.now();
        let fresh = CaseId::from_random(bytes(self.inner.entropy.as_ref()));
        let (service, company) = (self.clone(), company.clone());
        let taken = self
            .inner
            .database
            .try_write(move |tx| {
                let through = match houses::feed(tx)? {
                    Some((known, through, _)) if known == company => through,
                    _ => return Ok(TakenChange::Gap(0)),
                };
                if change.number <= through {
                    return Ok(TakenChange::Again);
                }
                if change.number != through + 1 {
                    return Ok(TakenChange::Gap(through));
                }
                if houses::remember_entry(tx, &change.incident.id, &entry_name(&change))?
                    && !service.take_entry(tx, &company, &change, fresh, now)?
                {
                    return Err(TakeError::Full);
                }
                houses::set_through(tx, change.number, &name(&change))?;
                Ok(TakenChange::Stored)
            })
            .await;
        match taken {
            Ok(taken) => {
                self.changed();
                Ok(taken)
            }
            Err(TakeError::Full) => Ok(TakenChange::Full),
            Err(TakeError::Case(error)) => Err(error),
        }
    }

    /// `false` when there is no room for another case.
    fn take_entry(
        &self,
        tx: &mut Tx<'_>,
        company: &CompanyId,
        change: &Change,
        fresh: CaseId,
        now: Timestamp,
    ) -> Result<bool, CaseError> {
        let incident = &change.incident;
        if let Told::Alarm { .. } = &change.entry.step {
            return self.take_alarm(tx, change, fresh, now);
        }
        let Some(id) = houses::newest_of(tx, &incident.id)? else {
            return Ok(true);
        };
        let said = |text: &str| Line {
            text: Some(text.to_owned()),
            ..Line::default()
        };
        // What this company said itself is in the case already.
        let is_ours = |by: &str| by.starts_with(&format!("{company} "));
        let at = change.entry.at;
        match &change.entry.step {
            Told::Disclosed { to, .. } => self.enter(tx, &id, at, None, "disclosed", &said(to))?,
            Told::Note { by, text } if !is_ours(by) => {
                self.enter(tx, &id, at, None, "platformNote", &said(&format!("{by}: {text}")))?;
            }
            Told::Closed { by, report, .. } if !is_ours(by) => {
                self.enter(tx, &id, at, None, "platformClosed", &said(&format!("{by}: {report}")))?;
                if let Some(mut case) = store::by_id(tx, &id)?.filter(|case| case.closed_at.is_none()) {
                    case.restored_at = Some(at);
                    case.last_at = now;
                    store::put(tx, &case)?;
                }
            }
            Told::Door { word, answer } => {
                if let Door::Attested { attested } = word {
                    houses::put_attested(tx, &incident.id, &attested.0)?;
                }
                if let Door::Answered { attested, .. } = word {
                    houses::add_answer(tx, &incident.id, &entry_name(change), &attested.0)?;
                }
                let what = door(word, answer.as_deref());
                let line = Line {
                    refusal: answer.clone().filter(|_| what == "doorRefused"),
                    ..Line::default()
                };
                self.enter(tx, &id, at, None, what, &line)?;
            }
            Told::UnlockAsked { is_away: true, .. } => {
                self.enter(tx, &id, at, None, "doorWaits", &Line::default())?;
            }
            Told::UnlockUnanswered { bundle, is_sent, .. } => {
                houses::add_unanswered(tx, &incident.id, *bundle, *is_sent)?;
            }
            _ => {}
        }
        Ok(true)
    }

    fn take_alarm(&self, tx: &mut Tx<'_>, change: &Change, fresh: CaseId, now: Timestamp) -> Result<bool, CaseError> {
        let Told::Alarm {
            hazard,
            trust,
            room,
            name,
            ..
        } = &change.entry.step
        else {
            return Ok(true);
        };
        let incident = &change.incident;
        let source = Source::House {
            incident: incident.id.clone(),
            home: incident.home.clone(),
        };
        let danger = hazard.map_or(Danger::General, Danger::from);
        let is_plain = *trust == Trust::Unauthenticated;
        let case = match store::open_of(tx, &store::source_text(&source), Kind::Alarm)? {
            Some(mut case) => {
                case.join(danger, is_plain, now);
                store::put(tx, &case)?;
                case
            }
            None => {
                if store::open_count(tx)? >= MOST_OPEN {
                    return Ok(false);
                }
                let case = Case {
                    is_plain,
                    ..Case::opened(fresh, source, Kind::Alarm, danger, now)
                };
                store::add(tx, &case)?;
                houses::add_house(tx, &case.id, &incident.id, &incident.home)?;
                case
            }
        };
        let place = [room.as_str(), name.as_str()]
            .into_iter()
            .filter(|word| !word.is_empty());
        let place = place.collect::<Vec<_>>().join(" – ");
        let line = Line {
            zone: (!place.is_empty()).then_some(place),
            danger: Some(danger),
            ..Line::default()
        };
        self.enter(tx, &case.id, change.entry.at, None, "alarm", &line)?;
        Ok(true)
    }

    /// The house of a case; `None` for a panel of another maker.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn house(&self, case: &CaseId) -> Result<Option<House>, CaseError> {
        let wanted = case.clone();
        let stored = self.inner.database.read(move |reader| houses::house(reader, &wanted));
        let Some(stored) = stored.await? else { return Ok(None) };
        let opened = stored.attested.as_deref().and_then(opened);
        let disclosed = match &stored.disclosed {
            Some(sealed) => self.opened_disclosure(case, sealed)?,
            None => None,
        };
        let locks = disclosed.map(|disclosed| disclosed.locks).unwrap_or_default();
        Ok(Some(House {
            opened: opened.filter(|opened| opened.incident == stored.incident && opened.home == stored.home),
            incident: stored.incident,
            home: stored.home,
            locks: locks
                .into_iter()
                .map(|lock| Lock {
                    id: lock.id,
                    name: lock.name,
                    is_trusted: lock.is_trusted,
                })
                .collect(),
        }))
    }

    /// What the platform disclosed of the house of an open case. Whether somebody may see it, is for the caller to look.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn disclosed(&self, case: &CaseId) -> Result<Option<Disclosed>, CaseError> {
        let wanted = case.clone();
        let stored = self.inner.database.read(move |reader| houses::house(reader, &wanted));
        match stored.await?.and_then(|stored| stored.disclosed) {
            Some(sealed) => self.opened_disclosure(case, &sealed),
            None => Ok(None),
        }
    }

    /// Keeps what the platform disclosed, for as long as the case is open.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn keep_disclosed(&self, case: &CaseId, disclosed: &Disclosed) -> Result<(), CaseError> {
        let plain = serde_json::to_vec(disclosed).unwrap_or_default();
        let (sealed, wanted) = (self.seal(case, &plain)?, case.clone());
        self.inner
            .database
            .write(move |tx| {
                let open = store::by_id(tx, &wanted)?.is_some_and(|case| case.closed_at.is_none());
                if open {
                    houses::put_disclosed(tx, &wanted, Some(sealed))?;
                }
                Ok(())
            })
            .await?;
        self.changed();
        Ok(())
    }

    fn opened_disclosure(&self, case: &CaseId, sealed: &[u8]) -> Result<Option<Disclosed>, CaseError> {
        let plain = self.inner.sealer.open(sealed, case.as_str().as_bytes())?;
        Ok(serde_json::from_slice(&plain).ok())
    }
}

/// What tells an entry from others of its incident, whatever number it comes by.
fn entry_name(change: &Change) -> String {
    match &change.entry.step {
        Told::Alarm { alarm, .. } => alarm.to_string(),
        _ => format!("{}@{}", change.entry.number, change.entry.at.as_millisecond()),
    }
}

fn name(change: &Change) -> String {
    format!("{} {}", change.incident.id, entry_name(change))
}

fn opened(attested: &[u8]) -> Option<IncidentOpened> {
    let signed = Attested::from_bytes(attested).ok()?;
    IncidentOpened::from_bytes(&signed.statement).ok()
}

fn door(word: &Door, answer: Option<&str>) -> &'static str {
    match (word, answer) {
        (Door::Attested { .. }, _) => "attested",
        (Door::Answered { .. }, Some("opened")) => "doorOpened",
        (Door::Answered { .. }, Some("notConfirmed" | "interrupted") | None) => "doorUnsure",
        (Door::Answered { .. }, Some(_)) => "doorRefused",
        (Door::Relocked { is_confirmed: true, .. }, _) => "doorLocked",
        (Door::Relocked { .. }, _) => "doorNotLocked",
        (Door::LeftOpen { .. }, _) => "doorLeftOpen",
        _ => "doorOther",
    }
}

enum TakeError {
    Full,
    Case(CaseError),
}

impl From<CaseError> for TakeError {
    fn from(error: CaseError) -> Self {
        Self::Case(error)
    }
}

impl From<tomori_runtime::db::DbError> for TakeError {
    fn from(error: tomori_runtime::db::DbError) -> Self {
        Self::Case(error.into())
    }
}
