//! The listener of `GatewayLink`: connections, their bounds and their ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::{mpsc, watch};
use tomori_gateway_link::limits::MESSAGE_BYTES;
use tomori_gateway_link::v1::gateway_link_server::GatewayLinkServer;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::pki::PeerCertificate;
use tomori_runtime::shutdown::Shutdown;
use tomori_runtime::tls::{Accepted, Acceptor};
use tomori_smart_home::GatewayId;
use tower::Service as _;

use super::admission::{Admission, Peer};
use super::model::{Farewell, Limits};
use super::plan::Composer;
use super::registry::{Departure, Registry};
use crate::audit::AuditLog;
use crate::auth::gateways;
use crate::device_state;
use crate::house_plan::{Doorbell, Errands, PlanParts};

/// A lost gateway is known after the two together: 13 s.
const PING_EVERY: Duration = Duration::from_secs(5);
const PONG_WITHIN: Duration = Duration::from_secs(8);
/// A connection that carries no call by then is closed.
const FIRST_CALL_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked at again after that.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long a farewell may take to be sent.
const FAREWELL: Duration = Duration::from_millis(500);
/// How often certificates of live streams are looked at.
const EXPIRY_EVERY: Duration = Duration::from_secs(10);
/// A batch and a little: what one stream may have under way towards us.
const STREAM_WINDOW: u32 = 288 * 1024;
const CONNECTION_WINDOW: u32 = 320 * 1024;
/// Departures that are noted at the same time, so that a mass departure shares commits.
const DEPARTURES: usize = 64;

/// What the link is built from.
pub struct Parts {
    /// The time of the world: certificates, and how much a gateway may say.
    pub wall: SharedClock,
    /// The time of the houses, which gateways are told.
    pub house: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The audit log.
    pub audit: AuditLog,
    /// Wakes sessions.
    pub doorbell: Doorbell,
    /// Who may come in.
    pub gateways: gateways::Service,
    /// Where events go and commands come from.
    pub device_state: device_state::Service,
    /// The parts of house plans that are not equipment.
    pub plan_parts: Arc<dyn PlanParts>,
    /// What else gateways are to be told.
    pub errands: Arc<dyn Errands>,
    /// How much is borne.
    pub limits: Limits,
}

/// The link: what all its connections share.
pub struct Link {
    pub(super) wall: SharedClock,
    pub(super) house: SharedClock,
    pub(super) entropy: SharedEntropy,
    pub(super) audit: AuditLog,
    pub(super) doorbell: Doorbell,
    pub(super) gateways: gateways::Service,
    pub(super) device_state: device_state::Service,
    pub(super) composer: Composer,
    pub(super) errands: Arc<dyn Errands>,
    pub(super) registry: Arc<Registry>,
    pub(super) limits: Limits,
    connections: AtomicUsize,
}

impl Link {
    /// The link, and the departures it will tell of.
    pub(crate) fn new(parts: Parts) -> (Arc<Self>, Departures) {
        let (registry, departed) = Registry::new(parts.limits.gateways);
        let link = Arc::new(Self {
            wall: parts.wall,
            house: parts.house,
            entropy: parts.entropy,
            audit: parts.audit,
            doorbell: parts.doorbell,
            composer: Composer::new(parts.device_state.clone(), parts.plan_parts),
            errands: parts.errands,
            gateways: parts.gateways,
            device_state: parts.device_state,
            registry,
            limits: parts.limits,
            connections: AtomicUsize::new(0),
        });
        let departures = Departures {
            link: Arc::clone(&link),
            departed,
        };
        (link, departures)
    }

