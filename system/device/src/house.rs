//! The house as it runs: its nodes on their sockets, and the handle by which tests, scripts and the page reach them.

mod cell;
mod memory;
mod proving;

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;
use tokio::net::UdpSocket;
use tokio::sync::broadcast;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::config::{Rejection, Validate as _};
use tomori_runtime::entropy::SharedEntropy;
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::device::{DeviceKind, Endpoint};

use crate::appliance::{Hand, Look};
use crate::config::{HouseConfig, NodeConfig, Quirk, Text};
use crate::lan::line::{Direction, Disturbance};
use crate::lan::socket;
use crate::node::ReceivedSet;
pub use cell::HeardWord;

use cell::Cell;
use memory::Memory;
use proving::Proving;

pub use proving::VoiceView;

/// The most noise of one request, in datagrams.
pub const MOST_NOISE: usize = 1_000;

/// How many changes a slow listener may fall behind before it loses the oldest.
const CHANGES: usize = 256;

/// Why a house cannot start.
#[derive(Debug, Error)]
pub enum HouseError {
    /// The configuration makes no house.
    #[error("{}: {}", .0.key, .0.en)]
    Config(Rejection),
    /// The address of a node cannot be had.
    #[error(
        "the address {address}:{port} of `{node}` cannot be had; another program may hold it, or it is none of this machine's: stop that program, or choose another address or port"
    )]
    Address {
        /// The node.
        node: String,
        /// Its address.
        address: Ipv4Addr,
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The multicast group cannot be heard.
    #[error(
        "the multicast group {group}:{port} cannot be heard on {interface}; choose an interface address of this machine"
    )]
    Multicast {
        /// The group.
        group: Ipv4Addr,
        /// The port.
        port: u16,
        /// The interface.
        interface: Ipv4Addr,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a thing cannot be operated so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OperateError {
    /// There is no such node.
    #[error("there is no node `{0}` in this house")]
    NoSuchNode(String),
    /// The thing has nothing of the kind, or has no power.
    #[error("`{0}` cannot be operated so: it has nothing of the kind, its range is smaller, or it has no power")]
    NotPossible(String),
}

/// Why a thing has no certificate.
#[derive(Debug, Error)]
pub enum EnrolThingError {
    /// There is no such thing, or it proves nothing.
    #[error(transparent)]
    Operate(OperateError),
    /// The gateway gave none.
    #[error(transparent)]
    Enrol(crate::voice::EnrolError),
}

/// Something happened to a thing of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// To which node.
    pub node: String,
    /// When.
    pub at: Timestamp,
}

/// A node and the thing on it, as they are now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
    /// How scripts call it.
    pub id: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// What it is.
    pub kind: DeviceKind,
    /// Where it answers, for the equipment list.
    pub endpoint: Endpoint,
    /// How people call it.
    pub name: Text,
    /// Where it is.
    pub room: Text,
    /// Whether it has power.
    pub powered: bool,
    /// How the thing looks.
    pub look: Look,
    /// The present fault (0x89), if there is one.
    pub fault: Option<u16>,
    /// How many frames that set something reached it.
    pub received_sets: u64,
    /// How it proves itself; `None` for a thing that speaks ECHONET Lite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<VoiceView>,
    /// For how many frames the network misbehaves, to the device and from it.
    pub disturbed_frames: [usize; 2],
}

/// A house of virtual devices. Clones are the same house; it lives until the shutdown, and its addresses are free
/// again when the last clone (the page's router has one) is gone after that.
#[derive(Clone)]
pub struct VirtualHouse {
    inner: Arc<Inner>,
}

struct Inner {
    name: Text,
    clock: SharedClock,
    entropy: SharedEntropy,
    cells: Vec<Arc<Cell>>,
    proving: BTreeMap<String, Proving>,
    changes: broadcast::Sender<Change>,
    shutdown: Shutdown,
}

