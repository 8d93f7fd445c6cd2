//! How the gateway behaves on the house's network.

use std::net::Ipv4Addr;
use std::time::Duration;

use thiserror::Error;

/// A setting that cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("lan.{field}: {why}")]
pub struct LanConfigError {
    /// The field.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub why: String,
}

/// Settings of the gateway's node on the house's network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanConfig {
    /// The gateway's own address on the house's network; never `0.0.0.0`, so that nothing is heard from elsewhere.
    pub address: Ipv4Addr,
    /// The port of every node, 3610 outside tests.
    pub port: u16,
    /// The multicast group.
    pub multicast: Ipv4Addr,
    /// The gateway's own number inside its node id (0x83); random at each start when `None`.
    pub number: Option<[u8; 13]>,
    /// How often each device is asked for its state; every round is moved by up to a tenth. 1 s to 10 min.
    pub poll_every: Duration,
    /// How often a shutter is asked while it moves. 100 ms to 10 s.
    pub poll_moving: Duration,
    /// A device is lost when it has been asked and asked again for so long without a word. 1 s to 5 min.
    pub lost_after: Duration,
    /// How long a first question waits for its answer; the second waits twice, the third four times as long.
    /// 50 ms to 10 s.
    pub answer_within: Duration,
    /// How long a set waits for its answer. Sets are never repeated. 100 ms to 60 s.
    pub set_within: Duration,
    /// The pause between an answer and the next question to the same node; real devices choke without it. 0 to 5 s.
    pub gap: Duration,
    /// How often everybody is asked who is there; every round is moved by up to a fifth. 10 s to 24 h.
    pub search_every: Duration,
    /// For how long a change of a shutter is taken for the result of our own set, at most. 5 s to 10 min.
    pub explained_for: Duration,
    /// For how long after our own set (or its end) stray reports are overlooked. 0 to 30 s.
    pub settle: Duration,
    /// How often a value that does not change is told again. 1 min to 24 h.
    pub repeat_every: Duration,
    /// How many events wait for the reader before reports are merged. 16 to 65,536.
    pub events: usize,
}

impl Default for LanConfig {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST,
            port: tomori_echonet_lite::PORT,
            multicast: tomori_echonet_lite::MULTICAST,
            number: None,
            poll_every: Duration::from_secs(10),
            poll_moving: Duration::from_millis(750),
            lost_after: Duration::from_secs(15),
            answer_within: Duration::from_secs(1),
            set_within: Duration::from_secs(5),
            gap: Duration::from_millis(50),
            search_every: Duration::from_secs(300),
            explained_for: Duration::from_secs(120),
            settle: Duration::from_secs(3),
            repeat_every: Duration::from_secs(1800),
            events: 512,
        }
    }
}

impl LanConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn check(&self) -> Result<(), LanConfigError> {
        let error = |field, why: &str| {
            Err(LanConfigError {
                field,
                why: why.to_owned(),
            })
        };
        if self.address.is_unspecified() || self.address.is_multicast() || self.address.is_broadcast() {
            return error(
                "address",
                "expected the gateway's own address on the house's network, such as 192.0.2.10",
            );
        }
        if !self.multicast.is_multicast() {
            return error("multicast", "expected a multicast group; ECHONET Lite uses 224.0.23.0");
        }
        if self.port == 0 {
            return error("port", "expected 1 to 65535; ECHONET Lite uses 3610");
        }
        let millis = Duration::from_millis;
        let spans = [
            ("pollEvery", self.poll_every, millis(1_000), millis(600_000)),
            ("pollMoving", self.poll_moving, millis(100), millis(10_000)),
            ("lostAfter", self.lost_after, millis(1_000), millis(300_000)),
            ("answerWithin", self.answer_within, millis(50), millis(10_000)),
            ("setWithin", self.set_within, millis(100), millis(60_000)),
            ("gap", self.gap, millis(0), millis(5_000)),
            ("searchEvery", self.search_every, millis(10_000), millis(86_400_000)),
            ("explainedFor", self.explained_for, millis(5_000), millis(600_000)),
            ("settle", self.settle, millis(0), millis(30_000)),
            ("repeatEvery", self.repeat_every, millis(60_000), millis(86_400_000)),
        ];
        for (field, span, least, most) in spans {
            if !(least..=most).contains(&span) {
                return Err(LanConfigError {
                    field,
                    why: format!("{span:?} is out of range; expected {least:?} to {most:?}"),
                });
            }
        }
        if !(16..=65_536).contains(&self.events) {
            return error("events", "expected 16 to 65536");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_fit() {
        assert_eq!(LanConfig::default().check(), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let refused = |change: fn(&mut LanConfig)| {
            let mut config = LanConfig::default();
            change(&mut config);
            config.check().unwrap_err().field
        };
        assert_eq!(refused(|c| c.address = Ipv4Addr::UNSPECIFIED), "address");
        assert_eq!(refused(|c| c.multicast = Ipv4Addr::LOCALHOST), "multicast");
        assert_eq!(refused(|c| c.port = 0), "port");
        assert_eq!(refused(|c| c.poll_every = Duration::ZERO), "pollEvery");
        assert_eq!(refused(|c| c.lost_after = Duration::from_secs(3600)), "lostAfter");
        assert_eq!(refused(|c| c.events = 0), "events");
    }
}
