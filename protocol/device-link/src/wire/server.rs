//! The gateway's end of a connection.

use std::fmt;

use mqtt_protocol_core::mqtt::packet::{
    AssignedClientIdentifier, MaximumQos, MessageExpiryInterval, Packet, Property, Qos, RetainAvailable,
    ServerKeepAlive, SessionExpiryInterval, SharedSubscriptionAvailable, SubscriptionIdentifierAvailable,
    TopicAliasMaximum, v3_1_1, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, DisconnectReasonCode, PubackReasonCode, PubrecReasonCode, SubackReasonCode,
    SubackReturnCode, UnsubackReasonCode,
};
use mqtt_protocol_core::mqtt::{Connection, Version, connection, role};

use super::{Delivery, Fault, Outcome, Refusal, delivery, feed, options};
use crate::limits::{KEEP_ALIVE_S, LONGEST_KEEP_ALIVE_S};

/// A device's first words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// What the client calls itself; may be empty.
    pub client: String,
    /// What is to be published for it when it is gone without a word.
    pub will: Option<Published>,
    /// After how many seconds of silence it is gone.
    pub silence_s: u16,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where.
    pub topic: String,
    /// What.
    pub payload: Vec<u8>,
    /// Whether it is to be kept for who comes later.
    pub retain: bool,
}

/// What the sender of a message waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt(Awaited);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Nothing,
    Puback(u16),
    Pubrec(u16),
}

impl Receipt {
    /// Whether the sender waits for an answer.
    #[must_use]
    pub fn is_awaited(self) -> bool {
        self.0 != Awaited::Nothing
    }
}

/// What was heard from a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromDevice {
    /// It says hello; nothing else is heard before, and nothing is to be sent before [`ServerWire::welcome`].
    Hello(Hello),
    /// It publishes.
    Published(Published, Receipt),
    /// It wants to hear what these filters match.
    Subscribe {
        /// The number to answer under.
        id: u16,
        /// The filters.
        filters: Vec<(String, Delivery)>,
    },
    /// It wants no more to hear that.
    Unsubscribe {
        /// The number to answer under.
        id: u16,
        /// The filters.
        filters: Vec<String>,
    },
    /// A message of ours arrived, by its number.
    Arrived(u16),
    /// It takes its leave.
    Goodbye {
        /// Whether its last will is to be published all the same.
        with_will: bool,
    },
}

/// The gateway's end.
pub struct ServerWire {
    connection: Connection<role::Server>,
    outcome: Outcome,
    assigned: Option<String>,
}

impl ServerWire {
    /// A connection that nothing was heard on. `assigned` is the name for a client that has none.
    #[must_use]
    pub fn new(assigned: String) -> Self {
        let mut connection = Connection::with_options(Version::Undetermined, options());
        connection.set_auto_ping_response(true);
        Self {
            connection,
            outcome: Outcome::default(),
            assigned: Some(assigned),
        }
    }

    /// Takes bytes as they came. What they bring to send is in [`Self::to_send`].
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<FromDevice> {
        let packets = feed(&mut self.connection, bytes, &mut self.outcome);
        packets
            .into_iter()
            .filter_map(|packet| self.understand(packet))
            .collect()
    }

