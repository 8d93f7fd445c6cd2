//! One node: a thing of the house and the ECHONET Lite side of it, without I/O.
//!
//! Frames and times go in, frames come out. What the thing must tell (INF) is found by comparing what it would
//! say now with what it said last, so that no way of changing it can be forgotten.

mod store;

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::Serialize;
use tomori_echonet_lite::node::{Maps, PropertyStore as _, Responder, To, announcement};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property};

use crate::appliance::{Appliance, Hand, Look};
use crate::config::Quirk;
use store::Store;

/// How many received Sets a node remembers; older ones are forgotten, the count is not.
pub const REMEMBERED_SETS: usize = 1_000;

/// A frame to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// To one node.
    To(Ipv4Addr, Frame),
    /// To the multicast group.
    Everyone(Frame),
}

/// A frame that set something, as it reached the node: the evidence that a thing was driven once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedSet {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub from: Ipv4Addr,
    /// Its transaction.
    pub tid: u16,
    /// The service: `SetI`, `SetC` or `SetGet`, as its code.
    pub esv: u8,
    /// The properties: code and data.
    #[serde(serialize_with = "in_hexadecimal")]
    pub properties: Vec<(u8, Vec<u8>)>,
}

/// `[{"epc":"e0","edt":"41"}]`: how people who read frames write them.
fn in_hexadecimal<S: serde::Serializer>(properties: &[(u8, Vec<u8>)], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown {
        epc: String,
        edt: String,
    }
    serializer.collect_seq(properties.iter().map(|(epc, edt)| Shown {
        epc: format!("{epc:02x}"),
        edt: edt.iter().map(|byte| format!("{byte:02x}")).collect(),
    }))
}

impl ReceivedSet {
    /// The data of a property, if the frame set it.
    #[must_use]
    pub fn data(&self, epc: u8) -> Option<&[u8]> {
        self.properties
            .iter()
            .find(|(code, _)| *code == epc)
            .map(|(_, edt)| edt.as_slice())
    }
}

/// A node.
pub struct Node {
    address: Ipv4Addr,
    object: Eoj,
    responder: Responder,
    appliance: Box<dyn Appliance>,
    common: Common,
    quirks: Vec<Quirk>,
    powered: bool,
    next_tid: u16,
    told: BTreeMap<u8, Vec<u8>>,
    sets: VecDeque<ReceivedSet>,
    set_count: u64,
}

/// What every device has.
#[derive(Debug, Clone)]
struct Common {
    location: Vec<u8>,
    /// 0x93: 0x41 operated inside the house, 0x42 through a public network.
    remote_control: u8,
    /// Who declared, in a frame of its own, that its next operations come through a public network.
    remote_from: Option<Ipv4Addr>,
}

impl Node {
    /// A node that has just been installed and has power.
    #[must_use]
    pub fn new(address: Ipv4Addr, responder: Responder, appliance: Box<dyn Appliance>, first_tid: u16) -> Self {
        Self {
            address,
            object: Eoj::of_kind(appliance.kind(), 1),
            responder,
            appliance,
            common: Common {
                location: vec![0x00],
                remote_control: 0x41,
                remote_from: None,
            },
            quirks: Vec::new(),
            powered: true,
            next_tid: first_tid,
            told: BTreeMap::new(),
            sets: VecDeque::new(),
            set_count: 0,
        }
    }

    /// The node, doing some things otherwise than the specification says.
    #[must_use]
    pub fn with_quirks(mut self, quirks: &[Quirk]) -> Self {
        self.quirks = quirks.to_vec();
        self
    }

    /// What the node says when it starts: its instance list. From here on, changes are told.
    pub fn start(&mut self, now: Timestamp) -> Vec<Outgoing> {
        self.appliance.pass(now);
        self.told = self.tellable(now);
        let tid = self.tid();
        let (responder, store) = self.split(now, Ipv4Addr::UNSPECIFIED);
        vec![Outgoing::Everyone(responder.startup(tid, &store))]
    }

    /// A frame reached the node.
    pub fn hear(&mut self, frame: &Frame, from: Ipv4Addr, now: Timestamp) -> Vec<Outgoing> {
        if !self.powered || from == self.address {
            return Vec::new();
        }
        self.appliance.pass(now);
        if matches!(frame.esv, Esv::SetI | Esv::SetC | Esv::SetGet) && frame.deoj.reaches(self.object) {
            self.remember_set(frame, from, now);
        }
        let (responder, mut store) = self.split(now, from);
        let mut replies = responder.answer(frame, &mut store);
        for reply in &mut replies {
            self.distort(&mut reply.frame);
        }
        let mut out: Vec<Outgoing> = replies
            .into_iter()
            .map(|reply| match reply.to {
                To::Sender => Outgoing::To(from, reply.frame),
                To::Everyone => Outgoing::Everyone(reply.frame),
            })
            .collect();
        out.extend(self.news(now));
        out
    }

    /// Time passed.
    pub fn pass(&mut self, now: Timestamp) -> Vec<Outgoing> {
        self.appliance.pass(now);
        self.news(now)
    }

