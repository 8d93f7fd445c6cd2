//! The listener of `Enrolment`: anybody may call, once at a time and not often.

use std::net::IpAddr;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tomori_gateway_link::v1::{self, enrolment_server::Enrolment, enrolment_server::EnrolmentServer};
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Accepted, Acceptor};
use tonic::{Request, Response, Status};
use tower::Service as _;

use crate::auth::gateways::{EnrolError, Service};

/// An enrolment is one call; nobody has reason to stay.
const LONGEST_VISIT: Duration = Duration::from_secs(20);
const LARGEST_MESSAGE: usize = 16 * 1024;

struct Desk {
    gateways: Service,
}

#[derive(Clone, Copy)]
struct From(IpAddr);

/// Serves until the shutdown.
pub(crate) async fn serve(gateways: Service, acceptor: Acceptor, shutdown: Shutdown) {
    let server = EnrolmentServer::new(Desk { gateways }).max_decoding_message_size(LARGEST_MESSAGE);
    acceptor
        .run(shutdown, move |accepted: Accepted| {
            let server = server.clone();
            async move {
                let from = From(accepted.peer.ip());
                let service = hyper::service::service_fn(move |mut request: http::Request<Incoming>| {
                    request.extensions_mut().insert(from);
                    server.clone().call(request)
                });
                let mut builder = Builder::new(TokioExecutor::new());
                builder
                    .timer(TokioTimer::new())
                    .max_concurrent_streams(2)
                    .max_send_buf_size(32 * 1024)
                    .max_header_list_size(8 * 1024)
                    .max_pending_accept_reset_streams(4)
                    .max_local_error_reset_streams(4);
                let connection = builder.serve_connection(TokioIo::new(accepted.stream), service);
                match tokio::time::timeout(LONGEST_VISIT, connection).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!(from = %from.0, %error, "an enrolment connection ended early"),
                    Err(_) => tracing::debug!(from = %from.0, "an enrolment connection stayed too long"),
                }
            }
        })
        .await;
}

#[tonic::async_trait]
impl Enrolment for Desk {
    async fn enrol(&self, request: Request<v1::EnrolRequest>) -> Result<Response<v1::EnrolReply>, Status> {
        let from = request
            .extensions()
            .get::<From>()
            .copied()
            .ok_or_else(|| Status::internal("the caller's address is not known"))?;
        let enrolled = self.gateways.enrol(request.get_ref(), from.0).await.map_err(|error| {
            let text = error.to_string();
            match error {
                EnrolError::TooOften(_) => Status::resource_exhausted(text),
                EnrolError::Code => Status::permission_denied(text),
                EnrolError::Contract(_) | EnrolError::Request(_) => Status::invalid_argument(text),
                EnrolError::Storage(error) => {
                    tracing::error!(%error, "a gateway cannot be enrolled");
                    Status::unavailable(text)
                }
            }
        })?;
        let certificates = enrolled.certificates;
        Ok(Response::new(v1::EnrolReply {
            gateway_id: enrolled.gateway.into(),
            home_id: enrolled.home.into(),
            chain_der: certificates.client_chain_der.into_iter().map(Into::into).collect(),
            link_address: enrolled.link_address,
            server_chain_der: certificates.server_chain_der.into_iter().map(Into::into).collect(),
        }))
    }
}
