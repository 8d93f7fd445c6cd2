use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use super::*;
use crate::clock::{Clock as _, ManualClock};
use crate::entropy::SystemEntropy;
use crate::pki::{CertificateAuthority, Issued, LifeTime};
use crate::shutdown::{Shutdown, Trigger};

struct Installation {
    authority: CertificateAuthority,
    clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

impl Installation {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let authority = CertificateAuthority::open_or_create(folder.path(), "Root", start, &SystemEntropy).unwrap();
        Self {
            authority,
            clock,
            _folder: folder,
        }
    }

    fn life(&self) -> LifeTime {
        LifeTime::from(self.clock.now(), SignedDuration::from_hours(24))
    }

    fn client(&self) -> (PrivateKey, Issued) {
        let key = PrivateKey::generate().unwrap();
        let request = key.request().unwrap();
        let issued = self
            .authority
            .issue_client(&request, "urn:x:client", self.life(), &SystemEntropy)
            .unwrap();
        (key, issued)
    }

    async fn echo_server(&self, mutual: bool, limits: Limits) -> (std::net::SocketAddr, Trigger) {
        let key = PrivateKey::generate().unwrap();
        let names = ["server.internal".to_owned()];
        let life = LifeTime::from(self.clock.now(), SignedDuration::from_hours(24 * 365));
        let issued = self
            .authority
            .issue_server(&key.request().unwrap(), &names, life, &SystemEntropy)
            .unwrap();
        let identity = Identity {
            chain_der: issued.chain_der,
            key: &key,
        };
        let config = if mutual {
            mutual_server_config(&identity, self.authority.certificate_der(), self.clock.clone()).unwrap()
        } else {
            server_config(&identity, self.clock.clone()).unwrap()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (trigger, shutdown) = Shutdown::new();
        let acceptor = Acceptor::new(listener, Some(Arc::new(config)), limits);
        tokio::spawn(acceptor.run(shutdown, |mut accepted: Accepted| async move {
            let mut byte = [0];
            while accepted.stream.read_exact(&mut byte).await.is_ok() {
                let _ = accepted.stream.write_all(&byte).await;
                let _ = accepted.stream.flush().await;
            }
        }));
        (address, trigger)
    }
}

async fn echo(address: std::net::SocketAddr, config: ClientConfig) -> std::io::Result<()> {
    let tcp = TcpStream::connect(address).await?;
    let name = "server.internal".try_into().unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
    stream.write_all(b"x").await?;
    stream.flush().await?;
    let mut byte = [0];
    stream.read_exact(&mut byte).await?;
    assert_eq!(&byte, b"x");
    Ok(())
}

#[tokio::test]
async fn both_sides_know_each_other() {
    let installation = Installation::new();
    let (address, _trigger) = installation.echo_server(true, Limits::default()).await;
    let (key, issued) = installation.client();
    let identity = Identity {
        chain_der: issued.chain_der,
        key: &key,
    };
    let root = installation.authority.certificate_der();
    let config = client_config(root, Some(&identity), installation.clock.clone()).unwrap();
    echo(address, config).await.unwrap();
}

#[tokio::test]
async fn a_client_without_certificate_is_refused() {
    let installation = Installation::new();
    let (address, _trigger) = installation.echo_server(true, Limits::default()).await;
    let config = client_config(
        installation.authority.certificate_der(),
        None,
        installation.clock.clone(),
    )
    .unwrap();
    assert!(echo(address, config).await.is_err());
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_on_both_sides() {
    let (ours, theirs) = (Installation::new(), Installation::new());
    let (address, _trigger) = ours.echo_server(true, Limits::default()).await;
    let (key, issued) = theirs.client();
    let identity = Identity {
        chain_der: issued.chain_der,
        key: &key,
    };
    let config = client_config(ours.authority.certificate_der(), Some(&identity), ours.clock.clone()).unwrap();
    assert!(echo(address, config).await.is_err(), "the server must refuse");
    let (key, issued) = ours.client();
    let identity = Identity {
        chain_der: issued.chain_der,
        key: &key,
    };
    let config = client_config(theirs.authority.certificate_der(), Some(&identity), ours.clock.clone()).unwrap();
    assert!(echo(address, config).await.is_err(), "the client must refuse");
}

#[tokio::test]
async fn a_certificate_expires_by_our_clock() {
    let installation = Installation::new();
    let (address, _trigger) = installation.echo_server(true, Limits::default()).await;
    let (key, issued) = installation.client();
    let identity = Identity {
        chain_der: issued.chain_der,
        key: &key,
    };
    let root = installation.authority.certificate_der();
    let config = client_config(root, Some(&identity), installation.clock.clone()).unwrap();
    echo(address, config.clone()).await.unwrap();
    installation.clock.advance(Duration::from_secs(25 * 3600));
    assert!(echo(address, config).await.is_err());
}

#[tokio::test]
async fn a_fingerprint_is_enough_and_a_wrong_or_short_one_is_not() {
    let installation = Installation::new();
    let (address, _trigger) = installation.echo_server(false, Limits::default()).await;
    let fingerprint = installation.authority.fingerprint();
    let pinned = |prefix: &[u8]| pinned_client_config(prefix, installation.clock.clone()).unwrap();
    echo(address, pinned(&fingerprint[..16])).await.unwrap();
    assert!(echo(address, pinned(&fingerprint[..8])).await.is_err());
    let mut wrong = fingerprint;
    wrong[15] ^= 1;
    assert!(echo(address, pinned(&wrong[..16])).await.is_err());
}

#[tokio::test]
async fn silent_and_halting_clients_do_not_stand_in_the_door() {
    let installation = Installation::new();
    let limits = Limits {
        handshake_timeout: Duration::from_secs(60),
        handshakes: 8,
        ..Limits::default()
    };
    let (address, _trigger) = installation.echo_server(false, limits).await;
    let mut silent = Vec::new();
    for index in 0..16 {
        let mut tcp = TcpStream::connect(address).await.unwrap();
        if index % 2 == 0 {
            tcp.write_all(&[0x16, 0x03, 0x01, 0x02]).await.unwrap();
        }
        silent.push(tcp);
    }
    let config = pinned_client_config(&installation.authority.fingerprint(), installation.clock.clone()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), echo(address, config))
        .await
        .unwrap()
        .unwrap();
}

/// A client that says a complete hello and then stops takes a turn; an address has a quarter of them at most.
#[tokio::test]
async fn clients_that_stop_after_their_hello_hold_up_their_own_address_only() {
    let installation = Installation::new();
    let limits = Limits {
        handshake_timeout: Duration::from_secs(60),
        handshakes: 8,
        ..Limits::default()
    };
    let (address, _trigger) = installation.echo_server(false, limits).await;
    let config = pinned_client_config(&installation.authority.fingerprint(), installation.clock.clone()).unwrap();
    let mut halting = Vec::new();
    for _ in 0..8 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let mut tcp = socket.connect(address).await.unwrap();
        let name = "server.internal".try_into().unwrap();
        let mut client = rustls::ClientConnection::new(Arc::new(config.clone()), name).unwrap();
        let mut hello = Vec::new();
        client.write_tls(&mut hello).unwrap();
        tcp.write_all(&hello).await.unwrap();
        halting.push((tcp, client));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    tokio::time::timeout(Duration::from_secs(5), echo(address, config))
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn one_address_has_its_share_only() {
    let installation = Installation::new();
    let limits = Limits {
        per_address: 2,
        ..Limits::default()
    };
    let (address, _trigger) = installation.echo_server(false, limits).await;
    let config = pinned_client_config(&installation.authority.fingerprint(), installation.clock.clone()).unwrap();
    let connect = || async {
        let tcp = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::new(config.clone()))
            .connect("server.internal".try_into().unwrap(), tcp)
            .await
    };
    let first = connect().await.unwrap();
    let _second = connect().await.unwrap();
    assert!(connect().await.is_err());
    drop(first);
    tokio::time::sleep(Duration::from_millis(100)).await;
    connect().await.unwrap();
}
