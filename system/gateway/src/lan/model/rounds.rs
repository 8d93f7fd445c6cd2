//! The rounds in which adopted devices are asked for their state: what they do not announce is found by asking, at
//! each device's own pace, and often while a shutter moves.

use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::class::Access;
use tomori_echonet_lite::node::Maps;
use tomori_echonet_lite::transaction::Answer;
use tomori_echonet_lite::{Esv, Property, PropertyMap, epc};
use tomori_runtime::clock::after;
use tomori_smart_home::DeviceId;
use tomori_smart_home::property::Source;

use super::super::asking::{Question, Urgency};
use super::super::device::{Device, MapsKnown, Together};
use super::super::moment::{Moment, jittered, up_to};
use super::truth::values_of;
use super::{Core, Purpose};

/// A device that did not answer its round is asked again within this time.
const ROUND_AGAIN: Duration = Duration::from_millis(500);
/// Nothing moves for longer; a device that says so is asked at the usual pace again.
const LONGEST_MOVEMENT: Duration = Duration::from_secs(180);
/// So many attempts to read the property maps: together, then one alone.
const MAP_ATTEMPTS: u8 = 2;

impl Core {
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

    pub(super) fn maps_answered(&mut self, now: Moment, id: &DeviceId, answers: &[(u8, Answer)]) {
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
                    .filter(|spec| spec.set == Access::Required)
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

    pub(super) fn round_answered(&mut self, now: Moment, id: &DeviceId, answers: &[(u8, Answer)]) {
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

    /// How soon a device that did not answer is asked again: at once as long as it may only have missed it, at the
    /// usual pace when it is known to be away.
    fn round_again(&self, id: &DeviceId) -> Duration {
        if self.devices.get(id).is_some_and(|device| device.alive) {
            up_to(&*self.entropy.0, ROUND_AGAIN)
        } else {
            jittered(&*self.entropy.0, self.config.poll_every, 10)
        }
    }

    pub(super) fn maps_unanswered(&mut self, now: Moment, id: &DeviceId, hurried: bool) {
        let again = self.round_again(id);
        if let Some(device) = self.devices.get_mut(id) {
            device.asking = false;
            device.round_at = now.after(again);
            if !hurried {
                device.maps = next_attempt(device.maps);
            }
        }
    }

    pub(super) fn round_unanswered(&mut self, now: Moment, id: &DeviceId, asked: usize, hurried: bool) {
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
}

/// Whether a device is looked at often now.
pub(super) fn is_quick(device: &Device, now: Moment) -> bool {
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
