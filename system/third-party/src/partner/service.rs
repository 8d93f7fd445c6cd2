//! The line, kept up, supervised, and what the rest of the server asks of it.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use serde_json::json;
use thiserror::Error;
use tokio::sync::watch;
use tomori_partner_link::{Base64, Disclosed, DisclosureRequest, Enrolled, Enrolment, UnlockTaken, route};
use tomori_runtime::audit::AuditLog;
use tomori_runtime::clock::{SharedClock, after};
use tomori_runtime::entropy::{SharedEntropy, bytes};
use tomori_runtime::pki::{PkiError, PrivateKey, fingerprint};
use tomori_runtime::seal::{KeyStore, SealError, Sealer};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{self, TlsError};
use tomori_smart_home::unlock::{Arrival, Digest, Statement as _};
use tomori_smart_home::{CaseId, CompanyId, EnrolmentCode, EnrolmentCodeError};
use tomori_unlock::UnlockBundle;

use super::identity::{Identity, IdentityError};
use super::line::{Line, RoadError};
use super::model::{Settings, Standing, pause};
use super::session;
use crate::cases::{self, CaseError};
use crate::people;

/// How often the line is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// The line to the platform. Clones are the same line.
#[derive(Clone)]
pub struct Service {
    pub(super) inner: Arc<Inner>,
}

/// What this room needs from others.
pub struct Needs {
    /// The cases.
    pub cases: cases::Service,
    /// What people are called.
    pub people: people::Service,
    /// The keys of the server.
    pub keys: Arc<dyn KeyStore>,
    /// Where what happened is written down.
    pub audit: AuditLog,
    /// The wall clock.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The file of the identity.
    pub file: PathBuf,
    /// What can be set.
    pub settings: Settings,
}

pub(super) struct Inner {
    pub(super) needs: Needs,
    pub(super) sealer: Sealer,
    pub(super) identity: watch::Sender<Option<Arc<Identity>>>,
    standing: watch::Sender<Standing>,
    heard_at: Mutex<Option<Timestamp>>,
    line: Mutex<Option<Arc<Line>>>,
}

/// A bundle that the platform has taken. What becomes of it comes by the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// SHA-256 of the bundle.
    pub bundle: Digest,
}