impl VirtualHouse {
    /// Binds all addresses, introduces the nodes to the network and keeps them going until the shutdown.
    ///
    /// # Errors
    /// When the configuration makes no house, or an address cannot be had. Nothing is left behind then.
    pub fn start(
        config: HouseConfig,
        clock: SharedClock,
        entropy: SharedEntropy,
        shutdown: Shutdown,
    ) -> Result<Self, HouseError> {
        config.validate().map_err(HouseError::Config)?;
        let first = config.nodes.first().map_or(Ipv4Addr::LOCALHOST, |node| node.address);
        let (group, port, interface) = (config.multicast, config.port, config.interface.unwrap_or(first));
        let ear = socket::ear(group, port, interface).map_err(|source| HouseError::Multicast {
            group,
            port,
            interface,
            source,
        })?;
        let (changes, _) = broadcast::channel(CHANGES);
        let memory = config.memory.clone().map(Memory::new);
        let remembered = memory.as_ref().map(Memory::read).unwrap_or_default();
        let mut cells = Vec::with_capacity(config.nodes.len());
        for node in &config.nodes {
            let sockets = match node.by_certificate {
                true => None,
                false => Some(sockets(node, port).map_err(|source| HouseError::Address {
                    node: node.id.clone(),
                    address: node.address,
                    port,
                    source,
                })?),
            };
            let cell = Cell::new(&config, node, sockets, changes.clone(), entropy.as_ref());
            let Some(cell) = cell else { continue };
            if let Some(look) = remembered.get(&node.id) {
                cell.recall(look);
            }
            cells.push(Arc::new(cell));
        }
        let folder = config.memory.as_deref().and_then(Path::parent);
        let mut proving = BTreeMap::new();
        for node in config.nodes.iter().filter(|node| node.by_certificate) {
            let Some(cell) = cells.iter().find(|cell| cell.id() == node.id) else {
                continue;
            };
            let enrolment = config.enrol.clone().zip(node.code.clone());
            if let Some(one) = Proving::start(node, cell, folder, enrolment, &clock, &shutdown) {
                proving.insert(node.id.clone(), one);
            }
        }
        let house = Self {
            inner: Arc::new(Inner {
                proving,
                name: config.name,
                clock: clock.clone(),
                entropy,
                cells,
                changes,
                shutdown: shutdown.clone(),
            }),
        };
        for cell in &house.inner.cells {
            cell.start(clock.now());
            tokio::spawn(cell::run(Arc::clone(cell), clock.clone(), shutdown.clone()));
        }
        tokio::spawn(hear_everyone(ear, house.inner.cells.clone(), clock, shutdown.clone()));
        if let Some(memory) = memory {
            tokio::spawn(memory::keep(memory, house.clone(), shutdown));
        }
        Ok(house)
    }

    /// How the house is called.
    #[must_use]
    pub fn name(&self) -> &Text {
        &self.inner.name
    }

