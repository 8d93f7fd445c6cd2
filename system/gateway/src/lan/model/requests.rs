//! What others want of the devices: setting and reading, each with somebody who waits for the answer.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::transaction::{Answer, Answered};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, epc};
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, PropertyName, PropertyValue, Report};

use super::super::asking::{Question, Urgency};
use super::super::device::Together;
use super::super::event::{ReadError, SetError};
use super::super::moment::Moment;
use super::rounds::{QUICK_AFTER_SET, values_of};
use super::{Core, Effect, Purpose, Ticket};

/// The most requests that wait at once, in the whole house.
const MOST_UNDER_WAY: usize = 256;
/// The most properties that one reading may ask for.
const MOST_READ: usize = 64;
/// For how long the late answer to a set is still recognised, and how many are.
const LATE: (Duration, usize) = (Duration::from_secs(60), 32);
/// How soon a device is looked at after it took a set.
const LOOK_AFTER_SET: Duration = Duration::from_millis(200);
/// 0x93: the wish comes from inside the house, or through a public network.
const INSIDE: u8 = 0x41;
const OUTSIDE: u8 = 0x42;

/// A set that somebody waits for.
#[derive(Debug)]
pub(super) struct SetUnderWay {
    pub device: DeviceId,
    property: PropertyName,
    value: PropertyValue,
    code: u8,
    eoj: Eoj,
    sent: Option<(Ipv4Addr, u16)>,
}

/// A reading that somebody waits for.
#[derive(Debug)]
pub(super) struct ReadUnderWay {
    pub device: DeviceId,
    left: VecDeque<Vec<u8>>,
    reports: Vec<(PropertyName, Report)>,
    source: Source,
}

/// A set that was given up and may yet be answered.
#[derive(Debug)]
pub(super) struct LateSet {
    device: DeviceId,
    eoj: Eoj,
    from: Ipv4Addr,
    tid: u16,
    pub until: Timestamp,
}

impl Core {
    /// Begins a set. Its end comes as [`Effect::SetDone`].
    pub(in super::super) fn begin_set(
        &mut self,
        now: Moment,
        id: &DeviceId,
        property: &PropertyName,
        value: &PropertyValue,
        remote: bool,
    ) -> Result<Ticket, SetError> {
        let device = self.devices.get(id).ok_or(SetError::NotAdopted)?;
        let spec = device.class.by_name(property.as_str()).ok_or(SetError::NotSettable)?;
        if !device.can_set(spec) {
            return Err(SetError::NotSettable);
        }
        let data = spec.encode(value).map_err(|_| SetError::OutOfRange)?;
        let origin = Property::new(epc::REMOTE_CONTROL, [if remote { OUTSIDE } else { INSIDE }]);
        let (takes_origin, alone) = (device.takes_origin(), device.together != Together::Many);
        let (eoj, code) = (device.eoj(), spec.epc);
        let unreachable = SetError::Unreachable { maybe_acted: false };
        let Some(address) = self.address_of(device) else {
            self.search_now(now);
            return Err(unreachable);
        };
        if self.sets.len() >= MOST_UNDER_WAY {
            return Err(SetError::Busy);
        }
        self.ask_who_it_is_if_unknown(now, address);
        let ticket = self.new_ticket();
        let within = self.config.set_within;
        let question = |properties, purpose| Question {
            eoj,
            esv: Esv::SetC,
            properties,
            purpose,
            urgency: Urgency::Set,
            repeats: 0,
            wait: within,
            not_after: Some(now.after(within)),
        };
        let node = self.nodes.get_mut(&address).ok_or(unreachable)?;
        let mut properties = vec![Property::new(code, data)];
        if takes_origin && alone {
            node.asking.push(question(vec![origin], Purpose::Origin(ticket)));
        } else if takes_origin {
            properties.insert(0, origin);
        }
        if !node.asking.push(question(properties, Purpose::Set(ticket))) {
            node.asking.take_back(|purpose| *purpose == Purpose::Origin(ticket));
            return Err(SetError::Busy);
        }
        let set = SetUnderWay {
            device: id.clone(),
            property: property.clone(),
            value: value.clone(),
            code,
            eoj,
            sent: None,
        };
        self.sets.insert(ticket, set);
        self.ask(now, address);
        Ok(ticket)
    }

    /// Nothing is set or read at an address whose node is not known for certain: it is asked first.
    fn ask_who_it_is_if_unknown(&mut self, now: Moment, address: Ipv4Addr) {
        if !self.is_trusted(address) {
            self.identify(now, address);
        }
    }

    fn new_ticket(&mut self) -> Ticket {
        self.next_ticket = self.next_ticket.wrapping_add(1);
        self.next_ticket
    }

