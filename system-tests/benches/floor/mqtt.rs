//! The peer that ingest is measured next to: Mosquitto with TLS and client certificates, QoS 1, every message
//! acknowledged. The publisher is a minimal MQTT 3.1.1 client that keeps a window of unacknowledged messages, which
//! costs it less than any full client would: the comparison favours the peer.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const WINDOW: usize = 1000;

/// A broker in a process of its own, gone when dropped.
pub struct Broker {
    child: Child,
    pub port: u16,
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Broker {
    /// Starts Mosquitto with the files `ca.pem`, `server.pem` and `server.key` of a folder.
    pub async fn start(folder: &Path) -> Result<Self> {
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
        let child = Command::new(program).arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let broker = Self { child, port };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(broker);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("mosquitto does not start")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// Publishes `count` messages of `size` bytes over each of `connections`; how long until all were acknowledged.
pub async fn publish(
    port: u16,
    config: Arc<rustls::ClientConfig>,
    connections: usize,
    count: usize,
    size: usize,
) -> Result<Duration> {
    let start = Instant::now();
    let mut tasks = Vec::new();
    for index in 0..connections {
        tasks.push(tokio::spawn(publisher(port, Arc::clone(&config), index, count, size)));
    }
    for task in tasks {
        task.await??;
    }
    Ok(start.elapsed())
}

async fn publisher(
    port: u16,
    config: Arc<rustls::ClientConfig>,
    index: usize,
    count: usize,
    size: usize,
) -> Result<()> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    tcp.set_nodelay(true)?;
    let stream = TlsConnector::from(config).connect("platform.tomori.internal".try_into()?, tcp).await?;
    let (mut read, mut write) = tokio::io::split(stream);
    let id = format!("bench-{index}");
    let mut connect = vec![0x10, u8::try_from(12 + id.len())?, 0, 4];
    connect.extend_from_slice(b"MQTT\x04\x02\x00\x3c\x00");
    connect.push(u8::try_from(id.len())?);
    connect.extend_from_slice(id.as_bytes());
    write.write_all(&connect).await?;
    let mut answer = [0; 4];
    read.read_exact(&mut answer).await?;
    if answer != [0x20, 2, 0, 0] {
        bail!("mosquitto refused the connection: {answer:?}");
    }
    let window = Arc::new(tokio::sync::Semaphore::new(WINDOW));
    let acknowledged = {
        let window = Arc::clone(&window);
        tokio::spawn(async move {
            let mut left = count;
            let mut buffer = vec![0; 16 * 1024];
            let mut held = 0;
            while left > 0 {
                let length = read.read(&mut buffer).await?;
                if length == 0 {
                    bail!("mosquitto closed the connection");
                }
                // Nothing but PUBACKs of four bytes comes on this connection.
                held += length;
                let acks = held / 4;
                held %= 4;
                window.add_permits(acks);
                left = left.saturating_sub(acks);
            }
            Ok(())
        })
    };
    let topic = format!("h/{index:04}");
    let mut out = Vec::with_capacity(64 * 1024);
    for number in 0..count {
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
        if out.len() > 32 * 1024 {
            write.write_all(&out).await?;
            out.clear();
        }
    }
    write.write_all(&out).await?;
    write.flush().await?;
    acknowledged.await??;
    Ok(())
}
