//! Who is at an address? Finding out, holding on to it, and telling who is unknown or speaks in another's name.
//!
//! A node of the equipment list is pinned to the address at which it answered for its identification number. Another
//! address that claims the same number gets nothing by it: the known address is asked again, and only when it does
//! not answer as that node any more, and the other one does, the node has moved (a new lease). Plain ECHONET Lite
//! cannot do better (EP⑧): whoever silences a node and takes its number is believed. Adoption by the equipment list
//! and the telling of every rival are what is left.

use std::net::Ipv4Addr;
use std::time::Duration;

use tomori_echonet_lite::transaction::Answer;
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, discovery, epc};
use tomori_runtime::clock::after;
use tomori_smart_home::DeviceId;
use tomori_smart_home::device::NodeId;

use super::super::asking::{Question, Urgency};
use super::super::event::LanEvent;
use super::super::moment::{Moment, jittered, up_to};
use super::super::node::Node;
use super::{Core, MOST_NODES, Purpose};

/// Nodes that are heard first are asked who they are within this time, so that a whole house that starts together is
/// not asked in one instant.
const SPREAD: Duration = Duration::from_millis(300);
/// A verified node is asked again after this: leases change while nobody speaks.
const VERIFY_AGAIN: Duration = Duration::from_secs(600);
/// A node that is not ours is asked again after this.
const STRANGER_AGAIN: Duration = Duration::from_secs(3600);
/// A rival is asked again after this.
const RIVAL_AGAIN: Duration = Duration::from_secs(60);
/// A start-up announcement this soon after the node was verified does not make it suspect.
const FRESHLY_VERIFIED: Duration = Duration::from_secs(1);
/// A node that did not answer is asked again after this: first soon, and one property at a time.
const FAILED_AGAIN: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(60),
    Duration::from_secs(600),
];
/// An impersonation of a device is told at most this often.
const IMPERSONATION_EVERY: Duration = Duration::from_secs(60);

impl Core {
    /// Something was heard from an address. Makes sure that it will be asked who it is.
    pub(super) fn note(&mut self, now: Moment, from: Ipv4Addr, spoke_as: Option<Eoj>) {
        if !self.nodes.contains_key(&from) {
            if self.nodes.len() >= MOST_NODES && !self.make_room(now) {
                self.counters.nodes_over += 1;
                return;
            }
            let identify_at = now.after(up_to(&*self.entropy.0, SPREAD));
            self.nodes.insert(from, Node::new(now.run, identify_at));
        }
        if let Some(node) = self.nodes.get_mut(&from) {
            node.heard_at = now.run;
            if let Some(eoj) = spoke_as {
                node.spoke_as(eoj);
            }
        }
    }

    /// Forgets the node that matters least: first one that never told who it is, the longest unheard.
    fn make_room(&mut self, now: Moment) -> bool {
        let least = self
            .nodes
            .iter()
            .filter(|(address, node)| {
                let quiet = after(node.heard_at, RIVAL_AGAIN) <= now.run;
                self.owner(**address).is_none() && node.is_judged() && (node.id.is_none() || quiet)
            })
            .min_by_key(|(_, node)| (node.id.is_some(), node.heard_at))
            .map(|(address, _)| *address);
        least.is_some_and(|address| self.nodes.remove(&address).is_some())
    }

    pub(super) fn announced(&mut self, now: Moment, from: Ipv4Addr, frame: &Frame) {
        let eoj = frame.seoj;
        if eoj.is_node_profile() {
            self.note(now, from, None);
            self.introduced(now, from);
        } else if let Some(device) = self.device_at(from, eoj).filter(|_| self.is_trusted(from)) {
            if let Some(node) = self.nodes.get_mut(&from) {
                node.heard_at = now.run;
            }
            self.heard_announcement(now, &device, frame);
        } else {
            self.not_believed(now, from, eoj);
            self.note(now, from, Some(eoj));
            if self.owner(from).is_some() && !self.is_trusted(from) {
                // A device of the house that was away may be back.
                self.introduced(now, from);
            }
        }
    }

