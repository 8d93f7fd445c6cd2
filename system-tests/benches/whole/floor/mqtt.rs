//! The peer that ingest is measured next to: Mosquitto with TLS and client certificates, QoS 1, every message
//! acknowledged. The publisher is a minimal MQTT 3.1.1 client that keeps a window of unacknowledged messages, which
//! costs it less than any full client would: the comparison favours the peer.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tomori_gateway_link::PLATFORM_NAME;

/// Messages under way on one connection.
const WINDOW: usize = 1000;

/// A broker in a process of its own, gone when dropped.
pub(crate) struct Broker {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Broker {
    /// Starts Mosquitto with the files `ca.pem`, `server.pem` and `server.key` of a folder.
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let text = format!(
            "listener {port} 127.0.0.1\ncafile {0}/ca.pem\ncertfile {0}/server.pem\nkeyfile {0}/server.key\n\
             require_certificate true\ntls_version tlsv1.3\nallow_anonymous true\nmax_inflight_messages 0\n\
             max_queued_messages 0\npersistence true\npersistence_location {0}/\nlog_type none\nuser root\n",
            folder.display()
        );
        let config = folder.join("mosquitto.conf");
        std::fs::write(&config, text)?;
        let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .context("mosquitto is not installed (Debian package mosquitto)")?;
        let child = Command::new(program)
            .arg("-c")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let broker = Self { child, port };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(broker);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("mosquitto does not start")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// Publishes messages of `size` bytes over a connection with each of the configurations for so long; how many were
/// acknowledged, which is all of them.
pub(crate) async fn publish(port: u16, configs: Vec<Arc<ClientConfig>>, span: Duration, size: usize) -> Result<u64> {
    let until = Instant::now() + span;
    let publishers = configs.into_iter().enumerate();
    let tasks: Vec<_> = publishers
        .map(|(index, config)| tokio::spawn(publisher(port, config, index, until, size)))
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    Ok(count)
}

async fn publisher(port: u16, config: Arc<ClientConfig>, index: usize, until: Instant, size: usize) -> Result<u64> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    tcp.set_nodelay(true)?;
    let stream = TlsConnector::from(config)
        .connect(PLATFORM_NAME.try_into()?, tcp)
        .await?;
    let (mut read, mut write) = tokio::io::split(stream);
    write.write_all(&connect(&format!("bench-{index}"))?).await?;
    let mut answer = [0; 4];
    read.read_exact(&mut answer).await?;
    ensure!(
        answer == [0x20, 2, 0, 0],
        "mosquitto refused the connection: {answer:?}"
    );

    let window = Arc::new(Semaphore::new(WINDOW));
    let freed = Arc::clone(&window);
    let acknowledging = tokio::spawn(async move {
        let (mut buffer, mut held) = (vec![0; 16 * 1024], 0);
        loop {
            // Nothing but acknowledgements of four bytes comes on this connection.
            match read.read(&mut buffer).await? {
                0 => bail!("mosquitto closed the connection"),
                length => held += length,
            }
            freed.add_permits(held / 4);
            held %= 4;
        }
    });
    let topic = format!("h/{index:04}");
    let mut out = Vec::with_capacity(64 * 1024);
    let mut count = 0;
    while Instant::now() < until && !acknowledging.is_finished() {
        let permit = match window.try_acquire() {
            Ok(permit) => permit,
            Err(_) => {
                write.write_all(&out).await?;
                write.flush().await?;
                out.clear();
                window.acquire().await?
            }
        };
        permit.forget();
        put(&mut out, &topic, count, size)?;
        count += 1;
        if out.len() > 32 * 1024 {
            write.write_all(&out).await?;
            out.clear();
        }
    }
    write.write_all(&out).await?;
    write.flush().await?;
    // All of the window is free again when all is acknowledged.
    tokio::select! {
        all = window.acquire_many(u32::try_from(WINDOW)?) => drop(all?),
        ended = acknowledging => ended??,
    }
    Ok(count)
}

/// CONNECT, clean session, no keep-alive.
fn connect(id: &str) -> Result<Vec<u8>> {
    let mut packet = vec![0x10, u8::try_from(12 + id.len())?];
    packet.extend_from_slice(b"\x00\x04MQTT\x04\x02\x00\x00\x00");
    packet.push(u8::try_from(id.len())?);
    packet.extend_from_slice(id.as_bytes());
    Ok(packet)
}

/// PUBLISH, QoS 1.
fn put(out: &mut Vec<u8>, topic: &str, number: u64, size: usize) -> Result<()> {
    let remaining = 2 + topic.len() + 2 + size;
    out.push(0x32);
    out.push(u8::try_from(remaining % 128)? | if remaining >= 128 { 0x80 } else { 0 });
    if remaining >= 128 {
        out.push(u8::try_from(remaining / 128)?);
    }
    out.extend_from_slice(&u16::try_from(topic.len())?.to_be_bytes());
    out.extend_from_slice(topic.as_bytes());
    out.extend_from_slice(&u16::try_from(number % 65_535 + 1)?.to_be_bytes());
    out.resize(out.len() + size, b'x');
    Ok(())
}
