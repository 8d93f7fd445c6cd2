//! The platform's configuration file. Every key has a default that suits a first look on one's own computer;
//! `platform.example.toml` describes each.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tomori_runtime::config::{Rejection, Validate};
use tomori_runtime::tls;

use crate::device_state::Keep;
use crate::door;
use crate::link;

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The door for home gateways.
    pub link: Link,
    /// The door for machines that are to become gateways.
    pub enrolment: Enrolment,
    /// The door for the servers of security companies.
    pub partner: Partner,
    /// The door for people and programs.
    pub web: Web,
    /// How much of the past is kept.
    pub history: History,
}

/// The door for home gateways (`[link]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// Where it listens.
    pub listen: SocketAddr,
    /// `host:port` by which gateways reach it, as they are told at their enrolment; the address it listens on when
    /// absent.
    pub public_address: Option<String>,
    /// Gateways connected at the same time; 1 to 1,000,000.
    pub gateways: usize,
    /// TLS handshakes under way at the same time; 1 to 10,000. Further ones wait, which spreads a mass reconnect.
    pub handshakes: usize,
    /// Connections from one address; 1 to 1,000,000. Many houses may share one.
    pub connections_per_address: usize,
    /// Events a second that one gateway may send for long; 1 to 1,000,000.
    pub events_per_second: u32,
    /// Events that one gateway may send at once, after an absence; 500 to 10,000,000.
    pub events_burst: u32,
}

/// The door for machines that are to become gateways (`[enrolment]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Enrolment {
    /// Where it listens.
    pub listen: SocketAddr,
}

/// The door for the servers of security companies (`[partner]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Partner {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How often a quiet stream says that it is there, in seconds; 1 to 60.
    pub beat_s: u64,
    /// After how many seconds without a word a company's server is taken for lost; 2 to 600.
    pub silent_after_s: u64,
}

/// The door for people and programs (`[web]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether and how it is encrypted.
    pub tls: WebTls,
    /// The certificate and its issuers, PEM; with `tls = "files"`.
    pub certificate: Option<PathBuf>,
    /// The certificate's private key, PEM; with `tls = "files"`.
    pub key: Option<PathBuf>,
    /// DNS names and addresses of the certificate; with `tls = "authority"`.
    pub names: Vec<String>,
    /// The origin that browsers see when a proxy stands in front, `https://home.example.jp`.
    pub public_origin: Option<String>,
    /// Connections at the same time; 1 to 1,000,000.
    pub connections: usize,
    /// Connections from one address; 1 to 1,000,000.
    pub connections_per_address: usize,
}

/// Whether and how the door for people is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebTls {
    /// Not at all: for the loopback address only, behind a proxy or for a first look.
    Off,
    /// With a certificate of the platform's own authority, which browsers have to be told to trust.
    Authority,
    /// With a certificate from files, read again when they change.
    Files,
}

/// How much of the past is kept for each home (`[history]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Days; 1 to 3,650.
    pub days: u16,
    /// Entries; 100 to 1,000,000.
    pub entries: u32,
}

impl Default for Link {
    fn default() -> Self {
        let limits = link::Limits::default();
        Self {
            listen: local(7443),
            public_address: None,
            gateways: limits.gateways,
            handshakes: 256,
            connections_per_address: 1_000,
            events_per_second: 500,
            events_burst: 20_000,
        }
    }
}

impl Default for Enrolment {
    fn default() -> Self {
        Self { listen: local(7444) }
    }
}

impl Default for Partner {
    fn default() -> Self {
        Self {
            listen: local(7445),
            beat_s: tomori_partner_link::BEAT_S,
            silent_after_s: tomori_partner_link::SILENT_AFTER_S,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: local(8080),
            tls: WebTls::Off,
            certificate: None,
            key: None,
            names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
            public_origin: None,
            connections: 10_000,
            connections_per_address: 200,
        }
    }
}

impl Default for History {
    fn default() -> Self {
        let keep = Keep::default();
        Self {
            days: keep.days,
            entries: keep.entries,
        }
    }
}

impl Config {
    pub(crate) fn link_limits(&self) -> link::Limits {
        link::Limits {
            gateways: self.link.gateways,
            events_per_second: f64::from(self.link.events_per_second),
            events_burst: f64::from(self.link.events_burst),
        }
    }

    pub(crate) fn link_door(&self) -> tls::Limits {
        tls::Limits {
            handshake_timeout: Duration::from_secs(5),
            // Room for those who are told that there is none, and for streams that are being replaced.
            connections: self.link.gateways + self.link.gateways / 10 + 100,
            handshakes: self.link.handshakes,
            per_address: self.link.connections_per_address,
        }
    }

    pub(crate) fn enrolment_door() -> tls::Limits {
        tls::Limits {
            handshake_timeout: Duration::from_secs(5),
            connections: 500,
            handshakes: 50,
            per_address: 10,
        }
    }

    /// Companies are few; whoever has no certificate shares the places with them, and one address has only some of them.
    pub(crate) fn partner_door() -> tls::Limits {
        tls::Limits {
            handshake_timeout: Duration::from_secs(5),
            connections: 1_000,
            handshakes: 50,
            per_address: 50,
        }
    }

    pub(crate) fn web_door(&self) -> tls::Limits {
        tls::Limits {
            handshake_timeout: Duration::from_secs(5),
            connections: self.web.connections,
            handshakes: 128,
            per_address: self.web.connections_per_address,
        }
    }

