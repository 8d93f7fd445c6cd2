use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::entropy::SystemEntropy;

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn month() -> LifeTime {
    LifeTime::from(now(), SignedDuration::from_hours(24 * 30))
}

#[test]
fn an_authority_is_made_once_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let made = CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap();
    let read = CertificateAuthority::open_or_create(folder.path(), "Other", now(), &SystemEntropy).unwrap();
    assert_eq!(made.fingerprint(), read.fingerprint());
    let key = PrivateKey::generate().unwrap();
    let issued = read
        .issue_client(&key.request().unwrap(), "urn:x:1", month(), &SystemEntropy)
        .unwrap();
    let peer = PeerCertificate::parse(&issued.chain_der[0]).unwrap();
    assert_eq!(peer.identity_uri, "urn:x:1");
    assert_eq!(peer.serial, issued.serial);
    assert_eq!(peer.not_after, now() + SignedDuration::from_hours(24 * 30));
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    PrivateKey::generate().unwrap().save(&path).unwrap();
    assert!(PrivateKey::open(&path).unwrap().is_some());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(PrivateKey::open(&path), Err(PkiError::KeyExposed { .. })));
}

#[test]
fn a_root_without_its_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap();
    std::fs::remove_file(folder.path().join("ca.key")).unwrap();
    let error = CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap_err();
    assert!(error.to_string().contains("ca.key"), "{error}");
    // Somebody else's key does not do either.
    PrivateKey::generate()
        .unwrap()
        .save(&folder.path().join("ca.key"))
        .unwrap();
    assert!(CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).is_err());
}

#[test]
fn names_in_a_request_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap();
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    params
        .subject_alt_names
        .push(rcgen::SanType::URI("urn:x:somebody-else".try_into().unwrap()));
    let request = params.serialize_request(&pair).unwrap();
    let issued = authority
        .issue_client(request.der(), "urn:x:1", month(), &SystemEntropy)
        .unwrap();
    assert_eq!(
        PeerCertificate::parse(&issued.chain_der[0]).unwrap().identity_uri,
        "urn:x:1"
    );
}

#[test]
fn requests_of_other_curves_or_with_broken_signatures_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap();
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let request = rcgen::CertificateParams::default().serialize_request(&pair).unwrap();
    let refused = authority
        .issue_client(request.der(), "urn:x:1", month(), &SystemEntropy)
        .unwrap_err();
    assert!(refused.to_string().contains("P-256"), "{refused}");
    let mut broken = PrivateKey::generate().unwrap().request().unwrap();
    *broken.last_mut().unwrap() ^= 1;
    assert!(
        authority
            .issue_client(&broken, "urn:x:1", month(), &SystemEntropy)
            .is_err()
    );
    assert!(
        authority
            .issue_client(&[0; 9000], "urn:x:1", month(), &SystemEntropy)
            .is_err()
    );
    assert!(authority.issue_client(b"", "urn:x:1", month(), &SystemEntropy).is_err());
}

#[test]
fn renewal_is_due_at_two_thirds() {
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap();
    let key = PrivateKey::generate().unwrap();
    let issued = authority
        .issue_server(
            &key.request().unwrap(),
            &["localhost".to_owned(), "127.0.0.1".to_owned()],
            month(),
            &SystemEntropy,
        )
        .unwrap();
    let due = PeerCertificate::renewal_due(&issued.chain_der[0]).unwrap();
    let days = due.duration_since(now()).as_secs_f64() / 86_400.0;
    assert!((19.9..20.1).contains(&days), "{days}");
}

#[test]
fn certificates_survive_pem() {
    let folder = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::open_or_create(folder.path(), "Root", now(), &SystemEntropy).unwrap();
    let chain = vec![
        authority.certificate_der().to_vec(),
        authority.certificate_der().to_vec(),
    ];
    let path = folder.path().join("chain.pem");
    std::fs::write(&path, certificates_to_pem(&chain)).unwrap();
    assert_eq!(certificates_from_pem(&path).unwrap(), chain);
}

#[test]
fn a_key_survives_der_and_other_bytes_are_refused() {
    let key = PrivateKey::generate().unwrap();
    let again = PrivateKey::from_der(&key.to_der()).unwrap();
    assert_eq!(again.public_point(), key.public_point());
    assert!(PrivateKey::from_der(b"no key").is_err());
}
