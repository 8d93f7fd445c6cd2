//! Telling of what is on the network and not on the equipment list (SR2-H-4 2).

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::Eoj;
use tomori_runtime::clock::after;
use tomori_smart_home::device::{Endpoint, NodeId};

use super::super::event::LanEvent;
use super::super::moment::Moment;
use super::Core;

/// How many unknown nodes are told at once, and how long until one more may be.
const TELLINGS: (u32, Duration) = (32, Duration::from_secs(2));

/// How many unknown nodes may be told now. What may not is told later, not forgotten.
#[derive(Debug)]
pub(super) struct Tellings {
    left: u32,
    filled_at: Timestamp,
}

impl Tellings {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            left: TELLINGS.0,
            filled_at: now,
        }
    }

    fn fill(&mut self, now: Timestamp) {
        while self.left < TELLINGS.0 && after(self.filled_at, TELLINGS.1) <= now {
            self.left += 1;
            self.filled_at = after(self.filled_at, TELLINGS.1);
        }
        if self.left == TELLINGS.0 {
            self.filled_at = now;
        }
    }
}

impl Core {
    /// Tells of nodes and objects that are not on the equipment list (SR2-H-4 2). Before there is a list nothing is
    /// known or unknown: nodes are remembered, as many as the table holds, and judged when the first list comes.
    pub(super) fn tell_of_unknown_nodes(&mut self, now: Moment) {
        if !self.has_list {
            return;
        }
        self.unknown.fill(now.run);
        let untold: Vec<Ipv4Addr> = self.nodes.iter().filter(|(_, n)| n.untold).map(|(a, _)| *a).collect();
        for address in untold {
            let Some(node) = self.nodes.get(&address).filter(|node| node.is_judged()) else {
                continue;
            };
            let listed = node.id.as_ref().and_then(|id| self.pins.get(id));
            // A rival is told as such, and a node that is about to be placed not at all.
            let ours = listed.is_none_or(|pin| pin.address == Some(address));
            let id = node.id.clone().or_else(|| NodeId::new(&[0]).ok());
            let Some(id) = id.filter(|_| ours) else { continue };
            let endpoint = |eoj: Eoj| Endpoint {
                node: id.clone(),
                class_code: eoj.class,
                instance: eoj.instance,
            };
            // Of a node of the house only the objects that it tells itself are of interest, not its profile.
            let profile = |eoj: &Eoj| listed.is_some() && eoj.is_node_profile();
            let unknown: Vec<(Eoj, Endpoint)> = node
                .objects()
                .into_iter()
                .filter(|eoj| !profile(eoj))
                .map(|eoj| (eoj, endpoint(eoj)))
                .filter(|(_, endpoint)| !self.endpoints.contains_key(endpoint))
                .collect();
            self.tell_unknown(now, address, unknown);
        }
    }

    fn tell_unknown(&mut self, now: Moment, address: Ipv4Addr, unknown: Vec<(Eoj, Endpoint)>) {
        for (eoj, endpoint) in unknown {
            if self.unknown.left == 0 {
                return;
            }
            let told = self.nodes.get_mut(&address).is_some_and(|node| node.tell(now.run, eoj));
            if told {
                self.unknown.left -= 1;
                self.tell(LanEvent::UnknownNode { endpoint, address });
            }
        }
        if let Some(node) = self.nodes.get_mut(&address) {
            node.untold = false;
        }
    }

    /// When more unknown nodes may be told, if any wait.
    pub(super) fn unknown_due(&self) -> Timestamp {
        let waiting = self.has_list && self.unknown.left == 0 && self.nodes.values().any(|node| node.untold);
        if waiting {
            after(self.unknown.filled_at, TELLINGS.1)
        } else {
            Timestamp::MAX
        }
    }
}
