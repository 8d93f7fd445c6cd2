//! Signing in: login name, password and second factor, all at once, with one answer for everything that is wrong.

use std::net::IpAddr;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde_json::json;
use tomori_runtime::db::{DbError, Tx};
use tomori_runtime::sign_in::Login;
use tomori_runtime::sign_in::lockout::{Bounds, Ledger};
use tomori_runtime::sign_in::secret::{Digest, Opens, Secret};
use tomori_runtime::sign_in::totp::{self, Step};
use tomori_smart_home::StaffId;
use zeroize::Zeroizing;

use super::super::model::{SessionTimes, Viewer};
use super::super::store::{self, Session, Staff};
use super::{MOST_BROWSERS, MOST_SESSIONS, PeopleError, Service, customer, later, mac};

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
    /// The mark of a known browser, when it brought one.
    pub known_browser: Option<String>,
    /// The session that this one takes the place of: one that existed before sign-in never lives on (session fixation).
    pub replaces: Option<String>,
}

/// Somebody is in.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret of the session; for the cookie.
    pub session: Secret,
    /// The mark by which this browser is known from now on.
    pub known_browser: Secret,
    /// When the session ends in any case.
    pub ends_at: Timestamp,
    /// Who.
    pub viewer: Viewer,
}

struct Entered {
    staff: Option<Staff>,
    ledgers: Vec<([u8; 32], Bounds)>,
}

