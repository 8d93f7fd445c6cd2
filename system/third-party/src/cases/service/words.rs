//! What leaves the cases of houses: what people do becomes words for the platform, and what gateways answered goes to the room
//! of unlocks. Each waits on the disk until it was taken.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tomori_runtime::db::Tx;
use tomori_smart_home::alarm::{Closing, Did};
use tomori_smart_home::unlock::Digest;
use tomori_smart_home::{CaseId, IncidentId, StaffId};

use super::super::house_store as houses;
use super::super::model::{Case, Outcome, Source};
use super::{CaseError, Line, Service};

/// Something that the platform is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its number: told again, it is the same.
    pub number: u64,
    /// The case.
    pub case: CaseId,
    /// The incident.
    pub incident: IncidentId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Option<StaffId>,
    /// What.
    pub what: Saying,
}

/// What a gateway answered to an unlock, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAnswer {
    /// The incident.
    pub incident: IncidentId,
    /// What tells it from others of the incident.
    entry: String,
    /// The signed receipt or refusal.
    pub attested: Vec<u8>,
}

/// A bundle that is over without an answer, as the platform told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// The incident.
    pub incident: IncidentId,
    /// SHA-256 of the bundle.
    pub bundle: Digest,
    /// Whether the gateway may have had it.
    pub is_sent: bool,
}

/// What is said of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "camelCase")]
pub enum Saying {
    /// Something was done.
    Did {
        /// What.
        did: Did,
    },
    /// Somebody wrote something down.
    Note {
        /// What.
        text: String,
    },
    /// The case was closed.
    Closed {
        /// How.
        closing: Closing,
        /// The report.
        report: String,
    },
}

impl Service {
    /// The first word that the platform is to be told.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn first_word(&self) -> Result<Option<Word>, CaseError> {
        let Some(stored) = self.inner.database.read(houses::first_word).await? else {
            return Ok(None);
        };
        let plain = self.inner.sealer.open(&stored.body, stored.case.as_str().as_bytes())?;
        let Ok(what) = serde_json::from_slice(&plain) else {
            // Of another version; nobody can say it any more.
            self.word_told(stored.number).await?;
            return Ok(None);
        };
        Ok(Some(Word {
            number: stored.number,
            case: stored.case,
            incident: stored.incident,
            at: stored.at,
            who: stored.who,
            what,
        }))
    }

    /// The platform has a word, or will never take it.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn word_told(&self, number: u64) -> Result<(), CaseError> {
        Ok(self
            .inner
            .database
            .write(move |tx| houses::drop_word(tx, number))
            .await?)
    }

    /// The first answer of a gateway that the room of unlocks does not have.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn first_answer(&self) -> Result<Option<GatewayAnswer>, CaseError> {
        let found = self.inner.database.read(houses::first_answer).await?;
        Ok(found.map(|(incident, entry, attested)| GatewayAnswer {
            incident,
            entry,
            attested,
        }))
    }

    /// The room of unlocks has an answer.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn answer_taken(&self, answer: &GatewayAnswer) -> Result<(), CaseError> {
        let (incident, entry) = (answer.incident.clone(), answer.entry.clone());
        let database = &self.inner.database;
        Ok(database
            .write(move |tx| houses::drop_answer(tx, &incident, &entry))
            .await?)
    }

    /// The first bundle without an answer that the room of unlocks does not know of.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn first_unanswered(&self) -> Result<Option<Unanswered>, CaseError> {
        let found = self.inner.database.read(houses::first_unanswered).await?;
        Ok(found.map(|(incident, bundle, is_sent)| Unanswered {
            incident,
            bundle,
            is_sent,
        }))
    }

    /// The room of unlocks knows that a bundle has no answer.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn unanswered_taken(&self, bundle: Digest) -> Result<(), CaseError> {
        let database = &self.inner.database;
        Ok(database.write(move |tx| houses::drop_unanswered(tx, bundle)).await?)
    }

    /// What happened to a case becomes a word for the platform, in the same step in which it is noted.
    pub(super) fn say(
        &self,
        tx: &mut Tx<'_>,
        case: &Case,
        at: Timestamp,
        who: Option<&StaffId>,
        what: &str,
        line: &Line,
    ) -> Result<(), CaseError> {
        let Source::House { incident, .. } = &case.source else {
            return Ok(());
        };
        if what == "closed" {
            houses::put_disclosed(tx, &case.id, None)?;
        }
        let Some(saying) = saying(what, line) else {
            return Ok(());
        };
        let plain = serde_json::to_vec(&saying).unwrap_or_default();
        let body = self.seal(&case.id, &plain)?;
        Ok(houses::add_word(tx, &case.id, incident, at, who, body)?)
    }
}

fn saying(what: &str, line: &Line) -> Option<Saying> {
    let did = match what {
        "taken" => Did::Taken,
        "sent" => Did::GuardSent,
        "accepted" => Did::GuardUnderWay,
        "arrived" => Did::GuardArrived,
        "done" => Did::GuardLeft,
        "note" => {
            let text = line.text.clone()?;
            return Some(Saying::Note { text });
        }
        "closed" => {
            let closing = match line.step.as_deref().and_then(Outcome::from_word)? {
                Outcome::Real => Closing::Resolved,
                Outcome::FalseAlarm => Closing::FalseAlarm,
                Outcome::Test => Closing::Test,
            };
            let report = line.text.clone()?;
            return Some(Saying::Closed { closing, report });
        }
        _ => return None,
    };
    Some(Saying::Did { did })
}
