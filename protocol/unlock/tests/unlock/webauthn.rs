//! Client data as browsers write it, and as they do not.

use tomori_smart_home::unlock::{Digest, Doubt};
use tomori_unlock::{Assertion, check, digest};

use crate::company::{Company, ceremony};

fn doubt_of(client_data: &str) -> Option<Doubt> {
    let company = Company::new();
    let statement = Digest([0; 32]);
    let mut assertion = company.guard.key.assert(&statement, &ceremony()).unwrap();
    assertion.client_data = client_data.as_bytes().to_vec();
    check(&assertion, &statement, company.guard.key.public(), &company.roster).err()
}

const CHALLENGE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn client_data_is_read_strictly() {
    let data = |more: &str| {
        format!(r#"{{"type":"webauthn.get","challenge":"{CHALLENGE}","origin":"https://guard.example"{more}}}"#)
    };
    // Right in every word but not what was signed.
    assert_eq!(doubt_of(&data("")), Some(Doubt::BadSignature));
    assert_eq!(
        doubt_of(&data(r#","other_keys_can_be_added_here":"…""#)),
        Some(Doubt::BadSignature)
    );
    for (more, why) in [
        (r#","crossOrigin":true"#, Doubt::WrongCeremony),
        (r#","topOrigin":"https://evil.example""#, Doubt::WrongCeremony),
        (r#","origin":"https://evil.example""#, Doubt::Malformed),
        (r#","challenge":"AAAA""#, Doubt::Malformed),
        ("} {", Doubt::Malformed),
    ] {
        assert_eq!(doubt_of(&data(more)), Some(why), "{more}");
    }
    for challenge in [
        // Unused bits of the last letter are not zero: the same 32 bytes to a careless decoder.
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "",
    ] {
        let text = data("").replace(CHALLENGE, challenge);
        assert_eq!(doubt_of(&text), Some(Doubt::WrongChallenge), "{challenge}");
    }
    for nothing in ["", "[]", "null", "{}", "\u{feff}{}"] {
        assert_eq!(doubt_of(nothing), Some(Doubt::Malformed), "{nothing}");
    }
}

#[test]
fn a_public_key_that_is_no_point_of_the_curve_verifies_nothing() {
    let company = Company::new();
    let statement = digest(b"x");
    let assertion = company.guard.key.assert(&statement, &ceremony()).unwrap();
    let nowhere = tomori_smart_home::unlock::PublicPoint::new([4; 65]).unwrap();
    assert_eq!(
        check(&assertion, &statement, &nowhere, &company.roster),
        Err(Doubt::BadSignature)
    );
}

/// Whoever sees a signature (r, s) can write (r, n − s), which also holds (ECDSA is malleable). Nothing here trusts a
/// signature to be unique: an incident's nonce is used once, whatever the signature over it looks like.
#[test]
fn authenticator_data_is_read_to_its_end() {
    let company = Company::new();
    let statement = digest(b"x");
    let good = company.guard.key.assert(&statement, &ceremony()).unwrap();
    let with = |authenticator_data: Vec<u8>| Assertion {
        authenticator_data,
        ..good.clone()
    };
    let check = |assertion: &Assertion| check(assertion, &statement, company.guard.key.public(), &company.roster);
    assert!(check(&good).is_ok());
    let longer = [&good.authenticator_data[..], &[0xa0]].concat();
    assert_eq!(check(&with(longer)), Err(Doubt::Malformed));
    let shorter = good.authenticator_data[..36].to_vec();
    assert_eq!(check(&with(shorter)), Err(Doubt::Malformed));
    assert_eq!(check(&with(Vec::new())), Err(Doubt::Malformed));
}
