//! What the adopted devices say: announcements, the rounds in which they are asked, and their silence.
//!
//! Truth comes from the device alone. What it announces is believed from its verified address; what it does not
//! announce is asked for, often while a shutter moves; and when it says nothing at all it is lost, and everything
//! that was known of it is of the past (SR2-H-4 1).

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::node::Maps;
use tomori_echonet_lite::transaction::{Answer, Answered};
use tomori_echonet_lite::{Esv, Frame, Property, PropertyMap, epc};
use tomori_runtime::clock::after;
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, PropertyName, PropertyValue, Report};

use super::super::asking::{Question, Step, Urgency};
use super::super::device::{Device, MapsKnown, Together};
use super::super::event::LanEvent;
use super::super::hand::{Operation, Sight, Status};
use super::super::moment::{Moment, jittered, up_to};
use super::{Core, Purpose};

/// Doors and shutters are asked this soon after they announced something.
const LOOK_AGAIN: Duration = Duration::from_millis(300);
/// A device that did not answer its round is asked again this soon.
const ROUND_AGAIN: Duration = Duration::from_millis(500);
/// Nothing moves for longer; a device that says so is asked at the usual pace again.
const LONGEST_MOVEMENT: Duration = Duration::from_secs(180);
/// After a set a shutter is looked at often for this long, whether it moves already or not.
pub(super) const QUICK_AFTER_SET: Duration = Duration::from_secs(5);
/// So many attempts to read the property maps: together, then one alone.
const MAP_ATTEMPTS: u8 = 2;

