//! Whatever is written is read again, and whatever comes in ends in an answer or a named refusal.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod aes;

use aes::Aes;
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use tomori_sia_dc09::{Content, Frame, Key, Meaning, Reply, Scanner, Stamp, Token, crc16, read_signals};

fn token() -> impl Strategy<Value = Token> {
    prop_oneof![
        Just(Token::SiaDcs),
        Just(Token::AdmCid),
        Just(Token::Null),
        "X[A-Z0-9-]{0,15}".prop_map(Token::Other),
    ]
}

fn frame() -> impl Strategy<Value = Frame> {
    let numbers = (
        0_u16..10_000,
        proptest::option::of("[0-9A-Fa-f]{1,6}"),
        proptest::option::of("[0-9A-Fa-f]{1,6}"),
    );
    (token(), numbers, "[0-9A-F]{3,16}").prop_map(|(token, (sequence, receiver, line), account)| Frame {
        token,
        is_encrypted: false,
        sequence,
        receiver,
        line,
        account: account.parse().ok(),
        rest: Vec::new(),
    })
}

fn content() -> impl Strategy<Value = Content> {
    let seconds = 0_i64..4_000_000_000;
    (
        "\\|[A-Za-z0-9/^ *.]{0,200}",
        vec("[A-Z][a-z0-9.:/ ]{0,20}", 0..5),
        proptest::option::of(seconds),
    )
        .prop_map(|(data, extended, seconds)| Content {
            data: data.into_bytes(),
            extended: extended.into_iter().map(String::into_bytes).collect(),
            stamp: seconds.and_then(|at| Timestamp::from_second(at).ok()).map(Stamp::of),
        })
}

proptest! {
    #[test]
    fn frames_are_read_as_they_were_written(mut frame in frame(), content in content()) {
        content.seal(&mut frame, None, [0; 32]).unwrap();
        let bytes = frame.encode().unwrap();
        let read = Frame::decode(&bytes).unwrap();
        prop_assert_eq!(&read, &frame);
        prop_assert_eq!(Content::open(&read, None).unwrap(), content);
    }

    #[test]
    fn encrypted_frames_too(
        mut frame in frame(),
        mut content in content(),
        key in prop_oneof![vec(any::<u8>(), 16), vec(any::<u8>(), 24), vec(any::<u8>(), 32)],
        random in any::<[u8; 32]>(),
    ) {
        content.stamp = content.stamp.or_else(|| Some(Stamp::of(Timestamp::UNIX_EPOCH)));
        let key = Aes(Key::new(&key).unwrap());
        content.seal(&mut frame, Some(&key), random).unwrap();
        let read = Frame::decode(&frame.encode().unwrap()).unwrap();
        prop_assert!(read.is_encrypted);
        prop_assert_eq!(Content::open(&read, Some(&key)).unwrap(), content);
    }

    #[test]
    fn any_bytes_end_in_a_value_or_a_refusal(bytes in vec(any::<u8>(), 0..300)) {
        end(&bytes);
        let mut scanner = Scanner::default();
        scanner.take(&bytes);
    }

    /// Bodies with a right check value, so that what is inside is reached.
    #[test]
    fn any_body_ends_in_a_value_or_a_refusal(
        head in "\"\\*?(SIA-DCS|ADM-CID|NULL)\"[0-9]{4}L0#[0-9A-F]{4}\\[",
        rest in prop_oneof![vec(any::<u8>(), 0..120), "[#|NOAri/BFA0-9^*\\]\\[_]{0,80}".prop_map(String::into_bytes)],
    ) {
        let mut body = head.into_bytes();
        body.extend(rest);
        let mut bytes = format!("\n{:04X}{:04X}", crc16(&body), body.len()).into_bytes();
        bytes.extend(body);
        bytes.push(b'\r');
        end(&bytes);
    }
}

fn end(bytes: &[u8]) {
    let key = Aes(Key::new(&[1; 16]).unwrap());
    let frame = Frame::decode(bytes).ok();
    let now = Timestamp::UNIX_EPOCH;
    if let Some(frame) = &frame
        && let Ok(content) = Content::open(frame, Some(&key))
        && let Ok(signals) = read_signals(&frame.token, &content)
    {
        for signal in signals {
            assert!(Meaning::of(&signal.code).hazard.priority() >= 1);
        }
    }
    for reply in [Reply::Ack, Reply::Nak, Reply::Duh] {
        let answer = reply.encode(frame.as_ref(), Some(&key), now, [3; 32]).unwrap();
        Frame::decode(&answer).unwrap();
    }
}