    fn understand(&mut self, packet: Packet) -> Option<FromDevice> {
        match packet {
            Packet::V5_0Connect(hello) => {
                if !hello.client_id().is_empty() {
                    self.assigned = None;
                }
                Some(FromDevice::Hello(Hello {
                    client: hello.client_id().to_owned(),
                    will: will(hello.will_topic(), hello.will_payload(), hello.will_retain()),
                    silence_s: silence(KEEP_ALIVE_S),
                }))
            }
            Packet::V3_1_1Connect(hello) => {
                let keep_alive = match hello.keep_alive() {
                    0 => LONGEST_KEEP_ALIVE_S,
                    given => given.min(LONGEST_KEEP_ALIVE_S),
                };
                Some(FromDevice::Hello(Hello {
                    client: hello.client_id().to_owned(),
                    will: will(hello.will_topic(), hello.will_payload(), hello.will_retain()),
                    silence_s: silence(keep_alive),
                }))
            }
            Packet::V5_0Publish(it) => {
                let (topic, payload) = (it.topic_name().to_owned(), it.payload().as_slice().to_vec());
                Some(published(topic, payload, it.retain(), it.qos(), it.packet_id()))
            }
            Packet::V3_1_1Publish(it) => {
                let (topic, payload) = (it.topic_name().to_owned(), it.payload().as_slice().to_vec());
                Some(published(topic, payload, it.retain(), it.qos(), it.packet_id()))
            }
            Packet::V5_0Pubrel(it) => {
                let answer = v5_0::Pubcomp::builder().packet_id(it.packet_id()).build();
                self.send(answer);
                None
            }
            Packet::V3_1_1Pubrel(it) => {
                let answer = v3_1_1::Pubcomp::builder().packet_id(it.packet_id()).build();
                self.send(answer);
                None
            }
            Packet::V5_0Subscribe(it) => Some(FromDevice::Subscribe {
                id: it.packet_id(),
                filters: filters(it.entries()),
            }),
            Packet::V3_1_1Subscribe(it) => Some(FromDevice::Subscribe {
                id: it.packet_id(),
                filters: filters(it.entries()),
            }),
            Packet::V5_0Unsubscribe(it) => Some(FromDevice::Unsubscribe {
                id: it.packet_id(),
                filters: it.entries().iter().map(|filter| filter.as_str().to_owned()).collect(),
            }),
            Packet::V3_1_1Unsubscribe(it) => Some(FromDevice::Unsubscribe {
                id: it.packet_id(),
                filters: it.entries().iter().map(|filter| filter.as_str().to_owned()).collect(),
            }),
            Packet::V5_0Puback(it) => Some(FromDevice::Arrived(it.packet_id())),
            Packet::V3_1_1Puback(it) => Some(FromDevice::Arrived(it.packet_id())),
            Packet::V5_0Disconnect(it) => Some(FromDevice::Goodbye {
                with_will: it.reason_code() == Some(DisconnectReasonCode::DisconnectWithWillMessage),
            }),
            Packet::V3_1_1Disconnect(_) => Some(FromDevice::Goodbye { with_will: false }),
            _ => None,
        }
    }

