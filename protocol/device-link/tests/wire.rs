//! Both ends of a connection against each other, and against bytes that are no MQTT.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use tomori_device_link::limits::PACKET_BYTES;
use tomori_device_link::wire::{ClientWire, Delivery, FromDevice, Published, Refusal, ServerWire, ToDevice};

fn message(topic: &str, payload: &[u8]) -> Published {
    Published {
        topic: topic.to_owned(),
        payload: payload.to_vec(),
        retain: true,
    }
}

fn met() -> (ClientWire, ServerWire) {
    let will = message("dev_1/there", b"offline");
    let mut client = ClientWire::new("dev_1", Some(&will));
    let mut server = ServerWire::new("spare".to_owned());
    let heard = server.hear(&client.to_send());
    let [FromDevice::Hello(hello)] = heard.as_slice() else {
        panic!("{heard:?}")
    };
    assert_eq!((hello.client.as_str(), hello.silence_s), ("dev_1", 45));
    assert_eq!(hello.will.as_ref().unwrap().payload, b"offline");
    server.welcome();
    assert_eq!(client.hear(&server.to_send()), [ToDevice::Answered(true)]);
    (client, server)
}

#[test]
fn a_message_is_taken_or_refused_by_name() {
    let (mut client, mut server) = met();
    for refused in [None, Some(Refusal::NotAuthorized)] {
        let number = client.publish(&message("dev_1/state", b"ON")).unwrap();
        let heard = server.hear(&client.to_send());
        let [FromDevice::Published(published, receipt)] = heard.as_slice() else {
            panic!("{heard:?}")
        };
        assert_eq!(*published, message("dev_1/state", b"ON"));
        server.acknowledge(*receipt, refused);
        let answered = client.hear(&server.to_send());
        assert_eq!(answered, [ToDevice::Taken(number, refused.is_none())]);
    }
}

#[test]
fn a_device_hears_what_it_was_granted() {
    let (mut client, mut server) = met();
    client.subscribe(&["dev_1/set", "dev_2/#"]);
    let heard = server.hear(&client.to_send());
    let [FromDevice::Subscribe { id, filters }] = heard.as_slice() else {
        panic!("{heard:?}")
    };
    assert_eq!(filters[0], ("dev_1/set".to_owned(), Delivery::Acknowledged));
    server.grant(*id, &[Ok(Delivery::Acknowledged), Err(Refusal::NotAuthorized)]);
    assert_eq!(client.hear(&server.to_send()), [ToDevice::Subscribed(false)]);

    let (number, sent) = server.publish(&message("dev_1/set", b"LOCK"), Delivery::Acknowledged, Some(5));
    assert!(sent);
    let heard = client.hear(&server.to_send());
    assert!(matches!(&heard[..], [ToDevice::Published(it)] if it.payload == b"LOCK"));
    assert_eq!(server.hear(&client.to_send()), [FromDevice::Arrived(number.unwrap())]);
}

#[test]
fn the_end_has_a_reason() {
    let (mut client, mut server) = met();
    server.dismiss(Refusal::Revoked);
    assert!(server.is_over());
    assert_eq!(client.hear(&server.to_send()), [ToDevice::Dismissed]);
    let (mut client, mut server) = met();
    client.goodbye();
    assert_eq!(
        server.hear(&client.to_send()),
        [FromDevice::Goodbye { with_will: false }]
    );
}

/// Item 18 of the security service: what is larger than we take is refused before it is stored.
#[test]
fn an_oversized_packet_ends_the_connection() {
    let (_client, mut server) = met();
    // A PUBLISH of 268,435,455 bytes is announced; nothing of it needs to follow.
    server.hear(&[0x30, 0xff, 0xff, 0xff, 0x7f]);
    assert!(server.is_over() && server.fault().unwrap().is_too_large());
    let (_client, mut server) = met();
    server.hear(&[0x30, 0xff, 0xff, 0xff, 0xff, 0xff]);
    assert!(server.is_over() && !server.fault().unwrap().is_too_large());
    const { assert!(PACKET_BYTES < 64 * 1024) };
}

#[test]
fn nothing_is_heard_before_hello() {
    let mut server = ServerWire::new("spare".to_owned());
    // PINGREQ first.
    assert_eq!(server.hear(&[0xc0, 0x00]), []);
    assert!(server.is_over());
    let (mut client, mut server) = met();
    let second = ClientWire::new("dev_1", None).to_send();
    server.hear(&second);
    assert!(server.is_over(), "hello is said once");
    assert!(client.to_send().is_empty());
}

proptest! {
    /// Whatever bytes come, reading them ends without a panic, before hello and after it.
    #[test]
    fn foreign_bytes_are_survived(bytes in any::<Vec<u8>>(), first in 0_u8..16) {
        let mut fresh = ServerWire::new("spare".to_owned());
        fresh.hear(&bytes);
        let (mut client, mut server) = met();
        server.hear(&bytes);
        client.hear(&bytes);
        // As the body of each kind of packet.
        let (_, mut server) = met();
        let (mut client, _) = met();
        let length = u8::try_from(bytes.len().min(120)).unwrap();
        for flags in [0, 2, 4] {
            let mut packet = vec![(first << 4) | flags, length];
            packet.extend(&bytes[..usize::from(length)]);
            server.hear(&packet);
            client.hear(&packet);
        }
    }

    /// A packet may come in any pieces.
    #[test]
    fn pieces_make_a_whole(cut in 1_usize..40) {
        let (mut client, mut server) = met();
        client.publish(&message("dev_1/state", b"a state that is not short")).unwrap();
        let bytes = client.to_send();
        let heard: Vec<_> = bytes.chunks(cut).flat_map(|piece| server.hear(piece)).collect();
        prop_assert_eq!(heard.len(), 1);
    }
}
