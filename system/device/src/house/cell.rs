//! One node with its socket, its line and its bounds.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::sync::{Notify, broadcast, watch};
use tomori_echonet_lite::Frame;
use tomori_echonet_lite::node::Responder;
use tomori_runtime::clock::SharedClock;
use tomori_runtime::entropy::{Entropy, bytes};
use tomori_runtime::shutdown::Shutdown;
use tomori_smart_home::device::Endpoint;

use super::{Change, NodeView};
use crate::appliance::{Hand, Look};
use crate::config::{HouseConfig, NodeConfig};
use crate::lan::line::{Direction, Disturbance, Line};
use crate::lan::meter::Meter;
use crate::lan::socket::RECEIVE_BYTES;
use crate::node::{Node, Outgoing, ReceivedSet};
use crate::voice::{Condition, Stand, told};

/// The property of an electric lock that locks it.
const LOCK_SETTING: u8 = 0xe0;

/// How many words a thing remembers that its gateway told it.
const REMEMBERED_WORDS: usize = 1_000;

/// A datagram and where it goes.
type Sent = (Vec<u8>, SocketAddr);

/// What the gateway told a thing that proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeardWord {
    /// When it was heard.
    pub at: Timestamp,
    /// The payload, as text.
    pub word: String,
}

pub(super) struct Cell {
    config: NodeConfig,
    endpoint: Endpoint,
    group: SocketAddr,
    port: u16,
    /// `None` for a thing that has another voice.
    socket: Option<UdpSocket>,
    /// Where a node with that quirk speaks from instead.
    mouth: Option<UdpSocket>,
    state: Mutex<State>,
    /// Tells the node's task that something may be due sooner than it thought.
    sooner: Notify,
    changes: broadcast::Sender<Change>,
    /// How the thing stands, for its voice.
    stand: Option<watch::Sender<Stand>>,
}

struct State {
    node: Node,
    condition: Condition,
    meter: Meter,
    inbound: Line<(Frame, Ipv4Addr)>,
    outbound: Line<Sent>,
    words: VecDeque<HeardWord>,
}

impl Cell {
    pub(super) fn new(
        house: &HouseConfig,
        config: &NodeConfig,
        sockets: Option<(UdpSocket, Option<UdpSocket>)>,
        changes: broadcast::Sender<Change>,
        entropy: &dyn Entropy,
    ) -> Option<Self> {
        let identity = config.identity(house.number);
        let first_tid = u16::from_be_bytes(bytes(entropy));
        let node = Node::new(config.address, Responder::new(identity), config.appliance()?, first_tid)
            .with_quirks(&config.quirks);
        let (socket, mouth) = match sockets {
            Some((socket, mouth)) => (Some(socket), mouth),
            None => (None, None),
        };
        let stand = socket.is_none().then(|| {
            watch::Sender::new(Stand {
                look: node.look(Timestamp::UNIX_EPOCH),
                condition: Condition::default(),
                powered: true,
            })
        });
        Some(Self {
            config: config.clone(),
            endpoint: config.endpoint(house.number),
            group: SocketAddr::new(house.multicast.into(), house.port),
            port: house.port,
            socket,
            mouth,
            stand,
            state: Mutex::new(State {
                node,
                condition: Condition::default(),
                meter: Meter::new(Instant::now()),
                inbound: Line::default(),
                outbound: Line::default(),
                words: VecDeque::new(),
            }),
            sooner: Notify::new(),
            changes,
        })
    }

    pub(super) fn id(&self) -> &str {
        &self.config.id
    }

    pub(super) fn recall(&self, look: &Look) {
        self.state().node.recall(look);
    }

    pub(super) fn start(&self, now: Timestamp) {
        let mut state = self.state();
        let out = state.node.start(now);
        self.say(&mut state, out, now);
        drop(state);
        self.stand_anew(now);
    }

    /// How the thing stands, as that changes; `None` when it has no voice of its own.
    pub(super) fn stand(&self) -> Option<watch::Receiver<Stand>> {
        self.stand.as_ref().map(watch::Sender::subscribe)
    }

