//! WebAuthn registrations: what a browser answers when somebody makes a passkey, and how to believe it (WebAuthn Level 3
//! §7.1).
//!
//! No attestation is asked for, and none that comes is judged: which make an authenticator is proves nothing about the
//! person. What is judged is that this page asked just now, that somebody was verified, and that the key is one that
//! [`crate::check`] can check signatures with. Who the person is, the server knows by its own sign-in, and every gateway
//! by the roster: a registration alone opens nothing.

use data_encoding::BASE64URL_NOPAD;
use tomori_smart_home::unlock::{CredentialId, Digest, PublicPoint};

use crate::assertion::{ClientData, flag, is_on_curve};
use crate::digest::digest;
use crate::items::{Item, Items};

/// The longest attestation object, in bytes. Without attestation it has about 200 bytes and the credential's id.
pub const LARGEST_ATTESTATION: usize = 8 * 1024;
/// The longest client data, in bytes.
pub const LARGEST_CLIENT_DATA: usize = 2 * 1024;

/// ES256 in COSE (RFC 9053 §2.1), the one algorithm that rosters speak.
pub const ES256: i64 = -7;
/// rpIdHash, flags, signCount.
const FIXED_PART: usize = 37;
const AAGUID: usize = 16;

/// A passkey that was made just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its id.
    pub credential: CredentialId,
    /// Its public key.
    pub key: PublicPoint,
    /// Whether its maker may copy it to other devices of the same person.
    pub is_synchronised: bool,
}

/// Why a registration is not believed, in the order of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotRegistered {
    /// The answer has not the form of one.
    #[error("the answer of the authenticator is malformed")]
    Malformed,
    /// It is not the answer to making a passkey, or comes from an embedded page.
    #[error("the answer does not come from making a passkey on a page of its own")]
    WrongCeremony,
    /// It answers another question.
    #[error("the answer is to another challenge")]
    WrongChallenge,
    /// It was made on another page.
    #[error("made on a page that is not the company's")]
    WrongOrigin,
    /// It was made for another relying party.
    #[error("made for another relying party")]
    WrongRelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present at the authenticator")]
    NobodyPresent,
    /// The authenticator did not see who it was.
    #[error("the authenticator did not verify the person")]
    NotVerified,
    /// The key is not for ES256 on P-256, or is no point of that curve.
    #[error("the key is not one for ES256 on P-256")]
    OtherKey,
}

/// The passkey in an answer to `navigator.credentials.create`, if the answer is to this challenge, on this page, for this
/// relying party, by a person who was verified.
///
/// # Errors
/// The first reason not to believe it.
pub fn registered(
    attestation_object: &[u8],
    client_data: &[u8],
    challenge: &Digest,
    rp_id: &str,
    origin: &str,
) -> Result<Registered, NotRegistered> {
    if attestation_object.len() > LARGEST_ATTESTATION || client_data.len() > LARGEST_CLIENT_DATA {
        return Err(NotRegistered::Malformed);
    }
    let client: ClientData = serde_json::from_slice(client_data).map_err(|_| NotRegistered::Malformed)?;
    if client.kind != "webauthn.create" || client.cross_origin || client.top_origin.is_some() {
        return Err(NotRegistered::WrongCeremony);
    }
    if BASE64URL_NOPAD.decode(client.challenge.as_bytes()).ok().as_deref() != Some(&challenge.0[..]) {
        return Err(NotRegistered::WrongChallenge);
    }
    if client.origin != origin {
        return Err(NotRegistered::WrongOrigin);
    }
    let data = authenticator_data(attestation_object).ok_or(NotRegistered::Malformed)?;
    let (fixed, attested) = data.split_at_checked(FIXED_PART).ok_or(NotRegistered::Malformed)?;
    let (relying_party, rest) = fixed.split_at_checked(32).ok_or(NotRegistered::Malformed)?;
    let flags = rest.first().copied().unwrap_or_default();
    if relying_party != digest(rp_id.as_bytes()).0 {
        return Err(NotRegistered::WrongRelyingParty);
    }
    if flags & flag::USER_PRESENT == 0 {
        return Err(NotRegistered::NobodyPresent);
    }
    if flags & flag::USER_VERIFIED == 0 {
        return Err(NotRegistered::NotVerified);
    }
    let contradicts = flags & (flag::BACKUP_ELIGIBLE | flag::BACKED_UP) == flag::BACKED_UP;
    if flags & flag::ATTESTED == 0 || contradicts {
        return Err(NotRegistered::Malformed);
    }
    let (credential, key) = attested_credential(attested, flags & flag::EXTENSIONS != 0)?;
    Ok(Registered {
        credential,
        key,
        is_synchronised: flags & flag::BACKUP_ELIGIBLE != 0,
    })
}

