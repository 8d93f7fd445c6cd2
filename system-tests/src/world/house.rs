//! A house: virtual devices, a gateway with its data directory, a line to the platform.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::task::JoinHandle;
use tomori_device::{HouseConfig, NodeConfig, NodeView, Text, VirtualHouse};
use tomori_gateway::{Clocks, Config, Gateway, GatewayError, UplinkState, enrol};
use tomori_runtime::clock::SystemClock;
use tomori_runtime::data_dir::DataDir;
use tomori_runtime::entropy::{SystemEntropy, bytes};
use tomori_runtime::shutdown::{Shutdown, Trigger};
use tomori_smart_home::{DeviceId, DeviceKind, GatewayId, HomeId, ResidentId};

use super::evidence::Evidence;
use crate::dial::Dial;
use crate::ground::Plot;
use crate::wan::Wan;

/// A house before it is built.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What stands in it, 1 to 250 things; the first is called `shutter-0` if it is one and `thing-0` otherwise, and
    /// so on.
    pub things: Vec<DeviceKind>,
    /// The shutters' way from closed to open.
    pub travel: Duration,
    /// The gateway's own clock; the world's when absent.
    pub clock: Option<Dial>,
    /// Whether the line to the platform can be cut. A house without that speaks to it directly.
    pub has_wan: bool,
    /// Whether its gateway serves the app inside the house.
    pub has_door: bool,
    /// Whether its things prove themselves with certificates, as far as such things can; they come for them with codes.
    pub has_certificates: bool,
    /// Where it stands.
    pub plot: Plot,
}

/// A house.
pub struct House {
    /// Its home.
    pub home: HomeId,
    /// A resident's id, for wishes and schedules; nobody signs in with it.
    pub resident: ResidentId,
    /// Its gateway's id.
    pub gateway: GatewayId,
    /// Its devices.
    pub devices: VirtualHouse,
    /// Its line to the platform, if it has one that can be cut.
    pub wan: Option<Wan>,
    /// Its gateway's clock.
    pub clock: Dial,
    /// Its gateway's configuration.
    pub config: Config,
    ids: Vec<DeviceId>,
    plot: Plot,
    path: PathBuf,
    running: Option<Running>,
    _devices: Trigger,
}

struct Running {
    trigger: Trigger,
    task: JoinHandle<Result<(), GatewayError>>,
    house: tomori_gateway::House,
}

impl Plan {
    /// A house of quick shutters.
    #[must_use]
    pub fn shutters(shutters: usize) -> Self {
        Self::of(vec![DeviceKind::ElectricRainDoor; shutters])
    }

    /// A house of such things.
    #[must_use]
    pub fn of(things: Vec<DeviceKind>) -> Self {
        let addresses = u32::try_from(things.len()).unwrap_or(u32::MAX).saturating_add(2);
        Self {
            things,
            travel: Duration::from_millis(300),
            clock: None,
            has_wan: true,
            has_door: false,
            has_certificates: false,
            plot: Plot::with(addresses),
        }
    }

    /// The virtual devices that stand in it.
    #[must_use]
    pub fn devices(&self) -> HouseConfig {
        let node = |(address, (number, kind)): (u32, (usize, &DeviceKind))| {
            let (word, ja, en) = match kind {
                DeviceKind::ElectricRainDoor => ("shutter", "雨戸", "Shutter"),
                _ => ("thing", "機器", "Thing"),
            };
            let mut node = NodeConfig::new(
                &format!("{word}-{number}"),
                self.plot.address(address),
                *kind,
                Text::new(&format!("{ja}{number}"), &format!("{en} {number}")),
                Text::new("居間", "Living room"),
            );
            node.travel_seconds = self.travel.as_secs_f64();
            node.by_certificate = self.has_certificates && kind.can_prove_itself();
            node
        };
        HouseConfig {
            number: self.plot.number(),
            name: Text::new("試験の家", "Test house"),
            port: self.plot.port(),
            multicast: self.plot.group(),
            interface: None,
            enrol: None,
            nodes: (2..).zip(self.things.iter().enumerate()).map(node).collect(),
            memory: None,
        }
    }

    fn gateway(&self) -> Config {
        let mut config = Config::default();
        config.lan.address = self.plot.address(1);
        config.lan.port = self.plot.port();
        config.lan.multicast = self.plot.group();
        config.lan.gap_ms = 2;
        config.lan.answer_within_ms = 500;
        config.lan.set_within_ms = 1_000;
        config.lan.poll_every_ms = 2_000;
        config.lan.poll_moving_ms = 100;
        config.commands.confirm_within_s = 10;
        config.commands.start_within_ms = 1_500;
        config.home.listen = self.has_door.then(|| self.plot.listen(0));
        config.devices.listen = self.has_certificates.then(|| self.plot.listen(1));
        config.devices.enrol = self.has_certificates.then(|| self.plot.listen(2));
        config
    }
}