    /// All nodes as they are now, in the order of the configuration.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeView> {
        let now = self.inner.clock.now();
        self.inner.cells.iter().map(|cell| self.view(cell, now)).collect()
    }

    fn view(&self, cell: &Cell, now: Timestamp) -> NodeView {
        let proving = self.inner.proving.get(cell.id());
        NodeView {
            voice: proving.map(|proving| proving.view(cell)),
            ..cell.view(now)
        }
    }

    /// One node as it is now.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn node(&self, id: &str) -> Result<NodeView, OperateError> {
        Ok(self.view(self.cell(id)?, self.inner.clock.now()))
    }

    /// Tells of every change. A listener that falls more than 256 behind loses the oldest, and is told so.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// The signal on which the house ends.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        self.inner.shutdown.clone()
    }

    /// Somebody operates a thing by hand.
    ///
    /// # Errors
    /// When there is no such node, or the thing cannot be operated so.
    pub fn operate_by_hand(&self, id: &str, hand: Hand) -> Result<(), OperateError> {
        self.change(id, |node, now| node.by_hand(hand, now))
    }

    /// Something blocks a thing's way, or no longer does.
    ///
    /// # Errors
    /// When there is no such node, or the thing has no way.
    pub fn jam(&self, id: &str, jammed: bool) -> Result<(), OperateError> {
        self.change(id, |node, now| node.jam(jammed, now))
    }

    /// A node's power goes or comes back.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn power(&self, id: &str, on: bool) -> Result<(), OperateError> {
        self.change(id, |node, now| Some(node.power(on, now)))
    }

    /// Somebody permits or prohibits remote operation at a thing.
    ///
    /// # Errors
    /// When there is no such node, or the thing has no such switch.
    pub fn permit_remote(&self, id: &str, permitted: bool) -> Result<(), OperateError> {
        self.change(id, |node, now| node.permit_remote(permitted, now))
    }

    /// Somebody tampers with a thing that proves itself, or leaves it alone.
    ///
    /// # Errors
    /// When there is no such node, or it is not one of those.
    pub fn tamper(&self, id: &str, tampered: bool) -> Result<(), OperateError> {
        self.meddle(id, |condition| condition.tampered = tampered)
    }

    /// The battery of a thing that proves itself runs down, or is replaced.
    ///
    /// # Errors
    /// When there is no such node, or it is not one of those.
    pub fn battery(&self, id: &str, low: bool) -> Result<(), OperateError> {
        self.meddle(id, |condition| condition.battery_low = low)
    }

    /// A thing that proves itself comes for its certificate at `host:port`, with the code that an installer types.
    ///
    /// # Errors
    /// When there is no such node, it is not one of those, or the gateway gives it none.
    pub async fn enrol(&self, id: &str, gateway: &str, code: &str) -> Result<String, EnrolThingError> {
        self.cell(id).map_err(EnrolThingError::Operate)?;
        let proving = self.inner.proving.get(id);
        let proving = proving.ok_or_else(|| EnrolThingError::Operate(OperateError::NotPossible(id.to_owned())))?;
        let device = proving.enrol(gateway, code, self.inner.clock.clone()).await;
        device.map_err(EnrolThingError::Enrol)
    }

    fn meddle(&self, id: &str, change: impl FnOnce(&mut crate::voice::Condition)) -> Result<(), OperateError> {
        let done = self.cell(id)?.meddle(self.inner.clock.now(), change);
        done.then_some(())
            .ok_or_else(|| OperateError::NotPossible(id.to_owned()))
    }

    /// The network misbehaves for the next frames of a node, at most a thousand.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn disturb(
        &self,
        id: &str,
        direction: Direction,
        disturbance: Disturbance,
        frames: usize,
    ) -> Result<(), OperateError> {
        self.cell(id)?.disturb(direction, disturbance, frames);
        Ok(())
    }

    /// The network behaves again, and lets go of what it held back.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn calm(&self, id: &str) -> Result<(), OperateError> {
        self.cell(id)?.calm(self.inner.clock.now());
        Ok(())
    }

    /// A node puts noise on the network: datagrams that are no frames, at most a thousand, to the multicast group.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn make_noise(&self, id: &str, datagrams: usize) -> Result<(), OperateError> {
        let cell = self.cell(id)?;
        for _ in 0..datagrams.min(MOST_NOISE) {
            cell.shout(&crate::lan::noise::datagram(self.inner.entropy.as_ref()));
        }
        Ok(())
    }

    /// The frames that set something and reached a node, oldest first, at most the last thousand.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn received_sets(&self, id: &str) -> Result<Vec<ReceivedSet>, OperateError> {
        Ok(self.cell(id)?.sets())
    }

    /// What the gateway told a thing that proves itself, oldest first, at most the last thousand.
    ///
    /// # Errors
    /// When there is no such thing.
    pub fn heard_words(&self, id: &str) -> Result<Vec<HeardWord>, OperateError> {
        Ok(self.cell(id)?.heard_words())
    }

    fn cell(&self, id: &str) -> Result<&Arc<Cell>, OperateError> {
        self.inner
            .cells
            .iter()
            .find(|cell| cell.id() == id)
            .ok_or_else(|| OperateError::NoSuchNode(id.chars().take(40).collect()))
    }

    fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut crate::node::Node, Timestamp) -> Option<Vec<crate::node::Outgoing>>,
    ) -> Result<(), OperateError> {
        let done = self.cell(id)?.change(self.inner.clock.now(), change);
        done.then_some(())
            .ok_or_else(|| OperateError::NotPossible(id.to_owned()))
    }
}

/// The socket of a node, and the one it speaks from when that is another.
fn sockets(node: &NodeConfig, port: u16) -> io::Result<(UdpSocket, Option<UdpSocket>)> {
    let own = socket::node(node.address, port)?;
    let other = node.quirks.contains(&Quirk::OtherPort);
    let mouth = other.then(|| socket::node(node.address, 0)).transpose()?;
    Ok((own, mouth))
}

/// Hears the multicast group for all nodes of the house.
async fn hear_everyone(ear: UdpSocket, cells: Vec<Arc<Cell>>, clock: SharedClock, shutdown: Shutdown) {
    let mut buffer = vec![0; socket::RECEIVE_BYTES];
    loop {
        let heard = tokio::select! {
            heard = cell::receive(&ear, &mut buffer) => heard,
            () = shutdown.wait() => return,
        };
        if let Some((datagram, from)) = heard {
            let now = clock.now();
            for cell in &cells {
                cell.hear(datagram, from, now);
            }
        }
    }
}
