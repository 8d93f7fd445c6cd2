//! Any datagram that a house's network may carry (EP⑧): decoding, answering, matching and understanding it ends, and
//! what was understood is said again in the same bytes.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use libfuzzer_sys::fuzz_target;
use tomori_echonet_lite::node::{Fixed, Identity, Responder};
use tomori_echonet_lite::{Eoj, Esv, Frame, Property, PropertyMap, Transactions, class, discovery};

fuzz_target!(|data: &[u8]| {
    if let Ok(map) = PropertyMap::decode(data) {
        assert_eq!(PropertyMap::decode(&map.encode()).as_ref(), Ok(&map));
    }
    let Ok(frame) = Frame::decode(data) else {
        return;
    };
    if let Ok(bytes) = frame.encode() {
        assert_eq!(
            Frame::decode(&bytes).as_ref(),
            Ok(&frame),
            "said again, it is the same frame"
        );
    }
    let _ = discovery::read(&frame);
    understand(&frame);
    let identity = Identity::new(Identity::NO_MANUFACTURER, [1; 13]);
    let mut store = Fixed::controller(&identity);
    for reply in Responder::new(identity).answer(&frame, &mut store) {
        reply.frame.encode().expect("what we answer fits in a frame");
    }
    expect(&frame);
});

/// Every value that is understood is one that can be sent and stored.
fn understand(frame: &Frame) {
    let Some(class) = class::lookup(frame.seoj.class) else {
        return;
    };
    for property in &frame.properties {
        if let Some((_, Ok(value))) = class.read(property.epc, &property.edt) {
            value.check().expect("a value within its bounds");
        }
    }
}

/// The frame as an answer to a question it may or may not fit.
fn expect(frame: &Frame) {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut transactions = Transactions::new(frame.tid.wrapping_sub(1), 4);
    let asked = vec![Property::bare(0x80)];
    let deadline = jiff::Timestamp::UNIX_EPOCH;
    let _ = transactions.begin(address, Eoj::CONTROLLER, frame.seoj, Esv::Get, asked, deadline, ());
    let _ = transactions.take(address, frame);
}
