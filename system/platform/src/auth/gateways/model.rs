//! Enrolment codes, identities and the life of a gateway. Pure.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;
use tomori_gateway_link::PLATFORM_NAME;
use tomori_smart_home::{GatewayId, HomeId};

const URN: &str = "urn:tomori:gateway:";
/// Names under these mean something only inside a house (RFC 6762, RFC 8375, and the name reserved for private use).
const INSIDE: [&str; 3] = [".local", ".home.arpa", ".internal"];

/// Where a gateway is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum GatewayStatus {
    /// It speaks for its home.
    Active,
    /// Another gateway took its place.
    Replaced,
    /// An operator took its right away.
    Revoked,
}

/// A gateway in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewaySummary {
    /// The gateway.
    pub id: GatewayId,
    /// The home it speaks for.
    pub home: HomeId,
    /// Maker, model and serial number, as it told at its enrolment.
    pub hardware: String,
    /// Where it is in its life.
    pub status: GatewayStatus,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When its right ended; `None` while it is active.
    pub ended_at: Option<Timestamp>,
    /// The end of its newest certificate.
    pub certificate_not_after: Timestamp,
}

/// Who a gateway is: its certificate says so, and nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The gateway.
    pub gateway: GatewayId,
    /// The home it speaks for.
    pub home: HomeId,
    /// When its certificate ends.
    pub not_after: Timestamp,
}

/// A key that a gateway proved to have when it came, and what it signs with (docs/unlock.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The gateway.
    pub gateway: GatewayId,
    /// The public key: on P-256 the uncompressed point.
    pub point: Vec<u8>,
    /// Since when it is known.
    pub since: Timestamp,
}

impl KnownKey {
    /// As `tomori audit verify` takes it: base64url.
    #[must_use]
    pub fn text(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&self.point)
    }
}

/// Why a holder of a certificate of ours is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Denied {
    /// The certificate is for something else than a gateway.
    #[error("the certificate is not a gateway's")]
    NotAGateway,
    /// It is not valid now.
    #[error("the certificate has expired or is not valid yet; check the clock, then enrol the gateway again")]
    NotNow,
    /// It is not one that we remember.
    #[error("the platform does not know this gateway; enrol it again")]
    Unknown,
    /// An operator revoked the gateway.
    #[error("the gateway was revoked; enrol it again if it is to serve its house")]
    Revoked,
    /// Another gateway took its place.
    #[error("another gateway was enrolled for this house")]
    Replaced,
    /// A newer certificate of the same gateway has been used: this one may be a copy.
    #[error("a newer certificate of this gateway is in use; enrol it again if this is the right machine")]
    Superseded,
}

/// What is remembered of a certificate that knocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remembered {
    pub(super) home: HomeId,
    pub(super) status: GatewayStatus,
    pub(super) superseded: bool,
}

impl Identity {
    /// How certificates spell it.
    #[must_use]
    pub fn uri(gateway: &GatewayId, home: &HomeId) -> String {
        format!("{URN}{gateway}:home:{home}")
    }

    /// Reads what a certificate says.
    pub(super) fn parse(uri: &str, not_after: Timestamp) -> Option<Self> {
        let (gateway, home) = uri.strip_prefix(URN)?.split_once(":home:")?;
        Some(Self {
            gateway: gateway.parse().ok()?,
            home: home.parse().ok()?,
            not_after,
        })
    }

    /// Whether the holder may come in, given what is remembered of the certificate.
    pub(super) fn admit(&self, remembered: Option<&Remembered>) -> Result<(), Denied> {
        let remembered = remembered.ok_or(Denied::Unknown)?;
        match remembered.status {
            GatewayStatus::Revoked => Err(Denied::Revoked),
            GatewayStatus::Replaced => Err(Denied::Replaced),
            GatewayStatus::Active if remembered.home != self.home => Err(Denied::Unknown),
            GatewayStatus::Active if remembered.superseded => Err(Denied::Superseded),
            GatewayStatus::Active => Ok(()),
        }
    }
}

/// The names of a gateway's door inside the house: what it asks for, as far as that can only mean something there,
/// and one of its own. A name outside the house, or the platform's, would let it pose as somebody else.
pub(super) fn server_names(gateway: &GatewayId, wanted: &[String]) -> Vec<String> {
    let own = format!("{}.gateway.tomori.internal", gateway.as_str().replace('_', "-"));
    let mut names = vec![own];
    for name in wanted {
        let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
        let fits = match name.parse::<IpAddr>() {
            Ok(address) => is_inside(address),
            Err(_) => {
                let labels = !name.is_empty()
                    && name.split('.').all(|label| {
                        (1..=63).contains(&label.len())
                            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                    });
                labels
                    && INSIDE.iter().any(|end| name.ends_with(end))
                    && name != PLATFORM_NAME
                    && !name.ends_with(".tomori.internal")
            }
        };
        if fits && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local() || address.is_loopback(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway() -> GatewayId {
        "gw_1".parse().unwrap()
    }

    fn home() -> HomeId {
        "home_1".parse().unwrap()
    }

    #[test]
    fn an_identity_reads_as_it_is_written() {
        let not_after = Timestamp::UNIX_EPOCH;
        let uri = Identity::uri(&gateway(), &home());
        assert_eq!(uri, "urn:tomori:gateway:gw_1:home:home_1");
        let read = Identity::parse(&uri, not_after).unwrap();
        assert_eq!((read.gateway, read.home), (gateway(), home()));
        for other in [
            "urn:tomori:gateway:gw_1",
            "urn:tomori:phone:gw_1:home:home_1",
            "urn:tomori:gateway:gw_1:home:home_1:home:home_2",
            "urn:tomori:gateway:home_1:home:gw_1",
        ] {
            assert_eq!(Identity::parse(other, not_after), None, "{other}");
        }
    }

    #[test]
    fn only_an_active_gateway_of_that_home_with_its_newest_certificate_comes_in() {
        let identity = Identity::parse(&Identity::uri(&gateway(), &home()), Timestamp::UNIX_EPOCH).unwrap();
        let active = Remembered {
            home: home(),
            status: GatewayStatus::Active,
            superseded: false,
        };
        assert_eq!(identity.admit(Some(&active)), Ok(()));
        assert_eq!(identity.admit(None), Err(Denied::Unknown));
        let elsewhere = Remembered {
            home: "home_2".parse().unwrap(),
            ..active.clone()
        };
        assert_eq!(identity.admit(Some(&elsewhere)), Err(Denied::Unknown));
        let revoked = Remembered {
            status: GatewayStatus::Revoked,
            ..active.clone()
        };
        assert_eq!(identity.admit(Some(&revoked)), Err(Denied::Revoked));
        let copied = Remembered {
            superseded: true,
            ..active
        };
        assert_eq!(identity.admit(Some(&copied)), Err(Denied::Superseded));
    }

    #[test]
    fn a_gateway_gets_names_inside_the_house_only() {
        let wanted = [
            "192.168.1.10",
            "fd00::1",
            "127.0.0.1",
            "Gateway.local",
            "203.0.113.5",
            "2001:db8::1",
            "example.com",
            "platform.tomori.internal",
            "x.platform.tomori.internal",
            "evil local",
            "..local",
            "192.168.1.10",
        ]
        .map(str::to_owned);
        assert_eq!(
            server_names(&gateway(), &wanted),
            [
                "gw-1.gateway.tomori.internal",
                "192.168.1.10",
                "fd00::1",
                "127.0.0.1",
                "gateway.local"
            ]
        );
    }
}
