//! Bearer tokens of the API: issued, reissued and revoked by their owner (SR2-SP-2).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::super::model::{Person, Proof, Role, Scope, Viewer};
use super::super::secret::{Digest, Opens, Secret};
use super::super::store::token::Token;
use super::super::store::{account, token};
use super::{MOST_TOKENS, PeopleError, Service, SignIn, SignInError, label, later};

/// The API.
const API: Opens = Opens("tmra_");
/// The longest that a token lives, in days.
const LONGEST_DAYS: u16 = 365;
/// How often the last use of a token is written down at most.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A token somebody wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for, in its owner's words; 1 to 60 characters.
    pub label: String,
    /// How far it reaches.
    pub scope: Scope,
    /// Days until it expires, 1 to 365.
    pub days: u16,
}

/// A fresh token. The secret is shown this once.
#[derive(Debug)]
pub struct IssuedToken {
    /// The secret.
    pub secret: Secret,
    /// What is kept of it.
    pub summary: TokenSummary,
}

/// A token in the list that its owner sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenSummary {
    /// Its public id.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// How far it reaches.
    pub scope: Scope,
    /// When its present secret was made.
    pub created_at: Timestamp,
    /// From this moment on it opens nothing.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

impl From<Token> for TokenSummary {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            label: token.label,
            scope: token.scope,
            created_at: token.created_at,
            expires_at: token.expires_at,
            used_at: token.used_at,
        }
    }
}

impl Service {
    /// The person behind a bearer token; `None` when it opens nothing (any more).
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn viewer_of_token(&self, secret: &str) -> Result<Option<Viewer>, PeopleError> {
        let Ok(digest) = Digest::of_presented(API, secret) else {
            return Ok(None);
        };
        let now = self.now();
        let found = self
            .inner
            .database
            .read(move |reader| {
                let Some(token) = token::by_digest(reader, digest)? else {
                    return Ok(None);
                };
                let homes = account::homes(reader, &token.person)?;
                let lang = account::lang(reader, &token.person)?;
                Ok(Some((token, homes, lang)))
            })
            .await?;
        let Some((token, homes, lang)) = found.filter(|(token, ..)| now < token.expires_at) else {
            return Ok(None);
        };
        if token.used_at.is_none_or(|used| now.duration_since(used) >= TOUCH_EVERY) {
            let id = token.id.clone();
            self.inner.database.write(move |tx| token::touch(tx, &id, now)).await?;
        }
        Ok(Some(Viewer {
            person: token.person,
            homes,
            lang,
            proof: Proof::Token {
                id: token.id,
                scope: token.scope,
            },
        }))
    }

    /// A token for a person who is signed in.
    ///
    /// # Errors
    /// When a field does not fit or the person has too many.
    pub async fn issue_token(&self, person: &Person, new: NewToken) -> Result<IssuedToken, PeopleError> {
        let (secret, token) = self.fresh_token(person, &new)?;
        let (digest, stored) = (secret.digest(), token.clone());
        self.inner
            .database
            .try_write(move |tx| {
                make_room(tx, &stored)?;
                token::add(tx, digest, &stored)?;
                Ok::<_, PeopleError>(())
            })
            .await?;
        self.tell_issued(&token).await;
        Ok(IssuedToken {
            secret,
            summary: token.into(),
        })
    }

    /// A token for somebody who presents password and second factor, without a session.
    ///
    /// # Errors
    /// As [`Service::sign_in`] and [`Service::issue_token`].
    pub async fn issue_token_for(&self, sign_in: SignIn, new: NewToken) -> Result<IssuedToken, SignInError> {
        // Fields first: a code is not used up for a request that cannot be met.
        check(&new)?;
        let proved = self.prove(&sign_in).await?;
        // The API is the residents'; whoever is no resident is answered as if there were no such account.
        if proved.person.role() != Role::Resident {
            return Err(SignInError::NotMatching);
        }
        let (secret, token) = self.fresh_token(&proved.person, &new)?;
        let (digest, stored) = (secret.digest(), token.clone());
        self.inner
            .database
            .try_write(move |tx| {
                if !proved.use_up(tx)? {
                    return Err(PeopleError::NotMatching);
                }
                make_room(tx, &stored)?;
                token::add(tx, digest, &stored)?;
                Ok(())
            })
            .await?;
        self.tell_issued(&token).await;
        Ok(IssuedToken {
            secret,
            summary: token.into(),
        })
    }

