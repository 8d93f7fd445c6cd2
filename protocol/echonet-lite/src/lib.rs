//! ECHONET Lite without I/O: frames, property maps, the class tables that give bytes their meaning, and both roles
//! of a node (asking and answering). Names follow the short names of the machine readable appendix (MRA).
//!
//! What walks in and out are bytes, addresses and times that the caller brings:
//!
//! - [`Frame`] decodes and encodes; any bytes are answered with a frame or an error, never a panic.
//! - [`class`] says what a property's bytes mean and turns them into
//!   [`PropertyValue`](tomori_smart_home::PropertyValue) and back.
//! - [`Transactions`] matches replies with what was asked.
//! - [`node::Responder`] answers the frames that others send.
//! - [`discovery`] asks who is there and reads who answered.
//!
//! A shutter is asked to open, answers, and its answer is matched:
//!
//! ```
//! use std::net::{IpAddr, Ipv4Addr};
//! use jiff::{SignedDuration, Timestamp};
//! use tomori_echonet_lite::{Eoj, Esv, Frame, Property, Transactions, class};
//! use tomori_smart_home::PropertyValue;
//!
//! let shutter = Eoj::new(0x0263, 1);
//! let operation = class::lookup(shutter.class).unwrap().by_name("openCloseOperation").unwrap();
//! let open = operation.encode(&PropertyValue::word("open"))?;
//!
//! let (address, now) = (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), Timestamp::UNIX_EPOCH);
//! let mut asked = Transactions::new(0, 100);
//! let wish = vec![Property::new(operation.epc, open)];
//! let until = now + SignedDuration::from_secs(3);
//! let request = asked.begin(address, Eoj::CONTROLLER, shutter, Esv::SetC, wish, until, "the wish")?;
//! let bytes = request.encode()?; // to be sent to 192.0.2.7:3610
//! # let heard = Frame::decode(&bytes)?;
//! # let bytes = heard.answer(shutter, Esv::SetRes, vec![Property::bare(operation.epc)]).encode()?;
//!
//! let answered = asked.take(address, &Frame::decode(&bytes)?).unwrap();
//! assert!(answered.complete && answered.tag == "the wish");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Architecture invariant: no sockets, no clock, no randomness, no threads. Plain ECHONET Lite has no
//! authentication (EP⑧ of the guideline): nothing here says who *really* sent a frame, that is for the gateway to
//! judge by adoption and address.

#![forbid(unsafe_code)]

pub mod class;
pub mod discovery;
pub mod eoj;
pub mod esv;
pub mod frame;
pub mod node;
pub mod property_map;
pub mod transaction;

pub use class::{Class, PropertySpec};
pub use eoj::Eoj;
pub use esv::Esv;
pub use frame::{DecodeError, EncodeError, Frame, Property};
pub use property_map::PropertyMap;
pub use transaction::Transactions;

/// The UDP port of ECHONET Lite. Requests go to it; answers come from it with well-behaved nodes, from any port
/// with the others.
pub const PORT: u16 = 3610;

/// The IPv4 multicast group of ECHONET Lite.
pub const MULTICAST: std::net::Ipv4Addr = std::net::Ipv4Addr::new(224, 0, 23, 0);

/// Property codes that the protocol itself gives a role.
pub mod epc {
    /// Operation status: 0x30 on, 0x31 off.
    pub const OPERATION_STATUS: u8 = 0x80;
    /// Installation location.
    pub const INSTALLATION_LOCATION: u8 = 0x81;
    /// Standard version.
    pub const VERSION: u8 = 0x82;
    /// Identification number of the node or object.
    pub const IDENTIFICATION: u8 = 0x83;
    /// Fault status: 0x41 a fault is present, 0x42 none.
    pub const FAULT_STATUS: u8 = 0x88;
    /// Fault description.
    pub const FAULT_DESCRIPTION: u8 = 0x89;
    /// Manufacturer code.
    pub const MANUFACTURER: u8 = 0x8a;
    /// Product code, ASCII, 12 bytes.
    pub const PRODUCT_CODE: u8 = 0x8c;
    /// Remote control: 0x41 operated inside the house, 0x42 through a public network.
    pub const REMOTE_CONTROL: u8 = 0x93;
    /// Map of the properties that are announced when they change.
    pub const ANNOUNCE_MAP: u8 = 0x9d;
    /// Map of the properties that can be set.
    pub const SET_MAP: u8 = 0x9e;
    /// Map of the properties that can be read.
    pub const GET_MAP: u8 = 0x9f;
    /// Node profile: number of instances.
    pub const INSTANCE_COUNT: u8 = 0xd3;
    /// Node profile: number of classes, the node profile among them.
    pub const CLASS_COUNT: u8 = 0xd4;
    /// Node profile: instance list, announced.
    pub const INSTANCE_LIST_NOTIFICATION: u8 = 0xd5;
    /// Node profile: instance list S, read.
    pub const INSTANCE_LIST: u8 = 0xd6;
    /// Node profile: class list S, without the node profile.
    pub const CLASS_LIST: u8 = 0xd7;
}