    /// A node announces itself: it started, or another one took its address. Until it was asked again nothing from
    /// there is believed.
    fn introduced(&mut self, now: Moment, from: Ipv4Addr) {
        if let Some(node) = self.nodes.get_mut(&from) {
            let fresh = node.verified_at.is_some_and(|at| now.run < after(at, FRESHLY_VERIFIED));
            if !fresh {
                node.verified_at = None;
                node.identify_at = node.identify_at.min(now.run);
            }
        }
    }

    /// Something in the name of an object of ours came from where that object is not.
    fn not_believed(&mut self, now: Moment, from: Ipv4Addr, eoj: Eoj) {
        if !self.devices.values().any(|device| device.eoj() == eoj) {
            return;
        }
        self.counters.not_believed += 1;
        let claims = self.nodes.get(&from).and_then(|node| node.id.clone());
        if let Some(claimed) = claims.filter(|id| self.pins.get(id).is_some_and(|pin| pin.address != Some(from))) {
            self.impersonated(now, &self.devices_of(&claimed), from);
        }
    }

    /// An answer that was not asked for, or one to a question that somebody else was asked.
    pub(super) fn stray(&mut self, now: Moment, from: Ipv4Addr, frame: &Frame) {
        self.counters.stray += 1;
        let forged = self
            .nodes
            .iter()
            .filter(|(address, _)| **address != from)
            .find_map(|(address, node)| Some((*address, node.asking.would_be_answered_by(frame)?.clone())));
        if let Some((address, purpose)) = forged {
            self.counters.not_believed += 1;
            let devices = match self.device_of(&purpose) {
                Some(device) => vec![device],
                None => self.owner(address).map(|id| self.devices_of(id)).unwrap_or_default(),
            };
            self.impersonated(now, &devices, from);
        }
        self.note(now, from, None);
    }

    pub(super) fn impersonated(&mut self, now: Moment, devices: &[DeviceId], address: Ipv4Addr) {
        for id in devices {
            let Some(device) = self.devices.get_mut(id) else {
                continue;
            };
            if device
                .impersonated_at
                .is_none_or(|at| after(at, IMPERSONATION_EVERY) <= now.run)
            {
                device.impersonated_at = Some(now.run);
                tracing::warn!(device = %id, %address, "somebody speaks in the name of this device");
                let device = id.clone();
                self.tell(LanEvent::Impersonation { device, address });
            }
        }
    }

    /// Asks the nodes whose time has come who they are.
    pub(super) fn begin_identifications(&mut self, now: Moment) {
        let due = |node: &Node| node.identify_at <= now.run;
        let addresses: Vec<Ipv4Addr> = self.nodes.iter().filter(|(_, n)| due(n)).map(|(a, _)| *a).collect();
        for address in addresses {
            self.identify(now, address);
        }
    }

    /// Asks a node who it is, unless that is being asked.
    pub(super) fn identify(&mut self, now: Moment, address: Ipv4Addr) {
        let pinned = self.owner(address).is_some();
        let wait = self.config.answer_within;
        let Some(node) = self.nodes.get_mut(&address) else {
            return;
        };
        // The answer, or its absence, sets the next time.
        node.identify_at = now.after(STRANGER_AGAIN);
        if node.asking.has(|purpose| *purpose == Purpose::Identify) {
            return;
        }
        let alone = node.alone || node.failures % 2 == 1;
        let codes: &[u8] = if alone {
            &[epc::IDENTIFICATION]
        } else {
            &[epc::IDENTIFICATION, epc::INSTANCE_LIST]
        };
        node.asking.push(Question {
            eoj: Eoj::NODE_PROFILE,
            esv: Esv::Get,
            properties: codes.iter().map(|code| Property::bare(*code)).collect(),
            purpose: Purpose::Identify,
            urgency: Urgency::Identity,
            repeats: if pinned { 2 } else { 1 },
            wait,
            not_after: None,
        });
    }

