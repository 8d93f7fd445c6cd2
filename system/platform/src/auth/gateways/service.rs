//! Loads, decides, persists, audits.

mod enrolment;

pub use enrolment::{EnrolError, Enrolled, RenewError, Renewed};

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::http::{RateLimiter, Refill};
use tomori_runtime::pki::{CertificateAuthority, Issued, LifeTime, PeerCertificate, PkiError, PrivateKey};
use tomori_smart_home::{GatewayId, HomeId};

use super::model::{Denied, GatewaySummary, Identity, KnownKey};
use super::schema::MIGRATIONS;
use super::store;
use crate::audit::AuditLog;
use crate::auth::enrolment::{CERTIFICATE_LIFE, EnrolmentCode, Tries, renewals};
use crate::device_state::{self, StateError};
use crate::house_plan::Doorbell;

/// What all gateways together may try.
const TRIES_OF_ALL: Refill = Refill {
    burst: 100.0,
    per_second: 10.0,
};
/// The gateways. Clones are the same room.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    authority: Arc<CertificateAuthority>,
    clock: SharedClock,
    entropy: SharedEntropy,
    audit: AuditLog,
    doorbell: Doorbell,
    homes: device_state::Service,
    link_address: String,
    tries: Tries,
    renewals: RateLimiter<GatewayId>,
    /// Gateways whose right ended since the start; sessions look here, so that a cut needs no query.
    ended: Mutex<HashSet<GatewayId>>,
}

/// What the room is built from.
pub struct Parts {
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The audit log.
    pub audit: AuditLog,
    /// Wakes sessions.
    pub doorbell: Doorbell,
    /// The homes that gateways may be enrolled for.
    pub homes: device_state::Service,
    /// `host:port` at which gateways reach the link.
    pub link_address: String,
}