    /// The set leaves now: what the device does from here on may be our doing.
    pub(super) fn set_was_sent(&mut self, now: Moment, ticket: Ticket, address: Ipv4Addr, tid: u16) {
        let Some(set) = self.sets.get_mut(&ticket) else { return };
        set.sent = Some((address, tid));
        if let Some(device) = self.devices.get_mut(&set.device) {
            device.hand.we_set(now.run, &set.property, &set.value);
            if device.class.code == 0x0263 {
                device.quick_until = Some(now.after(QUICK_AFTER_SET));
                device.quick_since = None;
            }
        }
    }

    pub(super) fn set_answered(&mut self, now: Moment, ticket: Ticket, answered: &Answered<()>) {
        let Some(set) = self.sets.remove(&ticket) else { return };
        self.heard(now, &set.device);
        let mine = answered.answers.iter().find(|(code, _)| *code == set.code);
        // The node may have refused to hear where the wish comes from and done it all the same.
        let done = mine.map_or(answered.complete, |(_, answer)| *answer == Answer::Done);
        if let Some(device) = self.devices.get_mut(&set.device) {
            if !done {
                device.hand.refused();
            }
            device.round_at = device.round_at.min(now.after(LOOK_AFTER_SET));
        }
        let result = if done { Ok(()) } else { Err(SetError::Refused) };
        self.effects.push(Effect::SetDone(ticket, result));
    }

    pub(super) fn set_unanswered(&mut self, now: Moment, ticket: Ticket, sent: bool) {
        let Some(set) = self.sets.remove(&ticket) else { return };
        if let Some((from, tid)) = set.sent {
            if self.late.len() >= LATE.1 {
                self.late.pop_front();
            }
            self.late.push_back(LateSet {
                device: set.device.clone(),
                eoj: set.eoj,
                from,
                tid,
                until: now.after(LATE.0),
            });
        }
        self.look_at_once(now, &set.device);
        let result = Err(SetError::Unreachable { maybe_acted: sent });
        self.effects.push(Effect::SetDone(ticket, result));
    }

    /// Whether this is the answer to a set that was given up. Its caller was told that the device may have acted;
    /// what it did is read from the device itself, now.
    pub(super) fn is_late_set(&mut self, now: Moment, from: Ipv4Addr, frame: &Frame) -> bool {
        let answer = matches!(frame.esv, Esv::SetRes | Esv::SetCSna | Esv::SetISna);
        let fits = |late: &LateSet| {
            answer && late.from == from && late.tid == frame.tid && late.eoj == frame.seoj && now.run < late.until
        };
        let Some(late) = self
            .late
            .iter()
            .position(fits)
            .and_then(|place| self.late.remove(place))
        else {
            return false;
        };
        self.counters.late += 1;
        if self.owner(from).is_some() && self.is_trusted(from) {
            self.heard(now, &late.device);
            self.look_at_once(now, &late.device);
        }
        true
    }

    /// Begins a reading. Its end comes as [`Effect::ReadDone`].
    pub(in super::super) fn begin_read(
        &mut self,
        now: Moment,
        id: &DeviceId,
        properties: &[PropertyName],
        source: Source,
    ) -> Result<Ticket, ReadError> {
        let device = self.devices.get(id).ok_or(ReadError::NotAdopted)?;
        let mut codes: Vec<u8> = Vec::new();
        for name in properties.iter().take(MOST_READ) {
            let spec = device.class.by_name(name.as_str()).filter(|spec| device.can_read(spec));
            codes.extend(spec.map(|spec| spec.epc).filter(|code| !codes.contains(code)));
        }
        if codes.is_empty() {
            return Err(ReadError::NotReadable);
        }
        let left: VecDeque<Vec<u8>> = codes.chunks(device.most_together()).map(<[u8]>::to_vec).collect();
        let Some(address) = self.address_of(device) else {
            self.search_now(now);
            return Err(ReadError::Unreachable);
        };
        if self.reads.len() >= MOST_UNDER_WAY {
            return Err(ReadError::Busy);
        }
        self.ask_who_it_is_if_unknown(now, address);
        let ticket = self.new_ticket();
        let read = ReadUnderWay {
            device: id.clone(),
            left,
            reports: Vec::new(),
            source,
        };
        self.reads.insert(ticket, read);
        if !self.read_on(ticket) {
            self.reads.remove(&ticket);
            return Err(ReadError::Busy);
        }
        self.ask(now, address);
        Ok(ticket)
    }

    /// Asks the next part of a reading. False when the node's line is full.
    fn read_on(&mut self, ticket: Ticket) -> bool {
        let Some(read) = self.reads.get_mut(&ticket) else {
            return false;
        };
        let Some(codes) = read.left.pop_front() else {
            return false;
        };
        let Some(device) = self.devices.get(&read.device) else {
            return false;
        };
        let question = Question {
            eoj: device.eoj(),
            esv: Esv::Get,
            properties: codes.into_iter().map(Property::bare).collect(),
            purpose: Purpose::Read(ticket),
            urgency: Urgency::Read,
            repeats: 2,
            wait: self.config.answer_within,
            not_after: None,
        };
        let address = self.address_of(device);
        address
            .and_then(|address| self.nodes.get_mut(&address))
            .is_some_and(|node| node.asking.push(question))
    }

