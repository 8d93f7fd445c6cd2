//! What a device says of itself, in the form of Home Assistant's MQTT discovery: which topics carry what, and which
//! words mean what.
//!
//! Read are binary sensors, locks and events, each alone (`homeassistant/lock/dev_1/bolt/config`) or all of a device in
//! one message (`homeassistant/device/dev_1/config`). What other components say is passed over; what would make us
//! believe more than the device confirmed, or would need a program to be understood, is refused by name.

mod entity;
mod offer;
mod read;

pub use entity::{Availability, Component, Entity, LockWords, Reading, Said, Unreadable};
pub use offer::{Offered, offer};
pub use read::{DiscoveryError, MOST_ENTITIES, Told, read};
