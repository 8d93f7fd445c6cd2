//! Enrolment: a machine with a code becomes the gateway of a home (SR2-H-2, SR2-H-3).
//!
//! The code carries the beginning of the authority's fingerprint, so an impostor on the way learns nothing: the secret
//! is sent only to who holds a certificate of that authority. The key is made here.

use thiserror::Error;
use tomori_gateway_link::v1::enrolment_client::EnrolmentClient;
use tomori_gateway_link::{ContractError, EnrolmentCode, EnrolmentCodeError, limits, v1};
use tomori_runtime::clock::SharedClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::pki::{PkiError, PrivateKey, fingerprint};
use tomori_runtime::tls::{self, TlsError};
use tomori_smart_home::{GatewayId, HomeId};

use super::connect::{ConnectError, channel};
use super::identity::{Identity, IdentityError};
use crate::store;
use crate::vault::{Vault, VaultError};

/// What came of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The gateway's name.
    pub gateway: GatewayId,
    /// The home it serves from now on.
    pub home: HomeId,
    /// `host:port` of the platform's link.
    pub link_address: String,
}

/// Why a gateway is not enrolled.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// The code is no code.
    #[error(transparent)]
    Code(EnrolmentCodeError),
    /// The data directory already belongs to a gateway.
    #[error(
        "this gateway is enrolled as {gateway} for {home}; to enrol it anew, revoke it on the operator's page, or move \
         its data directory away"
    )]
    AlreadyEnrolled {
        /// Its name.
        gateway: GatewayId,
        /// Its home.
        home: HomeId,
    },
    /// The sealed files cannot be used.
    #[error(transparent)]
    Vault(VaultError),
    /// What the gateway remembered as somebody else cannot be put away.
    #[error("what the gateway remembers from before cannot be removed")]
    Leftovers(#[source] std::io::Error),
    /// No key can be made.
    #[error("no key can be made")]
    Key(#[source] PkiError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] TlsError),
    /// The platform cannot be reached, or is not ours.
    #[error(transparent)]
    Connect(ConnectError),
    /// The platform refused.
    #[error("the platform refused the enrolment: {message}; ask the operator for a new code")]
    Refused {
        /// What it said.
        message: String,
    },
    /// The platform's answer breaks the contract.
    #[error("the platform's answer cannot be used")]
    Contract(#[source] ContractError),
    /// The certificates do not fit.
    #[error("the platform's certificates cannot be used")]
    Identity(#[source] IdentityError),
}

/// Enrols this machine at the platform's enrolment door (`host:port`).
///
/// `hardware` is for people: maker, model, serial number; at most 120 characters. `local_names` are what
/// [`Config::local_names`](crate::Config::local_names) says. `wall` is the clock of the world.
///
/// # Errors
/// [`EnrolError`], each with its remedy. The code is used up only when the platform has answered.
pub async fn enrol(
    data: &DataDir,
    code: &str,
    platform: &str,
    hardware: &str,
    local_names: Vec<String>,
    wall: SharedClock,
    entropy: SharedEntropy,
) -> Result<Enrolled, EnrolError> {
    let code: EnrolmentCode = code.parse().map_err(EnrolError::Code)?;
    let vault = Vault::open(data.clone(), entropy).map_err(EnrolError::Vault)?;
    let before = Identity::load(&vault).map_err(EnrolError::Vault)?;
    if let Some(before) = before.as_ref().filter(|before| before.revoked_at.is_none()) {
        return Err(EnrolError::AlreadyEnrolled {
            gateway: before.gateway.clone(),
            home: before.home.clone(),
        });
    }
    let key = PrivateKey::generate().map_err(EnrolError::Key)?;
    let request = v1::EnrolRequest {
        code: code.secret(),
        csr_der: key.request().map_err(EnrolError::Key)?.into(),
        hardware: hardware.chars().take(limits::HARDWARE_CHARS).collect(),
        local_names,
    };
    let pinned = tls::pinned_client_config(code.fingerprint_prefix(), wall.clone()).map_err(EnrolError::Tls)?;
    let channel = channel(platform, pinned).await.map_err(EnrolError::Connect)?;
    let mut client = EnrolmentClient::new(channel).max_decoding_message_size(limits::MESSAGE_BYTES);
    let reply = client
        .enrol(request)
        .await
        .map_err(|status| EnrolError::Refused {
            message: status.message().chars().take(limits::DETAIL_CHARS).collect(),
        })?
        .into_inner();
    reply.check().map_err(EnrolError::Contract)?;
    let gateway = reply.gateway_id.parse();
    let home = reply.home_id.parse();
    let gateway: GatewayId = gateway.map_err(|error| EnrolError::Contract(ContractError::new("gateway_id", error)))?;
    let home: HomeId = home.map_err(|error| EnrolError::Contract(ContractError::new("home_id", error)))?;
    let identity = Identity::new(
        gateway.clone(),
        home.clone(),
        &key,
        (to_der(reply.chain_der), to_der(reply.server_chain_der)),
        reply.link_address.clone(),
    )
    .map_err(EnrolError::Identity)?;
    if !fingerprint(&identity.root_der).starts_with(code.fingerprint_prefix()) {
        return Err(EnrolError::Identity(IdentityError::Authority));
    }
    // Building the configuration proves that the certificate fits the key.
    let shown = tls::Identity {
        chain_der: identity.chain_der.clone(),
        key: &key,
    };
    tls::client_config(&identity.root_der, Some(&shown), wall)
        .map_err(|error| EnrolError::Identity(IdentityError::Fit(error)))?;
    if before.is_some() {
        // What a revoked gateway remembered can never be told in its name again, and its numbers are not ours.
        store::wipe(&vault).map_err(EnrolError::Leftovers)?;
    }
    identity.save(&vault).map_err(EnrolError::Vault)?;
    Ok(Enrolled {
        gateway,
        home,
        link_address: reply.link_address,
    })
}

pub(super) fn to_der(chain: Vec<prost::bytes::Bytes>) -> Vec<Vec<u8>> {
    chain.into_iter().map(|certificate| certificate.to_vec()).collect()
}
