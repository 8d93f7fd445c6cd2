//! Signing in: login name, password and second factor, all at once, with one answer for everything that is wrong.

use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use thiserror::Error;
use tomori_runtime::db::{DbError, Tx};
use zeroize::Zeroizing;

use super::super::Login;
use super::super::lockout::Bounds;
use super::super::model::{Person, Role, SessionTimes, Viewer};
use super::super::secret::{Digest, Opens, Secret};
use super::super::store::account::Account;
use super::super::store::{account, session};
use super::super::totp::{self, Step};
use super::admission::{Admission, admit, take_back};
use super::{MOST_KNOWN_DEVICES, MOST_SESSIONS, PeopleError, Service, mac};

/// What somebody presents.
#[derive(Clone)]
pub struct SignIn {
    /// The e-mail address.
    pub login: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// The six digits of the second factor.
    pub totp: String,
    /// Where the request comes from.
    pub from: IpAddr,
    /// How the browser names itself.
    pub agent: String,
    /// The mark of a known browser, when it brought one ([`SignedIn::known_device`] of an earlier time).
    pub known_device: Option<String>,
    /// The session that this one takes the place of, when the browser brought one: a session that existed before
    /// sign-in never lives on after it (session fixation).
    pub replaces: Option<String>,
}

/// Somebody is in.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret of the session; for the cookie.
    pub session: Secret,
    /// The mark by which this browser is known from now on; for a cookie that outlives the session.
    pub known_device: Secret,
    /// When the session ends in any case.
    pub ends_at: Timestamp,
    /// Who, and where they live.
    pub viewer: Viewer,
}

/// Why somebody is not let in. The first answer is the same, and takes as long, whether there is such an account or not.
#[derive(Debug, Error)]
pub enum SignInError {
    /// Login name, password and code do not belong together.
    #[error("login name, password and one-time code do not belong together")]
    NotMatching,
    /// Too many failures; the password was not even looked at.
    #[error("too many failures; wait {} s", .0.as_secs())]
    Wait(Duration),
    /// Too many sign-ins are under way.
    #[error("too many sign-ins are under way; try again in some seconds")]
    Busy,
    /// The platform cannot tell.
    #[error("nobody can sign in at the moment")]
    Failed(#[source] PeopleError),
}

/// Somebody proved who they are.
pub(super) struct Proved {
    pub(super) person: Person,
    step: Step,
    ledgers: Vec<([u8; 32], Bounds)>,
}

impl From<PeopleError> for SignInError {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Hasher(super::HasherError::Busy) => Self::Busy,
            PeopleError::NotMatching => Self::NotMatching,
            PeopleError::Wait(wait) => Self::Wait(wait),
            other => Self::Failed(other),
        }
    }
}

impl From<SignInError> for PeopleError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::NotMatching => Self::NotMatching,
            SignInError::Wait(wait) => Self::Wait(wait),
            SignInError::Busy => Self::Hasher(super::HasherError::Busy),
            SignInError::Failed(error) => error,
        }
    }
}

