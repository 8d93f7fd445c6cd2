//! A house without sockets: virtual nodes that answer by the protocol's own responder, a network that can be told to
//! lose, double and delay, and a clock that jumps from event to event.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::node::{Identity, Maps, PropertyStore, Responder, To, announcement};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property};
use tomori_runtime::clock::after;
use tomori_runtime::entropy::{self, SeededEntropy};
use tomori_smart_home::device::{Device as Person, Endpoint, NodeId};
use tomori_smart_home::{DeviceId, DeviceKind, Equipment, PropertyName, PropertyValue};

use super::super::*;

pub(super) const SHUTTER: Eoj = Eoj::new(0x0263, 1);
pub(super) const OURS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
pub(super) const A: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 11);
pub(super) const B: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 12);
pub(super) const C: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 13);

/// How a node behaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Manners {
    /// It answers nothing at all.
    pub(super) silent: bool,
    /// It answers only frames with one property.
    pub(super) one_by_one: bool,
    /// Each of its refusals is 0x50, whatever was asked.
    pub(super) one_refusal: bool,
    /// It answers its sets so late, in milliseconds.
    pub(super) set_answer_after: u64,
    /// It acts on sets but the answer is lost.
    pub(super) swallows_set_answers: bool,
}

/// The properties of a node's objects.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    pub(super) values: BTreeMap<(u32, u8), Vec<u8>>,
    pub(super) settable: BTreeSet<(u32, u8)>,
    pub(super) objects: Vec<Eoj>,
    pub(super) refuses: bool,
    /// Every set that was carried out.
    pub(super) taken: Vec<Property>,
}

pub(super) struct VirtualNode {
    responder: Responder,
    pub(super) store: Store,
    pub(super) manners: Manners,
    /// Frames it was sent.
    pub(super) heard: Vec<(u64, Frame)>,
}

pub(super) struct House {
    pub(super) core: Core,
    pub(super) millis: u64,
    pub(super) nodes: BTreeMap<Ipv4Addr, VirtualNode>,
    pub(super) events: Vec<(u64, LanEvent)>,
    pub(super) sets: BTreeMap<Ticket, Result<(), SetError>>,
    pub(super) reads: BTreeMap<Ticket, ReadResult>,
    on_the_way: Vec<(u64, Ipv4Addr, Option<Ipv4Addr>, Vec<u8>)>,
    entropy: SeededEntropy,
    /// Per cent of the datagrams that are lost, and that are doubled.
    pub(super) loses: u64,
    pub(super) doubles: u64,
    /// Up to so many milliseconds late.
    pub(super) delays: u64,
}

fn key(eoj: Eoj) -> u32 {
    let [a, b, c] = eoj.to_bytes();
    u32::from_be_bytes([0, a, b, c])
}

impl PropertyStore for Store {
    fn objects(&self) -> Vec<Eoj> {
        self.objects.clone()
    }

    fn maps(&self, object: Eoj) -> Option<Maps> {
        let of = |codes: &mut dyn Iterator<Item = &(u32, u8)>| -> Vec<u8> {
            codes.filter(|(k, _)| *k == key(object)).map(|(_, c)| *c).collect()
        };
        let get = of(&mut self.values.keys());
        let set = of(&mut self.settable.iter());
        self.objects
            .contains(&object)
            .then(|| Maps::new(&[0xe0, 0xea], &set, &get))
    }

    fn get(&self, object: Eoj, epc: u8) -> Option<Vec<u8>> {
        self.values.get(&(key(object), epc)).cloned()
    }

    fn set(&mut self, object: Eoj, properties: &[Property]) -> Vec<bool> {
        properties
            .iter()
            .map(|property| {
                if !self.refuses {
                    self.taken.push(property.clone());
                    self.values.insert((key(object), property.epc), property.edt.clone());
                }
                !self.refuses
            })
            .collect()
    }
}

impl Store {
    pub(super) fn shutter() -> Self {
        let mut store = Self {
            objects: vec![SHUTTER],
            ..Self::default()
        };
        let values: [(u8, &[u8]); 9] = [
            (0x80, &[0x30]),
            (0x81, &[0x08]),
            (0x88, &[0x42]),
            (0x89, &[0, 0]),
            (0x8a, &[0xff, 0xff, 0xff]),
            (0xe0, &[0x43]),
            (0xe1, &[0]),
            (0xe8, &[0x41]),
            (0xea, &[0x42]),
        ];
        for (code, value) in values {
            store.values.insert((key(SHUTTER), code), value.to_vec());
        }
        store.settable = [0x93, 0xe0, 0xe1]
            .map(|code| (key(SHUTTER), code))
            .into_iter()
            .collect();
        store
    }

    pub(super) fn put(&mut self, code: u8, value: &[u8]) {
        self.values.insert((key(SHUTTER), code), value.to_vec());
    }

