//! Reading on demand, part by part, asking again when no answer comes.

use std::collections::VecDeque;

use tomori_echonet_lite::transaction::Answer;
use tomori_echonet_lite::{Esv, Property};
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, PropertyName, Report};

use super::super::asking::{Question, Urgency};
use super::super::event::ReadError;
use super::super::moment::Moment;
use super::requests::MOST_UNDER_WAY;
use super::truth::values_of;
use super::{Core, Effect, Purpose, ReadResult, Ticket};

/// The most properties that one reading may ask for.
const MOST_READ: usize = 64;

/// A reading that somebody waits for.
#[derive(Debug)]
pub(super) struct ReadUnderWay {
    pub device: DeviceId,
    left: VecDeque<Vec<u8>>,
    reports: Vec<(PropertyName, Report)>,
    source: Source,
}

impl Core {
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

    pub(super) fn end_read(&mut self, ticket: Ticket, result: ReadResult) {
        self.reads.remove(&ticket);
        self.effects.push(Effect::ReadDone(ticket, result));
    }
}