/// The challenge that client data name, to find the question that they answer. Nothing is believed yet.
#[must_use]
pub fn challenge_of(client_data: &[u8]) -> Option<Digest> {
    if client_data.len() > LARGEST_CLIENT_DATA {
        return None;
    }
    let client: ClientData = serde_json::from_slice(client_data).ok()?;
    let bytes = BASE64URL_NOPAD.decode(client.challenge.as_bytes()).ok()?;
    bytes.try_into().ok().map(Digest)
}

/// `authData` of an attestation object: `{"fmt": …, "attStmt": …, "authData": …}` and nothing behind it.
fn authenticator_data(attestation_object: &[u8]) -> Option<&[u8]> {
    let mut items = Items::new(attestation_object);
    let Item::Map(count) = items.next()? else {
        return None;
    };
    let mut found = None;
    for _ in 0..count {
        let Item::Text(key) = items.next()? else {
            return None;
        };
        if key == "authData" {
            let Item::Bytes(data) = items.next()? else {
                return None;
            };
            // Which of two would be the one that was meant?
            if found.replace(data).is_some() {
                return None;
            }
        } else {
            items.skip()?;
        }
    }
    items.is_over().then_some(found)?
}

/// AAGUID, length, credential id, COSE key, and extensions when they are announced; nothing behind them.
fn attested_credential(attested: &[u8], has_extensions: bool) -> Result<(CredentialId, PublicPoint), NotRegistered> {
    let malformed = NotRegistered::Malformed;
    let (_, rest) = attested.split_at_checked(AAGUID).ok_or(malformed)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (credential, rest) = rest.split_at_checked(length).ok_or(malformed)?;
    let credential = CredentialId::new(credential).ok_or(malformed)?;
    let mut items = Items::new(rest);
    let key = public_key(&mut items)?;
    if has_extensions {
        items.skip().ok_or(malformed)?;
    }
    if !items.is_over() {
        return Err(malformed);
    }
    Ok((credential, key))
}

/// A COSE key (RFC 9052 §7): kty EC2, alg ES256, crv P-256, x and y.
fn public_key(items: &mut Items<'_>) -> Result<PublicPoint, NotRegistered> {
    let malformed = NotRegistered::Malformed;
    let Some(Item::Map(count)) = items.next() else {
        return Err(malformed);
    };
    let (mut kind, mut algorithm, mut curve) = (None, None, None);
    let (mut x, mut y) = (None, None);
    for _ in 0..count {
        let Item::Integer(label) = items.next().ok_or(malformed)? else {
            items.skip().ok_or(malformed)?;
            continue;
        };
        let place = match label {
            1 => &mut kind,
            3 => &mut algorithm,
            -1 => &mut curve,
            -2 => &mut x,
            -3 => &mut y,
            _ => {
                items.skip().ok_or(malformed)?;
                continue;
            }
        };
        let value = items.next().ok_or(malformed)?;
        if matches!(value, Item::Array(_) | Item::Map(_)) || place.replace(value).is_some() {
            return Err(malformed);
        }
    }
    let is_es256 = (kind, algorithm, curve)
        == (
            Some(Item::Integer(2)),
            Some(Item::Integer(ES256)),
            Some(Item::Integer(1)),
        );
    let (Some(Item::Bytes(x)), Some(Item::Bytes(y))) = (x, y) else {
        return Err(NotRegistered::OtherKey);
    };
    let point: Option<[u8; 65]> = [&[4], x, y].concat().try_into().ok();
    point
        .filter(|_| is_es256 && x.len() == 32)
        .and_then(PublicPoint::new)
        .filter(is_on_curve)
        .ok_or(NotRegistered::OtherKey)
}

impl NotRegistered {
    /// Each of them, in the order of the checks.
    pub const ALL: [Self; 8] = [
        Self::Malformed,
        Self::WrongCeremony,
        Self::WrongChallenge,
        Self::WrongOrigin,
        Self::WrongRelyingParty,
        Self::NobodyPresent,
        Self::NotVerified,
        Self::OtherKey,
    ];

    /// For people, in Japanese.
    #[must_use]
    pub fn ja(self) -> &'static str {
        match self {
            Self::Malformed => "認証器の応答の形が正しくありません",
            Self::WrongCeremony => "パスキーの登録への応答ではありません",
            Self::WrongChallenge => "別の登録への応答です",
            Self::WrongOrigin => "警備会社の画面ではないところで作られています",
            Self::WrongRelyingParty => "別のサービスのためのパスキーです",
            Self::NobodyPresent => "認証器に人が触れていません",
            Self::NotVerified => "認証器での本人確認（PIN や生体認証）がありません",
            Self::OtherKey => "ES256（P-256）の鍵ではありません",
        }
    }
}
