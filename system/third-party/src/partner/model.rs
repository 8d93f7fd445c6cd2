//! How the line stands, and how long one waits. Pure.

use std::time::Duration;

use jiff::Timestamp;

/// The shortest pause between two tries.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest: an alarm waits no longer than this once the platform can be reached again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `host:port` of the platform's partner door, instead of the one that was used for the enrolment.
    pub address: Option<String>,
    /// How often the platform is told that this side is there.
    pub beat: Duration,
    /// After how long without a word the platform is taken for lost.
    pub silent_after: Duration,
}

/// How the line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether this server is enrolled at a platform.
    pub is_enrolled: bool,
    /// Since when nothing is heard, once that is too long ago.
    pub lost_since: Option<Timestamp>,
    /// Whether the platform says that this server's right has ended.
    pub is_refused: bool,
}

/// How long to wait before the next try: twice as long each time, between half of it and all of it, so that a company with
/// many servers does not come all at once. `random` is 0 to 1.
pub(super) fn pause(failures: u32, random: f64) -> Duration {
    let longest = FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(failures.min(16)))
        .min(LONGEST_PAUSE);
    longest.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
}

/// Server-sent events, cut out of bytes as they come.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    text: Vec<u8>,
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: String,
}

/// An event had no end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Scanner {
    /// The largest event: a report of 2,000 characters with everything around it, many times over.
    const LARGEST: usize = 64 * 1024;

    /// The events that end in these bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        self.text.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(at) = self.text.windows(2).position(|pair| pair == b"\n\n") {
            let rest = self.text.split_off(at + 2);
            let event = std::mem::replace(&mut self.text, rest);
            let event = String::from_utf8_lossy(&event);
            let field = |name: &str| {
                let lines = event.lines().filter_map(|line| line.strip_prefix(name));
                lines
                    .map(|value| value.strip_prefix(' ').unwrap_or(value))
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            events.push(Event {
                name: field("event:"),
                data: field("data:"),
            });
        }
        if self.text.len() > Self::LARGEST {
            return Err(TooLong);
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_are_never_nothing() {
        assert_eq!(pause(0, 1.0), FIRST_PAUSE);
        assert_eq!(pause(0, 0.0), FIRST_PAUSE / 2);
        assert_eq!(pause(1, 1.0), FIRST_PAUSE * 2);
        for failures in [5, 16, 17, u32::MAX] {
            assert_eq!(pause(failures, 1.0), LONGEST_PAUSE);
            assert!(pause(failures, 0.0) >= LONGEST_PAUSE / 2);
        }
    }

    #[test]
    fn events_are_found_however_the_bytes_are_cut() {
        let text = "event: change\nid: 1\ndata: {\"灯\":1}\n\n: comment\n\nevent: heartbeat\ndata: {}\n\n".as_bytes();
        for cut in 0..text.len() {
            let mut scanner = Scanner::default();
            let mut events = scanner.take(&text[..cut]).unwrap();
            events.extend(scanner.take(&text[cut..]).unwrap());
            assert_eq!(events.len(), 3, "{cut}");
            assert_eq!(
                (events[0].name.as_str(), events[0].data.as_str()),
                ("change", "{\"灯\":1}")
            );
            assert_eq!(events[2].name, "heartbeat");
        }
    }

    #[test]
    fn an_event_without_end_is_refused() {
        assert_eq!(Scanner::default().take(&[b'x'; 70_000]), Err(TooLong));
    }
}
