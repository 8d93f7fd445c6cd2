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
use tomori_runtime::shutdown::Shutdown;
use tomori_third_party::server::ThirdParty;

use std::sync::Arc;

use super::super::world::World;
use super::{Codes, Ended};

/// How long a box may take to stop after it was asked.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Children {
    children: Mutex<Vec<Running>>,
    _data: DataDir,
}

struct Running {
    name: &'static str,
    child: Child,
    /// The command that starts it again.
    again: String,
}

impl Children {
    pub(super) async fn start(
        world: &World,
        data: DataDir,
        third_party: ThirdParty,
        codes: Codes,
        lang: Lang,
    ) -> Result<Self> {
        let write = |name: &str, text: &str| -> Result<PathBuf> {
            let path = world.folder.join(name);
            tomori_runtime::file::write_atomic(&path, text.as_bytes()).with_context(|| path.display().to_string())?;
            Ok(path)
        };
        let platform = write("platform.toml", &world.platform_toml())?;
        let gateway = write("gateway.toml", &world.gateway_toml())?;
        let house = write("house.toml", &world.house_toml()?)?;
        let company = write("third-party.toml", &world.company_toml())?;
        let mut children = vec![start("platform", &platform, &world.folder, lang)?];
        wait_for(world.enrolment).await.context("platform")?;
        if let Some(code) = &codes.gateway {
            let entropy: SharedEntropy = Arc::new(SystemEntropy);
            super::enrol(world, code, &entropy, lang).await?;
        }
        if let Some(code) = &codes.company {
            wait_for(world.partner).await.context("platform")?;
            super::link(world, &third_party, code).await?;
        }
        // Nobody but the company's own process has its folder open.
        let (trigger, shutdown) = Shutdown::new();
        trigger.stop();
        third_party.run(shutdown).await?;
        children.push(start("gateway", &gateway, &world.folder, lang)?);
        wait_for(world.web).await.context("platform")?;
        children.push(start("third-party", &company, &world.folder, lang)?);
        children.push(start("device", &house, &world.folder, lang)?);
        Ok(Self {
            children: Mutex::new(children),
            _data: data,
        })
    }

    /// Every box and its process.
    pub(super) async fn processes(&self) -> Vec<(&'static str, u32)> {
        let children = self.children.lock().await;
        let pids = children.iter().map(|running| (running.name, running.child.id()));
        pids.filter_map(|(name, pid)| Some((name, pid?))).collect()
    }

    /// Waits until a box ends by itself. The others go on: that is what a visitor who ends one wants to see.
    pub(super) async fn ended(&self) -> Ended {
        loop {
            let mut children = self.children.lock().await;
            let ended = children
                .iter_mut()
                .position(|running| matches!(running.child.try_wait(), Ok(Some(_))));
            if let Some(at) = ended {
                let mut running = children.remove(at);
                let how = running.child.try_wait().ok().flatten();
                return Ended {
                    name: running.name,
                    why: how.map(|status| status.to_string()).unwrap_or_default(),
                    again: (!children.is_empty()).then_some(running.again),
                };
            }
            drop(children);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(super) async fn stop(self) {
        // The gateway first, so that it says farewell to a platform that is still there.
        for Running { name, mut child, .. } in self.children.into_inner().into_iter().rev() {
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

fn start(name: &'static str, config: &Path, data: &Path, lang: Lang) -> Result<Running> {
    let program = std::env::current_exe().context("the program's own path")?;
    let words = [
        program.as_os_str(),
        name.as_ref(),
        "--config".as_ref(),
        config.as_os_str(),
        "--data".as_ref(),
        data.as_os_str(),
    ];
    let again = words.map(|word| quoted(&word.to_string_lossy())).join(" ");
    let child = Command::new(&program)
        .args(words.iter().skip(1))
        .arg("--lang")
        .arg(lang.tag())
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // A group of its own: Ctrl-C in the terminal is for the demo, which then stops its boxes in their order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| name.to_owned())?;
    Ok(Running { name, child, again })
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+=:@".contains(letter);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_given_to_a_shell() {
        assert_eq!(quoted("/home/me/demo"), "/home/me/demo");
        assert_eq!(quoted("/home/my things/it's"), r"'/home/my things/it'\''s'");
    }
}