    /// How the doors for people and programs stand: which cookies they set, and which pages are our own.
    #[must_use]
    pub fn doors(&self) -> door::Door {
        let proxied = self.web.public_origin.as_deref();
        door::Door {
            secure_cookies: self.web.tls != WebTls::Off || proxied.is_some_and(|origin| origin.starts_with("https://")),
            public_origin: self.web.public_origin.clone(),
        }
    }

    pub(crate) fn keep(&self) -> Keep {
        Keep {
            days: self.history.days,
            entries: self.history.entries,
        }
    }
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Rejection> {
        let (link, web, history) = (&self.link, &self.web, &self.history);
        Rejection::unless_within("link.gateways", &link.gateways, &1, &1_000_000)?;
        Rejection::unless_within("link.handshakes", &link.handshakes, &1, &10_000)?;
        let per_address = &link.connections_per_address;
        Rejection::unless_within("link.connections_per_address", per_address, &1, &1_000_000)?;
        Rejection::unless_within("link.events_per_second", &link.events_per_second, &1, &1_000_000)?;
        Rejection::unless_within("link.events_burst", &link.events_burst, &500, &10_000_000)?;
        if let Some(address) = &link.public_address {
            Rejection::unless_host_port("link.public_address", address, "platform.example.jp:7443")?;
        }
        Rejection::unless_within("partner.beat_s", &self.partner.beat_s, &1, &60)?;
        Rejection::unless_within("partner.silent_after_s", &self.partner.silent_after_s, &2, &600)?;
        Rejection::unless_within("web.connections", &web.connections, &1, &1_000_000)?;
        let per_address = &web.connections_per_address;
        Rejection::unless_within("web.connections_per_address", per_address, &1, &1_000_000)?;
        self.validate_web_tls()?;
        if let Some(origin) = &web.public_origin {
            Rejection::unless_origin("web.public_origin", origin, "https://home.example.jp")?;
        }
        Rejection::unless_within("history.days", &history.days, &1, &3_650)?;
        Rejection::unless_within("history.entries", &history.entries, &100, &1_000_000)
    }
}

impl Config {
    fn validate_web_tls(&self) -> Result<(), Rejection> {
        let web = &self.web;
        match web.tls {
            WebTls::Off if !web.listen.ip().is_loopback() => Err(Rejection::new(
                "web.tls",
                "without TLS only a loopback address is served; choose \"authority\" or \"files\", or listen on \
                 127.0.0.1 behind a proxy",
                "TLS なしで公開できるのはループバックアドレスだけです。\"authority\" か \"files\" を選ぶか、\
                 プロキシの後ろで 127.0.0.1 を使ってください",
            )),
            WebTls::Files if web.certificate.is_none() || web.key.is_none() => Err(Rejection::new(
                "web.tls",
                "\"files\" needs web.certificate and web.key",
                "\"files\" には web.certificate と web.key の両方が必要です",
            )),
            WebTls::Authority if web.names.is_empty() => Err(Rejection::new(
                "web.names",
                "\"authority\" needs at least one name",
                "\"authority\" には名前が少なくとも一つ必要です",
            )),
            WebTls::Off | WebTls::Files | WebTls::Authority => Ok(()),
        }
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use tomori_runtime::config::parse_valid;

    use super::*;

    const EXAMPLE: &str = include_str!("../platform.example.toml");

    #[test]
    fn the_example_is_the_default_and_names_every_key() {
        // As it stands, everything is commented out; with the comment signs of the keys removed, it says all of it.
        let config: Config = parse_valid("platform.example.toml", EXAMPLE).unwrap();
        assert_eq!(config, Config::default());
        let all: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let all: Config = parse_valid("platform.example.toml", &all).unwrap();
        assert!(all.link.public_address.is_some() && all.web.certificate.is_some() && all.web.key.is_some());
        assert!(all.web.public_origin.is_some());
        let rest = Config {
            link: Link {
                public_address: None,
                ..all.link
            },
            web: Web {
                certificate: None,
                key: None,
                public_origin: None,
                ..all.web
            },
            ..all
        };
        assert_eq!(rest, Config::default(), "the example must show the defaults");
        for key in "listen beat_s silent_after_s public_address gateways handshakes connections_per_address events_per_second events_burst \
                    tls certificate key names public_origin connections days entries"
            .split_whitespace()
        {
            let shown = format!("#: {key} = ");
            assert!(EXAMPLE.lines().any(|line| line.starts_with(&shown)), "{key} is missing");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        for (text, key) in [
            ("[link]\ngatways = 5\n", "gatways"),
            ("[link]\ngateways = 0\n", "link.gateways"),
            ("[link]\npublic_address = \"platform\"\n", "link.public_address"),
            ("[web]\nlisten = \"0.0.0.0:80\"\n", "web.tls"),
            ("[web]\ntls = \"files\"\n", "web.tls"),
            ("[web]\ntls = \"authority\"\nnames = []\n", "web.names"),
            ("[web]\npublic_origin = \"home.example\"\n", "web.public_origin"),
            (
                "[web]\npublic_origin = \"https://home.example/app\"\n",
                "web.public_origin",
            ),
            ("[history]\ndays = 0\n", "history.days"),
        ] {
            let error = parse_valid::<Config>("platform.toml", text).unwrap_err().to_string();
            assert!(error.contains(key) && error.starts_with("platform.toml:"), "{error}");
        }
    }
}
