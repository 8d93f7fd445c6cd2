//! MQTT on the wire, both ends, version 5 and, for the sake of devices that know no other, 3.1.1.
//!
//! Packets are read and written by `mqtt-protocol-core`; these two wrappers say in our words what was heard, keep its
//! two versions apart, and decide nothing.

mod client;
mod server;

use mqtt_protocol_core::mqtt::packet::{GenericPacketTrait as _, Qos};
use mqtt_protocol_core::mqtt::result_code::MqttError;
use mqtt_protocol_core::mqtt::{Connection, common, connection, role};
use thiserror::Error;

pub use client::{ClientWire, ToDevice};
pub use server::{FromDevice, Hello, Published, Receipt, ServerWire};

use crate::limits::{IN_FLIGHT, PACKET_BYTES};

/// How certain it is that a message arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// At most once.
    Hope,
    /// At least once.
    Acknowledged,
    /// Exactly once.
    Once,
}

/// Why something is refused, or a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The topic or filter is not the device's.
    #[error("not authorized")]
    NotAuthorized,
    /// The topic or filter is none.
    #[error("topic invalid")]
    TopicInvalid,
    /// The message cannot be used.
    #[error("payload format invalid")]
    PayloadInvalid,
    /// There is too much of it.
    #[error("quota exceeded")]
    QuotaExceeded,
    /// It comes too fast.
    #[error("message rate too high")]
    RateTooHigh,
    /// The same client connected anew.
    #[error("session taken over")]
    TakenOver,
    /// Nothing was heard for too long.
    #[error("keep alive timeout")]
    Silent,
    /// The certificate counts no more.
    #[error("administrative action")]
    Revoked,
    /// The gateway stops.
    #[error("server shutting down")]
    ShuttingDown,
}

/// What the other end did wrong, in MQTT's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Fault(MqttError);

impl Fault {
    /// Whether a packet was larger than we take.
    #[must_use]
    pub fn is_too_large(self) -> bool {
        self.0 == MqttError::PacketTooLarge
    }
}

fn options() -> connection::ConnectionOptions {
    connection::ConnectionOptions::new()
        .maximum_packet_size_recv(PACKET_BYTES)
        .receive_maximum(IN_FLIGHT)
}

fn delivery(qos: Qos) -> Delivery {
    match qos {
        Qos::AtMostOnce => Delivery::Hope,
        Qos::AtLeastOnce => Delivery::Acknowledged,
        Qos::ExactlyOnce => Delivery::Once,
    }
}

/// What comes of feeding bytes to a connection, apart from packets: bytes to send, and an end.
#[derive(Debug, Default)]
struct Outcome {
    send: Vec<u8>,
    closed: bool,
    fault: Option<Fault>,
}

impl Outcome {
    /// Sorts events; packets that were heard are returned in their order.
    fn take(&mut self, events: Vec<connection::Event>) -> Vec<mqtt_protocol_core::mqtt::packet::Packet> {
        let mut heard = Vec::new();
        for event in events {
            match event {
                connection::Event::NotifyPacketReceived(packet) => heard.push(packet),
                connection::Event::RequestSendPacket { packet, .. } => {
                    self.send.extend(packet.to_continuous_buffer());
                }
                connection::Event::NotifyError(error) => {
                    self.fault.get_or_insert(Fault(error));
                    self.closed = true;
                }
                connection::Event::RequestClose => self.closed = true,
                connection::Event::NotifyPacketIdReleased(_)
                | connection::Event::RequestTimerReset { .. }
                | connection::Event::RequestTimerCancel(_) => {}
            }
        }
        heard
    }
}

/// Feeds all of `bytes`, as far as the connection lives.
fn feed<Role: role::RoleType>(
    connection: &mut Connection<Role>,
    bytes: &[u8],
    outcome: &mut Outcome,
) -> Vec<mqtt_protocol_core::mqtt::packet::Packet> {
    let mut cursor = common::Cursor::new(bytes);
    let mut heard = Vec::new();
    let end = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    while cursor.position() < end && !outcome.closed {
        let before = cursor.position();
        heard.extend(outcome.take(connection.recv(&mut cursor)));
        if cursor.position() == before {
            break;
        }
    }
    heard
}
