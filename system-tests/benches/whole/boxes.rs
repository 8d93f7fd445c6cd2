//! Platform and gateway as the programs that people run, in processes of their own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tomori_gateway::config::{Commands, Config, Lan};
use tomori_system_tests::world::{House, World};

/// How long a box may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a box may take to stop before it is killed.
const FAREWELL: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A program that runs; it is asked to stop when dropped.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts a program of ours, quiet but for what goes wrong.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("{name}: build it first"))?;
        Ok(Self { child })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its standard output, once.
    pub(crate) fn stdout(&mut self) -> Result<std::process::ChildStdout> {
        self.child.stdout.take().context("the output was taken already")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        let began = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if began.elapsed() > FAREWELL {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// `tomori`, as `cargo xtask bench` built it, or beside this bench's own folder.
pub(crate) fn tomori() -> Result<PathBuf> {
    program("TOMORI_BIN", "tomori")
}

/// `tomori-gateway`, likewise.
pub(crate) fn tomori_gateway() -> Result<PathBuf> {
    program("TOMORI_GATEWAY_BIN", "tomori-gateway")
}

fn program(variable: &str, name: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    // target/release/deps/whole-0123456789abcdef
    let own = std::env::current_exe().context("the program's own path")?;
    let built = own.ancestors().nth(2).context("the bench is in no build folder")?;
    Ok(built.join(name))
}

/// Starts the platform of a world, which must not run in this process, and waits until it is ready.
pub(crate) async fn platform(world: &World) -> Result<Running> {
    let config = world.folder.path().join("platform.toml");
    std::fs::write(&config, world.platform.toml()).with_context(|| config.display().to_string())?;
    let running = Running::start(&mut command(&tomori()?, Some("platform"), &config, world.folder.path()))?;
    until_ready(world.platform.config.web.listen).await?;
    Ok(running)
}

/// Starts the gateway of a house, which must not run in this process.
pub(crate) fn gateway(house: &House) -> Result<Running> {
    let folder = house.path().parent().context("a gateway's folder")?;
    let config = folder.join("gateway.toml");
    std::fs::write(&config, house.toml()).with_context(|| config.display().to_string())?;
    Running::start(&mut command(&tomori_gateway()?, None, &config, folder))
}

/// A box with its configuration and its data.
pub(crate) fn command(program: &Path, name: Option<&str>, config: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(name)
        .arg("--config")
        .arg(config)
        .arg("--data")
        .arg(data)
        .args(["--lang", "en"])
        .stdout(Stdio::null());
    command
}

/// A gateway with the timing that it is delivered with, instead of that of tests.
pub(crate) fn as_delivered(config: &mut Config) {
    config.lan = Lan {
        address: config.lan.address,
        port: config.lan.port,
        multicast: config.lan.multicast,
        ..Lan::default()
    };
    config.commands = Commands::default();
}

/// Waits until the platform's web door says that all its rooms are ready.
pub(crate) async fn until_ready(web: SocketAddr) -> Result<()> {
    let began = Instant::now();
    while !is_ready(web).await.unwrap_or(false) {
        if began.elapsed() > PATIENCE {
            bail!("the platform at {web} is not ready after {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

async fn is_ready(web: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(web).await?;
    let question = format!("GET /readyz HTTP/1.1\r\nhost: {web}\r\nconnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}

/// Waits until something accepts connections.
pub(crate) async fn until_open(address: SocketAddr) -> Result<()> {
    let began = Instant::now();
    while TcpStream::connect(address).await.is_err() {
        if began.elapsed() > PATIENCE {
            bail!("nothing listens at {address} after {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
