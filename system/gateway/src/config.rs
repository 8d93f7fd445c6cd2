//! The gateway's configuration file. Every key has a default that suits an ordinary house but one: the gateway's own
//! address on the house's network. `gateway.example.toml` describes each.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use tomori_runtime::config::{Rejection, Validate};
use tomori_unlock::RootKey;

use crate::command::Patience;
use crate::lan::LanConfig;
use crate::mqtt::MqttConfig;

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The house's network.
    pub lan: Lan,
    /// Devices that prove themselves.
    pub devices: Devices,
    /// The security company.
    pub security_company: SecurityCompany,
    /// Commands and hand operation.
    pub commands: Commands,
    /// The journal.
    pub journal: JournalLimits,
    /// The way to the platform.
    pub uplink: Uplink,
    /// The door for the app inside the house.
    pub home: Home,
}

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

impl Config {
    /// The settings of the LAN room.
    #[must_use]
    pub fn lan(&self) -> LanConfig {
        let lan = &self.lan;
        LanConfig {
            address: lan.address,
            port: lan.port,
            multicast: lan.multicast,
            poll_every: Duration::from_millis(lan.poll_every_ms),
            poll_moving: Duration::from_millis(lan.poll_moving_ms),
            lost_after: Duration::from_millis(lan.lost_after_ms),
            answer_within: Duration::from_millis(lan.answer_within_ms),
            set_within: Duration::from_millis(lan.set_within_ms),
            gap: Duration::from_millis(lan.gap_ms),
            search_every: Duration::from_secs(lan.search_every_s),
            repeat_every: Duration::from_secs(lan.repeat_every_s),
            explained_for: Duration::from_secs(u64::from(self.commands.confirm_within_s) + 30),
            ..LanConfig::default()
        }
    }

    /// The settings of the room for devices that prove themselves; `None` when it has no door.
    #[must_use]
    pub fn mqtt(&self) -> Option<MqttConfig> {
        let listen = self.devices.listen?;
        let own = listen.ip();
        let host = if own.is_unspecified() {
            self.lan.address.into()
        } else {
            own
        };
        let mut mqtt = MqttConfig::at(listen, self.devices.enrol, host);
        mqtt.repeat_every = Duration::from_secs(self.lan.repeat_every_s);
        Some(mqtt)
    }

    /// Where residents reach the gateway inside the house; empty when it has no such door.
    #[must_use]
    pub fn local_url(&self) -> String {
        match (&self.home.url, self.home.listen) {
            (Some(url), _) => url.clone(),
            (None, Some(listen)) if listen.ip().is_unspecified() => {
                format!("https://{}:{}", self.lan.address, listen.port())
            }
            (None, Some(listen)) => format!("https://{listen}"),
            (None, None) => String::new(),
        }
    }

    /// The names and addresses that the certificate of that door has to be made out to; none without a door.
    #[must_use]
    pub fn local_names(&self) -> Vec<String> {
        let Some(listen) = self.home.listen else {
            return Vec::new();
        };
        let url = self.home.url.as_deref().and_then(|url| url.strip_prefix("https://"));
        let authority = url.and_then(|rest| rest.split('/').next());
        let host = authority.map(|authority| authority.rsplit_once(':').map_or(authority, |(host, _)| host));
        let own = (!listen.ip().is_unspecified()).then(|| listen.ip().to_string());
        let mut names = vec![self.lan.address.to_string()];
        for name in own.into_iter().chain(host.map(str::to_owned)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// For how long a hand on the device wins.
    pub(crate) fn hand_hold(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.commands.hand_hold_min))
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience {
            confirm_within: SignedDuration::from_secs(i64::from(self.commands.confirm_within_s)),
            start_within: SignedDuration::from_millis(i64::from(self.commands.start_within_ms)),
            ..Patience::default()
        }
    }