/// What can go wrong with gateways.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// There is no such gateway.
    #[error("there is no gateway {0}")]
    NoSuchGateway(GatewayId),
    /// There is no such home.
    #[error("the home cannot be served")]
    Home(#[from] StateError),
    /// Keys or certificates.
    #[error("the platform's authority cannot be used")]
    Pki(#[from] PkiError),
    /// The certificates' folder.
    #[error("{path}: cannot be made", path = path.display())]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Not stored.
    #[error("the gateways cannot be read or stored now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room's database and the platform's authority (`ca/` beside it), making both at the first start.
    ///
    /// # Errors
    /// [`GatewayError`], with the remedy.
    pub fn open(database: &Path, authority: &Path, parts: Parts) -> Result<Self, GatewayError> {
        make_private(authority).map_err(|source| GatewayError::Folder {
            path: authority.to_owned(),
            source,
        })?;
        let authority =
            CertificateAuthority::open_or_create(authority, "Tomori platform", parts.clock.now(), &*parts.entropy)?;
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(database, MIGRATIONS)?,
                authority: Arc::new(authority),
                clock: parts.clock,
                entropy: parts.entropy,
                audit: parts.audit,
                doorbell: parts.doorbell,
                homes: parts.homes,
                link_address: parts.link_address,
                tries: Tries::new(TRIES_OF_ALL),
                renewals: renewals(),
                ended: Mutex::default(),
            }),
        })
    }

    /// A new enrolment code for a home, in place of any that was not used: single use, 15 minutes.
    ///
    /// # Errors
    /// When the home does not exist, or the store fails.
    pub async fn new_enrolment_code(&self, home: &HomeId, by: &str) -> Result<EnrolmentCode, GatewayError> {
        self.inner.homes.house(home).await?;
        let now = self.inner.clock.now();
        let (code, hash) = EnrolmentCode::make(&self.inner.authority, now, &*self.inner.entropy);
        let (home_id, maker, expires_at) = (home.clone(), by.to_owned(), code.expires_at);
        self.inner
            .database
            .write(move |tx| store::put_code(tx, &hash, &home_id, &maker, now, expires_at))
            .await?;
        self.inner
            .audit
            .record(by, "enrolmentCode.made", home.as_str(), "")
            .await;
        Ok(code)
    }

    /// Whether the holder of a certificate may come in, by the store's word now. The first use of a renewed
    /// certificate leaves the older ones worth nothing.
    ///
    /// # Errors
    /// `Ok(Err(…))` when the holder is denied; an error when the store fails, which lets nobody in either.
    pub async fn admit(&self, certificate: &PeerCertificate) -> Result<Result<Identity, Denied>, GatewayError> {
        let now = self.inner.clock.now();
        let Some(identity) = Identity::parse(&certificate.identity_uri, certificate.not_after) else {
            return Ok(Err(Denied::NotAGateway));
        };
        if now < certificate.not_before || now > certificate.not_after {
            return Ok(Err(Denied::NotNow));
        }
        let (serial, gateway, point) = (
            certificate.serial.clone(),
            identity.gateway.clone(),
            certificate.public_point.clone(),
        );
        let (found, knows_key) = self
            .inner
            .database
            .read(move |reader| {
                let found = store::certificate(reader, &serial, &gateway)?;
                Ok((found, store::knows_key(reader, &gateway, &point)?))
            })
            .await?;
        if let Err(denied) = identity.admit(found.as_ref().map(|(remembered, _)| remembered)) {
            let who = identity.gateway.as_str();
            self.inner
                .audit
                .record_refusal(who, "gateway.denied", identity.home.as_str(), &denied.to_string())
                .await;
            return Ok(Err(denied));
        }
        if found.is_some_and(|(_, older)| older) {
            let serial = certificate.serial.clone();
            self.inner
                .database
                .write(move |tx| store::supersede_older(tx, &serial, now))
                .await?;
        }
        if !knows_key {
            let (point, known) = (certificate.public_point.clone(), identity.clone());
            self.inner
                .database
                .write(move |tx| store::add_key(tx, &known.gateway, &known.home, &point, now))
                .await?;
        }
        Ok(Ok(identity))
    }

    /// Takes a gateway's right away. Its live stream is cut, and it is not let in again.
    ///
    /// # Errors
    /// When there is no such gateway, or the store fails.
    pub async fn revoke(&self, gateway: &GatewayId, by: &str) -> Result<(), GatewayError> {
        let now = self.inner.clock.now();
        let id = gateway.clone();
        let home = self.inner.database.write(move |tx| store::revoke(tx, &id, now)).await?;
        let Some(home) = home else {
            // Ended already, or never there.
            let id = gateway.clone();
            let known = self.inner.database.read(move |reader| store::one(reader, &id)).await?;
            return known
                .map(|_| ())
                .ok_or_else(|| GatewayError::NoSuchGateway(gateway.clone()));
        };
        self.cut(gateway, &home);
        self.inner
            .audit
            .record(by, "gateway.revoked", gateway.as_str(), home.as_str())
            .await;
        Ok(())
    }

    /// The gateways of a home, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, home: &HomeId) -> Result<Vec<GatewaySummary>, GatewayError> {
        let home = home.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| store::list(reader, Some(&home)))
            .await?)
    }

    /// The keys that the gateways of a home have signed with, newest first, at most 200.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keys(&self, home: &HomeId) -> Result<Vec<KnownKey>, GatewayError> {
        let home = home.clone();
        Ok(self
            .inner
            .database
            .read(move |reader| store::keys(reader, &home))
            .await?)
    }

    /// The gateways of all homes, newest first, at most 50,000.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_all(&self) -> Result<Vec<GatewaySummary>, GatewayError> {
        Ok(self.inner.database.read(|reader| store::list(reader, None)).await?)
    }

    /// Whether a gateway's right ended while this process runs. For live sessions; whoever knocks is asked by
    /// [`admit`](Self::admit).
    #[must_use]
    pub fn has_ended(&self, gateway: &GatewayId) -> bool {
        let ended = self.inner.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.contains(gateway)
    }

    /// The authority's certificate, DER: what gateways and the house's phones trust.
    #[must_use]
    pub fn authority_der(&self) -> &[u8] {
        self.inner.authority.certificate_der()
    }

    /// The platform's authority, for the rooms that certify others than gateways.
    pub(crate) fn authority(&self) -> Arc<CertificateAuthority> {
        Arc::clone(&self.inner.authority)
    }

    /// SHA-256 of the authority's certificate.
    #[must_use]
    pub fn authority_fingerprint(&self) -> [u8; 32] {
        self.inner.authority.fingerprint()
    }

    /// A server certificate for one of the platform's own doors.
    ///
    /// # Errors
    /// When a name is not a name, or the clock is absurd.
    pub fn certify_platform(&self, key: &PrivateKey, names: &[String]) -> Result<Issued, PkiError> {
        let life = LifeTime::from(self.inner.clock.now(), CERTIFICATE_LIFE);
        self.inner
            .authority
            .issue_server(&key.request()?, names, life, &*self.inner.entropy)
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    fn cut(&self, gateway: &GatewayId, home: &HomeId) {
        let mut ended = self.inner.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.insert(gateway.clone());
        drop(ended);
        self.inner.doorbell.ring(home);
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("gateways::Service").finish_non_exhaustive()
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