    pub(super) fn remove(&mut self, code: u8) {
        self.values.remove(&(key(SHUTTER), code));
    }
}

pub(super) fn number(n: u8) -> [u8; 13] {
    [n; 13]
}

pub(super) fn node_id(n: u8) -> NodeId {
    NodeId::new(&Identity::new(Identity::NO_MANUFACTURER, number(n)).id).unwrap()
}

pub(super) fn device(n: u8) -> DeviceId {
    DeviceId::from_random([n; 10])
}

pub(super) fn name(name: &str) -> PropertyName {
    PropertyName::new(name).unwrap()
}

/// The line of the equipment list for the shutter on node `n`.
pub(super) fn line(n: u8) -> Equipment {
    Equipment {
        device: Person {
            id: device(n),
            kind: DeviceKind::ElectricRainDoor,
            room: "Living".to_owned(),
            name: format!("Shutter {n}"),
        },
        model: String::new(),
        endpoint: Some(Endpoint {
            node: node_id(n),
            class_code: 0x0263,
            instance: 1,
        }),
        certificate: None,
    }
}

pub(super) fn config() -> LanConfig {
    LanConfig {
        address: OURS,
        ..LanConfig::default()
    }
}

impl House {
    pub(super) fn new(seed: u64) -> Self {
        Self::with(config(), seed)
    }

    pub(super) fn with(config: LanConfig, seed: u64) -> Self {
        Self {
            core: Core::new(config, moment(0), Arc::new(SeededEntropy::new(seed))),
            millis: 0,
            nodes: BTreeMap::new(),
            events: Vec::new(),
            sets: BTreeMap::new(),
            reads: BTreeMap::new(),
            on_the_way: Vec::new(),
            entropy: SeededEntropy::new(seed + 1),
            loses: 0,
            doubles: 0,
            delays: 2,
        }
    }

    /// A house with one adopted shutter (node 1 at A) that has appeared.
    pub(super) fn with_one_shutter() -> Self {
        let mut house = Self::new(7);
        house.add(A, 1, Store::shutter());
        house.adopt(&[1]);
        house.run(2_000);
        assert!(house.core.known(&device(1)).unwrap().alive);
        house
    }

    pub(super) fn add(&mut self, address: Ipv4Addr, n: u8, store: Store) {
        let node = VirtualNode {
            responder: Responder::new(Identity::new(Identity::NO_MANUFACTURER, number(n))),
            store,
            manners: Manners::default(),
            heard: Vec::new(),
        };
        self.nodes.insert(address, node);
    }

    pub(super) fn node(&mut self, address: Ipv4Addr) -> &mut VirtualNode {
        self.nodes.get_mut(&address).unwrap()
    }

    pub(super) fn adopt(&mut self, numbers: &[u8]) {
        let now = moment(self.millis);
        self.core.set_equipment(now, numbers.iter().map(|n| line(*n)).collect());
    }

    /// A datagram from anywhere, as it is.
    pub(super) fn datagram(&mut self, from: Ipv4Addr, bytes: &[u8]) {
        self.core.hear(moment(self.millis), from, bytes);
        self.carry_out();
    }

    /// An announcement from anywhere.
    pub(super) fn announce(&mut self, from: Ipv4Addr, eoj: Eoj, code: u8, value: &[u8]) {
        let frame = announcement(1, eoj, vec![Property::new(code, value)]);
        self.datagram(from, &frame.encode().unwrap());
    }

    /// The shutter's own node changes a value and announces it.
    pub(super) fn change(&mut self, address: Ipv4Addr, code: u8, value: &[u8]) {
        self.node(address).store.put(code, value);
        self.announce(address, SHUTTER, code, value);
    }

    pub(super) fn start_up(&mut self, address: Ipv4Addr) {
        let node = self.nodes.get(&address).unwrap();
        let bytes = node.responder.startup(0, &node.store).encode().unwrap();
        self.datagram(address, &bytes);
    }

    pub(super) fn set(&mut self, n: u8, property: &str, value: &PropertyValue) -> Result<Ticket, SetError> {
        let now = moment(self.millis);
        let ticket = self.core.begin_set(now, &device(n), &name(property), value, true);
        self.carry_out();
        ticket
    }

    pub(super) fn open(&mut self, n: u8) -> Result<Ticket, SetError> {
        self.set(n, "openCloseOperation", &PropertyValue::word("open"))
    }

    /// Lets so many milliseconds pass.
    pub(super) fn run(&mut self, millis: u64) {
        let end = self.millis + millis;
        let mut turns = 0;
        loop {
            self.core.tick(moment(self.millis));
            self.carry_out();
            let due = millis_of(self.core.next_due()).max(self.millis);
            let arrival = self.on_the_way.iter().map(|(at, ..)| *at).min().unwrap_or(u64::MAX);
            let next = due.min(arrival);
            if next > end {
                self.millis = end;
                return;
            }
            // Doing one thing may make another due; that has to come to an end.
            turns = if next > self.millis { 0 } else { turns + 1 };
            assert!(turns < 20, "the room is due at once, again and again");
            self.millis = next.max(self.millis);
            self.deliver();
        }
    }

