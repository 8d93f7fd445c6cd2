//! Loads, decides, persists, audits.

mod change;
mod invitations;
mod sign_in;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_runtime::sign_in::Login;
use tomori_runtime::sign_in::hashing::{Hasher, HasherError};
use tomori_runtime::sign_in::password;
use tomori_runtime::sign_in::secret::{Digest, Malformed, Opens};
use tomori_smart_home::StaffId;
use zeroize::Zeroizing;

pub use change::PasswordChange;
pub use invitations::{Acceptance, Founder, Invited, OpenInvitation};
pub use sign_in::{SignIn, SignedIn};

use super::model::{Role, Viewer};
use super::store::{self, Staff};

/// People a company has at most on one server.
pub const MOST_STAFF: usize = 500;
const MOST_SESSIONS: usize = 10;
const MOST_BROWSERS: usize = 10;

/// The people. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// Where what happened is written down (SR3-SP-6).
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
    /// Good randomness: keys are made of it.
    pub entropy: SharedEntropy,
}

struct Inner {
    database: Database,
    keys: Keys,
    hasher: Hasher,
    audit: AuditLog,
    clock: SharedClock,
    entropy: SharedEntropy,
    tried: AtomicU64,
}

struct Keys {
    login: hmac::Key,
    ledger: hmac::Key,
    form: hmac::Key,
    second_factor: Sealer,
    detail: Sealer,
}

/// What is sealed of somebody.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Detail {
    name: String,
    email: String,
}

/// Somebody new.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// How they are called, 1 to 60 characters.
    pub name: String,
    /// The e-mail address they will sign in with.
    pub email: String,
    /// What they will do.
    pub role: Role,
}

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffState {
    /// Can sign in.
    Active,
    /// Has an invitation that nobody has accepted yet.
    Invited,
    /// Had one, and it has expired.
    Expired,
}

/// Somebody in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSummary {
    /// Who.
    pub id: StaffId,
    /// What they do.
    pub role: Role,
    /// How they are called.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// How the account stands.
    pub state: StaffState,
}

