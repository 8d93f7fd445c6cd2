//! The door: accepts TCP and TLS under limits, and hands over connections that are ready to speak.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::shutdown::Shutdown;

/// How much a door bears.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A client that takes longer to say hello, or to finish the handshake when it is its turn, is cut off.
    pub handshake_timeout: Duration,
    /// Connections at the same time, handshakes included; further ones are closed at once.
    pub connections: usize,
    /// Handshakes at the same time, counted from the client's complete hello on; further ones wait their turn, which
    /// spreads a rush. One address gets a quarter of the turns at most: whoever stops half-way holds up itself.
    pub handshakes: usize,
    /// Connections at the same time from one address; further ones are closed at once.
    pub per_address: usize,
}

/// A listener with its limits, with or without TLS.
#[derive(Debug)]
pub struct Acceptor {
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    limits: Limits,
    tally: Arc<Tally>,
}

/// Whom a door turned away, since it opened.
#[derive(Debug, Default)]
pub struct Tally {
    crowded: AtomicU64,
    handshakes: AtomicU64,
}

impl Tally {
    /// Connections that were closed at once because there were too many.
    #[must_use]
    pub fn crowded(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }

    /// Handshakes that failed or took too long: no TLS, no certificate, a certificate of another authority, silence.
    #[must_use]
    pub fn handshakes(&self) -> u64 {
        self.handshakes.load(Ordering::Relaxed)
    }
}

/// A connection that is ready to speak.
#[derive(Debug)]
pub struct Accepted {
    /// The bytes.
    pub stream: Connection,
    /// Who is at the other end.
    pub peer: SocketAddr,
    /// The client's certificate (DER), where the door asked for one.
    pub client_certificate: Option<Vec<u8>>,
}

/// The bytes of a connection. As long as it lives it counts against the door's limits.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    _place: Place,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

type PerAddress = Arc<Mutex<HashMap<IpAddr, Neighbour>>>;

/// What one address has under way.
#[derive(Debug)]
struct Neighbour {
    connections: usize,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Place {
    _permit: OwnedSemaphorePermit,
    address: IpAddr,
    per_address: PerAddress,
    /// The turns of this address.
    turns: Arc<Semaphore>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(5),
            connections: 10_000,
            handshakes: 64,
            per_address: 200,
        }
    }
}

impl Acceptor {
    /// A door on a listener; without a TLS configuration the bytes go in clear.
    #[must_use]
    pub fn new(listener: TcpListener, tls: Option<Arc<ServerConfig>>, limits: Limits) -> Self {
        Self {
            listener,
            tls,
            limits,
            tally: Arc::default(),
        }
    }

    /// Whom it turns away; counts on while the door is open.
    #[must_use]
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// Accepts until the shutdown, and calls `serve` for each connection in a task of its own. Returns at once on
    /// shutdown; the tasks end by themselves.
    pub async fn run<F, S>(self, shutdown: Shutdown, serve: S)
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Accepted) -> F + Clone + Send + Sync + 'static,
    {
        let connections = Arc::new(Semaphore::new(self.limits.connections));
        let handshakes = Arc::new(Semaphore::new(self.limits.handshakes));
        let per_address: PerAddress = Arc::default();
        loop {
            let (tcp, peer) = tokio::select! {
                () = shutdown.wait() => return,
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, most likely: waiting is all that helps, and it must not spin.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            let Some(place) = Place::take(&connections, &per_address, peer.ip(), self.limits) else {
                self.tally.crowded.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(%peer, "a connection over the limit was closed");
                continue;
            };
            let (tls, limits, serve) = (self.tls.clone(), self.limits, serve.clone());
            let (turns, tally) = (Arc::clone(&handshakes), Arc::clone(&self.tally));
            tokio::spawn(async move {
                match shake_hands(tcp, peer, tls, limits, place, turns).await {
                    Some(accepted) => serve(accepted).await,
                    None => {
                        tally.handshakes.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    }
}

async fn shake_hands(
    tcp: TcpStream,
    peer: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    limits: Limits,
    place: Place,
    turns: Arc<Semaphore>,
) -> Option<Accepted> {
    // Small messages that a person waits for: do not hold them back.
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%peer, %error, "the connection is gone already");
        return None;
    }
    let Some(config) = tls else {
        let stream = Connection {
            stream: Stream::Plain(tcp),
            _place: place,
        };
        return Some(Accepted {
            stream,
            peer,
            client_certificate: None,
        });
    };
    // Whoever is silent, or speaks no TLS, costs a place and nothing else.
    let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), tcp);
    let hello = in_time(limits.handshake_timeout, hello, peer).await?;
    let _turn_of_address = Arc::clone(&place.turns).acquire_owned().await.ok()?;
    let _turn = turns.acquire_owned().await.ok()?;
    let stream = in_time(limits.handshake_timeout, hello.into_stream(config), peer).await?;
    let client_certificate = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| chain.first())
        .map(|der| der.to_vec());
    let stream = Connection {
        stream: Stream::Tls(Box::new(stream)),
        _place: place,
    };
    Some(Accepted {
        stream,
        peer,
        client_certificate,
    })
}

async fn in_time<T>(timeout: Duration, step: impl Future<Output = std::io::Result<T>>, peer: SocketAddr) -> Option<T> {
    match tokio::time::timeout(timeout, step).await {
        Ok(Ok(done)) => Some(done),
        Ok(Err(error)) => {
            tracing::info!(%peer, %error, "a TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::info!(%peer, "a TLS handshake took too long");
            None
        }
    }
}

impl Place {
    fn take(connections: &Arc<Semaphore>, per_address: &PerAddress, address: IpAddr, limits: Limits) -> Option<Self> {
        let permit = Arc::clone(connections).try_acquire_owned().ok()?;
        let mut neighbours = per_address.lock().unwrap_or_else(PoisonError::into_inner);
        let neighbour = neighbours.entry(address).or_insert_with(|| Neighbour {
            connections: 0,
            turns: Arc::new(Semaphore::new((limits.handshakes / 4).max(1))),
        });
        if neighbour.connections >= limits.per_address {
            return None;
        }
        neighbour.connections += 1;
        let turns = Arc::clone(&neighbour.turns);
        drop(neighbours);
        Some(Self {
            _permit: permit,
            address,
            per_address: Arc::clone(per_address),
            turns,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut neighbours = self.per_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(neighbour) = neighbours.get_mut(&self.address) {
            neighbour.connections = neighbour.connections.saturating_sub(1);
            if neighbour.connections == 0 {
                neighbours.remove(&self.address);
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
