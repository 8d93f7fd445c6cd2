//! The roster's signature and the texts that people carry.

use tomori_smart_home::unlock::Statement as _;
use tomori_unlock::{RootKey, RootKeyError, RootSigner, RootSignerError, RosterRefused, SignedRoster};

use crate::company::Company;

#[test]
fn a_roster_is_believed_by_its_root_and_no_other() {
    let company = Company::new();
    let signed = company.root.sign(&company.roster);
    assert_eq!(signed.open(&company.root.public()), Ok(company.roster.clone()));
    assert_eq!(SignedRoster::from_bytes(&signed.to_bytes()), Ok(signed.clone()));
    let other = RootSigner::generate().unwrap();
    assert_eq!(signed.open(&other.public()), Err(RosterRefused::Forged));
}

/// Who owns the company's server, or the platform, can change what the root has signed.
#[test]
fn every_changed_bit_of_a_roster_is_refused() {
    let company = Company::new();
    let bytes = company.root.sign(&company.roster).to_bytes();
    let root = company.root.public();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        let opened = SignedRoster::from_bytes(&changed).map(|signed| signed.open(&root));
        assert!(!matches!(opened, Ok(Ok(_))), "byte {place} may be changed");
    }
}

#[test]
fn a_root_goes_into_a_file_and_comes_back() {
    let root = RootSigner::generate().unwrap();
    let pem = root.to_pem().unwrap();
    assert!(
        pem.starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"),
        "as RFC 8410 has it"
    );
    assert_eq!(RootSigner::from_pem(&pem).unwrap().public(), root.public());
    for wrong in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        assert_eq!(RootSigner::from_pem(wrong).unwrap_err(), RootSignerError::Pem);
    }
    assert_eq!(format!("{root:?}"), "RootSigner(…)");
}

#[test]
fn the_key_of_rfc_8410_is_read() {
    // RFC 8410 §10.3, and its public key in §10.1.
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----";
    let public = RootSigner::from_pem(pem).unwrap().public();
    assert!(
        public
            .as_bytes()
            .starts_with(&[0x19, 0xbf, 0x44, 0x09, 0x69, 0x84, 0xcd, 0xfe])
    );
}

#[test]
fn a_root_key_is_copied_by_hand_and_slips_are_noticed() {
    let key = RootSigner::generate().unwrap().public();
    let text = key.to_string();
    assert_eq!(text.len(), 56 + 7);
    assert_eq!(text.parse(), Ok(key));
    assert_eq!(text.replace('-', " ").to_lowercase().parse(), Ok(key));
    let first = text.chars().next().unwrap();
    let slip = if first == 'A' { 'B' } else { 'A' };
    let slipped = format!("{slip}{}", &text[1..]);
    assert_eq!(slipped.parse::<RootKey>(), Err(RootKeyError::Mistyped));
    assert_eq!(text[1..].parse::<RootKey>(), Err(RootKeyError::Form));
    assert_eq!("".parse::<RootKey>(), Err(RootKeyError::Form));
}