/// Why this server is not enrolled.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// The code is no code.
    #[error(transparent)]
    Code(#[from] EnrolmentCodeError),
    /// No key can be made.
    #[error("no key can be made")]
    Key(#[from] PkiError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsError),
    /// The platform cannot be reached, is not the one of the code, or refused.
    #[error(transparent)]
    Road(#[from] RoadError),
    /// What it gave cannot be used or kept.
    #[error("the identity cannot be used or kept")]
    Identity(#[from] IdentityError),
    /// The feed cannot be begun.
    #[error("the feed cannot be begun")]
    Cases(#[from] CaseError),
}

impl Service {
    /// Reads the identity, if there is one. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the identity's file cannot be used, or the key not derived.
    pub fn open(needs: Needs) -> Result<Self, IdentityError> {
        let underivable = |source: SealError| IdentityError::Sealed {
            path: needs.file.clone(),
            source,
        };
        let sealer = needs.keys.derive("partner/identity").map_err(underivable)?;
        let identity = Identity::load(&needs.file, &sealer)?.map(Arc::new);
        let standing = Standing {
            is_enrolled: identity.is_some(),
            ..Standing::default()
        };
        Ok(Self {
            inner: Arc::new(Inner {
                needs,
                sealer,
                identity: watch::Sender::new(identity),
                standing: watch::Sender::new(standing),
                heard_at: Mutex::default(),
                line: Mutex::default(),
            }),
        })
    }

    /// Makes this server the company's, at the platform's partner door (`host:port`), with a code from the platform's
    /// operator. The secret is sent only to who holds a certificate of the code's authority; the key is made here.
    ///
    /// # Errors
    /// [`EnrolError`]; an identity of before stays.
    pub async fn enrol(&self, code: &str, address: &str) -> Result<CompanyId, EnrolError> {
        let needs = &self.inner.needs;
        let code: EnrolmentCode = code.parse()?;
        let key = PrivateKey::generate()?;
        let asked = Enrolment {
            code: code.secret(),
            csr: Base64(key.request()?),
        };
        let pinned = tls::pinned_client_config(code.fingerprint_prefix(), needs.clock.clone())?;
        let line = Line::connect(address, pinned).await?;
        let enrolled: Enrolled = line.ask(Method::POST, route::ENROLMENTS, &asked).await?;
        let chain = enrolled.chain.into_iter().map(|der| der.0).collect();
        let company = enrolled.company;
        let clock = needs.clock.clone();
        let identity = Identity::new(company.clone(), address.to_owned(), &key, chain, clock)?;
        if !fingerprint(identity.root_der()).starts_with(code.fingerprint_prefix()) {
            return Err(EnrolError::Identity(IdentityError::Authority));
        }
        needs.cases.feed_through(&company).await?;
        self.keep(identity)?;
        let detail = json!({ "platform": address, "name": enrolled.name }).to_string();
        needs
            .audit
            .record("server", "platform.enrolled", company.as_str(), &detail)
            .await;
        Ok(company)
    }

    pub(super) fn keep(&self, identity: Identity) -> Result<(), IdentityError> {
        let needs = &self.inner.needs;
        identity.save(&needs.file, &self.inner.sealer, needs.entropy.as_ref())?;
        self.inner.identity.send_replace(Some(Arc::new(identity)));
        Ok(())
    }

    /// How the line stands; changes when it does.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.inner.standing.subscribe()
    }

    /// Sends a bundle of signatures towards the gateway of its incident. The same bytes again have no second effect.
    ///
    /// # Errors
    /// [`RoadError`].
    pub async fn send_bundle(&self, bundle: &[u8]) -> Result<Sent, RoadError> {
        let unreadable = || RoadError::Refused {
            status: 422,
            title: "it is no bundle".to_owned(),
        };
        let read = UnlockBundle::from_bytes(bundle).map_err(|_| unreadable())?;
        let arrival = Arrival::from_bytes(&read.arrival.statement).map_err(|_| unreadable())?;
        let path = route::of(route::UNLOCKS, &arrival.incident);
        let answer = self.line()?.carry(Method::POST, &path, bundle).await?;
        let taken: UnlockTaken =
            serde_json::from_slice(&answer).map_err(|error| RoadError::Unreachable(error.to_string()))?;
        Ok(Sent { bundle: taken.bundle })
    }

    /// Sends a signed roster towards every gateway of the company.
    ///
    /// # Errors
    /// [`RoadError`].
    pub async fn send_roster(&self, signed: &[u8]) -> Result<(), RoadError> {
        self.line()?.carry(Method::PUT, route::ROSTER, signed).await.map(drop)
    }

    /// Asks the platform where the house of a case is and what helps there, and keeps it with the case while that is open.
    /// The platform writes down who asked before it tells.
    ///
    /// # Errors
    /// [`RoadError`], also for a case that is no house's.
    pub async fn disclose(&self, case: &CaseId, who: &str) -> Result<(), RoadError> {
        let cases = &self.inner.needs.cases;
        let broken = |error: CaseError| RoadError::Unreachable(error.to_string());
        let house = cases.house(case).await.map_err(broken)?.ok_or(RoadError::NoRoad)?;
        let asked = DisclosureRequest { who: named(who) };
        let path = route::of(route::DISCLOSURE, &house.incident);
        let disclosed: Disclosed = self.line()?.ask(Method::POST, &path, &asked).await?;
        cases.keep_disclosed(case, &disclosed).await.map_err(broken)
    }

    /// The same, without waiting for it: the page shows it once it is there, and offers to ask again until then.
    pub fn disclose_soon(&self, case: &CaseId, who: &str) {
        let (service, case, who) = (self.clone(), case.clone(), who.to_owned());
        tokio::spawn(async move {
            if let Err(error) = service.disclose(&case, &who).await {
                tracing::warn!(%case, %error, "where to go is not disclosed yet");
            }
        });
    }

    fn line(&self) -> Result<Arc<Line>, RoadError> {
        if self.inner.identity.borrow().is_none() {
            return Err(RoadError::NoRoad);
        }
        let line = self.inner.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.clone()
            .ok_or_else(|| RoadError::Unreachable("there is no connection now".to_owned()))
    }

    /// Keeps the line up until the shutdown.
    pub async fn run(self, shutdown: Shutdown) {
        tokio::select! {
            () = shutdown.wait() => {}
            () = self.stay_connected() => {}
            () = self.watch() => {}
        }
    }

    async fn stay_connected(&self) {
        let needs = &self.inner.needs;
        let mut identities = self.inner.identity.subscribe();
        let mut failures = 0;
        loop {
            let Ok(identity) = identities.wait_for(Option::is_some).await.map(|found| found.clone()) else {
                return;
            };
            let Some(identity) = identity else { continue };
            identities.mark_unchanged();
            let stands = |line: Option<Arc<Line>>| {
                *self.inner.line.lock().unwrap_or_else(PoisonError::into_inner) = line;
            };
            let began = needs.clock.now();
            let ended = tokio::select! {
                ended = session::run(self, &identity, |line| stands(Some(line))) => ended,
                _ = identities.changed() => {
                    // Renewed, or enrolled anew: at once with the new one.
                    stands(None);
                    continue;
                }
            };
            stands(None);
            self.stand(|standing| standing.is_refused = ended.is_denied());
            tracing::warn!(error = %ended, "the line to the platform ended");
            failures = if needs.clock.now() > after(began, Duration::from_secs(30)) {
                0
            } else {
                failures + 1
            };
            let random = f64::from(u16::from_be_bytes(bytes(needs.entropy.as_ref()))) / f64::from(u16::MAX);
            tokio::select! {
                () = tokio::time::sleep(pause(failures, random)) => {}
                _ = identities.changed() => {}
            }
        }
    }

    /// The platform was heard.
    pub(super) async fn heard(&self) {
        let needs = &self.inner.needs;
        *self.inner.heard_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(needs.clock.now());
        let before = self.stand(|standing| {
            standing.lost_since = None;
            standing.is_refused = false;
        });
        if before.lost_since.is_some() {
            tracing::info!("the platform is heard again");
            needs.audit.record("server", "platform.heard", "platform", "{}").await;
        }
    }

    /// Looks whether the platform is heard.
    async fn watch(&self) {
        let needs = &self.inner.needs;
        let mut began = needs.clock.now();
        loop {
            needs.clock.sleep_until(after(needs.clock.now(), EVERY)).await;
            let now = needs.clock.now();
            let is_enrolled = self.inner.identity.borrow().is_some();
            if !is_enrolled {
                // It gets one interval once there is somebody to be heard.
                began = now;
            }
            let heard_at = *self.inner.heard_at.lock().unwrap_or_else(PoisonError::into_inner);
            let last = heard_at.unwrap_or(began).max(began);
            let is_lost = is_enrolled && after(last, needs.settings.silent_after) <= now;
            let before = self.stand(|standing| {
                standing.is_enrolled = is_enrolled;
                if is_lost && standing.lost_since.is_none() {
                    standing.lost_since = Some(last);
                }
            });
            if is_lost && before.lost_since.is_none() {
                tracing::error!(since = %last, "the platform is not heard; alarms of its homes do not come here");
                let detail = json!({ "since": last }).to_string();
                needs.audit.record("server", "platform.lost", "platform", &detail).await;
            }
        }
    }

    /// Changes how the line stands, and tells whoever waits when that made a difference; returns how it stood.
    fn stand(&self, change: impl FnOnce(&mut Standing)) -> Standing {
        let mut before = Standing::default();
        self.inner.standing.send_if_modified(|standing| {
            before = *standing;
            change(standing);
            *standing != before
        });
        before
    }
}

/// What somebody is called, as the platform takes it.
pub(super) fn named(name: &str) -> String {
    let name: String = name.chars().filter(|one| !one.is_control()).take(60).collect();
    let name = name.trim();
    if name.is_empty() {
        "-".to_owned()
    } else {
        name.to_owned()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("partner::Service").finish_non_exhaustive()
    }
}