    /// Gives a token another secret, for as many days as it had; the one before opens nothing from now on.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the person has no such token.
    pub async fn reissue_token(&self, person: &Person, id: &str) -> Result<IssuedToken, PeopleError> {
        let secret = Secret::new(API, self.random());
        let (wanted, wanted_id, digest, now) = (person.clone(), id.to_owned(), secret.digest(), self.now());
        let token = self
            .inner
            .database
            .try_write(move |tx| {
                let token = token::by_id(tx, &wanted, &wanted_id)?.ok_or(PeopleError::NotFound("token"))?;
                let expires_at = later(now, token.expires_at.duration_since(token.created_at));
                token::replace(tx, &token.id, digest, now, expires_at)?;
                Ok::<_, PeopleError>(Token {
                    created_at: now,
                    expires_at,
                    used_at: None,
                    ..token
                })
            })
            .await?;
        self.audit(person.id(), "token.reissued", id, json!({})).await;
        Ok(IssuedToken {
            secret,
            summary: token.into(),
        })
    }

    /// The tokens of a person, newest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn tokens(&self, person: &Person) -> Result<Vec<TokenSummary>, PeopleError> {
        let wanted = person.clone();
        let tokens = self
            .inner
            .database
            .read(move |reader| token::of_person(reader, &wanted))
            .await?;
        Ok(tokens.into_iter().map(TokenSummary::from).collect())
    }

    /// Revokes a token: it opens nothing from now on.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the person has no such token.
    pub async fn revoke_token(&self, person: &Person, id: &str) -> Result<(), PeopleError> {
        let (wanted, wanted_id) = (person.clone(), id.to_owned());
        let gone = self
            .inner
            .database
            .write(move |tx| token::remove(tx, &wanted, &wanted_id))
            .await?;
        if !gone {
            return Err(PeopleError::NotFound("token"));
        }
        self.audit(person.id(), "token.revoked", id, json!({})).await;
        Ok(())
    }

    fn fresh_token(&self, person: &Person, new: &NewToken) -> Result<(Secret, Token), PeopleError> {
        let text = check(new)?;
        let now = self.now();
        let secret = Secret::new(API, self.random());
        let token = Token {
            id: self.public_id("tok"),
            person: person.clone(),
            label: text,
            scope: new.scope,
            created_at: now,
            expires_at: later(now, SignedDuration::from_hours(i64::from(new.days) * 24)),
            used_at: None,
        };
        Ok((secret, token))
    }

    async fn tell_issued(&self, token: &Token) {
        let detail = json!({ "scope": token.scope.word(), "expiresAt": token.expires_at });
        self.audit(token.person.id(), "token.issued", &token.id, detail).await;
    }
}

fn check(new: &NewToken) -> Result<String, PeopleError> {
    if !(1..=LONGEST_DAYS).contains(&new.days) {
        return Err(PeopleError::Unfit {
            field: "days",
            why: format!("1 to {LONGEST_DAYS}"),
        });
    }
    label("label", &new.label, 60)
}

fn make_room(tx: &mut tomori_runtime::db::Tx<'_>, new: &Token) -> Result<(), PeopleError> {
    let held = token::of_person(tx, &new.person)?;
    for expired in held.iter().filter(|token| token.expires_at <= new.created_at) {
        token::remove(tx, &new.person, &expired.id)?;
    }
    if held.iter().filter(|token| token.expires_at > new.created_at).count() >= MOST_TOKENS {
        return Err(PeopleError::TooMany {
            what: "tokens",
            most: MOST_TOKENS,
        });
    }
    Ok(())
}
