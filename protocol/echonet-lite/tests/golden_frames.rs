//! Frames as they stand on real wires, byte by byte, so that a change of the codec cannot go unseen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tomori_echonet_lite::frame::LONGEST_READ;
use tomori_echonet_lite::{DecodeError, Eoj, Esv, Frame, Property, discovery};

const SHUTTER: Eoj = Eoj::new(0x0263, 1);

fn bytes(hex: &str) -> Vec<u8> {
    let hex: String = hex.split_whitespace().collect();
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn golden(hex: &str, frame: &Frame) {
    assert_eq!(Frame::decode(&bytes(hex)).as_ref(), Ok(frame));
    assert_eq!(frame.encode().unwrap(), bytes(hex));
}

#[test]
fn open_the_shutter_from_outside_the_house() {
    golden(
        "1081 0001 05ff01 026301 61 02  93 01 42  e0 01 41",
        &Frame::new(
            1,
            Eoj::CONTROLLER,
            SHUTTER,
            Esv::SetC,
            vec![Property::new(0x93, [0x42]), Property::new(0xe0, [0x41])],
        ),
    );
}

#[test]
fn the_shutter_refuses_because_remote_operation_is_prohibited() {
    golden(
        "1081 0001 026301 05ff01 51 02  93 00  e0 01 41",
        &Frame::new(
            1,
            SHUTTER,
            Eoj::CONTROLLER,
            Esv::SetCSna,
            vec![Property::bare(0x93), Property::new(0xe0, [0x41])],
        ),
    );
}

#[test]
fn the_shutter_tells_that_it_opens() {
    golden(
        "1081 0000 026301 0ef001 73 01  ea 01 43",
        &Frame::new(
            0,
            SHUTTER,
            Eoj::NODE_PROFILE,
            Esv::Inf,
            vec![Property::new(0xea, [0x43])],
        ),
    );
}

#[test]
fn set_and_read_in_one_frame() {
    let mut frame = Frame::new(0xabcd, Eoj::CONTROLLER, SHUTTER, Esv::SetGet, vec![]);
    frame.properties = vec![Property::new(0xe1, [0x28])];
    frame.read = vec![Property::bare(0xea), Property::bare(0xe1)];
    golden("1081 abcd 05ff01 026301 6e 01  e1 01 28  02  ea 00  e1 00", &frame);
    let mut refusal = frame.answer(SHUTTER, Esv::SetGetSna, vec![Property::bare(0xe1)]);
    refusal.read = vec![Property::new(0xea, [0x45]), Property::bare(0xe1)];
    golden("1081 abcd 026301 05ff01 5e 01  e1 00  02  ea 01 45  e1 00", &refusal);
}

#[test]
fn the_search_that_every_controller_sends() {
    golden("1081 0007 05ff01 0ef001 62 01  d6 00", &discovery::search(7));
}

#[test]
fn a_node_starts() {
    let frame = Frame::decode(&bytes("1081 0000 0ef001 0ef001 73 01  d5 04 01 026301")).unwrap();
    assert_eq!(discovery::read(&frame).unwrap().instances.unwrap(), [SHUTTER]);
}

#[test]
fn a_request_for_nothing_is_a_frame() {
    let frame = Frame::decode(&bytes("1081 0001 05ff01 0ef001 62 00")).unwrap();
    assert!(frame.properties.is_empty());
}

#[test]
fn what_is_no_frame_is_refused_by_name() {
    let cases = [
        (
            "",
            DecodeError::Truncated {
                bytes: 0,
                part: "header",
            },
        ),
        (
            "10",
            DecodeError::Truncated {
                bytes: 1,
                part: "header",
            },
        ),
        ("1082 0001", DecodeError::Header { found: [0x10, 0x82] }),
        (
            "1081 00",
            DecodeError::Truncated {
                bytes: 3,
                part: "transaction id",
            },
        ),
        ("1081 0001 05ff01 0ef001 99 00", DecodeError::Service { code: 0x99 }),
        (
            "1081 0001 05ff01 0ef001 62",
            DecodeError::Truncated {
                bytes: 11,
                part: "property count",
            },
        ),
        (
            "1081 0001 05ff01 0ef001 62 02 d6 00",
            DecodeError::Truncated {
                bytes: 14,
                part: "property",
            },
        ),
        (
            "1081 0001 05ff01 0ef001 62 01 d6 02 00",
            DecodeError::Truncated {
                bytes: 15,
                part: "property data",
            },
        ),
        (
            "1081 0001 05ff01 0ef001 62 01 d6 00 00",
            DecodeError::Trailing { count: 1 },
        ),
        (
            "1081 0001 05ff01 026301 6e 01 e0 01 41",
            DecodeError::Truncated {
                bytes: 15,
                part: "property count",
            },
        ),
    ];
    for (hex, error) in cases {
        assert_eq!(Frame::decode(&bytes(hex)), Err(error), "{hex}");
    }
    assert!(Frame::decode(&vec![0; LONGEST_READ]).is_err());
}