    /// When the thing changes by itself next.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        self.appliance.next_change().filter(|_| self.powered)
    }

    /// Somebody operates the thing by hand. `None` when it has nothing to operate so, or has no power.
    pub fn by_hand(&mut self, hand: Hand, now: Timestamp) -> Option<Vec<Outgoing>> {
        let did = self.powered && self.appliance.by_hand(hand, now);
        did.then(|| self.news(now))
    }

    /// Somebody who may orders the thing to set one of its own properties, on whichever road. `None` when it has no power
    /// or refuses.
    pub fn order(&mut self, epc: u8, edt: &[u8], now: Timestamp) -> Option<Vec<Outgoing>> {
        if !self.powered {
            return None;
        }
        self.set_count += 1;
        let did = self.appliance.set(epc, edt, now);
        did.then(|| self.news(now))
    }

    /// Something blocks the thing's way, or no longer does. `None` when it has no way.
    pub fn jam(&mut self, jammed: bool, now: Timestamp) -> Option<Vec<Outgoing>> {
        self.appliance.jam(jammed, now).then(|| self.news(now))
    }

    /// Somebody permits or prohibits remote operation at the thing. `None` when it has no such switch.
    pub fn permit_remote(&mut self, permitted: bool, now: Timestamp) -> Option<Vec<Outgoing>> {
        self.appliance.permit_remote(permitted).then(|| self.news(now))
    }

    /// The power goes or comes back. Without power the node is silent; when it comes back it starts anew.
    pub fn power(&mut self, on: bool, now: Timestamp) -> Vec<Outgoing> {
        if on == self.powered {
            return Vec::new();
        }
        self.powered = on;
        if on {
            self.common.remote_from = None;
            self.start(now)
        } else {
            self.appliance.power_off(now);
            Vec::new()
        }
    }

    /// Whether it has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// How the thing looks.
    #[must_use]
    pub fn look(&self, now: Timestamp) -> Look {
        self.appliance.look(now)
    }

    /// The present fault (0x89), if there is one.
    #[must_use]
    pub fn fault(&self) -> Option<u16> {
        self.appliance.fault()
    }

    /// Takes up where the thing was left.
    pub fn recall(&mut self, look: &Look) {
        self.appliance.recall(look);
    }

    /// The Sets that reached the node, oldest first, at most the last thousand.
    #[must_use]
    pub fn sets(&self) -> Vec<ReceivedSet> {
        self.sets.iter().cloned().collect()
    }

    /// How many Sets reached the node since it was made.
    #[must_use]
    pub fn set_count(&self) -> u64 {
        self.set_count
    }

    fn distort(&self, answer: &mut Frame) {
        let refuses = Esv::ALL.into_iter().any(|asked| asked.refused() == Some(answer.esv));
        if !refuses {
            return;
        }
        if self.quirks.contains(&Quirk::BareRefusal) && matches!(answer.esv, Esv::SetISna | Esv::SetCSna) {
            answer.properties.iter_mut().for_each(|property| property.edt.clear());
        }
        // With two lists of properties the service cannot be another one without the frame becoming unreadable.
        if self.quirks.contains(&Quirk::OneRefusal) && !answer.esv.has_two_lists() {
            answer.esv = Esv::SetISna;
        }
    }

    fn tid(&mut self) -> u16 {
        self.next_tid = self.next_tid.wrapping_add(1);
        self.next_tid
    }

    fn remember_set(&mut self, frame: &Frame, from: Ipv4Addr, now: Timestamp) {
        self.set_count += 1;
        if self.sets.len() >= REMEMBERED_SETS {
            self.sets.pop_front();
        }
        self.sets.push_back(ReceivedSet {
            at: now,
            from,
            tid: frame.tid,
            esv: frame.esv.code(),
            properties: frame
                .properties
                .iter()
                .map(|property| (property.epc, property.edt.clone()))
                .collect(),
        });
    }

    fn split(&mut self, now: Timestamp, from: Ipv4Addr) -> (&Responder, Store<'_>) {
        let store = Store {
            object: self.object,
            id: self.responder.identity(),
            appliance: self.appliance.as_mut(),
            common: &mut self.common,
            from,
            now,
        };
        (&self.responder, store)
    }

    fn tellable(&mut self, now: Timestamp) -> BTreeMap<u8, Vec<u8>> {
        let object = self.object;
        let (_, store) = self.split(now, Ipv4Addr::UNSPECIFIED);
        let announce = store.maps(object).unwrap_or_else(Maps::default).announce;
        announce
            .iter()
            .filter_map(|epc| Some((epc, store.get(object, epc)?)))
            .collect()
    }

    /// What changed since it was last told, in one announcement.
    fn news(&mut self, now: Timestamp) -> Vec<Outgoing> {
        if !self.powered {
            return Vec::new();
        }
        let tellable = self.tellable(now);
        let mut changed = Vec::new();
        for (epc, value) in tellable {
            if !self.appliance.is_quiet(epc) && self.told.get(&epc) != Some(&value) {
                self.told.insert(epc, value.clone());
                changed.push(Property::new(epc, value));
            }
        }
        if changed.is_empty() {
            return Vec::new();
        }
        let tid = self.tid();
        vec![Outgoing::Everyone(announcement(tid, self.object, changed))]
    }
}

#[cfg(test)]
mod tests;
