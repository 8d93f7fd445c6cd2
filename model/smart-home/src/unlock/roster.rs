//! The roster: who works at the security company, what they may do, and with which passkeys they sign.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::cbor::{Reader, Writer};
use super::people::Role;
use super::statement::{Statement, Unreadable, read_id};
use super::statements::plain;
use super::words::{UnixMillis, write_hexadecimal};
use crate::ids::{CompanyId, StaffId};

/// The roster of a security company. Signed by the company's offline root, which the gateway learned at installation.
///
/// It is sent whole and replaced whole. Its version only grows: a gateway that has seen a version takes no older one
/// again, so that a passkey once revoked stays revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The company.
    pub company: CompanyId,
    /// Counts up with each change.
    pub version: u64,
    /// When it was signed.
    pub issued_at: UnixMillis,
    /// From this moment on it is worth nothing.
    pub expires_at: UnixMillis,
    /// The WebAuthn relying party its passkeys belong to: the host name of the company's pages; at most 253 bytes.
    pub rp_id: String,
    /// The origins its people sign on (`https://…`), 1 to 4.
    pub origins: BTreeSet<String>,
    /// The people, at most 500.
    pub members: BTreeMap<StaffId, Member>,
    /// Passkeys that count no more, although they may be with a member; at most 2,000.
    pub revoked: BTreeSet<CredentialId>,
}

/// Somebody on the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// How they are called; 1 to 160 bytes.
    pub name: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// Their passkeys, at most 8.
    pub passkeys: BTreeMap<CredentialId, PublicPoint>,
}

/// A passkey on the roster, found by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passkey<'a> {
    /// Whose.
    pub person: &'a StaffId,
    /// Who that is.
    pub member: &'a Member,
    /// The key to check its signatures with.
    pub key: &'a PublicPoint,
}

/// What a roster says of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyState<'a> {
    /// It counts.
    Good(Passkey<'a>),
    /// It counts no more.
    Revoked,
    /// Nobody has it.
    Unknown,
}

/// The id that an authenticator gave to a passkey; 1 to 1,023 bytes (WebAuthn Level 3 §4).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialId(Vec<u8>);

/// A public key on P-256: an uncompressed point, `04 ‖ X ‖ Y` (SEC 1 §2.3.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicPoint([u8; 65]);

impl Roster {
    /// The most people.
    pub const MOST_MEMBERS: usize = 500;
    /// The most revoked passkeys.
    pub const MOST_REVOKED: usize = 2_000;
    /// The most origins.
    pub const MOST_ORIGINS: usize = 4;
    /// The longest relying party id, in bytes.
    pub const RP_ID_BYTES: usize = 253;

    /// What this roster says of a passkey. A passkey that two people have is nobody's: whose signature would it be?
    #[must_use]
    pub fn passkey(&self, id: &CredentialId) -> PasskeyState<'_> {
        if self.revoked.contains(id) {
            return PasskeyState::Revoked;
        }
        let mut holders = self.members.iter().filter_map(|(person, member)| {
            let key = member.passkeys.get(id)?;
            Some(Passkey { person, member, key })
        });
        match (holders.next(), holders.next()) {
            (Some(passkey), None) => PasskeyState::Good(passkey),
            _ => PasskeyState::Unknown,
        }
    }
}

impl Member {
    /// The most passkeys of one person.
    pub const MOST_PASSKEYS: usize = 8;
    /// The longest name, in bytes.
    pub const NAME_BYTES: usize = 160;
}

impl CredentialId {
    /// The longest, in bytes.
    pub const MOST: usize = 1023;

