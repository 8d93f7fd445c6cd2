//! A device's end of a connection, version 5.

use std::fmt;

use mqtt_protocol_core::mqtt::packet::{Packet, Qos, SubEntry, SubOpts, v5_0};
use mqtt_protocol_core::mqtt::result_code::{ConnectReasonCode, PubackReasonCode};
use mqtt_protocol_core::mqtt::{Connection, Version, connection, role};

use super::server::Published;
use super::{Fault, Outcome, feed, options};
use crate::limits::KEEP_ALIVE_S;

/// What was heard from the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToDevice {
    /// It lets the device in (`true`), or not.
    Answered(bool),
    /// It tells something. The wire acknowledges by itself.
    Published(Published),
    /// A message of ours was taken (`true`), or refused.
    Taken(u16, bool),
    /// A subscription was granted (`true`), or any filter of it refused.
    Subscribed(bool),
    /// It ends the connection.
    Dismissed,
}

/// A device's end.
pub struct ClientWire {
    connection: Connection<role::Client>,
    outcome: Outcome,
}

impl ClientWire {
    /// A connection that says hello, with a last will.
    #[must_use]
    pub fn new(client: &str, will: Option<&Published>) -> Self {
        let mut connection = Connection::with_options(Version::V5_0, options());
        connection.set_auto_pub_response(true);
        let mut wire = Self {
            connection,
            outcome: Outcome::default(),
        };
        let hello = v5_0::Connect::builder().client_id(client).and_then(|hello| {
            let hello = hello.clean_start(true).keep_alive(KEEP_ALIVE_S);
            match will {
                Some(will) => hello
                    .will_message(will.topic.as_str(), &will.payload, Qos::AtLeastOnce, will.retain)?
                    .build(),
                None => hello.build(),
            }
        });
        wire.send(hello);
        wire
    }

    /// Takes bytes as they came. What they bring to send is in [`Self::to_send`].
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<ToDevice> {
        let packets = feed(&mut self.connection, bytes, &mut self.outcome);
        packets.into_iter().filter_map(understand).collect()
    }

    /// Bytes to send, taken out.
    pub fn to_send(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outcome.send)
    }

    /// Whether the connection is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.outcome.closed
    }

    /// What the gateway did wrong, if that ended the connection.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.outcome.fault
    }

    /// Publishes, once at least. Returns the number under which [`ToDevice::Taken`] will tell of it; `None` when too
    /// many messages wait already and nothing is sent.
    pub fn publish(&mut self, message: &Published) -> Option<u16> {
        if self.connection.get_receive_maximum_vacancy_for_send() == Some(0) {
            return None;
        }
        let id = self.connection.acquire_packet_id().ok()?;
        let packet = v5_0::Publish::builder()
            .topic_name(message.topic.as_str())
            .and_then(|packet| {
                packet
                    .qos(Qos::AtLeastOnce)
                    .retain(message.retain)
                    .payload(message.payload.clone())
                    .packet_id(id)
                    .build()
            });
        self.send(packet);
        Some(id)
    }

    /// Asks to hear what these filters match.
    pub fn subscribe(&mut self, filters: &[&str]) {
        let options = SubOpts::new().set_qos(Qos::AtLeastOnce);
        let entries = filters.iter().map(|filter| SubEntry::new(*filter, options));
        let entries = entries.collect::<Result<Vec<_>, _>>();
        let id = self.connection.acquire_packet_id();
        let packet = entries.and_then(|entries| v5_0::Subscribe::builder().entries(entries).packet_id(id?).build());
        self.send(packet);
    }

    /// Says that it is still there.
    pub fn ping(&mut self) {
        self.send(v5_0::Pingreq::builder().build());
    }

    /// Takes leave.
    pub fn goodbye(&mut self) {
        self.send(v5_0::Disconnect::builder().build());
        self.outcome.closed = true;
    }

    fn send<T, E>(&mut self, packet: Result<T, E>)
    where
        T: connection::Sendable<role::Client, u16>,
    {
        match packet {
            Ok(packet) => {
                let events = self.connection.checked_send(packet);
                self.outcome.take(events);
            }
            Err(_) => self.outcome.closed = true,
        }
    }
}

impl fmt::Debug for ClientWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientWire")
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

fn understand(packet: Packet) -> Option<ToDevice> {
    match packet {
        Packet::V5_0Connack(it) => Some(ToDevice::Answered(it.reason_code() == ConnectReasonCode::Success)),
        Packet::V5_0Publish(it) => Some(ToDevice::Published(Published {
            topic: it.topic_name().to_owned(),
            payload: it.payload().as_slice().to_vec(),
            retain: it.retain(),
        })),
        Packet::V5_0Puback(it) => {
            let code = it.reason_code().unwrap_or(PubackReasonCode::Success);
            Some(ToDevice::Taken(it.packet_id(), (code as u8) < 0x80))
        }
        Packet::V5_0Suback(it) => Some(ToDevice::Subscribed(
            it.reason_codes().iter().all(|code| (*code as u8) < 0x80),
        )),
        Packet::V5_0Disconnect(_) => Some(ToDevice::Dismissed),
        _ => None,
    }
}