    /// Somebody does something to the thing that is not what it is for.
    pub(super) fn meddle(&self, now: Timestamp, change: impl FnOnce(&mut Condition)) -> bool {
        if self.stand.is_none() {
            return false;
        }
        change(&mut self.state().condition);
        self.tell(now);
        true
    }

    /// The gateway told the thing what to do. It does it, or it does not; it says how it stands afterwards.
    pub(super) fn obey(&self, word: &[u8], now: Timestamp) {
        let heard = HeardWord {
            at: now,
            word: String::from_utf8_lossy(word).into_owned(),
        };
        let mut state = self.state();
        if state.words.len() >= REMEMBERED_WORDS {
            state.words.pop_front();
        }
        state.words.push_back(heard);
        drop(state);
        let order: Option<&[u8]> = match told(word) {
            Some(Hand::Lock) => Some(&[0x41]),
            Some(Hand::Unlock) => Some(&[0x42]),
            _ => None,
        };
        if let Some(edt) = order {
            self.change(now, |node, now| node.order(LOCK_SETTING, edt, now));
        }
    }

    fn stand_anew(&self, now: Timestamp) {
        if let Some(stand) = &self.stand {
            let state = self.state();
            let anew = Stand {
                look: state.node.look(now),
                condition: state.condition,
                powered: state.node.is_powered(),
            };
            drop(state);
            stand.send_if_modified(|before| {
                let changed = *before != anew;
                *before = anew;
                changed
            });
        }
    }

    pub(super) fn condition(&self) -> Condition {
        self.state().condition
    }

    pub(super) fn view(&self, now: Timestamp) -> NodeView {
        let state = self.state();
        NodeView {
            id: self.config.id.clone(),
            address: self.config.address,
            kind: self.config.kind,
            endpoint: self.endpoint.clone(),
            name: self.config.name.clone(),
            room: self.config.room.clone(),
            powered: state.node.is_powered(),
            look: state.node.look(now),
            fault: state.node.fault(),
            received_sets: state.node.set_count(),
            voice: None,
            disturbed_frames: [state.inbound.planned(), state.outbound.planned()],
        }
    }

    pub(super) fn sets(&self) -> Vec<ReceivedSet> {
        self.state().node.sets()
    }

    pub(super) fn heard_words(&self) -> Vec<HeardWord> {
        self.state().words.iter().cloned().collect()
    }

