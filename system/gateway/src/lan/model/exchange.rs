//! Questions out, answers in: which answer belongs to which question, and what happens when none comes.

use std::net::Ipv4Addr;

use tomori_echonet_lite::transaction::{Answer, Answered};
use tomori_echonet_lite::{Frame, discovery};
use tomori_smart_home::DeviceId;

use super::super::asking::{Question, Step};
use super::super::moment::Moment;
use super::{Core, Effect, Purpose};

impl Core {
    /// Something that is not a request and not an announcement arrived.
    pub(super) fn answered(&mut self, now: Moment, from: Ipv4Addr, frame: &Frame) {
        let gap = self.config.gap;
        let taken = self.nodes.get_mut(&from).and_then(|node| {
            node.heard_at = now.run;
            node.asking.take(now.run, from, frame, gap)
        });
        match taken {
            Some((question, answered)) => self.settle(now, from, question, answered),
            None if self.is_late_set(now, from, frame) => {}
            None if discovery::read(frame).is_some() => self.note(now, from, None),
            None => self.stray(now, from, frame),
        }
    }

    fn settle(&mut self, now: Moment, from: Ipv4Addr, question: Question<Purpose>, answered: Answered<()>) {
        match question.purpose {
            Purpose::Identify => self.identified(now, from, &answered.answers),
            Purpose::Instances => {
                if let Some((_, Answer::Value(list))) = answered.answers.first() {
                    self.has_instances(from, list);
                }
            }
            Purpose::Maps(id) => self.maps_answered(now, &id, &answered.answers),
            Purpose::Round(id) => self.round_answered(now, &id, &answered.answers),
            Purpose::Read(ticket) => self.read_answered(now, ticket, &answered.answers),
            Purpose::Origin(_) => {}
            Purpose::Set(ticket) => self.set_answered(now, ticket, &answered),
        }
    }

    /// Does what a node's questions ask for now.
    pub(super) fn ask(&mut self, now: Moment, address: Ipv4Addr) {
        // Giving one question up can bring forth the next; a few turns are enough, the rest comes with the next tick.
        for _ in 0..8 {
            let first = self.random_tid();
            let gap = self.config.gap;
            let Some(node) = self.nodes.get_mut(&address) else {
                return;
            };
            let steps = node.asking.step(now.run, address, gap, || first);
            if steps.is_empty() {
                return;
            }
            for step in steps {
                match step {
                    Step::Send { bytes, purpose, tid } => {
                        match purpose {
                            Some(purpose) => self.asked(now, address, &purpose, tid),
                            None => self.counters.repeated += 1,
                        }
                        self.counters.sent += 1;
                        self.effects.push(Effect::Send(address, bytes));
                    }
                    Step::GaveUp { question, tid, hurried } => self.gave_up(now, address, question, tid, hurried),
                }
            }
        }
    }

    /// A question was sent for the first time: from now on silence counts.
    fn asked(&mut self, now: Moment, address: Ipv4Addr, purpose: &Purpose, tid: u16) {
        let devices = match purpose {
            Purpose::Identify => self.owner(address).map(|id| self.devices_of(id)).unwrap_or_default(),
            purpose => self.device_of(purpose).into_iter().collect(),
        };
        for id in devices {
            if let Some(device) = self.devices.get_mut(&id) {
                device.asked_since.get_or_insert(now.run);
            }
        }
        if let Purpose::Set(ticket) = purpose {
            self.set_was_sent(now, *ticket, address, tid);
        }
    }

    /// The device that a question is about.
    pub(super) fn device_of(&self, purpose: &Purpose) -> Option<DeviceId> {
        match purpose {
            Purpose::Identify | Purpose::Instances => None,
            Purpose::Maps(id) | Purpose::Round(id) => Some(id.clone()),
            Purpose::Read(ticket) => self.reads.get(ticket).map(|read| read.device.clone()),
            Purpose::Origin(ticket) | Purpose::Set(ticket) => self.sets.get(ticket).map(|set| set.device.clone()),
        }
    }

    fn gave_up(&mut self, now: Moment, from: Ipv4Addr, question: Question<Purpose>, tid: Option<u16>, hurried: bool) {
        if tid.is_some() && !hurried {
            self.counters.unanswered += 1;
        }
        match question.purpose {
            Purpose::Identify => self.not_identified(now, from),
            Purpose::Instances | Purpose::Origin(_) => {}
            Purpose::Maps(id) => self.maps_unanswered(now, &id, hurried),
            Purpose::Round(id) => self.round_unanswered(now, &id, question.properties.len(), hurried),
            Purpose::Read(ticket) => self.read_unanswered(ticket, question, hurried),
            Purpose::Set(ticket) => self.set_unanswered(now, ticket, tid.is_some()),
        }
    }
}
