//! A platform in the test's own process, on addresses that stay its own over restarts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use tokio::task::JoinHandle;
use tomori_platform::config::Config;
use tomori_platform::server::{Addresses, Clocks, Platform, ServerError, Services};
use tomori_runtime::clock::{SharedClock, SystemClock};
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::SystemEntropy;
use tomori_runtime::shutdown::{Shutdown, Trigger};

use crate::ground::Plot;

/// A platform that can be stopped and started again.
pub struct PlatformBox {
    /// Its configuration.
    pub config: Config,
    path: PathBuf,
    clock: SharedClock,
    running: Option<Running>,
}

struct Running {
    services: Services,
    addresses: Addresses,
    trigger: Trigger,
    task: JoinHandle<Result<(), ServerError>>,
}

impl PlatformBox {
    /// Starts a platform with its data in a directory.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(path: PathBuf, clock: SharedClock) -> Result<Self> {
        let mut platform = Self {
            config: Self::config_on(Plot::next()),
            path,
            clock,
            running: None,
        };
        platform.restart().await?;
        Ok(platform)
    }

    /// The configuration of a platform that stands on a plot.
    #[must_use]
    pub fn config_on(plot: Plot) -> Config {
        let mut config = Config::default();
        config.link.listen = plot.listen(0);
        config.enrolment.listen = plot.listen(1);
        config.web.listen = plot.listen(2);
        config.partner.listen = plot.listen(3);
        config.partner.beat_s = 1;
        config.partner.silent_after_s = 3;
        config.link.connections_per_address = 20_000;
        config
    }

    /// Starts it after a stop.
    ///
    /// # Errors
    /// When it runs already or does not start.
    pub async fn restart(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "the platform runs already");
        let clocks = Clocks {
            house: self.clock.clone(),
            wall: Arc::new(SystemClock),
        };
        let data = DataDir::open(&self.path)?;
        let platform = Platform::open(self.config.clone(), data, clocks, Arc::new(SystemEntropy)).await?;
        let (trigger, shutdown) = Shutdown::new();
        self.running = Some(Running {
            services: platform.services().clone(),
            addresses: platform.addresses(),
            trigger,
            task: tokio::spawn(platform.run(Router::new(), shutdown)),
        });
        Ok(())
    }

    /// Stops it cleanly.
    ///
    /// # Errors
    /// When it does not run, or ended badly.
    pub async fn stop(&mut self) -> Result<()> {
        let Running {
            services,
            trigger,
            task,
            ..
        } = self.running.take().context("the platform does not run")?;
        drop(services);
        trigger.stop();
        Ok(task.await??)
    }

    /// Its rooms.
    ///
    /// # Errors
    /// When it does not run.
    pub fn services(&self) -> Result<&Services> {
        Ok(&self.running.as_ref().context("the platform does not run")?.services)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When it does not run.
    pub fn addresses(&self) -> Result<Addresses> {
        Ok(self.running.as_ref().context("the platform does not run")?.addresses)
    }

    /// Its configuration file, for a platform in a process of its own.
    #[must_use]
    pub fn toml(&self) -> String {
        let config = &self.config;
        format!(
            "[link]\nlisten = \"{}\"\nconnections_per_address = {}\nevents_per_second = {}\nevents_burst = {}\n\
             [enrolment]\nlisten = \"{}\"\n[partner]\nlisten = \"{}\"\nbeat_s = {}\nsilent_after_s = {}\n[web]\nlisten = \"{}\"\n",
            config.link.listen,
            config.link.connections_per_address,
            config.link.events_per_second,
            config.link.events_burst,
            config.enrolment.listen,
            config.partner.listen,
            config.partner.beat_s,
            config.partner.silent_after_s,
            config.web.listen
        )
    }

    /// Its data directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
