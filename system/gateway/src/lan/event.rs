//! What the LAN room tells, and why it could not do what it was asked.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use jiff::Timestamp;
use thiserror::Error;
use tomori_smart_home::device::Endpoint;
use tomori_smart_home::{DeviceId, PropertyName, Report};

use super::config::LanConfigError;

/// Something that was learnt on the house's network.
#[derive(Debug, Clone, PartialEq)]
pub enum LanEvent {
    /// A value became known: it changed, it is the first since the device appeared, or it is told again after
    /// [`repeat_every`](super::LanConfig::repeat_every).
    Reported {
        /// The device.
        device: DeviceId,
        /// The property.
        property: PropertyName,
        /// Its value.
        report: Report,
    },
    /// An adopted device answers, for the first time or again. Reports of its whole state follow.
    Appeared {
        /// The device.
        device: DeviceId,
    },
    /// An adopted device stopped answering (SR2-H-4 1).
    Lost {
        /// The device.
        device: DeviceId,
        /// When it was last heard.
        last_heard: Timestamp,
    },
    /// A shutter moved without a set of ours that explains it: somebody used the switch on the wall, the remote
    /// control of the maker or another controller. Hand operation comes first (guideline 4.2).
    MovedByHand {
        /// The device.
        device: DeviceId,
        /// When it was noticed.
        at: Timestamp,
    },
    /// Something that is not on the equipment list is on the network (SR2-H-4 2). Node id `00` stands for a node
    /// that does not tell its identification number.
    UnknownNode {
        /// What it says it is.
        endpoint: Endpoint,
        /// Where.
        address: Ipv4Addr,
    },
    /// Somebody spoke in the name of an adopted device from an address that is not that device's (EP⑧). At most one
    /// a minute for each device.
    Impersonation {
        /// The device.
        device: DeviceId,
        /// Where the frames came from.
        address: Ipv4Addr,
    },
}

/// What is known of an adopted device.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The last report of each property that was ever read. When the device is not alive they are of the past.
    pub reports: BTreeMap<PropertyName, Report>,
    /// Whether the device answers.
    pub alive: bool,
    /// When it was last heard; `None` when never.
    pub last_heard: Option<Timestamp>,
    /// Where its node was verified to be.
    pub address: Option<Ipv4Addr>,
}

/// Why a set came to nothing, or may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SetError {
    /// No device with this id is adopted. Nothing was sent.
    #[error("the device is not on the equipment list, or no node is adopted for it")]
    NotAdopted,
    /// The device does not answer.
    #[error("the device does not answer{}", if *.maybe_acted { "; it may have acted all the same" } else { "" })]
    Unreachable {
        /// Whether the set was sent, so that the device may have acted on it.
        maybe_acted: bool,
    },
    /// The device answered that it will not.
    #[error("the device refused")]
    Refused,
    /// The device has no such property, or it cannot be set. Nothing was sent.
    #[error("the device has no such property, or it cannot be set")]
    NotSettable,
    /// The property does not take this value. Nothing was sent.
    #[error("the property does not take this value")]
    OutOfRange,
    /// Too many requests wait for this device's node. Nothing was sent.
    #[error("too many requests wait for this device; try again in a moment")]
    Busy,
}

/// Why reading came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReadError {
    /// No device with this id is adopted.
    #[error("the device is not on the equipment list, or no node is adopted for it")]
    NotAdopted,
    /// The device does not answer.
    #[error("the device does not answer")]
    Unreachable,
    /// The device has none of the properties.
    #[error("the device has none of these properties")]
    NotReadable,
    /// Too many requests wait for this device's node.
    #[error("too many requests wait for this device; try again in a moment")]
    Busy,
}

/// Why the gateway cannot take part in the house's network.
#[derive(Debug, Error)]
pub enum LanError {
    /// A setting does not fit.
    #[error(transparent)]
    Config(#[from] LanConfigError),
    /// The address is not this computer's.
    #[error("{address} is no address of this computer; set lan.address to the one on the house's network")]
    AddressNotOurs {
        /// The address.
        address: Ipv4Addr,
    },
    /// Another program uses the port.
    #[error("UDP port {port} of {address} is in use by another program; stop it, or set lan.port")]
    PortInUse {
        /// The address.
        address: Ipv4Addr,
        /// The port.
        port: u16,
    },
    /// The port may not be used by this user.
    #[error("this user may not use UDP port {port}; choose a port above 1023 or run with the right to do so")]
    PortForbidden {
        /// The port.
        port: u16,
    },
    /// The multicast group cannot be joined.
    #[error("cannot join the multicast group {group} on {address}; is the network interface up?")]
    Group {
        /// The group.
        group: Ipv4Addr,
        /// Our address.
        address: Ipv4Addr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The system refused a socket.
    #[error("cannot open a UDP socket at {address}:{port}")]
    Socket {
        /// The address.
        address: Ipv4Addr,
        /// The port.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// What went in, what went out and what was turned away, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Datagrams that arrived.
    pub received: u64,
    /// Datagrams that were sent.
    pub sent: u64,
    /// Datagrams that the system would not send.
    pub send_failed: u64,
    /// Datagrams turned away unread because their source sent too many.
    pub flooded: u64,
    /// Datagrams longer than a frame may be.
    pub oversized: u64,
    /// Datagrams that are no frame.
    pub malformed: u64,
    /// Answers that nothing had asked for.
    pub stray: u64,
    /// Frames in the name of a device that were not believed.
    pub not_believed: u64,
    /// Questions that were asked again.
    pub repeated: u64,
    /// Requests given up without an answer.
    pub unanswered: u64,
    /// Sets that were answered after they had been given up.
    pub late: u64,
    /// Nodes that were not taken note of because the table was full.
    pub nodes_over: u64,
    /// Reports that were merged because the reader was slow.
    pub merged: u64,
}