impl House {
    /// Builds it; its gateway is neither enrolled nor started.
    ///
    /// # Errors
    /// When an address cannot be had.
    pub async fn build(
        plan: Plan,
        home: HomeId,
        ids: Vec<DeviceId>,
        path: PathBuf,
        link: SocketAddr,
        clock: Dial,
    ) -> Result<Self> {
        let mut config = plan.gateway();
        let wan = if plan.has_wan { Some(Wan::to(link).await?) } else { None };
        config.uplink.address = wan.as_ref().map(|wan| wan.address().to_string());
        let (trigger, shutdown) = Shutdown::new();
        // The devices are of the world: a clock that is set in the gateway moves no shutter.
        let devices = VirtualHouse::start(plan.devices(), Arc::new(SystemClock), Arc::new(SystemEntropy), shutdown)?;
        Ok(Self {
            home,
            resident: ResidentId::from_random(bytes(&SystemEntropy)),
            gateway: GatewayId::from_random([0; 10]),
            devices,
            wan,
            clock,
            config,
            ids,
            plot: plan.plot,
            path,
            running: None,
            _devices: trigger,
        })
    }

    /// Enrols its gateway with a code of the platform.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn enrol(&mut self, code: &str, enrolment: &str) -> Result<()> {
        let data = DataDir::open(&self.path)?;
        let wall = Arc::new(SystemClock);
        let enrolled = enrol(
            &data,
            code,
            enrolment,
            "test gateway",
            self.config.local_names(),
            wall,
            Arc::new(SystemEntropy),
        )
        .await?;
        ensure!(enrolled.home == self.home, "enrolled for another home");
        self.gateway = enrolled.gateway;
        Ok(())
    }

    /// Starts its gateway.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "the gateway runs already");
        let clocks = Clocks {
            house: self.clock.shared(),
            wall: Arc::new(SystemClock),
        };
        let data = DataDir::open(&self.path)?;
        let gateway = Gateway::open(self.config.clone(), data, clocks, Arc::new(SystemEntropy)).await?;
        let (trigger, shutdown) = Shutdown::new();
        self.running = Some(Running {
            house: gateway.house(),
            trigger,
            task: tokio::spawn(gateway.run(shutdown)),
        });
        Ok(())
    }

    /// Stops its gateway cleanly.
    ///
    /// # Errors
    /// When it does not run or ended badly.
    pub async fn stop(&mut self) -> Result<()> {
        let Running { trigger, task, house } = self.running.take().context("the gateway does not run")?;
        drop(house);
        trigger.stop();
        Ok(task.await??)
    }

    /// The house from inside, while its gateway runs.
    #[must_use]
    pub fn inside(&self) -> Option<tomori_gateway::House> {
        self.running.as_ref().map(|running| running.house.clone())
    }

    /// Whether its gateway has a connection to the platform.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let uplink = self.inside().map(|house| house.view().uplink);
        matches!(uplink, Some(UplinkState::Connected { .. }))
    }

    /// The platform's id of a thing.
    ///
    /// # Errors
    /// When there is no such thing.
    pub fn device(&self, number: usize) -> Result<DeviceId> {
        self.ids
            .get(number)
            .cloned()
            .with_context(|| format!("the house has no thing {number}"))
    }

    /// All its devices' ids.
    #[must_use]
    pub fn ids(&self) -> &[DeviceId] {
        &self.ids
    }

    /// The configuration file of its gateway, for a gateway in a process of its own.
    #[must_use]
    pub fn toml(&self) -> String {
        let (lan, commands) = (&self.config.lan, &self.config.commands);
        let uplink = self
            .config
            .uplink
            .address
            .as_ref()
            .map(|address| format!("[uplink]\naddress = \"{address}\"\n"));
        let home = self
            .config
            .home
            .listen
            .map(|listen| format!("[home]\nlisten = \"{listen}\"\n"));
        let devices = self.config.devices.listen.zip(self.config.devices.enrol);
        let devices = devices.map(|(listen, enrol)| format!("[devices]\nlisten = \"{listen}\"\nenrol = \"{enrol}\"\n"));
        let security = &self.config.security_company;
        let company = security.root.as_ref().map(|root| {
            let relock = security.relock_after_s;
            format!("[security_company]\nroot = \"{root}\"\nrelock_after_s = {relock}\n")
        });
        format!(
            "[lan]\naddress = \"{}\"\nport = {}\nmulticast = \"{}\"\npoll_every_ms = {}\npoll_moving_ms = {}\n\
             lost_after_ms = {}\nanswer_within_ms = {}\nset_within_ms = {}\ngap_ms = {}\n\
             [commands]\nconfirm_within_s = {}\nstart_within_ms = {}\n{}{}{}{}",
            lan.address,
            lan.port,
            lan.multicast,
            lan.poll_every_ms,
            lan.poll_moving_ms,
            lan.lost_after_ms,
            lan.answer_within_ms,
            lan.set_within_ms,
            lan.gap_ms,
            commands.confirm_within_s,
            commands.start_within_ms,
            uplink.unwrap_or_default(),
            home.unwrap_or_default(),
            devices.unwrap_or_default(),
            company.unwrap_or_default()
        )
    }

    /// Its ground.
    #[must_use]
    pub fn plot(&self) -> Plot {
        self.plot
    }

    /// Its gateway's data directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How a shutter stands.
    ///
    /// # Errors
    /// When there is no such shutter.
    pub fn shutter(&self, number: usize) -> Result<NodeView> {
        Ok(self.devices.node(&format!("shutter-{number}"))?)
    }

    /// What a shutter felt.
    ///
    /// # Errors
    /// When there is no such shutter.
    pub fn evidence(&self, number: usize) -> Result<Evidence> {
        Evidence::of(&self.devices, &format!("shutter-{number}"))
    }
}
