//! Loads, decides, persists, audits.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::watch;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::db::{Database, DbError};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::http::{RateLimiter, Refill};
use tomori_runtime::pki::{CertificateAuthority, Issued, LifeTime, PeerCertificate, PkiError};
use tomori_smart_home::CompanyId;

use super::model::{Denied, Identity, Link};
use super::store;
use crate::audit::AuditLog;
use crate::auth::enrolment::{CERTIFICATE_LIFE, EnrolmentCode, Tries, hash_secret, renewals};

/// What all companies' servers together may try.
const TRIES_OF_ALL: Refill = Refill {
    burst: 50.0,
    per_second: 5.0,
};
/// The servers of companies. Clones are the same room.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What the room needs from others.
pub struct Needs {
    /// The platform's authority.
    pub authority: Arc<CertificateAuthority>,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The audit log.
    pub audit: AuditLog,
}

struct Inner {
    database: Database,
    needs: Needs,
    tries: Tries,
    renewals: RateLimiter<CompanyId>,
    /// Counts up whenever somebody's right ends: live streams ask again.
    ended: watch::Sender<u64>,
}

/// A server that has just become a company's.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// The company.
    pub company: CompanyId,
    /// Its certificate, the authority's behind it; DER.
    pub chain_der: Vec<Vec<u8>>,
}

/// A company's next certificate.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The certificate, the authority's behind it; DER.
    pub chain_der: Vec<Vec<u8>>,
    /// Its last moment.
    pub not_after: Timestamp,
}

