//! Which company calls.

use axum::extract::{FromRequestParts, Path};
use http::StatusCode;
use http::request::Parts;
use std::collections::HashMap;
use std::sync::Arc;
use tomori_runtime::http::ClientCertificate;
use tomori_runtime::pki::PeerCertificate;
use tomori_smart_home::{CompanyId, IncidentId};

use super::Partner;
use crate::auth::companies::{CompanyError, Denied};
use crate::door::Failure;

/// A company's server with a certificate that counts now.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) company: CompanyId,
    pub(super) certificate: Arc<PeerCertificate>,
}

/// A company's server that speaks of an incident. Whether it is the company's, the room that keeps incidents says.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) caller: Caller,
    pub(super) incident: IncidentId,
}

impl FromRequestParts<Partner> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, partner: &Partner) -> Result<Self, Failure> {
        let needed = || Failure::new(StatusCode::UNAUTHORIZED, "certificate-needed");
        let shown = parts.extensions.get::<ClientCertificate>().ok_or_else(needed)?;
        let certificate = PeerCertificate::parse(&shown.0).map_err(|error| {
            tracing::warn!(%error, "a certificate at the partner door does not fit");
            Failure::new(StatusCode::FORBIDDEN, "certificate-denied")
        })?;
        let certificate = Arc::new(certificate);
        let company = partner.admit(&certificate).await?;
        let needs = &partner.inner.needs;
        let taken = partner.inner.requests.take(&company, 1.0, needs.clock.now());
        taken.map_err(|wait| too_often(wait.as_secs()))?;
        needs.supervision.heard(&company).await;
        Ok(Self { company, certificate })
    }
}

impl FromRequestParts<Partner> for About {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, partner: &Partner) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, partner).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, partner).await;
        let Path(path) = path.map_err(|_| Failure::not_found())?;
        let incident = path.get("incident").and_then(|text| text.parse().ok());
        Ok(Self {
            caller,
            incident: incident.ok_or_else(Failure::not_found)?,
        })
    }
}

impl Partner {
    /// The company of a certificate, if it counts now.
    pub(super) async fn admit(&self, certificate: &PeerCertificate) -> Result<CompanyId, Failure> {
        match self.inner.needs.companies.admit(certificate).await {
            Ok(Ok(identity)) => Ok(identity.company),
            Ok(Err(Denied::NotACompany | Denied::NotNow | Denied::Unknown | Denied::Ended)) => {
                Err(Failure::new(StatusCode::FORBIDDEN, "certificate-denied"))
            }
            Err(error) => Err(unavailable(&error)),
        }
    }
}

pub(super) fn too_often(seconds: u64) -> Failure {
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").retry_after(seconds.max(1))
}

pub(super) fn unavailable(error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(error, "a company cannot be answered");
    Failure::unavailable()
}

impl From<CompanyError> for Failure {
    fn from(error: CompanyError) -> Self {
        unavailable(&error)
    }
}
