//! The gateway's configuration file. Every key has a default that suits an ordinary house but one: the gateway's own
//! address on the house's network. `gateway.example.toml` describes each.
//!
//! `section` is what the file can say, `bounds` what of that is refused; here is what the rooms get from it.

mod bounds;
mod section;

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

pub use section::{Commands, Devices, Home, JournalLimits, Lan, SecurityCompany, Uplink};

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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tomori_runtime::config::{parse, parse_valid};

    use super::*;

    const EXAMPLE: &str = include_str!("../../gateway.example.toml");

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
