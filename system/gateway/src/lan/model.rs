//! The room's decisions: frames and passing time in, frames to send and events out. No socket, no clock.
//!
//! A frame says which object speaks but not which node: who a node is follows from its address alone, and an address
//! is believed only after the node there was asked for its identification number and answered ([`identity`]). What
//! the adopted devices say, and their silence, is judged in [`truth`]; [`rounds`] asks them; [`setting`] and
//! [`reading`] are what others want of them.

mod exchange;
mod identity;
mod reading;
mod requests;
mod rounds;
mod setting;
mod truth;
mod unknown;

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::frame::LONGEST_READ;
use tomori_echonet_lite::node::{Fixed, Identity, Responder, To};
use tomori_echonet_lite::{Eoj, Esv, Frame, discovery};
use tomori_runtime::clock;
use tomori_runtime::entropy::{self, SharedEntropy};
use tomori_smart_home::device::{Endpoint, NodeId};
use tomori_smart_home::{DeviceId, Equipment};

use super::device::Device;
use super::event::{Counters, Known, LanEvent, ReadError, SetError};
use super::flood::Floodgate;
use super::moment::{Moment, jittered};
use super::node::{Node, Pin};
use super::{LanConfig, hand};
use reading::ReadUnderWay;
use setting::{LateSet, SetUnderWay};

/// The most nodes that are remembered.
const MOST_NODES: usize = 256;
/// The most devices that are controlled.
const MOST_DEVICES: usize = 256;
/// The first search is repeated soon, because a datagram may be lost and nodes may start together with us.
const SEARCH_AGAIN: Duration = Duration::from_secs(3);

/// Searches are at least so far apart, however often somebody asks for one.
const SEARCH_GAP: Duration = Duration::from_secs(1);

/// One request of somebody who waits for it.
pub(super) type Ticket = u64;
/// How a read ends.
pub(super) type ReadResult = Result<Vec<(tomori_smart_home::PropertyName, tomori_smart_home::Report)>, ReadError>;

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// Send to one node.
    Send(Ipv4Addr, Vec<u8>),
    /// Send to the group.
    Everyone(Vec<u8>),
    /// Tell this.
    Tell(LanEvent),
    /// A set has its answer.
    SetDone(Ticket, Result<(), SetError>),
    /// A reading has its answer.
    ReadDone(Ticket, ReadResult),
}

/// What a question is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Who is there?
    Identify,
    /// What does it have, asked alone.
    Instances,
    /// A device's property maps.
    Maps(DeviceId),
    /// A part of a device's round.
    Round(DeviceId),
    /// Somebody reads.
    Read(Ticket),
    /// Where the wish comes from, told to a node that takes one property at a time.
    Origin(Ticket),
    /// Somebody sets.
    Set(Ticket),
}

/// The state of the room.
#[derive(Debug)]
pub(super) struct Core {
    config: LanConfig,
    entropy: Dice,
    responder: Responder,
    own: Fixed,
    gate: Floodgate,
    nodes: BTreeMap<Ipv4Addr, Node>,
    pins: BTreeMap<NodeId, Pin>,
    devices: BTreeMap<DeviceId, Device>,
    endpoints: BTreeMap<Endpoint, DeviceId>,
    /// Whether there has been an equipment list, however short.
    has_list: bool,
    sets: BTreeMap<Ticket, SetUnderWay>,
    reads: BTreeMap<Ticket, ReadUnderWay>,
    late: VecDeque<LateSet>,
    next_ticket: Ticket,
    search_at: Timestamp,
    searched_at: Option<Timestamp>,
    searches: u32,
    unknown: unknown::Tellings,
    effects: Vec<Effect>,
    counters: Counters,
}

/// Where random numbers come from.
struct Dice(SharedEntropy);

impl std::fmt::Debug for Dice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dice")
    }
}

