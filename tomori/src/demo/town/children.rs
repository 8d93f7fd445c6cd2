//! Each box in a process of its own, started with the same command and configuration files that anybody would use.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{SharedEntropy, SystemEntropy};
use tomori_runtime::i18n::Lang;

use std::sync::Arc;

use super::super::world::World;

/// How long a box may take to stop after it was asked.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Children {
    children: Mutex<Vec<(&'static str, Child)>>,
    _data: DataDir,
}

impl Children {
    pub(super) async fn start(world: &World, data: DataDir, code: Option<String>, lang: Lang) -> Result<Self> {
        let write = |name: &str, text: &str| -> Result<PathBuf> {
            let path = world.folder.join(name);
            tomori_runtime::file::write_atomic(&path, text.as_bytes()).with_context(|| path.display().to_string())?;
            Ok(path)
        };
        let platform = write("platform.toml", &world.platform_toml())?;
        let gateway = write("gateway.toml", &world.gateway_toml())?;
        let house = write("house.toml", &world.house_toml()?)?;
        let mut children = vec![("platform", start("platform", &platform, &world.folder, lang)?)];
        wait_for(world.enrolment).await.context("platform")?;
        if let Some(code) = code {
            let entropy: SharedEntropy = Arc::new(SystemEntropy);
            super::enrol(world, &code, &entropy, lang).await?;
        }
        children.push(("gateway", start("gateway", &gateway, &world.folder, lang)?));
        wait_for(world.web).await.context("platform")?;
        children.push(("device", start("device", &house, &world.folder, lang)?));
        Ok(Self {
            children: Mutex::new(children),
            _data: data,
        })
    }

    pub(super) async fn ended(&self) -> String {
        loop {
            for (name, child) in self.children.lock().await.iter_mut() {
                if let Ok(Some(status)) = child.try_wait() {
                    return format!("{name}: {status}");
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(super) async fn stop(self) {
        // The gateway first, so that it says farewell to a platform that is still there.
        for (name, mut child) in self.children.into_inner().into_iter().rev() {
            let asked = child.id().map(|pid| {
                std::process::Command::new("kill")
                    .arg("-TERM")
                    .arg(pid.to_string())
                    .status()
            });
            if !matches!(asked, Some(Ok(status)) if status.success()) {
                tracing::warn!(name, "a box could not be asked to stop");
            }
            if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
                tracing::warn!(name, "a box did not stop in time");
                drop(child.kill().await);
            }
        }
    }
}

fn start(name: &'static str, config: &Path, data: &Path, lang: Lang) -> Result<Child> {
    let program = std::env::current_exe().context("the program's own path")?;
    Command::new(program)
        .arg(name)
        .arg("--config")
        .arg(config)
        .arg("--data")
        .arg(data)
        .arg("--lang")
        .arg(lang.tag())
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| name.to_owned())
}

async fn wait_for(address: std::net::SocketAddr) -> Result<()> {
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("{address}: nothing answers after 10 s")
}