    fn deliver(&mut self) {
        let now = self.millis;
        let (arrived, on): (Vec<_>, Vec<_>) = std::mem::take(&mut self.on_the_way)
            .into_iter()
            .partition(|(at, ..)| *at <= now);
        self.on_the_way = on;
        for (_, from, to, bytes) in arrived {
            match to {
                Some(OURS) => self.core.hear(moment(now), from, &bytes),
                Some(to) => self.at_node(to, &bytes),
                None => {
                    let addresses: Vec<Ipv4Addr> = self.nodes.keys().copied().collect();
                    addresses.into_iter().for_each(|address| self.at_node(address, &bytes));
                }
            }
            self.carry_out();
        }
    }

    fn at_node(&mut self, address: Ipv4Addr, bytes: &[u8]) {
        let now = self.millis;
        let frame = Frame::decode(bytes).unwrap();
        let Some(node) = self.nodes.get_mut(&address) else {
            return;
        };
        node.heard.push((now, frame.clone()));
        if node.manners.silent || (node.manners.one_by_one && frame.properties.len() > 1) {
            return;
        }
        let is_set = frame.esv == Esv::SetC;
        let replies = node.responder.answer(&frame, &mut node.store);
        if is_set && node.manners.swallows_set_answers {
            return;
        }
        let later = if is_set { node.manners.set_answer_after } else { 0 };
        let mut replies_out = Vec::new();
        for mut reply in replies {
            if node.manners.one_refusal && matches!(reply.frame.esv, Esv::SetCSna | Esv::GetSna) {
                reply.frame.esv = Esv::SetISna;
            }
            replies_out.push(reply);
        }
        for reply in replies_out {
            let to = (reply.to == To::Sender).then_some(OURS);
            self.put_on_the_way(address, to.or(Some(OURS)), reply.frame.encode().unwrap(), later);
        }
    }

    fn put_on_the_way(&mut self, from: Ipv4Addr, to: Option<Ipv4Addr>, bytes: Vec<u8>, later: u64) {
        let dice = |bound| entropy::below(&self.entropy, bound);
        if dice(100) < self.loses {
            return;
        }
        let twice = dice(100) < self.doubles;
        for _ in 0..=u8::from(twice) {
            let at = self.millis + later + 1 + dice(self.delays);
            self.on_the_way.push((at, from, to, bytes.clone()));
        }
    }

    fn carry_out(&mut self) {
        for effect in self.core.take_effects() {
            match effect {
                Effect::Send(to, bytes) => self.put_on_the_way(OURS, Some(to), bytes, 0),
                Effect::Everyone(bytes) => self.put_on_the_way(OURS, None, bytes, 0),
                Effect::Tell(event) => self.events.push((self.millis, event)),
                Effect::SetDone(ticket, result) => {
                    assert!(self.sets.insert(ticket, result).is_none(), "answered twice");
                }
                Effect::ReadDone(ticket, result) => {
                    assert!(self.reads.insert(ticket, result).is_none(), "answered twice");
                }
            }
        }
    }

    /// The events since the last call, without their times.
    pub(super) fn told(&mut self) -> Vec<LanEvent> {
        std::mem::take(&mut self.events)
            .into_iter()
            .map(|(_, event)| event)
            .collect()
    }

    /// The same without reports.
    pub(super) fn told_beside_reports(&mut self) -> Vec<LanEvent> {
        let mut told = self.told();
        told.retain(|event| !matches!(event, LanEvent::Reported { .. }));
        told
    }

    /// The word of a property as the room knows it.
    pub(super) fn word(&self, n: u8, property: &str) -> Option<String> {
        let known = self.core.known(&device(n))?;
        Some(known.reports.get(&name(property))?.value.as_word()?.to_owned())
    }

    /// The frames of a service that a node was sent.
    pub(super) fn heard(&self, address: Ipv4Addr, esv: Esv) -> Vec<&(u64, Frame)> {
        let node = self.nodes.get(&address).unwrap();
        node.heard.iter().filter(|(_, frame)| frame.esv == esv).collect()
    }
}

pub(super) fn moment(millis: u64) -> Moment {
    let span = Duration::from_millis(millis);
    Moment {
        wall: after("2026-11-23T07:00:00Z".parse().unwrap(), span),
        run: after(Timestamp::UNIX_EPOCH, span),
    }
}

fn millis_of(at: Timestamp) -> u64 {
    // Up, as a timer that is never early.
    u64::try_from(at.as_microsecond()).unwrap_or(0).div_ceil(1000)
}