impl Core {
    /// A room that has heard nothing yet. Its first effects introduce the gateway and ask who is there.
    pub(super) fn new(config: LanConfig, now: Moment, entropy: SharedEntropy) -> Self {
        let number = config.number.unwrap_or_else(|| entropy::bytes(&*entropy));
        let identity = Identity::new(Identity::NO_MANUFACTURER, number);
        let own = Fixed::controller(&identity);
        let mut core = Self {
            entropy: Dice(entropy),
            responder: Responder::new(identity),
            own,
            gate: Floodgate::new(now.run),
            nodes: BTreeMap::new(),
            pins: BTreeMap::new(),
            devices: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            has_list: false,
            sets: BTreeMap::new(),
            reads: BTreeMap::new(),
            late: VecDeque::new(),
            next_ticket: 0,
            search_at: now.run,
            searched_at: None,
            searches: 0,
            unknown: unknown::Tellings::new(now.run),
            effects: Vec::new(),
            counters: Counters::default(),
            config,
        };
        let startup = core.responder.startup(core.random_tid(), &core.own);
        core.send_everyone(&startup);
        core
    }

    /// Takes what the shell has to do, in order.
    pub(super) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What went in and out.
    pub(super) fn counters(&self) -> Counters {
        self.counters
    }

    /// Counts a datagram that the system would not send.
    pub(super) fn could_not_send(&mut self) {
        self.counters.send_failed += 1;
    }

    /// What is known of a device.
    pub(super) fn known(&self, id: &DeviceId) -> Option<Known> {
        let device = self.devices.get(id)?;
        Some(device.known(self.address_of(device)))
    }

    /// Replaces the equipment list.
    pub(super) fn set_equipment(&mut self, now: Moment, equipment: Vec<Equipment>) {
        let mut before = std::mem::take(&mut self.devices);
        self.endpoints.clear();
        self.has_list = true;
        for line in equipment.into_iter().take(MOST_DEVICES) {
            let Some(fresh) = Device::adopt(line, now.run) else {
                continue;
            };
            if self.endpoints.contains_key(&fresh.endpoint) {
                tracing::warn!(device = %fresh.id, "another device is adopted at the same node; this one is not controlled");
                continue;
            }
            let device = before
                .remove(&fresh.id)
                .filter(|device| device.endpoint == fresh.endpoint)
                .unwrap_or(fresh);
            self.endpoints.insert(device.endpoint.clone(), device.id.clone());
            self.devices.insert(device.id.clone(), device);
        }
        let wanted: std::collections::BTreeSet<&NodeId> =
            self.endpoints.keys().map(|endpoint| &endpoint.node).collect();
        self.pins.retain(|id, _| wanted.contains(id));
        for id in wanted {
            if !self.pins.contains_key(id) {
                self.pins.insert(id.clone(), Pin::default());
            }
        }
        self.drop_requests_of_released_devices();
        self.look_again_at_known_nodes(now);
        self.search_now(now);
    }

    /// Takes a datagram.
    pub(super) fn hear(&mut self, now: Moment, from: Ipv4Addr, bytes: &[u8]) {
        if from == self.config.address {
            return;
        }
        self.counters.received += 1;
        if !self.gate.admits(from, self.owner(from).is_some(), now.run) {
            self.counters.flooded += 1;
            return;
        }
        if bytes.len() > LONGEST_READ {
            self.counters.oversized += 1;
            return;
        }
        let frame = match Frame::decode(bytes) {
            Ok(frame) => frame,
            Err(error) => {
                self.counters.malformed += 1;
                tracing::debug!(%from, %error, "a datagram is no frame");
                return;
            }
        };
        if frame.esv.is_request() {
            self.serve(from, &frame);
        }
        match frame.esv {
            Esv::Inf | Esv::Infc => self.announced(now, from, &frame),
            esv if esv.is_request() => self.note(now, from, None),
            _ => self.answered(now, from, &frame),
        }
        self.ask(now, from);
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Moment) {
        if self.search_at <= now.run {
            self.search(now);
        }
        self.lose_the_silent(now);
        self.begin_rounds(now);
        self.begin_identifications(now);
        let addresses: Vec<Ipv4Addr> = self.nodes.keys().copied().collect();
        for address in addresses {
            self.ask(now, address);
        }
        self.tell_of_unknown_nodes(now);
        self.late.retain(|late| late.until > now.run);
    }

