//! How the room is set.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How the room is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttConfig {
    /// Where devices connect.
    pub listen: SocketAddr,
    /// Where devices fetch their certificates with a code; `None` when they get them as files only.
    pub enrol: Option<SocketAddr>,
    /// The addresses and names by which devices of other makers verify the gateway.
    pub names: Vec<String>,
    /// How long a device may be away before it is lost: long enough to connect anew, too short to break in unseen.
    pub lost_after: Duration,
    /// How long a command waits for the device to take it.
    pub set_within: Duration,
    /// How often a value that is said again is told again.
    pub repeat_every: Duration,
    /// Events that wait for a slow reader before reports are merged.
    pub events: usize,
}

impl MqttConfig {
    /// The usual settings for an address.
    #[must_use]
    pub fn at(listen: SocketAddr, enrol: Option<SocketAddr>, host: IpAddr) -> Self {
        Self {
            listen,
            enrol,
            names: vec![tomori_device_link::GATEWAY_NAME.to_owned(), host.to_string()],
            lost_after: Duration::from_secs(5),
            set_within: Duration::from_secs(5),
            repeat_every: Duration::from_secs(600),
            events: 1024,
        }
    }
}