/// Why something about people cannot be told or done.
#[derive(Debug, Error)]
pub enum PeopleError {
    /// There is no such account, session or invitation (any more).
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was given as a code has not the form of one.
    #[error("what was presented cannot be right")]
    Malformed(#[from] Malformed),
    /// A field of a request does not fit.
    #[error("{field}: {why}")]
    Unfit {
        /// Which field.
        field: &'static str,
        /// What would fit.
        why: String,
    },
    /// The password is not taken.
    #[error("the password is not taken")]
    Password(#[source] password::Refused),
    /// Name, password and code do not belong together.
    #[error("login name, password and one-time code do not belong together")]
    NotMatching,
    /// Somebody has this e-mail address already.
    #[error("email: somebody has this address already")]
    LoginTaken,
    /// There are as many as there can be.
    #[error("there are {MOST_STAFF} people already; remove one first")]
    TooMany,
    /// The last administrator cannot be removed: nobody could invite another.
    #[error("the last administrator cannot be removed")]
    LastAdministrator,
    /// Somebody failed too often.
    #[error("too many tries; wait {} s", .0.as_secs())]
    Wait(Duration),
    /// Too many passwords are being checked.
    #[error("passwords cannot be checked at the moment")]
    Hasher(#[from] HasherError),
    /// Something sealed cannot be opened.
    #[error("a sealed text cannot be read")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("accounts cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened or the keys cannot be derived.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, PeopleError> {
        let database = Database::open(path, store::MIGRATIONS)?;
        let Needs {
            keys,
            audit,
            clock,
            entropy,
        } = needs;
        let pepper = hmac::sign(&keys.mac_key("people/password")?, b"pepper");
        let own = Keys {
            login: keys.mac_key("people/login")?,
            ledger: keys.mac_key("people/ledger")?,
            form: keys.mac_key("people/form")?,
            second_factor: keys.derive("people/second-factor")?,
            detail: keys.derive("people/detail")?,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                keys: own,
                hasher: Hasher::for_this_machine(Zeroizing::new(pepper.as_ref().to_vec())),
                audit,
                clock,
                entropy,
                tried: AtomicU64::new(0),
            }),
        })
    }

    /// Whether the room can read its tables; for `/readyz`.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), PeopleError> {
        self.inner.database.read(store::administrators).await?;
        Ok(())
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    /// Everybody, in the order they came.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn all(&self) -> Result<Vec<StaffSummary>, PeopleError> {
        let now = self.now();
        let found = self
            .inner
            .database
            .read(move |reader| {
                let staff = store::all(reader)?;
                let with_state = staff.into_iter().map(|staff| {
                    let state = match (&staff.password_hash, store::is_invited(reader, &staff.id, now)?) {
                        (Some(_), _) => StaffState::Active,
                        (None, true) => StaffState::Invited,
                        (None, false) => StaffState::Expired,
                    };
                    Ok((staff, state))
                });
                with_state.collect::<Result<Vec<_>, DbError>>()
            })
            .await?;
        found
            .into_iter()
            .map(|(staff, state)| {
                let detail = self.detail(&staff)?;
                Ok(StaffSummary {
                    id: staff.id,
                    role: staff.role,
                    name: detail.name,
                    email: detail.email,
                    state,
                })
            })
            .collect()
    }

    /// Adds somebody and makes their invitation.
    ///
    /// # Errors
    /// When a field does not fit, the address is taken, or there are too many.
    pub async fn invite_new(&self, by: &StaffId, new: NewStaff) -> Result<Invited, PeopleError> {
        let (detail, login) = checked(&new.name, &new.email)?;
        let id = StaffId::from_random(self.random());
        let (login_mac, sealed, now) = (self.login_mac(&login), self.sealed(&id, &detail)?, self.now());
        let (added, role) = (id.clone(), new.role);
        self.inner
            .database
            .try_write(move |tx| {
                if store::by_login(tx, login_mac)?.is_some() {
                    return Err(PeopleError::LoginTaken);
                }
                if store::all(tx)?.len() >= MOST_STAFF {
                    return Err(PeopleError::TooMany);
                }
                Ok(store::add(tx, &added, role, login_mac, sealed, now)?)
            })
            .await?;
        self.audit(by.as_str(), "staff.added", id.as_str(), json!({ "role": role.word() }))
            .await;
        self.invite_again(by, &id).await
    }

    /// Removes somebody; what they had open is closed with them.
    ///
    /// # Errors
    /// When there is no such person, or it is the last administrator.
    pub async fn remove(&self, by: &StaffId, id: &StaffId) -> Result<(), PeopleError> {
        let gone = id.clone();
        self.inner
            .database
            .try_write(move |tx| {
                let found = store::by_id(tx, &gone)?.ok_or(PeopleError::NotFound("account"))?;
                let active = found.password_hash.is_some() && found.role == Role::Administrator;
                if active && store::administrators(tx)? <= 1 {
                    return Err(PeopleError::LastAdministrator);
                }
                store::remove(tx, &gone)?;
                Ok(())
            })
            .await?;
        self.audit(by.as_str(), "staff.removed", id.as_str(), json!({})).await;
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        bytes(self.inner.entropy.as_ref())
    }

    fn login_mac(&self, login: &Login) -> [u8; 32] {
        mac(&self.inner.keys.login, &[login.as_str().as_bytes()])
    }

    fn form_token(&self, session: Digest) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&mac(&self.inner.keys.form, &[&session.0]))
    }

    fn detail(&self, staff: &Staff) -> Result<Detail, PeopleError> {
        let plain = self
            .inner
            .keys
            .detail
            .open(&staff.detail, staff.id.as_str().as_bytes())?;
        // What was sealed by us is readable; were it not, the person has no name and everything else works.
        Ok(serde_json::from_slice(&plain).unwrap_or_default())
    }

    fn sealed(&self, id: &StaffId, detail: &Detail) -> Result<Vec<u8>, PeopleError> {
        let plain = Zeroizing::new(json!({ "name": detail.name, "email": detail.email }).to_string());
        let keys = &self.inner.keys;
        let sealed = keys
            .detail
            .seal(plain.as_bytes(), id.as_str().as_bytes(), self.inner.entropy.as_ref())?;
        Ok(sealed)
    }

    /// The person behind the secret of a session; `None` when there is none (any more).
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn viewer_of_session(&self, secret: &str) -> Result<Option<Viewer>, PeopleError> {
        let Ok(digest) = Digest::of_presented(Opens::SESSION, secret) else {
            return Ok(None);
        };
        self.viewer_of_digest(digest).await
    }

    async fn viewer_of_digest(&self, digest: Digest) -> Result<Option<Viewer>, PeopleError> {
        let now = self.now();
        let found = self
            .inner
            .database
            .read(move |reader| {
                let Some(session) = store::session(reader, digest)? else {
                    return Ok(None);
                };
                Ok(store::by_id(reader, &session.staff)?.map(|staff| (session, staff)))
            })
            .await?;
        let Some((session, staff)) = found else {
            return Ok(None);
        };
        if session.times.is_over(staff.role.lifetime(), now) {
            let database = &self.inner.database;
            database.write(move |tx| store::remove_session(tx, digest)).await?;
            return Ok(None);
        }
        if session.times.is_touch_due(now) {
            let database = &self.inner.database;
            database.write(move |tx| store::touch(tx, digest, now)).await?;
        }
        let detail = self.detail(&staff)?;
        Ok(Some(Viewer {
            staff: staff.id,
            role: staff.role,
            name: detail.name,
            session: session.id,
            since: session.times.created_at,
            csrf: self.form_token(digest),
        }))
    }

    /// Ends the session with this secret; whether the person has no other one then.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn sign_out(&self, secret: &str) -> Result<Option<(StaffId, bool)>, PeopleError> {
        let Ok(digest) = Digest::of_presented(Opens::SESSION, secret) else {
            return Ok(None);
        };
        let gone = self
            .inner
            .database
            .write(move |tx| {
                let Some(session) = store::session(tx, digest)? else {
                    return Ok(None);
                };
                store::remove_session(tx, digest)?;
                let left = store::sessions_of(tx, &session.staff)? == 0;
                Ok(Some((session, left)))
            })
            .await?;
        let Some((session, left)) = gone else {
            return Ok(None);
        };
        let who = session.staff.as_str();
        self.audit(who, "session.ended", &session.id, json!({})).await;
        Ok(Some((session.staff, left)))
    }

    async fn audit(&self, who: &str, what: &'static str, subject: &str, detail: serde_json::Value) {
        self.inner.audit.record(who, what, subject, &detail.to_string()).await;
    }
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    out
}

/// The part of an address that one customer of a network has: all of an IPv4 address, the /64 of an IPv6 address.
fn customer(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
    }
}

/// A name and an address that fit.
fn checked(name: &str, email: &str) -> Result<(Detail, Login), PeopleError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(PeopleError::Unfit {
            field: "name",
            why: "1 – 60".to_owned(),
        });
    }
    let login = Login::new(email).map_err(|_| PeopleError::Unfit {
        field: "email",
        why: "name@example.jp".to_owned(),
    })?;
    let detail = Detail {
        name: name.to_owned(),
        email: login.as_str().to_owned(),
    };
    Ok((detail, login))
}

fn later(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}