    /// Bytes to send, taken out.
    pub fn to_send(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outcome.send)
    }

    /// Whether the connection is over, once what is to be sent is sent.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.outcome.closed
    }

    /// What the device did wrong, if that ended the connection.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.outcome.fault
    }

    /// Lets the device in.
    pub fn welcome(&mut self) {
        if self.is_new() {
            let mut props: Vec<Property> = vec![
                // Nothing is kept for who is away: a command that is not carried out now is carried out never.
                SessionExpiryInterval::new(0).map(Into::into),
                MaximumQos::new(1).map(Into::into),
                RetainAvailable::new(1).map(Into::into),
                TopicAliasMaximum::new(0).map(Into::into),
                SubscriptionIdentifierAvailable::new(0).map(Into::into),
                SharedSubscriptionAvailable::new(0).map(Into::into),
                ServerKeepAlive::new(KEEP_ALIVE_S).map(Into::into),
            ]
            .into_iter()
            .filter_map(Result::ok)
            .collect();
            if let Some(name) = self.assigned.take() {
                props.extend(AssignedClientIdentifier::new(name).ok().map(Into::into));
            }
            let answer = v5_0::Connack::builder()
                .session_present(false)
                .reason_code(ConnectReasonCode::Success)
                .props(props)
                .build();
            self.send(answer);
        } else {
            let answer = v3_1_1::Connack::builder()
                .session_present(false)
                .return_code(ConnectReturnCode::Accepted)
                .build();
            self.send(answer);
        }
    }

    /// Does not let the device in.
    pub fn turn_away(&mut self, refusal: Refusal) {
        if self.is_new() {
            let code = match refusal {
                Refusal::NotAuthorized | Refusal::Revoked => ConnectReasonCode::NotAuthorized,
                Refusal::TopicInvalid => ConnectReasonCode::TopicNameInvalid,
                Refusal::PayloadInvalid => ConnectReasonCode::PayloadFormatInvalid,
                Refusal::QuotaExceeded => ConnectReasonCode::QuotaExceeded,
                Refusal::RateTooHigh => ConnectReasonCode::ConnectionRateExceeded,
                Refusal::TakenOver | Refusal::Silent | Refusal::ShuttingDown => ConnectReasonCode::ServerUnavailable,
            };
            let answer = v5_0::Connack::builder()
                .session_present(false)
                .reason_code(code)
                .build();
            self.send(answer);
        } else {
            let code = match refusal {
                Refusal::NotAuthorized | Refusal::Revoked => ConnectReturnCode::NotAuthorized,
                _ => ConnectReturnCode::ServerUnavailable,
            };
            let answer = v3_1_1::Connack::builder()
                .session_present(false)
                .return_code(code)
                .build();
            self.send(answer);
        }
        self.outcome.closed = true;
    }

    /// Answers for a message: it is taken, or why it is not. Version 3.1.1 has no word for the latter.
    pub fn acknowledge(&mut self, receipt: Receipt, refused: Option<Refusal>) {
        let is_new = self.is_new();
        match receipt.0 {
            Awaited::Nothing => {}
            Awaited::Puback(id) if is_new => {
                let code = match refused {
                    None => PubackReasonCode::Success,
                    Some(Refusal::NotAuthorized | Refusal::Revoked) => PubackReasonCode::NotAuthorized,
                    Some(Refusal::TopicInvalid) => PubackReasonCode::TopicNameInvalid,
                    Some(Refusal::PayloadInvalid) => PubackReasonCode::PayloadFormatInvalid,
                    Some(_) => PubackReasonCode::QuotaExceeded,
                };
                let answer = v5_0::Puback::builder().packet_id(id).reason_code(code).build();
                self.send(answer);
            }
            Awaited::Puback(id) => {
                let answer = v3_1_1::Puback::builder().packet_id(id).build();
                self.send(answer);
            }
            Awaited::Pubrec(id) if is_new => {
                let code = match refused {
                    None => PubrecReasonCode::Success,
                    Some(Refusal::NotAuthorized | Refusal::Revoked) => PubrecReasonCode::NotAuthorized,
                    Some(Refusal::TopicInvalid) => PubrecReasonCode::TopicNameInvalid,
                    Some(Refusal::PayloadInvalid) => PubrecReasonCode::PayloadFormatInvalid,
                    Some(_) => PubrecReasonCode::QuotaExceeded,
                };
                let answer = v5_0::Pubrec::builder().packet_id(id).reason_code(code).build();
                self.send(answer);
            }
            Awaited::Pubrec(id) => {
                let answer = v3_1_1::Pubrec::builder().packet_id(id).build();
                self.send(answer);
            }
        }
    }

    /// Answers a subscription: for each filter, what it was granted or why not.
    pub fn grant(&mut self, id: u16, granted: &[Result<Delivery, Refusal>]) {
        if self.is_new() {
            let code = |granted: &Result<Delivery, Refusal>| match granted {
                Ok(Delivery::Hope) => SubackReasonCode::GrantedQos0,
                Ok(_) => SubackReasonCode::GrantedQos1,
                Err(Refusal::NotAuthorized) => SubackReasonCode::NotAuthorized,
                Err(Refusal::TopicInvalid) => SubackReasonCode::TopicFilterInvalid,
                Err(_) => SubackReasonCode::QuotaExceeded,
            };
            let codes = granted.iter().map(code).collect();
            let answer = v5_0::Suback::builder().packet_id(id).reason_codes(codes).build();
            self.send(answer);
        } else {
            let code = |granted: &Result<Delivery, Refusal>| match granted {
                Ok(Delivery::Hope) => SubackReturnCode::SuccessMaximumQos0,
                Ok(_) => SubackReturnCode::SuccessMaximumQos1,
                Err(_) => SubackReturnCode::Failure,
            };
            let codes = granted.iter().map(code).collect();
            let answer = v3_1_1::Suback::builder().packet_id(id).return_codes(codes).build();
            self.send(answer);
        }
    }

    /// Answers that `count` filters are heard no more.
    pub fn forget(&mut self, id: u16, count: usize) {
        if self.is_new() {
            let codes = vec![UnsubackReasonCode::Success; count];
            let answer = v5_0::Unsuback::builder().packet_id(id).reason_codes(codes).build();
            self.send(answer);
        } else {
            let answer = v3_1_1::Unsuback::builder().packet_id(id).build();
            self.send(answer);
        }
    }

    /// Publishes to the device, once at least or once at most. `expires_s`: after so many seconds nobody is to act on
    /// it. Returns the number under which [`FromDevice::Arrived`] will tell of it; `None` when it is not told, or when
    /// too many messages wait already (then nothing is sent, and the second is `false`).
    pub fn publish(&mut self, message: &Published, with: Delivery, expires_s: Option<u32>) -> (Option<u16>, bool) {
        let id = match with {
            Delivery::Hope => None,
            Delivery::Acknowledged | Delivery::Once => {
                if self.connection.get_receive_maximum_vacancy_for_send() == Some(0) {
                    return (None, false);
                }
                match self.connection.acquire_packet_id() {
                    Ok(id) => Some(id),
                    Err(_) => return (None, false),
                }
            }
        };
        let qos = if id.is_some() {
            Qos::AtLeastOnce
        } else {
            Qos::AtMostOnce
        };
        let Published { topic, payload, retain } = message;
        let before = self.outcome.send.len();
        if self.is_new() {
            let expiry = expires_s.and_then(|seconds| MessageExpiryInterval::new(seconds).ok());
            let packet = v5_0::Publish::builder().topic_name(topic.as_str()).and_then(|packet| {
                let packet = packet.qos(qos).retain(*retain).payload(payload.clone());
                let packet = packet.props(expiry.into_iter().map(Into::into).collect::<Vec<Property>>());
                match id {
                    Some(id) => packet.packet_id(id).build(),
                    None => packet.build(),
                }
            });
            self.send(packet);
        } else {
            let packet = v3_1_1::Publish::builder()
                .topic_name(topic.as_str())
                .and_then(|packet| {
                    let packet = packet.qos(qos).retain(*retain).payload(payload.clone());
                    match id {
                        Some(id) => packet.packet_id(id).build(),
                        None => packet.build(),
                    }
                });
            self.send(packet);
        }
        (id, self.outcome.send.len() > before)
    }

    /// Ends the connection, with the reason where the version has a word for it.
    pub fn dismiss(&mut self, refusal: Refusal) {
        if self.is_new() && !self.outcome.closed {
            let code = match refusal {
                Refusal::NotAuthorized => DisconnectReasonCode::NotAuthorized,
                Refusal::TopicInvalid => DisconnectReasonCode::TopicNameInvalid,
                Refusal::PayloadInvalid => DisconnectReasonCode::PayloadFormatInvalid,
                Refusal::QuotaExceeded => DisconnectReasonCode::QuotaExceeded,
                Refusal::RateTooHigh => DisconnectReasonCode::MessageRateTooHigh,
                Refusal::TakenOver => DisconnectReasonCode::SessionTakenOver,
                Refusal::Silent => DisconnectReasonCode::KeepAliveTimeout,
                Refusal::Revoked => DisconnectReasonCode::AdministrativeAction,
                Refusal::ShuttingDown => DisconnectReasonCode::ServerShuttingDown,
            };
            let packet = v5_0::Disconnect::builder().reason_code(code).build();
            self.send(packet);
        }
        self.outcome.closed = true;
    }

    fn is_new(&self) -> bool {
        self.connection.get_protocol_version() == Version::V5_0
    }

    /// Sends a packet. One that cannot be built or sent ends the connection: silence would be taken for consent.
    fn send<T, E>(&mut self, packet: Result<T, E>)
    where
        T: connection::Sendable<role::Server, u16>,
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

