//! Sessions: who is behind a cookie, which browsers are signed in, and signing them out.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tomori_runtime::i18n::Lang;

use super::super::model::{Person, Proof, SessionTimes, Viewer};
use super::super::secret::{Digest, Opens};
use super::super::store::{account, session};
use super::{PeopleError, Service};

/// A session in the list that its owner sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionSummary {
    /// Its public id.
    pub id: String,
    /// Sign-in.
    pub created_at: Timestamp,
    /// The last request, to the minute.
    pub seen_at: Timestamp,
    /// When it ends if nothing more comes.
    pub ends_at: Timestamp,
    /// The browser, as it names itself.
    pub agent: String,
}

impl Service {
    /// The person behind the secret of a session; `None` when there is none (any more).
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn viewer_of_session(&self, secret: &str) -> Result<Option<Viewer>, PeopleError> {
        let Ok(digest) = Digest::of_presented(Opens::SESSION, secret) else {
            return Ok(None);
        };
        self.viewer_of_digest(digest, self.now()).await
    }

    pub(super) async fn viewer_of_digest(&self, digest: Digest, now: Timestamp) -> Result<Option<Viewer>, PeopleError> {
        let found = self
            .inner
            .database
            .read(move |reader| {
                let Some(session) = session::by_digest(reader, digest)? else {
                    return Ok(None);
                };
                let homes = account::homes(reader, &session.person)?;
                let lang = account::lang(reader, &session.person)?;
                Ok(Some((session, homes, lang)))
            })
            .await?;
        let Some((session, homes, lang)) = found else {
            return Ok(None);
        };
        if session.times.is_over(session.person.role().lifetime(), now) {
            self.inner
                .database
                .write(move |tx| session::remove_digest(tx, digest))
                .await?;
            return Ok(None);
        }
        if session.times.is_touch_due(now) {
            self.inner
                .database
                .write(move |tx| session::touch(tx, digest, now))
                .await?;
        }
        Ok(Some(Viewer {
            person: session.person,
            homes,
            lang,
            proof: Proof::Session {
                id: session.id,
                csrf: self.form_token(digest),
            },
        }))
    }

    /// Ends the session with this secret; nothing happens when there is none.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn sign_out(&self, secret: &str) -> Result<(), PeopleError> {
        let Ok(digest) = Digest::of_presented(Opens::SESSION, secret) else {
            return Ok(());
        };
        let gone = self
            .inner
            .database
            .write(move |tx| {
                let found = session::by_digest(tx, digest)?;
                session::remove_digest(tx, digest)?;
                Ok(found)
            })
            .await?;
        if let Some(session) = gone {
            self.audit(session.person.id(), "session.ended", &session.id, json!({}))
                .await;
        }
        Ok(())
    }

    /// The sessions of a person, the one used last first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn sessions(&self, person: &Person) -> Result<Vec<SessionSummary>, PeopleError> {
        let (wanted, now) = (person.clone(), self.now());
        let lifetime = person.role().lifetime();
        let sessions = self
            .inner
            .database
            .read(move |reader| session::of_person(reader, &wanted))
            .await?;
        let alive = |times: &SessionTimes| !times.is_over(lifetime, now);
        Ok(sessions
            .into_iter()
            .filter(|session| alive(&session.times))
            .map(|session| SessionSummary {
                id: session.id,
                created_at: session.times.created_at,
                seen_at: session.times.seen_at,
                ends_at: session.times.ends_at(lifetime),
                agent: session.agent,
            })
            .collect())
    }

    /// Ends one session of a person.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the person has no such session.
    pub async fn end_session(&self, person: &Person, id: &str) -> Result<(), PeopleError> {
        let (wanted, wanted_id) = (person.clone(), id.to_owned());
        let gone = self
            .inner
            .database
            .write(move |tx| session::remove(tx, &wanted, &wanted_id))
            .await?;
        if !gone {
            return Err(PeopleError::NotFound("session"));
        }
        self.audit(person.id(), "session.ended", id, json!({})).await;
        Ok(())
    }

    /// Remembers the language that a person chose.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn set_language(&self, person: &Person, lang: Lang) -> Result<(), PeopleError> {
        let person = person.clone();
        self.inner
            .database
            .write(move |tx| account::set_lang(tx, &person, lang))
            .await?;
        Ok(())
    }

    /// Ends every session of the viewer but the one of this request; how many those were.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn end_other_sessions(&self, viewer: &Viewer) -> Result<u64, PeopleError> {
        let person = viewer.person.clone();
        let but = match &viewer.proof {
            Proof::Session { id, .. } => id.clone(),
            Proof::Token { .. } => String::new(),
        };
        let gone = self
            .inner
            .database
            .write(move |tx| session::remove_others(tx, &person, &but))
            .await?;
        let who = viewer.person.id();
        self.audit(who, "session.othersEnded", who, json!({ "count": gone }))
            .await;
        Ok(gone)
    }
}