impl Core {
    /// A device of the house announced something from its verified address.
    pub(super) fn heard_announcement(&mut self, now: Moment, id: &DeviceId, frame: &Frame) {
        let values: Vec<(u8, Vec<u8>)> = frame
            .properties
            .iter()
            .filter(|property| !property.edt.is_empty())
            .map(|property| (property.epc, property.edt.clone()))
            .collect();
        let (_, changed) = self.learn(now, id, &values, Source::Announced);
        if let Some(device) = self.devices.get_mut(id)
            && changed
            && device.is_looked_at_again()
        {
            device.round_at = device.round_at.min(now.after(LOOK_AGAIN));
        }
    }

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
            None if tomori_echonet_lite::discovery::read(frame).is_some() => self.note(now, from, None),
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
                        self.effects.push(super::Effect::Send(address, bytes));
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
            Purpose::Maps(id) => {
                if let Some(device) = self.devices.get_mut(&id) {
                    device.asking = false;
                    device.round_at = now.after(ROUND_AGAIN);
                    if !hurried {
                        device.maps = next_attempt(device.maps);
                    }
                }
            }
            Purpose::Round(id) => self.round_unanswered(now, &id, question.properties.len(), hurried),
            Purpose::Read(ticket) => self.read_unanswered(ticket, question, hurried),
            Purpose::Set(ticket) => self.set_unanswered(now, ticket, tid.is_some()),
        }
    }

    /// Begins the rounds that are due, at nodes that are trusted.
    pub(super) fn begin_rounds(&mut self, now: Moment) {
        let due: Vec<DeviceId> = self
            .devices
            .values()
            .filter(|device| self.device_due(device) <= now.run)
            .map(|device| device.id.clone())
            .collect();
        for id in due {
            let address = self.devices.get(&id).and_then(|device| self.address_of(device));
            let ready = address.is_some_and(|address| self.is_trusted(address));
            let Some(device) = self.devices.get_mut(&id) else {
                continue;
            };
            if !ready {
                // Who the node is has to be found out first; that looks at its devices at once.
                device.round_at = now.after(self.config.poll_every);
                continue;
            }
            if wants_quick(device, now) {
                device.quick_since.get_or_insert(now.run);
            } else {
                device.quick_since = None;
            }
            let quick = is_quick(device, now);
            if !matches!(device.maps, MapsKnown::Unread(_)) {
                device.begin_round(quick);
            }
            self.next_question(now, &id);
        }
    }

    /// When something is due for a device.
    pub(super) fn device_due(&self, device: &Device) -> Timestamp {
        let silent = device
            .asked_since
            .filter(|_| device.alive)
            .map_or(Timestamp::MAX, |since| after(since, self.config.lost_after));
        let round = if device.asking { Timestamp::MAX } else { device.round_at };
        round.min(silent)
    }

    /// Asks the next question of a device's round, or ends the round.
    fn next_question(&mut self, now: Moment, id: &DeviceId) {
        let jitter = jittered(&*self.entropy.0, self.config.poll_every, 10);
        let (poll_moving, wait) = (self.config.poll_moving, self.config.answer_within);
        let Some(device) = self.devices.get_mut(id) else { return };
        let (purpose, codes) = match device.maps {
            MapsKnown::Unread(attempts) => {
                let all: &[u8] = &[epc::ANNOUNCE_MAP, epc::SET_MAP, epc::GET_MAP];
                let codes = if attempts == 0 { all } else { &[epc::GET_MAP] };
                (Purpose::Maps(id.clone()), codes.to_vec())
            }
            _ => match device.left.pop_front() {
                Some(codes) => (Purpose::Round(id.clone()), codes),
                None => {
                    device.asking = false;
                    let quick = is_quick(device, now);
                    device.round_at = now.after(if quick { poll_moving } else { jitter });
                    return;
                }
            },
        };
        let question = Question {
            eoj: device.eoj(),
            esv: Esv::Get,
            properties: codes.into_iter().map(Property::bare).collect(),
            purpose,
            urgency: Urgency::Round,
            repeats: 2,
            wait,
            not_after: None,
        };
        let address = self.devices.get(id).and_then(|device| self.address_of(device));
        let put = address
            .and_then(|address| self.nodes.get_mut(&address))
            .is_some_and(|node| node.asking.push(question));
        if let Some(device) = self.devices.get_mut(id) {
            device.asking = put;
            if !put {
                device.round_at = now.after(poll_moving);
            }
        }
    }

    /// Looks at a device as soon as possible.
    pub(super) fn look_at_once(&mut self, now: Moment, id: &DeviceId) {
        if let Some(device) = self.devices.get_mut(id) {
            device.round_at = now.run;
        }
    }

    fn maps_answered(&mut self, now: Moment, id: &DeviceId, answers: &[(u8, Answer)]) {
        self.heard(now, id);
        let map = |code| {
            answers.iter().find_map(|(epc, answer)| match answer {
                Answer::Value(bytes) if *epc == code => PropertyMap::decode(bytes).ok(),
                _ => None,
            })
        };
        let Some(device) = self.devices.get_mut(id) else { return };
        device.maps = match (map(epc::GET_MAP), map(epc::SET_MAP)) {
            (Some(get), Some(set)) => MapsKnown::Read(Maps {
                announce: map(epc::ANNOUNCE_MAP).unwrap_or_default(),
                set,
                get,
            }),
            // It answers for one property at a time only: what can be set is then found out by setting.
            (Some(get), None) => MapsKnown::Read(Maps {
                announce: PropertyMap::EMPTY,
                set: device
                    .class
                    .properties()
                    .filter(|spec| spec.set == tomori_echonet_lite::class::Access::Required)
                    .map(|spec| spec.epc)
                    .collect(),
                get,
            }),
            (None, _) => next_attempt(device.maps),
        };
        if !matches!(device.maps, MapsKnown::Unread(_)) {
            device.begin_round(false);
        }
        self.next_question(now, id);
    }

    fn round_answered(&mut self, now: Moment, id: &DeviceId, answers: &[(u8, Answer)]) {
        let values = values_of(answers);
        self.learn(now, id, &values, Source::Polled);
        let Some(device) = self.devices.get_mut(id) else { return };
        if answers.len() > 1 && values.is_empty() {
            // It refuses them together; perhaps it answers them alone.
            device.together = Together::Trying;
            device.left.clear();
            device.begin_round(false);
        } else {
            for (code, answer) in answers {
                match answer {
                    Answer::Refused => device.refuse(*code),
                    Answer::Value(_) | Answer::Done => device.grant(*code),
                }
            }
            if !values.is_empty() {
                device.answered_together(answers.len() > 1);
            }
            if device.left.is_empty() {
                device.end_round();
            }
        }
        self.next_question(now, id);
    }

    fn round_unanswered(&mut self, now: Moment, id: &DeviceId, asked: usize, hurried: bool) {
        let wait = up_to(&*self.entropy.0, ROUND_AGAIN);
        let Some(device) = self.devices.get_mut(id) else { return };
        device.asking = false;
        device.left.clear();
        device.round_at = now.after(wait);
        if !hurried {
            device.together = match device.together {
                Together::Many if asked > 1 => Together::Trying,
                Together::Trying => Together::Many,
                as_before => as_before,
            };
        }
    }

    /// The device said something.
    pub(super) fn heard(&mut self, now: Moment, id: &DeviceId) {
        let Some(device) = self.devices.get_mut(id) else { return };
        device.last_heard = Some(now.wall);
        device.asked_since = None;
        if !device.alive {
            device.appear();
            device.round_at = now.run;
            tracing::info!(device = %id, "the device answers");
            let device = id.clone();
            self.tell(LanEvent::Appeared { device });
        }
    }

    /// Takes what a device said, and tells what is new. Returns the reports, and whether any value changed.
    pub(super) fn learn(
        &mut self,
        now: Moment,
        id: &DeviceId,
        values: &[(u8, Vec<u8>)],
        source: Source,
    ) -> (Vec<(PropertyName, Report)>, bool) {
        self.heard(now, id);
        let repeat_before = now
            .run
            .checked_sub(jiff::SignedDuration::try_from(self.config.repeat_every).unwrap_or_default())
            .unwrap_or(Timestamp::MIN);
        let patience = self.patience();
        let Some(device) = self.devices.get_mut(id) else {
            return (Vec::new(), false);
        };
        let (mut reports, mut events, mut any_changed) = (Vec::new(), Vec::new(), false);
        for (code, bytes) in values {
            let value = match device.class.read(*code, bytes) {
                Some((name, Ok(value))) => (name, value),
                Some((_, Err(error))) => {
                    tracing::debug!(device = %id, %error, "a device says something without a meaning");
                    continue;
                }
                None => continue,
            };
            let (name, value) = value;
            let report = Report {
                value,
                at: now.wall,
                source,
            };
            let (changed, tell) = device.take(&name, report.clone(), now.run, repeat_before);
            any_changed |= changed;
            if tell {
                events.push(LanEvent::Reported {
                    device: id.clone(),
                    property: name.clone(),
                    report: report.clone(),
                });
            }
            reports.push((name, report));
        }
        if device.class.code == 0x0263 && device.hand.look(now.run, sight(&reports), patience) {
            tracing::info!(device = %id, "a hand moved the shutter");
            events.push(LanEvent::MovedByHand {
                device: id.clone(),
                at: now.wall,
            });
        }
        if !device.asking && is_quick(device, now) {
            device.round_at = device.round_at.min(now.after(self.config.poll_moving));
        }
        events.into_iter().for_each(|event| self.tell(event));
        (reports, any_changed)
    }

    /// Gives up the devices that have been asked for long without a word.
    pub(super) fn lose_the_silent(&mut self, now: Moment) {
        let lost_after = self.config.lost_after;
        let silent: Vec<DeviceId> = self
            .devices
            .values()
            .filter(|device| {
                device.alive
                    && device
                        .asked_since
                        .is_some_and(|since| after(since, lost_after) <= now.run)
            })
            .map(|device| device.id.clone())
            .collect();
        for id in silent {
            let Some(device) = self.devices.get_mut(&id) else {
                continue;
            };
            device.lose();
            device.asked_since = None;
            let last_heard = device.last_heard.unwrap_or(now.wall);
            let node = device.endpoint.node.clone();
            tracing::warn!(device = %id, "the device does not answer any more");
            self.tell(LanEvent::Lost { device: id, last_heard });
            // When nothing on the node answers, another node may have its address by the time something does.
            let others = self
                .devices_of(&node)
                .iter()
                .any(|id| self.devices.get(id).is_some_and(|d| d.alive));
            let address = self.pins.get(&node).and_then(|pin| pin.address);
            if let Some(node) = address
                .filter(|_| !others)
                .and_then(|address| self.nodes.get_mut(&address))
            {
                node.verified_at = None;
                node.identify_at = now.run;
            }
            self.search_now(now);
        }
    }
}

