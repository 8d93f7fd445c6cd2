//! The sections of the file: their keys, units and defaults.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;
use tomori_unlock::RootKey;

use crate::lan::LanConfig;

/// The house's network (`[lan]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lan {
    /// The gateway's own address on the house's network.
    pub address: Ipv4Addr,
    /// The UDP port of ECHONET Lite.
    pub port: u16,
    /// The multicast group of ECHONET Lite.
    pub multicast: Ipv4Addr,
    /// How often each device is asked, in milliseconds; 1,000 to 600,000.
    pub poll_every_ms: u64,
    /// How often a moving shutter is asked, in milliseconds; 100 to 10,000.
    pub poll_moving_ms: u64,
    /// After how long without a word a device is lost, in milliseconds; 1,000 to 300,000.
    pub lost_after_ms: u64,
    /// How long a question waits for its answer at first, in milliseconds; 50 to 10,000.
    pub answer_within_ms: u64,
    /// How long a set waits for its answer, in milliseconds; 100 to 60,000.
    pub set_within_ms: u64,
    /// The pause between two questions to one node, in milliseconds; 0 to 5,000.
    pub gap_ms: u64,
    /// How often everybody is asked who is there, in seconds; 10 to 86,400.
    pub search_every_s: u64,
    /// How often a value that does not change is told again, in seconds; 60 to 86,400.
    pub repeat_every_s: u64,
}

/// Devices that prove themselves with a certificate (`[devices]`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Devices {
    /// Where they connect by MQTT over TLS; nowhere when absent.
    pub listen: Option<SocketAddr>,
    /// Where they come for their certificates with a code; nowhere when absent.
    pub enrol: Option<SocketAddr>,
}

/// The security company that may ask for a door to be opened (`[security_company]`; docs/unlock.md).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityCompany {
    /// Its root key, as `tomori roster init` shows it. Without it no door of this house is opened from afar.
    pub root: Option<String>,
    /// Where the display at the door gets the page with the number that a guard reads; an address of this machine only.
    /// Without it no number is shown.
    pub panel: Option<SocketAddr>,
    /// After how many seconds a door that nobody opened is locked again; 10 to 3,600.
    pub relock_after_s: u32,
    /// After how many seconds a door that stands open is told of; 10 to 3,600.
    pub left_open_after_s: u32,
}

/// Commands and hand operation (`[commands]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Commands {
    /// For how many minutes a hand on the device wins over remote wishes and schedules; 0 to 1,440 (guideline 4.2).
    pub hand_hold_min: u32,
    /// How many seconds a device has to show the result; 5 to 600.
    pub confirm_within_s: u32,
    /// How many milliseconds a device may stay as it was before it begins to move; 500 to 60,000.
    pub start_within_ms: u32,
}

/// The journal (`[journal]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalLimits {
    /// How large the journal may grow before superseded reports are merged, in MiB; 1 to 1,024.
    pub most_mib: u32,
}

/// The way to the platform (`[uplink]`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Uplink {
    /// `host:port` of the platform, instead of the one that was told at enrolment.
    pub address: Option<String>,
}

/// The door for the app inside the house (`[home]`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Home {
    /// Where the app at home is served; nowhere when absent.
    pub listen: Option<SocketAddr>,
    /// The address by which phones in the house reach it, when it is not the gateway's own address.
    pub url: Option<String>,
}

impl Default for Lan {
    fn default() -> Self {
        let lan = LanConfig::default();
        Self {
            address: lan.address,
            port: lan.port,
            multicast: lan.multicast,
            poll_every_ms: millis(lan.poll_every),
            poll_moving_ms: millis(lan.poll_moving),
            lost_after_ms: millis(lan.lost_after),
            answer_within_ms: millis(lan.answer_within),
            set_within_ms: millis(lan.set_within),
            gap_ms: millis(lan.gap),
            search_every_s: lan.search_every.as_secs(),
            repeat_every_s: lan.repeat_every.as_secs(),
        }
    }
}

impl Default for Commands {
    fn default() -> Self {
        Self {
            hand_hold_min: 15,
            confirm_within_s: 90,
            start_within_ms: 5_000,
        }
    }
}

impl Default for SecurityCompany {
    fn default() -> Self {
        Self {
            root: None,
            panel: None,
            relock_after_s: 120,
            left_open_after_s: 180,
        }
    }
}

impl SecurityCompany {
    /// The pinned root; `None` when there is none. A text that is none is refused when the file is read.
    #[must_use]
    pub fn root(&self) -> Option<RootKey> {
        self.root.as_ref().and_then(|root| root.parse().ok())
    }
}

impl Default for JournalLimits {
    fn default() -> Self {
        Self { most_mib: 16 }
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
