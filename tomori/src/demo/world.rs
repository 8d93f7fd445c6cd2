//! The demo's world: where everything listens, what its clocks are, and its configuration for each box.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tomori_device::{HouseConfig, NodeConfig, Text};
use tomori_runtime::clock::{Clock as _, ScaledClock, SharedClock, SystemClock};
use tomori_smart_home::{CompanyId, DeviceKind};

use crate::cli::DemoWish;

/// The gateway's address on the virtual house's network.
const GATEWAY: Ipv4Addr = Ipv4Addr::new(127, 0, 10, 1);

/// Where everything is.
#[derive(Clone)]
pub(super) struct World {
    /// The folder of the demo.
    pub folder: PathBuf,
    /// The app, the operator's pages and the API.
    pub web: SocketAddr,
    /// The page of the virtual house.
    pub house_page: SocketAddr,
    /// The security company's pages: its board, its guards' page.
    pub company_web: SocketAddr,
    /// The display at the door of the house.
    pub panel: SocketAddr,
    /// The security company: its id on the platform, once there is one, and its root.
    pub company: Option<CompanyId>,
    /// The public half of its root, once there is one.
    pub root: String,
    /// Where panels of other makers report, over TCP and UDP.
    pub company_receiver: SocketAddr,
    /// The app inside the house, at the gateway.
    pub home_door: SocketAddr,
    /// Where gateways connect.
    pub link: SocketAddr,
    /// Where machines become gateways.
    pub enrolment: SocketAddr,
    /// The platform's door for companies' servers.
    pub partner: SocketAddr,
    /// Where the house's devices with certificates connect.
    pub devices: SocketAddr,
    /// Where they come for their certificates.
    pub certificates: SocketAddr,
    /// The UDP port of ECHONET Lite.
    pub echonet_port: u16,
    /// The time of the house.
    pub house_clock: SharedClock,
    /// The time of the world.
    pub wall_clock: SharedClock,
    /// Whether the house comes with schedules. A play sets its own: two firings of one moment would end each other.
    pub has_schedules: bool,
}

impl World {
    /// Chooses addresses: the wished ones where they are free, others where they are not; free ones only for `--once`.
    ///
    /// # Errors
    /// When no address can be had.
    pub(super) fn choose(wish: &DemoWish, folder: &Path, house_start: Option<Timestamp>) -> Result<Self> {
        let port = |offset: u16| if wish.once { 0 } else { wish.port.saturating_add(offset) };
        let mut taken = Vec::new();
        let mut at = |address: IpAddr, wished: u16| free(address, wished, &mut taken);
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let web = at(local, port(0))?;
        let house_page = at(local, port(1))?;
        let company_web = at(local, port(2))?;
        let home_door = at(local, port(3))?;
        let link = at(local, port(4))?;
        let enrolment = at(local, port(5))?;
        let partner = at(local, port(9))?;
        let devices = at(IpAddr::V4(GATEWAY), port(6))?;
        let certificates = at(IpAddr::V4(GATEWAY), port(7))?;
        let company_receiver = at(local, port(8))?;
        let panel = at(local, port(10))?;
        let house_clock: SharedClock = match (wish.speed, house_start) {
            (speed, start) if speed > 1.0 || start.is_some() => {
                Arc::new(ScaledClock::new(start.unwrap_or_else(|| SystemClock.now()), speed))
            }
            _ => Arc::new(SystemClock),
        };
        Ok(Self {
            folder: folder.to_owned(),
            web,
            house_page,
            company_web,
            panel,
            company: None,
            root: String::new(),
            company_receiver,
            home_door,
            link,
            enrolment,
            partner,
            devices,
            certificates,
            echonet_port: echonet_port(wish.once)?,
            has_schedules: !wish.once,
            house_clock,
            wall_clock: Arc::new(SystemClock),
        })
    }

    /// The house, with this world's port.
    #[must_use]
    pub(super) fn house(&self) -> HouseConfig {
        let mut house = HouseConfig::demo();
        house.port = self.echonet_port;
        house.memory = Some(self.folder.join("house.json"));
        house.nodes.extend(proving());
        house
    }