/// Whether a device is looked at often now.
fn is_quick(device: &Device, now: Moment) -> bool {
    let endless = device
        .quick_since
        .is_some_and(|since| after(since, LONGEST_MOVEMENT) <= now.run);
    wants_quick(device, now) && !endless
}

fn wants_quick(device: &Device, now: Moment) -> bool {
    let just_set = device.quick_until.is_some_and(|until| now.run < until);
    device.hand.is_moving() || device.hand.in_doubt() || just_set
}

/// After an attempt at the property maps that came to nothing.
fn next_attempt(maps: MapsKnown) -> MapsKnown {
    match maps {
        MapsKnown::Unread(attempts) if attempts + 1 < MAP_ATTEMPTS => MapsKnown::Unread(attempts + 1),
        MapsKnown::Unread(_) => MapsKnown::Assumed,
        known => known,
    }
}

/// What was read of what was asked.
pub(super) fn values_of(answers: &[(u8, Answer)]) -> Vec<(u8, Vec<u8>)> {
    answers
        .iter()
        .filter_map(|(code, answer)| match answer {
            Answer::Value(bytes) => Some((*code, bytes.clone())),
            Answer::Done | Answer::Refused => None,
        })
        .collect()
}

fn sight(reports: &[(PropertyName, Report)]) -> Sight {
    let mut sight = Sight::default();
    for (name, report) in reports {
        match (name.as_str(), &report.value) {
            ("openCloseStatus", PropertyValue::Word(word)) => sight.status = Status::from_word(word),
            ("openCloseOperation", PropertyValue::Word(word)) => sight.operation = Operation::from_word(word),
            ("degreeOfOpening", PropertyValue::Number(degree)) => sight.degree = Some(*degree),
            ("faultStatus", PropertyValue::Boolean(fault)) => sight.fault = Some(*fault),
            _ => {}
        }
    }
    sight
}