impl Service {
    /// Lets somebody in.
    ///
    /// # Errors
    /// [`PeopleError::NotMatching`], the same whether there is such an account or not; [`PeopleError::Wait`] after too many
    /// failures; [`PeopleError::Hasher`] when too many sign-ins are under way.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn, PeopleError> {
        let entered = self.enter(&sign_in).await?;
        let stored = entered.staff.as_ref().and_then(|staff| staff.password_hash.clone());
        let fits = match self.inner.hasher.verify(sign_in.password.clone(), stored).await {
            Ok(fits) => fits,
            Err(error) => {
                // Nobody's fault: nothing is held against the name or the address.
                let ledgers = entered.ledgers;
                let database = &self.inner.database;
                database.write(move |tx| take_back(tx, &ledgers, false)).await?;
                return Err(error.into());
            }
        };
        let Some(staff) = entered.staff else {
            return Err(PeopleError::NotMatching);
        };
        let why = match (fits, self.second_factor(&staff, &sign_in.totp)?) {
            (true, Ok(step)) => {
                let browser = known(&sign_in);
                let replaces = sign_in.replaces.as_deref();
                let replaces = replaces.and_then(|given| Digest::of_presented(Opens::SESSION, given).ok());
                let ledgers = entered.ledgers;
                let id = staff.id.clone();
                let signed_in = self
                    .begin_session(staff.id, move |tx| {
                        if !store::use_step(tx, &id, step)? {
                            return Err(PeopleError::NotMatching);
                        }
                        take_back(tx, &ledgers, true)?;
                        if let Some(old) = replaces {
                            store::remove_session(tx, old)?;
                        }
                        if let Some(old) = browser {
                            store::forget_browser(tx, old, &id)?;
                        }
                        Ok(())
                    })
                    .await?;
                let who = signed_in.viewer.staff.as_str();
                let detail = json!({ "from": sign_in.from.to_string() });
                self.audit(who, "session.begun", who, detail).await;
                return Ok(signed_in);
            }
            (false, _) => "password",
            (true, Err(totp::Refused::Replayed)) => "oneTimeCodeReplayed",
            (true, Err(totp::Refused::Wrong)) => "oneTimeCode",
        };
        let detail = json!({ "why": why, "from": sign_in.from.to_string() }).to_string();
        let audit = &self.inner.audit;
        audit
            .record_refusal("somebody", "signIn.refused", staff.id.as_str(), &detail)
            .await;
        Err(PeopleError::NotMatching)
    }

    /// Judges by the ledgers, and enters the try as a failure before it is looked at: a hundred tries at once cannot all pass
    /// as the first.
    async fn enter(&self, sign_in: &SignIn) -> Result<Entered, PeopleError> {
        let now = self.now();
        let login = Login::new(&sign_in.login);
        // What is no address is judged like an address that nobody has.
        let name = login.as_ref().map_or(sign_in.login.as_str(), Login::as_str);
        let login_mac = mac(&self.inner.keys.login, &[name.as_bytes()]);
        let browser = known(sign_in);
        let key = &self.inner.keys.ledger;
        let of_login = mac(key, &[b"login", &login_mac]);
        let of_address = mac(key, &[b"address", &customer(sign_in.from)]);
        let of_browser = browser.map(|browser| mac(key, &[b"browser", &browser.0]));
        let tidy = self.inner.tried.fetch_add(1, Ordering::Relaxed).is_multiple_of(256);
        self.inner
            .database
            .try_write(move |tx| {
                if tidy {
                    store::tidy_ledgers(tx, now)?;
                }
                let staff = store::by_login(tx, login_mac)?;
                let is_known = match (&staff, browser) {
                    (Some(staff), Some(browser)) => store::is_known(tx, browser, &staff.id)?,
                    _ => false,
                };
                let ledgers = match of_browser.filter(|_| is_known) {
                    Some(of_browser) => vec![(of_browser, Bounds::KNOWN_BROWSER)],
                    None => vec![(of_login, Bounds::LOGIN), (of_address, Bounds::ADDRESS)],
                };
                let mut held = Vec::with_capacity(ledgers.len());
                for (key, bounds) in &ledgers {
                    held.push((*key, *bounds, store::ledger(tx, *key)?));
                }
                let waits = held
                    .iter()
                    .filter_map(|(_, bounds, ledger)| ledger.map(|ledger| ledger.wait(*bounds, now)));
                let wait = waits.max().unwrap_or_default();
                if !wait.is_zero() {
                    return Err(PeopleError::Wait(wait));
                }
                for (key, bounds, earlier) in held {
                    store::put_ledger(tx, key, Some(Ledger::failed(earlier, bounds, now)))?;
                }
                Ok(Entered { staff, ledgers })
            })
            .await
    }

    pub(super) fn second_factor(&self, staff: &Staff, given: &str) -> Result<Result<Step, totp::Refused>, PeopleError> {
        let Some(sealed) = &staff.totp_secret else {
            return Ok(Err(totp::Refused::Wrong));
        };
        let keys = &self.inner.keys;
        let secret = keys.second_factor.open(sealed, staff.id.as_str().as_bytes())?;
        Ok(totp::check(&secret, given, self.now(), staff.totp_last_step))
    }

    /// Begins a session in the transaction that also does `first`.
    pub(super) async fn begin_session(
        &self,
        id: StaffId,
        first: impl FnOnce(&mut Tx<'_>) -> Result<(), PeopleError> + Send + 'static,
    ) -> Result<SignedIn, PeopleError> {
        let now = self.now();
        let secret = Secret::new(Opens::SESSION, self.random());
        let browser = Secret::new(Opens::KNOWN_BROWSER, self.random());
        let (digest, browser_digest) = (secret.digest(), browser.digest());
        let session = Session {
            id: format!("ses_{}", data_encoding::HEXLOWER.encode(&self.random::<10>())),
            staff: id.clone(),
            times: SessionTimes {
                created_at: now,
                seen_at: now,
            },
        };
        self.inner
            .database
            .try_write(move |tx| {
                first(tx)?;
                store::add_session(tx, digest, &session, MOST_SESSIONS)?;
                store::know(tx, browser_digest, &id, now, MOST_BROWSERS)?;
                Ok::<(), PeopleError>(())
            })
            .await?;
        let viewer = self.viewer_of_digest(digest).await?;
        let viewer = viewer.ok_or(PeopleError::NotFound("session"))?;
        Ok(SignedIn {
            session: secret,
            known_browser: browser,
            ends_at: later(now, viewer.role.lifetime().absolute),
            viewer,
        })
    }
}

fn known(sign_in: &SignIn) -> Option<Digest> {
    let given = sign_in.known_browser.as_deref()?;
    Digest::of_presented(Opens::KNOWN_BROWSER, given).ok()
}

/// Takes the entry of this try back. After a success the ledger of the account is emptied; that of the address is only made
/// shorter by one, or an attacker could empty it with an account of their own.
fn take_back(tx: &mut Tx<'_>, ledgers: &[([u8; 32], Bounds)], success: bool) -> Result<(), DbError> {
    for (key, bounds) in ledgers {
        let shorter = if success && *bounds != Bounds::ADDRESS {
            None
        } else {
            store::ledger(tx, *key)?.and_then(Ledger::taken_back)
        };
        store::put_ledger(tx, *key, shorter)?;
    }
    Ok(())
}
