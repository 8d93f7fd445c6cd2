//! The addresses, taken before anything else: a port in use is told at once.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::ServerError;
use crate::config::Config;

/// Where the platform listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// For home gateways.
    pub link: SocketAddr,
    /// For machines that are to become gateways.
    pub enrolment: SocketAddr,
    /// For the servers of security companies.
    pub partner: SocketAddr,
    /// For people and programs.
    pub web: SocketAddr,
}

#[derive(Debug)]
pub(super) struct Listeners {
    pub(super) link: TcpListener,
    pub(super) enrolment: TcpListener,
    pub(super) partner: TcpListener,
    pub(super) web: TcpListener,
    addresses: Addresses,
}

impl Listeners {
    pub(super) async fn bind(config: &Config) -> Result<Self, ServerError> {
        let (link, link_address) = bind("link.listen", config.link.listen).await?;
        let (enrolment, enrolment_address) = bind("enrolment.listen", config.enrolment.listen).await?;
        let (partner, partner_address) = bind("partner.listen", config.partner.listen).await?;
        let (web, web_address) = bind("web.listen", config.web.listen).await?;
        Ok(Self {
            link,
            enrolment,
            partner,
            web,
            addresses: Addresses {
                link: link_address,
                enrolment: enrolment_address,
                partner: partner_address,
                web: web_address,
            },
        })
    }

    pub(super) fn addresses(&self) -> Addresses {
        self.addresses
    }
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let failed = |source| ServerError::Listen { key, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
