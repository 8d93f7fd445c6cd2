//! How a gateway becomes ours and stays ours.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;
use tomori_gateway_link::{ContractError, v1};
use tomori_runtime::db::DbError;
use tomori_runtime::entropy::bytes;
use tomori_runtime::pki::{Issued, LifeTime, PkiError};
use tomori_smart_home::{GatewayId, HomeId};

use super::super::model::{Identity, server_names};
use super::super::store;
use super::Service;
use crate::auth::enrolment::{CERTIFICATE_LIFE, hash_secret};

/// A gateway that has just become ours.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// Its id.
    pub gateway: GatewayId,
    /// The home it speaks for.
    pub home: HomeId,
    /// `host:port` of the link.
    pub link_address: String,
    /// Its certificates.
    pub certificates: Renewed,
}

/// A gateway's certificates.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// For the link, the authority's behind it; DER.
    pub client_chain_der: Vec<Vec<u8>>,
    /// For its own door inside the house, the authority's behind it; DER.
    pub server_chain_der: Vec<Vec<u8>>,
}

/// Why somebody does not become a gateway.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// Too many tries.
    #[error("too many tries; wait {} seconds", .0.as_secs().max(1))]
    TooOften(Duration),
    /// The request does not keep the contract.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The code is worth nothing. Whether it was wrong, used or too old is not told: only a guesser would profit.
    #[error(
        "the enrolment code is wrong, was used before, or is older than 15 minutes; ask the operator for a new one"
    )]
    Code,
    /// The certificate request is not acceptable.
    #[error(transparent)]
    Request(PkiError),
    /// Not stored.
    #[error("the gateway cannot be enrolled now")]
    Storage(#[from] DbError),
}

/// Why a gateway does not get new certificates.
#[derive(Debug, Error)]
pub enum RenewError {
    /// It asks all the time.
    #[error("too many renewals; wait {} seconds", .0.as_secs().max(1))]
    TooOften(Duration),
    /// The request does not keep the contract.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The certificate request is not acceptable.
    #[error(transparent)]
    Request(PkiError),
    /// Not stored.
    #[error("the certificate cannot be renewed now")]
    Storage(#[from] DbError),
}

impl Service {
    /// Makes a gateway out of a machine that holds a valid code. A gateway that spoke for the home before is
    /// replaced and cut off.
    ///
    /// # Errors
    /// [`EnrolError`]; the code is then still worth one success, unless somebody else had it.
    pub async fn enrol(&self, request: &v1::EnrolRequest, from: IpAddr) -> Result<Enrolled, EnrolError> {
        let now = self.inner.clock.now();
        self.inner.tries.count(from, now).map_err(EnrolError::TooOften)?;
        request.check()?;
        let hash = hash_secret(&request.code);
        let wanted = hash.clone();
        let home = self
            .inner
            .database
            .read(move |reader| store::code_home(reader, &wanted, now))
            .await?;
        let Some(home) = home else {
            self.inner
                .audit
                .record_refusal(
                    &from.to_string(),
                    "enrolment.refused",
                    "enrolment",
                    "the code is not valid",
                )
                .await;
            return Err(EnrolError::Code);
        };
        let gateway = GatewayId::from_random(bytes(&*self.inner.entropy));
        let (client, certificates) = self
            .certificates(&gateway, &home, &request.csr_der, &request.local_names)
            .map_err(EnrolError::Request)?;
        let (id, home_id, hardware) = (gateway.clone(), home.clone(), request.hardware.trim().to_owned());
        let (serial, not_after) = (client.serial, client.life_time.not_after);
        let replaced = self
            .inner
            .database
            .try_write(move |tx| {
                if !store::spend_code(tx, &hash, now)? {
                    return Err(EnrolError::Code);
                }
                let replaced = store::replace(tx, &home_id, now)?;
                store::add(tx, &id, &home_id, &hardware, now)?;
                store::add_certificate(tx, &serial, &id, now, not_after)?;
                Ok(replaced)
            })
            .await?;
        self.inner.tries.forgive(from, now);
        let detail = format!("{home}, from {from}");
        let audit = &self.inner.audit;
        audit
            .record(gateway.as_str(), "gateway.enrolled", gateway.as_str(), &detail)
            .await;
        if let Some(former) = replaced {
            self.cut(&former, &home);
            audit
                .record(gateway.as_str(), "gateway.replaced", former.as_str(), &detail)
                .await;
        }
        Ok(Enrolled {
            gateway,
            home,
            link_address: self.inner.link_address.clone(),
            certificates,
        })
    }

    /// New certificates for a gateway that was let in by its present one.
    ///
    /// # Errors
    /// [`RenewError`]; the present certificate stays worth what it was.
    pub async fn renew(&self, identity: &Identity, request: &v1::RenewRequest) -> Result<Renewed, RenewError> {
        let now = self.inner.clock.now();
        self.inner
            .renewals
            .take(&identity.gateway, 1.0, now)
            .map_err(RenewError::TooOften)?;
        request.check()?;
        let (client, renewed) = self
            .certificates(
                &identity.gateway,
                &identity.home,
                &request.csr_der,
                &request.local_names,
            )
            .map_err(RenewError::Request)?;
        let gateway = identity.gateway.clone();
        let (serial, not_after) = (client.serial, client.life_time.not_after);
        self.inner
            .database
            .write(move |tx| store::add_certificate(tx, &serial, &gateway, now, not_after))
            .await?;
        let who = identity.gateway.as_str();
        self.inner.audit.record(who, "gateway.renewed", who, "").await;
        Ok(renewed)
    }

    fn certificates(
        &self,
        gateway: &GatewayId,
        home: &HomeId,
        request_der: &[u8],
        local_names: &[String],
    ) -> Result<(Issued, Renewed), PkiError> {
        let (authority, entropy) = (&self.inner.authority, &*self.inner.entropy);
        let life = LifeTime::from(self.inner.clock.now(), CERTIFICATE_LIFE);
        let client = authority.issue_client(request_der, &Identity::uri(gateway, home), life, entropy)?;
        let server = authority.issue_server(request_der, &server_names(gateway, local_names), life, entropy)?;
        let renewed = Renewed {
            client_chain_der: client.chain_der.clone(),
            server_chain_der: server.chain_der,
        };
        Ok((client, renewed))
    }
}
