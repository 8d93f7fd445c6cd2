//! One connection of a device.

use std::net::Ipv4Addr;

use tomori_device_link::topic;
use tomori_device_link::wire::{Delivery, Published};
use tomori_smart_home::DeviceId;

/// A connection, by a number that is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct SessionId(pub(super) u64);

/// A connection of a device.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) device: DeviceId,
    pub(super) client: String,
    pub(super) address: Option<Ipv4Addr>,
    pub(super) will: Option<Published>,
    pub(super) filters: Vec<(String, Delivery)>,
}

impl Session {
    /// How certainly it wants to hear of a topic; `None` when it does not want to.
    pub(super) fn wants(&self, topic: &str) -> Option<Delivery> {
        let matching = self.filters.iter().filter(|(filter, _)| topic::matches(filter, topic));
        matching.map(|(_, delivery)| *delivery).max()
    }
}
