//! WebAuthn assertions: what a passkey signs, and how to believe it (WebAuthn Level 3 §7.2).
//!
//! A passkey does not sign our statement. It signs `authenticatorData ‖ SHA-256(clientDataJSON)`, and the client data
//! names a challenge; ours is SHA-256 of the statement. So the chain of belief is: signature → client data → challenge
//! → statement. Every link is checked here; the caller brings the statement's digest and the key.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey, UnparsedPublicKey};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use tomori_smart_home::unlock::cbor::{Reader, Writer};
use tomori_smart_home::unlock::{CredentialId, Digest, Doubt, PublicPoint, Roster, Unreadable};

use crate::digest::digest;

/// The longest authenticator data: 37 bytes and the extensions of a patient authenticator.
const AUTHENTICATOR_DATA: usize = 1024;
/// The longest client data; a browser writes about 130 bytes and the origin.
const CLIENT_DATA: usize = 2048;
/// The longest ECDSA signature on P-256 in DER is 72 bytes.
const SIGNATURE: usize = 80;

/// rpIdHash, flags, signCount.
const FIXED_PART: usize = 37;

/// Flags of authenticator data (WebAuthn Level 3 §6.1).
pub(crate) mod flag {
    pub(crate) const USER_PRESENT: u8 = 0x01;
    pub(crate) const USER_VERIFIED: u8 = 0x04;
    pub(crate) const BACKUP_ELIGIBLE: u8 = 0x08;
    pub(crate) const BACKED_UP: u8 = 0x10;
    pub(crate) const ATTESTED: u8 = 0x40;
    pub(crate) const EXTENSIONS: u8 = 0x80;
}

/// What comes back from `navigator.credentials.get`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Which passkey.
    pub credential: CredentialId,
    /// `authenticatorData`, as it came.
    pub authenticator_data: Vec<u8>,
    /// `clientDataJSON`, as it came.
    pub client_data: Vec<u8>,
    /// The signature: ECDSA in DER.
    pub signature: Vec<u8>,
}

/// What a good assertion tells besides being good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witnessed {
    /// The authenticator's count of signatures; 0 when it does not count, as passkeys that are synchronised do.
    pub counter: u32,
}

/// `CollectedClientData` (WebAuthn Level 3 §5.8.1). Unknown members are allowed by the specification; a member that is
/// there twice is not.
#[derive(Deserialize)]
pub(crate) struct ClientData {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) challenge: String,
    pub(crate) origin: String,
    #[serde(default, rename = "crossOrigin")]
    pub(crate) cross_origin: bool,
    #[serde(default, rename = "topOrigin")]
    pub(crate) top_origin: Option<String>,
}

/// Checks an assertion over the statement with this digest, by this key, for the roster's relying party. User
/// verification is required: a stolen phone opens nothing (T3-10 EP③).
///
/// # Errors
/// The first doubt, in the order of WebAuthn Level 3 §7.2.
pub fn check(
    assertion: &Assertion,
    statement: &Digest,
    key: &PublicPoint,
    roster: &Roster,
) -> Result<Witnessed, Doubt> {
    let client: ClientData = serde_json::from_slice(&assertion.client_data).map_err(|_| Doubt::Malformed)?;
    if client.kind != "webauthn.get" || client.cross_origin || client.top_origin.is_some() {
        return Err(Doubt::WrongCeremony);
    }
    // The alphabet, the missing padding and unused bits of the last letter are all checked: one challenge, one text.
    if BASE64URL_NOPAD.decode(client.challenge.as_bytes()).ok().as_deref() != Some(&statement.0[..]) {
        return Err(Doubt::WrongChallenge);
    }
    if !roster.origins.contains(&client.origin) {
        return Err(Doubt::WrongOrigin);
    }
    let (relying_party, flags, counter) = fixed_part(&assertion.authenticator_data)?;
    if relying_party != digest(roster.rp_id.as_bytes()) {
        return Err(Doubt::WrongRelyingParty);
    }
    if flags & flag::USER_PRESENT == 0 {
        return Err(Doubt::NobodyPresent);
    }
    if flags & flag::USER_VERIFIED == 0 {
        return Err(Doubt::NotVerified);
    }
    let mut signed = assertion.authenticator_data.clone();
    signed.extend_from_slice(&digest(&assertion.client_data).0);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.as_bytes())
        .verify(&signed, &assertion.signature)
        .map_err(|_| Doubt::BadSignature)?;
    Ok(Witnessed { counter })
}

/// Whether the bytes are a point of the curve. A key that is none verifies nothing; whoever writes a roster wants to know.
#[must_use]
pub fn is_on_curve(key: &PublicPoint) -> bool {
    ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.as_bytes()).is_ok()
}

/// rpIdHash, flags and signCount.
fn fixed_part(data: &[u8]) -> Result<(Digest, u8, u32), Doubt> {
    let (fixed, rest) = data.split_at_checked(FIXED_PART).ok_or(Doubt::Malformed)?;
    let (relying_party, rest_of_fixed) = fixed.split_at_checked(32).ok_or(Doubt::Malformed)?;
    let (&flags, counter) = rest_of_fixed.split_first().ok_or(Doubt::Malformed)?;
    let relying_party = relying_party.try_into().map_err(|_| Doubt::Malformed)?;
    let counter = counter.try_into().map_err(|_| Doubt::Malformed)?;
    // An assertion attests no new key, and what is not announced is not there (§6.1). A passkey that may not be
    // backed up and is would contradict itself (§6.1.3).
    let has_extensions = flags & flag::EXTENSIONS != 0;
    let contradicts = flags & (flag::BACKUP_ELIGIBLE | flag::BACKED_UP) == flag::BACKED_UP;
    if flags & flag::ATTESTED != 0 || has_extensions == rest.is_empty() || contradicts {
        return Err(Doubt::Malformed);
    }
    Ok((Digest(relying_party), flags, u32::from_be_bytes(counter)))
}

impl Assertion {
    pub(crate) fn write(&self, to: &mut Writer) {
        to.array(4)
            .bytes(self.credential.as_bytes())
            .bytes(&self.authenticator_data)
            .bytes(&self.client_data)
            .bytes(&self.signature);
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        from.array(4, 4)?;
        let credential = from.bytes(1, CredentialId::MOST)?;
        Ok(Self {
            credential: CredentialId::new(credential).ok_or(Unreadable::Field {
                field: "credential",
                why: "expected 1 to 1,023 bytes",
            })?,
            authenticator_data: from.bytes(FIXED_PART, AUTHENTICATOR_DATA)?.to_vec(),
            client_data: from.bytes(1, CLIENT_DATA)?.to_vec(),
            signature: from.bytes(1, SIGNATURE)?.to_vec(),
        })
    }
}