    /// The platform's configuration file.
    #[must_use]
    pub(super) fn platform_toml(&self) -> String {
        format!(
            "[link]\nlisten = \"{}\"\n[enrolment]\nlisten = \"{}\"\n[partner]\nlisten = \"{}\"\n[web]\nlisten = \"{}\"\n",
            self.link, self.enrolment, self.partner, self.web
        )
    }

    /// The security company's configuration file.
    #[must_use]
    pub(super) fn company_toml(&self) -> String {
        let Self {
            company_web: web,
            company_receiver: receiver,
            root,
            ..
        } = self;
        let id = self
            .company
            .as_ref()
            .map(|id| format!("id = \"{id}\"\n"))
            .unwrap_or_default();
        format!(
            "[web]\nlisten = \"{web}\"\n[receiver]\ntcp = \"{receiver}\"\nudp = \"{receiver}\"\n\
             [company]\n{id}root = \"{root}\"\n"
        )
    }

    /// The virtual house's configuration file.
    ///
    /// # Errors
    /// When the house cannot be written down.
    pub(super) fn house_toml(&self) -> Result<String> {
        let config = tomori_device::Config {
            listen: self.house_page,
            house: self.house(),
        };
        Ok(toml::to_string(&config)?)
    }

    /// The gateway's configuration file. The virtual house answers at once and moves in seconds, so the demo looks more
    /// often than a real house needs.
    #[must_use]
    pub(super) fn gateway_toml(&self) -> String {
        format!(
            "[lan]\naddress = \"{GATEWAY}\"\nport = {}\ngap_ms = 5\npoll_moving_ms = 300\n\
             [uplink]\naddress = \"{}\"\n[home]\nlisten = \"{}\"\n\
             [devices]\nlisten = \"{}\"\nenrol = \"{}\"\n\
             [security_company]\nroot = \"{}\"\npanel = \"{}\"\n",
            self.echonet_port, self.link, self.home_door, self.devices, self.certificates, self.root, self.panel
        )
    }
}

/// What guards the house, and proves that it is what it says.
fn proving() -> Vec<NodeConfig> {
    let living = ("リビング", "Living room");
    let hall = ("玄関", "Hall");
    [
        (
            "hall-lock",
            DeviceKind::ElectricLock,
            ("玄関の電気錠", "Front door lock"),
            hall,
        ),
        (
            "living-window",
            DeviceKind::OpenCloseSensor,
            ("窓の開閉センサー", "Window contact"),
            living,
        ),
        (
            "hall-watch",
            DeviceKind::HumanDetectionSensor,
            ("防犯人感センサー", "Security motion sensor"),
            hall,
        ),
        (
            "living-help",
            DeviceKind::EmergencyButton,
            ("非常ボタン", "Emergency button"),
            living,
        ),
        (
            "kitchen-smoke",
            DeviceKind::FireSensor,
            ("火災センサー", "Fire sensor"),
            ("台所", "Kitchen"),
        ),
    ]
    .into_iter()
    .zip(20..)
    .map(|((id, kind, (ja, en), (ja_room, en_room)), last)| {
        let address = Ipv4Addr::new(127, 0, 10, last);
        let mut node = NodeConfig::new(id, address, kind, Text::new(ja, en), Text::new(ja_room, en_room));
        node.by_certificate = true;
        node
    })
    .collect()
}

fn free(address: IpAddr, wished: u16, taken: &mut Vec<u16>) -> Result<SocketAddr> {
    for port in [wished, 0, 0, 0, 0] {
        let Ok(listener) = TcpListener::bind((address, port)) else {
            continue;
        };
        let found = listener.local_addr()?;
        if !taken.contains(&found.port()) {
            taken.push(found.port());
            return Ok(found);
        }
    }
    anyhow::bail!("{address}: no port is free")
}

/// 3610, where no other program of this machine has it; another one otherwise, and for `--once`, so that two houses on
/// one machine do not hear each other.
fn echonet_port(always_free: bool) -> Result<u16> {
    if !always_free && UdpSocket::bind((GATEWAY, tomori_echonet_lite::PORT)).is_ok() {
        return Ok(tomori_echonet_lite::PORT);
    }
    let socket = UdpSocket::bind((GATEWAY, 0)).context("no UDP port is free on 127.0.10.1")?;
    Ok(socket.local_addr()?.port())
}
