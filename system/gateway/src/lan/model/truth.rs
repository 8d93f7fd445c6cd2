//! What is known of the adopted devices, from what they say and from their silence.
//!
//! Truth comes from the device alone. When it says nothing at all it is lost, and everything that was known of it is
//! of the past (SR2-H-4 1).

use std::time::Duration;

use jiff::Timestamp;
use tomori_echonet_lite::Frame;
use tomori_echonet_lite::transaction::Answer;
use tomori_runtime::clock::after;
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, PropertyName, PropertyValue, Report};

use super::super::event::LanEvent;
use super::super::hand::{Operation, Sight, Status};
use super::super::moment::Moment;
use super::Core;
use super::rounds::is_quick;

/// Doors and shutters are asked this soon after they announced something: an announcement alone is not enough (EP⑧).
const LOOK_AGAIN: Duration = Duration::from_millis(300);

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

    /// Whoever was told has forgotten: presence is told at once, and each property when the device says it next.
    pub(in super::super) fn tell_everything_again(&mut self, now: Moment) {
        let mut events = Vec::with_capacity(self.devices.len());
        for device in self.devices.values_mut() {
            device.was_never_told();
            let id = device.id.clone();
            match device.last_heard {
                _ if device.alive => {
                    device.round_at = device.round_at.min(now.run);
                    events.push(LanEvent::Appeared { device: id });
                }
                Some(last_heard) => events.push(LanEvent::Lost { device: id, last_heard }),
                None => {}
            }
        }
        events.into_iter().for_each(|event| self.tell(event));
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
        if device.class.code == 0x0263
            && device.hand.look(now.run, sight(&reports), patience)
            && device.tell_hand(now.run)
        {
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
