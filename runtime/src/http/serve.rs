//! Serving a router over TCP or TLS, with bounds on everything a client can stretch.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::shutdown::Shutdown;
use crate::tls::{Accepted, Acceptor, Limits};

const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
const FAREWELL: Duration = Duration::from_secs(2);
const MOST_HEADERS: usize = 64;
const LARGEST_HEADERS: usize = 32 * 1024;

/// A listening address, with TLS or in clear.
#[derive(Debug)]
pub struct Door {
    /// The listener.
    pub listener: TcpListener,
    /// The TLS configuration; `None` serves in clear, which is for the loopback address and for proxies only.
    pub tls: Option<Arc<ServerConfig>>,
    /// How much it bears.
    pub limits: Limits,
}

/// Who is at the other end of a request; an extension of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The address.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

/// The certificate (DER) that the client showed in the handshake, where the door asks for one; an extension of every
/// request of such a connection.
#[derive(Debug, Clone)]
pub struct ClientCertificate(pub Arc<[u8]>);

/// Serves until the shutdown, then lets running requests end for two seconds.
pub async fn serve(door: Door, router: Router, shutdown: Shutdown) {
    let tls = door.tls.is_some();
    let ending = shutdown.clone();
    Acceptor::new(door.listener, door.tls, door.limits)
        .run(shutdown, move |accepted: Accepted| {
            let (router, shutdown) = (router.clone(), ending.clone());
            async move {
                let peer = Peer {
                    address: accepted.peer,
                    tls,
                };
                let certificate = accepted.client_certificate.map(|der| ClientCertificate(der.into()));
                let service = TowerToHyperService::new(router.map_request(move |mut request: http::Request<_>| {
                    request.extensions_mut().insert(peer);
                    if let Some(certificate) = &certificate {
                        request.extensions_mut().insert(certificate.clone());
                    }
                    request.map(axum::body::Body::new)
                }));
                let mut builder = Builder::new(TokioExecutor::new());
                builder
                    .http1()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_TIMEOUT)
                    .max_headers(MOST_HEADERS)
                    .max_buf_size(LARGEST_HEADERS);
                builder
                    .http2()
                    .timer(TokioTimer::new())
                    .max_concurrent_streams(64)
                    .max_header_list_size(u32::try_from(LARGEST_HEADERS).unwrap_or(u32::MAX))
                    .keep_alive_interval(Duration::from_secs(30))
                    .keep_alive_timeout(Duration::from_secs(20));
                let connection = builder.serve_connection_with_upgrades(TokioIo::new(accepted.stream), service);
                tokio::pin!(connection);
                let ended = tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    () = shutdown.wait() => None,
                };
                let ended = match ended {
                    Some(ended) => ended,
                    None => {
                        connection.as_mut().graceful_shutdown();
                        match tokio::time::timeout(FAREWELL, connection).await {
                            Ok(ended) => ended,
                            Err(_) => return,
                        }
                    }
                };
                if let Err(error) = ended {
                    tracing::debug!(peer = %peer.address, error, "a connection ended early");
                }
            }
        })
        .await;
}

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;
    use crate::http::secure;
    use crate::shutdown::Trigger;

    async fn start() -> (SocketAddr, Trigger) {
        let router = Router::new()
            .route(
                "/",
                get(|Extension(peer): Extension<Peer>| async move { peer.address.ip().to_string() }),
            )
            .route("/echo", post(|body: String| async move { body }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (trigger, shutdown) = Shutdown::new();
        let door = Door {
            listener,
            tls: None,
            limits: Limits::default(),
        };
        tokio::spawn(serve(door, secure(router), shutdown));
        (address, trigger)
    }

    async fn talk(address: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn answers_carry_safe_headers_and_know_their_peer() {
        let (address, _trigger) = start().await;
        let answer = talk(address, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("127.0.0.1"), "{answer}");
        for header in [
            "content-security-policy: default-src 'none'",
            "x-frame-options: DENY",
            "cache-control: no-store",
        ] {
            assert!(answer.contains(header), "{header} in {answer}");
        }
        assert!(
            !answer.contains("strict-transport-security"),
            "clear text must not promise TLS"
        );
    }

    #[tokio::test]
    async fn bodies_and_headers_are_bounded() {
        let (address, _trigger) = start().await;
        let body = "x".repeat(70_000);
        let request = format!(
            "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        assert!(talk(address, request.as_bytes()).await.starts_with("HTTP/1.1 413"));
        let mut many = String::from("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for index in 0..100 {
            many.push_str(&format!("x-{index}: y\r\n"));
        }
        many.push_str("\r\n");
        assert!(talk(address, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn a_shutdown_ends_the_door() {
        let (address, trigger) = start().await;
        trigger.stop();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(TcpStream::connect(address).await.is_err());
    }
}
