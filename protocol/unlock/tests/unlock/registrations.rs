//! Making a passkey: what browsers answer, and what somebody else might (T3-10 EP③ なりすまし).

use proptest::prelude::*;
use tomori_smart_home::unlock::{CredentialId, Digest};
use tomori_unlock::{Authenticator, Ceremony, LARGEST_ATTESTATION, Made, NotRegistered, challenge_of, registered};

const RP: &str = "guard.example";
const ORIGIN: &str = "https://guard.example";
const CHALLENGE: Digest = Digest([7; 32]);

fn passkey() -> Authenticator {
    Authenticator::generate(CredentialId::new(&[5; 32]).unwrap()).unwrap()
}

fn made() -> (Authenticator, Made) {
    let passkey = passkey();
    let made = passkey.make(&CHALLENGE, &Ceremony::making(RP, ORIGIN));
    (passkey, made)
}

fn judge(made: &Made) -> Result<(), NotRegistered> {
    registered(&made.attestation_object, &made.client_data, &CHALLENGE, RP, ORIGIN).map(drop)
}

#[test]
fn a_passkey_that_was_made_here_and_now_is_believed() {
    let (passkey, made) = made();
    let found = registered(&made.attestation_object, &made.client_data, &CHALLENGE, RP, ORIGIN).unwrap();
    assert_eq!(
        (&found.credential, &found.key, found.is_synchronised),
        (passkey.credential(), passkey.public(), false)
    );
    assert_eq!(challenge_of(&made.client_data), Some(CHALLENGE));
}

#[test]
fn each_check_has_its_own_answer() {
    let passkey = passkey();
    let good = Ceremony::making(RP, ORIGIN);
    for (ceremony, why) in [
        (
            Ceremony {
                kind: "webauthn.get".to_owned(),
                ..good.clone()
            },
            NotRegistered::WrongCeremony,
        ),
        (
            Ceremony {
                origin: "https://evil.example".to_owned(),
                ..good.clone()
            },
            NotRegistered::WrongOrigin,
        ),
        (
            Ceremony {
                origin: "http://guard.example".to_owned(),
                ..good.clone()
            },
            NotRegistered::WrongOrigin,
        ),
        (
            Ceremony {
                rp_id: "evil.example".to_owned(),
                ..good.clone()
            },
            NotRegistered::WrongRelyingParty,
        ),
        (
            Ceremony {
                flags: 0x44,
                ..good.clone()
            },
            NotRegistered::NobodyPresent,
        ),
        (
            Ceremony {
                flags: 0x41,
                ..good.clone()
            },
            NotRegistered::NotVerified,
        ),
        // No credential announced; backed up though it may not be; extensions announced that are not there.
        (
            Ceremony {
                flags: 0x05,
                ..good.clone()
            },
            NotRegistered::Malformed,
        ),
        (
            Ceremony {
                flags: 0x55,
                ..good.clone()
            },
            NotRegistered::Malformed,
        ),
        (
            Ceremony {
                flags: 0xc5,
                ..good.clone()
            },
            NotRegistered::Malformed,
        ),
    ] {
        assert_eq!(judge(&passkey.make(&CHALLENGE, &ceremony)), Err(why), "{ceremony:?}");
    }
    let other = passkey.make(&Digest([8; 32]), &good);
    assert_eq!(judge(&other), Err(NotRegistered::WrongChallenge));
    let synchronised = Ceremony { flags: 0x5d, ..good };
    let made = passkey.make(&CHALLENGE, &synchronised);
    assert!(
        registered(&made.attestation_object, &made.client_data, &CHALLENGE, RP, ORIGIN)
            .unwrap()
            .is_synchronised
    );
}

/// The bytes of a credential's public key, replaced by those of another kind of key.
fn with_key(made: &Made, from: &[u8], to: &[u8]) -> Made {
    let object = &made.attestation_object;
    let at = object.windows(from.len()).position(|window| window == from).unwrap();
    let changed = [&object[..at], to, &object[at + from.len()..]].concat();
    Made {
        attestation_object: changed,
        client_data: made.client_data.clone(),
    }
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let (_, made) = made();
    // alg ES384, EdDSA and RS256's first byte; curve P-384; kty OKP.
    for (from, to) in [
        (&[0x03, 0x26, 0x20][..], &[0x03, 0x27, 0x20][..]),
        (&[0x01, 0x02, 0x03, 0x26], &[0x01, 0x01, 0x03, 0x26]),
        (&[0x20, 0x01, 0x21], &[0x20, 0x02, 0x21]),
        // A coordinate that a compressed key gives as a sign.
        (&[0x22, 0x58, 0x20], &[0x22, 0xf5, 0x20]),
    ] {
        let refused = judge(&with_key(&made, from, to));
        assert!(
            matches!(refused, Err(NotRegistered::OtherKey | NotRegistered::Malformed)),
            "{refused:?}"
        );
    }
    // A point that is not on the curve.
    let mut nowhere = made.clone();
    let last = nowhere.attestation_object.len() - 1;
    nowhere.attestation_object[last] ^= 1;
    assert_eq!(judge(&nowhere), Err(NotRegistered::OtherKey));
}

#[test]
fn twice_the_same_member_or_something_behind_the_end_is_refused() {
    let (_, made) = made();
    let behind = Made {
        attestation_object: [&made.attestation_object[..], &[0]].concat(),
        ..made.clone()
    };
    assert_eq!(judge(&behind), Err(NotRegistered::Malformed));
    let mut twice = made.attestation_object.clone();
    twice[0] = 0xa4;
    twice.extend_from_slice(b"\x68authData\x40");
    assert_eq!(
        judge(&Made {
            attestation_object: twice,
            ..made.clone()
        }),
        Err(NotRegistered::Malformed)
    );
    let endless = Made {
        attestation_object: vec![0xa1; LARGEST_ATTESTATION + 1],
        ..made.clone()
    };
    assert_eq!(judge(&endless), Err(NotRegistered::Malformed));
    let text = String::from_utf8(made.client_data.clone()).unwrap();
    let doubled = text.replace(
        "\"crossOrigin\"",
        "\"origin\":\"https://guard.example\",\"crossOrigin\"",
    );
    assert_eq!(
        judge(&Made {
            client_data: doubled.into_bytes(),
            ..made
        }),
        Err(NotRegistered::Malformed)
    );
}

proptest! {
    /// Whatever an authenticator sends: an answer, and never a passkey that was not made.
    #[test]
    fn any_bytes_have_an_answer(object in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (_, made) = made();
        let answer = judge(&Made { attestation_object: object, ..made });
        prop_assert!(answer.is_err());
    }

    #[test]
    fn a_changed_or_cut_byte_gives_no_other_key(at in 0..250_usize, change in 1..=255_u8, cut: bool) {
        let (passkey, made) = made();
        let mut object = made.attestation_object;
        let at = at % object.len();
        if cut {
            object.truncate(at);
        } else {
            object[at] ^= change;
        }
        if let Ok(found) = registered(&object, &made.client_data, &CHALLENGE, RP, ORIGIN) {
            prop_assert_eq!(&found.key, passkey.public());
        }
    }
}