    pub(super) fn change(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Node, Timestamp) -> Option<Vec<Outgoing>>,
    ) -> bool {
        let mut state = self.state();
        let Some(out) = change(&mut state.node, now) else {
            return false;
        };
        self.say(&mut state, out, now);
        drop(state);
        self.tell(now);
        true
    }

    pub(super) fn disturb(&self, direction: Direction, disturbance: Disturbance, frames: usize) {
        let mut state = self.state();
        match direction {
            Direction::ToDevice => state.inbound.disturb(disturbance, frames),
            Direction::FromDevice => state.outbound.disturb(disturbance, frames),
        }
    }

    pub(super) fn calm(&self, now: Timestamp) {
        let mut state = self.state();
        for sent in state.outbound.calm() {
            self.send(&sent);
        }
        for (frame, from) in state.inbound.calm() {
            self.take(&mut state, &frame, from, now);
        }
    }

    /// Puts bytes on the network as they are.
    pub(super) fn shout(&self, datagram: &[u8]) {
        self.send(&(datagram.to_vec(), self.group));
    }

    /// A datagram reached the node's sockets.
    pub(super) fn hear(&self, datagram: &[u8], from: Ipv4Addr, now: Timestamp) {
        if from == self.config.address || self.socket.is_none() {
            return;
        }
        let mut state = self.state();
        if !state.meter.bears(Instant::now()) {
            return;
        }
        let Ok(frame) = Frame::decode(datagram) else {
            return;
        };
        for (frame, from) in state.inbound.pass((frame, from), now) {
            self.take(&mut state, &frame, from, now);
        }
        drop(state);
        self.sooner.notify_one();
    }

    fn take(&self, state: &mut State, frame: &Frame, from: Ipv4Addr, now: Timestamp) {
        let before = state.node.look(now);
        let out = state.node.hear(frame, from, now);
        let changed = state.node.look(now) != before;
        self.say(state, out, now);
        if changed {
            self.tell(now);
        }
    }

    /// Does what is due; returns when something is due next.
    fn pass(&self, now: Timestamp) -> Option<Timestamp> {
        let mut state = self.state();
        for (frame, from) in state.inbound.due(now) {
            self.take(&mut state, &frame, from, now);
        }
        let out = state.node.pass(now);
        let changed = !out.is_empty();
        self.say(&mut state, out, now);
        for sent in state.outbound.due(now) {
            self.send(&sent);
        }
        let next = [
            state.node.next_change(),
            state.inbound.next_due(),
            state.outbound.next_due(),
        ];
        drop(state);
        if changed {
            self.tell(now);
        }
        next.into_iter().flatten().min()
    }

    fn say(&self, state: &mut State, out: Vec<Outgoing>, now: Timestamp) {
        for out in out {
            let (frame, to) = match out {
                Outgoing::To(address, frame) => (frame, SocketAddr::new(address.into(), self.port)),
                Outgoing::Everyone(frame) => (frame, self.group),
            };
            match frame.encode() {
                Ok(datagram) => {
                    for sent in state.outbound.pass((datagram, to), now) {
                        self.send(&sent);
                    }
                }
                Err(error) => tracing::warn!(node = self.config.id, %error, "a frame was not sent"),
            }
        }
    }

    /// Sends without waiting, past the reactor: that only knows after its first round that a new socket can send. A
    /// full buffer loses the datagram, as a busy network does.
    fn send(&self, (datagram, to): &Sent) {
        let Some(socket) = self.mouth.as_ref().or(self.socket.as_ref()) else {
            return;
        };
        let socket = SockRef::from(socket);
        if let Err(error) = socket.send_to(datagram, &(*to).into()) {
            tracing::debug!(node = self.config.id, %to, %error, "a datagram was lost");
        }
    }

    fn tell(&self, now: Timestamp) {
        self.stand_anew(now);
        self.sooner.notify_one();
        // Nobody listening is no loss.
        let _ = self.changes.send(Change {
            node: self.config.id.clone(),
            at: now,
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps one node going: hears its own address, and wakes when something is due.
pub(super) async fn run(cell: Arc<Cell>, clock: SharedClock, shutdown: Shutdown) {
    let mut buffer = vec![0; RECEIVE_BYTES];
    loop {
        let due = cell.pass(clock.now());
        let wait = async {
            match due {
                Some(due) => clock.sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            heard = hear(cell.socket.as_ref(), &mut buffer) => {
                if let Some((datagram, from)) = heard {
                    cell.hear(datagram, from, clock.now());
                }
            }
            () = wait => {}
            () = cell.sooner.notified() => {}
            () = shutdown.wait() => return,
        }
    }
}

/// Hears the node's own address; for ever nothing when it has another voice.
async fn hear<'a>(socket: Option<&UdpSocket>, buffer: &'a mut [u8]) -> Option<(&'a [u8], Ipv4Addr)> {
    match socket {
        Some(socket) => receive(socket, buffer).await,
        None => std::future::pending().await,
    }
}

/// Receives one datagram, if it is worth a look: one that fills the buffer is longer than any frame. Cancel-safe.
pub(super) async fn receive<'a>(socket: &UdpSocket, buffer: &'a mut [u8]) -> Option<(&'a [u8], Ipv4Addr)> {
    let (bytes, from) = match socket.recv_from(buffer).await {
        Ok(received) => received,
        Err(error) => {
            tracing::debug!(%error, "receiving failed");
            // Whatever it is does not become better by asking at once.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return None;
        }
    };
    let IpAddr::V4(from) = from.ip() else { return None };
    (bytes < RECEIVE_BYTES).then_some(())?;
    buffer.get(..bytes).map(|datagram| (datagram, from))
}
