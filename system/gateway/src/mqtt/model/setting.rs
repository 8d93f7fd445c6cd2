//! Telling a device what to do, and waiting for it to take the word.

use jiff::Timestamp;
use tomori_device_link::wire::{Delivery, Published};
use tomori_smart_home::property::Source;
use tomori_smart_home::{DeviceId, PropertyName, PropertyValue, Report};

use super::core::{Core, Effect, Ticket};
use super::session::SessionId;
use crate::lan::{Moment, ReadError, SetError};
use crate::mqtt::meaning::main_electric_lock;

/// After so many seconds a device that got the word late is not to act on it. It is a number of its own, shorter than
/// any command's life.
const EXPIRES_S: u32 = 5;
/// Commands that wait for one device, at most.
const MOST_WAITING: usize = 8;

/// A command that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) device: DeviceId,
    pub(super) session: SessionId,
    /// Until when, in run time.
    pub(super) until: Timestamp,
}

impl Core {
    /// Tells a device to set a property. What becomes of it is told by [`Effect::SetDone`].
    ///
    /// # Errors
    /// When nothing was sent.
    pub(in super::super) fn begin_set(
        &mut self,
        now: Moment,
        device: &DeviceId,
        property: &PropertyName,
        value: &PropertyValue,
    ) -> Result<Ticket, SetError> {
        let away = SetError::Unreachable { maybe_acted: false };
        let known = self.devices.get(device).ok_or(SetError::NotAdopted)?;
        if *property != main_electric_lock() {
            return Err(SetError::NotSettable);
        }
        let PropertyValue::Boolean(lock) = value else {
            return Err(SetError::OutOfRange);
        };
        if !known.alive {
            return Err(away);
        }
        let (topic, words) = known.bolt().ok_or(SetError::NotSettable)?;
        let word = if *lock { &words.lock } else { &words.unlock };
        let message = Published {
            topic: topic.to_owned(),
            payload: word.clone().into_bytes(),
            // A command that is kept would fire when nobody wants it any more.
            retain: false,
        };
        if self
            .waiting
            .values()
            .filter(|waiting| waiting.device == *device)
            .count()
            >= MOST_WAITING
        {
            return Err(SetError::Busy);
        }
        let listening = self.sessions.iter().filter(|(_, session)| session.device == *device);
        let listening = listening.filter_map(|(id, session)| Some((session.wants(&message.topic)?, *id)));
        let (with, session) = listening.max().ok_or(away)?;
        let ticket = self.next_ticket();
        let until = now.after(self.config.set_within);
        self.effects.push(Effect::Send {
            session,
            message,
            with,
            expires_s: Some(EXPIRES_S),
            ticket: Some(ticket),
        });
        if with == Delivery::Hope {
            // It listens without ever saying that it heard.
            self.effects.push(Effect::SetDone(
                ticket,
                Err(SetError::Unreachable { maybe_acted: true }),
            ));
        } else {
            let device = device.clone();
            self.waiting.insert(ticket, Waiting { device, session, until });
        }
        Ok(ticket)
    }

    /// The device took the word.
    pub(in super::super) fn arrived(&mut self, ticket: Ticket) {
        if self.waiting.remove(&ticket).is_some() {
            self.effects.push(Effect::SetDone(ticket, Ok(())));
        }
    }

    /// Nobody waits any more.
    pub(in super::super) fn cancel(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
    }

    /// Commands whose connection ended, or whose time is over: whether the device acted is not known.
    pub(super) fn give_up(&mut self, is_over: impl Fn(&Waiting) -> bool) {
        let over: Vec<Ticket> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| is_over(waiting))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in over {
            self.waiting.remove(&ticket);
            let unsure = SetError::Unreachable { maybe_acted: true };
            self.effects.push(Effect::SetDone(ticket, Err(unsure)));
        }
    }

    /// What the device itself says of properties. On this road a device speaks when something changes; what it said
    /// since it came, and did not take back, is how it is.
    ///
    /// # Errors
    /// When it is away or said nothing of them.
    pub(in super::super) fn read(
        &self,
        device: &DeviceId,
        properties: &[PropertyName],
        source: Source,
    ) -> Result<Vec<(PropertyName, Report)>, ReadError> {
        let known = self.devices.get(device).ok_or(ReadError::NotAdopted)?;
        if !known.alive {
            return Err(ReadError::Unreachable);
        }
        let mut holding = known.holding(properties);
        if holding.is_empty() {
            return Err(ReadError::NotReadable);
        }
        holding.iter_mut().for_each(|(_, report)| report.source = source);
        Ok(holding)
    }
}
