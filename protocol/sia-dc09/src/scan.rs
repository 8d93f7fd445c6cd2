//! Frames out of a stream of bytes (DC-09 over TCP).

use crate::frame::LONGEST_FRAME;

/// What was found in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The bytes of a frame, from its line feed to its carriage return.
    Frame(Vec<u8>),
    /// More bytes than a frame may have came without an end. The sender is to be refused and the connection closed.
    TooLong,
}

/// Cuts a stream into frames. It never holds more than one frame.
#[derive(Debug, Default)]
pub struct Scanner {
    held: Vec<u8>,
}

impl Scanner {
    /// Takes the next bytes of the stream and gives the frames that they complete. What stands before a line feed belongs
    /// to no frame and is passed over; a second line feed begins anew, as a panel does that gave up in the middle.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        for byte in bytes {
            match (byte, self.held.is_empty()) {
                (b'\n', _) => {
                    self.held.clear();
                    self.held.push(b'\n');
                }
                (_, true) => {}
                (b'\r', false) => {
                    self.held.push(b'\r');
                    found.push(Found::Frame(std::mem::take(&mut self.held)));
                }
                (byte, false) => self.held.push(*byte),
            }
            if self.held.len() > LONGEST_FRAME {
                self.held.clear();
                found.push(Found::TooLong);
            }
        }
        found
    }

    /// Whether a frame has begun and not ended.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        !self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_wherever_the_network_cuts() {
        let stream = b"noise\nABC\r\r\nDEF\r";
        for cut in 0..=stream.len() {
            let (left, right) = stream.split_at(cut);
            let mut scanner = Scanner::default();
            let mut found = scanner.take(left);
            found.extend(scanner.take(right));
            let expected = [b"\nABC\r".to_vec(), b"\nDEF\r".to_vec()].map(Found::Frame);
            assert_eq!(found, expected, "cut at {cut}");
            assert!(!scanner.is_inside());
        }
    }

    /// T3-10 EP③ サービス不能: a sender that never ends a frame holds no more than one frame's memory.
    #[test]
    fn endless_frame() {
        let mut scanner = Scanner::default();
        assert!(scanner.take(b"\n").is_empty());
        let found = scanner.take(&vec![b'A'; LONGEST_FRAME]);
        assert_eq!(found, [Found::TooLong]);
        assert!(!scanner.is_inside());
    }
}
