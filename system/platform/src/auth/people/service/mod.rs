//! Loads, decides, persists, audits.

mod admission;
mod grants;
mod invitations;
mod residents;
mod sessions;
mod sign_in;
mod tokens;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use zeroize::Zeroizing;

pub use grants::{GrantSummary, IssuedGrant};
pub use invitations::{Acceptance, Founder, Invited, OpenInvitation};
pub use residents::{AccountState, NewPerson, PersonSummary};
pub use sessions::SessionSummary;
pub use sign_in::{SignIn, SignInError, SignedIn};
pub use tokens::{IssuedToken, NewToken, TokenSummary};

use super::Login;
use super::hashing::{Hasher, HasherError};
use super::password;
use super::secret::{Digest, Malformed};
use super::store;
use crate::audit::AuditLog;
use crate::house_plan::Doorbell;
use crate::personal_info;

/// Sessions a person has at most.
pub const MOST_SESSIONS: usize = 20;
/// Browsers remembered for a person at most.
pub const MOST_KNOWN_DEVICES: usize = 10;
/// Tokens a person has at most.
pub const MOST_TOKENS: usize = 20;
/// Paired phones of a home at most; the house plan holds no more.
pub const MOST_GRANTS: usize = 50;
/// Residents of a home at most.
pub const MOST_RESIDENTS: usize = 20;

/// People and what they may open. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The keys of the platform.
    pub keys: Arc<dyn KeyStore>,
    /// Where names and addresses live.
    pub personal: personal_info::Service,
    /// Where what happened is written down (SR3-SP-6).
    pub audit: AuditLog,
    /// The wall clock: one-time codes and sessions live in the time of the world.
    pub clock: SharedClock,
    /// Good randomness: keys are made of it.
    pub entropy: SharedEntropy,
    /// Tells a home's gateway that the plan is another.
    pub doorbell: Doorbell,
}

struct Inner {
    database: Database,
    keys: Keys,
    hasher: Hasher,
    personal: personal_info::Service,
    audit: AuditLog,
    clock: SharedClock,
    entropy: SharedEntropy,
    doorbell: Doorbell,
    tried: AtomicU64,
    counts: Counts,
}

/// What became of sign-ins since the start.
#[derive(Default)]
struct Counts {
    let_in: AtomicU64,
    refused: AtomicU64,
    told_to_wait: AtomicU64,
    turned_away: AtomicU64,
}

/// What became of sign-ins since the start, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Somebody got in.
    pub let_in: u64,
    /// Login name, password and code did not belong together.
    pub refused: u64,
    /// Too many failures before.
    pub told_to_wait: u64,
    /// Too many at the same time.
    pub turned_away: u64,
}

struct Keys {
    login: hmac::Key,
    ledger: hmac::Key,
    form: hmac::Key,
    second_factor: Sealer,
}

/// Why something about people cannot be told or done.
#[derive(Debug, Error)]
pub enum PeopleError {
    /// There is no such account, session, token, grant or invitation (any more).
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was given as a secret or a code has not the form of one.
    #[error("what was presented cannot be right")]
    Malformed(#[from] Malformed),
    /// A field of a request does not fit.
    #[error("{field}: {why}")]
    Unfit {
        /// Which field.
        field: &'static str,
        /// What is wrong with it and what would fit.
        why: String,
    },
    /// The password is not taken.
    #[error("the password is not taken")]
    Password(#[source] password::Refused),
    /// The password or the one-time code of the person is not right.
    #[error("the password or the one-time code is not right")]
    NotMatching,
    /// Somebody has this e-mail address already.
    #[error("email: somebody has this address already")]
    LoginTaken,
    /// There are as many as there can be.
    #[error("there are {most} {what} already; remove one first")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there can be.
        most: usize,
    },
    /// Somebody failed too often.
    #[error("too many tries; wait {} s", .0.as_secs())]
    Wait(std::time::Duration),
    /// Too many passwords are being checked.
    #[error("passwords cannot be checked at the moment")]
    Hasher(#[from] HasherError),
    /// A sealed second factor cannot be opened.
    #[error("a second factor cannot be read")]
    Seal(#[from] SealError),
    /// Names cannot be read or written.
    #[error("names and addresses cannot be read or stored now")]
    Personal(#[from] personal_info::PersonalInfoError),
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
            personal,
            audit,
            clock,
            entropy,
            doorbell,
        } = needs;
        let pepper = hmac::sign(&keys.mac_key("people/password")?, b"pepper");
        let own = Keys {
            login: keys.mac_key("people/login")?,
            ledger: keys.mac_key("people/ledger")?,
            form: keys.mac_key("people/form")?,
            second_factor: keys.derive("people/second-factor")?,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                keys: own,
                hasher: Hasher::for_this_machine(Zeroizing::new(pepper.as_ref().to_vec())),
                personal,
                audit,
                clock,
                entropy,
                doorbell,
                tried: AtomicU64::new(0),
                counts: Counts::default(),
            }),
        })
    }

    /// Whether the room can read its tables; for `/readyz`.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), PeopleError> {
        self.inner.database.read(store::account::has_operator).await?;
        Ok(())
    }

    /// What became of sign-ins since the start.
    #[must_use]
    pub fn tries(&self) -> Tries {
        let counts = &self.inner.counts;
        Tries {
            let_in: counts.let_in.load(Ordering::Relaxed),
            refused: counts.refused.load(Ordering::Relaxed),
            told_to_wait: counts.told_to_wait.load(Ordering::Relaxed),
            turned_away: counts.turned_away.load(Ordering::Relaxed),
        }
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        bytes(self.inner.entropy.as_ref())
    }

    /// A public id with a prefix and 80 random bits.
    fn public_id(&self, prefix: &str) -> String {
        // Ids of grants have the form we want; only their prefix differs.
        let id = tomori_smart_home::GrantId::from_random(self.random());
        format!("{prefix}_{}", id.as_str().trim_start_matches("grant_"))
    }

    fn login_mac(&self, login: &Login) -> [u8; 32] {
        mac(&self.inner.keys.login, &[login.as_str().as_bytes()])
    }

    /// What a form of this session must send back.
    fn form_token(&self, session: Digest) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&mac(&self.inner.keys.form, &[&session.0]))
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

/// A label that a person gives to a thing: 1 to `most` characters without control characters.
fn label(field: &'static str, given: &str, most: usize) -> Result<String, PeopleError> {
    let text = given.trim();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(PeopleError::Unfit {
            field,
            why: format!("1 to {most} characters"),
        });
    }
    Ok(text.to_owned())
}

fn later(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}
