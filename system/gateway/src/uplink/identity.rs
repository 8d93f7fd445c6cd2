//! Who this gateway is: its key, its certificates, its home. Sealed on the disk; the key was made here and leaves this
//! machine never (T3-11 EP⑤, disclosure of keys; SR2-H-3).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tomori_runtime::pki::{PkiError, PrivateKey};
use tomori_runtime::tls;
use tomori_smart_home::{GatewayId, HomeId};
use zeroize::Zeroizing;

use crate::vault::{Vault, VaultError};

/// The sealed file.
const IDENTITY: &str = "identity";

/// What an enrolment gave this gateway.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    /// Its name.
    pub(crate) gateway: GatewayId,
    /// The home it serves.
    pub(crate) home: HomeId,
    /// Its key, PKCS #8.
    key: Zeroizing<Vec<u8>>,
    /// Its client certificate, then the authority's; DER.
    pub(crate) chain_der: Vec<Vec<u8>>,
    /// The certificate of its own door inside the house, then the authority's; DER.
    pub(crate) server_chain_der: Vec<Vec<u8>>,
    /// The authority it trusts since its enrolment; DER.
    pub(crate) root_der: Vec<u8>,
    /// `host:port` of the platform's link.
    pub(crate) link_address: String,
    /// Since when the platform has said that this identity is revoked.
    pub(crate) revoked_at: Option<Timestamp>,
}

/// The certificate and key for the gateway's own door inside the house.
#[derive(Clone)]
pub struct DoorIdentity {
    /// The certificate, then the authority's; DER.
    pub chain_der: Vec<Vec<u8>>,
    key: Zeroizing<Vec<u8>>,
}

/// What of an identity does not fit.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The key is no key.
    #[error("the gateway's key cannot be used")]
    Key(#[source] PkiError),
    /// Key and certificate do not belong together.
    #[error("the gateway's certificate does not fit its key")]
    Fit(#[source] tls::TlsError),
    /// A chain is empty, or does not end in the authority that was pinned.
    #[error("the certificates do not come from the authority of the enrolment code")]
    Authority,
}

impl Identity {
    /// Puts together what an enrolment gave.
    pub(crate) fn new(
        gateway: GatewayId,
        home: HomeId,
        key: &PrivateKey,
        chains: (Vec<Vec<u8>>, Vec<Vec<u8>>),
        link_address: String,
    ) -> Result<Self, IdentityError> {
        let (chain_der, server_chain_der) = chains;
        let root_der = chain_der.last().cloned().ok_or(IdentityError::Authority)?;
        if chain_der.len() < 2 || server_chain_der.last() != Some(&root_der) {
            return Err(IdentityError::Authority);
        }
        Ok(Self {
            gateway,
            home,
            key: key.to_der(),
            chain_der,
            server_chain_der,
            root_der,
            link_address,
            revoked_at: None,
        })
    }

    /// This identity with a new key and new certificates of the same authority.
    pub(crate) fn renewed(
        &self,
        key: &PrivateKey,
        chain_der: Vec<Vec<u8>>,
        server_chain_der: Vec<Vec<u8>>,
    ) -> Result<Self, IdentityError> {
        let renewed = Self::new(
            self.gateway.clone(),
            self.home.clone(),
            key,
            (chain_der, server_chain_der),
            self.link_address.clone(),
        )?;
        if renewed.root_der == self.root_der {
            Ok(renewed)
        } else {
            Err(IdentityError::Authority)
        }
    }

    /// The identity of a data directory; `None` when it was never enrolled.
    pub(crate) fn load(vault: &Vault) -> Result<Option<Self>, VaultError> {
        vault.read(IDENTITY)
    }

    /// Puts the identity on the disk.
    pub(crate) fn save(&self, vault: &Vault) -> Result<(), VaultError> {
        vault.write(IDENTITY, self)
    }

    /// The key.
    pub(crate) fn key(&self) -> Result<PrivateKey, IdentityError> {
        PrivateKey::from_der(&self.key).map_err(IdentityError::Key)
    }

    /// When the next certificate is due; `None` when that cannot be told.
    pub(crate) fn renewal_due(&self) -> Option<Timestamp> {
        let leaf = self.chain_der.first()?;
        tomori_runtime::pki::PeerCertificate::renewal_due(leaf).ok()
    }

    /// For the gateway's own door inside the house.
    pub(crate) fn door(&self) -> DoorIdentity {
        DoorIdentity {
            chain_der: self.server_chain_der.clone(),
            key: self.key.clone(),
        }
    }
}

impl DoorIdentity {
    /// The key.
    ///
    /// # Errors
    /// When it is none.
    pub fn key(&self) -> Result<PrivateKey, PkiError> {
        PrivateKey::from_der(&self.key)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("gateway", &self.gateway)
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DoorIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoorIdentity").finish_non_exhaustive()
    }
}
