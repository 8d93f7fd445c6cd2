//! Invitations: how somebody comes to a password and a second factor without anybody else ever knowing them.
//!
//! A new platform has no password that everybody knows (SR2-SP-1): its first operator is invited by a code that the
//! command line prints once.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::json;
use tomori_smart_home::OperatorId;
use zeroize::Zeroizing;

use super::super::Login;
use super::super::model::{Person, Purpose};
use super::super::secret::{Code, Digest};
use super::super::store::invitation::{self, Invitation};
use super::super::store::{account, grant, session, token};
use super::super::totp::{self, SECRET_LENGTH};
use super::super::{Proof, password};
use super::{MOST_KNOWN_DEVICES, MOST_SESSIONS, PeopleError, Service, SignedIn, label, later};
use crate::personal_info::PersonInfo;

/// What the authenticator app calls us.
const ISSUER: &str = "Tomori";

/// A fresh invitation. The code is shown this once.
#[derive(Debug)]
pub struct Invited {
    /// Whom it is for; `None` for the first operator, who has no account yet.
    pub person: Option<Person>,
    /// The code; it belongs into a link or is typed.
    pub code: Code,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What somebody with a code sees before accepting.
#[derive(Debug)]
pub struct OpenInvitation {
    /// What it is for.
    pub purpose: Purpose,
    /// Whom; `None` for the first operator.
    pub person: Option<Person>,
    /// How they are called; empty for the first operator.
    pub name: String,
    /// Their e-mail address, with which they will sign in; empty for the first operator.
    pub email: String,
    /// The secret of the second factor, to be typed into an authenticator app.
    pub second_factor: Zeroizing<String>,
    /// The same as an `otpauth` address, for the QR code.
    pub second_factor_address: Zeroizing<String>,
    /// From this moment on the invitation is worth nothing.
    pub expires_at: Timestamp,
}

/// What the first operator tells of themselves.
#[derive(Clone)]
pub struct Founder {
    /// How they are called, 1 to 60 characters.
    pub name: String,
    /// With which e-mail address they will sign in.
    pub email: String,
}

/// Accepting an invitation.
#[derive(Clone)]
pub struct Acceptance {
    /// The code.
    pub code: String,
    /// The password of their choice.
    pub password: Zeroizing<String>,
    /// A code of the authenticator app, which shows that it has the secret.
    pub totp: String,
    /// For the first operator only.
    pub founder: Option<Founder>,
    /// Where the request comes from.
    pub from: IpAddr,
    /// How the browser names itself.
    pub agent: String,
}

impl Service {
    /// A code for the first operator, in place of an earlier one; `None` when there is an operator already.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn setup_code(&self) -> Result<Option<Invited>, PeopleError> {
        if self.has_operator().await? {
            return Ok(None);
        }
        self.invite(Purpose::FirstOperator, None, "console").await.map(Some)
    }

