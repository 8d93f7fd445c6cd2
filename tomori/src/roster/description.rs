//! A roster as people write it: TOML, read strictly.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tomori_runtime::config::{Rejection, Validate};
use tomori_smart_home::unlock::{CredentialId, Member, PublicPoint, Role, Roster, UnixMillis};
use tomori_smart_home::{CompanyId, StaffId};

/// A roster lives so long at most.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(24 * 366);
/// The head of a SubjectPublicKeyInfo for a point on P-256 (RFC 5480 §2), as `getPublicKey()` of browsers gives it.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    company: String,
    version: u64,
    expires_at: String,
    rp_id: String,
    origins: Vec<String>,
    #[serde(default)]
    revoked: Vec<String>,
    #[serde(default)]
    member: Vec<MemberText>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberText {
    person: String,
    name: String,
    roles: Vec<Role>,
    #[serde(default)]
    passkey: Vec<PasskeyText>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyText {
    id: String,
    key: String,
}

impl Description {
    /// The roster that it describes, signed at `now`.
    pub(super) fn roster(&self, now: Timestamp) -> Result<Roster, Rejection> {
        let roster = self.read(now)?;
        let expires_at = roster.expires_at.timestamp();
        if expires_at <= now || expires_at.duration_since(now) > LONGEST_LIFE {
            return Err(Rejection::new(
                "expires_at",
                "choose a moment from now until a year ahead",
                "今から 1 年先までの時刻にしてください",
            ));
        }
        Ok(roster)
    }

    fn read(&self, now: Timestamp) -> Result<Roster, Rejection> {
        Ok(Roster {
            company: id::<CompanyId>("company", &self.company)?,
            version: positive(self.version)?,
            issued_at: UnixMillis::of(now),
            expires_at: UnixMillis::of(moment(&self.expires_at)?),
            rp_id: host(&self.rp_id)?,
            origins: self.origins()?,
            members: self.members()?,
            revoked: self.revoked()?,
        })
    }

    fn origins(&self) -> Result<BTreeSet<String>, Rejection> {
        if self.origins.is_empty() || self.origins.len() > Roster::MOST_ORIGINS {
            return Err(Rejection::new(
                "origins",
                "give 1 to 4 origins",
                "オリジンを 1 から 4 個書いてください",
            ));
        }
        for (index, origin) in self.origins.iter().enumerate() {
            if !belongs(origin, &self.rp_id) {
                return Err(Rejection::new(
                    &format!("origins[{index}]"),
                    format!(
                        "give https:// and a host that is {0} or ends in .{0}, without a path",
                        self.rp_id
                    ),
                    format!(
                        "https:// と、{0} または .{0} で終わるホスト名にしてください（パスなし）",
                        self.rp_id
                    ),
                ));
            }
        }
        Ok(self.origins.iter().cloned().collect())
    }

    fn members(&self) -> Result<BTreeMap<StaffId, Member>, Rejection> {
        let mut members = BTreeMap::new();
        let mut holders = BTreeSet::new();
        if self.member.len() > Roster::MOST_MEMBERS {
            return Err(Rejection::new("member", "give at most 500 people", "500 人までです"));
        }
        for (index, member) in self.member.iter().enumerate() {
            let at = format!("member[{index}]");
            let person: StaffId = id(&format!("{at}.person"), &member.person)?;
            let mut passkeys = BTreeMap::new();
            for (number, passkey) in member.passkey.iter().enumerate() {
                let at = format!("{at}.passkey[{number}]");
                let credential = credential(&format!("{at}.id"), &passkey.id)?;
                if !holders.insert(credential.clone()) {
                    return Err(twice(&format!("{at}.id")));
                }
                passkeys.insert(credential, point(&format!("{at}.key"), &passkey.key)?);
            }
            if passkeys.len() > Member::MOST_PASSKEYS {
                return Err(Rejection::new(
                    &format!("{at}.passkey"),
                    "give at most 8 passkeys",
                    "パスキーは 1 人 8 個までです",
                ));
            }
            let entry = Member {
                name: name(&format!("{at}.name"), &member.name)?,
                roles: member.roles.iter().copied().collect(),
                passkeys,
            };
            if members.insert(person, entry).is_some() {
                return Err(twice(&format!("{at}.person")));
            }
        }
        Ok(members)
    }

    fn revoked(&self) -> Result<BTreeSet<CredentialId>, Rejection> {
        if self.revoked.len() > Roster::MOST_REVOKED {
            return Err(Rejection::new("revoked", "give at most 2,000", "2,000 個までです"));
        }
        self.revoked
            .iter()
            .enumerate()
            .map(|(index, given)| credential(&format!("revoked[{index}]"), given))
            .collect()
    }
}

impl Validate for Description {
    fn validate(&self) -> Result<(), Rejection> {
        // All but the life time, which depends on when it is signed.
        self.read(Timestamp::UNIX_EPOCH).map(drop)
    }
}

fn id<T: std::str::FromStr<Err = tomori_smart_home::ids::IdError>>(key: &str, given: &str) -> Result<T, Rejection> {
    given.parse().map_err(|error: tomori_smart_home::ids::IdError| {
        Rejection::new(
            key,
            error.to_string(),
            format!("{}_ に続けて英小文字と数字を 1 から 40 字書いてください", error.prefix),
        )
    })
}

fn positive(version: u64) -> Result<u64, Rejection> {
    Rejection::unless_within("version", &version, &1, &u64::from(u32::MAX)).map(|()| version)
}

fn moment(given: &str) -> Result<Timestamp, Rejection> {
    given.parse().map_err(|_| {
        Rejection::new(
            "expires_at",
            "give a moment with its offset, as 2026-12-31T15:00:00Z",
            "2026-12-31T15:00:00Z のように、時差を付けた時刻を書いてください",
        )
    })
}

fn host(given: &str) -> Result<String, Rejection> {
    let plain = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if given.len() <= Roster::RP_ID_BYTES && given.split('.').all(plain) {
        return Ok(given.to_owned());
    }
    Err(Rejection::new(
        "rp_id",
        "give a host name in lower case, without scheme, port and path",
        "ホスト名だけを小文字で書いてください（https:// やポート番号、パスは付けません）",
    ))
}

/// Whether passkeys of `rp_id` can be used on this origin. Browsers allow plain HTTP on this very machine only.
fn belongs(origin: &str, rp_id: &str) -> bool {
    let (host, is_local) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(host), _) => (host, false),
        (None, Some(host)) => (host, true),
        (None, None) => return false,
    };
    let host = match host.split_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        Some(_) => return false,
        None => host,
    };
    let is_ours = host == rp_id || host.strip_suffix(rp_id).is_some_and(|front| front.ends_with('.'));
    is_ours
        && !host.contains(['/', '?', '#', '@'])
        && (!is_local || host == "localhost" || host.ends_with(".localhost"))
}

