//! The floor that reconnecting is measured against: bare TLS 1.3 handshakes with client certificates, nothing else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Makes `count` connections, at most `at_once` at the same time, each closed after one byte came back. Client and
/// server share the machine, as they do in everything this is compared with.
pub async fn handshakes(
    server: Arc<rustls::ServerConfig>,
    client: Arc<rustls::ClientConfig>,
    count: usize,
    at_once: usize,
) -> Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let acceptor = TlsAcceptor::from(server);
    let accepting = tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(tcp).await else { return };
                let _ = stream.write_all(b"x").await;
                let _ = stream.flush().await;
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
            });
        }
    });
    let places = Arc::new(tokio::sync::Semaphore::new(at_once));
    let start = Instant::now();
    let mut tasks = Vec::with_capacity(count);
    for _ in 0..count {
        let place = Arc::clone(&places).acquire_owned().await?;
        let connector = TlsConnector::from(Arc::clone(&client));
        tasks.push(tokio::spawn(async move {
            let tcp = TcpStream::connect(address).await?;
            let mut stream = connector.connect("platform.tomori.internal".try_into()?, tcp).await?;
            let mut byte = [0];
            stream.read_exact(&mut byte).await?;
            drop(place);
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let elapsed = start.elapsed();
    accepting.abort();
    Ok(elapsed)
}