    /// Whether somebody can sign in as an operator.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn has_operator(&self) -> Result<bool, PeopleError> {
        Ok(self.inner.database.read(account::has_operator).await?)
    }

    /// A one-time code for a person who lost password or phone. With it they choose both anew; what they had opened is
    /// closed then.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when there is no such account.
    pub async fn recover(&self, by: &OperatorId, person: &Person) -> Result<Invited, PeopleError> {
        let wanted = person.clone();
        let found = self
            .inner
            .database
            .read(move |reader| account::by_person(reader, &wanted))
            .await?
            .ok_or(PeopleError::NotFound("account"))?;
        // Somebody who never accepted has nothing to recover: the first invitation is made anew.
        let purpose = match found.password_hash {
            Some(_) => Purpose::Recover,
            None => Purpose::Join,
        };
        self.invite(purpose, Some(person.clone()), by.as_str()).await
    }

    pub(super) async fn invite(
        &self,
        purpose: Purpose,
        person: Option<Person>,
        by: &str,
    ) -> Result<Invited, PeopleError> {
        let now = self.now();
        let code = Code::new(self.random());
        let digest = code.digest();
        let secret = Zeroizing::new(self.random::<SECRET_LENGTH>());
        let stored = Invitation {
            purpose,
            person: person.clone(),
            totp_secret: self.inner.keys.second_factor.seal(
                secret.as_slice(),
                &digest.0,
                self.inner.entropy.as_ref(),
            )?,
            created_at: now,
            expires_at: later(now, purpose.lifetime()),
        };
        let expires_at = stored.expires_at;
        self.inner
            .database
            .write(move |tx| invitation::add(tx, digest, &stored))
            .await?;
        let subject = person.as_ref().map_or("firstOperator", Person::id).to_owned();
        let detail = json!({ "purpose": purpose.word(), "expiresAt": expires_at });
        self.audit(by, "person.invited", &subject, detail).await;
        Ok(Invited {
            person,
            code,
            expires_at,
        })
    }

    /// What a code is for. Whoever guesses learns nothing: a code has 130 random bits.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`] when the code is worth nothing (any more).
    pub async fn open_invitation(&self, code: &str) -> Result<OpenInvitation, PeopleError> {
        let (digest, invitation) = self.standing_invitation(code).await?;
        let secret = self.inner.keys.second_factor.open(&invitation.totp_secret, &digest.0)?;
        let info = match &invitation.person {
            Some(person) => self.inner.personal.person(person.id()).await?.unwrap_or_default(),
            None => PersonInfo::default(),
        };
        let account = if info.email.is_empty() { "operator" } else { &info.email };
        Ok(OpenInvitation {
            purpose: invitation.purpose,
            person: invitation.person,
            second_factor: totp::spelled(&secret),
            second_factor_address: totp::address(ISSUER, account, &secret),
            name: info.name,
            email: info.email,
            expires_at: invitation.expires_at,
        })
    }

    async fn standing_invitation(&self, code: &str) -> Result<(Digest, Invitation), PeopleError> {
        let not_found = PeopleError::NotFound("invitation");
        let Ok(digest) = Code::of_presented(code) else {
            return Err(not_found);
        };
        let now = self.now();
        let found = self
            .inner
            .database
            .read(move |reader| {
                let Some(found) = invitation::by_digest(reader, digest)? else {
                    return Ok(None);
                };
                // Two codes for a first operator cannot make two of them.
                let late = found.purpose == Purpose::FirstOperator && account::has_operator(reader)?;
                Ok(Some(found).filter(|_| !late))
            })
            .await?;
        let found = found.filter(|found| now < found.expires_at).ok_or(not_found)?;
        Ok((digest, found))
    }

    /// Accepts an invitation: the person has a password and a second factor from now on, and is signed in. Whatever was
    /// open before is closed.
    ///
    /// # Errors
    /// [`PeopleError::Password`] and [`PeopleError::NotMatching`] (the code of the authenticator app) leave the
    /// invitation standing; [`PeopleError::NotFound`] when it is worth nothing (any more).
    pub async fn accept(&self, acceptance: Acceptance) -> Result<SignedIn, PeopleError> {
        let (digest, invitation) = self.standing_invitation(&acceptance.code).await?;
        let now = self.now();
        let (person, info, founds) = match (&invitation.person, &acceptance.founder) {
            (Some(person), _) => {
                let info = self.inner.personal.person(person.id()).await?.unwrap_or_default();
                (person.clone(), info, None)
            }
            (None, Some(founder)) => {
                let (info, login) = checked(&founder.name, &founder.email)?;
                let person = Person::Operator(OperatorId::from_random(self.random()));
                (person, info, Some(self.login_mac(&login)))
            }
            (None, None) => {
                return Err(PeopleError::Unfit {
                    field: "email",
                    why: "the first operator tells a name and an e-mail address".to_owned(),
                });
            }
        };
        password::check(&acceptance.password, &[&info.name, &info.email]).map_err(PeopleError::Password)?;
        let secret = self.inner.keys.second_factor.open(&invitation.totp_secret, &digest.0)?;
        let step = totp::check(&secret, &acceptance.totp, now, None).map_err(|_| PeopleError::NotMatching)?;
        let hash = self.inner.hasher.hash(acceptance.password, self.random()).await?;
        let sealed =
            self.inner
                .keys
                .second_factor
                .seal(&secret, person.id().as_bytes(), self.inner.entropy.as_ref())?;
        if founds.is_some() {
            self.inner.personal.put_person(person.id(), info).await?;
        }
        let (secret, device) = self.fresh_session_secrets();
        let (session_digest, device_digest) = (secret.digest(), device.digest());
        let stored = self.new_session(&person, &acceptance.agent, now);
        let accepting = person.clone();
        let homes = self
            .inner
            .database
            .try_write(move |tx| {
                if !invitation::use_up(tx, digest)? {
                    return Err(PeopleError::NotFound("invitation"));
                }
                if let Some(login_mac) = founds {
                    if account::has_operator(tx)? {
                        return Err(PeopleError::NotFound("invitation"));
                    }
                    account::add(tx, &accepting, login_mac, now)?;
                }
                let homes = close_everything(tx, &accepting)?;
                account::set_credentials(tx, &accepting, &hash, sealed, step, now)?;
                session::add(tx, session_digest, &stored, MOST_SESSIONS)?;
                session::know(tx, device_digest, &accepting, now, MOST_KNOWN_DEVICES)?;
                Ok(homes)
            })
            .await?;
        for home in homes {
            self.inner.doorbell.ring(&home);
        }
        let detail = json!({ "purpose": invitation.purpose.word(), "from": acceptance.from.to_string() });
        self.audit(person.id(), "person.joined", person.id(), detail).await;
        self.signed_in(person, secret, device, session_digest, now).await
    }

    /// Changes the password of somebody who is signed in and shows both factors once more: a session that was stolen, or
    /// left open, does not keep its owner out. All other sessions and all tokens are closed.
    ///
    /// # Errors
    /// [`PeopleError::NotMatching`] when the present password or the code is not right, [`PeopleError::Password`] when the new one
    /// is not taken, [`PeopleError::Wait`] after too many tries.
    pub async fn change_password(
        &self,
        viewer: &super::super::Viewer,
        present: Zeroizing<String>,
        totp: &str,
        new: Zeroizing<String>,
    ) -> Result<(), PeopleError> {
        let person = viewer.person.clone();
        let info = self.inner.personal.person(person.id()).await?.unwrap_or_default();
        password::check(&new, &[&info.name, &info.email]).map_err(PeopleError::Password)?;
        let proved = self.prove_again(&person, present, totp).await?;
        let hash = self.inner.hasher.hash(new, self.random()).await?;
        let now = self.now();
        let keep = match &viewer.proof {
            Proof::Session { id, .. } => id.clone(),
            Proof::Token { .. } => String::new(),
        };
        self.inner
            .database
            .try_write(move |tx| {
                if !proved.use_up(tx)? {
                    return Err(PeopleError::NotMatching);
                }
                account::set_password(tx, &person, &hash, now)?;
                session::remove_others(tx, &person, &keep)?;
                session::forget_devices(tx, &person)?;
                token::remove_all(tx, &person)?;
                Ok(())
            })
            .await?;
        let who = viewer.person.id();
        self.audit(who, "password.changed", who, json!({})).await;
        Ok(())
    }
}

/// A name and an address that fit.
pub(super) fn checked(name: &str, email: &str) -> Result<(PersonInfo, Login), PeopleError> {
    let name = label("name", name, 60)?;
    let login = Login::new(email).map_err(|error| PeopleError::Unfit {
        field: "email",
        why: error.to_string(),
    })?;
    Ok((
        PersonInfo {
            name,
            email: login.as_str().to_owned(),
        },
        login,
    ))
}

/// Closes sessions, known browsers, tokens and paired phones of a person; the homes whose phones are others now.
pub(super) fn close_everything(
    tx: &mut tomori_runtime::db::Tx<'_>,
    person: &Person,
) -> Result<Vec<tomori_smart_home::HomeId>, tomori_runtime::db::DbError> {
    session::remove_others(tx, person, "")?;
    session::forget_devices(tx, person)?;
    token::remove_all(tx, person)?;
    let mut homes = Vec::new();
    if let Person::Resident(resident) = person {
        for grant in grant::of_resident(tx, resident)? {
            grant::remove(tx, &grant.home, &grant.id)?;
            homes.push(grant.home);
        }
    }
    homes.sort();
    homes.dedup();
    Ok(homes)
}