impl fmt::Debug for ServerWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerWire")
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

fn published(topic: String, payload: Vec<u8>, retain: bool, qos: Qos, id: Option<u16>) -> FromDevice {
    let awaited = match (qos, id) {
        (Qos::AtLeastOnce, Some(id)) => Awaited::Puback(id),
        (Qos::ExactlyOnce, Some(id)) => Awaited::Pubrec(id),
        _ => Awaited::Nothing,
    };
    let message = Published { topic, payload, retain };
    FromDevice::Published(message, Receipt(awaited))
}

fn will(topic: Option<&str>, payload: Option<&[u8]>, retain: bool) -> Option<Published> {
    topic.map(|topic| Published {
        topic: topic.to_owned(),
        payload: payload.unwrap_or_default().to_vec(),
        retain,
    })
}

fn filters(entries: &[mqtt_protocol_core::mqtt::packet::SubEntry]) -> Vec<(String, Delivery)> {
    let one = |entry: &mqtt_protocol_core::mqtt::packet::SubEntry| {
        (entry.topic_filter().to_owned(), delivery(entry.sub_opts().qos()))
    };
    entries.iter().map(one).collect()
}

/// One and a half of the keep alive (MQTT 5, 3.1.2.10).
fn silence(keep_alive_s: u16) -> u16 {
    keep_alive_s.saturating_add(keep_alive_s / 2)
}
