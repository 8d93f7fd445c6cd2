//! The configuration file. Every key has a default that suits a first look on one's own computer;
//! `third-party.example.toml` describes each.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tomori_runtime::config::{Rejection, Validate};
use tomori_runtime::http::Refill;
use tomori_runtime::tls;

use crate::door::Door;
use crate::receiver;

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The door for people.
    pub web: Web,
    /// The receiver for panels of other makers.
    pub receiver: Receiver,
}

/// The door for people (`[web]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether it is encrypted.
    pub tls: WebTls,
    /// The certificate and its issuers, PEM; with `tls = "files"`.
    pub certificate: Option<PathBuf>,
    /// The certificate's private key, PEM; with `tls = "files"`.
    pub key: Option<PathBuf>,
    /// The origin that browsers see when a proxy stands in front, `https://board.example.jp`.
    pub public_origin: Option<String>,
    /// Connections at the same time; 1 to 1,000,000.
    pub connections: usize,
    /// Connections from one address; 1 to 1,000,000.
    pub connections_per_address: usize,
}

/// Whether the door for people is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebTls {
    /// Not at all: for the loopback address only.
    Off,
    /// With a certificate from files.
    Files,
}

/// The receiver for panels of other makers (`[receiver]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Receiver {
    /// Where it listens for TCP.
    pub tcp: SocketAddr,
    /// Where it listens for UDP.
    pub udp: SocketAddr,
    /// Connections at the same time; 1 to 1,000,000.
    pub connections: usize,
    /// Connections from one address; 1 to 1,000,000.
    pub connections_per_address: usize,
    /// Frames a second from one address for long; 1 to 1,000,000.
    pub frames_per_second: u32,
    /// Frames from one address at once; 1 to 1,000,000.
    pub frames_burst: u32,
    /// Frames a second of one panel for long; 1 to 10,000.
    pub panel_frames_per_second: u32,
    /// Frames of one panel at once; 1 to 10,000.
    pub panel_frames_burst: u32,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: local(8090),
            tls: WebTls::Off,
            certificate: None,
            key: None,
            public_origin: None,
            connections: 2_000,
            connections_per_address: 200,
        }
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            tcp: local(7700),
            udp: local(7700),
            connections: 5_000,
            connections_per_address: 200,
            frames_per_second: 100,
            frames_burst: 2_000,
            panel_frames_per_second: 5,
            panel_frames_burst: 60,
        }
    }
}

impl Config {
    pub(crate) fn web_door(&self) -> tls::Limits {
        tls::Limits {
            handshake_timeout: Duration::from_secs(5),
            connections: self.web.connections,
            handshakes: 64,
            per_address: self.web.connections_per_address,
        }
    }

    pub(crate) fn door(&self) -> Door {
        let proxied = self.web.public_origin.as_deref();
        Door {
            secure_cookies: self.web.tls != WebTls::Off || proxied.is_some_and(|origin| origin.starts_with("https://")),
            public_origin: self.web.public_origin.clone(),
        }
    }

    pub(crate) fn receiver_limits(&self) -> receiver::Limits {
        let refill = |burst: u32, per_second: u32| Refill {
            burst: f64::from(burst),
            per_second: f64::from(per_second),
        };
        let receiver = &self.receiver;
        receiver::Limits {
            connections: receiver.connections,
            per_address: receiver.connections_per_address,
            address_rate: refill(receiver.frames_burst, receiver.frames_per_second),
            panel_rate: refill(receiver.panel_frames_burst, receiver.panel_frames_per_second),
        }
    }
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Rejection> {
        let (web, receiver) = (&self.web, &self.receiver);
        for (key, given) in [
            ("web.connections", web.connections),
            ("web.connections_per_address", web.connections_per_address),
            ("receiver.connections", receiver.connections),
            ("receiver.connections_per_address", receiver.connections_per_address),
        ] {
            Rejection::unless_within(key, &given, &1, &1_000_000)?;
        }
        for (key, given, most) in [
            ("receiver.frames_per_second", receiver.frames_per_second, 1_000_000),
            ("receiver.frames_burst", receiver.frames_burst, 1_000_000),
            (
                "receiver.panel_frames_per_second",
                receiver.panel_frames_per_second,
                10_000,
            ),
            ("receiver.panel_frames_burst", receiver.panel_frames_burst, 10_000),
        ] {
            Rejection::unless_within(key, &given, &1, &most)?;
        }
        if web.tls == WebTls::Off && !web.listen.ip().is_loopback() {
            return Err(Rejection::new(
                "web.tls",
                "without TLS only a loopback address is served; choose \"files\", or listen on 127.0.0.1 behind a proxy",
                "TLS なしで公開できるのはループバックアドレスだけです。\"files\" を選ぶか、プロキシの後ろで 127.0.0.1 を使ってください",
            ));
        }
        if web.tls == WebTls::Files && (web.certificate.is_none() || web.key.is_none()) {
            return Err(Rejection::new(
                "web.tls",
                "\"files\" needs web.certificate and web.key",
                "\"files\" には web.certificate と web.key の両方が必要です",
            ));
        }
        let Some(origin) = &web.public_origin else {
            return Ok(());
        };
        let host = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://localhost"));
        let fits = host.is_some_and(|host| !host.contains(['/', '?', '#', ' ', '@'])) && origin.len() <= 200;
        if fits && origin != "https://" {
            return Ok(());
        }
        Err(Rejection::new(
            "web.public_origin",
            "not an origin; write scheme and host without a path, for example \"https://board.example.jp\"",
            "オリジンの形ではありません。パスを付けずに書いてください。例: \"https://board.example.jp\"",
        ))
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use tomori_runtime::config::parse_valid;

    use super::*;

    const EXAMPLE: &str = include_str!("../third-party.example.toml");

    #[test]
    fn the_example_is_the_default_and_names_every_key() {
        let config: Config = parse_valid("third-party.example.toml", EXAMPLE).unwrap();
        assert_eq!(config, Config::default());
        let all: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let all: Config = parse_valid("third-party.example.toml", &all).unwrap();
        assert!(all.web.certificate.is_some() && all.web.key.is_some() && all.web.public_origin.is_some());
        let rest = Config {
            web: Web {
                certificate: None,
                key: None,
                public_origin: None,
                ..all.web
            },
            ..all
        };
        assert_eq!(rest, Config::default(), "the example must show the defaults");
        for key in "listen tls certificate key public_origin connections connections_per_address tcp udp \
                    frames_per_second frames_burst panel_frames_per_second panel_frames_burst"
            .split_whitespace()
        {
            let shown = format!("#: {key} = ");
            assert!(EXAMPLE.lines().any(|line| line.starts_with(&shown)), "{key} is missing");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        for (text, key) in [
            ("[web]\nlisen = 5\n", "lisen"),
            ("[web]\nlisten = \"0.0.0.0:80\"\n", "web.tls"),
            ("[web]\ntls = \"files\"\n", "web.tls"),
            ("[web]\npublic_origin = \"board.example\"\n", "web.public_origin"),
            ("[receiver]\nconnections = 0\n", "receiver.connections"),
            ("[receiver]\npanel_frames_burst = 0\n", "receiver.panel_frames_burst"),
        ] {
            let error = parse_valid::<Config>("third-party.toml", text).unwrap_err().to_string();
            assert!(error.contains(key) && error.starts_with("third-party.toml:"), "{error}");
        }
    }
}
