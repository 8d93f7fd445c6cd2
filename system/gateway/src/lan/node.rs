//! What answers at one address of the house's network.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::Eoj;
use tomori_runtime::clock::after;
use tomori_smart_home::device::NodeId;

use super::asking::Asking;
use super::model::Purpose;

/// The most objects of one node that are remembered beside its instance list.
const MOST_VOICES: usize = 4;
/// After this an unknown node that is still there is told again.
const TOLD_AGAIN: Duration = Duration::from_secs(24 * 3600);

/// What is known of the node at an address.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is asked.
    pub asking: Asking<Purpose>,
    /// The identification number it answered with when it was last asked.
    pub id: Option<NodeId>,
    /// When it answered so; `None` when it has to be asked again before anything it says is believed.
    pub verified_at: Option<Timestamp>,
    /// The objects it says it has.
    pub instances: Vec<Eoj>,
    /// The objects it spoke as without being asked.
    pub voices: Vec<Eoj>,
    /// When it is asked next who it is.
    pub identify_at: Timestamp,
    /// How often in a row it did not answer that.
    pub failures: u8,
    /// It answers for one property at a time only.
    pub alone: bool,
    /// When a datagram last came from there.
    pub heard_at: Timestamp,
    /// Whether there may be something to tell of it.
    pub untold: bool,
    told: BTreeMap<Eoj, Timestamp>,
}

/// Where a node of the equipment list is.
#[derive(Debug, Default)]
pub(super) struct Pin {
    /// The address at which it was verified.
    pub address: Option<std::net::Ipv4Addr>,
    /// Another address that claims to be this node, while the known one is asked.
    pub rival: Option<std::net::Ipv4Addr>,
    /// Before this no other claim is looked into.
    pub rivals_after: Option<Timestamp>,
}

impl Node {
    pub(super) fn new(now: Timestamp, identify_at: Timestamp) -> Self {
        Self {
            asking: Asking::new(now),
            id: None,
            verified_at: None,
            instances: Vec::new(),
            voices: Vec::new(),
            identify_at,
            failures: 0,
            alone: false,
            heard_at: now,
            untold: false,
            told: BTreeMap::new(),
        }
    }

    /// Takes note of an object that spoke.
    pub(super) fn spoke_as(&mut self, eoj: Eoj) {
        if self.voices.len() < MOST_VOICES && !self.voices.contains(&eoj) && !self.instances.contains(&eoj) {
            self.voices.push(eoj);
            self.untold = true;
        }
    }

    /// Whether it has been found out who it is, or that it does not tell.
    pub(super) fn is_judged(&self) -> bool {
        self.id.is_some() || self.verified_at.is_some() || self.failures >= 2
    }

    /// Everything it has, as far as known; the node profile when nothing is.
    pub(super) fn objects(&self) -> Vec<Eoj> {
        let mut objects = self.instances.clone();
        objects.extend(&self.voices);
        if objects.is_empty() {
            objects.push(Eoj::NODE_PROFILE);
        }
        objects
    }

    /// Another node answers here now: what was told of the one before says nothing of it.
    pub(super) fn forget_what_was_told(&mut self) {
        self.told.clear();
        self.voices.clear();
        self.instances.clear();
    }

    /// Whether to tell of this object now; remembers that it was told.
    pub(super) fn tell(&mut self, now: Timestamp, eoj: Eoj) -> bool {
        let due = self.told.get(&eoj).is_none_or(|told| after(*told, TOLD_AGAIN) <= now);
        if due {
            self.told.insert(eoj, now);
        }
        due
    }

    /// When there is something to do.
    pub(super) fn next_due(&self) -> Timestamp {
        let asking = self.asking.next_due().unwrap_or(Timestamp::MAX);
        asking.min(self.identify_at)
    }
}
