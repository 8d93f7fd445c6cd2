//! The calls of `GatewayLink`: who calls is looked up first, every time.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::Stream;
use tomori_gateway_link::v1::{self, gateway_link_server::GatewayLink};
use tomori_runtime::pki::PeerCertificate;
use tonic::{Request, Response, Status, Streaming};

use super::door::Link;
use super::model::Farewell;
use super::registry::End;
use super::session::Session;
use crate::auth::gateways::{Identity, RenewError};

/// Answers the calls of gateways.
#[derive(Clone)]
pub struct Admission {
    pub(super) link: Arc<Link>,
}

/// The other end of a connection; an extension of each of its requests.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) certificate: Arc<PeerCertificate>,
    pub(super) end: Arc<End>,
}

type Messages = Pin<Box<dyn Stream<Item = Result<v1::PlatformMessage, Status>> + Send>>;

impl Admission {
    /// Who calls; a denied one is told why.
    async fn identity(&self, peer: &Peer) -> Result<Result<Identity, Farewell>, Status> {
        match self.link.gateways.admit(&peer.certificate).await {
            Ok(Ok(identity)) => Ok(Ok(identity)),
            Ok(Err(denied)) => Ok(Err(Farewell::revoked(denied.to_string()))),
            Err(error) => {
                tracing::error!(%error, "a gateway cannot be looked up");
                Err(Status::unavailable("gateways cannot be looked up now"))
            }
        }
    }
}

#[tonic::async_trait]
impl GatewayLink for Admission {
    type ConnectStream = Messages;

    async fn connect(&self, request: Request<Streaming<v1::GatewayMessage>>) -> Result<Response<Messages>, Status> {
        let peer = peer_of(&request)?;
        let messages: Messages = match self.identity(&peer).await? {
            Ok(identity) => {
                let session = Session::new(Arc::clone(&self.link), identity, request.into_inner(), peer.end);
                Box::pin(session.into_stream())
            }
            Err(farewell) => {
                let messages = Box::pin(Session::farewell(&farewell));
                peer.end
                    .send_if_modified(|end| end.is_none() && end.replace(farewell).is_none());
                messages
            }
        };
        Ok(Response::new(messages))
    }

    async fn renew(&self, request: Request<v1::RenewRequest>) -> Result<Response<v1::RenewReply>, Status> {
        let peer = peer_of(&request)?;
        let identity = self
            .identity(&peer)
            .await?
            .map_err(|farewell| Status::permission_denied(farewell.detail))?;
        let renewed = self
            .link
            .gateways
            .renew(&identity, request.get_ref())
            .await
            .map_err(|error| {
                let text = error.to_string();
                match error {
                    RenewError::TooOften(_) => Status::resource_exhausted(text),
                    RenewError::Contract(_) | RenewError::Request(_) => Status::invalid_argument(text),
                    RenewError::Storage(error) => {
                        tracing::error!(%error, "a certificate cannot be renewed");
                        Status::unavailable(text)
                    }
                }
            })?;
        Ok(Response::new(v1::RenewReply {
            chain_der: renewed.client_chain_der.into_iter().map(Into::into).collect(),
            server_chain_der: renewed.server_chain_der.into_iter().map(Into::into).collect(),
        }))
    }
}

fn peer_of<T>(request: &Request<T>) -> Result<Peer, Status> {
    // The door puts it there; without it nobody knows who calls.
    request
        .extensions()
        .get::<Peer>()
        .cloned()
        .ok_or_else(|| Status::unauthenticated("no certificate"))
}