    /// A node answered who it is.
    pub(super) fn identified(&mut self, now: Moment, from: Ipv4Addr, answers: &[(u8, Answer)]) {
        let value = |code| {
            answers.iter().find_map(|(epc, answer)| match answer {
                Answer::Value(bytes) if *epc == code => Some(bytes.as_slice()),
                _ => None,
            })
        };
        // A number that begins with 0 is one that was never given.
        let id = value(epc::IDENTIFICATION)
            .and_then(|bytes| NodeId::new(bytes).ok())
            .filter(|id| id.as_bytes().first() != Some(&0));
        let instances = value(epc::INSTANCE_LIST).map(<[u8]>::to_vec);
        let again = jittered(&*self.entropy.0, STRANGER_AGAIN, 10);
        let Some(node) = self.nodes.get_mut(&from) else { return };
        let before = std::mem::replace(&mut node.id, id.clone());
        // Some nodes answer for one property at a time only.
        node.alone |= node.failures % 2 == 1;
        node.failures = 0;
        node.verified_at = Some(now.run);
        node.identify_at = now.after(again);
        if before != id {
            node.forget_what_was_told();
        }
        node.untold = true;
        match instances {
            Some(list) => self.has_instances(from, &list),
            None => self.ask_instances(from),
        }
        if let Some(before) = before.filter(|before| Some(before) != id.as_ref()) {
            self.moved_away(now, &before, from);
        }
        if let Some(id) = id.filter(|id| self.pins.contains_key(id)) {
            self.claimed(now, from, &id);
        }
    }

    /// Takes a node's instance list.
    pub(super) fn has_instances(&mut self, from: Ipv4Addr, list: &[u8]) {
        let frame = Frame::new(
            0,
            Eoj::NODE_PROFILE,
            Eoj::CONTROLLER,
            Esv::GetRes,
            vec![Property::new(epc::INSTANCE_LIST, list)],
        );
        let instances = discovery::read(&frame).and_then(|introduction| introduction.instances);
        if let (Some(node), Some(instances)) = (self.nodes.get_mut(&from), instances) {
            node.voices.retain(|voice| !instances.contains(voice));
            node.instances = instances;
            node.untold = true;
        }
    }

    fn ask_instances(&mut self, from: Ipv4Addr) {
        let wait = self.config.answer_within;
        let Some(node) = self.nodes.get_mut(&from) else { return };
        if node.instances.is_empty() && !node.asking.has(|purpose| *purpose == Purpose::Instances) {
            node.asking.push(Question {
                eoj: Eoj::NODE_PROFILE,
                esv: Esv::Get,
                properties: vec![Property::bare(epc::INSTANCE_LIST)],
                purpose: Purpose::Instances,
                urgency: Urgency::Round,
                repeats: 1,
                wait,
                not_after: None,
            });
        }
    }

    /// A node answered with a number of the equipment list.
    fn claimed(&mut self, now: Moment, from: Ipv4Addr, id: &NodeId) {
        let Some(pin) = self.pins.get_mut(id) else { return };
        match pin.address {
            None => {
                pin.address = Some(from);
                pin.rival = None;
                tracing::info!(node = %id, address = %from, "a node of the house was found");
                self.verified(now, id, from);
            }
            Some(known) if known == from => {
                let rival = pin.rival.take();
                self.verified(now, id, from);
                if let Some(rival) = rival {
                    self.impersonated(now, &self.devices_of(id), rival);
                }
            }
            Some(known) => {
                self.counters.not_believed += 1;
                let look = pin.rival.is_none() && pin.rivals_after.is_none_or(|at| at <= now.run);
                if look {
                    pin.rival = Some(from);
                    pin.rivals_after = Some(now.after(RIVAL_AGAIN / 2));
                    tracing::warn!(node = %id, %known, rival = %from, "two addresses claim to be the same node");
                    self.identify(now, known);
                }
                let again = jittered(&*self.entropy.0, RIVAL_AGAIN, 10);
                if let Some(node) = self.nodes.get_mut(&from) {
                    node.identify_at = now.after(again);
                }
            }
        }
    }

