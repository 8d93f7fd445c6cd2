//! What others want of the devices, as far as it is the same for [setting](super::setting) and
//! [reading](super::reading): each request has somebody who waits for it, and exactly one end.

use std::net::Ipv4Addr;

use tomori_smart_home::DeviceId;

use super::super::event::{ReadError, SetError};
use super::super::moment::Moment;
use super::{Core, Effect, Purpose, Ticket};

/// The most requests of a sort that wait at once, in the whole house.
pub(super) const MOST_UNDER_WAY: usize = 256;

impl Core {
    /// Nothing is set or read at an address whose node is not known for certain: it is asked first.
    pub(super) fn ask_who_it_is_if_unknown(&mut self, now: Moment, address: Ipv4Addr) {
        if !self.is_trusted(address) {
            self.identify(now, address);
        }
    }

    pub(super) fn new_ticket(&mut self) -> Ticket {
        self.next_ticket = self.next_ticket.wrapping_add(1);
        self.next_ticket
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
}