    /// How many gateways are connected.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.registry.len()
    }

    /// Whether a gateway is connected.
    #[must_use]
    pub fn is_connected(&self, gateway: &GatewayId) -> bool {
        self.registry.contains(gateway)
    }

    /// Serves until the shutdown; then asks every gateway to come back a little later, each at its own time, and
    /// gives that a moment to arrive.
    pub(crate) async fn serve(self: Arc<Self>, acceptor: Acceptor, shutdown: Shutdown) {
        let link = Arc::clone(&self);
        let server = GatewayLinkServer::new(Admission { link })
            .max_decoding_message_size(MESSAGE_BYTES)
            .max_encoding_message_size(MESSAGE_BYTES);
        let (link, ended) = (Arc::clone(&self), shutdown.clone());
        let accepting = acceptor.run(ended, move |accepted| {
            let (link, server) = (Arc::clone(&link), server.clone());
            async move {
                link.connections.fetch_add(1, Ordering::Relaxed);
                link.carry(accepted, server).await;
                link.connections.fetch_sub(1, Ordering::Relaxed);
            }
        });
        tokio::join!(accepting, self.expire(&shutdown));
        let (least, most) = (Duration::from_secs(1), Duration::from_secs(10));
        self.registry
            .end_all(|| Farewell::later("the platform is stopping", least, most, &*self.entropy));
        let all_gone = async {
            while self.connections.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(FAREWELL * 2, all_gone).await.is_err() {
            tracing::warn!("some gateways did not take their leave");
        }
    }

    async fn expire(&self, shutdown: &Shutdown) {
        loop {
            tokio::select! {
                () = shutdown.wait() => return,
                () = self.wall.sleep(EXPIRY_EVERY) => self.registry.end_expired(self.wall.now()),
            }
        }
    }

    /// Carries one connection to its end.
    async fn carry(&self, accepted: Accepted, server: GatewayLinkServer<Admission>) {
        let Accepted {
            stream,
            peer: peer_address,
            client_certificate,
        } = accepted;
        let certificate = match client_certificate.map(|der| PeerCertificate::parse(&der)) {
            Some(Ok(certificate)) => Arc::new(certificate),
            Some(Err(error)) => {
                tracing::warn!(%peer_address, %error, "a client certificate does not fit");
                return;
            }
            None => return,
        };
        let (end, mut over) = watch::channel(None);
        let end = Arc::new(end);
        let peer = Peer {
            certificate,
            end: Arc::clone(&end),
        };
        let service = hyper::service::service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(peer.clone());
            server.clone().call(request)
        });
        let connection = builder().serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let farewell = async {
            tokio::select! {
                // The sender lives as long as this connection.
                _ = over.wait_for(Option::is_some) => {}
                () = self.no_call(&end) => {}
            }
        };
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = farewell => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                // Lets the farewell out, takes nothing new, and does not wait for those who do not listen.
                connection.as_mut().graceful_shutdown();
                match tokio::time::timeout(FAREWELL, connection).await {
                    Ok(ended) => ended,
                    Err(_) => return,
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer_address, %error, "a gateway's connection ended");
        }
    }

    /// Returns when a connection has carried no call for too long: each call holds the sender of its end.
    async fn no_call(&self, end: &Arc<super::registry::End>) {
        let mut pause = FIRST_CALL_WITHIN;
        loop {
            tokio::time::sleep(pause).await;
            // Ours, and the one in the service; a session holds another.
            if Arc::strong_count(end) <= 2 {
                return;
            }
            pause = LOOK_EVERY;
        }
    }
}

/// Notes who has gone.
pub(crate) struct Departures {
    link: Arc<Link>,
    departed: mpsc::UnboundedReceiver<Departure>,
}

impl Departures {
    /// Runs until everybody has gone and nobody can come any more, or until it is dropped.
    pub(crate) async fn run(mut self) {
        let link = &self.link;
        let departed = futures_util::stream::poll_fn(|context| self.departed.poll_recv(context));
        futures_util::StreamExt::for_each_concurrent(departed, DEPARTURES, |departure| async move {
            link.doorbell.forget(&departure.home);
            let since = link.house.now();
            let Departure {
                gateway,
                home,
                generation,
            } = departure;
            if let Err(error) = link.device_state.gateway_lost(&home, &gateway, generation, since).await {
                tracing::error!(%gateway, %error, "the loss of a gateway could not be noted");
            }
        })
        .await;
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(4)
        .max_send_buf_size(64 * 1024)
        .max_header_list_size(8 * 1024)
        .header_table_size(0)
        .max_pending_accept_reset_streams(8)
        .max_local_error_reset_streams(16)
        .auto_date_header(false);
    builder
}
