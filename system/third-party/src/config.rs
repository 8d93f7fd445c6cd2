//! The configuration file. Every key has a default that suits a first look on one's own computer;
//! `third-party.example.toml` describes each.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tomori_runtime::config::{Rejection, Validate};
use tomori_runtime::http::Refill;
use tomori_runtime::tls;
use tomori_smart_home::CompanyId;
use tomori_unlock::{RootKey, RootKeyError};

use crate::door::Door;
use crate::unlock::{self, RelyingParty};
use crate::{partner, receiver};

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The door for people.
    pub web: Web,
    /// The company itself.
    pub company: Company,
    /// The receiver for panels of other makers.
    pub receiver: Receiver,
    /// What is kept, and for how long.
    pub records: Records,
    /// The line to the service platform.
    pub platform: Platform,
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
    /// The host that passkeys belong to, when it is a parent of `public_origin`'s host; otherwise that host.
    pub rp_id: Option<String>,
    /// Connections at the same time; 1 to 1,000,000.
    pub connections: usize,
    /// Connections from one address; 1 to 1,000,000.
    pub connections_per_address: usize,
}

/// The company itself (`[company]`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Company {
    /// Its id, as the first roster names it.
    pub id: Option<String>,
    /// The public half of its offline root, as `tomori roster init` shows it. Rosters of another root are refused.
    pub root: Option<String>,
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

/// What is kept, and for how long (`[records]`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Records {
    /// Days that a closed case is kept with everything that belongs to it; 30 to 3,650.
    pub keep_days: u32,
}

impl Default for Records {
    fn default() -> Self {
        Self { keep_days: 730 }
    }
}

/// The line to the service platform (`[platform]`). Where the platform is, and who this server is there, comes from its
/// enrolment (`tomori third-party enrol`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Platform {
    /// `host:port` of the platform's partner door, instead of the one that was used for the enrolment.
    pub address: Option<String>,
    /// How often the platform is told that this server is there, in seconds; 1 to 60.
    pub beat_s: u64,
    /// After how many seconds without a word the platform is taken for lost; 2 to 600.
    pub silent_after_s: u64,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            address: None,
            beat_s: tomori_partner_link::BEAT_S,
            silent_after_s: tomori_partner_link::SILENT_AFTER_S,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: local(8090),
            tls: WebTls::Off,
            certificate: None,
            key: None,
            public_origin: None,
            rp_id: None,
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
    pub(crate) fn keep(&self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_hours(i64::from(self.records.keep_days) * 24)
    }

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

    /// To whom passkeys belong, with the port that the door for people has; `None` when nothing tells by which name people
    /// reach it.
    pub(crate) fn relying_party(&self, port: u16) -> Option<RelyingParty> {
        let origin = match (&self.web.public_origin, self.web.tls) {
            (Some(origin), _) => origin.clone(),
            (None, WebTls::Off) => format!("http://localhost:{port}"),
            (None, WebTls::Files) => return None,
        };
        let host = host_of(&origin)?.to_owned();
        Some(RelyingParty {
            id: self.web.rp_id.clone().unwrap_or(host),
            origin,
        })
    }

    /// What is known of the company. What does not fit was refused when the configuration was read.
    pub(crate) fn company(&self) -> unlock::Company {
        unlock::Company {
            id: self.company.id.as_deref().and_then(|id| id.parse().ok()),
            root: self.company.root.as_deref().and_then(|root| root.parse().ok()),
        }
    }

    pub(crate) fn road(&self) -> partner::Settings {
        partner::Settings {
            address: self.platform.address.clone(),
            beat: Duration::from_secs(self.platform.beat_s),
            silent_after: Duration::from_secs(self.platform.silent_after_s),
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
        Rejection::unless_within("records.keep_days", &self.records.keep_days, &30, &3_650)?;
        Rejection::unless_within("platform.beat_s", &self.platform.beat_s, &1, &60)?;
        Rejection::unless_within("platform.silent_after_s", &self.platform.silent_after_s, &2, &600)?;
        if let Some(address) = &self.platform.address {
            Rejection::unless_host_port("platform.address", address, "platform.example.jp:7445")?;
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
        self.company.validate()?;
        self.web.check_rp_id()?;
        match &web.public_origin {
            Some(origin) => Rejection::unless_origin("web.public_origin", origin, "https://board.example.jp"),
            None => Ok(()),
        }
    }
}

impl Web {
    fn check_rp_id(&self) -> Result<(), Rejection> {
        let Some(id) = &self.rp_id else {
            return Ok(());
        };
        let host = self.public_origin.as_deref().and_then(host_of);
        let is_ours = |host: &str| {
            let front = host.strip_suffix(id.as_str());
            front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
        };
        let is_plain = id.split('.').all(|label| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !label.is_empty() && label.bytes().all(plain)
        });
        if is_plain && host.is_some_and(is_ours) {
            return Ok(());
        }
        Err(Rejection::new(
            "web.rp_id",
            "give the host of web.public_origin or a parent of it, in lower case without scheme and port",
            "web.public_origin のホスト名か、その上位のドメインを、小文字で（https:// やポート番号なしで）書いてください",
        ))
    }
}