    /// A node is where it is said to be: its devices are looked at at once.
    fn verified(&mut self, now: Moment, id: &NodeId, address: Ipv4Addr) {
        let again = jittered(&*self.entropy.0, VERIFY_AGAIN, 10);
        if let Some(node) = self.nodes.get_mut(&address) {
            node.identify_at = now.after(again);
        }
        for device in self.devices_of(id) {
            self.look_at_once(now, &device);
        }
    }

    /// The node is not at this address any more.
    fn moved_away(&mut self, now: Moment, id: &NodeId, from: Ipv4Addr) {
        let Some(pin) = self.pins.get_mut(id).filter(|pin| pin.address == Some(from)) else {
            return;
        };
        pin.address = None;
        let rival = pin.rival.take();
        tracing::info!(node = %id, address = %from, "a node of the house is not there any more");
        self.give_up_requests(from, &self.devices_of(id));
        if let Some(node) = rival.and_then(|rival| self.nodes.get_mut(&rival)) {
            node.identify_at = now.run;
        }
        self.search_now(now);
    }

    /// A node did not answer who it is.
    pub(super) fn not_identified(&mut self, now: Moment, from: Ipv4Addr) {
        let owner = self.owner(from).cloned();
        let Some(node) = self.nodes.get_mut(&from) else { return };
        node.verified_at = None;
        node.failures = node.failures.saturating_add(1);
        let step = usize::from(node.failures.saturating_sub(1)).min(FAILED_AGAIN.len() - 1);
        let mut again = FAILED_AGAIN.get(step).copied().unwrap_or(STRANGER_AGAIN);
        if let Some(id) = &owner {
            // A device of the house is asked in its rounds, for as long as it takes.
            again = again.min(self.config.poll_every);
            let contested = self.pins.get(id).is_some_and(|pin| pin.rival.is_some());
            self.give_up_requests(from, &self.devices_of(id));
            if contested {
                self.moved_away(now, id, from);
                self.nodes.remove(&from);
            }
        } else if after(node.heard_at, STRANGER_AGAIN) <= now.run {
            self.nodes.remove(&from);
        } else if node.failures >= 2 {
            node.untold = true;
            let voices = node.voices.clone();
            self.suspect(now, from, &voices);
        }
        if let Some(node) = self.nodes.get_mut(&from) {
            node.identify_at = now.after(jittered(&*self.entropy.0, again, 20));
        }
    }

    /// An address announced something and does not answer for it. If only one device of the house is such an
    /// object, that is the one whose name was used; with several nobody can say which, and the unknown node is told.
    fn suspect(&mut self, now: Moment, from: Ipv4Addr, voices: &[Eoj]) {
        for voice in voices {
            let namesakes = self.devices.values().filter(|device| device.eoj() == *voice);
            let namesakes: Vec<DeviceId> = namesakes.map(|device| device.id.clone()).collect();
            if namesakes.len() == 1 {
                self.impersonated(now, &namesakes, from);
            }
        }
    }

    /// The equipment list changed: nodes that are known already may belong to the house now, or not any more.
    pub(super) fn look_again_at_known_nodes(&mut self, now: Moment) {
        let claims: Vec<(Ipv4Addr, NodeId)> = self
            .nodes
            .iter()
            .filter_map(|(address, node)| Some((*address, node.id.clone()?)))
            .collect();
        for (address, id) in claims {
            let unplaced = self.pins.get(&id).is_some_and(|pin| pin.address.is_none());
            if let Some(node) = self.nodes.get_mut(&address) {
                node.untold = true;
                if unplaced {
                    node.identify_at = now.run;
                }
            }
        }
    }
}