/// What can go wrong with companies' servers.
#[derive(Debug, Error)]
pub enum CompanyError {
    /// Not stored.
    #[error("the companies' servers cannot be read or stored now")]
    Storage(#[from] DbError),
}

/// Why somebody does not become a company's server.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// Too many tries.
    #[error("too many tries")]
    TooOften(Duration),
    /// The code is worth nothing. Whether it was wrong, used or too old is not told: only a guesser would profit.
    #[error("the enrolment code is wrong, was used before, or is older than 15 minutes")]
    Code,
    /// The certificate request is not acceptable.
    #[error("the certificate request cannot be used")]
    Request(#[source] PkiError),
    /// Not stored.
    #[error("the server cannot be enrolled now")]
    Storage(#[from] DbError),
}

/// Why a company's server does not get its next certificate.
#[derive(Debug, Error)]
pub enum RenewError {
    /// It asks all the time.
    #[error("too many renewals")]
    TooOften(Duration),
    /// The certificate request is not acceptable.
    #[error("the certificate request cannot be used")]
    Request(#[source] PkiError),
    /// Not stored.
    #[error("the certificate cannot be renewed now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Opens the room with its tables at `path`. Blocks: call it while starting.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn open(path: &Path, needs: Needs) -> Result<Self, CompanyError> {
        Ok(Self {
            inner: Arc::new(Inner {
                database: Database::open(path, store::MIGRATIONS)?,
                needs,
                tries: Tries::new(TRIES_OF_ALL),
                renewals: renewals(),
                ended: watch::Sender::new(0),
            }),
        })
    }

    /// A new enrolment code for a company that exists, in place of any that was not used: single use, 15 minutes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new_enrolment_code(&self, company: &CompanyId, by: &str) -> Result<EnrolmentCode, CompanyError> {
        let needs = &self.inner.needs;
        let now = needs.clock.now();
        let (code, hash) = EnrolmentCode::make(&needs.authority, now, &*needs.entropy);
        let (of, maker, expires_at) = (company.clone(), by.to_owned(), code.expires_at);
        self.inner
            .database
            .write(move |tx| store::put_code(tx, &hash, &of, &maker, now, expires_at))
            .await?;
        needs.audit.record(by, "companyCode.made", company.as_str(), "").await;
        Ok(code)
    }

    /// Makes a company's server out of a machine that holds a valid code and the secret key of a PKCS #10 request. One that
    /// was the company's before is cut off.
    ///
    /// # Errors
    /// [`EnrolError`]; the code is then still worth one success, unless somebody else had it.
    pub async fn enrol(&self, code: &str, request_der: &[u8], from: IpAddr) -> Result<Enrolled, EnrolError> {
        let now = self.inner.needs.clock.now();
        self.inner.tries.count(from, now).map_err(EnrolError::TooOften)?;
        let audit = &self.inner.needs.audit;
        let hash = hash_secret(code);
        let wanted = hash.clone();
        let found = self
            .inner
            .database
            .read(move |reader| store::code_company(reader, &wanted, now));
        let Some(company) = found.await? else {
            let (who, why) = (from.to_string(), "the code is not valid");
            audit
                .record_refusal(&who, "companyEnrolment.refused", "enrolment", why)
                .await;
            return Err(EnrolError::Code);
        };
        let issued = self.issue(&company, request_der).map_err(EnrolError::Request)?;
        let (of, serial, not_after) = (company.clone(), issued.serial.clone(), issued.life_time.not_after);
        let replaced = self
            .inner
            .database
            .try_write(move |tx| {
                if !store::spend_code(tx, &hash, now)? {
                    return Err(EnrolError::Code);
                }
                let replaced = store::end_all(tx, &of, now)?;
                store::add_certificate(tx, &serial, &of, now, now, not_after)?;
                Ok(replaced)
            })
            .await?;
        self.inner.tries.forgive(from, now);
        let detail = format!("from {from}");
        audit
            .record(company.as_str(), "company.enrolled", company.as_str(), &detail)
            .await;
        if replaced > 0 {
            self.cut();
        }
        Ok(Enrolled {
            company,
            chain_der: issued.chain_der,
        })
    }

    /// The next certificate for a company that was let in by its present one.
    ///
    /// # Errors
    /// [`RenewError`]; the present certificate stays worth what it was.
    pub async fn renew(
        &self,
        certificate: &PeerCertificate,
        company: &CompanyId,
        request_der: &[u8],
    ) -> Result<Renewed, RenewError> {
        let now = self.inner.needs.clock.now();
        self.inner
            .renewals
            .take(company, 1.0, now)
            .map_err(RenewError::TooOften)?;
        let issued = self.issue(company, request_der).map_err(RenewError::Request)?;
        let (of, former, serial, not_after) = (
            company.clone(),
            certificate.serial.clone(),
            issued.serial.clone(),
            issued.life_time.not_after,
        );
        self.inner
            .database
            .write(move |tx| {
                let enrolled_at = store::enrolled_at(tx, &former)?.unwrap_or(now);
                store::add_certificate(tx, &serial, &of, enrolled_at, now, not_after)
            })
            .await?;
        let (who, audit) = (company.as_str(), &self.inner.needs.audit);
        audit.record(who, "company.renewed", who, "").await;
        Ok(Renewed {
            chain_der: issued.chain_der,
            not_after,
        })
    }

    /// Whether the holder of a certificate may come in, by the store's word now. The first use of a renewed certificate
    /// leaves the older ones worth nothing.
    ///
    /// # Errors
    /// `Ok(Err(…))` when the holder is denied; an error when the store fails, which lets nobody in either.
    pub async fn admit(&self, certificate: &PeerCertificate) -> Result<Result<Identity, Denied>, CompanyError> {
        let now = self.inner.needs.clock.now();
        let Some(identity) = Identity::parse(&certificate.identity_uri, certificate.not_after) else {
            return Ok(Err(Denied::NotACompany));
        };
        if now < certificate.not_before || now > certificate.not_after {
            return Ok(Err(Denied::NotNow));
        }
        let serial = certificate.serial.clone();
        let found = self
            .inner
            .database
            .read(move |reader| store::certificate(reader, &serial));
        let found = found.await?;
        if let Err(denied) = identity.admit(found.as_ref().map(|(remembered, _)| remembered)) {
            let (who, audit) = (identity.company.as_str(), &self.inner.needs.audit);
            audit
                .record_refusal(who, "company.denied", who, &denied.to_string())
                .await;
            return Ok(Err(denied));
        }
        if found.is_some_and(|(_, older)| older) {
            let serial = certificate.serial.clone();
            self.inner
                .database
                .write(move |tx| store::end_older(tx, &serial, now))
                .await?;
            self.cut();
        }
        Ok(Ok(identity))
    }

    /// Takes the right of a company's server away. Its live streams are cut, and it is not let in again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke(&self, company: &CompanyId, by: &str) -> Result<(), CompanyError> {
        let now = self.inner.needs.clock.now();
        let of = company.clone();
        let ended = self
            .inner
            .database
            .write(move |tx| store::end_all(tx, &of, now))
            .await?;
        if ended > 0 {
            self.cut();
            let audit = &self.inner.needs.audit;
            audit.record(by, "company.revoked", company.as_str(), "").await;
        }
        Ok(())
    }

    /// Companies whose server may come in now, and how it is linked.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn links(&self) -> Result<Vec<(CompanyId, Link)>, CompanyError> {
        let now = self.inner.needs.clock.now();
        Ok(self
            .inner
            .database
            .read(move |reader| store::links(reader, now))
            .await?)
    }

    /// Changes whenever somebody's right may have ended: whoever carries a stream asks [`admit`](Self::admit) again.
    #[must_use]
    pub fn ended(&self) -> watch::Receiver<u64> {
        self.inner.ended.subscribe()
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.inner.database.clone().close().await;
    }

    fn issue(&self, company: &CompanyId, request_der: &[u8]) -> Result<Issued, PkiError> {
        let needs = &self.inner.needs;
        let life = LifeTime::from(needs.clock.now(), CERTIFICATE_LIFE);
        needs
            .authority
            .issue_client(request_der, &Identity::uri(company), life, &*needs.entropy)
    }

    fn cut(&self) {
        self.inner.ended.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("companies::Service").finish_non_exhaustive()
    }
}