    pub(super) fn read_answered(&mut self, now: Moment, ticket: Ticket, answers: &[(u8, Answer)]) {
        let Some(read) = self.reads.get(&ticket) else { return };
        let (device, source) = (read.device.clone(), read.source);
        let (reports, _) = self.learn(now, &device, &values_of(answers), source);
        let Some(read) = self.reads.get_mut(&ticket) else {
            return;
        };
        read.reports.extend(reports);
        if read.left.is_empty() {
            let reports = std::mem::take(&mut read.reports);
            let result = if reports.is_empty() {
                Err(ReadError::NotReadable)
            } else {
                Ok(reports)
            };
            self.end_read(ticket, result);
        } else if !self.read_on(ticket) {
            self.end_read(ticket, Err(ReadError::Busy));
        }
    }

    pub(super) fn read_unanswered(&mut self, ticket: Ticket, question: Question<Purpose>, hurried: bool) {
        let Some(read) = self.reads.get_mut(&ticket) else {
            return;
        };
        let codes: Vec<u8> = question.properties.iter().map(|property| property.epc).collect();
        if hurried {
            read.left.push_front(codes);
        } else if codes.len() > 1 {
            // Perhaps they were too many at once.
            codes
                .into_iter()
                .rev()
                .for_each(|code| read.left.push_front(vec![code]));
        } else {
            self.end_read(ticket, Err(ReadError::Unreachable));
            return;
        }
        if !self.read_on(ticket) {
            self.end_read(ticket, Err(ReadError::Busy));
        }
    }

    fn end_read(&mut self, ticket: Ticket, result: super::ReadResult) {
        self.reads.remove(&ticket);
        self.effects.push(Effect::ReadDone(ticket, result));
    }

    /// Nobody waits any more. What was not sent yet is never sent.
    pub(in super::super) fn cancel(&mut self, ticket: Ticket) {
        let mine = |purpose: &Purpose| matches!(purpose, Purpose::Set(other) | Purpose::Origin(other) | Purpose::Read(other) if *other == ticket);
        self.reads.remove(&ticket);
        let unsent = self.sets.get(&ticket).is_some_and(|set| set.sent.is_none());
        if unsent {
            self.sets.remove(&ticket);
        }
        for node in self.nodes.values_mut() {
            node.asking.take_back(mine);
        }
    }

    /// Ends everything that still waits for a node: it turned out not to be where it was. The rounds of its devices
    /// begin anew when it is found.
    pub(super) fn give_up_requests(&mut self, address: Ipv4Addr, devices: &[DeviceId]) {
        let Some(node) = self.nodes.get_mut(&address) else {
            return;
        };
        let purposes = node.asking.take_back(|purpose| !matches!(purpose, Purpose::Identify));
        for purpose in purposes {
            match purpose {
                Purpose::Set(ticket) => {
                    self.sets.remove(&ticket);
                    let result = Err(SetError::Unreachable { maybe_acted: false });
                    self.effects.push(Effect::SetDone(ticket, result));
                }
                Purpose::Read(ticket) => self.end_read(ticket, Err(ReadError::Unreachable)),
                _ => {}
            }
        }
        for id in devices {
            if let Some(device) = self.devices.get_mut(id) {
                device.asking = false;
                device.left.clear();
            }
        }
    }

    /// Ends the requests of devices that are not on the equipment list any more.
    pub(super) fn drop_requests_of_released_devices(&mut self) {
        let devices = &self.devices;
        let sets: Vec<Ticket> = self
            .sets
            .iter()
            .filter(|(_, set)| !devices.contains_key(&set.device))
            .map(|(ticket, _)| *ticket)
            .collect();
        let reads: Vec<Ticket> = self
            .reads
            .iter()
            .filter(|(_, read)| !devices.contains_key(&read.device))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in sets {
            let sent = self.sets.get(&ticket).is_some_and(|set| set.sent.is_some());
            self.cancel(ticket);
            self.sets.remove(&ticket);
            let error = if sent {
                SetError::Unreachable { maybe_acted: true }
            } else {
                SetError::NotAdopted
            };
            self.effects.push(Effect::SetDone(ticket, Err(error)));
        }
        for ticket in reads {
            self.cancel(ticket);
            self.effects.push(Effect::ReadDone(ticket, Err(ReadError::NotAdopted)));
        }
    }

    /// How a set stands that its caller cannot wait for any longer.
    pub(in super::super) fn interrupted(&self, ticket: Ticket) -> SetError {
        let maybe_acted = self.sets.get(&ticket).is_none_or(|set| set.sent.is_some());
        SetError::Unreachable { maybe_acted }
    }
}