    /// When [`tick`](Self::tick) is due.
    pub(super) fn next_due(&self) -> Timestamp {
        let nodes = self.nodes.values().map(Node::next_due);
        let devices = self.devices.values().map(|device| self.device_due(device));
        nodes
            .chain(devices)
            .chain([self.search_at, self.unknown_due()])
            .min()
            .unwrap_or(Timestamp::MAX)
    }

    /// Asks everybody who is there as soon as possible.
    pub(super) fn search_now(&mut self, now: Moment) {
        self.searches = 0;
        let earliest = self
            .searched_at
            .map_or(now.run, |at| clock::after(at, SEARCH_GAP).max(now.run));
        self.search_at = self.search_at.min(earliest);
    }

    fn search(&mut self, now: Moment) {
        let frame = discovery::search(self.random_tid());
        self.send_everyone(&frame);
        let missing = self.pins.values().any(|pin| pin.address.is_none()) || self.devices.values().any(|d| !d.alive);
        let again = if self.searches == 0 || missing {
            // 3 s, 6 s, 12 s … while something of the house is missing.
            SEARCH_AGAIN
                .saturating_mul(1 << self.searches.min(12))
                .min(self.config.search_every)
        } else {
            self.config.search_every
        };
        self.searches = self.searches.saturating_add(1);
        self.searched_at = Some(now.run);
        self.search_at = now.after(jittered(&*self.entropy.0, again, 20));
    }

    /// Answers as the node that the gateway is.
    fn serve(&mut self, from: Ipv4Addr, frame: &Frame) {
        for reply in self.responder.answer(frame, &mut self.own) {
            match reply.to {
                To::Sender => self.send(from, &reply.frame),
                To::Everyone => self.send_everyone(&reply.frame),
            }
        }
    }

    fn send(&mut self, to: Ipv4Addr, frame: &Frame) {
        if let Ok(bytes) = frame.encode() {
            self.counters.sent += 1;
            self.effects.push(Effect::Send(to, bytes));
        }
    }

    fn send_everyone(&mut self, frame: &Frame) {
        if let Ok(bytes) = frame.encode() {
            self.counters.sent += 1;
            self.effects.push(Effect::Everyone(bytes));
        }
    }

    fn tell(&mut self, event: LanEvent) {
        self.effects.push(Effect::Tell(event));
    }

    fn random_tid(&self) -> u16 {
        u16::from_be_bytes(entropy::bytes(&*self.entropy.0))
    }

    fn patience(&self) -> hand::Patience {
        hand::Patience {
            explained_for: self.config.explained_for,
            settle: self.config.settle,
        }
    }

    /// The node of the equipment list that was verified to be at an address.
    fn owner(&self, address: Ipv4Addr) -> Option<&NodeId> {
        let id = self.nodes.get(&address)?.id.as_ref()?;
        let pin = self.pins.get(id)?;
        (pin.address == Some(address)).then_some(id)
    }

    /// Where a device's node is.
    fn address_of(&self, device: &Device) -> Option<Ipv4Addr> {
        self.pins.get(&device.endpoint.node)?.address
    }

    /// Whether what a node says is believed now.
    fn is_trusted(&self, address: Ipv4Addr) -> bool {
        self.nodes.get(&address).is_some_and(|node| node.verified_at.is_some())
    }

    /// The device that an object at an address is.
    fn device_at(&self, address: Ipv4Addr, eoj: Eoj) -> Option<DeviceId> {
        let endpoint = Endpoint {
            node: self.owner(address)?.clone(),
            class_code: eoj.class,
            instance: eoj.instance,
        };
        self.endpoints.get(&endpoint).cloned()
    }

    /// The devices of a node.
    fn devices_of(&self, id: &NodeId) -> Vec<DeviceId> {
        let of_node = |device: &&Device| device.endpoint.node == *id;
        self.devices
            .values()
            .filter(of_node)
            .map(|device| device.id.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests;
