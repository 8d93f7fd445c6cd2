//! Setting: one request, sent once.

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::transaction::{Answer, Answered};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, epc};
use tomori_smart_home::{DeviceId, PropertyName, PropertyValue};

use super::super::asking::{Question, Urgency};
use super::super::device::Together;
use super::super::event::SetError;
use super::super::moment::Moment;
use super::requests::MOST_UNDER_WAY;
use super::{Core, Effect, Purpose, Ticket};

/// For how long the late answer to a set is still recognised, and how many are.
const LATE: (Duration, usize) = (Duration::from_secs(60), 32);
/// How soon a device is looked at after it took a set.
const LOOK_AFTER_SET: Duration = Duration::from_millis(200);
/// After a set a shutter is looked at often for this long, whether it moves already or not.
const QUICK_AFTER_SET: Duration = Duration::from_secs(5);
/// 0x93: the wish comes from inside the house.
const INSIDE: u8 = 0x41;
/// 0x93: the wish comes through a public network.
const OUTSIDE: u8 = 0x42;

/// A set that somebody waits for.
#[derive(Debug)]
pub(super) struct SetUnderWay {
    pub device: DeviceId,
    property: PropertyName,
    value: PropertyValue,
    code: u8,
    eoj: Eoj,
    pub sent: Option<(Ipv4Addr, u16)>,
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

    /// How a set stands that its caller cannot wait for any longer.
    pub(in super::super) fn interrupted(&self, ticket: Ticket) -> SetError {
        let maybe_acted = self.sets.get(&ticket).is_none_or(|set| set.sent.is_some());
        SetError::Unreachable { maybe_acted }
    }
}