impl Service {
    /// Lets somebody in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn, SignInError> {
        let proved = self.prove(&sign_in).await?;
        Ok(self.begin_session(proved, &sign_in).await?)
    }

    /// As [`Service::sign_in`], through the door of one role: whoever is of another one is answered as if there were no
    /// such account.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in_as(&self, sign_in: SignIn, role: Role) -> Result<SignedIn, SignInError> {
        let proved = self.prove(&sign_in).await?;
        if proved.person.role() != role {
            return Err(SignInError::NotMatching);
        }
        Ok(self.begin_session(proved, &sign_in).await?)
    }

    /// Checks password and second factor, without a session. The code is used up by [`Proved::use_up`].
    pub(super) async fn prove(&self, sign_in: &SignIn) -> Result<Proved, SignInError> {
        let proved = self.prove_uncounted(sign_in).await;
        let counts = &self.inner.counts;
        let count = match &proved {
            Ok(_) => &counts.let_in,
            Err(SignInError::NotMatching) => &counts.refused,
            Err(SignInError::Wait(_)) => &counts.told_to_wait,
            Err(SignInError::Busy | SignInError::Failed(_)) => &counts.turned_away,
        };
        count.fetch_add(1, Ordering::Relaxed);
        proved
    }

    async fn prove_uncounted(&self, sign_in: &SignIn) -> Result<Proved, SignInError> {
        let login = Login::new(&sign_in.login);
        // What is no address is judged like an address that nobody has.
        let name = login.as_ref().map_or(sign_in.login.as_str(), Login::as_str);
        let login_mac = mac(&self.inner.keys.login, &[name.as_bytes()]);
        let device = sign_in
            .known_device
            .as_deref()
            .and_then(|given| Digest::of_presented(Opens::KNOWN_BROWSER, given).ok());
        let admission = self.enter(login_mac, device, sign_in.from).await?;
        let from = sign_in.from.to_string();
        self.judge(admission, sign_in.password.clone(), &sign_in.totp, &from)
            .await
    }

    /// Proves by both factors a person anew who is signed in already, before something that a stolen session must not do.
    /// It has a ledger of its own: strangers who fail at the door do not keep residents from changing their password.
    pub(super) async fn prove_again(
        &self,
        person: &Person,
        password: Zeroizing<String>,
        totp: &str,
    ) -> Result<Proved, PeopleError> {
        let now = self.now();
        let wanted = person.clone();
        let ledgers = vec![(
            mac(&self.inner.keys.ledger, &[b"again", person.id().as_bytes()]),
            Bounds::KNOWN_BROWSER,
        )];
        let admission = self
            .inner
            .database
            .write(move |tx| {
                let account = account::by_person(tx, &wanted)?;
                admit(tx, account, ledgers, now)
            })
            .await?;
        Ok(self.judge(admission, password, totp, "a session").await?)
    }

    async fn judge(
        &self,
        admission: Admission,
        password: Zeroizing<String>,
        totp: &str,
        from: &str,
    ) -> Result<Proved, SignInError> {
        let entered = match admission {
            Admission::Enter(entered) => *entered,
            Admission::Wait(wait) => return Err(SignInError::Wait(wait)),
        };
        let stored = entered
            .account
            .as_ref()
            .and_then(|account| account.password_hash.clone());
        let password_fits = match self.inner.hasher.verify(password, stored).await {
            Ok(fits) => fits,
            Err(error) => {
                // Nobody's fault: nothing is held against the name or the address.
                let ledgers = entered.ledgers;
                self.inner
                    .database
                    .write(move |tx| take_back(tx, &ledgers, false))
                    .await
                    .map_err(PeopleError::from)?;
                return Err(PeopleError::from(error).into());
            }
        };
        let Some(account) = entered.account else {
            return Err(SignInError::NotMatching);
        };
        let why = match (password_fits, self.second_factor(&account, totp)?) {
            (true, Ok(step)) => {
                return Ok(Proved {
                    person: account.person,
                    step,
                    ledgers: entered.ledgers,
                });
            }
            (false, _) => "password",
            (true, Err(totp::Refused::Replayed)) => "oneTimeCodeReplayed",
            (true, Err(totp::Refused::Wrong)) => "oneTimeCode",
        };
        let detail = json!({ "why": why, "from": from }).to_string();
        self.inner
            .audit
            .record_refusal("somebody", "signIn.refused", account.person.id(), &detail)
            .await;
        Err(SignInError::NotMatching)
    }

    fn second_factor(&self, account: &Account, given: &str) -> Result<Result<Step, totp::Refused>, PeopleError> {
        let Some(sealed) = &account.totp_secret else {
            return Ok(Err(totp::Refused::Wrong));
        };
        let secret = self
            .inner
            .keys
            .second_factor
            .open(sealed, account.person.id().as_bytes())?;
        Ok(totp::check(&secret, given, self.now(), account.totp_last_step))
    }

    async fn begin_session(&self, proved: Proved, sign_in: &SignIn) -> Result<SignedIn, PeopleError> {
        let person = proved.person.clone();
        let replaces = sign_in.replaces.clone();
        let agent = sign_in.agent.clone();
        let (secret, device) = self.fresh_session_secrets();
        let (digest, device_digest) = (secret.digest(), device.digest());
        let old_device = sign_in
            .known_device
            .as_deref()
            .and_then(|given| Digest::of_presented(Opens::KNOWN_BROWSER, given).ok());
        let now = self.now();
        let stored = self.new_session(&person, &agent, now);
        let used = self
            .inner
            .database
            .write(move |tx| {
                if !proved.use_up(tx)? {
                    return Ok(false);
                }
                if let Some(old) = replaces.and_then(|given| Digest::of_presented(Opens::SESSION, &given).ok()) {
                    session::remove_digest(tx, old)?;
                }
                if let Some(old) = old_device {
                    session::forget_device(tx, old, &proved.person)?;
                }
                session::add(tx, digest, &stored, MOST_SESSIONS)?;
                session::know(tx, device_digest, &proved.person, now, MOST_KNOWN_DEVICES)?;
                Ok(true)
            })
            .await?;
        if !used {
            return Err(PeopleError::NotMatching);
        }
        let detail = json!({ "from": sign_in.from.to_string() });
        self.audit(person.id(), "session.begun", person.id(), detail).await;
        self.signed_in(person, secret, device, digest, now).await
    }

    pub(super) fn fresh_session_secrets(&self) -> (Secret, Secret) {
        (
            Secret::new(Opens::SESSION, self.random()),
            Secret::new(Opens::KNOWN_BROWSER, self.random()),
        )
    }

    pub(super) fn new_session(&self, person: &Person, agent: &str, now: Timestamp) -> session::Session {
        session::Session {
            id: self.public_id("ses"),
            person: person.clone(),
            times: SessionTimes {
                created_at: now,
                seen_at: now,
            },
            agent: agent.chars().filter(|letter| !letter.is_control()).take(120).collect(),
        }
    }

    pub(super) async fn signed_in(
        &self,
        person: Person,
        secret: Secret,
        known_device: Secret,
        digest: Digest,
        now: Timestamp,
    ) -> Result<SignedIn, PeopleError> {
        let lifetime = person.role().lifetime();
        let viewer = self
            .viewer_of_digest(digest, now)
            .await?
            .ok_or(PeopleError::NotFound("session"))?;
        Ok(SignedIn {
            session: secret,
            known_device,
            ends_at: super::later(now, lifetime.absolute),
            viewer,
        })
    }
}

impl Proved {
    /// Uses the code up inside the transaction that does what it was given for.
    pub(super) fn use_up(&self, tx: &mut Tx<'_>) -> Result<bool, DbError> {
        if !account::use_step(tx, &self.person, self.step)? {
            return Ok(false);
        }
        take_back(tx, &self.ledgers, true)?;
        Ok(true)
    }
}
