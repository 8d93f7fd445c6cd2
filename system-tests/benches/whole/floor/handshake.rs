//! The floor that connecting is measured against: bare TLS 1.3 with client certificates, nothing else. The server is a
//! process of its own with the platform's TLS settings, as the platform is.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tomori_gateway_link::PLATFORM_NAME;
use tomori_runtime::clock::SystemClock;
use tomori_runtime::pki::{PrivateKey, certificates_from_pem};
use tomori_runtime::tls::{Identity, mutual_server_config};

use crate::report::Spans;

/// A connection that stands.
pub(crate) type Bare = TlsStream<TcpStream>;

/// The server, gone when dropped.
pub(crate) struct Floor {
    child: Child,
    address: SocketAddr,
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Floor {
    /// Starts it with the certificates of a folder.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let program = std::env::current_exe().context("the program's own path")?;
        let mut child = Command::new(program)
            .args(["--bench", "floor"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the floor's server")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the floor's output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line
            .trim()
            .parse()
            .with_context(|| format!("the floor's server says `{}`", line.trim()))?;
        Ok(Self { child, address })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Connects, and waits for one byte: then the server has seen and believed the certificate.
    pub(crate) async fn connect(&self, config: Arc<rustls::ClientConfig>) -> Result<Bare> {
        let tcp = TcpStream::connect(self.address).await?;
        tcp.set_nodelay(true)?;
        let mut stream = TlsConnector::from(config)
            .connect(PLATFORM_NAME.try_into()?, tcp)
            .await?;
        stream.read_exact(&mut [0]).await?;
        Ok(stream)
    }
}

/// A byte to the server and back over a connection that stands, so many times.
pub(crate) async fn round_trips(line: &mut Bare, count: usize) -> Result<Spans> {
    let (mut spans, mut byte) = (Spans::default(), [7]);
    for _ in 0..count {
        let began = Instant::now();
        line.write_all(&byte).await?;
        line.flush().await?;
        line.read_exact(&mut byte).await?;
        spans.add(began.elapsed());
    }
    Ok(spans)
}

/// Serves until it is killed; says its address first.
pub(crate) fn serve(folder: &Path) -> Result<()> {
    let key = PrivateKey::open(&folder.join("server.key"))?.context("no key")?;
    let identity = Identity {
        chain_der: certificates_from_pem(&folder.join("server.pem"))?,
        key: &key,
    };
    let authority = certificates_from_pem(&folder.join("ca.pem"))?;
    let root = authority.first().context("no authority")?;
    let config = mutual_server_config(&identity, root, Arc::new(SystemClock))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(accept(TlsAcceptor::from(Arc::new(config))))
}

async fn accept(acceptor: TlsAcceptor) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr()?)?;
    out.flush()?;
    loop {
        let (tcp, _) = listener.accept().await?;
        tcp.set_nodelay(true)?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(tcp).await else {
                return;
            };
            let greeted = async {
                stream.write_all(b"x").await?;
                stream.flush().await?;
                while let Ok(byte) = stream.read_u8().await {
                    stream.write_all(&[byte]).await?;
                    stream.flush().await?;
                }
                Ok::<_, std::io::Error>(())
            };
            // Returns when the client has gone.
            drop(greeted.await);
        });
    }
}