    pub(crate) fn journal_bytes(&self) -> u64 {
        u64::from(self.journal.most_mib) * 1024 * 1024
    }
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Rejection> {
        let lan = &self.lan;
        for (key, given, low, high) in [
            ("lan.poll_every_ms", lan.poll_every_ms, 1_000, 600_000),
            ("lan.poll_moving_ms", lan.poll_moving_ms, 100, 10_000),
            ("lan.lost_after_ms", lan.lost_after_ms, 1_000, 300_000),
            ("lan.answer_within_ms", lan.answer_within_ms, 50, 10_000),
            ("lan.set_within_ms", lan.set_within_ms, 100, 60_000),
            ("lan.gap_ms", lan.gap_ms, 0, 5_000),
            ("lan.search_every_s", lan.search_every_s, 10, 86_400),
            ("lan.repeat_every_s", lan.repeat_every_s, 60, 86_400),
            (
                "commands.hand_hold_min",
                u64::from(self.commands.hand_hold_min),
                0,
                1_440,
            ),
            (
                "commands.confirm_within_s",
                u64::from(self.commands.confirm_within_s),
                5,
                570,
            ),
            (
                "commands.start_within_ms",
                u64::from(self.commands.start_within_ms),
                500,
                25_000,
            ),
            ("journal.most_mib", u64::from(self.journal.most_mib), 1, 1_024),
            (
                "security_company.relock_after_s",
                u64::from(self.security_company.relock_after_s),
                10,
                3_600,
            ),
            (
                "security_company.left_open_after_s",
                u64::from(self.security_company.left_open_after_s),
                10,
                3_600,
            ),
        ] {
            Rejection::unless_within(key, &given, &low, &high)?;
        }
        if lan.address.is_unspecified() || lan.address.is_multicast() || lan.address.is_broadcast() {
            return Err(Rejection::new(
                "lan.address",
                "expected the gateway's own address on the house's network, such as 192.0.2.10",
                "宅内ネットワーク上のゲートウェイ自身のアドレス（例: 192.0.2.10）にしてください",
            ));
        }
        if !lan.multicast.is_multicast() {
            return Err(Rejection::new(
                "lan.multicast",
                "expected a multicast group; ECHONET Lite uses 224.0.23.0",
                "マルチキャストアドレスにしてください。ECHONET Lite は 224.0.23.0 を使います",
            ));
        }
        if lan.port == 0 {
            return Err(Rejection::new(
                "lan.port",
                "expected 1 to 65535; ECHONET Lite uses 3610",
                "1 から 65535 の値にしてください。ECHONET Lite は 3610 を使います",
            ));
        }
        if self.devices.enrol.is_some() && self.devices.listen.is_none() {
            return Err(Rejection::new(
                "devices.enrol",
                "set devices.listen, too: a device with a certificate needs a door to connect to",
                "devices.listen も設定してください。証明書を受け取った機器がつなぐ先が必要です",
            ));
        }
        if self.security_company.root.is_some() && self.security_company.root().is_none() {
            return Err(Rejection::new(
                "security_company.root",
                "mistyped: expected eight groups of seven letters A to Z and digits 2 to 7; compare it with `tomori roster show root.pem`",
                "打ち間違いがあります。A から Z と 2 から 7 の 7 字が 8 組です。tomori roster show root.pem の表示と見比べてください",
            ));
        }
        if self
            .security_company
            .panel
            .is_some_and(|panel| !panel.ip().is_loopback())
        {
            return Err(Rejection::new(
                "security_company.panel",
                "expected an address of this machine only, such as 127.0.0.1:8447: whoever reads the number is at the door",
                "このコンピューターだけのアドレス（例: 127.0.0.1:8447）にしてください。番号を読めるのは玄関にいる人だけです",
            ));
        }
        if let Some(address) = &self.uplink.address
            && !is_host_and_port(address)
        {
            return Err(Rejection::new(
                "uplink.address",
                "expected host:port, such as platform.example:7443",
                "「ホスト:ポート」の形（例: platform.example:7443）にしてください",
            ));
        }
        if let Some(url) = &self.home.url
            && !(url.starts_with("https://") && url.len() <= 128 && url.is_ascii())
        {
            return Err(Rejection::new(
                "home.url",
                "expected an https:// address of at most 128 characters",
                "https:// で始まる 128 文字以内のアドレスにしてください",
            ));
        }
        Ok(())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn is_host_and_port(address: &str) -> bool {
    address.len() <= 260
        && address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use tomori_runtime::config::{parse, parse_valid};

    use super::*;

    const EXAMPLE: &str = include_str!("../gateway.example.toml");

    #[test]
    fn the_example_says_the_defaults() {
        let example: Config = parse_valid("gateway.example.toml", EXAMPLE).unwrap();
        let expected = Config {
            lan: Lan {
                address: Ipv4Addr::new(192, 0, 2, 10),
                ..Lan::default()
            },
            ..Config::default()
        };
        assert_eq!(example, expected);
    }

    #[test]
    fn the_example_with_every_comment_taken_away_names_every_key() {
        let all: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let config: Config = parse_valid("all", &all).unwrap();
        assert!(config.uplink.address.is_some() && config.home.listen.is_some() && config.home.url.is_some());
        assert!(config.devices.listen.is_some() && config.devices.enrol.is_some());
        // Each key of the file is one that Config knows (unknown ones are refused above); each that Config knows has
        // to be in the file.
        for key in "address port multicast poll_every_ms poll_moving_ms lost_after_ms answer_within_ms set_within_ms \
                    gap_ms search_every_s repeat_every_s hand_hold_min confirm_within_s start_within_ms most_mib \
                    listen url enrol root panel relock_after_s left_open_after_s"
            .split_whitespace()
        {
            assert!(
                all.lines().any(|line| line.starts_with(&format!("{key} = "))),
                "{key} is not documented"
            );
        }
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_place() {
        let error = parse::<Config>("gateway.toml", "[lan]\nprot = 3610\n").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("gateway.toml:2") && text.contains("prot"), "{text}");
    }

    #[test]
    fn every_setting_that_passes_here_passes_the_lan_room() {
        for text in [
            "[lan]\naddress = \"127.0.0.1\"\npoll_every_ms = 1000\nlost_after_ms = 300000\ngap_ms = 0\n",
            "[commands]\nconfirm_within_s = 570\n",
            "[commands]\nconfirm_within_s = 5\n",
        ] {
            let config: Config = parse_valid("gateway.toml", text).unwrap();
            assert_eq!(config.lan().check(), Ok(()), "{text}");
        }
        for text in [
            "[lan]\naddress = \"0.0.0.0\"\n",
            "[lan]\nport = 0\n",
            "[lan]\nmulticast = \"192.0.2.1\"\n",
            "[lan]\npoll_every_ms = 1\n",
            "[journal]\nmost_mib = 0\n",
            "[uplink]\naddress = \"platform\"\n",
            "[home]\nurl = \"http://192.0.2.1\"\n",
            "[security_company]\npanel = \"192.0.2.1:8447\"\n",
            "[security_company]\npanel = \"0.0.0.0:8447\"\n",
        ] {
            assert!(parse_valid::<Config>("gateway.toml", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_local_url_is_the_gateways_own_address_unless_told_otherwise() {
        let mut config = Config::default();
        config.lan.address = Ipv4Addr::new(192, 0, 2, 10);
        assert_eq!(config.local_url(), "");
        config.home.listen = Some("0.0.0.0:8443".parse().unwrap());
        assert_eq!(config.local_url(), "https://192.0.2.10:8443");
        assert_eq!(config.local_names(), ["192.0.2.10"]);
        config.home.url = Some("https://gateway.internal".to_owned());
        assert_eq!(config.local_url(), "https://gateway.internal");
        assert_eq!(config.local_names(), ["192.0.2.10", "gateway.internal"]);
        config.home.url = Some("https://gateway.internal:8443/home".to_owned());
        config.home.listen = Some("192.0.2.11:8443".parse().unwrap());
        assert_eq!(config.local_names(), ["192.0.2.10", "192.0.2.11", "gateway.internal"]);
    }
}