impl Validate for Company {
    fn validate(&self) -> Result<(), Rejection> {
        if self.id.as_ref().is_some_and(|id| id.parse::<CompanyId>().is_err()) {
            return Err(Rejection::new(
                "company.id",
                "give the company's id as roster.toml has it, comp_ and letters and digits",
                "名簿（roster.toml）の company と同じ、comp_ で始まる ID を書いてください",
            ));
        }
        match self.root.as_deref().map(str::parse::<RootKey>) {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(RootKeyError::Form)) => Err(Rejection::new(
                "company.root",
                "give the root key as `tomori roster show root.pem` shows it: 56 letters and digits in eight groups",
                "`tomori roster show root.pem` が示すルート鍵（7 文字ずつ 8 組）を書いてください",
            )),
            Some(Err(RootKeyError::Mistyped)) => Err(Rejection::new(
                "company.root",
                "the root key was mistyped; compare it with `tomori roster show root.pem`",
                "ルート鍵に書き間違いがあります。`tomori roster show root.pem` の表示と比べてください",
            )),
        }
    }
}

/// The host of an origin, without its port.
fn host_of(origin: &str) -> Option<&str> {
    let (_, rest) = origin.split_once("://")?;
    Some(rest.split(':').next().unwrap_or(rest))
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
        assert!(all.platform.address.is_some());
        assert!(all.web.rp_id.is_some() && all.company.id.is_some() && all.company.root.is_some());
        let rest = Config {
            web: Web {
                certificate: None,
                key: None,
                public_origin: None,
                rp_id: None,
                ..all.web
            },
            company: Company::default(),
            platform: Platform {
                address: None,
                ..all.platform
            },
            ..all
        };
        assert_eq!(rest, Config::default(), "the example must show the defaults");
        for key in "listen tls certificate key public_origin rp_id connections connections_per_address id root tcp udp \
                    frames_per_second frames_burst panel_frames_per_second panel_frames_burst keep_days address beat_s \
                    silent_after_s"
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
            ("[web]\nrp_id = \"board.example\"\n", "web.rp_id"),
            (
                "[web]\npublic_origin = \"https://board.example\"\nrp_id = \"evilboard.example\"\n",
                "web.rp_id",
            ),
            ("[company]\nid = \"guards\"\n", "company.id"),
            ("[company]\nroot = \"DG7UICL\"\n", "company.root"),
            ("[platform]\naddress = \"platform\"\n", "platform.address"),
            ("[receiver]\nconnections = 0\n", "receiver.connections"),
            ("[receiver]\npanel_frames_burst = 0\n", "receiver.panel_frames_burst"),
            ("[records]\nkeep_days = 7\n", "records.keep_days"),
        ] {
            let error = parse_valid::<Config>("third-party.toml", text).unwrap_err().to_string();
            assert!(error.contains(key) && error.starts_with("third-party.toml:"), "{error}");
        }
    }

    #[test]
    fn passkeys_belong_to_the_name_by_which_people_come() {
        let party = |text: &str| {
            let config: Config = parse_valid("third-party.toml", text).unwrap();
            config.relying_party(8090).map(|party| (party.id, party.origin))
        };
        let is = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        assert_eq!(party(""), is("localhost", "http://localhost:8090"));
        let public = "[web]\npublic_origin = \"https://board.guard.example:8443\"\n";
        assert_eq!(
            party(public),
            is("board.guard.example", "https://board.guard.example:8443")
        );
        let parent = format!("{public}rp_id = \"guard.example\"\n");
        assert_eq!(party(&parent), is("guard.example", "https://board.guard.example:8443"));
        let files = "[web]\ntls = \"files\"\ncertificate = \"/a\"\nkey = \"/b\"\n";
        assert_eq!(party(files), None);
    }
}