fn name(key: &str, given: &str) -> Result<String, Rejection> {
    if (1..=Member::NAME_BYTES).contains(&given.len()) && !given.chars().any(char::is_control) {
        return Ok(given.to_owned());
    }
    Err(Rejection::new(
        key,
        "give the person's name, at most 160 bytes",
        "名前を書いてください（UTF-8 で 160 バイトまで）",
    ))
}

fn credential(key: &str, given: &str) -> Result<CredentialId, Rejection> {
    let bytes = BASE64URL_NOPAD.decode(given.as_bytes()).ok();
    bytes.and_then(|bytes| CredentialId::new(&bytes)).ok_or_else(|| {
        Rejection::new(
            key,
            "give the passkey's id in base64url without padding",
            "パスキーの ID を base64url（= なし）で書いてください",
        )
    })
}

fn point(key: &str, given: &str) -> Result<PublicPoint, Rejection> {
    let read = || {
        let bytes = BASE64URL_NOPAD.decode(given.trim_end_matches('=').as_bytes()).ok()?;
        let point = bytes.strip_prefix(&SPKI).unwrap_or(&bytes);
        let point = PublicPoint::new(point.try_into().ok()?)?;
        tomori_unlock::is_on_curve(&point).then_some(point)
    };
    read().ok_or_else(|| {
        Rejection::new(
            key,
            "give a public key on P-256 (ES256) in base64url: 65 bytes, or as getPublicKey() gives it",
            "P-256（ES256）の公開鍵を base64url で書いてください（65 バイト、または getPublicKey() の値）",
        )
    })
}

fn twice(key: &str) -> Rejection {
    Rejection::new(
        key,
        "is on the roster twice; each belongs to one person",
        "名簿に 2 回あります。1 人のものにしてください",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_belong_to_the_host() {
        for good in [
            "https://guard.example",
            "https://desk.guard.example",
            "https://guard.example:8443",
        ] {
            assert!(belongs(good, "guard.example"), "{good}");
        }
        for bad in [
            "http://guard.example",
            "https://evilguard.example",
            "https://guard.example.evil.example",
            "https://guard.example/path",
            "https://evil.example/guard.example",
            "https://evil.example@guard.example",
            "https://guard.example:x",
            "guard.example",
        ] {
            assert!(!belongs(bad, "guard.example"), "{bad}");
        }
        assert!(belongs("http://localhost:8445", "localhost"));
    }
}