    /// Takes the bytes, if there are 1 to 1,023.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (1..=Self::MOST).contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PublicPoint {
    /// Takes the bytes when they begin as an uncompressed point does. Whether the point is on the curve is seen by
    /// whoever checks signatures.
    #[must_use]
    pub fn new(bytes: [u8; 65]) -> Option<Self> {
        (bytes.first() == Some(&4)).then_some(Self(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }
}

impl Statement for Roster {
    const TAG: &'static str = "tomori/unlock/roster";
    const FIELDS: usize = 8;

    fn write(&self, to: &mut Writer) {
        to.text(self.company.as_str()).unsigned(self.version);
        self.issued_at.write(to);
        self.expires_at.write(to);
        to.text(&self.rp_id).array(self.origins.len());
        for origin in &self.origins {
            to.text(origin);
        }
        to.array(self.members.len());
        for (person, member) in &self.members {
            to.array(4).text(person.as_str()).text(&member.name);
            to.array(member.roles.len());
            for role in &member.roles {
                to.unsigned(role.number());
            }
            to.array(member.passkeys.len());
            for (id, key) in &member.passkeys {
                to.array(2).bytes(id.as_bytes()).bytes(key.as_bytes());
            }
        }
        to.array(self.revoked.len());
        for id in &self.revoked {
            to.bytes(id.as_bytes());
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            company: read_id(from)?,
            version: from.unsigned()?,
            issued_at: UnixMillis::read(from)?,
            expires_at: UnixMillis::read(from)?,
            rp_id: plain(from.text(1, Self::RP_ID_BYTES)?)?,
            origins: ascending(from, "origins", 1, Self::MOST_ORIGINS, |from| plain(from.text(1, 300)?))?
                .into_iter()
                .collect(),
            members: read_members(from)?,
            revoked: ascending(from, "revoked", 0, Self::MOST_REVOKED, credential)?
                .into_iter()
                .collect(),
        })
    }
}

fn read_members(from: &mut Reader<'_>) -> Result<BTreeMap<StaffId, Member>, Unreadable> {
    let count = from.array(0, Roster::MOST_MEMBERS)?;
    let mut members = BTreeMap::new();
    for _ in 0..count {
        from.array(4, 4)?;
        let person: StaffId = read_id(from)?;
        let name = plain(from.text(1, Member::NAME_BYTES)?)?;
        let roles = ascending(from, "roles", 0, Role::ALL.len(), |from| {
            Role::from_number(from.unsigned()?).ok_or(Unreadable::Field {
                field: "roles",
                why: "a role that is not known here",
            })
        })?;
        let keys = from.array(0, Member::MOST_PASSKEYS)?;
        let mut passkeys = BTreeMap::new();
        for _ in 0..keys {
            from.array(2, 2)?;
            let id = credential(from)?;
            let key = PublicPoint::new(from.fixed()?).ok_or(Unreadable::Field {
                field: "passkeys",
                why: "expected an uncompressed point, which begins with 04",
            })?;
            behind(passkeys.last_key_value(), &id, "passkeys")?;
            passkeys.insert(id, key);
        }
        behind(members.last_key_value(), &person, "members")?;
        members.insert(
            person,
            Member {
                name,
                roles: roles.into_iter().collect(),
                passkeys,
            },
        );
    }
    Ok(members)
}

fn credential(from: &mut Reader<'_>) -> Result<CredentialId, Unreadable> {
    Ok(CredentialId(from.bytes(1, CredentialId::MOST)?.to_vec()))
}

/// A set has one spelling when its elements stand in strictly ascending order.
fn ascending<T: Ord>(
    from: &mut Reader<'_>,
    field: &'static str,
    least: usize,
    most: usize,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, Unreadable>,
) -> Result<Vec<T>, Unreadable> {
    let count = from.array(least, most)?;
    let mut elements: Vec<T> = Vec::new();
    for _ in 0..count {
        let element = read(from)?;
        if elements.last().is_some_and(|last| *last >= element) {
            return Err(out_of_order(field));
        }
        elements.push(element);
    }
    Ok(elements)
}

fn behind<K: Ord, V>(last: Option<(&K, &V)>, key: &K, field: &'static str) -> Result<(), Unreadable> {
    match last {
        Some((last, _)) if last >= key => Err(out_of_order(field)),
        _ => Ok(()),
    }
}

fn out_of_order(field: &'static str) -> Unreadable {
    Unreadable::Field {
        field,
        why: "not in ascending order, or one twice",
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({self})")
    }
}

impl fmt::Debug for PublicPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicPoint(")?;
        write_hexadecimal(&self.0, f)?;
        f.write_str(")")
    }
}
