//! Any bytes that a panel, or somebody who says so, may send to the receiver (T3-10 EP③): reading them ends, what was read
//! is written again in a form that is read alike, and there is always an answer.

#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tomori_sia_dc09::{Cipher, Content, Found, Frame, KeyError, Meaning, Reply, Scanner, crc16, read_signals};

/// Whatever decrypts to what it was: what comes out of a real cipher with a wrong key is no more than any bytes.
struct Clear;

impl Cipher for Clear {
    fn encrypt(&self, _: &mut [u8]) -> Result<(), KeyError> {
        Ok(())
    }

    fn decrypt(&self, _: &mut [u8]) -> Result<(), KeyError> {
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    for found in Scanner::default().take(data) {
        if let Found::Frame(bytes) = found {
            read(&bytes);
        }
    }
    // The check value would stop nearly everything: the same bytes as a body with the right one.
    let mut bytes = format!("\n{:04X}{:04X}", crc16(data), data.len()).into_bytes();
    bytes.extend_from_slice(data);
    bytes.push(b'\r');
    read(&bytes);
});

fn read(bytes: &[u8]) {
    let frame = Frame::decode(bytes).ok();
    if let Some(frame) = &frame {
        if let Ok(again) = frame.encode() {
            assert_eq!(
                Frame::decode(&again).as_ref(),
                Ok(frame),
                "said again, it is the same frame"
            );
        }
        if let Ok(content) = Content::open(frame, Some(&Clear)) {
            for signal in read_signals(&frame.token, &content).unwrap_or_default() {
                let _ = Meaning::of(&signal.code);
            }
        }
    }
    for reply in [Reply::Ack, Reply::Nak, Reply::Duh] {
        let answer = reply.encode(frame.as_ref(), Some(&Clear), Timestamp::UNIX_EPOCH, [3; 32]);
        Frame::decode(&answer.expect("there is always an answer")).expect("and it is a frame");
    }
}
